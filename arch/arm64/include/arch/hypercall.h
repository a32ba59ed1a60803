/*
 * Hypercalls: the calling convention of arm64 guests.
 *
 *   instruction   hvc #0xea1
 *   number        x16
 *   arguments     x0 to x4
 *   result        x0
 *
 * HYPERCALLn(type, number, ...) makes the call with n arguments, of any
 * integer or pointer type, and is its result as a type.  Memory may change
 * under it; x16 and the argument registers are clobbered, since a debug build
 * of Xen poisons them.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef TOUCHSTONE_ARCH_HYPERCALL_H
#define TOUCHSTONE_ARCH_HYPERCALL_H

#include <xtf/types.h>

#define XEN_HYPERCALL_TAG 0xea1

#define HC_REG(n, reg, a) \
    register unsigned long a ## n ## _ asm (reg) = (unsigned long)(x ## n ## _)

/* The number need not be a constant: tests try unknown ones too. */
#define HC_CALL(type, nr, ...)                                          \
    register unsigned long nr_ asm ("x16") = (nr);                      \
                                                                        \
    asm volatile ("hvc #0xea1"                                          \
                  : "+r" (nr_), "+r" (a1_) __VA_ARGS__                  \
                  :: "memory");                                         \
    (type)a1_;

#define HC_OUT2 , "+r" (a2_)
#define HC_OUT3 HC_OUT2, "+r" (a3_)
#define HC_OUT4 HC_OUT3, "+r" (a4_)
#define HC_OUT5 HC_OUT4, "+r" (a5_)

#define HYPERCALL0(type, nr) HYPERCALL1(type, nr, 0)

#define HYPERCALL1(type, nr, x1)                                        \
({                                                                      \
    unsigned long x1_ = (unsigned long)(x1);                            \
    HC_REG(1, "x0", a);                                                 \
    HC_CALL(type, nr)                                                   \
})

#define HYPERCALL2(type, nr, x1, x2)                                    \
({                                                                      \
    unsigned long x1_ = (unsigned long)(x1);                            \
    unsigned long x2_ = (unsigned long)(x2);                            \
    HC_REG(1, "x0", a);                                                 \
    HC_REG(2, "x1", a);                                                 \
    HC_CALL(type, nr, HC_OUT2)                                          \
})

#define HYPERCALL3(type, nr, x1, x2, x3)                                \
({                                                                      \
    unsigned long x1_ = (unsigned long)(x1);                            \
    unsigned long x2_ = (unsigned long)(x2);                            \
    unsigned long x3_ = (unsigned long)(x3);                            \
    HC_REG(1, "x0", a);                                                 \
    HC_REG(2, "x1", a);                                                 \
    HC_REG(3, "x2", a);                                                 \
    HC_CALL(type, nr, HC_OUT3)                                          \
})

#define HYPERCALL4(type, nr, x1, x2, x3, x4)                            \
({                                                                      \
    unsigned long x1_ = (unsigned long)(x1);                            \
    unsigned long x2_ = (unsigned long)(x2);                            \
    unsigned long x3_ = (unsigned long)(x3);                            \
    unsigned long x4_ = (unsigned long)(x4);                            \
    HC_REG(1, "x0", a);                                                 \
    HC_REG(2, "x1", a);                                                 \
    HC_REG(3, "x2", a);                                                 \
    HC_REG(4, "x3", a);                                                 \
    HC_CALL(type, nr, HC_OUT4)                                          \
})

#define HYPERCALL5(type, nr, x1, x2, x3, x4, x5)                        \
({                                                                      \
    unsigned long x1_ = (unsigned long)(x1);                            \
    unsigned long x2_ = (unsigned long)(x2);                            \
    unsigned long x3_ = (unsigned long)(x3);                            \
    unsigned long x4_ = (unsigned long)(x4);                            \
    unsigned long x5_ = (unsigned long)(x5);                            \
    HC_REG(1, "x0", a);                                                 \
    HC_REG(2, "x1", a);                                                 \
    HC_REG(3, "x2", a);                                                 \
    HC_REG(4, "x3", a);                                                 \
    HC_REG(5, "x4", a);                                                 \
    HC_CALL(type, nr, HC_OUT5)                                          \
})

#endif /* TOUCHSTONE_ARCH_HYPERCALL_H */
