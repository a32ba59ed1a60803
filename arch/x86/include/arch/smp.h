/*
 * What the two kinds of guest do differently for a further vCPU.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef TOUCHSTONE_ARCH_SMP_H
#define TOUCHSTONE_ARCH_SMP_H

#include <xtf/compiler.h>
#include <xtf/smp.h>
#include <xtf/types.h>

#include <arch/page.h>
#include <arch/traps.h>

/* The stacks of a vCPU other than the boot vCPU; the guard page is read-only. */
struct vcpu_stacks
{
    uint8_t guard[PAGE_SIZE];
    uint8_t stack[2 * PAGE_SIZE];
#ifdef CONFIG_HVM
    uint8_t df_stack[PAGE_SIZE / 2];
    uint8_t nmi_stack[PAGE_SIZE / 2];
#endif
};

/* Those of vCPU n at n - 1. */
extern struct vcpu_stacks vcpu_stacks[SMP_MAX_VCPUS - 1];

/** Where the stack of @p vcpu ends, from which it grows down. */
static inline unsigned long vcpu_stack_top(unsigned int vcpu)
{
    uint8_t *stack = vcpu ? vcpu_stacks[vcpu - 1].stack : boot_stack;

    return (unsigned long)stack + 2 * PAGE_SIZE;
}

/** Have @p vcpu start at smp_main(vcpu) when it is brought up: 0 or -errno. */
long arch_init_vcpu(unsigned int vcpu);

/** Make a page below a stack read-only, so that an overflow faults. */
void arch_guard_page(const void *va);

/** Put a secondary vCPU back to how it was before it ran a function. */
void arch_secondary_idle(void);

/** The C entry of a secondary vCPU. */
void __noreturn smp_main(unsigned int vcpu);

#endif /* TOUCHSTONE_ARCH_SMP_H */
