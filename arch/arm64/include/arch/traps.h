/*
 * Exceptions and stacks.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef TOUCHSTONE_ARCH_TRAPS_H
#define TOUCHSTONE_ARCH_TRAPS_H

#include <xtf/compiler.h>
#include <xtf/types.h>

#include <arch/page.h>
#include <arch/processor.h>
#include <arch/regs.h>

#include <xen/xen.h>


/** Every exception and interrupt, on its way from the vectors. */
void handle_exception(struct cpu_regs *regs);

/*
 * The stacks of the kernel at boot, of exceptions and of exec_user(); all grow
 * down.
 */
extern uint8_t boot_stack[2 * PAGE_SIZE];
extern uint8_t boot_exception_stack[2 * PAGE_SIZE];
extern uint8_t user_stack[PAGE_SIZE];

/** Was user mode interrupted? */
static inline bool cpu_regs_user(const struct cpu_regs *regs)
{
    return (regs->flags & PSTATE_MODE) == PSTATE_EL0;
}

/* What regs->entry_vector says when an upcall arrives. */
#define UPCALL_VECTOR ARM_VEC_IRQ

/** Could an upcall interrupt what runs here? */
static inline bool cpu_regs_irq_enabled(const struct cpu_regs *regs)
{
    return !(regs->flags & PSTATE_I);
}

/** The interrupted stack pointer. */
static inline unsigned long cpu_regs_sp(const struct cpu_regs *regs)
{
    return regs->sp;
}

/** The private interrupt by which upcalls arrive. */
unsigned int arch_upcall_irq(void);

/**
 * A test may define this to handle private interrupts other than upcalls, while
 * they are active.  False if it was not for the test: that ends it.
 */
bool do_interrupt(unsigned int irq, struct cpu_regs *regs);

#endif /* TOUCHSTONE_ARCH_TRAPS_H */
