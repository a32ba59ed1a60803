/*
 * Check snprintf() and its relatives: against the table of cases that gen.c
 * made with the host's C library, and where that has no answer.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "check.h"

#include <arch/exinfo.h>

static const struct
{
    const char *fmt;
    unsigned int nr_stars;
    int star1, star2;
    char kind;              /* Type of the argument: see gen.c */
    unsigned long long val;
    const char *str;
    size_t size;
    int ret;
    const char *out;
} printf_cases[] = {
#include "cases.inc"
};

static void check_cases(void)
{
    static char buf[512];

    for ( unsigned int i = 0; i < ARRAY_SIZE(printf_cases); i++ )
    {
        const typeof(printf_cases[0]) *t = &printf_cases[i];
        size_t expected = t->ret < 0 || t->size == 0 ? 0 :
            (size_t)t->ret < t->size ? (size_t)t->ret + 1 : t->size;
        int ret;

#define CALL(arg)                                                                       \
        (t->nr_stars == 0 ? snprintf(t->size ? buf : NULL, t->size, t->fmt, arg)        \
         : t->nr_stars == 1 ? snprintf(buf, t->size, t->fmt, t->star1, arg)             \
         : snprintf(buf, t->size, t->fmt, t->star1, t->star2, arg))

        for ( size_t j = 0; j < sizeof(buf); j++ )
            buf[j] = GUARD;

        switch ( t->kind )
        {
        case 'i':
        case 'c': ret = CALL((int)t->val);       break;
        case 'l': ret = CALL((long)t->val);      break;
        case 'z': ret = CALL((size_t)t->val);    break;
        case 't': ret = CALL((ptrdiff_t)t->val); break;
        case 'q': ret = CALL(t->val);            break;
        case 'j': ret = CALL((intmax_t)t->val);  break;
        case 's': ret = CALL(t->str);            break;
        default:  ret = CALL(0);                 break;
        }

#undef CALL

        if ( !check(ret == t->ret && same(buf, t->out, expected) &&
                    (t->ret < 0 || all(buf + t->size, GUARD, sizeof(buf) - t->size)), t->fmt, ret) && failed <= 20 )
        {
            buf[sizeof(buf) - 1] = '\0';
            say("  got      \"");
            say(t->size ? buf : "");
            say("\"\n  expected \"");
            say(t->out);
            say("\", ");
            say_number(t->ret);
            say("\n");
        }
    }
}

static void expect_text(const char *expected, const char *fmt, ...)
{
    char buf[64];
    va_list args;
    int ret, len = 0;

    while ( expected[len] )
        len++;

    va_start(args, fmt);
    ret = vsnprintf_internal(buf, sizeof(buf), fmt, args, LF_TO_CRLF);
    va_end(args);

    if ( !check(ret == len && same(buf, expected, len + 1), fmt, ret) )
    {
        say("  got      \"");
        say(buf);
        say("\"\n  expected \"");
        say(expected);
        say("\"\n");
    }
}

#define EXINFO_PTR(exc, ec) _p(EXINFO_SYM(exc, ec))

/* What no other C library does, or what C leaves open. */
static void check_printf_extensions(void)
{
    static const char unterminated[3] = { 'a', 'b', 'c' };
    char buf[4] = { GUARD, GUARD, GUARD, GUARD };

    expect_text("none", "%pe", _p(0));
    expect_text("#DE", "%pe", EXINFO_PTR(DE, 0));
    expect_text("#UD", "%pe", EXINFO_PTR(UD, 0));
    expect_text("#UD[0001]", "%pe", EXINFO_PTR(UD, 1));
    expect_text("#GP[0000]", "%pe", EXINFO_PTR(GP, 0));
    expect_text("#GP[0018]", "%pe", EXINFO_PTR(GP, 0x18));
    expect_text("#PF[0003]!", "%pe!", EXINFO_PTR(PF, 3));
    expect_text("#NMI", "%pe", EXINFO_PTR(NMI, 0));
    expect_text("#vec[0xf0]", "%pe", _p(EXINFO(0xf0, 0)));
    expect_text("#vec[0x1f][0007]", "%pe", _p(EXINFO(0x1f, 7)));
    expect_text("  #UD|#UD  |", "%5pe|%-5pe|", EXINFO_PTR(UD, 0), EXINFO_PTR(UD, 0));
#ifdef __x86_64__
    expect_text("-1 18446744073709551615 ffffffffffffffff -1", "%ld %zu %lx %td", -1l, (size_t)-1, -1ul, (ptrdiff_t)-1);
    expect_text("4294967296 4294967296", "%ld %td", 1l << 32, (ptrdiff_t)1 << 32);
    expect_text("000000000000abcd 0x000000000000abcd", "%p %#p", _p(0xabcd), _p(0xabcd));
#else
    expect_text("-1 4294967295 ffffffff -1", "%ld %zu %lx %td", -1l, (size_t)-1, -1ul, (ptrdiff_t)-1);
    expect_text("0000abcd 0x0000abcd", "%p %#p", _p(0xabcd), _p(0xabcd));
#endif
    expect_text("61|61 00 ff|", "%1ph|%*ph|%0ph", "a", 3, "a\0\377", "a");
    expect_text("a\r\nb\r\n", "a\n%s", "b\n");
    expect_text("\r\n\r\n", "%c%c", '\n', '\n');
    expect_text("(null)|   (null)", "%s|%9s", NULL, NULL);
    expect_text("%y", "%y");
    expect_text("%-5.3y|", "%-5.3y|");
    expect_text("100%", "100%");
    expect_text("%-5l", "%-5l");
    expect_text("abc", "%.3s", unterminated);
    expect_text("abc", "%.*s", 3, unterminated);
    expect_text("1 -2 3 -4 5", "%hhd %hd %ld %lld %zu", 257, 65534, 3l, -4ll, (size_t)5);

    /*
     * Longer than the buffer by far, and longer than the return value can say;
     * neither takes time.
     */
    CHECK(snprintf(buf, 4, "%2147483647d", 1) == 2147483647 && same(buf, "   ", 4), 0);
    CHECK(snprintf(buf, 4, "%-*d", 2147483646, 1) == 2147483646 && same(buf, "1  ", 4), 0);
    CHECK(snprintf(NULL, 0, "%.2147483647d", 1) == 2147483647, 0);
    CHECK(snprintf(NULL, 0, "x%2147483647d", 1) == -1, 0);
    CHECK(snprintf(NULL, 0, "%99999999999d", 1) == 2147483647, 0);
    CHECK(snprintf(NULL, 0, "%*d", -2147483647 - 1, 1) == -1, 0);

    buf[2] = GUARD;
    CHECK(snprintf(buf, 3, "%s", "\n") == 1 && same(buf, "\n\0\245", 3), 0);
    CHECK(snprintf(buf, 3, "abc") == 3 && same(buf, "ab", 3), 0);
}

void check_printf(void)
{
    check_cases();
    check_printf_extensions();
}
