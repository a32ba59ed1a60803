/*
 * Whether upcalls are delivered: PSTATE.I.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef TOUCHSTONE_ARCH_IRQFLAGS_H
#define TOUCHSTONE_ARCH_IRQFLAGS_H

#include <xtf/types.h>

/** Stop delivery to this vCPU. */
void local_irq_disable(void);

/** Start delivery.  What is pending arrives before this returns. */
void local_irq_enable(void);

/** Start delivery, and sleep until something was delivered. */
void local_irq_sleep(void);

/** Is delivery on? */
bool local_irq_enabled(void);

/** PSTATE, as SPSR_EL1 has it. */
unsigned long arch_local_flags(void);

#endif /* TOUCHSTONE_ARCH_IRQFLAGS_H */
