/*
 * Features of the running Xen for this guest: bit numbers in the submaps of
 * XENVER_get_features, and names (without prefix) in the ELF note FEATURES.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef XEN_FEATURES_H
#define XEN_FEATURES_H

/* Page tables, or the GDT and LDT, may be written without a hypercall. */
#define XENFEAT_writable_page_tables       0
#define XENFEAT_writable_descriptor_tables 1
/* The guest's frame numbers are not the machine's: an HVM guest. */
#define XENFEAT_auto_translated_physmap    2
/* The kernel runs in ring 0. */
#define XENFEAT_supervisor_mode_kernel     3
/* PV32: the L3 table may be anywhere. */
#define XENFEAT_pae_pgdir_above_4gb        4
/* PV: MMU_PT_UPDATE_PRESERVE_AD */
#define XENFEAT_mmu_pt_update_preserve_ad  5
/* PV: MMUEXT_CLEAR_PAGE, MMUEXT_COPY_PAGE */
#define XENFEAT_highmem_assist             6
/* PV: GNTMAP_guest_avail_mask counts. */
#define XENFEAT_gnttab_map_avail_bits      7
/* HVM: event upcalls as an interrupt vector. */
#define XENFEAT_hvm_callback_vector        8
/* HVM: vcpu_time_info can be trusted. */
#define XENFEAT_hvm_safe_pvclock           9
/* HVM: physical interrupts as event channels. */
#define XENFEAT_hvm_pirqs                 10
/* The guest is dom0 (in ELF notes: can be). */
#define XENFEAT_dom0                      11
/* XENMEMF_vnode */
#define XENFEAT_memory_op_vnode_supported 13
/* Arm only. */
#define XENFEAT_ARM_SMCCC_supported       14
/* ELF note of a PVH Linux: the ACPI root pointer may be above 1 MiB. */
#define XENFEAT_linux_rsdp_unrestricted   15
/* Are own frame numbers the machine's? With neither bit: an older Xen. */
#define XENFEAT_not_direct_mapped         16
#define XENFEAT_direct_mapped             17
/* VCPUOP_register_runstate_phys_area, VCPUOP_register_vcpu_time_phys_area */
#define XENFEAT_runstate_phys_area        18
#define XENFEAT_vcpu_time_phys_area       19
/* Device models see each write to an MSI-X vector's control word. */
#define XENFEAT_dm_msix_all_writes        20

#define XENFEAT_NR_SUBMAPS 1

#endif /* XEN_FEATURES_H */
