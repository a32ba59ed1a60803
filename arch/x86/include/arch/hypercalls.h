/*
 * The hypercalls with structures that only x86 has.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef TOUCHSTONE_ARCH_HYPERCALLS_H
#define TOUCHSTONE_ARCH_HYPERCALLS_H

#include <arch/desc.h>
#include <arch/hypercall.h>

#include <xen/xen.h>

/* PV only: the trap table, a list that ends with an entry of address 0. */
static inline long hypercall_set_trap_table(const struct trap_info *ti)
{
    return HYPERCALL1(long, __HYPERVISOR_set_trap_table, ti);
}

/* PV only: the descriptor at machine address @p maddr. */
static inline long hypercall_update_descriptor(uint64_t maddr, user_desc desc)
{
#ifdef CONFIG_64BIT
    return HYPERCALL2(long, __HYPERVISOR_update_descriptor, maddr, desc.raw);
#else
    return HYPERCALL4(long, __HYPERVISOR_update_descriptor,
                      maddr, maddr >> 32, desc.lo, desc.hi);
#endif
}

#endif /* TOUCHSTONE_ARCH_HYPERCALLS_H */
