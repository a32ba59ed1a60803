/*
 * What a 32-bit x86 guest sees: flat selectors, the machine-to-physical table,
 * saved registers. Included by <xen/arch-x86/xen.h>.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef XEN_ARCH_X86_XEN_X86_32_H
#define XEN_ARCH_X86_XEN_X86_32_H

#include <xen/const.h>

/*
 * Descriptors that Xen keeps in the reserved part of a PV guest's GDT. The
 * guest kernel runs in ring 1 (on a 64-bit Xen, too), user mode in ring 3.
 */
#define FLAT_RING1_CS 0xe019
#define FLAT_RING1_DS 0xe021
#define FLAT_RING1_SS 0xe021
#define FLAT_RING3_CS 0xe02b
#define FLAT_RING3_DS 0xe033
#define FLAT_RING3_SS 0xe033

#define FLAT_KERNEL_CS FLAT_RING1_CS
#define FLAT_KERNEL_DS FLAT_RING1_DS
#define FLAT_KERNEL_SS FLAT_RING1_SS
#define FLAT_USER_CS   FLAT_RING3_CS
#define FLAT_USER_DS   FLAT_RING3_DS
#define FLAT_USER_SS   FLAT_RING3_SS

/*
 * Default place of the machine-to-physical table of a PV guest, one 32-bit
 * entry a frame. Where it really is, XENMEM_machphys_mapping tells.
 */
#define __HYPERVISOR_VIRT_START_PAE 0xf5800000
#define __MACH2PHYS_VIRT_START_PAE  0xf5800000
#define __MACH2PHYS_VIRT_END_PAE    0xf6800000

#define HYPERVISOR_VIRT_START_PAE xen_mk_ulong(__HYPERVISOR_VIRT_START_PAE)
#define MACH2PHYS_VIRT_START_PAE  xen_mk_ulong(__MACH2PHYS_VIRT_START_PAE)
#define MACH2PHYS_VIRT_END_PAE    xen_mk_ulong(__MACH2PHYS_VIRT_END_PAE)

#define __HYPERVISOR_VIRT_START __HYPERVISOR_VIRT_START_PAE
#define __MACH2PHYS_VIRT_START  __MACH2PHYS_VIRT_START_PAE
#define __MACH2PHYS_VIRT_END    __MACH2PHYS_VIRT_END_PAE

#define HYPERVISOR_VIRT_START xen_mk_ulong(__HYPERVISOR_VIRT_START)
#define MACH2PHYS_VIRT_START  xen_mk_ulong(__MACH2PHYS_VIRT_START)
#define MACH2PHYS_VIRT_END    xen_mk_ulong(__MACH2PHYS_VIRT_END)
#define MACH2PHYS_NR_ENTRIES  ((MACH2PHYS_VIRT_END - MACH2PHYS_VIRT_START) / 4)

#ifndef __ASSEMBLY__

#include <stdint.h>

/* The machine-to-physical table at its default place: read-only, by MFN. */
#define machine_to_phys_mapping ((unsigned long *)MACH2PHYS_VIRT_START)

/*
 * CR3 of a PAE PV guest holds an MFN, which may need more than 20 bits: the
 * bits above go to where hardware has the low, ignored ones.
 */
#define xen_pfn_to_cr3(pfn) ((unsigned)(pfn) << 12 | (unsigned)(pfn) >> 20)
#define xen_cr3_to_pfn(cr3) ((unsigned)(cr3) >> 12 | (unsigned)(cr3) << 20)

/* Registers of a vCPU; EFLAGS.IF mirrors the inverse of saved_upcall_mask. */
struct cpu_user_regs {
    uint32_t ebx, ecx, edx, esi, edi, ebp, eax;
    uint16_t error_code, entry_vector;
    uint32_t eip;
    uint16_t cs;
    uint8_t saved_upcall_mask, _pad0;
    uint32_t eflags, esp;
    uint16_t ss, _pad1;
    uint16_t es, _pad2;
    uint16_t ds, _pad3;
    uint16_t fs, _pad4;
    uint16_t gs, _pad5;
};
typedef struct cpu_user_regs cpu_user_regs_t;

/* The architecture's part of vcpu_info; cr2: the last page fault's address. */
struct arch_vcpu_info {
    unsigned long cr2;
    unsigned long pad[5];
};
typedef struct arch_vcpu_info arch_vcpu_info_t;

/* Where an upcall enters the guest: far, since the guest picks the ring. */
struct xen_callback {
    unsigned long cs;
    unsigned long eip;
};
typedef struct xen_callback xen_callback_t;

/* A callback address, written alike for both widths. */
#define INIT_XEN_CALLBACK(cs_, ip_) \
    ((xen_callback_t){ .cs = (cs_), .eip = (ip_) })

#endif /* !__ASSEMBLY__ */

#endif /* XEN_ARCH_X86_XEN_X86_32_H */
