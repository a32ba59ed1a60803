/*
 * Exceptions: to whom they go, and what is said about one that nobody wants.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <xtf/atomic.h>
#include <xtf/console.h>
#include <xtf/extable.h>
#include <xtf/hypercall.h>
#include <xtf/lib.h>
#include <xtf/lib/symbols.h>
#include <xtf/traps.h>

#include <arch/gic.h>
#include <arch/irqflags.h>
#include <arch/lib.h>
#include <arch/setup.h>

#include <xen/hvm/params.h>

/* See exec_user.S. */
unsigned long exec_user_enter(unsigned long (*fn)(unsigned long),
                              unsigned long param, unsigned long flags);
extern const uint8_t exec_user_done[], exec_user_resume[];

uint8_t user_stack[PAGE_SIZE] __user_page_aligned_bss;

/* The kernel's stack pointer while in user mode; 0 otherwise. */
unsigned long exec_user_sp;
static unsigned long exec_user_kernel_flags;

static unsigned int upcall_irq;

/* The context in bits 3:2, the kind in bits 1:0: see entry.S. */
#define ENTRY_KIND(entry)       ((entry) & 3)
#define KIND_SYNC               0

unsigned long exec_user_param(unsigned long (*fn)(unsigned long),
                              unsigned long param)
{
    exec_user_kernel_flags = arch_local_flags();

    return exec_user_enter(fn, param,
                           exec_user_kernel_flags & ~(uint64_t)PSTATE_MODE);
}

/* If user mode is done: have the exception return to exec_user()'s caller. */
static bool leave_user(struct cpu_regs *regs)
{
    if ( !exec_user_sp || !cpu_regs_user(regs) ||
         regs->entry_vector != ARM_EC_SVC || regs->ip != _u(exec_user_done) )
        return false;

    regs->ip = _u(exec_user_resume);
    regs->flags = exec_user_kernel_flags;
    regs->sp = exec_user_sp;

    return true;
}

__weak bool do_unhandled_exception(struct cpu_regs *regs)
{
    return false;
}

static void (*upcall_handler)(struct cpu_regs *regs);

void arch_set_upcall_handler(void (*fn)(struct cpu_regs *regs))
{
    upcall_handler = fn;
}

__weak void do_evtchn(struct cpu_regs *regs)
{
    if ( upcall_handler )
        upcall_handler(regs);
    else
        xchg(&this_vcpu_info()->evtchn_upcall_pending, 0);
}

__weak bool do_interrupt(unsigned int irq, struct cpu_regs *regs)
{
    return false;
}

/* Words of the stack that point into the code. */
static void print_stack(const struct cpu_regs *regs)
{
    const unsigned long *word = _p(ROUNDUP(cpu_regs_sp(regs), sizeof(*word)));
    const unsigned long *end = _p(boot_stack + sizeof(boot_stack));

    /* Only the boot stack surely is memory; an overflow is right below it. */
    if ( _u(word) < _u(boot_stack) && _u(word) >= _u(boot_stack) - PAGE_SIZE )
        word = _p(boot_stack);
    if ( _u(word) < _u(boot_stack) || word >= end )
        return;

    symbol_print_stack(word, end);
}

static void print_regs(const struct cpu_regs *regs)
{
    unsigned int i;

    symbol_print("At", regs->ip);
    for ( i = 0; i < ARRAY_SIZE(regs->x); ++i )
        printk("x%-2u %016lx%s", i, regs->x[i], i % 4 == 3 ? "\n" : " ");
    printk("\nsp  %016lx pstate %08lx\n", regs->sp, regs->flags);
}

static void __noreturn report_unhandled(const struct cpu_regs *regs)
{
    static bool reporting;
    const exinfo_t info = EXINFO(regs->entry_vector, regs->error_code);

    /* If the report itself faults, say no more than that. */
    if ( reporting )
        panic("Another exception, %pe at %p, while reporting the first\n",
              _p(info), _p(regs->ip));
    reporting = true;

    if ( !console_at_line_start() )
        printk("\n");
    printk("******************************\n");
    printk("Unhandled exception: %pe, syndrome %#x\n",
           _p(info), regs->error_code);
    printk("Faulting address: %p\n", _p(regs->fault_address));
    print_regs(regs);
    print_stack(regs);
    printk("******************************\n");

    panic("Unhandled exception %pe\n", _p(info));
}

static void handle_irq(struct cpu_regs *regs)
{
    unsigned int irq = gic_acknowledge();

    if ( irq >= GIC_SPURIOUS )
        return;

    if ( irq == upcall_irq )
        do_evtchn(regs);
    else if ( !do_interrupt(irq, regs) )
        panic("Unexpected interrupt %u\n", irq);

    gic_end(irq);
}

void handle_exception(struct cpu_regs *regs)
{
    const unsigned int kind = ENTRY_KIND(regs->entry);

    if ( kind == KIND_SYNC )
    {
        /* As stored, the two are the register. */
        const uint32_t syndrome = regs->entry_vector;

        regs->entry_vector = syndrome >> 26;
        regs->error_code = syndrome & ((1u << 25) - 1);
    }
    else
    {
        regs->entry_vector = ARM_VEC_IRQ + kind - 1;
        regs->error_code = 0;
    }

    if ( regs->entry_vector == ARM_VEC_IRQ )
    {
        handle_irq(regs);
        return;
    }

    if ( leave_user(regs) )
        return;

    if ( use_extable(regs) || do_unhandled_exception(regs) )
        return;

    report_unhandled(regs);
}

unsigned int arch_upcall_irq(void)
{
    return upcall_irq;
}

/*
 * The hypervisor node says which interrupt it is: of type 1, private, counted
 * from the first private one.  Without the node, the parameter says so, where
 * Xen tells it.
 */
static unsigned int find_upcall_irq(void)
{
    const int node = fdt_next_compatible(&device_tree, -1, "xen,xen");
    uint32_t type, irq;
    uint64_t param;

    if ( fdt_prop_cell(&device_tree, node, "interrupts", 0, &type) &&
         type == 1 &&
         fdt_prop_cell(&device_tree, node, "interrupts", 1, &irq) )
        return irq + GIC_FIRST_PPI;

    if ( !hvm_get_param(HVM_PARAM_CALLBACK_IRQ, &param) &&
         param >> 56 == HVM_PARAM_CALLBACK_TYPE_PPI )
        return param & 0xff;

    return 0;
}

void arch_init_vcpu_upcalls(void)
{
    if ( !gic_version() )
        return;

    gic_init_vcpu();
    if ( upcall_irq )
        gic_enable(upcall_irq, true);
}

void arch_init_traps(void)
{
    if ( !gic_init() )
        printk("Warning: no interrupt controller, and so no upcalls\n");
    upcall_irq = find_upcall_irq();
    if ( upcall_irq >= GIC_NR_PRIVATE )
        panic("Upcalls come by interrupt %u, which is not private\n",
              upcall_irq);

    arch_init_vcpu_upcalls();
}

bool local_irq_enabled(void)
{
    return !(arch_local_flags() & PSTATE_I);
}

void local_irq_disable(void)
{
    asm volatile ("msr daifset, #2" ::: "memory");
}

void local_irq_enable(void)
{
    /* What is pending is taken before the ISB has completed. */
    asm volatile ("msr daifclr, #2; isb" ::: "memory");
}

void local_irq_sleep(void)
{
    /* An interrupt that is masked ends the sleep as well. */
    local_irq_disable();
    wait_for_interrupt();
    local_irq_enable();
}

unsigned long arch_local_flags(void)
{
    return read_sysreg(daif) | read_sysreg(nzcv) | PSTATE_EL1t;
}
