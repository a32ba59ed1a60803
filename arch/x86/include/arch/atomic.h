/*
 * x86: memory barriers, ordered accesses and locked read-modify-write
 * operations.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef XTF_X86_ATOMIC_H
#define XTF_X86_ATOMIC_H

#include <xtf/compiler.h>

/*
 * x86 orders ordinary loads among themselves, stores among themselves, and
 * loads before later stores.  What it does reorder is a store with a later
 * load, so only the full barrier between CPUs needs an instruction.
 */
#define smp_rmb()   barrier()
#define smp_wmb()   barrier()

/*
 * A locked operation on the stack orders as mfence does, is cheaper, and
 * exists on CPUs without SSE2.
 */
#ifdef __x86_64__
# define smp_mb()                                                      \
    __asm__ __volatile__ ("lock addl $0, -4(%%rsp)" ::: "memory", "cc")
#else
# define smp_mb()                                                      \
    __asm__ __volatile__ ("lock addl $0, -4(%%esp)" ::: "memory", "cc")
#endif

/* For devices and for memory types other than write-back. */
#define mb()        __asm__ __volatile__ ("mfence" ::: "memory")
#define rmb()       __asm__ __volatile__ ("lfence" ::: "memory")
#define wmb()       __asm__ __volatile__ ("sfence" ::: "memory")

/*
 * Load *ptr; later accesses happen after it.  For objects up to one machine
 * word.
 */
#define LOAD_ACQUIRE(ptr)                                               \
({                                                                      \
    __typeof__(*(ptr)) acq_ = *(volatile __typeof__(*(ptr)) *)(ptr);    \
                                                                        \
    barrier();                                                          \
    acq_;                                                               \
})

/*
 * Store val to *ptr after all earlier accesses.  For objects up to one machine
 * word.
 */
#define STORE_RELEASE(ptr, val)                                         \
({                                                                      \
    barrier();                                                          \
    *(volatile __typeof__(*(ptr)) *)(ptr) = (val);                      \
})

/*
 * Atomic operations with full ordering, on objects of 1, 2, 4 or 8 bytes (8
 * also in 32-bit code).
 *
 * xchg(ptr, new) and cmpxchg(ptr, old, new) return what *ptr held before;
 * cmpxchg stored new if that was old.
 *
 * fetch_add(ptr, n), fetch_or(ptr, bits) and fetch_and(ptr, bits) return the
 * value before too.
 *
 * The __sync builtins, because the __atomic ones call a library for an 8-byte
 * field at a 4-byte boundary, which is where 32-bit structures of Xen's ABI
 * have them.
 */
#define cmpxchg(ptr, old, new)  __sync_val_compare_and_swap(ptr, old, new)
#define fetch_add(ptr, n)       __sync_fetch_and_add(ptr, n)
#define fetch_or(ptr, bits)     __sync_fetch_and_or(ptr, bits)
#define fetch_and(ptr, bits)    __sync_fetch_and_and(ptr, bits)

/*
 * The builtin promises acquire order only.  The instruction is a full barrier,
 * so the compiler is all that needs one.
 */
#define xchg(ptr, new)                                                  \
({                                                                      \
    barrier();                                                          \
    __sync_lock_test_and_set(ptr, new);                                 \
})

#endif /* XTF_X86_ATOMIC_H */
