/*
 * vsnprintf(): every conversion, flag and length modifier.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <xtf.h>

static char buf[128];

/* The formatted text, if vsnprintf() returned its length. */
static const char *__printf(1, 2) text(const char *fmt, ...)
{
    va_list args;
    int len;

    memset(buf, 0x5a, sizeof(buf));
    va_start(args, fmt);
    len = vsnprintf(buf, sizeof(buf), fmt, args);
    va_end(args);

    return len == (int)strlen(buf) ? buf : "(the length returned is wrong)";
}

CASE("vsnprintf(): text, %% -> as given, one percent sign")
{
    expect_str(text("plain"), "plain");
    expect_str(text("100%%"), "100%");
    expect_eq(snprintf(buf, sizeof(buf), "%s", ""), 0);
    expect_str(buf, "");
}

CASE("vsnprintf(): %d, %i, %lld, sign flags -> signed decimal")
{
    expect_str(text("%d %i", 0, -1), "0 -1");
    expect_str(text("%+d % d", 5, 5), "+5  5");
    expect_str(text("%d", -__INT_MAX__ - 1), "-2147483648");
    expect_str(text("%lld", -__LONG_LONG_MAX__ - 1), "-9223372036854775808");
}

CASE("vsnprintf(): %u, %o, %x, %X, # flag -> unsigned, octal, hexadecimal")
{
    expect_str(text("%u", ~0u), "4294967295");
    expect_str(text("%llu", ~0ull), "18446744073709551615");
    expect_str(text("%o %#o", 8, 8), "10 010");
    expect_str(text("%x %X", 0xbeef, 0xbeef), "beef BEEF");
    expect_str(text("%#x %#X %#x", 0xbeef, 0xbeef, 0), "0xbeef 0XBEEF 0");
    expect_str(text("%#llx", 0x123456789abcdef0ull), "0x123456789abcdef0");
}

CASE("vsnprintf(): hh, h, l, z, t, j -> value truncated to its type")
{
    /* Volatile: the compiler would warn about the truncation. */
    const char *volatile narrow = "%hhd %hhu %hd %hu %hhx %hX";

    expect_str(text(narrow, 0x181, 0x181, 0x18001, 0x18001, 0x1ab, 0x1abcd),
               "-127 129 -32767 32769 ab ABCD");
    expect_str(text("%ld %lu", -2l, 2ul), "-2 2");
    expect_str(text("%zu %td %jd", (size_t)7, (ptrdiff_t)-7, (intmax_t)-8),
               "7 -7 -8");
    expect_str(text("%" PRIx64 " %d", (uint64_t)0x100000001ull, 3),
               "100000001 3");
}

CASE("vsnprintf(): width, 0 and - flag, precision -> padded")
{
    expect_str(text("[%5d] [%-5d] [%05d]", 42, 42, 42),
               "[   42] [42   ] [00042]");
    expect_str(text("[%05d] [%+05d]", -42, 42), "[-0042] [+0042]");
    expect_str(text("[%#06x] [%8.4x]", 0xab, 0xab), "[0x00ab] [    00ab]");
    expect_str(text("[%.0d] [%.3d]", 0, 7), "[] [007]");
    expect_str(text("[%*d] [%-*d] [%.*d]", 4, 1, 4, 1, 4, 1),
               "[   1] [1   ] [0001]");
    expect_str(text("[%*d]", -4, 1), "[1   ]");
}

CASE("vsnprintf(): %c, %s, width, precision, NULL -> padded, truncated, (null)")
{
    expect_str(text("[%c] [%3c] [%-3c]", 'x', 'y', 'z'), "[x] [  y] [z  ]");
    expect_str(text("[%s] [%5s] [%-5s]", "abc", "abc", "abc"),
               "[abc] [  abc] [abc  ]");
    expect_str(text("[%.2s] [%.*s]", "abc", 1, "xyz"), "[ab] [x]");
    expect_str(text("%s", (const char *)ACCESS_ONCE((char *){ NULL })),
               "(null)");
}

CASE("vsnprintf(): %p -> all digits")
{
    expect_str(text("%p", _p(0x1234)), IS_DEFINED(CONFIG_64BIT) ?
               "0000000000001234" : "00001234");
}

CASE("vsnprintf(): %pe -> name and error code of the exception")
{
    expect_str(text("%pe", _p(EXINFO_SYM(UD, 0))), "#UD");
    expect_str(text("%pe", _p(EXINFO_SYM(GP, 0))), "#GP[0000]");
    expect_str(text("%pe", _p(EXINFO_SYM(GP, 0x18))), "#GP[0018]");
    expect_str(text("%pe", _p(EXINFO_SYM(PF, PFEC_SYM(P, W)))), "#PF[0003]");
    expect_str(text("%pe", _p(EXINFO(0xf0, 0))), "#vec[0xf0]");
    expect_str(text("%pe", _p(0)), "none");
    expect_str(text("%peter", _p(EXINFO_SYM(DE, 0))), "#DEter");
}

CASE("snprintf(): buffer too small, NULL -> truncated text, length of the whole text")
{
    memset(buf, 0x5a, sizeof(buf));

    expect_eq(snprintf(buf, 4, "abcdef"), 6);
    expect_str(buf, "abc");
    expect_fill(buf + 4, 0x5a, sizeof(buf) - 4);

    expect_eq(snprintf(buf, 1, "%d", 12345), 5);
    expect_str(buf, "");

    expect_eq(snprintf(NULL, 0, "%s%d", "abc", 12), 5);
}

static int __printf(1, 2) crlf(const char *fmt, ...)
{
    va_list args;
    int len;

    va_start(args, fmt);
    len = vsnprintf_internal(buf, sizeof(buf), fmt, args, LF_TO_CRLF);
    va_end(args);

    return len;
}

CASE("vsnprintf_internal(): LF_TO_CRLF -> each newline is CR LF")
{
    expect_eq(crlf("a\nb%s", "\n"), 6);
    expect_str(buf, "a\r\nb\r\n");
}
