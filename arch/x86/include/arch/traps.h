/*
 * Exceptions and stacks, and what the boot protocol handed over.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef TOUCHSTONE_ARCH_TRAPS_H
#define TOUCHSTONE_ARCH_TRAPS_H

#include <xtf/compiler.h>
#include <xtf/types.h>

#include <arch/page.h>
#include <arch/regs.h>
#include <arch/segment.h>

#include <xen/xen.h>
#include <xen/arch-x86/hvm/start_info.h>

/** Set up everything that makes exceptions arrive. */
void arch_init_traps(void);

/** Every exception and interrupt, on its way from the entry stubs. */
void do_exception(struct cpu_regs *regs);

#ifdef CONFIG_PV
extern start_info_t *pv_start_info;
#else
/* NULL when the loader gave none. */
extern struct hvm_start_info *pvh_start_info;
#endif

/* The stacks of the kernel at boot, and of exec_user(); both grow down. */
extern uint8_t boot_stack[2 * PAGE_SIZE];
extern uint8_t user_stack[PAGE_SIZE];

/** Was user mode interrupted? */
static inline bool cpu_regs_user(const struct cpu_regs *regs)
{
    return (regs->cs & 3) == 3;
}

/**
 * The interrupted stack pointer.  A 32-bit frame without a change of
 * privilege holds none: the stack is what lies above the frame.
 */
static inline unsigned long cpu_regs_sp(const struct cpu_regs *regs)
{
#ifdef CONFIG_32BIT
    if ( !cpu_regs_user(regs) )
        return (unsigned long)&regs->sp;
#endif
    return regs->sp;
}

/** The interrupted stack segment. */
static inline unsigned int cpu_regs_ss(const struct cpu_regs *regs)
{
#ifdef CONFIG_32BIT
    if ( !cpu_regs_user(regs) )
        return __KERN_DS;
#endif
    return regs->ss;
}

#endif /* TOUCHSTONE_ARCH_TRAPS_H */
