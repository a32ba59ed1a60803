/*
 * What the C library's functions for memory are made of.
 *
 * fill_bytes() writes n bytes c, copy_bytes() copies upwards, whatever n is;
 * copy_bytes_down() copies from the last byte to the first, and n is not 0.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef TOUCHSTONE_ARCH_STRING_H
#define TOUCHSTONE_ARCH_STRING_H

#include <stddef.h>
#include <stdint.h>

static inline void fill_bytes(void *to, int c, size_t n)
{
    __asm__ __volatile__ ("rep stosb"
                          : "+D" (to), "+c" (n) : "a" (c) : "memory");
}

static inline void copy_bytes(void *to, const void *from, size_t n)
{
    __asm__ __volatile__ ("rep movsb"
                          : "+D" (to), "+S" (from), "+c" (n) :: "memory");
}

static inline void copy_bytes_down(char *to, const char *from, size_t n)
{
    to += n - 1;
    from += n - 1;
    __asm__ __volatile__ ("std; rep movsb; cld"
                          : "+D" (to), "+S" (from), "+c" (n)
                          :: "memory", "cc");
}

#endif /* TOUCHSTONE_ARCH_STRING_H */
