/*
 * Exceptions and stacks, and what the boot protocol handed over.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef TOUCHSTONE_ARCH_TRAPS_H
#define TOUCHSTONE_ARCH_TRAPS_H

#include <xtf/compiler.h>
#include <xtf/macro_magic.h>
#include <xtf/types.h>

#include <arch/idt.h>
#include <arch/page.h>
#include <arch/processor.h>
#include <arch/regs.h>
#include <arch/segment.h>

#include <xen/xen.h>
#include <xen/arch-x86/hvm/start_info.h>

/** Set up everything that makes exceptions arrive. */
void arch_init_traps(void);

/** Every exception and interrupt, on its way from the entry stubs. */
void handle_exception(struct cpu_regs *regs);

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

/* What regs->entry_vector says when an upcall arrives. */
#define UPCALL_VECTOR X86_VEC_XEN_CALLBACK

/**
 * Could an upcall interrupt what runs here?  In an HVM guest that is EFLAGS.IF;
 * the flag of a PV guest is always set.
 */
static inline bool cpu_regs_irq_enabled(const struct cpu_regs *regs)
{
    return regs->flags & X86_EFLAGS_IF;
}

#if defined(CONFIG_HVM) && defined(CONFIG_32BIT)
/* The frame of the double fault or NMI being handled, if a task gate's. */
extern const struct cpu_regs *task_frame;
#else
#define task_frame NULL
#endif

/**
 * Does the frame hold the interrupted stack?  A 32-bit frame without a change
 * of privilege or of task holds none: the stack is what lies above it.
 */
static inline bool cpu_regs_has_stack(const struct cpu_regs *regs)
{
    return IS_DEFINED(CONFIG_64BIT) || cpu_regs_user(regs) ||
        regs == task_frame;
}

/** The interrupted stack pointer. */
static inline unsigned long cpu_regs_sp(const struct cpu_regs *regs)
{
    return cpu_regs_has_stack(regs) ? regs->sp : (unsigned long)&regs->sp;
}

/** The interrupted stack segment. */
static inline unsigned int cpu_regs_ss(const struct cpu_regs *regs)
{
    return cpu_regs_has_stack(regs) ? regs->ss : __KERN_DS;
}

#endif /* TOUCHSTONE_ARCH_TRAPS_H */
