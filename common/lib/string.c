/*
 * String and memory functions of C99.
 *
 * Small rather than fast, except that the mem functions which move bytes use
 * the CPU's string instructions.  Those also keep the compiler from
 * recognising a loop as memset() and turning the function into a call of
 * itself.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#define XTF_NO_BUILTIN_STRINGS
#include <xtf/libc.h>

#include <arch/string.h>

size_t strlen(const char *str)
{
    const char *end = str;

    while ( *end )
        end++;

    return end - str;
}

size_t strnlen(const char *str, size_t max)
{
    size_t len = 0;

    while ( len < max && str[len] )
        len++;

    return len;
}

char *strcpy(char *dst, const char *src)
{
    return memcpy(dst, src, strlen(src) + 1);
}

char *strncpy(char *dst, const char *src, size_t n)
{
    size_t len = strnlen(src, n);

    memcpy(dst, src, len);
    memset(dst + len, 0, n - len);

    return dst;
}

int strncmp(const char *a, const char *b, size_t n)
{
    for ( ; n; n--, a++, b++ )
    {
        unsigned char ca = *a, cb = *b;

        if ( ca != cb )
            return ca - cb;
        if ( !ca )
            break;
    }

    return 0;
}

int strcmp(const char *a, const char *b)
{
    return strncmp(a, b, (size_t)-1);
}

char *strchr(const char *str, int c)
{
    for ( ;; str++ )
    {
        if ( *str == (char)c )
            return (char *)str;
        if ( !*str )
            return NULL;
    }
}

char *strstr(const char *str, const char *needle)
{
    size_t len = strlen(needle);

    for ( ;; str++ )
    {
        if ( !strncmp(str, needle, len) )
            return (char *)str;
        if ( !*str )
            return NULL;
    }
}

void *memset(void *dst, int c, size_t n)
{
    fill_bytes(dst, c, n);

    return dst;
}

void *memcpy(void *dst, const void *src, size_t n)
{
    copy_bytes(dst, src, n);

    return dst;
}

void *memmove(void *dst, const void *src, size_t n)
{
    /*
     * Only a destination inside the source makes the upward copy run over
     * bytes it has yet to read.
     */
    if ( (size_t)((char *)dst - (const char *)src) >= n )
        copy_bytes(dst, src, n);
    else
        copy_bytes_down(dst, src, n);

    return dst;
}

int memcmp(const void *a, const void *b, size_t n)
{
    const unsigned char *pa = a, *pb = b;

    for ( ; n; n--, pa++, pb++ )
        if ( *pa != *pb )
            return *pa - *pb;

    return 0;
}
