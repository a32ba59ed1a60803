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

env_tss tss __aligned(128) =
{
#ifdef CONFIG_64BIT
    .rsp0 = (unsigned long)boot_stack + sizeof(boot_stack),
    .ist = {
        [0] = (unsigned long)df_stack + sizeof(df_stack),
        [1] = (unsigned long)nmi_stack + sizeof(nmi_stack),
    },
#else
    /* A task switch back loads %cr3 from here, but none away stores it. */
    TASK_CR3
    .esp0 = (unsigned long)boot_stack + sizeof(boot_stack),
    .ss0 = __KERN_DS,
#endif
    .iopb = X86_TSS_INVALID_IO_BITMAP,
};

#ifdef CONFIG_32BIT

extern const uint8_t entry_task_DF[], entry_task_NMI[];

#define TASK(entry, stack)                                              \
    {                                                                   \
        TASK_CR3                                                        \
        .eip = (unsigned long)(entry),                                  \
        .eflags = X86_EFLAGS_MBS,                                       \
        .esp = (unsigned long)(stack) + sizeof(stack),                  \
        .cs = __KERN_CS, .ss = __KERN_DS,                               \
        .ds = __USER_DS, .es = __USER_DS,                               \
        .fs = __USER_DS, .gs = __USER_DS,                               \
        .iopb = X86_TSS_INVALID_IO_BITMAP,                              \
    }

static env_tss tss_DF __aligned(128) = TASK(entry_task_DF, df_stack);
static env_tss tss_NMI __aligned(128) = TASK(entry_task_NMI, nmi_stack);

const struct cpu_regs *task_frame;

/*
 * What a task gate interrupted is in the TSS it came from.  Show it as an
 * exception frame, and put back what the handlers make of it.
 */
void do_task_exception(unsigned int vector, unsigned int error_code)
{
    struct cpu_regs regs = {
        .gs = tss.gs, .fs = tss.fs, .es = tss.es, .ds = tss.ds,
        .bx = tss.ebx, .cx = tss.ecx, .dx = tss.edx, .si = tss.esi,
        .di = tss.edi, .bp = tss.ebp, .ax = tss.eax,
        .entry_vector = vector, .error_code = error_code,
        .ip = tss.eip, .cs = tss.cs, .flags = tss.eflags,
        .sp = tss.esp, .ss = tss.ss,
    };

    task_frame = &regs;
    do_exception(&regs);
    task_frame = NULL;

    tss.eax = regs.ax;
    tss.ebx = regs.bx;
    tss.ecx = regs.cx;
    tss.edx = regs.dx;
    tss.esi = regs.si;
    tss.edi = regs.di;
    tss.ebp = regs.bp;
    tss.eip = regs.ip;
    tss.eflags = regs.flags;
    tss.esp = regs.sp;
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
#ifdef CONFIG_64BIT
    tss.rsp0 = sp;
#else
    tss.esp0 = sp;
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

unsigned long arch_local_flags(void)
{
    return read_flags();
}
