/*
 * Atomic operations on single bits of a bitmap.
 *
 * Bit n is bit n % 32 of the 32-bit word n / 32; nr may be any non-negative
 * number.  Because every architecture here is little-endian, that is also bit
 * n % 8 of byte n / 8, so the same bitmap serves 32- and 64-bit code and Xen.
 *
 * The __sync builtins, which are full barriers on every architecture.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef XTF_BITOPS_H
#define XTF_BITOPS_H

#include <stdbool.h>
#include <stdint.h>

#include <xtf/compiler.h>

#define BITS_PER_LONG (__SIZEOF_LONG__ * 8)

/* Words of 32 bits, since a bitmap may be as small as that. */
static inline volatile uint32_t *bit_word(unsigned long nr,
                                          volatile void *addr)
{
    return (volatile uint32_t *)addr + nr / 32;
}

static inline uint32_t bit_mask(unsigned long nr)
{
    return 1u << (nr % 32);
}

/** Is bit nr set?  One volatile read, no ordering. */
static inline bool test_bit(unsigned long nr, const volatile void *addr)
{
    const volatile uint32_t *map = addr;

    return map[nr / 32] & bit_mask(nr);
}

/** Atomically set bit nr.  A full barrier. */
static inline void set_bit(unsigned long nr, volatile void *addr)
{
    __sync_fetch_and_or(bit_word(nr, addr), bit_mask(nr));
}

/** Atomically clear bit nr.  A full barrier. */
static inline void clear_bit(unsigned long nr, volatile void *addr)
{
    __sync_fetch_and_and(bit_word(nr, addr), ~bit_mask(nr));
}

/** Atomically invert bit nr.  A full barrier. */
static inline void change_bit(unsigned long nr, volatile void *addr)
{
    __sync_fetch_and_xor(bit_word(nr, addr), bit_mask(nr));
}

/**
 * Atomically set bit nr and return whether it was set before.  A full barrier.
 */
static inline bool test_and_set_bit(unsigned long nr, volatile void *addr)
{
    return __sync_fetch_and_or(bit_word(nr, addr), bit_mask(nr)) & bit_mask(nr);
}

/**
 * Atomically clear bit nr and return whether it was set before.  A full
 * barrier.
 */
static inline bool test_and_clear_bit(unsigned long nr, volatile void *addr)
{
    return __sync_fetch_and_and(bit_word(nr, addr), ~bit_mask(nr)) & bit_mask(nr);
}

/**
 * Atomically invert bit nr and return whether it was set before.  A full
 * barrier.
 */
static inline bool test_and_change_bit(unsigned long nr, volatile void *addr)
{
    return __sync_fetch_and_xor(bit_word(nr, addr), bit_mask(nr)) & bit_mask(nr);
}

#endif /* XTF_BITOPS_H */
