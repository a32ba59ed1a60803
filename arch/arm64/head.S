/*
 * Where a kernel starts: at EL1, the MMU off, x0 at the device tree, at any
 * address that the loader chose; and where a further vCPU does.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <xtf/asm_macros.h>

#include <arch/page.h>
#include <arch/processor.h>

    .section .text.head, "ax", @progbits

/* The header of the 64-bit Image format. */
GLOBAL(_elf_start)
    b boot
    .long 0
    .quad 0                     /* From a boundary of 2M to the image. */
    .quad image_size
    .quad 0xa                   /* Little-endian, 4k pages, placed anywhere. */
    .quad 0, 0, 0
    .ascii "ARM\x64"
    .long 0

/* For the runner: where the image is linked, and where its cases are. */
    .ascii "Touchstn"
    .quad _start, __start_cases, __end_cases
SIZE(_elf_start)

/* Write the entry of table \table for address \virt: \entry. */
.macro write_entry table, virt, shift, entry
    ubfx x5, \virt, #\shift, #9
    str \entry, [\table, x5, lsl #3]
.endm

.macro write_table_entry table, virt, shift, next
    orr x6, \next, #(PTE_VALID | PTE_TABLE)
    write_entry \table, \virt, \shift, x6
.endm

/*
 * The kernel's tables, and those that map the code which turns the MMU on at
 * its physical address.  The memory is accessed uncached, and no line of it may
 * stay in a cache.
 */
make_tables:
    adrp x1, __start_tables
    adrp x2, __end_tables
    mov x0, x1
1:  stp xzr, xzr, [x0], #16
    cmp x0, x2
    b.lo 1b

    ldr x3, =KERNEL_VIRT
    adrp x0, kernel_l4
    adrp x4, kernel_l3
    write_table_entry x0, x3, L4_PT_SHIFT, x4
    adrp x0, kernel_l2
    write_table_entry x4, x3, L3_PT_SHIFT, x0
    adrp x4, kernel_l1

    /* The tables of pages follow each other; x7 is the end of the area. */
    ldr x7, =(TABLES_VIRT + IMAGE_LIMIT)
    ldr x3, =TABLES_VIRT
1:  write_table_entry x0, x3, L2_PT_SHIFT, x4
    add x4, x4, #PAGE_SIZE
    add x3, x3, #(1 << L2_PT_SHIFT)
    cmp x3, x7
    b.lo 1b

    /* The entries of the image, one table after the other. */
    adrp x0, kernel_l1
    add x0, x0, #(((KERNEL_VIRT - TABLES_VIRT) >> PAGE_SHIFT) << PTE_ORDER)
    adrp x3, _start
    adrp x4, _end
    ldr x6, =PTE_KERNEL
1:  orr x5, x3, x6
    str x5, [x0], #8
    add x3, x3, #PAGE_SIZE
    cmp x3, x4
    b.lo 1b

    adrp x3, _start
    adrp x0, boot_l4
    adrp x4, boot_l3
    write_table_entry x0, x3, L4_PT_SHIFT, x4
    ldr x6, =PTE_BLOCK_NORMAL
    and x5, x3, #~((1 << L3_PT_SHIFT) - 1)
    orr x6, x6, x5
    write_entry x4, x3, L3_PT_SHIFT, x6

    dsb sy
    mrs x3, ctr_el0
    ubfx x3, x3, #16, #4
    mov x4, #4
    lsl x3, x4, x3
1:  dc ivac, x1
    add x1, x1, x3
    cmp x1, x2
    b.lo 1b
    dsb sy
    ret
ENDFUNC(make_tables)

/* Turn the MMU on, and go on at virtual address x22.  Leaves x19 to x22. */
enable_mmu:
    ldr x0, =MAIR_KERNEL
    msr mair_el1, x0
    ldr x0, =(TCR_T0SZ_48 | TCR_WBWA0 | TCR_SH0_INNER | \
              TCR_T1SZ_48 | TCR_WBWA1 | TCR_SH1_INNER | TCR_TG1_4K)
    mrs x1, id_aa64mmfr0_el1
    and x1, x1, #0xf
    mov x2, #TCR_IPS_48
    cmp x1, x2
    csel x1, x1, x2, lo
    bfi x0, x1, #TCR_IPS_SHIFT, #3
    msr tcr_el1, x0
    adrp x0, boot_l4
    msr ttbr0_el1, x0
    adrp x0, kernel_l4
    msr ttbr1_el1, x0
    isb
    tlbi vmalle1
    ic iallu
    dsb nsh
    isb

    ldr x0, =(SCTLR_RES1 | SCTLR_M | SCTLR_C | SCTLR_SA | SCTLR_SA0 | \
              SCTLR_I | SCTLR_nTWI | SCTLR_nTWE)
    msr sctlr_el1, x0
    isb
    br x22
ENDFUNC(enable_mmu)

/* At virtual addresses from here on, and only there. */
.macro leave_boot_tables
    mrs x0, tcr_el1
    orr x0, x0, #TCR_EPD0
    msr tcr_el1, x0
    isb
    tlbi vmalle1
    dsb nsh
    isb

    ldr x0, =vectors
    msr vbar_el1, x0
    isb
.endm

/* Exceptions have the stack of EL1; all else runs on that of EL0. */
.macro set_stacks sp, exception_sp
    msr spsel, #1
    mov sp, \exception_sp
    msr spsel, #0
    mov sp, \sp
.endm

boot:
    msr daifset, #0xf
    mov x20, x0
    adrp x21, _start
    bl make_tables
    ldr x22, =1f
    b enable_mmu

1:  leave_boot_tables
    ldr x0, =__start_bss
    ldr x1, =__end_bss
1:  stp xzr, xzr, [x0], #16
    cmp x0, x1
    b.lo 1b

    ldr x0, =fdt_paddr
    str x20, [x0]
    ldr x0, =image_paddr
    str x21, [x0]

    msr tpidr_el1, xzr
    ldr x0, =(boot_stack + 2 * PAGE_SIZE)
    ldr x1, =(boot_exception_stack + 2 * PAGE_SIZE)
    set_stacks x0, x1
    msr daifclr, #0xc
    bl xtf_main
1:  wfi
    b 1b
ENDFUNC(boot)

/* PSCI starts a vCPU here with the context in x0: its number. */
GLOBAL(secondary_start)
    msr daifset, #0xf
    mov x20, x0
    ldr x22, =1f
    b enable_mmu

1:  leave_boot_tables
    msr tpidr_el1, x20
    ldr x0, =secondary_stacks
    add x0, x0, x20, lsl #4
    ldp x1, x2, [x0]
    set_stacks x1, x2
    msr daifclr, #0xc
    mov x0, x20
    bl secondary_main
1:  wfi
    b 1b
ENDFUNC(secondary_start)

    .ltorg

    .section .tables, "aw", @nobits
    .balign PAGE_SIZE
GLOBAL(kernel_l4)
    .skip PAGE_SIZE
GLOBAL(kernel_l3)
    .skip PAGE_SIZE
GLOBAL(kernel_l2)
    .skip PAGE_SIZE
GLOBAL(kernel_l1)
    .skip (IMAGE_LIMIT >> L2_PT_SHIFT) * PAGE_SIZE
boot_l4:
    .skip PAGE_SIZE
boot_l3:
    .skip PAGE_SIZE
