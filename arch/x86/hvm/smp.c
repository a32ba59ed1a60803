/*
 * Further vCPUs of an HVM guest: a GDT, a TSS and stacks each.
 *
 * The GDTs differ in what their TSS descriptors point at, so that selectors
 * and the IDT are the same for all.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <xtf/hypercall.h>
#include <xtf/lib.h>
#include <xtf/traps.h>

#include <arch/desc.h>
#include <arch/idt.h>
#include <arch/lib.h>
#include <arch/msr-index.h>
#include <arch/setup.h>
#include <arch/smp.h>

#include <xen/hvm/hvm_vcpu.h>

/* The same for all, and they do not return. */
static void (*main_of_vcpu)(unsigned int vcpu);

static user_desc gdts[SMP_MAX_VCPUS - 1][NR_GDT_ENTRIES] __aligned(16);

/* Flat descriptors, as vcpu_hvm_context has them. */
#define AR_CODE32   0xc9b
#define AR_DATA32   0xc93
#define AR_TSS32    0x08b

static void load_segments(unsigned int vcpu)
{
    const desc_ptr ptr = { sizeof(gdts[0]) - 1, _u(gdts[vcpu - 1]) };

    lgdt(&ptr);

    write_cs(__KERN_CS);
    write_ss(__KERN_DS);
    write_ds(__USER_DS);
    write_es(__USER_DS);
    write_fs(__USER_DS);
    write_gs(__USER_DS);

    lidt(&idt_ptr);
    ltr(TSS_SEL);
}

static void __noreturn __used secondary_entry(unsigned int vcpu)
{
    load_segments(vcpu);
    main_of_vcpu(vcpu);
    unreachable();
}

long arch_init_vcpu(unsigned int vcpu, void (*entry)(unsigned int vcpu))
{
    vcpu_hvm_context_t ctx = {};
    user_desc *own = gdts[vcpu - 1];

    main_of_vcpu = entry;
    arch_guard_page(vcpu_stacks[vcpu - 1].guard);

    memcpy(own, gdt, sizeof(gdt));
    arch_init_vcpu_tss(vcpu, own);

#ifdef CONFIG_64BIT
    ctx.mode = VCPU_HVM_MODE_64B;
    ctx.cpu_regs.x86_64 = (xen_vcpu_hvm_x86_64_t) {
        .rip = _u(secondary_entry), .rdi = vcpu,
        /* As after a call: 8 off a multiple of 16. */
        .rsp = vcpu_stack_top(vcpu) - 8,
        .rflags = X86_EFLAGS_MBS,
        .cr0 = read_cr0(), .cr3 = read_cr3(), .cr4 = read_cr4(),
        .efer = rdmsr(MSR_EFER),
    };
#else
    {
        uint32_t *sp = _p(vcpu_stack_top(vcpu));

        /* The argument, and a return address that is not used. */
        *--sp = vcpu;
        *--sp = 0;

        ctx.mode = VCPU_HVM_MODE_32B;
        ctx.cpu_regs.x86_32 = (xen_vcpu_hvm_x86_32_t) {
            .eip = _u(secondary_entry), .esp = _u(sp),
            .eflags = X86_EFLAGS_MBS,
            .cr0 = read_cr0(), .cr3 = read_cr3(), .cr4 = read_cr4(),
            .efer = rdmsr(MSR_EFER),
            .cs_limit = ~0u, .cs_ar = AR_CODE32,
            .ds_limit = ~0u, .ds_ar = AR_DATA32,
            .es_limit = ~0u, .es_ar = AR_DATA32,
            .ss_limit = ~0u, .ss_ar = AR_DATA32,
            .tr_limit = 0x67, .tr_ar = AR_TSS32,
        };
    }
#endif

    return hypercall_vcpu_op(VCPUOP_initialise, vcpu, &ctx);
}
