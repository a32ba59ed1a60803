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
 * line: PASS, SKIP or FAIL.  The image's verdict follows from them.  A case
 * goes on after an expectation that fails; require_*() ends the case instead.
 * A case that checks nothing is an error of the test.
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

struct xtf_case
{
    const char *name;
    const char *file;
    unsigned int line;
    void (*fn)(void);
};

/* Define and register a case.  The body follows. */
#define CASE(case_name)     XTF_CASE(case_name, XTF_PASTE(case_, __LINE__))

#define XTF_CASE(case_name, id)     XTF_CASE2(case_name, id)
#define XTF_CASE2(case_name, id)                                        \
    static void id(void);                                               \
    static const struct xtf_case id ## _desc                            \
    __section(".cases") __used __aligned(sizeof(long)) = {              \
        .name = case_name, .file = __FILE__, .line = __LINE__,          \
        .fn = id,                                                       \
    };                                                                  \
    static void id(void)

/** Run all cases of the image and record what they came to. */
void xtf_run_cases(void);

enum xtf_outcome
{
    XTF_CASE_PASS,
    XTF_CASE_SKIP,
    XTF_CASE_ERROR,
    XTF_CASE_FAIL,
};

/**
 * Run @p c and print its line, within another case or outside of any, without
 * an influence on the image's verdict.  @return what it came to.
 */
enum xtf_outcome xtf_try_case(const struct xtf_case *c);

/** The name of the running case, or NULL outside of any. */
const char *xtf_case_name(void);

/** Has an expectation of the running case failed? */
bool xtf_case_failed(void);

/** Code to run after the running case, pass or fail: undo what it did. */
void xtf_case_cleanup(void (*fn)(void *), void *arg);

/* Where an expectation stands and how its source reads. */
struct xtf_where
{
    const char *file;
    unsigned int line;
    const char *expr;
};

/*
 * How a value prints: writes its name, such as "-EINVAL", to buf.  False if it
 * has none; only the number is printed then.
 */
typedef bool (*xtf_namer)(char *buf, size_t size, long long val);

bool name_errno(char *buf, size_t size, long long val);
bool name_gntst(char *buf, size_t size, long long val);
bool name_exinfo(char *buf, size_t size, long long val);
bool name_bool(char *buf, size_t size, long long val);
bool name_hex(char *buf, size_t size, long long val);

/* What the macros below call.  True if the expectation holds. */
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

#define XTF_WHERE(text)                                                 \
    (&(const struct xtf_where){ __FILE__, __LINE__, text })

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
#define expect_exception(got, want)                                     \
    XTF_EXPECT(#got, name_exinfo, exinfo_t, got, "", want)

/* Conditions. */
#define expect_true(cond)           XTF_EXPECT_TRUE(#cond, cond)
#define XTF_EXPECT_TRUE(text, cond)                                     \
    XTF_EXPECT(text, name_bool, bool, cond, "", true)
#define expect_false(cond)                                              \
    XTF_EXPECT(#cond, name_bool, bool, cond, "", false)

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
#define require_true(cond)          XTF_REQUIRE(XTF_EXPECT_TRUE(#cond, cond))
#define require_msg(cond, ...)                                          \
    XTF_REQUIRE(xtf_expect_msg(XTF_WHERE(#cond), cond, __VA_ARGS__))

/* What the case needs is not there: it counts as skipped, and ends. */
#define skip_case(...)                                                  \
    do { xtf_case_skip(__VA_ARGS__); return; } while ( 0 )

/* The case cannot be carried out, and not for a fault of Xen: it ends. */
#define error_case(...)                                                 \
    do { xtf_case_error(XTF_WHERE(""), __VA_ARGS__); return; } while ( 0 )

#endif /* XTF_CASE_H */
