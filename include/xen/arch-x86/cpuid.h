/*
 * The CPUID leaves by which a guest finds Xen.
 *
 * The first leaf is 0x40000000, or the next multiple of 0x100 up to 0x40010000
 * that has the signature when Xen also offers Viridian leaves. A PV guest uses
 * XEN_CPUID, because a plain CPUID may show the hardware's leaves.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef XEN_ARCH_X86_CPUID_H
#define XEN_ARCH_X86_CPUID_H

#define XEN_CPUID_FIRST_LEAF 0x40000000
#define XEN_CPUID_LEAF(i)    (XEN_CPUID_FIRST_LEAF + (i))

/* Leaf 0: EAX the highest Xen leaf; EBX, ECX, EDX spell "XenVMMXenVMM". */
#define XEN_CPUID_SIGNATURE_EBX 0x566e6558
#define XEN_CPUID_SIGNATURE_ECX 0x65584d4d
#define XEN_CPUID_SIGNATURE_EDX 0x4d4d566e

/* Leaf 1: EAX the version, major << 16 | minor. */

/*
 * Leaf 2: EAX the number of hypercall pages, EBX the MSR to install one with,
 * ECX feature flags.
 */
#define _XEN_CPUID_FEAT1_MMU_PT_UPDATE_PRESERVE_AD 0
#define XEN_CPUID_FEAT1_MMU_PT_UPDATE_PRESERVE_AD \
    (1u << _XEN_CPUID_FEAT1_MMU_PT_UPDATE_PRESERVE_AD)

/* Leaf 3: time. Subleaf 0 TSC mode and kHz, 1 scaling, 2 the host's TSC kHz. */

/* Leaf 4, HVM only: EAX these flags, EBX the vCPU's number, ECX the domid. */
#define XEN_HVM_CPUID_APIC_ACCESS_VIRT (1u << 0) /* APIC accesses, no exit. */
#define XEN_HVM_CPUID_X2APIC_VIRT      (1u << 1) /* x2APIC MSRs, no exit. */
#define XEN_HVM_CPUID_IOMMU_MAPPINGS   (1u << 2) /* Foreign maps: IOMMU, too. */
#define XEN_HVM_CPUID_VCPU_ID_PRESENT  (1u << 3) /* EBX is valid. */
#define XEN_HVM_CPUID_DOMID_PRESENT    (1u << 4) /* ECX is valid. */
#define XEN_HVM_CPUID_EXT_DEST_ID      (1u << 5) /* 15-bit IRQ destinations. */
#define XEN_HVM_CPUID_UPCALL_VECTOR    (1u << 6) /* Upcalls go with PIRQs. */

/* Leaf 5, PV only: EBX bits 7:0 the widest machine address, in bits. */
#define XEN_CPUID_MACHINE_ADDRESS_WIDTH_MASK (0xffu << 0)

/* The highest leaf that is described here. */
#define XEN_CPUID_MAX_NUM_LEAVES 5

#endif /* XEN_ARCH_X86_CPUID_H */
