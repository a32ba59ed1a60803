/*
 * Where a PV guest starts: paging on, the start info at %rsi or %esi.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <xtf/asm_macros.h>

#include <arch/page.h>

#include <xen/elfnote.h>

ELFNOTE(Xen, XEN_ELFNOTE_ENTRY, _WORD _elf_start)
ELFNOTE(Xen, XEN_ELFNOTE_HYPERCALL_PAGE, _WORD hypercall_page)
ELFNOTE(Xen, XEN_ELFNOTE_VIRT_BASE, _WORD 0)
ELFNOTE(Xen, XEN_ELFNOTE_PADDR_OFFSET, _WORD 0)
ELFNOTE(Xen, XEN_ELFNOTE_GUEST_OS, .asciz "Touchstone")
ELFNOTE(Xen, XEN_ELFNOTE_GUEST_VERSION, .asciz "1")
ELFNOTE(Xen, XEN_ELFNOTE_XEN_VERSION, .asciz "xen-3.0")
ELFNOTE(Xen, XEN_ELFNOTE_LOADER, .asciz "generic")
ELFNOTE(Xen, XEN_ELFNOTE_FEATURES, .asciz "!writable_page_tables|pae_pgdir_above_4gb")
#ifdef CONFIG_32BIT
ELFNOTE(Xen, XEN_ELFNOTE_PAE_MODE, .asciz "yes")
#endif

    .section .text.head, "ax", @progbits

GLOBAL(_elf_start)
    cld
    mov $boot_stack + 2 * PAGE_SIZE - BOOT_STACK_SPARE, %_ASM_SP
    mov %_ASM_SI, pv_start_info
    call xtf_main
    ud2
SIZE(_elf_start)
