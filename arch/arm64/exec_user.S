/*
 * Into user mode, EL0, and back by SVC at a known address.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <xtf/asm_macros.h>

#include <arch/page.h>

    .text

/*
 * unsigned long exec_user_enter(unsigned long (*fn)(unsigned long),
 *                               unsigned long param, unsigned long flags);
 *
 * From EL1 on the stack of EL0, which user mode replaces by its own: not from
 * a handler of exceptions.
 */
ENTRY(exec_user_enter)
    stp x29, x30, [sp, #-96]!
    stp x19, x20, [sp, #16]
    stp x21, x22, [sp, #32]
    stp x23, x24, [sp, #48]
    stp x25, x26, [sp, #64]
    stp x27, x28, [sp, #80]

    adrp x3, exec_user_sp
    add x3, x3, :lo12:exec_user_sp
    mov x4, sp
    str x4, [x3]

    /* No exception may come while its stack is not the one in use. */
    msr daifset, #0xf
    adrp x3, exec_user_stub
    add x3, x3, :lo12:exec_user_stub
    msr elr_el1, x3
    msr spsr_el1, x2
    adrp x3, user_stack
    add x3, x3, :lo12:user_stack
    add x3, x3, #PAGE_SIZE
    msr spsel, #1
    msr sp_el0, x3

    mov x2, x0
    mov x0, x1
    eret
ENDFUNC(exec_user_enter)

/*
 * handle_exception() has the SVC of user mode return here, with exec_user_sp as
 * stack pointer and the value of fn in place.
 */
ENTRY(exec_user_resume)
    adrp x3, exec_user_sp
    add x3, x3, :lo12:exec_user_sp
    str xzr, [x3]

    ldp x19, x20, [sp, #16]
    ldp x21, x22, [sp, #32]
    ldp x23, x24, [sp, #48]
    ldp x25, x26, [sp, #64]
    ldp x27, x28, [sp, #80]
    ldp x29, x30, [sp], #96
    ret
ENDFUNC(exec_user_resume)

    .section .text.user, "ax", @progbits

ENTRY(exec_user_stub)
    blr x2
    svc #0
GLOBAL(exec_user_done)
    udf #0
ENDFUNC(exec_user_stub)
