/*
 * 64-bit division without help from a compiler's runtime library, which a
 * 32-bit image does not have.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef XTF_X86_DIV_H
#define XTF_X86_DIV_H

#include <stdint.h>

/**
 * Divide *val in place by divisor, which is not 0, and return the remainder.
 */
static inline uint32_t divmod64(uint64_t *val, uint32_t divisor)
{
#ifdef __x86_64__
    uint32_t rem = *val % divisor;

    *val /= divisor;

    return rem;
#else
    /*
     * Long division in base 2^32: the first remainder is below divisor, so the
     * second quotient fits too.
     */
    uint32_t hi = *val >> 32, lo = *val, rem = 0;

    __asm__ ("divl %[divisor]"
             : "+a" (hi), "+d" (rem) : [divisor] "rm" (divisor) : "cc");
    __asm__ ("divl %[divisor]"
             : "+a" (lo), "+d" (rem) : [divisor] "rm" (divisor) : "cc");

    *val = (uint64_t)hi << 32 | lo;

    return rem;
#endif
}

#endif /* XTF_X86_DIV_H */
