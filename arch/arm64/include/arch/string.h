/*
 * What the C library's functions for memory are made of.
 *
 * fill_bytes() writes n bytes c, copy_bytes() copies upwards, whatever n is;
 * copy_bytes_down() copies from the last byte to the first, and n is not 0.
 *
 * In assembly, as a compiler makes a call of memset() out of such a loop.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef TOUCHSTONE_ARCH_STRING_H
#define TOUCHSTONE_ARCH_STRING_H

#include <stddef.h>
#include <stdint.h>

static inline void fill_bytes(void *to, int c, size_t n)
{
    const uint64_t pattern = (uint8_t)c * 0x0101010101010101ul;

    __asm__ __volatile__ ("1: subs %[n], %[n], #16;"
                          "b.lo 2f;"
                          "stp %[val], %[val], [%[to]], #16;"
                          "b 1b;"
                          "2: adds %[n], %[n], #16;"
                          "b.eq 4f;"
                          "3: strb %w[val], [%[to]], #1;"
                          "subs %[n], %[n], #1;"
                          "b.ne 3b;"
                          "4:"
                          : [to] "+r" (to), [n] "+r" (n)
                          : [val] "r" (pattern) : "memory", "cc");
}

static inline void copy_bytes(void *to, const void *from, size_t n)
{
    uint64_t val1, val2;

    __asm__ __volatile__ ("1: subs %[n], %[n], #16;"
                          "b.lo 2f;"
                          "ldp %[val1], %[val2], [%[from]], #16;"
                          "stp %[val1], %[val2], [%[to]], #16;"
                          "b 1b;"
                          "2: adds %[n], %[n], #16;"
                          "b.eq 4f;"
                          "3: ldrb %w[val1], [%[from]], #1;"
                          "strb %w[val1], [%[to]], #1;"
                          "subs %[n], %[n], #1;"
                          "b.ne 3b;"
                          "4:"
                          : [to] "+r" (to), [from] "+r" (from), [n] "+r" (n),
                            [val1] "=&r" (val1), [val2] "=&r" (val2)
                          :: "memory", "cc");
}

static inline void copy_bytes_down(char *to, const char *from, size_t n)
{
    uint64_t val;

    to += n;
    from += n;
    __asm__ __volatile__ ("1: ldrb %w[val], [%[from], #-1]!;"
                          "strb %w[val], [%[to], #-1]!;"
                          "subs %[n], %[n], #1;"
                          "b.ne 1b;"
                          : [to] "+r" (to), [from] "+r" (from), [n] "+r" (n),
                            [val] "=&r" (val)
                          :: "memory", "cc");
}

#endif /* TOUCHSTONE_ARCH_STRING_H */
