/*
 * Where an HVM guest starts: 32-bit, flat, no paging, %ebx at the PVH start
 * info.  The same entry serves PVH, PVH dom0 and firmware_override.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <xtf/asm_macros.h>

#include <arch/msr-index.h>
#include <arch/page.h>
#include <arch/processor.h>
#include <arch/segment.h>

#include <xen/elfnote.h>

ELFNOTE(Xen, XEN_ELFNOTE_PHYS32_ENTRY, .long _elf_start)
ELFNOTE(Xen, XEN_ELFNOTE_GUEST_OS, .asciz "Touchstone")
ELFNOTE(Xen, XEN_ELFNOTE_XEN_VERSION, .asciz "xen-3.0")
ELFNOTE(Xen, XEN_ELFNOTE_FEATURES, .asciz "hvm_callback_vector")

    .section .text.head, "ax", @progbits
    .code32

GLOBAL(_elf_start)
    cld
    lgdt gdt_ptr
    ljmp $GDTE_CS32_DPL0 << 3, $1f
1:
    mov $__KERN_DS, %eax
    mov %eax, %ss
    mov $__USER_DS, %eax
    mov %eax, %ds
    mov %eax, %es
    mov %eax, %fs
    mov %eax, %gs

    mov $boot_stack + 2 * PAGE_SIZE - BOOT_STACK_SPARE, %esp
    mov %ebx, pvh_start_info_paddr

    /* Let tests use the FPU and SSE. */
    mov $X86_CR4_OSFXSR | X86_CR4_OSXMMEXCPT, %eax
#if CONFIG_PAGING_LEVELS == 2
    or $X86_CR4_PSE, %eax
#elif CONFIG_PAGING_LEVELS >= 3
    or $X86_CR4_PAE, %eax
#endif
    mov %eax, %cr4

#if CONFIG_PAGING_LEVELS > 0
    mov $cr3_target, %eax
    mov %eax, %cr3
#endif

#ifdef CONFIG_64BIT
    mov $MSR_EFER, %ecx
    rdmsr
    or $EFER_LME | EFER_SCE, %eax
    wrmsr
#endif

    mov $X86_CR0_PE | X86_CR0_MP | X86_CR0_ET | X86_CR0_NE | X86_CR0_WP, %eax
#if CONFIG_PAGING_LEVELS > 0
    or $X86_CR0_PG, %eax
#endif
    mov %eax, %cr0

#ifdef CONFIG_64BIT
    ljmp $__KERN_CS, $1f
    .code64
1:
    mov $boot_stack + 2 * PAGE_SIZE - BOOT_STACK_SPARE, %esp
#endif

    call xtf_main
1:  hlt
    jmp 1b
SIZE(_elf_start)
