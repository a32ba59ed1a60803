/*
 * Cases and expectations: their outcomes, and the text of their reports.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <xtf.h>

static char output[1024];
static size_t nr_output;

static void capture(const char *buf, size_t len)
{
    len = min(len, sizeof(output) - 1 - nr_output);
    memcpy(output + nr_output, buf, len);
    nr_output += len;
    output[nr_output] = '\0';
}

/* Run @c as a case; its report is stored in output[]. */
static enum xtf_outcome try_case(const struct xtf_case *c)
{
    enum xtf_outcome outcome;

    nr_output = 0;
    output[0] = '\0';
    console_redirect(capture);
    outcome = xtf_try_case(c);
    console_redirect(NULL);

    return outcome;
}

/* Run @fn as a case. */
static enum xtf_outcome try(void (*fn)(void))
{
    const struct xtf_case c = {
        .name = "trial", .file = __FILE__, .line = 77, .fn = fn,
    };

    return try_case(&c);
}

/* @fn, whose one expectation fails, fails with a report that begins so. */
#define expect_complaint(fn, text)                                      \
({                                                                      \
    expect_eq(try(fn), XTF_CASE_FAIL);                                  \
    output[min(strlen(text), sizeof(output) - 1)] = '\0';               \
    expect_str(output, text);                                           \
})

static long minus_einval(void) { return -EINVAL; }
static int bad_domain(void) { return GNTST_bad_domain; }

static void holds(void)
{
    expect_eq(2, 2);
    expect_ne(2, 3);
    expect_hex(0x10, 16);
    expect_range(5, 5, 5);
    expect_errno(minus_einval(), -EINVAL);
    expect_ok(0);
    expect_gntst(bad_domain(), GNTST_bad_domain);
    expect_exception(EXINFO_SYM(UD, 0), EXINFO_SYM(UD, 0));
    expect_true(2);
    expect_false(0);
    expect_str("abc", "abc");
    expect_mem("abc", "abd", 2);
    expect_fill("\x11\x11\x12", 0x11, 2);
    expect_msg(true, "no");
}

CASE("case: all expectations hold -> PASS")
{
    expect_eq(try(holds), XTF_CASE_PASS);
    expect_str(output, "PASS: trial\n");
}

static void wrong_eq(void) { expect_eq(1 + 1, 3); }
static void wrong_ne(void) { expect_ne(1 + 1, 2); }
static void wrong_hex(void) { expect_hex(0x1f, 0x10); }
static void wrong_low(void) { expect_range(1 + 1, 3, 5); }
static void wrong_high(void) { expect_range(3 + 3, 3, 5); }
static void wrong_errno(void) { expect_errno(minus_einval(), 0); }
static void wrong_ok(void) { expect_ok(minus_einval()); }
static void wrong_gntst(void) { expect_gntst(bad_domain(), GNTST_okay); }
static void wrong_exception(void) { expect_exception(0, EXINFO_SYM(GP, 8)); }
static void wrong_true(void) { expect_true(1 > 2); }
static void wrong_false(void) { expect_false(2 > 1); }
static void wrong_str(void) { expect_str("a" "b", "abc"); }
static void wrong_null(void) { expect_str(NULL, "abc"); }
static void wrong_mem(void) { expect_mem("abcd", "abxy", 4); }
static void wrong_fill(void) { expect_fill("\1\1\2", 1, 3); }
static void wrong_msg(void) { expect_msg(false, "got %d of %d", 1, 2); }

CASE("expect_eq(), expect_errno(), expect_gntst() and others: fail -> got and expected value, by name")
{
    expect_complaint(wrong_eq, "FAIL: trial: 1 + 1 is 2, expected 3 at ");
    expect_complaint(wrong_ne, "FAIL: trial: 1 + 1 is 2, expected not 2 at ");
    expect_complaint(wrong_hex, "FAIL: trial: 0x1f is 0x1f, expected 0x10 at "
                     "");
    expect_complaint(wrong_low,
                     "FAIL: trial: 1 + 1 is 2, expected 3 to 5 at ");
    expect_complaint(wrong_high,
                     "FAIL: trial: 3 + 3 is 6, expected 3 to 5 at ");
    expect_complaint(wrong_errno, "FAIL: trial: minus_einval() is -EINVAL (-22)"
                     ", expected 0 at ");
    expect_complaint(wrong_ok, "FAIL: trial: minus_einval() is -EINVAL (-22)"
                     ", expected 0 at ");
    expect_complaint(wrong_gntst, "FAIL: trial: bad_domain() is "
                     "GNTST_bad_domain (-2), expected GNTST_okay (0) at ");
    expect_complaint(wrong_exception,
                     "FAIL: trial: 0 is none, expected #GP[0008] at ");
}

CASE("expect_true(), expect_str(), expect_mem() and others: fail -> condition, strings, first byte")
{
    expect_complaint(wrong_true,
                     "FAIL: trial: 1 > 2 is false, expected true at ");
    expect_complaint(wrong_false,
                     "FAIL: trial: 2 > 1 is true, expected false at ");
    expect_complaint(wrong_str, "FAIL: trial: \"a\" \"b\" is \"ab\""
                     ", expected \"abc\" at ");
    expect_complaint(wrong_null, "FAIL: trial: NULL is \"(null)\""
                     ", expected \"abc\" at ");
    expect_complaint(wrong_mem, "FAIL: trial: byte 0x2 of 0x4 at \"abcd\" is "
                     "0x63, expected 0x78 (2 bytes differ) at ");
    expect_complaint(wrong_fill, "FAIL: trial: byte 0x2 of 0x3 at "
                     "\"\\1\\1\\2\" is 0x02, expected 0x01 (1 bytes differ)");
    expect_complaint(wrong_msg, "FAIL: trial: got 1 of 2 at ");
}

/* Macros that a message must show unexpanded. */
#define TWO             (1 + 1)
#define CALL(arg)       minus_einval()

static void req_eq(void) { require_eq(TWO, 3); }
static void req_ne(void) { require_ne(TWO, 2); }
static void req_hex(void) { require_hex(TWO, 3); }
static void req_errno(void) { require_errno(CALL(TWO), 0); }
static void req_ok(void) { require_ok(CALL(TWO)); }
static void req_gntst(void) { require_gntst(TWO - 3, GNTST_okay); }
static void req_true(void) { require_true(TWO > 2); }
static void exp_eq(void) { expect_eq(TWO, 3); }
static void exp_ok(void) { expect_ok(CALL(TWO)); }
static void exp_false(void) { expect_false(TWO > 1); }
static void exp_range(void) { expect_range(TWO, 3, 4); }
static void exp_mem(void) { expect_mem(&(uint8_t){ TWO }, "x", 1); }
static void exp_held(void) { XTF_REQUIRE(expect_eq(TWO, 3)); }

CASE("expect_eq(), require_ok() and others: argument is a macro -> message shows it unexpanded")
{
    expect_complaint(req_eq, "FAIL: trial: TWO is 2, expected 3 at ");
    expect_complaint(req_ne, "FAIL: trial: TWO is 2, expected not 2 at ");
    expect_complaint(req_hex, "FAIL: trial: TWO is 0x2, expected 0x3 at ");
    expect_complaint(req_errno, "FAIL: trial: CALL(TWO) is -EINVAL (-22)");
    expect_complaint(req_ok, "FAIL: trial: CALL(TWO) is -EINVAL (-22)");
    expect_complaint(req_gntst, "FAIL: trial: TWO - 3 is GNTST_");
    expect_complaint(req_true, "FAIL: trial: TWO > 2 is false");
    expect_complaint(exp_eq, "FAIL: trial: TWO is 2, expected 3 at ");
    expect_complaint(exp_ok, "FAIL: trial: CALL(TWO) is -EINVAL (-22)");
    expect_complaint(exp_false, "FAIL: trial: TWO > 1 is true");
    expect_complaint(exp_range, "FAIL: trial: TWO is 2, expected 3 to 4 at ");
    expect_complaint(exp_mem, "FAIL: trial: byte 0 of 0x1 at "
                     "&(uint8_t){ TWO } is 0x02");
    expect_complaint(exp_held, "FAIL: trial: TWO is 2, expected 3 at ");
}

CASE("expect_eq(): fails -> message ends with file and line")
{
    char where[64];

    snprintf(where, sizeof(where), " at %s:", __FILE__);
    expect_eq(try(wrong_eq), XTF_CASE_FAIL);
    expect_true(strstr(output, where));
    expect_eq(output[nr_output - 1], '\n');
}

static unsigned int reached;

static void goes_on(void)
{
    expect_eq(1, 2);
    reached++;
    require_eq(1, 2);
    reached += 10;
}

CASE("case: expect_eq() fails, require_eq() fails -> continues, ends, one FAIL line")
{
    const char *also;

    reached = 0;
    expect_eq(try(goes_on), XTF_CASE_FAIL);
    expect_eq(reached, 1);

    /* One FAIL line for each case; further failures follow it as details. */
    expect_true(strstr(output, "FAIL: "));
    expect_false(strstr(output + 1, "FAIL: "));
    also = strstr(output, "\n      also: 1 is 1, expected 2 at ");
    expect_true(also);
    expect_false(strstr(output, "PASS"));
}

static void fails_often(void)
{
    unsigned int i;

    for ( i = 0; i < 100; ++i )
        expect_eq(i, -1);
}

CASE("case: 100 failures -> 8 printed, the others counted")
{
    expect_eq(try(fails_often), XTF_CASE_FAIL);
    expect_true(strstr(output, "      and 92 more\n"));
    expect_false(strstr(output, "i is 8,"));
}

static void skips(void)
{
    skip_case("no %s", "luck");
    reached++;
}

static void fails_and_skips(void)
{
    expect_true(false);
    skip_case("no luck");
}

static void errs(void)
{
    error_case("no memory");
    reached++;
}

static void checks_nothing(void)
{
}

/* The report of a case whose body checks nothing. */
#define expect_checks_nothing()                                         \
    expect_str(output, "ERROR: trial: the case checks nothing at "      \
               __FILE__ ":77\n")

CASE("skip_case(), error_case(), no check: in a case -> SKIP, ERROR, ERROR, case ends")
{
    reached = 0;

    expect_eq(try(skips), XTF_CASE_SKIP);
    expect_str(output, "SKIP: trial: no luck\n");

    expect_eq(try(errs), XTF_CASE_ERROR);
    expect_true(strstr(output, "ERROR: trial: no memory at "));

    expect_eq(reached, 0);

    expect_eq(try(fails_and_skips), XTF_CASE_FAIL);

    expect_eq(try(checks_nothing), XTF_CASE_ERROR);
    expect_checks_nothing();
}

/* A check as in a fixture, which is a file that defines XTF_FIXTURE. */
static const struct xtf_where in_fixture = { "fixture.c", 5, true, "answer" };

static bool fixture_checks(int answer)
{
    return xtf_expect_msg(&in_fixture, answer == 42, "the answer is %d",
                          answer);
}

static bool set_up(unsigned int param)
{
    if ( param == 1 )
        xtf_case_skip("no luck");

    return fixture_checks(42) && !param;
}

static void call_fixture(void) { fixture_checks(42); }
static void call_bad_fixture(void) { fixture_checks(41); }

CASE("case: checks in its fixture only, in its body -> ERROR, PASS")
{
    struct xtf_case c = {
        .name = "trial", .file = __FILE__, .line = 77, .setup = set_up,
        .fn = checks_nothing,
    };

    expect_eq(try_case(&c), XTF_CASE_ERROR);
    expect_checks_nothing();

    c.fn = call_fixture;
    expect_eq(try_case(&c), XTF_CASE_ERROR);
    expect_checks_nothing();

    c.fn = holds;
    expect_eq(try_case(&c), XTF_CASE_PASS);

    /* A set-up that fails must report a verdict: else the case is an ERROR. */
    reached = 0;
    c.fn = skips;
    c.param = 1;
    expect_eq(try_case(&c), XTF_CASE_SKIP);
    c.param = 2;
    expect_eq(try_case(&c), XTF_CASE_ERROR);
    expect_checks_nothing();
    expect_eq(reached, 0);
}

static void checks_in_cleanup(void *arg)
{
    expect_eq(1, 1);
}

static void checks_nothing_itself(void)
{
    xtf_case_cleanup(checks_in_cleanup, NULL);
}

CASE("case: checks in its cleanups only -> ERROR")
{
    expect_eq(try(checks_nothing_itself), XTF_CASE_ERROR);
    expect_checks_nothing();
}

static void calls_bad_fixture(void)
{
    XTF_CALL(fixture_checks(40));
}

/* The line of that call. */
static const unsigned int calls_bad_fixture_line = __LINE__ - 4;

CASE("XTF_CALL(): a fixture's check fails -> message names the test's line and the fixture's")
{
    char line[64];

    expect_complaint(call_bad_fixture, "FAIL: trial: the answer is 41 at "
                     __FILE__ ":77, in fixture.c:5\n");

    /* XTF_CALL() records the line of the call. */
    snprintf(line, sizeof(line), "the answer is 40 at %s:%u, in fixture.c:5\n",
             __FILE__, calls_bad_fixture_line);
    expect_eq(try(calls_bad_fixture), XTF_CASE_FAIL);
    expect_true(strstr(output, line));
}

static void errs_then_fails(void)
{
    xtf_case_error(XTF_HERE, "no memory");
    expect_eq(1, 2);
}

static void fails_then_errs(void)
{
    expect_eq(1, 2);
    error_case("no memory");
}

CASE("case: error before failure, failure before error -> ERROR line, FAIL line first")
{
    expect_eq(try(errs_then_fails), XTF_CASE_ERROR);
    expect_eq(strncmp(output, "ERROR: trial: no memory at ", 27), 0);
    expect_true(strstr(output, "\n      also: 1 is 1, expected 2 at "));
    expect_eq(try(fails_then_errs), XTF_CASE_FAIL);
    expect_eq(strncmp(output, "FAIL: trial: 1 is 1, ", 21), 0);
    expect_true(strstr(output, "\n      also: no memory at "));
}

static bool skipped_at_cleanup;

static void fails_in_cleanup(void *arg)
{
    skipped_at_cleanup = xtf_case_skipped();
    expect_eq(1, 2);
}

static void skips_and_leaks(void)
{
    xtf_case_cleanup(fails_in_cleanup, NULL);
    skip_case("no luck");
}

CASE("case: skipped, then a cleanup fails -> one FAIL line, the skip as a detail")
{
    expect_eq(try(skips_and_leaks), XTF_CASE_FAIL);
    expect_true(skipped_at_cleanup);
    expect_eq(strncmp(output, "FAIL: trial: 1 is 1, expected 2 at ", 35), 0);
    expect_false(strstr(output, "SKIP: "));
    expect_true(strstr(output, "\n      also: skipped: no luck\n"));
}

CASE("xtf_title_matches(): patterns with *, ?, plain text -> matches or not")
{
    static const struct
    {
        const char *pattern, *text;
        bool matches;
    } trials[] = {
        { "map: one", "map: one", true },
        { "map: one", "map: one more", false },
        { "map: one more", "map: one", false },
        { "map*", "map: one", true },
        { "*one", "map: one", true },
        { "*one", "map: one more, one", true },
        { "*o*e", "map: one more", true },
        { "*o*f", "map: one more", false },
        { "map??one", "map: one", true },
        { "map?one", "map: one", false },
        { "*", "", true },
        { "", "", true },
        { "", "map", false },
        { "?", "", false },
        { "**p", "map", true },
    };
    unsigned int i;

    for ( i = 0; i < ARRAY_SIZE(trials); ++i )
        expect_msg(xtf_title_matches(trials[i].pattern, trials[i].text) ==
                   trials[i].matches, "\"%s\" %s \"%s\"",
                   trials[i].pattern,
                   trials[i].matches ? "does not match" : "matches",
                   trials[i].text);
}

static char order[8];

static void note(void *arg)
{
    order[strlen(order)] = *(const char *)arg;
}

static void cleans_up(void)
{
    xtf_case_cleanup(note, "a");
    xtf_case_cleanup(note, "b");
    note("0");
    require_true(false);
    note("1");
}

CASE("xtf_case_cleanup(): two, case fails -> both run, the last one first")
{
    memset(order, 0, sizeof(order));
    expect_eq(try(cleans_up), XTF_CASE_FAIL);
    expect_str(order, "0ba");
}

static void fails(void) { expect_true(false); }

CASE("xtf_try_case(): fails inside a case -> the outer case has not failed")
{
    bool before = xtf_case_failed();

    try(fails);

    expect_false(before);
    expect_false(xtf_case_failed());
}
