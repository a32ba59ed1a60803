/*
 * The interrupt controller that Xen emulates: version 2 or 3, for the private
 * interrupts of a vCPU.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef TOUCHSTONE_ARCH_GIC_H
#define TOUCHSTONE_ARCH_GIC_H

#include <stdbool.h>

/* An interrupt's number: software generated from 0, private (PPI) from 16. */
#define GIC_FIRST_PPI   16
#define GIC_NR_PRIVATE  32

/* What gic_acknowledge() returns where nothing is pending: 1020 or more. */
#define GIC_SPURIOUS    1020

/** Find the controller in the device tree; false if there is none. */
bool gic_init(void);

/** 2 or 3; 0 before gic_init(). */
unsigned int gic_version(void);

/** Have this vCPU take interrupts. */
void gic_init_vcpu(void);

/** Enable or disable private interrupt @p irq of this vCPU. */
void gic_enable(unsigned int irq, bool enable);

/** The pending interrupt of the highest priority, which is active from now. */
unsigned int gic_acknowledge(void);

/** The interrupt is no longer active. */
void gic_end(unsigned int irq);

#endif /* TOUCHSTONE_ARCH_GIC_H */
