/*
 * Hypercalls: the calling convention of x86 guests, through the hypercall
 * page that Xen fills in.
 *
 *   number and result   %eax / %rax
 *   arguments, 32-bit   %ebx %ecx %edx %esi %edi
 *   arguments, 64-bit   %rdi %rsi %rdx %r10 %r8
 *
 * HYPERCALLn(type, number, ...) makes the call with n arguments, of any
 * integer or pointer type, and is its result as a type.  Memory may change
 * under it; argument registers are clobbered, since a debug build of Xen
 * poisons them.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef TOUCHSTONE_ARCH_HYPERCALL_H
#define TOUCHSTONE_ARCH_HYPERCALL_H

#include <xtf/types.h>

#include <arch/page.h>

/* An entry of 32 bytes for each hypercall number. */
extern uint8_t hypercall_page[PAGE_SIZE];

#ifdef __x86_64__

#define HC_ARG1(a) register unsigned long a1_ asm ("rdi") = (unsigned long)(a)
#define HC_ARG2(a) register unsigned long a2_ asm ("rsi") = (unsigned long)(a)
#define HC_ARG3(a) register unsigned long a3_ asm ("rdx") = (unsigned long)(a)
#define HC_ARG4(a) register unsigned long a4_ asm ("r10") = (unsigned long)(a)
#define HC_ARG5(a) register unsigned long a5_ asm ("r8")  = (unsigned long)(a)

#define HC_CLOBBER "rcx", "r11", "memory"

#else

#define HC_ARG1(a) register unsigned long a1_ asm ("ebx") = (unsigned long)(a)
#define HC_ARG2(a) register unsigned long a2_ asm ("ecx") = (unsigned long)(a)
#define HC_ARG3(a) register unsigned long a3_ asm ("edx") = (unsigned long)(a)
#define HC_ARG4(a) register unsigned long a4_ asm ("esi") = (unsigned long)(a)
#define HC_ARG5(a) register unsigned long a5_ asm ("edi") = (unsigned long)(a)

#define HC_CLOBBER "memory"

#endif

/*
 * The number need not be a constant: tests try unknown ones too.
 */
#define HC_CALL(type, nr, ...)                                          \
    unsigned long res_;                                                 \
                                                                        \
    asm volatile ("call *%[entry]"                                      \
                  : "=a" (res_) __VA_ARGS__                             \
                  : [entry] "a" (hypercall_page + (nr) * 32)            \
                  : HC_CLOBBER);                                        \
    (type)res_;

#define HC_OUT1 , "+r" (a1_)
#define HC_OUT2 HC_OUT1, "+r" (a2_)
#define HC_OUT3 HC_OUT2, "+r" (a3_)
#define HC_OUT4 HC_OUT3, "+r" (a4_)
#define HC_OUT5 HC_OUT4, "+r" (a5_)

#define HYPERCALL0(type, nr)                                            \
({                                                                      \
    HC_CALL(type, nr)                                                   \
})

#define HYPERCALL1(type, nr, x1)                                        \
({                                                                      \
    unsigned long x1_ = (unsigned long)(x1);                            \
    HC_ARG1(x1_);                                                       \
    HC_CALL(type, nr, HC_OUT1)                                          \
})

#define HYPERCALL2(type, nr, x1, x2)                                    \
({                                                                      \
    unsigned long x1_ = (unsigned long)(x1);                            \
    unsigned long x2_ = (unsigned long)(x2);                            \
    HC_ARG1(x1_);                                                       \
    HC_ARG2(x2_);                                                       \
    HC_CALL(type, nr, HC_OUT2)                                          \
})

#define HYPERCALL3(type, nr, x1, x2, x3)                                \
({                                                                      \
    unsigned long x1_ = (unsigned long)(x1);                            \
    unsigned long x2_ = (unsigned long)(x2);                            \
    unsigned long x3_ = (unsigned long)(x3);                            \
    HC_ARG1(x1_);                                                       \
    HC_ARG2(x2_);                                                       \
    HC_ARG3(x3_);                                                       \
    HC_CALL(type, nr, HC_OUT3)                                          \
})

#define HYPERCALL4(type, nr, x1, x2, x3, x4)                            \
({                                                                      \
    unsigned long x1_ = (unsigned long)(x1);                            \
    unsigned long x2_ = (unsigned long)(x2);                            \
    unsigned long x3_ = (unsigned long)(x3);                            \
    unsigned long x4_ = (unsigned long)(x4);                            \
    HC_ARG1(x1_);                                                       \
    HC_ARG2(x2_);                                                       \
    HC_ARG3(x3_);                                                       \
    HC_ARG4(x4_);                                                       \
    HC_CALL(type, nr, HC_OUT4)                                          \
})

#define HYPERCALL5(type, nr, x1, x2, x3, x4, x5)                        \
({                                                                      \
    unsigned long x1_ = (unsigned long)(x1);                            \
    unsigned long x2_ = (unsigned long)(x2);                            \
    unsigned long x3_ = (unsigned long)(x3);                            \
    unsigned long x4_ = (unsigned long)(x4);                            \
    unsigned long x5_ = (unsigned long)(x5);                            \
    HC_ARG1(x1_);                                                       \
    HC_ARG2(x2_);                                                       \
    HC_ARG3(x3_);                                                       \
    HC_ARG4(x4_);                                                       \
    HC_ARG5(x5_);                                                       \
    HC_CALL(type, nr, HC_OUT5)                                          \
})

#endif /* TOUCHSTONE_ARCH_HYPERCALL_H */
