/*
 * From any vector to handle_exception() and back.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <xtf/asm_macros.h>

#include <arch/idt.h>
#include <arch/page.h>
#include <arch/processor.h>
#include <arch/segment.h>

    .text

/*
 * One stub of 16 bytes for each vector, at entry_stubs + vector * 16.  A stub
 * makes all frames alike: an error code, real or 0, and the vector on top.
 *
 * PV: Xen puts %rcx and %r11 on top of a 64-bit frame, since it enters with
 * SYSRET.
 */
    .balign 16
GLOBAL(entry_stubs)
    vector = 0
    .rept 256
    .balign 16
    env_ADJUST_FRAME
    .if (vector >= 32) || ((X86_EXC_HAVE_EC & (1 << (vector & 31))) == 0)
    push $0
    .endif
    push $vector
    jmp entry_common
    vector = vector + 1
    .endr
    .balign 16

/* The stub of #GP by a name that tests know. */
    .globl entry_GP
    .set entry_GP, entry_stubs + X86_EXC_GP * 16

#ifdef CONFIG_PV
/*
 * Xen failed to return to the guest with the segments it had: the frame has
 * %ds, %es, %fs and %gs below (64-bit) %rcx and %r11.
 */
ENTRY(entry_failsafe)
    env_ADJUST_FRAME
    add $4 * __ASM_SEL(4, 8), %_ASM_SP
    push $0
    push $X86_VEC_PV_FAILSAFE
    jmp entry_common
ENDFUNC(entry_failsafe)
#endif

/* The layout of struct cpu_regs. */
entry_common:
    cld

#ifdef CONFIG_64BIT

    push %rdi
    push %rsi
    push %rdx
    push %rcx
    push %rax
    push %r8
    push %r9
    push %r10
    push %r11
    push %rbx
    push %rbp
    push %r12
    push %r13
    push %r14
    push %r15
    mov %ds, %eax
    push %rax
    mov %es, %eax
    push %rax
    push %fs
    push %gs

    mov %rsp, %rdi
    call handle_exception

    /*
     * The segment registers stay: nothing above changed them, and to load
     * %fs or %gs would cost a context its base.
     */
    add $4 * 8, %rsp
    pop %r15
    pop %r14
    pop %r13
    pop %r12
    pop %rbp
    pop %rbx
    pop %r11
    pop %r10
    pop %r9
    pop %r8
    pop %rax
    pop %rcx
    pop %rdx
    pop %rsi
    pop %rdi
    add $2 * 8, %rsp

#else

    push %eax
    push %ebp
    push %edi
    push %esi
    push %edx
    push %ecx
    push %ebx
    push %ds
    push %es
    push %fs
    push %gs

    mov $__USER_DS, %eax
    mov %eax, %ds
    mov %eax, %es

    push %esp
    call handle_exception
    add $4, %esp

    pop %gs
    pop %fs
    pop %es
    pop %ds
    pop %ebx
    pop %ecx
    pop %edx
    pop %esi
    pop %edi
    pop %ebp
    pop %eax
    add $2 * 4, %esp

#endif

    env_IRET
ENDFUNC(entry_common)

/*
 * Overflowing the boot stack faults, since the page below is read-only.  It can
 * be read, since tests copy the image from end to end.
 */
    .section .bss.page_aligned, "aw", @nobits
    .balign PAGE_SIZE
GLOBAL(boot_stack_guard)
    .skip PAGE_SIZE
GLOBAL(boot_stack)
    .skip 2 * PAGE_SIZE

#if defined(CONFIG_HVM) && defined(CONFIG_32BIT)
    .text

/*
 * The tasks of double faults and NMIs.  IRET switches back, and the next
 * exception goes on behind it.
 */
ENTRY(entry_task_DF)
    /* The processor pushed an error code, always 0, to our stack. */
    push $X86_EXC_DF
    call do_task_exception
    add $2 * 4, %esp
    iret
    jmp entry_task_DF
ENDFUNC(entry_task_DF)

ENTRY(entry_task_NMI)
    push $0
    push $X86_EXC_NMI
    call do_task_exception
    add $2 * 4, %esp
    iret
    jmp entry_task_NMI
ENDFUNC(entry_task_NMI)
#endif
