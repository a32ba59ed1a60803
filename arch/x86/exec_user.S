/*
 * Into user mode, and back.
 *
 * The way back is an undefined instruction at a known address rather than a
 * software interrupt: every processor and every emulator raises #UD alike,
 * while QEMU before 8.0 gets INT n from a PV guest's user mode wrong.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <xtf/asm_macros.h>

#include <arch/page.h>
#include <arch/segment.h>

    .text

/*
 * unsigned long exec_user_enter(unsigned long (*fn)(unsigned long),
 *                               unsigned long param, unsigned long flags);
 *
 * Exceptions from user mode must not overwrite the frames of our callers, so
 * the kernel's entry stack starts at our own stack pointer meanwhile.
 */
ENTRY(exec_user_enter)
#ifdef CONFIG_64BIT
    push %rbp
    push %rbx
    push %r12
    push %r13
    push %r14
    push %r15
    push exec_user_sp(%rip)
    mov %rsp, exec_user_sp(%rip)

    mov %rdi, %rax
    mov %rsi, %rbx
    mov %rdx, %r12
    mov %rax, %r13
    mov %rsp, %rdi
    call arch_set_entry_stack
    mov %r13, %rax
    mov %rbx, %rdi

    mov exec_user_ss(%rip), %ecx
    push %rcx
    push $user_stack + PAGE_SIZE
    push %r12
    mov exec_user_cs(%rip), %ecx
    push %rcx
    push $exec_user_stub
#else
    push %ebp
    push %ebx
    push %esi
    push %edi
    push exec_user_sp
    mov %esp, exec_user_sp

    mov 6 * 4(%esp), %esi
    mov 7 * 4(%esp), %edi
    mov 8 * 4(%esp), %ebx
    mov %esp, %eax
    push %eax
    call arch_set_entry_stack
    add $4, %esp
    mov %esi, %eax
    mov %edi, %ecx

    push exec_user_ss
    push $user_stack + PAGE_SIZE
    push %ebx
    push exec_user_cs
    push $exec_user_stub
#endif
    env_IRET
ENDFUNC(exec_user_enter)

/*
 * handle_exception() has the #UD of user mode return here, at kernel privilege
 * with the value of fn in place.
 */
ENTRY(exec_user_resume)
#ifdef CONFIG_64BIT
    pop %rdi
    mov %rdi, exec_user_sp(%rip)
    mov %rax, %rbx
    call arch_set_entry_stack
    mov %rbx, %rax

    pop %r15
    pop %r14
    pop %r13
    pop %r12
    pop %rbx
    pop %rbp
#else
    /* IRET left the stack pointer and segment of the user's frame. */
    add $2 * 4, %esp

    mov %eax, %ebx
    mov (%esp), %eax
    mov %eax, exec_user_sp
    call arch_set_entry_stack
    add $4, %esp
    mov %ebx, %eax

    pop %edi
    pop %esi
    pop %ebx
    pop %ebp
#endif
    ret
ENDFUNC(exec_user_resume)

    .section .text.user, "ax", @progbits

ENTRY(exec_user_stub)
#ifdef CONFIG_64BIT
    call *%rax
#else
    /* Tests in assembly find the parameter in %eax, those in C on the stack. */
    mov %eax, %edx
    mov %ecx, %eax
    push %ecx
    call *%edx
#endif
GLOBAL(exec_user_done)
    ud2
ENDFUNC(exec_user_stub)
