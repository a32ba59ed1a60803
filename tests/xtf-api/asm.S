/*
 * The API for assembly, as tests of XTF use it.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <xtf/asm_macros.h>
#include <xtf/extable.h>

#include <arch/page.h>
#include <arch/processor.h>
#include <arch/segment.h>

#include <xen/xen.h>

    .text

/* An entry point for xtf_set_idte(). */
ENTRY(asm_idte)
    env_ADJUST_FRAME
    mov $0x5678, %eax
    env_IRETQ
ENDFUNC(asm_idte)

ENTRY(asm_fault)
    xor %eax, %eax
1:  ud2a
2:  ret
    _ASM_EXTABLE_HANDLER(1b, 2b, ex_record_fault_eax)
ENDFUNC(asm_fault)

/* hypercall_xen_version(XENVER_version, NULL) */
ENTRY(asm_xen_version)
    push _ASM_BX
#ifdef __x86_64__
    xor %edi, %edi
    xor %esi, %esi
#else
    xor %ebx, %ebx
    xor %ecx, %ecx
#endif
    call HYPERCALL_xen_version
    pop _ASM_BX
    ret
ENDFUNC(asm_xen_version)

    .section .text.user, "ax", @progbits

ENTRY(asm_user)
    mov $0x77, %eax
    ret
ENDFUNC(asm_user)

    .section .rodata
GLOBAL(asm_table)
    _WORD asm_fault, hypercall_page + __HYPERVISOR_iret * 32, PAGE_SIZE, __KERN_CS
SIZE(asm_table)
