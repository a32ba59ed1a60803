/*
 * The IDT and TSS of an HVM guest, and its upcalls.
 *
 * Double faults and NMIs run on stacks of their own: by interrupt stack table
 * in long mode, as tasks of their own in protected mode.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <xtf/hypercall.h>
#include <xtf/lib.h>
#include <xtf/traps.h>

#include <arch/cpuid.h>
#include <arch/idt.h>
#include <arch/irqflags.h>
#include <arch/lib.h>
#include <arch/msr-index.h>
#include <arch/setup.h>
#include <arch/smp.h>
#include <arch/x86-gate.h>

#include <xen/hvm/params.h>

gate_desc idt[256] __page_aligned_bss;

desc_ptr gdt_ptr = { sizeof(gdt) - 1, (unsigned long)gdt };
desc_ptr idt_ptr = { sizeof(idt) - 1, (unsigned long)idt };

static uint8_t df_stack[PAGE_SIZE] __aligned(16);
static uint8_t nmi_stack[PAGE_SIZE] __aligned(16);

#if CONFIG_PAGING_LEVELS > 0
#define TASK_CR3 .cr3 = (unsigned long)cr3_target,
#else
#define TASK_CR3
#endif

#ifdef CONFIG_64BIT
#define KERNEL_TSS(sp, df_sp, nmi_sp)                                   \
    {                                                                   \
        .rsp0 = (unsigned long)(sp),                                    \
        .ist = { (unsigned long)(df_sp), (unsigned long)(nmi_sp) },     \
        .iopb = X86_TSS_INVALID_IO_BITMAP,                              \
    }
#else
/* A task switch back loads %cr3 from here, but none away stores it. */
#define KERNEL_TSS(sp, df_sp, nmi_sp)                                   \
    {                                                                   \
        TASK_CR3                                                        \
        .esp0 = (unsigned long)(sp),                                    \
        .ss0 = __KERN_DS,                                               \
        .iopb = X86_TSS_INVALID_IO_BITMAP,                              \
    }
#endif

env_tss tss __aligned(128) = KERNEL_TSS(boot_stack + sizeof(boot_stack),
                                        df_stack + sizeof(df_stack),
                                        nmi_stack + sizeof(nmi_stack));

/* Those of vCPU n at n - 1. */
static env_tss secondary_tss[SMP_MAX_VCPUS - 1] __aligned(128);

/* By its descriptor in this vCPU's GDT. */
static env_tss *tss_of(unsigned int sel)
{
    const user_desc *d;
    desc_ptr ptr;

    sgdt(&ptr);
    d = _p(_u(ptr.base) + (sel & ~7u));

    return _p(user_desc_base(d)
#ifdef CONFIG_64BIT
              | (unsigned long)d[1].lo << 32
#endif
        );
}

/* Of the running task, which a test may have switched to. */
static env_tss *this_tss(void)
{
    return tss_of(str());
}

#ifdef CONFIG_32BIT

extern const uint8_t entry_task_DF[], entry_task_NMI[];

#define TASK(entry, sp)                                                 \
    {                                                                   \
        TASK_CR3                                                        \
        .eip = (unsigned long)(entry),                                  \
        .eflags = X86_EFLAGS_MBS,                                       \
        .esp = (unsigned long)(sp),                                     \
        .cs = __KERN_CS, .ss = __KERN_DS,                               \
        .ds = __USER_DS, .es = __USER_DS,                               \
        .fs = __USER_DS, .gs = __USER_DS,                               \
        .iopb = X86_TSS_INVALID_IO_BITMAP,                              \
    }

static env_tss tss_DF __aligned(128) = TASK(entry_task_DF,
                                            df_stack + sizeof(df_stack));
static env_tss tss_NMI __aligned(128) = TASK(entry_task_NMI,
                                             nmi_stack + sizeof(nmi_stack));

static env_tss secondary_tss_DF[SMP_MAX_VCPUS - 1] __aligned(128);
static env_tss secondary_tss_NMI[SMP_MAX_VCPUS - 1] __aligned(128);

const struct cpu_regs *task_frame;

/*
 * What a task gate interrupted is in the TSS it came from.  Show it as an
 * exception frame, and put back what the handlers make of it.
 */
void do_task_exception(unsigned int vector, unsigned int error_code)
{
    env_tss *t = tss_of(this_tss()->link);
    struct cpu_regs regs = {
        .gs = t->gs, .fs = t->fs, .es = t->es, .ds = t->ds,
        .bx = t->ebx, .cx = t->ecx, .dx = t->edx, .si = t->esi,
        .di = t->edi, .bp = t->ebp, .ax = t->eax,
        .entry_vector = vector, .error_code = error_code,
        .ip = t->eip, .cs = t->cs, .flags = t->eflags,
        .sp = t->esp, .ss = t->ss,
    };

    task_frame = &regs;
    handle_exception(&regs);
    task_frame = NULL;

    t->eax = regs.ax;
    t->ebx = regs.bx;
    t->ecx = regs.cx;
    t->edx = regs.dx;
    t->esi = regs.si;
    t->edi = regs.di;
    t->ebp = regs.bp;
    t->eip = regs.ip;
    t->eflags = regs.flags;
    t->esp = regs.sp;
}

/*
 * QEMU without KVM carries out a task switch by itself even where Xen asks to
 * do so, and loads %cr3 with the guest's value.  That is memory corruption
 * when Xen runs the guest on shadow page tables, as it must with PAE there.
 */
static bool task_switches_work(void)
{
    uint32_t brand[4];

    if ( CONFIG_PAGING_LEVELS != 3 )
        return true;

    cpuid(0x80000002, &brand[0], &brand[1], &brand[2], &brand[3]);

    return memcmp(brand, "QEMU TCG CPU", 12);
}

static void set_task_gates(void)
{
    if ( !task_switches_work() )
        return;

    pack_tss_desc(&gdt[GDTE_TSS_DF], &tss_DF);
    pack_tss_desc(&gdt[GDTE_TSS_NMI], &tss_NMI);
    pack_task_gate(&idt[X86_EXC_DF], GDTE_TSS_DF << 3);
    pack_task_gate(&idt[X86_EXC_NMI], GDTE_TSS_NMI << 3);
}

#endif /* CONFIG_32BIT */

void arch_init_vcpu_tss(unsigned int vcpu, user_desc *own)
{
    const unsigned int i = vcpu - 1;
    struct vcpu_stacks *s = &vcpu_stacks[i];

    secondary_tss[i] = (env_tss)KERNEL_TSS(
        vcpu_stack_top(vcpu), s->df_stack + sizeof(s->df_stack),
        s->nmi_stack + sizeof(s->nmi_stack));
    pack_tss_desc(&own[GDTE_TSS], &secondary_tss[i]);

#ifdef CONFIG_32BIT
    secondary_tss_DF[i] = (env_tss)TASK(
        entry_task_DF, s->df_stack + sizeof(s->df_stack));
    secondary_tss_NMI[i] = (env_tss)TASK(
        entry_task_NMI, s->nmi_stack + sizeof(s->nmi_stack));
    pack_tss_desc(&own[GDTE_TSS_DF], &secondary_tss_DF[i]);
    pack_tss_desc(&own[GDTE_TSS_NMI], &secondary_tss_NMI[i]);
#endif
}

static unsigned int stack_of(unsigned int vector)
{
    return vector == X86_EXC_DF ? 1 : vector == X86_EXC_NMI ? 2 : 0;
}

void arch_init_traps(void)
{
    unsigned int vec;

    for ( vec = 0; vec < 256; ++vec )
        pack_intr_gate(&idt[vec], __KERN_CS, arch_entry_stub(vec),
                       vec == X86_EXC_BP || vec == X86_EXC_OF ||
                       vec == X86_VEC_RET2KERN ? 3 : 0,
                       stack_of(vec));

#ifdef CONFIG_32BIT
    set_task_gates();
#endif

    pack_tss_desc(&gdt[GDTE_TSS], &tss);
    lidt(&idt_ptr);
    ltr(TSS_SEL);

#if CONFIG_PAGING_LEVELS >= 3
    {
        uint32_t eax, ebx, ecx, edx;

        /* So that page tables may use the bit. */
        cpuid(0x80000001, &eax, &ebx, &ecx, &edx);
        if ( edx & (1u << 20) )
            wrmsr(MSR_EFER, rdmsr(MSR_EFER) | EFER_NXE);
    }
#endif

    /* Upcalls at a vector of their own, without an interrupt controller. */
    if ( hvm_set_param(HVM_PARAM_CALLBACK_IRQ,
                       ((uint64_t)HVM_PARAM_CALLBACK_TYPE_VECTOR << 56) |
                       X86_VEC_XEN_CALLBACK) )
        panic("Cannot set HVM_PARAM_CALLBACK_IRQ\n");
}

int xtf_set_idte(unsigned int vector, const struct xtf_idte *idte)
{
    pack_intr_gate(&idt[vector], idte->cs, idte->addr, idte->dpl, 0);
    barrier();

    return 0;
}

void arch_set_entry_stack(unsigned long sp)
{
    if ( !sp )
        sp = vcpu_stack_top(this_vcpu());

#ifdef CONFIG_64BIT
    this_tss()->rsp0 = sp;
#else
    this_tss()->esp0 = sp;
#endif
}

bool local_irq_enabled(void)
{
    return read_flags() & X86_EFLAGS_IF;
}

void local_irq_disable(void)
{
    asm volatile ("cli" ::: "memory");
}

void local_irq_enable(void)
{
    /* STI holds interrupts off for one more instruction. */
    asm volatile ("sti; nop" ::: "memory");
}

void local_irq_sleep(void)
{
    asm volatile ("sti; hlt" ::: "memory");
}

unsigned long arch_local_flags(void)
{
    return read_flags();
}
