/*
 * Who gets which vector.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef TOUCHSTONE_ARCH_IDT_H
#define TOUCHSTONE_ARCH_IDT_H

/* A software interrupt that user mode may raise, back to the kernel. */
#define X86_VEC_RET2KERN        0x20

/* A vector that nothing uses, for tests. */
#define X86_VEC_AVAIL           0x21

/* Where the hypervisor's upcall arrives in an HVM guest. */
#define X86_VEC_XEN_CALLBACK    0x22

/*
 * Not vectors but callbacks of a PV guest, which share the entry path: their
 * numbers stand in regs->entry_vector.
 */
#define X86_VEC_PV_SYSCALL      0x23
#define X86_VEC_PV_SYSENTER     0x24
#define X86_VEC_PV_FAILSAFE     0x25

/*
 * The upcall of an HVM guest as an interrupt of the local APIC, for vCPUs that
 * ask for it: HVMOP_set_evtchn_upcall_vector.
 */
#define X86_VEC_XEN_APIC        0x26

#ifndef __ASSEMBLY__

/* Where a test's own handler of a vector is. */
struct xtf_idte
{
    unsigned long addr;
    unsigned int cs, dpl;
};

/**
 * Have @p vector enter at @p idte->addr in place of the kernel's own entry,
 * through an interrupt gate (HVM) or HYPERVISOR_set_trap_table (PV).
 *
 * @return 0, or the hypercall's -errno in a PV guest.
 */
int xtf_set_idte(unsigned int vector, const struct xtf_idte *idte);

#endif /* __ASSEMBLY__ */

#endif /* TOUCHSTONE_ARCH_IDT_H */
