/*
 * Exceptions: to whom they go, and what is said about one that nobody wants.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <xtf/atomic.h>
#include <xtf/console.h>
#include <xtf/exlog.h>
#include <xtf/extable.h>
#include <xtf/hypercall.h>
#include <xtf/lib.h>
#include <xtf/traps.h>

#include <arch/apic.h>
#include <arch/idt.h>
#include <arch/irqflags.h>
#include <arch/lib.h>
#include <arch/setup.h>
#include <xtf/lib/symbols.h>

/* See exec_user.S. */
unsigned long exec_user_enter(unsigned long (*fn)(unsigned long),
                              unsigned long param, unsigned long flags);
extern const uint8_t exec_user_done[], exec_user_resume[];

extern const uint8_t entry_stubs[];

uint8_t user_stack[PAGE_SIZE] __user_page_aligned_bss;

unsigned long exec_user_cs = __USER_CS, exec_user_ss = __USER_DS;
unsigned long exec_user_efl_and_mask = ~0ul, exec_user_efl_or_mask;

/* The kernel's stack pointer while in user mode; 0 otherwise. */
unsigned long exec_user_sp;
static unsigned long exec_user_kernel_flags;

unsigned long arch_entry_stub(unsigned int vector)
{
    return (unsigned long)entry_stubs + vector * 16;
}

unsigned long exec_user_param(unsigned long (*fn)(unsigned long),
                              unsigned long param)
{
    unsigned long flags = arch_local_flags();

    exec_user_kernel_flags = flags;

    return exec_user_enter(
        fn, param, (flags & exec_user_efl_and_mask) | exec_user_efl_or_mask);
}

/* If user mode is done: have the exception return to exec_user()'s caller. */
static bool leave_user(struct cpu_regs *regs)
{
    if ( !exec_user_sp || !cpu_regs_user(regs) ||
         (regs->entry_vector != X86_VEC_RET2KERN &&
          (regs->entry_vector != X86_EXC_UD ||
           regs->ip != (unsigned long)exec_user_done)) )
        return false;

    regs->ip = (unsigned long)exec_user_resume;
    regs->cs = __KERN_CS;
    regs->flags = exec_user_kernel_flags;
    regs->sp = exec_user_sp;
    regs->ss = __KERN_DS;
#ifdef CONFIG_32BIT
    regs->ds = regs->es = regs->fs = regs->gs = __USER_DS;
#endif

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

__weak void do_syscall(struct cpu_regs *regs)
{
    panic("Unexpected SYSCALL from user mode\n");
}

__weak void do_sysenter(struct cpu_regs *regs)
{
    panic("Unexpected SYSENTER from user mode\n");
}

/* Words of the stack; those that point into the code get a name. */
static void print_stack(const struct cpu_regs *regs)
{
    const unsigned long *word = _p(ROUNDUP(cpu_regs_sp(regs), sizeof(*word)));
    const unsigned long *end = _p(boot_stack + sizeof(boot_stack));
    unsigned int shown;

    /*
     * Only the boot stack surely is memory; reading another might fault.  An
     * overflow leaves the pointer below it.
     */
    if ( _u(word) < _u(boot_stack) && _u(word) >= _u(boot_stack) - PAGE_SIZE )
        word = _p(boot_stack);
    if ( _u(word) < _u(boot_stack) || word >= end )
        return;

    printk("Stack:");
    for ( shown = 0; shown < 12 && &word[shown] < end; ++shown )
        printk("%s%p", shown % 4 ? " " : "\n  ", _p(word[shown]));
    printk("\n");

    symbol_print_stack(word, end);
}

static void print_regs(const struct cpu_regs *regs)
{
    symbol_print("At", regs->ip);
#ifdef CONFIG_64BIT
    printk("rax %016lx rbx %016lx rcx %016lx\n", regs->ax, regs->bx, regs->cx);
    printk("rdx %016lx rsi %016lx rdi %016lx\n", regs->dx, regs->si, regs->di);
    printk("rbp %016lx rsp %016lx r8  %016lx\n",
           regs->bp, cpu_regs_sp(regs), regs->r8);
    printk("r9  %016lx r10 %016lx r11 %016lx\n",
           regs->r9, regs->r10, regs->r11);
    printk("r12 %016lx r13 %016lx r14 %016lx\n",
           regs->r12, regs->r13, regs->r14);
    printk("r15 %016lx rip %016lx flags %08lx\n",
           regs->r15, regs->ip, regs->flags);
#else
    printk("eax %08lx ebx %08lx ecx %08lx edx %08lx\n",
           regs->ax, regs->bx, regs->cx, regs->dx);
    printk("esi %08lx edi %08lx ebp %08lx esp %08lx\n",
           regs->si, regs->di, regs->bp, cpu_regs_sp(regs));
    printk("eip %08lx flags %08lx\n", regs->ip, regs->flags);
#endif
    printk("cs %04x ss %04x ds %04x es %04x fs %04x gs %04x\n",
           regs->cs, cpu_regs_ss(regs), regs->ds, regs->es, regs->fs, regs->gs);
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
    if ( regs->entry_vector == X86_VEC_PV_FAILSAFE )
        printk("Failsafe callback: Xen could not return to this context\n");
    else
        printk("Unhandled exception: vector %u, %pe\n",
               regs->entry_vector, _p(info));
    if ( regs->entry_vector == X86_EXC_PF )
        printk("Faulting address: %p\n", _p(read_cr2()));
    print_regs(regs);
    print_stack(regs);
    printk("******************************\n");

    panic("Unhandled exception %pe\n", _p(info));
}

void handle_exception(struct cpu_regs *regs)
{

    switch ( regs->entry_vector )
    {
    case X86_VEC_XEN_CALLBACK:
        do_evtchn(regs);
        return;

#ifdef CONFIG_HVM
    case X86_VEC_XEN_APIC:
        apic_write(APIC_EOI, 0);
        do_evtchn(regs);
        return;
#endif

#ifdef CONFIG_PV
    case X86_VEC_PV_SYSCALL:
        do_syscall(regs);
        return;

    case X86_VEC_PV_SYSENTER:
        do_sysenter(regs);
        return;
#endif
    }

    if ( leave_user(regs) )
        return;

    xtf_exlog_log_exception(regs);

    if ( use_extable(regs) || do_unhandled_exception(regs) )
        return;

    report_unhandled(regs);
}
