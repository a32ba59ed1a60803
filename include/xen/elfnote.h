/*
 * ELF notes, name "Xen", by which a kernel tells Xen how to start it. In a
 * 64-bit kernel numbers are 64 bits wide, in a 32-bit one 32 bits.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef XEN_ELFNOTE_H
#define XEN_ELFNOTE_H

#define XEN_ELFNOTE_INFO                0 /* Text: name=value */
#define XEN_ELFNOTE_ENTRY               1 /* PV: the entry's virtual address. */
#define XEN_ELFNOTE_HYPERCALL_PAGE      2 /* PV: its virtual address. */
#define XEN_ELFNOTE_VIRT_BASE           3 /* PV: virtual address of PFN 0. */
#define XEN_ELFNOTE_PADDR_OFFSET        4 /* PV: taken off ELF's p_paddr. */
#define XEN_ELFNOTE_XEN_VERSION         5 /* Text: "xen-3.0" */
#define XEN_ELFNOTE_GUEST_OS            6 /* Text */
#define XEN_ELFNOTE_GUEST_VERSION       7 /* Text */
#define XEN_ELFNOTE_LOADER              8 /* Text: "generic" */
#define XEN_ELFNOTE_PAE_MODE            9 /* PV32, text: "yes" */
#define XEN_ELFNOTE_FEATURES           10 /* Text: features, "|" between; "!"
                                             before a required one. */
#define XEN_ELFNOTE_BSD_SYMTAB         11 /* Text: "yes" loads symbols. */
#define XEN_ELFNOTE_HV_START_LOW       12 /* PV32: Xen's area may start here. */
#define XEN_ELFNOTE_L1_MFN_VALID       13 /* PV: mask, value of a valid PTE. */
#define XEN_ELFNOTE_SUSPEND_CANCEL     14 /* 1: suspending may be cancelled. */
#define XEN_ELFNOTE_INIT_P2M           15 /* PV64: where to map the p2m list. */
#define XEN_ELFNOTE_MOD_START_PFN      16 /* PV: 1: module may be unmapped. */
#define XEN_ELFNOTE_SUPPORTED_FEATURES 17 /* Bit mask of XENFEAT_* */
#define XEN_ELFNOTE_PHYS32_ENTRY       18 /* PVH: 32-bit physical entry. */

#define XEN_ELFNOTE_MAX XEN_ELFNOTE_PHYS32_ENTRY

/* Notes in a crash dump of the host. */
#define XEN_ELFNOTE_CRASH_INFO 0x1000001
#define XEN_ELFNOTE_CRASH_REGS 0x1000002

/* Notes in a domain's core file. */
#define XEN_ELFNOTE_DUMPCORE_NONE           0x2000000
#define XEN_ELFNOTE_DUMPCORE_HEADER         0x2000001
#define XEN_ELFNOTE_DUMPCORE_XEN_VERSION    0x2000002
#define XEN_ELFNOTE_DUMPCORE_FORMAT_VERSION 0x2000003

#endif /* XEN_ELFNOTE_H */
