/*
 * From any vector to handle_exception() and back.
 *
 * The kernel runs on the stack pointer of EL0, so that exceptions have a stack
 * of their own, that of EL1, whatever became of the kernel's.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <xtf/asm_macros.h>

#include <arch/page.h>
#include <arch/regs.h>

    .text

/*
 * Four kinds (synchronous, IRQ, FIQ, SError), each from four contexts: EL1 on
 * the stack of EL0, EL1 on its own (inside a handler), and EL0 in 64-bit and
 * in 32-bit state.
 */
    .balign 2048
GLOBAL(vectors)
    number = 0
    .rept 16
    .balign 128
    sub sp, sp, #CPU_REGS_SIZE
    stp x0, x1, [sp]
    mov x0, #number
    b entry_common
    number = number + 1
    .endr
SIZE(vectors)

/* The layout of struct cpu_regs. */
entry_common:
    stp x2, x3, [sp, #16]
    stp x4, x5, [sp, #32]
    stp x6, x7, [sp, #48]
    stp x8, x9, [sp, #64]
    stp x10, x11, [sp, #80]
    stp x12, x13, [sp, #96]
    stp x14, x15, [sp, #112]
    stp x16, x17, [sp, #128]
    stp x18, x19, [sp, #144]
    stp x20, x21, [sp, #160]
    stp x22, x23, [sp, #176]
    stp x24, x25, [sp, #192]
    stp x26, x27, [sp, #208]
    stp x28, x29, [sp, #224]
    str x30, [sp, #240]

    /* Bits 3:2 of the number are the context. */
    and x1, x0, #0xc
    mrs x2, sp_el0
    add x3, sp, #CPU_REGS_SIZE
    cmp x1, #4
    csel x2, x3, x2, eq
    mrs x3, elr_el1
    mrs x4, spsr_el1
    mrs x5, esr_el1
    mrs x6, far_el1
    stp x2, x3, [sp, #CPU_REGS_SP]
    str x4, [sp, #CPU_REGS_FLAGS]
    stp x5, x6, [sp, #CPU_REGS_SYNDROME]
    str x0, [sp, #CPU_REGS_ENTRY]

    mov x0, sp
    bl handle_exception

    ldr x0, [sp, #CPU_REGS_ENTRY]
    and x0, x0, #0xc
    ldp x2, x3, [sp, #CPU_REGS_SP]
    ldr x4, [sp, #CPU_REGS_FLAGS]
    msr elr_el1, x3
    msr spsr_el1, x4
    cmp x0, #4
    b.eq 1f
    msr sp_el0, x2
1:
    ldp x2, x3, [sp, #16]
    ldp x4, x5, [sp, #32]
    ldp x6, x7, [sp, #48]
    ldp x8, x9, [sp, #64]
    ldp x10, x11, [sp, #80]
    ldp x12, x13, [sp, #96]
    ldp x14, x15, [sp, #112]
    ldp x16, x17, [sp, #128]
    ldp x18, x19, [sp, #144]
    ldp x20, x21, [sp, #160]
    ldp x22, x23, [sp, #176]
    ldp x24, x25, [sp, #192]
    ldp x26, x27, [sp, #208]
    ldp x28, x29, [sp, #224]
    ldr x30, [sp, #240]
    ldp x0, x1, [sp]
    add sp, sp, #CPU_REGS_SIZE
    eret
ENDFUNC(entry_common)

/*
 * Overflowing a stack faults, since the page below is read-only.  It can be
 * read, since tests copy the image from end to end.
 */
    .section .bss.page_aligned, "aw", @nobits
    .balign PAGE_SIZE
GLOBAL(boot_stack_guard)
    .skip PAGE_SIZE
GLOBAL(boot_stack)
    .skip 2 * PAGE_SIZE
GLOBAL(boot_exception_stack)
    .skip 2 * PAGE_SIZE
