/*
 * Running cases, and saying what an expectation met.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <xtf/harness/case.h>
#include <xtf/console.h>
#include <xtf/lib.h>
#include <xtf/report.h>
#include <xtf/core/smp.h>
#include <xtf/test.h>

/* After this many, a case's further failures are only counted. */
#define MAX_DETAILS 8

/* The case that runs. */
static struct
{
    const struct xtf_case *desc;
    unsigned int checks, failures, errors;

    /* The outcome by its first failure; until then XTF_CASE_PASS. */
    enum xtf_outcome outcome;

    bool skipped;
    char skip_reason[256];

    /* The outermost call of a fixture that is going on. */
    const struct xtf_where *caller;

    struct
    {
        void (*fn)(void *);
        void *arg;
    } cleanups[8];
    unsigned int nr_cleanups;
} run;

const char *xtf_case_title(void)
{
    return run.desc ? run.desc->name : NULL;
}

bool xtf_case_failed(void)
{
    return run.failures || run.errors;
}

bool xtf_case_skipped(void)
{
    return run.skipped;
}

void xtf_case_cleanup(void (*fn)(void *), void *arg)
{
    ASSERT(run.nr_cleanups < ARRAY_SIZE(run.cleanups));

    run.cleanups[run.nr_cleanups].fn = fn;
    run.cleanups[run.nr_cleanups].arg = arg;
    run.nr_cleanups++;
}

const struct xtf_where *xtf_enter(const struct xtf_where *here)
{
    const struct xtf_where *outer = run.caller;

    /* Other vCPUs leave the reporting to the first one. */
    if ( !outer && this_vcpu() == 0 )
        run.caller = here;

    return outer;
}

void xtf_leave(const struct xtf_where *outer)
{
    if ( this_vcpu() == 0 )
        run.caller = outer;
}

static const struct
{
    const char *in_case, *outside;
} kinds[] = {
    [XTF_CASE_ERROR] = { "ERROR", "Error" },
    [XTF_CASE_FAIL] = { "FAIL", "Failure" },
};

/*
 * The first failure is the case's line, and says what becomes of it.  It is
 * printed at once, so that it is not lost should what follows take the guest
 * down; others go below it.  Outside of any case, the image's verdict has to
 * know.
 */
static void begin_failure(enum xtf_outcome outcome)
{
    if ( !console_at_line_start() )
        printk("\n");

    if ( !run.desc )
    {
        printk("%s: ", kinds[outcome].outside);
        if ( outcome == XTF_CASE_ERROR )
            xtf_error(NULL);
        else
            xtf_failure(NULL);
    }
    else if ( xtf_case_failed() )
        printk("      also: ");
    else
    {
        printk("%s: %s: ", kinds[outcome].in_case, run.desc->name);
        run.outcome = outcome;
    }

    if ( outcome == XTF_CASE_ERROR )
        run.errors++;
    else
        run.failures++;
}

bool xtf_case_begin_error(void)
{
    if ( run.desc )
        begin_failure(XTF_CASE_ERROR);

    return run.desc;
}

static bool too_many(void)
{
    if ( run.failures + run.errors < MAX_DETAILS )
        return false;

    run.failures++;
    return true;
}

/* Where: in the test, and if that is elsewhere, in what it called. */
static void end_failure(const struct xtf_where *w)
{
    const struct xtf_case *c = run.desc;

    if ( run.caller && run.caller != w )
        printk(" at %s:%u, in %s:%u\n", run.caller->file, run.caller->line,
               w->file, w->line);
    else if ( c && (w->fixture || strcmp(w->file, c->file)) )
        printk(" at %s:%u, in %s:%u\n", c->file, c->line, w->file, w->line);
    else
        printk(" at %s:%u\n", w->file, w->line);
}

/* Only what the case itself checks says that it checks something. */
static void count_check(const struct xtf_where *w)
{
    if ( !w->fixture )
        run.checks++;
}

static void print_value(xtf_namer namer, long long val)
{
    char name[64];

    if ( namer && namer(name, sizeof(name), val) )
        printk("%s", name);
    else
        printk("%lld", val);
}

bool xtf_expect(const struct xtf_where *w, xtf_namer namer,
                long long got, const char *relation, long long want)
{
    count_check(w);

    if ( *relation ? got != want : got == want )
        return true;
    if ( too_many() )
        return false;

    begin_failure(XTF_CASE_FAIL);
    printk("%s is ", w->expr);
    print_value(namer, got);
    printk(", expected %s", *relation ? relation : "");
    print_value(namer, want);
    end_failure(w);

    return false;
}

bool xtf_expect_str(const struct xtf_where *w, const char *got,
                    const char *want)
{
    count_check(w);

    if ( got && want ? !strcmp(got, want) : got == want )
        return true;
    if ( too_many() )
        return false;

    begin_failure(XTF_CASE_FAIL);
    printk("%s is \"%s\", expected \"%s\"", w->expr,
           got ?: "(null)", want ?: "(null)");
    end_failure(w);

    return false;
}

static bool byte_differs(const struct xtf_where *w, size_t off, size_t len,
                         unsigned int got, unsigned int want,
                         unsigned int differing)
{
    if ( too_many() )
        return false;

    begin_failure(XTF_CASE_FAIL);
    printk("byte %#zx of %#zx at %s is 0x%02x, expected 0x%02x"
           " (%u bytes differ)", off, len, w->expr, got, want, differing);
    end_failure(w);

    return false;
}

bool xtf_expect_mem(const struct xtf_where *w, const void *got,
                    const void *want, size_t len)
{
    const uint8_t *g = got, *e = want;
    size_t i, first = len;
    unsigned int differing = 0;

    count_check(w);

    for ( i = len; i-- > 0; )
        if ( g[i] != e[i] )
        {
            first = i;
            differing++;
        }

    return !differing ||
        byte_differs(w, first, len, g[first], e[first], differing);
}

bool xtf_expect_fill(const struct xtf_where *w, const void *got,
                     uint8_t want, size_t len)
{
    const uint8_t *g = got;
    size_t i, first = len;
    unsigned int differing = 0;

    count_check(w);

    for ( i = len; i-- > 0; )
        if ( g[i] != want )
        {
            first = i;
            differing++;
        }

    return !differing ||
        byte_differs(w, first, len, g[first], want, differing);
}

bool xtf_expect_msg(const struct xtf_where *w, bool ok, const char *fmt, ...)
{
    va_list args;

    count_check(w);

    if ( ok )
        return true;
    if ( too_many() )
        return false;

    begin_failure(XTF_CASE_FAIL);
    va_start(args, fmt);
    vprintk(fmt, args);
    va_end(args);
    end_failure(w);

    return false;
}

void xtf_case_skip(const char *fmt, ...)
{
    va_list args;

    va_start(args, fmt);
    vsnprintf(run.skip_reason, sizeof(run.skip_reason), fmt, args);
    va_end(args);

    if ( run.desc )
        run.skipped = true;
    else
        xtf_skip("Skip: %s\n", run.skip_reason);
}

void xtf_case_error(const struct xtf_where *w, const char *fmt, ...)
{
    va_list args;

    begin_failure(XTF_CASE_ERROR);
    va_start(args, fmt);
    vprintk(fmt, args);
    va_end(args);
    end_failure(w);
}

static void run_body(const struct xtf_case *c)
{
    bool ready = !c->setup || c->setup(c->param);

    /* Checks of the set-up do not count as checks of the case. */
    run.checks = 0;
    if ( ready )
        c->fn();
    if ( !run.checks && !xtf_case_failed() && !run.skipped )
        xtf_case_error(&(const struct xtf_where){ c->file, c->line, false, "" },
                       "the case checks nothing");
}

enum xtf_outcome xtf_try_case(const struct xtf_case *c)
{
    typeof(run) outer = run;
    enum xtf_outcome outcome;

    memset(&run, 0, sizeof(run));
    run.desc = c;

    run_body(c);

    /* A fixture's call that the case was in when it ended is over. */
    run.caller = NULL;
    while ( run.nr_cleanups )
    {
        --run.nr_cleanups;
        run.cleanups[run.nr_cleanups].fn(run.cleanups[run.nr_cleanups].arg);
    }

    if ( run.failures > MAX_DETAILS )
        printk("      and %u more\n", run.failures - MAX_DETAILS);

    if ( xtf_case_failed() )
    {
        outcome = run.outcome;
        if ( run.skipped )
            printk("      also: skipped: %s\n", run.skip_reason);
    }
    else if ( run.skipped )
    {
        outcome = XTF_CASE_SKIP;
        printk("SKIP: %s: %s\n", c->name, run.skip_reason);
    }
    else
    {
        outcome = XTF_CASE_PASS;
        printk("PASS: %s\n", c->name);
    }

    run = outer;

    return outcome;
}
