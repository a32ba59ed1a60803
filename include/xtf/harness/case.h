/*
 * Cases and expectations: how a test of many small checks is written.
 *
 *     const char test_title[] = "Event channels: close";
 *
 *     CASE("close: a port that is not open")
 *     {
 *         expect_errno(hypercall_evtchn_close(5), -EINVAL);
 *     }
 *
 * An image's cases run in source order (files by name), and each prints one
 * line when it ends:
 *
 *     PASS: <title>
 *     SKIP: <title>: <reason>
 *     FAIL: <title>: <reason> at <file>:<line>
 *     ERROR: <title>: <reason> at <file>:<line>
 *
 * The image's verdict follows from them.  A case goes on after an expectation
 * that fails; require_*() ends the case instead.  A case whose body checks
 * nothing is an error of the test.
 *
 * No case depends on another.  The guest's command line chooses among them:
 * case=<pattern>, with * for any text and ? for any character, runs only those
 * whose titles match (there may be several), and shuffle=<number> runs them in
 * another order, the same for the same number.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef XTF_CASE_H
#define XTF_CASE_H

#include <xtf/compiler.h>
#include <xtf/libc.h>
#include <xtf/macro_magic.h>
#include <xtf/types.h>

#include <arch/exinfo.h>

/* The runner reads this from the image: build/touchstone/runner/image.py. */
struct xtf_case
{
    const char *name;
    const char *file;
    unsigned int line;

    /* Cases of a later stage run after all of an earlier one. */
    unsigned int stage;

    /*
     * What goes before the body, if anything: false if the case cannot go on,
     * having been skipped or an error.  What it checks does not count as the
     * case's own.
     */
    bool (*setup)(unsigned int param);
    unsigned int param;

    void (*fn)(void);
};

/*
 * The stage of the cases that follow in a file, 0 if it does not say.  A file
 * redefines it where cases change what cannot be undone, such as the size of
 * the grant table.
 */
#define XTF_CASE_STAGE 0

/* Define and register a case.  The body follows. */
#define CASE(case_name)     XTF_CASE(case_name, NULL, 0)

/* The same, whose body runs only if setup(param) is true. */
#define XTF_CASE(case_name, setup, param)                               \
    static void XTF_CASE_BODY(void);                                    \
    XTF_CASE_ENTRY(case_name, setup, param)                             \
    static void XTF_CASE_BODY(void)

/*
 * Register the body as a case of this name.  A macro that makes several cases
 * of one body has XTF_CASE_BODY declared, this several times, and then the
 * body.
 */
#define XTF_CASE_BODY       XTF_PASTE(case_, __LINE__)
#define XTF_CASE_ENTRY(case_name, setup_, param_)                       \
    static const struct xtf_case XTF_PASTE(xtf_case_, __COUNTER__)      \
    __section(".cases") __used __aligned(sizeof(long)) = {              \
        .name = case_name, .file = __FILE__, .line = __LINE__,          \
        .stage = XTF_CASE_STAGE, .setup = setup_, .param = param_,      \
        .fn = XTF_CASE_BODY,                                            \
    };

/**
 * Run the cases of the image that the command line chooses, and record the
 * image's verdict.
 */
void xtf_run_cases(void);

enum xtf_outcome
{
    XTF_CASE_PASS,
    XTF_CASE_SKIP,
    XTF_CASE_ERROR,
    XTF_CASE_FAIL,
};

/**
 * Run @p c and print its line, inside another case or outside of any.  The
 * image's verdict does not change.  @return the outcome of @p c.
 */
enum xtf_outcome xtf_try_case(const struct xtf_case *c);

/**
 * Print what goes before the text of an error of the running case.
 * @return false, with nothing printed, outside of any case.
 */
bool xtf_case_begin_error(void);

/**
 * True if @p pattern matches the whole of @p text; * in it is any text and ?
 * any character.
 */
bool xtf_title_matches(const char *pattern, const char *text);

/** The title of the running case; NULL outside of any. */
const char *xtf_case_title(void);

/** True if an expectation of the running case has failed. */
bool xtf_case_failed(void);

/**
 * True if the running case was skipped.  A fixture's cleanup then restores what
 * is left without a failure, since the body ended early.
 */
bool xtf_case_skipped(void);

/**
 * Call fn(arg) after the running case, whatever its outcome.  The function that
 * was registered last is called first.  Register it before what it undoes, so
 * that the case cannot end in between.
 */
void xtf_case_cleanup(void (*fn)(void *), void *arg);

/* Where an expectation stands and how its source reads. */
struct xtf_where
{
    const char *file;
    unsigned int line;
    bool fixture;
    const char *expr;
};

/*
 * How a value prints: writes its name, such as "-EINVAL", to buf.  False if it
 * has none; only the number is printed then.
 */
typedef bool (*xtf_namer)(char *buf, size_t size, long long val);

/** Namers: -errno; GNTST_; exinfo_t; true or false; hexadecimal. */
bool name_errno(char *buf, size_t size, long long val);
bool name_gntst(char *buf, size_t size, long long val);
bool name_exinfo(char *buf, size_t size, long long val);
bool name_bool(char *buf, size_t size, long long val);
bool name_hex(char *buf, size_t size, long long val);

/* The functions behind the macros below; true if the expectation holds. */
bool xtf_expect(const struct xtf_where *w, xtf_namer namer,
                long long got, const char *relation, long long want);
bool xtf_expect_str(const struct xtf_where *w, const char *got,
                    const char *want);
bool xtf_expect_mem(const struct xtf_where *w, const void *got,
                    const void *want, size_t len);
bool xtf_expect_fill(const struct xtf_where *w, const void *got,
                     uint8_t want, size_t len);
bool xtf_expect_msg(const struct xtf_where *w, bool ok,
                    const char *fmt, ...) __printf(3, 4);
void xtf_case_skip(const char *fmt, ...) __printf(1, 2);
void xtf_case_error(const struct xtf_where *w, const char *fmt, ...)
    __printf(2, 3);

/*
 * A file that defines this ahead of its includes holds a fixture: what it
 * expects does not count as a check of the case.
 */
#ifdef XTF_FIXTURE
#define XTF_IN_FIXTURE      true
#else
#define XTF_IN_FIXTURE      false
#endif

#define XTF_WHERE(text)                                                 \
    (&(const struct xtf_where){                                         \
        __FILE__, __LINE__, XTF_IN_FIXTURE, text                        \
    })

/* This line, where there is no expression to name. */
#define XTF_HERE            XTF_WHERE("")

/*
 * A call of a fixture's function from a test: what fails in there is reported
 * at this line, and the fixture's own is named beside it.
 *
 *     #define gnt_map(op) XTF_CALL(gnt_map(op))
 *
 * Without it, the report names the line where the case begins.
 */
#define XTF_CALL(call)                                                  \
({                                                                      \
    static const struct xtf_where here_ = {                             \
        __FILE__, __LINE__, XTF_IN_FIXTURE, ""                          \
    };                                                                  \
    const struct xtf_where *outer_ = xtf_enter(&here_);                 \
    typeof(call) result_ = call;                                        \
                                                                        \
    xtf_leave(outer_);                                                  \
    result_;                                                            \
})

/* The same of a function without a result. */
#define XTF_CALL_VOID(call)                                             \
    ((void)XTF_CALL(({ call; 0; })))

/** What XTF_CALL() calls: set, and restore, the line that failures name. */
const struct xtf_where *xtf_enter(const struct xtf_where *here);
void xtf_leave(const struct xtf_where *outer);

/*
 * Each compares, prints both sides if they disagree, and is true if they
 * agree.  The first argument appears in the message as it is written: a macro
 * of a test which passes its own argument on hands the text of that to the
 * XTF_EXPECT_…() behind an expectation, as require_*() do.
 */

#define XTF_EXPECT(text, namer, type, got, relation, want)              \
    xtf_expect(XTF_WHERE(text), namer, (type)(got), relation, (type)(want))

/* Integers: equal, by number. */
#define expect_eq(got, want)    XTF_EXPECT_EQ(#got, got, want)
#define XTF_EXPECT_EQ(text, got, want)                                  \
    XTF_EXPECT(text, NULL, long long, got, "", want)

/* Integers: anything but. */
#define expect_ne(got, unwanted)    XTF_EXPECT_NE(#got, got, unwanted)
#define XTF_EXPECT_NE(text, got, unwanted)                              \
    XTF_EXPECT(text, NULL, long long, got, "not ", unwanted)

/* Integers of flag bits or addresses: equal, in hexadecimal. */
#define expect_hex(got, want)   XTF_EXPECT_HEX(#got, got, want)
#define XTF_EXPECT_HEX(text, got, want)                                 \
    XTF_EXPECT(text, name_hex, long long, got, "", want)

/* Integers: got is within [lo, hi]. */
#define expect_range(got, lo, hi)                                       \
    XTF_EXPECT_RANGE(#got, got, lo, hi)

#define XTF_EXPECT_RANGE(text, got, lo, hi)                             \
({                                                                      \
    long long got_ = (got), lo_ = (lo), hi_ = (hi);                     \
                                                                        \
    xtf_expect_msg(XTF_WHERE(text), got_ >= lo_ && got_ <= hi_,         \
                   "%s is %lld, expected %lld to %lld",                 \
                   text, got_, lo_, hi_);                               \
})

/* A hypercall's return value: 0, or this -errno. */
#define expect_errno(got, want)     XTF_EXPECT_ERRNO(#got, got, want)
#define XTF_EXPECT_ERRNO(text, got, want)                               \
    XTF_EXPECT(text, name_errno, long, got, "", want)
#define expect_ok(got)              XTF_EXPECT_ERRNO(#got, got, 0)

/* A grant table status: GNTST_*. */
#define expect_gntst(got, want)     XTF_EXPECT_GNTST(#got, got, want)
#define XTF_EXPECT_GNTST(text, got, want)                               \
    XTF_EXPECT(text, name_gntst, int, got, "", want)

/* An exception: EXINFO_SYM(…), or 0 for none. */
#define expect_exception(got, want) XTF_EXPECT_EXCEPTION(#got, got, want)
#define XTF_EXPECT_EXCEPTION(text, got, want)                           \
    XTF_EXPECT(text, name_exinfo, exinfo_t, got, "", want)

/* Conditions. */
#define expect_true(cond)           XTF_EXPECT_TRUE(#cond, cond)
#define XTF_EXPECT_TRUE(text, cond)                                     \
    XTF_EXPECT(text, name_bool, bool, cond, "", true)
#define expect_false(cond)          XTF_EXPECT_FALSE(#cond, cond)
#define XTF_EXPECT_FALSE(text, cond)                                    \
    XTF_EXPECT(text, name_bool, bool, cond, "", false)

/* Strings, and memory byte by byte: the first difference is printed. */
#define expect_str(got, want)                                           \
    xtf_expect_str(XTF_WHERE(#got), got, want)
#define expect_mem(got, want, len)                                      \
    xtf_expect_mem(XTF_WHERE(#got), got, want, len)

/* len bytes at got all have this value. */
#define expect_fill(got, byte, len)                                     \
    xtf_expect_fill(XTF_WHERE(#got), got, byte, len)

/* A condition that needs words of its own: the format says what is wrong. */
#define expect_msg(cond, ...)                                           \
    xtf_expect_msg(XTF_WHERE(#cond), cond, __VA_ARGS__)

/* As expect_*(), but what follows makes no sense without it: the case ends. */
#define XTF_REQUIRE(held)   do { if ( !(held) ) return; } while ( 0 )

#define require_eq(got, want)       XTF_REQUIRE(XTF_EXPECT_EQ(#got, got, want))
#define require_ne(got, unwanted)                                       \
    XTF_REQUIRE(XTF_EXPECT_NE(#got, got, unwanted))
#define require_hex(got, want)                                          \
    XTF_REQUIRE(XTF_EXPECT_HEX(#got, got, want))
#define require_errno(got, want)                                        \
    XTF_REQUIRE(XTF_EXPECT_ERRNO(#got, got, want))
#define require_ok(got)             XTF_REQUIRE(XTF_EXPECT_ERRNO(#got, got, 0))
#define require_gntst(got, want)                                        \
    XTF_REQUIRE(XTF_EXPECT_GNTST(#got, got, want))
#define require_exception(got, want)                                    \
    XTF_REQUIRE(XTF_EXPECT_EXCEPTION(#got, got, want))
#define require_range(got, lo, hi)                                      \
    XTF_REQUIRE(XTF_EXPECT_RANGE(#got, got, lo, hi))
#define require_true(cond)          XTF_REQUIRE(XTF_EXPECT_TRUE(#cond, cond))
#define require_false(cond)         XTF_REQUIRE(XTF_EXPECT_FALSE(#cond, cond))
#define require_str(got, want)                                          \
    XTF_REQUIRE(xtf_expect_str(XTF_WHERE(#got), got, want))
#define require_mem(got, want, len)                                     \
    XTF_REQUIRE(xtf_expect_mem(XTF_WHERE(#got), got, want, len))
#define require_fill(got, byte, len)                                    \
    XTF_REQUIRE(xtf_expect_fill(XTF_WHERE(#got), got, byte, len))
#define require_msg(cond, ...)                                          \
    XTF_REQUIRE(xtf_expect_msg(XTF_WHERE(#cond), cond, __VA_ARGS__))

/* The case cannot run here: it counts as skipped, and ends. */
#define skip_case(...)                                                  \
    do { xtf_case_skip(__VA_ARGS__); return; } while ( 0 )

/* The case cannot be carried out, and not for a fault of Xen: it ends. */
#define error_case(...)                                                 \
    do { xtf_case_error(XTF_HERE, __VA_ARGS__); return; } while ( 0 )

#endif /* XTF_CASE_H */
