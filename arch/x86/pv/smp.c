/*
 * Further vCPUs of a PV guest: all their state, in one structure.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <xtf/hypercall.h>
#include <xtf/lib.h>
#include <xtf/traps.h>

#include <arch/desc.h>
#include <arch/idt.h>
#include <arch/mm.h>
#include <arch/processor.h>
#include <arch/setup.h>
#include <arch/smp.h>

extern const uint8_t entry_failsafe[];

/* They use the boot vCPU's page tables, GDT, vectors and callbacks. */
long arch_init_vcpu(unsigned int vcpu, void (*entry)(unsigned int vcpu))
{
    static vcpu_guest_context_t ctx;
    const unsigned long pt_mfn = virt_to_mfn(_p(pv_start_info->pt_base));
    unsigned long *sp = _p(vcpu_stack_top(vcpu));
    unsigned int vec;

    arch_guard_page(vcpu_stacks[vcpu - 1].guard);

    /* The argument in 32-bit code, and a return address that is not used. */
    *--sp = vcpu;
    *--sp = 0;

    ctx = (vcpu_guest_context_t) {
        .flags = VGCF_in_kernel | VGCF_failsafe_disables_events |
                 VGCF_syscall_disables_events,
        .user_regs = {
            .cs = __KERN_CS, .ss = __KERN_DS,
            .ds = __USER_DS, .es = __USER_DS,
            .eflags = X86_EFLAGS_IF | X86_EFLAGS_MBS,
            .saved_upcall_mask = 1,
#ifdef CONFIG_64BIT
            .rip = _u(entry), .rdi = vcpu,
            /* As after a call: 8 off a multiple of 16. */
            .rsp = vcpu_stack_top(vcpu) - 8,
#else
            .eip = _u(entry), .esp = _u(sp),
#endif
        },
        .kernel_ss = __KERN_DS, .kernel_sp = vcpu_stack_top(vcpu),
        .gdt_frames = { virt_to_mfn(gdt) }, .gdt_ents = PAGE_SIZE / 8,
        .ctrlreg = { [3] = xen_pfn_to_cr3(pt_mfn) },
        .event_callback_eip = arch_entry_stub(X86_VEC_XEN_CALLBACK),
        .failsafe_callback_eip = _u(entry_failsafe),
#ifdef CONFIG_64BIT
        .syscall_callback_eip = arch_entry_stub(X86_VEC_PV_SYSCALL),
#else
        .event_callback_cs = __KERN_CS, .failsafe_callback_cs = __KERN_CS,
#endif
    };

#ifdef CONFIG_64BIT
    ctx.ctrlreg[1] = xen_pfn_to_cr3(pt_mfn);
#endif

    for ( vec = 0; vec < 256; ++vec )
        ctx.trap_ctxt[vec] = pv_trap_entry(vec);

    return hypercall_vcpu_op(VCPUOP_initialise, vcpu, &ctx);
}
