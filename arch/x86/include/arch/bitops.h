/*
 * x86: locked operations on single bits of a bitmap.
 *
 * Bit n is bit n % BITS_PER_LONG of long word n / BITS_PER_LONG; nr may be any
 * non-negative number.  Because x86 is little-endian, that is also bit n % 8
 * of byte n / 8, so the same bitmap serves 32- and 64-bit code and Xen.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef XTF_X86_BITOPS_H
#define XTF_X86_BITOPS_H

#include <stdbool.h>

#include <xtf/compiler.h>

#define BITS_PER_LONG (__SIZEOF_LONG__ * 8)

/*
 * Each takes a whole word apart first: bts with a memory operand and a
 * register index is slower, and tied to int.
 */
static inline volatile unsigned long *bit_word(unsigned long nr,
                                               volatile void *addr)
{
    return (volatile unsigned long *)addr + nr / BITS_PER_LONG;
}

static inline unsigned long bit_mask(unsigned long nr)
{
    return 1UL << (nr % BITS_PER_LONG);
}

/** Is bit nr set?  One volatile read, no ordering. */
static inline bool test_bit(unsigned long nr, const volatile void *addr)
{
    const volatile unsigned long *map = addr;

    return map[nr / BITS_PER_LONG] & bit_mask(nr);
}

/** Atomically set bit nr.  A full barrier. */
static inline void set_bit(unsigned long nr, volatile void *addr)
{
    __atomic_fetch_or(bit_word(nr, addr), bit_mask(nr), __ATOMIC_SEQ_CST);
}

/** Atomically clear bit nr.  A full barrier. */
static inline void clear_bit(unsigned long nr, volatile void *addr)
{
    __atomic_fetch_and(bit_word(nr, addr), ~bit_mask(nr), __ATOMIC_SEQ_CST);
}

/** Atomically invert bit nr.  A full barrier. */
static inline void change_bit(unsigned long nr, volatile void *addr)
{
    __atomic_fetch_xor(bit_word(nr, addr), bit_mask(nr), __ATOMIC_SEQ_CST);
}

/**
 * Atomically set bit nr and return whether it was set before.  A full barrier.
 */
static inline bool test_and_set_bit(unsigned long nr, volatile void *addr)
{
    return __atomic_fetch_or(bit_word(nr, addr), bit_mask(nr),
                              __ATOMIC_SEQ_CST) & bit_mask(nr);
}

/**
 * Atomically clear bit nr and return whether it was set before.  A full
 * barrier.
 */
static inline bool test_and_clear_bit(unsigned long nr, volatile void *addr)
{
    return __atomic_fetch_and(bit_word(nr, addr), ~bit_mask(nr),
                              __ATOMIC_SEQ_CST) & bit_mask(nr);
}

/**
 * Atomically invert bit nr and return whether it was set before.  A full
 * barrier.
 */
static inline bool test_and_change_bit(unsigned long nr, volatile void *addr)
{
    return __atomic_fetch_xor(bit_word(nr, addr), bit_mask(nr),
                              __ATOMIC_SEQ_CST) & bit_mask(nr);
}

#endif /* XTF_X86_BITOPS_H */
