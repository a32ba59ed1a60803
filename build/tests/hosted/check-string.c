/*
 * Check the string and memory functions.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "check.h"

#include <arch/processor.h>

static int sign(int val)
{
    return (val > 0) - (val < 0);
}

void check_strings(void)
{
    char buf[64], ref[64];
    static const char *const strs[] = { "", "a", "b", "ab", "aB", "abc", "abd", "\x7f", "\x80", "a\xff", "abcabd", "abab" };

    for ( unsigned int i = 0; i < ARRAY_SIZE(strs); i++ )
    {
        const char *a = strs[i];
        size_t len = 0;

        while ( a[len] )
            len++;

        CHECK(strlen(a) == len, i);
        for ( size_t n = 0; n < 10; n++ )
        {
            CHECK(strnlen(a, n) == (n < len ? n : len), n);

            for ( unsigned int k = 0; k < sizeof(buf); k++ )
                buf[k] = GUARD;
            CHECK(strncpy(buf, a, n) == buf && same(buf, a, n < len ? n : len) &&
                  (n < len || all(buf + len, 0, n - len)) && all(buf + n, GUARD, sizeof(buf) - n), n);
        }

        for ( unsigned int k = 0; k < sizeof(buf); k++ )
            buf[k] = GUARD;
        CHECK(strcpy(buf, a) == buf && same(buf, a, len + 1) && all(buf + len + 1, GUARD, sizeof(buf) - len - 1), i);

        CHECK(strchr(a, '\0') == a + len && !strchr(a, 'z'), i);
        CHECK(strstr(a, "") == a && strstr(a, a) == a, i);

        for ( unsigned int j = 0; j < ARRAY_SIZE(strs); j++ )
        {
            const char *b = strs[j];
            size_t at = 0;
            int want;

            while ( a[at] && a[at] == b[at] )
                at++;
            want = (unsigned char)a[at] - (unsigned char)b[at];
            CHECK(sign(strcmp(a, b)) == sign(want), i * 100 + j);
            for ( size_t n = 0; n < 8; n++ )
                CHECK(sign(strncmp(a, b, n)) == (n <= at ? 0 : sign(want)), i * 100 + j);
            if ( at < 7 )
                CHECK(sign(memcmp(a, b, at + 1)) == sign(want) && !memcmp(a, b, at), i * 100 + j);
        }
    }

    CHECK(strchr("abcb", 'b')[1] == 'c', 0);
    CHECK(same(strstr("ababac", "abac"), "abac", 5) && !strstr("abab", "abac"), 0);

    for ( size_t from = 0; from < 8; from++ )
        for ( size_t to = 0; to < 8; to++ )
            for ( size_t n = 0; n < 40; n++ )
            {
                unsigned long flags;

                for ( unsigned int k = 0; k < sizeof(buf); k++ )
                    buf[k] = ref[k] = k;
                for ( size_t k = 0; k < n; k++ )
                    ref[to + k] = from + k;
                CHECK(memmove(buf + to, buf + from, n) == buf + to && same(buf, ref, sizeof(buf)), to * 100 + n);
                __asm__ __volatile__ ("pushf; pop %0" : "=r" (flags));
                CHECK(!(flags & X86_EFLAGS_DF), n);

                for ( unsigned int k = 0; k < sizeof(buf); k++ )
                    buf[k] = k;
                CHECK(memset(buf + to, 0x1c0 + n, n) == buf + to && all(buf + to, 0xc0 + n, n) &&
                      same(buf, ref, to < from ? to : 0) && (unsigned char)buf[to + n] == to + n, n);
            }

    for ( size_t n = 0; n < 60; n++ )
    {
        for ( unsigned int k = 0; k < sizeof(buf); k++ )
        {
            buf[k] = GUARD;
            ref[k] = k;
        }
        CHECK(memcpy(buf + 1, ref, n) == buf + 1 && same(buf + 1, ref, n) && (unsigned char)buf[0] == GUARD &&
              all(buf + 1 + n, GUARD, sizeof(buf) - 1 - n), n);
    }
}
