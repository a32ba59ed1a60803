/*
 * Running cases, and saying what an expectation met.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <xtf/case.h>
#include <xtf/console.h>
#include <xtf/lib.h>
#include <xtf/report.h>
#include <xtf/test.h>

extern struct xtf_case __start_cases[], __end_cases[];

/* After this many, a case's further failures are only counted. */
#define MAX_DETAILS 8

/* The case that runs. */
static struct
{
    const struct xtf_case *desc;
    unsigned int checks, failures, errors;
    bool skipped;

    struct
    {
        void (*fn)(void *);
        void *arg;
    } cleanups[8];
    unsigned int nr_cleanups;
} run;

bool xtf_case_failed(void)
{
    return run.failures || run.errors;
}

void xtf_case_cleanup(void (*fn)(void *), void *arg)
{
    ASSERT(run.nr_cleanups < ARRAY_SIZE(run.cleanups));

    run.cleanups[run.nr_cleanups].fn = fn;
    run.cleanups[run.nr_cleanups].arg = arg;
    run.nr_cleanups++;
}

/*
 * The first failure is the case's line.  It is printed at once, so that it is
 * not lost should what follows take the guest down; others go below it.
 */
static void begin_failure(const char *kind, unsigned int *counter)
{
    if ( !console_at_line_start() )
        printk("\n");

    if ( run.failures + run.errors == 0 )
        printk("%s: %s: ", kind, run.desc ? run.desc->name : "(no case)");
    else
        printk("      also: ");

    ++*counter;

    /* Outside of any case, the image's verdict has to know. */
    if ( !run.desc )
        xtf_failure(NULL);
}

static bool too_many(void)
{
    if ( run.failures + run.errors < MAX_DETAILS )
        return false;

    run.failures++;
    return true;
}

static void end_failure(const struct xtf_where *w)
{
    printk(" at %s:%u\n", w->file, w->line);
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
    run.checks++;

    if ( *relation ? got != want : got == want )
        return true;
    if ( too_many() )
        return false;

    begin_failure("FAIL", &run.failures);
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
    run.checks++;

    if ( got && want ? !strcmp(got, want) : got == want )
        return true;
    if ( too_many() )
        return false;

    begin_failure("FAIL", &run.failures);
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

    begin_failure("FAIL", &run.failures);
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

    run.checks++;

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

    run.checks++;

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

    run.checks++;

    if ( ok )
        return true;
    if ( too_many() )
        return false;

    begin_failure("FAIL", &run.failures);
    va_start(args, fmt);
    vprintk(fmt, args);
    va_end(args);
    end_failure(w);

    return false;
}

void xtf_case_skip(const char *fmt, ...)
{
    va_list args;

    run.skipped = true;

    printk("SKIP: %s: ", run.desc ? run.desc->name : "(no case)");
    va_start(args, fmt);
    vprintk(fmt, args);
    va_end(args);
    if ( !console_at_line_start() )
        printk("\n");
}

void xtf_case_error(const struct xtf_where *w, const char *fmt, ...)
{
    va_list args;

    begin_failure("ERROR", &run.errors);
    va_start(args, fmt);
    vprintk(fmt, args);
    va_end(args);
    end_failure(w);
}

static int compare_cases(const void *l, const void *r)
{
    const struct xtf_case *a = l, *b = r;
    int rc = strcmp(a->file, b->file);

    /* A macro may define several cases on one line. */
    return rc ?: (int)a->line - (int)b->line ?: strcmp(a->name, b->name);
}

static void swap_cases(void *l, void *r)
{
    struct xtf_case *a = l, *b = r, tmp = *a;

    *a = *b;
    *b = tmp;
}

const char *xtf_case_name(void)
{
    return run.desc ? run.desc->name : NULL;
}

enum xtf_outcome xtf_try_case(const struct xtf_case *c)
{
    typeof(run) outer = run;
    enum xtf_outcome outcome;

    memset(&run, 0, sizeof(run));
    run.desc = c;

    c->fn();

    while ( run.nr_cleanups )
    {
        --run.nr_cleanups;
        run.cleanups[run.nr_cleanups].fn(run.cleanups[run.nr_cleanups].arg);
    }

    if ( run.failures > MAX_DETAILS )
        printk("      and %u more\n", run.failures - MAX_DETAILS);

    if ( !run.checks && !run.errors && !run.skipped )
        xtf_case_error(&(const struct xtf_where){ c->file, c->line, "" },
                       "the case checks nothing");

    outcome = run.failures ? XTF_CASE_FAIL : run.errors ? XTF_CASE_ERROR :
        run.skipped ? XTF_CASE_SKIP : XTF_CASE_PASS;

    if ( outcome == XTF_CASE_PASS )
        printk("PASS: %s\n", c->name);

    run = outer;

    return outcome;
}

void xtf_run_cases(void)
{
    size_t nr = __end_cases - __start_cases, nr_skipped = 0;
    const struct xtf_case *c;

    heapsort(__start_cases, nr, sizeof(*__start_cases),
             compare_cases, swap_cases);

    for ( c = __start_cases; c < __end_cases; ++c )
        switch ( xtf_try_case(c) )
        {
        case XTF_CASE_FAIL:
            xtf_failure(NULL);
            break;

        case XTF_CASE_ERROR:
            xtf_error(NULL);
            break;

        case XTF_CASE_SKIP:
            nr_skipped++;
            break;

        case XTF_CASE_PASS:
            break;
        }

    /* Some cases may be skipped; an image none of whose cases ran is. */
    if ( nr && nr_skipped == nr )
        xtf_skip(NULL);
    else if ( nr )
        xtf_success(NULL);
}

/* A test of cases alone needs no main. */
__weak void test_main(void)
{
    xtf_run_cases();
}
