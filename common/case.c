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

static const struct xtf_case *current;
static unsigned int checks, failures, errors;
static bool skipped;

static struct
{
    void (*fn)(void *);
    void *arg;
} cleanups[8];
static unsigned int nr_cleanups;

bool xtf_case_failed(void)
{
    return failures || errors;
}

void xtf_case_cleanup(void (*fn)(void *), void *arg)
{
    ASSERT(nr_cleanups < ARRAY_SIZE(cleanups));

    cleanups[nr_cleanups].fn = fn;
    cleanups[nr_cleanups].arg = arg;
    nr_cleanups++;
}

/*
 * The first failure is the case's line.  It is printed at once, so that it is
 * not lost should what follows take the guest down; others go below it.
 */
static void begin_failure(const char *kind, unsigned int *counter)
{
    if ( !console_at_line_start() )
        printk("\n");

    if ( failures + errors == 0 )
        printk("%s: %s: ", kind, current ? current->name : "(no case)");
    else
        printk("      also: ");

    ++*counter;

    /* Outside of any case, the image's verdict has to know. */
    if ( !current )
        xtf_failure(NULL);
}

static bool too_many(void)
{
    if ( failures + errors < MAX_DETAILS )
        return false;

    failures++;
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
    checks++;

    if ( *relation ? got != want : got == want )
        return true;
    if ( too_many() )
        return false;

    begin_failure("FAIL", &failures);
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
    checks++;

    if ( got && want ? !strcmp(got, want) : got == want )
        return true;
    if ( too_many() )
        return false;

    begin_failure("FAIL", &failures);
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

    begin_failure("FAIL", &failures);
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

    checks++;

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

    checks++;

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

    checks++;

    if ( ok )
        return true;
    if ( too_many() )
        return false;

    begin_failure("FAIL", &failures);
    va_start(args, fmt);
    vprintk(fmt, args);
    va_end(args);
    end_failure(w);

    return false;
}

void xtf_case_skip(const char *fmt, ...)
{
    va_list args;

    skipped = true;

    printk("SKIP: %s: ", current ? current->name : "(no case)");
    va_start(args, fmt);
    vprintk(fmt, args);
    va_end(args);
    if ( !console_at_line_start() )
        printk("\n");
}

void xtf_case_error(const struct xtf_where *w, const char *fmt, ...)
{
    va_list args;

    begin_failure("ERROR", &errors);
    va_start(args, fmt);
    vprintk(fmt, args);
    va_end(args);
    end_failure(w);
}

static int compare_cases(const void *l, const void *r)
{
    const struct xtf_case *a = l, *b = r;
    int rc = strcmp(a->file, b->file);

    return rc ?: (int)a->line - (int)b->line;
}

static void swap_cases(void *l, void *r)
{
    struct xtf_case *a = l, *b = r, tmp = *a;

    *a = *b;
    *b = tmp;
}

static void run_case(const struct xtf_case *c)
{
    checks = failures = errors = nr_cleanups = 0;
    skipped = false;
    current = c;

    c->fn();

    while ( nr_cleanups-- )
        cleanups[nr_cleanups].fn(cleanups[nr_cleanups].arg);

    if ( failures > MAX_DETAILS )
        printk("      and %u more\n", failures - MAX_DETAILS);

    if ( !checks && !errors && !skipped )
        xtf_case_error(&(const struct xtf_where){ c->file, c->line, "" },
                       "the case checks nothing");

    if ( !failures && !errors && !skipped )
        printk("PASS: %s\n", c->name);

    current = NULL;
}

void xtf_run_cases(void)
{
    size_t nr = __end_cases - __start_cases, nr_skipped = 0;
    struct xtf_case *c;

    heapsort(__start_cases, nr, sizeof(*__start_cases),
             compare_cases, swap_cases);

    for ( c = __start_cases; c < __end_cases; ++c )
    {
        run_case(c);

        if ( failures )
            xtf_failure(NULL);
        if ( errors )
            xtf_error(NULL);
        if ( skipped && !failures && !errors )
            nr_skipped++;
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
