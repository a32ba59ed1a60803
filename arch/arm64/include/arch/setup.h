/*
 * What the parts of arch/arm64 do for each other.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef TOUCHSTONE_ARCH_SETUP_H
#define TOUCHSTONE_ARCH_SETUP_H

#include <xtf/framework.h>

#include <arch/fdt.h>

#include <xen/xen.h>

/* What the loader handed over: the device tree. */
extern struct fdt device_tree;

/** Fill in device_tree, if that was not done: who needs it first calls this. */
void read_device_tree(void);

/* Parts of arch_init_cpu(): upcalls arrive; user mode reaches its sections. */
void arch_init_traps(void);
void arch_init_mm(void);

/** Have upcalls arrive on the vCPU that calls. */
void arch_init_vcpu_upcalls(void);

/** Find out what time it is. */
void arch_init_clock(void);

/** Make a page below a stack read-only, so that an overflow faults. */
void arch_guard_page(const void *va);

/* Ends of what user mode may reach, in whole pages: see the linker script. */
extern uint8_t __start_user_text[], __end_user_text[];
extern uint8_t __start_user_data[], __end_user_bss[];
extern uint8_t boot_stack_guard[];

#endif /* TOUCHSTONE_ARCH_SETUP_H */
