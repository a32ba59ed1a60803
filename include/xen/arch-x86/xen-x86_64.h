/*
 * What a 64-bit x86 guest sees: flat selectors, the machine-to-physical table,
 * saved registers. Included by <xen/arch-x86/xen.h>.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef XEN_ARCH_X86_XEN_X86_64_H
#define XEN_ARCH_X86_XEN_X86_64_H

#include <xen/const.h>

/*
 * Descriptors that Xen keeps in the reserved part of a PV guest's GDT. Kernel
 * and user mode of a 64-bit PV guest both run in ring 3, told apart by page
 * tables, hence the same selectors for both.
 */
#define FLAT_RING3_CS32 0xe023
#define FLAT_RING3_CS64 0xe033
#define FLAT_RING3_DS32 0xe02b
#define FLAT_RING3_DS64 0x0000 /* The null selector. */
#define FLAT_RING3_SS32 0xe02b
#define FLAT_RING3_SS64 0xe02b

#define FLAT_KERNEL_CS32 FLAT_RING3_CS32
#define FLAT_KERNEL_CS64 FLAT_RING3_CS64
#define FLAT_KERNEL_CS   FLAT_KERNEL_CS64
#define FLAT_KERNEL_DS32 FLAT_RING3_DS32
#define FLAT_KERNEL_DS64 FLAT_RING3_DS64
#define FLAT_KERNEL_DS   FLAT_KERNEL_DS64
#define FLAT_KERNEL_SS32 FLAT_RING3_SS32
#define FLAT_KERNEL_SS64 FLAT_RING3_SS64
#define FLAT_KERNEL_SS   FLAT_KERNEL_SS64

#define FLAT_USER_CS32 FLAT_RING3_CS32
#define FLAT_USER_CS64 FLAT_RING3_CS64
#define FLAT_USER_CS   FLAT_USER_CS64
#define FLAT_USER_DS32 FLAT_RING3_DS32
#define FLAT_USER_DS64 FLAT_RING3_DS64
#define FLAT_USER_DS   FLAT_USER_DS64
#define FLAT_USER_SS32 FLAT_RING3_SS32
#define FLAT_USER_SS64 FLAT_RING3_SS64
#define FLAT_USER_SS   FLAT_USER_SS64

/*
 * Xen's part of a PV guest's address space; in it, read-only, the
 * machine-to-physical table, one 64-bit entry a frame.
 */
#define __HYPERVISOR_VIRT_START 0xffff800000000000
#define __HYPERVISOR_VIRT_END   0xffff880000000000
#define __MACH2PHYS_VIRT_START  0xffff800000000000
#define __MACH2PHYS_VIRT_END    0xffff804000000000

#define HYPERVISOR_VIRT_START xen_mk_ulong(__HYPERVISOR_VIRT_START)
#define HYPERVISOR_VIRT_END   xen_mk_ulong(__HYPERVISOR_VIRT_END)
#define MACH2PHYS_VIRT_START  xen_mk_ulong(__MACH2PHYS_VIRT_START)
#define MACH2PHYS_VIRT_END    xen_mk_ulong(__MACH2PHYS_VIRT_END)
#define MACH2PHYS_NR_ENTRIES  ((MACH2PHYS_VIRT_END - MACH2PHYS_VIRT_START) / 8)

/* First argument of __HYPERVISOR_set_segment_base. */
#define SEGBASE_FS          0
#define SEGBASE_GS_USER     1
#define SEGBASE_GS_KERNEL   2
#define SEGBASE_GS_USER_SEL 3 /* The base argument's low 16 bits: a selector. */

/* iret_context.flags: go back by SYSRET, which leaves RCX and R11 clobbered. */
#define _VGCF_in_syscall 8
#define VGCF_in_syscall  (1 << _VGCF_in_syscall)
#define VGCF_IN_SYSCALL  VGCF_in_syscall

#ifndef __ASSEMBLY__

#include <stdint.h>

/* The machine-to-physical table: read-only, indexed by MFN. */
#define machine_to_phys_mapping ((unsigned long *)HYPERVISOR_VIRT_START)

#define xen_pfn_to_cr3(pfn) ((unsigned long)(pfn) << 12)
#define xen_cr3_to_pfn(cr3) ((unsigned long)(cr3) >> 12)

/*
 * What __HYPERVISOR_iret takes from the stack: rax is on top, where RSP points
 * at the call. The only way from PV kernel mode to user mode.
 */
struct iret_context {
    uint64_t rax, r11, rcx, flags;
    uint64_t rip, cs, rflags, rsp, ss;
};

/*
 * Registers of a vCPU; RFLAGS.IF mirrors the inverse of saved_upcall_mask. Each
 * legacy register has its 32-bit name, too (64 bits wide), so that code shared
 * with 32-bit guests can use that one.
 */
#define XEN_LEGACY_REG(name) union { uint64_t r ## name, e ## name; }
struct cpu_user_regs {
    uint64_t r15, r14, r13, r12;
    XEN_LEGACY_REG(bp);
    XEN_LEGACY_REG(bx);
    uint64_t r11, r10, r9, r8;
    XEN_LEGACY_REG(ax);
    XEN_LEGACY_REG(cx);
    XEN_LEGACY_REG(dx);
    XEN_LEGACY_REG(si);
    XEN_LEGACY_REG(di);
    uint32_t error_code, entry_vector;
    XEN_LEGACY_REG(ip);
    uint16_t cs, _pad0[1];
    uint8_t saved_upcall_mask, _pad1[3];
    XEN_LEGACY_REG(flags);
    XEN_LEGACY_REG(sp);
    uint16_t ss, _pad2[3];
    uint16_t es, _pad3[3];
    uint16_t ds, _pad4[3];
    uint16_t fs, _pad5[3];
    uint16_t gs, _pad6[3];
};
typedef struct cpu_user_regs cpu_user_regs_t;
#undef XEN_LEGACY_REG

/* The architecture's part of vcpu_info; cr2: the last page fault's address. */
struct arch_vcpu_info {
    unsigned long cr2;
    unsigned long pad;
};
typedef struct arch_vcpu_info arch_vcpu_info_t;

/* Where an upcall enters the guest; the code segment is always the flat one. */
typedef unsigned long xen_callback_t;

/* A callback address, written alike for both widths. */
#define INIT_XEN_CALLBACK(cs_, ip_) ((xen_callback_t)(ip_))

#endif /* !__ASSEMBLY__ */

#endif /* XEN_ARCH_X86_XEN_X86_64_H */
