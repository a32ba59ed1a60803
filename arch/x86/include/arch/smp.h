/*
 * What the two kinds of guest do differently for a further vCPU.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef TOUCHSTONE_ARCH_SMP_H
#define TOUCHSTONE_ARCH_SMP_H

#include <xtf/compiler.h>
#include <xtf/types.h>
#include <xtf/vcpu.h>

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

/** Make a page below a stack read-only, so that an overflow faults. */
void arch_guard_page(const void *va);

#endif /* TOUCHSTONE_ARCH_SMP_H */
