/*
 * The cases of an image: which of them run, and in which order.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <xtf/harness/case.h>
#include <xtf/core/cmdline.h>
#include <xtf/console.h>
#include <xtf/lib.h>
#include <xtf/report.h>
#include <xtf/test.h>

extern struct xtf_case __start_cases[], __end_cases[];

static int compare_cases(const void *l, const void *r)
{
    const struct xtf_case *a = l, *b = r;

    /* A macro may define several cases on one line. */
    return (int)a->stage - (int)b->stage ?: strcmp(a->file, b->file) ?:
        (int)a->line - (int)b->line ?: strcmp(a->name, b->name);
}

/* Any order of nr cases, chosen by *seed. */
static void shuffle(struct xtf_case *cases, size_t nr, uint32_t *seed)
{
    for ( ; nr > 1; --nr )
    {
        struct xtf_case tmp = cases[nr - 1];
        size_t other;

        /* Marsaglia's xorshift. */
        *seed ^= *seed << 13;
        *seed ^= *seed >> 17;
        *seed ^= *seed << 5;

        other = *seed % nr;
        cases[nr - 1] = cases[other];
        cases[other] = tmp;
    }
}

static uint32_t parse_number(const char *text)
{
    uint32_t number = 0;

    while ( *text >= '0' && *text <= '9' )
        number = number * 10 + *text++ - '0';

    return number;
}

static void order_cases(void)
{
    struct xtf_case *first = __start_cases, *c;
    char text[16];
    uint32_t seed;

    heapsort(__start_cases, __end_cases - __start_cases, sizeof(*c),
             compare_cases, NULL);

    if ( !cmdline_value("shuffle", text, sizeof(text)) )
        return;

    /* Of 0, xorshift makes nothing but 0. */
    seed = parse_number(text) * 2654435761u ?: 1;
    for ( c = first; c < __end_cases; first = c )
    {
        while ( c < __end_cases && c->stage == first->stage )
            ++c;
        shuffle(first, c - first, &seed);
    }
    printk("Cases in the order of shuffle=%s\n", text);
}

bool xtf_title_matches(const char *pattern, const char *text)
{
    const char *star = NULL, *from = NULL;

    while ( *text )
        if ( *pattern == '*' )
        {
            star = pattern++;
            from = text;
        }
        else if ( *pattern && (*pattern == '?' || *pattern == *text) )
        {
            pattern++;
            text++;
        }
        else if ( star )
        {
            /* Let the last * stand for one character more. */
            pattern = star + 1;
            text = ++from;
        }
        else
            return false;

    while ( *pattern == '*' )
        pattern++;

    return !*pattern;
}

/* Without case= on the command line, all cases are selected. */
static bool is_chosen(const struct xtf_case *c)
{
    static char pattern[sizeof(xtf_cmdline)];
    const char *pos = NULL;
    bool any = false;

    while ( cmdline_next_value("case", &pos, pattern, sizeof(pattern)) )
    {
        any = true;
        if ( xtf_title_matches(pattern, c->name) )
            return true;
    }

    return !any;
}

void xtf_run_cases(void)
{
    size_t nr = __end_cases - __start_cases, nr_run = 0, nr_skipped = 0;
    const struct xtf_case *c;

    order_cases();

    for ( c = __start_cases; c < __end_cases; ++c )
    {
        if ( !is_chosen(c) )
            continue;

        nr_run++;
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
    }

    if ( nr_run < nr )
        printk("%zu of %zu cases were asked for\n", nr_run, nr);

    /* Cases may be skipped; if all of them are, so is the image. */
    if ( nr && !nr_run )
        xtf_error("No case has a title that matches case=\n");
    else if ( nr && nr_skipped == nr_run )
        xtf_skip(NULL);
    else if ( nr )
        xtf_success(NULL);
}

/* A test of cases alone needs no main. */
__weak void test_main(void)
{
    xtf_run_cases();
}
