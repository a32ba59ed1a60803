/*
 * arm64: memory barriers, ordered accesses and atomic read-modify-write
 * operations.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef XTF_ARM64_ATOMIC_H
#define XTF_ARM64_ATOMIC_H

#include <xtf/compiler.h>

/* Between CPUs: the memory is Inner Shareable. */
#define smp_mb()    __asm__ __volatile__ ("dmb ish" ::: "memory")
#define smp_rmb()   __asm__ __volatile__ ("dmb ishld" ::: "memory")
#define smp_wmb()   __asm__ __volatile__ ("dmb ishst" ::: "memory")

/* For devices and for memory types other than write-back. */
#define mb()        __asm__ __volatile__ ("dsb sy" ::: "memory")
#define rmb()       __asm__ __volatile__ ("dsb ld" ::: "memory")
#define wmb()       __asm__ __volatile__ ("dsb st" ::: "memory")

/*
 * Load *ptr; later accesses happen after it.  For objects up to one machine
 * word.
 */
#define LOAD_ACQUIRE(ptr)       __atomic_load_n(ptr, __ATOMIC_ACQUIRE)

/*
 * Store val to *ptr after all earlier accesses.  For objects up to one machine
 * word.
 */
#define STORE_RELEASE(ptr, val) __atomic_store_n(ptr, val, __ATOMIC_RELEASE)

/*
 * Atomic operations with full ordering, on objects of 1, 2, 4 or 8 bytes.
 *
 * xchg(ptr, new) and cmpxchg(ptr, old, new) return what *ptr held before;
 * cmpxchg stored new if that was old.
 *
 * fetch_add(ptr, n), fetch_or(ptr, bits) and fetch_and(ptr, bits) return the
 * value before too.
 *
 * The __sync builtins end in a full barrier, which acquire and release alone
 * are not.
 */
#define cmpxchg(ptr, old, new)  __sync_val_compare_and_swap(ptr, old, new)
#define fetch_add(ptr, n)       __sync_fetch_and_add(ptr, n)
#define fetch_or(ptr, bits)     __sync_fetch_and_or(ptr, bits)
#define fetch_and(ptr, bits)    __sync_fetch_and_and(ptr, bits)

#define xchg(ptr, new)                                                  \
({                                                                      \
    __typeof__(*(ptr)) xchg_ = __atomic_exchange_n(ptr, new,            \
                                                   __ATOMIC_SEQ_CST);   \
    smp_mb();                                                           \
    xchg_;                                                              \
})

#endif /* XTF_ARM64_ATOMIC_H */
