/*
 * 64-bit division.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef XTF_ARM64_DIV_H
#define XTF_ARM64_DIV_H

#include <stdint.h>

/**
 * Divide *val in place by divisor, which is not 0, and return the remainder.
 */
static inline uint32_t divmod64(uint64_t *val, uint32_t divisor)
{
    uint32_t rem = *val % divisor;

    *val /= divisor;

    return rem;
}

#endif /* XTF_ARM64_DIV_H */
