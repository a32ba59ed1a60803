/*
 * Write a table of printf cases, with what the host's C library makes of each,
 * for check.c.
 *
 * Each case holds one conversion between two pieces of text.  Arguments of
 * long, size_t and ptrdiff_t are limited to 32 bits, so that the table fits
 * both widths of the code under test.  Conversions whose outcome C leaves open
 * are not made.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <limits.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#define NR_RANDOM 3000
#define BUF_SIZE  400
#define NO_STAR   INT_MIN

static uint64_t seed = 0x9e3779b97f4a7c15;

static unsigned int rnd(unsigned int n)
{
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;

    return (seed >> 20) % n;
}

static const char *pick(const char *const *list, unsigned int n)
{
    return list[rnd(n)];
}

#define PICK(...) \
    pick((const char *const []){ __VA_ARGS__ }, sizeof((const char *const []){ __VA_ARGS__ }) / sizeof(char *))

static void print_quoted(const char *str, size_t len)
{
    putchar('"');
    for ( ; len; len--, str++ )
        printf("\\%03o", (unsigned char)*str);
    putchar('"');
}

/*
 * One case: fmt has a conversion with the given argument in it.  kind tells
 * the argument's type: i int, l long, q long long, j intmax_t, z size_t, t
 * ptrdiff_t, c char, s string, - none.
 */
static void emit(const char *fmt, int star1, int star2, char kind, int64_t val, const char *str, size_t size)
{
    char buf[BUF_SIZE];
    int ret;

#define CALL(arg)                                                       \
    (star1 == NO_STAR ? snprintf(buf, size, fmt, arg)                   \
     : star2 == NO_STAR ? snprintf(buf, size, fmt, star1, arg)          \
     : snprintf(buf, size, fmt, star1, star2, arg))

    memset(buf, 0xa5, sizeof(buf));
    switch ( kind )
    {
    case 'i':
    case 'c': ret = CALL((int)val);       break;
    case 'l':
    case 'z':
    case 't': ret = CALL((long)val);      break;
    case 'q':
    case 'j': ret = CALL((long long)val); break;
    case 's': ret = CALL(str);            break;
    default:  ret = CALL(0);              break;
    }

#undef CALL

    printf("{ ");
    print_quoted(fmt, strlen(fmt));
    printf(", %d, %d, %d, '%c', %#llxull, ", (star1 != NO_STAR) + (star2 != NO_STAR),
           star1 == NO_STAR ? 0 : star1, star2 == NO_STAR ? 0 : star2, kind, (unsigned long long)val);
    print_quoted(str, strlen(str));
    printf(", %zu, %d, ", size, ret);
    print_quoted(buf, size && ret >= 0 ? ((size_t)ret < size ? (size_t)ret : size - 1) : 0);
    printf(" },\n");
}

static int64_t random_value(void)
{
    static const int64_t edges[] = {
        0, 1, -1, 7, 8, 9, 10, 15, 16, 99, 100, 127, 128, -128, -129, 255, 256, 32767, 32768, -32768, -32769, 65535,
        65536, INT_MAX, INT_MIN, UINT_MAX, 1ll << 32, 9999999999, 10000000000, INT64_MAX, INT64_MIN,
    };

    if ( rnd(2) )
        return edges[rnd(sizeof(edges) / sizeof(edges[0]))];

    return (int64_t)((uint64_t)rnd(~0u) << 32 | rnd(~0u)) >> rnd(64);
}

static void random_case(void)
{
    static const char text[] = "The quick brown fox\njumps \001\377 over";
    char fmt[64], kind, conv;
    const char *mod = "";
    int star1 = NO_STAR, star2 = NO_STAR;
    int64_t val = random_value();
    unsigned int flags = rnd(32);
    const char *str = text + rnd(sizeof(text));
    size_t size = rnd(4) ? BUF_SIZE : rnd(30), n = 0;

    conv = "diuxXodiuxXosc"[rnd(14)];
    if ( conv == 's' || conv == 'c' )
    {
        kind = conv;
        flags &= 1;
        val = (unsigned char)val;
    }
    else
    {
        mod = PICK("", "", "hh", "h", "l", "ll", "j", "z", "t");
        kind = !*mod || *mod == 'h' ? 'i' : !strcmp(mod, "ll") ? 'q' : *mod;
        if ( strchr("lzt", kind) )
            val = conv == 'd' || conv == 'i' ? (int64_t)(int32_t)val : (int64_t)(uint32_t)val;
        else if ( kind == 'i' )
            val = (int32_t)val;
    }

    n += sprintf(fmt + n, "%s%%", PICK("", "a", "[", "%%", "x=", "\n"));
    for ( unsigned int i = 0; i < 5; i++ )
        if ( flags & (1u << i) )
            fmt[n++] = "-+ #0"[i];

    switch ( rnd(4) )
    {
    case 0:
        n += sprintf(fmt + n, "%u", rnd(30) + 1);
        break;

    case 1:
        star1 = (int)rnd(60) - 30;
        fmt[n++] = '*';
        break;
    }

    if ( conv != 'c' )
        switch ( rnd(4) )
        {
        case 0:
            n += sprintf(fmt + n, ".%u", rnd(30));
            break;

        case 1:
            *(star1 == NO_STAR ? &star1 : &star2) = (int)rnd(40) - 10;
            n += sprintf(fmt + n, ".*");
            break;

        case 2:
            if ( !rnd(3) )
                fmt[n++] = '.';
            break;
        }

    sprintf(fmt + n, "%s%c%s", mod, conv, PICK("", "b", "]", "%%", "\n", "0"));
    emit(fmt, star1, star2, kind, val, str, size);
}

int main(void)
{
    static const char *const ints[] = {
        "%d", "%5d", "%-5d|", "%05d", "%+d", "% d", "%+ d", "%.0d", "%.d", "%+.0d", "% .0d", "%5.0d|", "%05.3d", "%-05d|",
        "%0+5d", "%x", "%#x", "%#X", "%#08x", "%#-8x|", "%#.5x", "%#.0x", "%.0x", "%o", "%#o", "%#.0o", "%.0o", "%#.3o",
        "%#5o", "%#05o", "%u", "%+u", "%.30u", "%hhd", "%hhu", "%hd", "%hu", "%hhx", "%#hx",
    };
    static const char *const longs[] = {
        "%lld", "%llu", "%llx", "%#llo", "%llo", "%25lld|", "%-25lld|", "%025lld", "%+lld", "%.22llx", "%#llX",
    };
    static const int64_t vals[] = {
        0, 1, -1, 8, 10, 255, 256, -128, 65535, 65536, INT_MAX, INT_MIN, INT64_MAX, INT64_MIN, 4294967296, 123456789012345678,
    };
    static const char *const strings[] = { "%s", "%10s|", "%-10s|", "%.3s", "%10.3s|", "%-10.3s|", "%.0s", "%.s", "%.100s" };
    static const char *const plain[] = { "", "x", "%%", "100%% sure", "\n", "a\nb\n" };

    for ( unsigned int v = 0; v < sizeof(vals) / sizeof(vals[0]); v++ )
    {
        for ( unsigned int i = 0; i < sizeof(ints) / sizeof(ints[0]); i++ )
            emit(ints[i], NO_STAR, NO_STAR, 'i', (int)vals[v], "", BUF_SIZE);
        for ( unsigned int i = 0; i < sizeof(longs) / sizeof(longs[0]); i++ )
            emit(longs[i], NO_STAR, NO_STAR, 'q', vals[v], "", BUF_SIZE);
    }

    for ( unsigned int i = 0; i < sizeof(strings) / sizeof(strings[0]); i++ )
    {
        emit(strings[i], NO_STAR, NO_STAR, 's', 0, "", BUF_SIZE);
        emit(strings[i], NO_STAR, NO_STAR, 's', 0, "ab", BUF_SIZE);
        for ( size_t size = 0; size < 20; size++ )
            emit(strings[i], NO_STAR, NO_STAR, 's', 0, "abcdefghijklm", size);
    }

    for ( unsigned int i = 0; i < sizeof(plain) / sizeof(plain[0]); i++ )
        for ( size_t size = 0; size < 12; size++ )
            emit(plain[i], NO_STAR, NO_STAR, '-', 0, "", size);

    for ( int c = 0; c < 256; c++ )
        emit("%c", NO_STAR, NO_STAR, 'c', c, "", BUF_SIZE);

    emit("%*d|", -30, NO_STAR, 'i', 1, "", BUF_SIZE);
    emit("%.*d|", -30, NO_STAR, 'i', 0, "", BUF_SIZE);

    for ( unsigned int i = 0; i < NR_RANDOM; i++ )
        random_case();

    return 0;
}
