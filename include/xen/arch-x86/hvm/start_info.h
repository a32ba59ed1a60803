/*
 * How a PVH guest starts: EBX holds the physical address of hvm_start_info.
 *
 * All addresses in here are guest-physical, 64 bits wide for both guest widths;
 * Xen keeps what they point at below 4 GiB. A version-0 structure ends before
 * memmap_paddr.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef XEN_ARCH_X86_HVM_START_INFO_H
#define XEN_ARCH_X86_HVM_START_INFO_H

/* hvm_start_info.magic: "xEn3" with bit 7 of the E set. */
#define XEN_HVM_START_MAGIC_VALUE 0x336ec578

/* hvm_memmap_table_entry.type: as in ACPI's E820 map. */
#define XEN_HVM_MEMMAP_TYPE_RAM      1
#define XEN_HVM_MEMMAP_TYPE_RESERVED 2
#define XEN_HVM_MEMMAP_TYPE_ACPI     3
#define XEN_HVM_MEMMAP_TYPE_NVS      4
#define XEN_HVM_MEMMAP_TYPE_UNUSABLE 5
#define XEN_HVM_MEMMAP_TYPE_DISABLED 6
#define XEN_HVM_MEMMAP_TYPE_PMEM     7

#ifndef __ASSEMBLY__

#include <stdint.h>

struct hvm_start_info {
    uint32_t magic;
    uint32_t version;
    uint32_t flags;         /* SIF_* of <xen/xen.h> */
    uint32_t nr_modules;
    uint64_t modlist_paddr; /* hvm_modlist_entry[nr_modules] */
    uint64_t cmdline_paddr; /* NUL-terminated; 0: none. */
    uint64_t rsdp_paddr;    /* ACPI's root pointer; 0: none. */
    /* From version 1 on: */
    uint64_t memmap_paddr;  /* hvm_memmap_table_entry[memmap_entries] */
    uint32_t memmap_entries;
    uint32_t reserved;      /* Zero. */
};

struct hvm_modlist_entry {
    uint64_t paddr;
    uint64_t size;          /* In bytes. */
    uint64_t cmdline_paddr; /* NUL-terminated; 0: none. */
    uint64_t reserved;      /* Zero. */
};

struct hvm_memmap_table_entry {
    uint64_t addr;
    uint64_t size;          /* In bytes. */
    uint32_t type;          /* XEN_HVM_MEMMAP_TYPE_* */
    uint32_t reserved;      /* Zero. */
};

#endif /* !__ASSEMBLY__ */

#endif /* XEN_ARCH_X86_HVM_START_INFO_H */
