/*
 * The API for assembly, as tests of XTF use it.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <xtf/asm_macros.h>
#include <xtf/extable.h>

#include <arch/fep.h>
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
    push %_ASM_BX
#ifdef __x86_64__
    xor %edi, %edi
    xor %esi, %esi
#else
    xor %ebx, %ebx
    xor %ecx, %ecx
#endif
    call HYPERCALL_xen_version
    pop %_ASM_BX
    ret
ENDFUNC(asm_xen_version)

#ifdef CONFIG_32BIT
/*
 * An exception, number 0x99, entered as a test of XTF does it that has a task
 * for NMIs: the registers in XTF's order, their address in %eax.
 */
ENTRY(asm_xtf_entry)
    push $0
    push $0x99
    push %es
    push %ds
    push %edi
    push %esi
    push %edx
    push %ecx
    push %eax
    push %ebx
    push %ebp
    mov %esp, %eax
    call do_exception
    pop %ebp
    pop %ebx
    pop %eax
    pop %ecx
    pop %edx
    pop %esi
    pop %edi
    pop %ds
    pop %es
    add $2 * 4, %esp
    env_IRET
ENDFUNC(asm_xtf_entry)
#endif

/* CPUID leaf 0 as Xen emulates it: the last basic leaf. */
ENTRY(asm_forced_cpuid)
    push %_ASM_BX
    xor %eax, %eax
    xor %ecx, %ecx
    _ASM_XEN_FEP
    cpuid
    pop %_ASM_BX
    ret
ENDFUNC(asm_forced_cpuid)

    .section .text.user, "ax", @progbits

/* The parameter of exec_user_param(), as the value. */
ENTRY(asm_user_param)
#ifdef __x86_64__
    mov %rdi, %rax
#endif
    ret
ENDFUNC(asm_user_param)

ENTRY(asm_user)
    mov $0x77, %eax
    ret
ENDFUNC(asm_user)

    .section .rodata
GLOBAL(asm_table)
    _WORD asm_fault, hypercall_page + __HYPERVISOR_iret * 32, PAGE_SIZE, __KERN_CS
SIZE(asm_table)
