/*
 * The C library subset, heapsort(), and macros of <xtf/numbers.h>.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
/* Call the functions: without it the compiler evaluates constant calls. */
#define XTF_NO_BUILTIN_STRINGS
#include <xtf.h>

/* A pointer whose value the compiler does not know, so that it must call. */
#define opaque(p)                                                       \
({                                                                      \
    typeof(&(p)[0]) p_ = (p);                                           \
                                                                        \
    asm volatile ("" : "+r" (p_) :: "memory");                          \
    p_;                                                                 \
})

static int sign(int x)
{
    return (x > 0) - (x < 0);
}

CASE("strlen(), strnlen(): empty, short, limited -> length")
{
    expect_eq(strlen(opaque("")), 0);
    expect_eq(strlen(opaque("abc")), 3);
    expect_eq(strnlen(opaque("abc"), 2), 2);
    expect_eq(strnlen(opaque("abc"), 3), 3);
    expect_eq(strnlen(opaque("abc"), 9), 3);
    expect_eq(strnlen(NULL, 0), 0);
}

CASE("strcmp(), strncmp(), memcmp(): several strings -> sign of the difference, bytes unsigned")
{
    expect_eq(strcmp(opaque("abc"), opaque("abc")), 0);
    expect_eq(sign(strcmp(opaque("abc"), "abd")), -1);
    expect_eq(sign(strcmp(opaque("abc"), "ab")), 1);
    expect_eq(sign(strcmp(opaque("\xff"), "a")), 1);
    expect_eq(strncmp(opaque("abc"), "abd", 2), 0);
    expect_eq(sign(strncmp(opaque("abc"), "abd", 3)), -1);
    expect_eq(strncmp(opaque("ab"), opaque("ab"), 9), 0);
    expect_eq(sign(memcmp(opaque("a\0b"), "a\0c", 3)), -1);
    expect_eq(memcmp(opaque("a\0b"), "a\0c", 2), 0);
    expect_eq(sign(memcmp(opaque("\x80"), "\x7f", 1)), 1);
}

CASE("strchr(), strstr(): present, absent, terminator -> pointer or NULL")
{
    const char *s = opaque("hello");

    expect_hex(_u(strchr(s, 'l')), _u(s + 2));
    expect_hex(_u(strchr(s, '\0')), _u(s + 5));
    expect_hex(_u(strchr(s, 'x')), 0);
    expect_hex(_u(strstr(s, "lo")), _u(s + 3));
    expect_hex(_u(strstr(s, "")), _u(s));
    expect_hex(_u(strstr(s, "lox")), 0);
}

CASE("strcpy(), strncpy(): short, long source -> copied, nothing behind is written")
{
    char buf[16];

    memset(buf, 0x5a, sizeof(buf));
    expect_hex(_u(strcpy(buf, opaque("abc"))), _u(buf));
    expect_mem(buf, "abc", 4);
    expect_fill(buf + 4, 0x5a, 12);

    memset(buf, 0x5a, sizeof(buf));
    strncpy(buf, opaque("abcdef"), 3);
    expect_mem(buf, "abc\x5a", 4);

    memset(buf, 0x5a, sizeof(buf));
    strncpy(buf, opaque("a"), 8);
    expect_mem(buf, "a\0\0\0\0\0\0\0\x5a", 9);
}

CASE("memset(), memcpy(), memmove(): every alignment -> only the named bytes change")
{
    uint8_t from[64], to[64];
    unsigned int off, i;

    for ( i = 0; i < sizeof(from); ++i )
        from[i] = i;

    for ( off = 0; off < 16; ++off )
    {
        memset(to, 0xff, sizeof(to));
        expect_hex(_u(memcpy(to + 8, from + off, 19)), _u(to + 8));
        expect_fill(to, 0xff, 8);
        expect_mem(to + 8, from + off, 19);
        expect_fill(to + 27, 0xff, sizeof(to) - 27);

        memset(to, 0xff, sizeof(to));
        expect_hex(_u(memset(to + off, 0x33, 21)), _u(to + off));
        expect_fill(to, 0xff, off);
        expect_fill(to + off, 0x33, 21);
        expect_fill(to + off + 21, 0xff, sizeof(to) - off - 21);
    }

    /* memmove() with overlap, in both directions. */
    memcpy(to, from, sizeof(to));
    memmove(to + 3, to, 40);
    expect_mem(to + 3, from, 40);
    memcpy(to, from, sizeof(to));
    memmove(to, to + 3, 40);
    expect_mem(to, from + 3, 40);
    expect_mem(to + 40, from + 40, 24);
}

static int compare_int(const void *l, const void *r)
{
    return sign(*(const int *)l - *(const int *)r);
}

static unsigned int nr_swaps;

static void swap_int(void *l, void *r)
{
    int *a = l, *b = r, tmp = *a;

    *a = *b;
    *b = tmp;
    nr_swaps++;
}

CASE("heapsort(): 0 to 31 elements, with and without a swap function -> sorted")
{
    unsigned int nr, i, custom;
    int vals[33];

    for ( custom = 0; custom < 2; ++custom )
        for ( nr = 0; nr < 32; ++nr )
        {
            unsigned long sum = 0, sorted_sum = 0, inversions = 0;

            for ( i = 0; i < nr; ++i )
                sum += vals[i] = (i * 7919 + nr * 13) % 29;
            vals[nr] = -1;

            heapsort(vals, nr, sizeof(*vals), compare_int,
                     custom ? swap_int : NULL);

            for ( i = 0; i < nr; ++i )
            {
                sorted_sum += vals[i];
                inversions += i && vals[i - 1] > vals[i];
            }

            expect_eq(inversions, 0);
            expect_eq(sorted_sum, sum);
            expect_eq(vals[nr], -1);
        }

    expect_ne(nr_swaps, 0);
}

CASE("KB(), ROUNDUP(), MASK_EXTR(), min() and others: constants -> values")
{
    expect_hex(KB(1) | MB(1) | GB(1) | TB(1), 0x10040100400ull);
    expect_true(IS_ALIGNED(0x2000, 0x1000) && !IS_ALIGNED(0x2008, 0x10));
    expect_hex(ROUNDUP(0x1001, 0x1000), 0x2000);
    expect_hex(ROUNDUP(0x1000, 0x1000), 0x1000);
    expect_hex(MASK_EXTR(0x1234, 0x0ff0), 0x23);
    expect_hex(MASK_INSR(0x123, 0x0ff0), 0x230);
    expect_eq(min(3, -4), -4);
    expect_eq(max(3u, 4u), 4);
    expect_eq(ARRAY_SIZE(((int [7]){})), 7);
}

CASE("VAR_MACRO(), COUNT_ARGS(), STR(), PF_SYM(): several arguments -> expansion")
{
#define SUM2(a, b) ((a) + (b))
#define SUM3(a, b, c) ((a) + (b) + (c))
#define SUM(...) VAR_MACRO(SUM, __VA_ARGS__)

    expect_eq(SUM(1, 2), 3);
    expect_eq(SUM(1, 2, 3), 6);
    expect_eq(COUNT_ARGS(), 0);
    expect_str(STR(KERNEL, PAGE), "KERNEL, PAGE");
    expect_hex(PF_SYM(), 0);
    expect_hex(PF_SYM(AD, U, RW, P), 0x67);
}
