/*
 * What the parts of arch/x86 do for each other.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef TOUCHSTONE_ARCH_SETUP_H
#define TOUCHSTONE_ARCH_SETUP_H

#include <xtf/framework.h>

#include <arch/desc.h>

#include <xen/xen.h>

/*
 * Parts of arch_init_cpu(), of which each kind of guest (pv/, hvm/) has its own:
 *   arch_init_traps  exceptions and upcalls arrive (declared in traps.h)
 *   arch_init_mm     user mode reaches its sections; NULL and stack ends fault
 */
void arch_init_mm(void);

/** Have exceptions and upcalls from user mode enter here; 0: at the stack's end. */
void arch_set_entry_stack(unsigned long sp);

/** Where exception @p vector enters. */
unsigned long arch_entry_stub(unsigned int vector);

#ifdef CONFIG_PV
/** Where exception @p vector enters, as vCPUs are told; address 0: nowhere. */
struct trap_info pv_trap_entry(unsigned int vector);
#else
/**
 * Fill in the task state segments of @p vcpu, not the boot vCPU, and their
 * descriptors in @p own, its GDT.
 */
void arch_init_vcpu_tss(unsigned int vcpu, user_desc *own);
#endif

/* Ends of what user mode may reach, in whole pages: see the linker script. */
extern uint8_t __start_user_text[], __end_user_text[];
extern uint8_t __start_user_data[], __end_user_bss[];
extern uint8_t boot_stack_guard[];

#endif /* TOUCHSTONE_ARCH_SETUP_H */
