/*
 * Into a code segment of another width, and back.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <xtf/asm_macros.h>

#include "modes.h"

    .text

/*
 * void far_call_enter(struct far_call *c);
 *
 * The code there ends with a far jump to far_call_back.
 */
ENTRY(far_call_enter)
#ifdef CONFIG_64BIT
    push %rbp
    push %rbx
    push %r12
    push %r13
    push %r14
    push %r15
    /* Other modes may lose the upper halves, and R8 to R15: keep it here. */
    push %rdi

    mov FAR_SEL(%rdi), %eax
    push %rax
    mov FAR_OFFSET(%rdi), %eax
    push %rax
    mov FAR_AX(%rdi), %eax
    mov FAR_BX(%rdi), %ebx
    mov FAR_CX(%rdi), %ecx
    mov FAR_DX(%rdi), %edx
    mov FAR_SI(%rdi), %esi
    mov FAR_DI(%rdi), %edi
    lretq

GLOBAL(far_call_back)
    pop %rdi
    mov %eax, FAR_RESULT(%rdi)
    pop %r15
    pop %r14
    pop %r13
    pop %r12
    pop %rbx
    pop %rbp
    ret
#else
    push %ebp
    push %ebx
    push %esi
    push %edi
    mov 5 * 4(%esp), %ebp
    push %ebp

    push FAR_SEL(%ebp)
    push FAR_OFFSET(%ebp)
    mov FAR_AX(%ebp), %eax
    mov FAR_BX(%ebp), %ebx
    mov FAR_CX(%ebp), %ecx
    mov FAR_DX(%ebp), %edx
    mov FAR_SI(%ebp), %esi
    mov FAR_DI(%ebp), %edi
    lret

GLOBAL(far_call_back)
    pop %ebp
    mov %eax, FAR_RESULT(%ebp)
    pop %edi
    pop %esi
    pop %ebx
    pop %ebp
    ret
#endif
ENDFUNC(far_call_enter)
