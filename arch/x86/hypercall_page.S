/*
 * The page that Xen fills with a way to make each hypercall, and symbols for
 * its entries: HYPERCALL_<name>, in assembly to be called or jumped to.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <xtf/asm_macros.h>

#include <arch/page.h>

#include <xen/xen.h>

    .section .text.hypercall_page, "ax", @progbits
    .balign PAGE_SIZE
GLOBAL(hypercall_page)
    .skip PAGE_SIZE

#define SLOT(name)                                                      \
    .globl HYPERCALL_ ## name;                                          \
    .set HYPERCALL_ ## name, hypercall_page + __HYPERVISOR_ ## name * 32; \
    .type HYPERCALL_ ## name, @function;                                \
    .size HYPERCALL_ ## name, 32

    SLOT(set_trap_table)
    SLOT(mmu_update)
    SLOT(set_gdt)
    SLOT(stack_switch)
    SLOT(fpu_taskswitch)
    SLOT(set_debugreg)
    SLOT(get_debugreg)
    SLOT(update_descriptor)
    SLOT(memory_op)
    SLOT(multicall)
    SLOT(update_va_mapping)
    SLOT(set_timer_op)
    SLOT(xen_version)
    SLOT(console_io)
    SLOT(grant_table_op)
    SLOT(vm_assist)
    SLOT(iret)
    SLOT(vcpu_op)
    SLOT(set_segment_base)
    SLOT(mmuext_op)
    SLOT(nmi_op)
    SLOT(sched_op)
    SLOT(callback_op)
    SLOT(event_channel_op)
    SLOT(physdev_op)
    SLOT(hvm_op)
    SLOT(sysctl)
    SLOT(domctl)
    SLOT(argo_op)
