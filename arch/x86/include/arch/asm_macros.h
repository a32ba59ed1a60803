/*
 * Names for what differs between 32 and 64-bit assembly.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef TOUCHSTONE_ARCH_ASM_MACROS_H
#define TOUCHSTONE_ARCH_ASM_MACROS_H

/*
 * Pick by width: __ASM_SEL(32-bit text, 64-bit text), which is a string in C.
 * __ASM_SEL_RAW() is text for another macro to make a string of.
 */
#ifdef __x86_64__
# define __ASM_SEL_RAW(x32, x64) x64
#else
# define __ASM_SEL_RAW(x32, x64) x32
#endif

#ifdef __ASSEMBLY__
# define __ASM_SEL(x32, x64)    __ASM_SEL_RAW(x32, x64)
#else
# define __ASM_SEL(x32, x64)    STR(__ASM_SEL_RAW(x32, x64))
#endif

/* A word-sized datum. */
#define _WORD                   __ASM_SEL_RAW(.long, .quad)

/* Registers by their word-sized name: "%%" _ASM_AX in asm(), %_ASM_AX in .S. */
#define _ASM_AX                 __ASM_SEL(eax, rax)
#define _ASM_BX                 __ASM_SEL(ebx, rbx)
#define _ASM_CX                 __ASM_SEL(ecx, rcx)
#define _ASM_DX                 __ASM_SEL(edx, rdx)
#define _ASM_SI                 __ASM_SEL(esi, rsi)
#define _ASM_DI                 __ASM_SEL(edi, rdi)
#define _ASM_BP                 __ASM_SEL(ebp, rbp)
#define _ASM_SP                 __ASM_SEL(esp, rsp)

#ifdef __ASSEMBLY__

/*
 * The tail of an exception handler of a test's own, run with the frame as the
 * processor (HVM) or Xen (PV) made it, error code removed.
 *
 *   env_ADJUST_FRAME  at the start: take off what Xen pushes on top (64-bit)
 *   env_IRET          at the end: return from the exception
 */
#if defined(CONFIG_PV)

#ifdef CONFIG_64BIT

.macro env_ADJUST_FRAME
    pop %rcx
    pop %r11
.endm

.macro env_IRET
    push $0
    jmp HYPERCALL_iret
.endm

#else

.macro env_ADJUST_FRAME
.endm

.macro env_IRET
    jmp HYPERCALL_iret
.endm

#endif

#else /* CONFIG_HVM */

.macro env_ADJUST_FRAME
.endm

.macro env_IRET
    __ASM_SEL(iretl, iretq)
.endm

#endif

#define env_IRETQ env_IRET
#define env_IRETL env_IRET

#endif /* __ASSEMBLY__ */

#endif /* TOUCHSTONE_ARCH_ASM_MACROS_H */
