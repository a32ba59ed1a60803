/*
 * Paging of the environment: sizes, entry bits, and the kernel's own tables.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef TOUCHSTONE_ARCH_PAGE_H
#define TOUCHSTONE_ARCH_PAGE_H

#include <xtf/numbers.h>

#include <arch/config.h>

#define PAGE_SHIFT              12
#define PAGE_SIZE               (_AC(1, L) << PAGE_SHIFT)
#define PAGE_MASK               (~(PAGE_SIZE - 1))

/* An image is below this address. */
#define IMAGE_LIMIT             (_AC(8, U) << 20)

/*
 * Bytes at the end of the boot stack that the kernel leaves free: an exception
 * of user mode outside of exec_user() has its frame there.
 */
#define BOOT_STACK_SPARE        256

/* Page table entry bits. */
#define _PAGE_PRESENT           0x0001
#define _PAGE_RW                0x0002
#define _PAGE_USER              0x0004
#define _PAGE_PWT               0x0008
#define _PAGE_PCD               0x0010
#define _PAGE_ACCESSED          0x0020
#define _PAGE_DIRTY             0x0040
#define _PAGE_AD                (_PAGE_ACCESSED | _PAGE_DIRTY)
#define _PAGE_PSE               0x0080
#define _PAGE_PAT               0x0080
#define _PAGE_GLOBAL            0x0100
#define _PAGE_AVAIL             0x0e00
#define _PAGE_PSE_PAT           0x1000
#define _PAGE_NX                (_AC(1, ULL) << 63)

/* The sizes of mappings, as orders of pages. */
#define PAGE_ORDER_4K           0
#define PAGE_ORDER_2M           9
#define PAGE_ORDER_4M           10
#define PAGE_ORDER_1G           18

/* PSE paging: 32-bit entries, two levels. */
#define PSE_PTE_SIZE            4
#define PSE_PTE_ORDER           2

#define PSE_L1_PT_SHIFT         12
#define PSE_L2_PT_SHIFT         22

#define PSE_L1_PT_ENTRIES       1024
#define PSE_L2_PT_ENTRIES       1024

/* PAE and long mode: 64-bit entries, three or four levels. */
#define PAE_PTE_SIZE            8
#define PAE_PTE_ORDER           3

#define PAE_L1_PT_SHIFT         12
#define PAE_L2_PT_SHIFT         21
#define PAE_L3_PT_SHIFT         30
#define PAE_L4_PT_SHIFT         39

#define PAE_L1_PT_ENTRIES       512
#define PAE_L2_PT_ENTRIES       512
#ifdef CONFIG_64BIT
#define PAE_L3_PT_ENTRIES       512
#else
#define PAE_L3_PT_ENTRIES       4
#endif
#define PAE_L4_PT_ENTRIES       512

/* The environment's own. */
#if CONFIG_PAGING_LEVELS == 2

#define PTE_SIZE                PSE_PTE_SIZE
#define PTE_ORDER               PSE_PTE_ORDER

#define L1_PT_SHIFT             PSE_L1_PT_SHIFT
#define L2_PT_SHIFT             PSE_L2_PT_SHIFT

#define L1_PT_ENTRIES           PSE_L1_PT_ENTRIES
#define L2_PT_ENTRIES           PSE_L2_PT_ENTRIES

#else

/* Also where there is no paging. */
#define PTE_SIZE                PAE_PTE_SIZE
#define PTE_ORDER               PAE_PTE_ORDER

#define L1_PT_SHIFT             PAE_L1_PT_SHIFT
#define L2_PT_SHIFT             PAE_L2_PT_SHIFT
#define L3_PT_SHIFT             PAE_L3_PT_SHIFT
#define L4_PT_SHIFT             PAE_L4_PT_SHIFT

#define L1_PT_ENTRIES           PAE_L1_PT_ENTRIES
#define L2_PT_ENTRIES           PAE_L2_PT_ENTRIES
#define L3_PT_ENTRIES           PAE_L3_PT_ENTRIES
#define L4_PT_ENTRIES           PAE_L4_PT_ENTRIES

#endif

#ifndef __ASSEMBLY__

#include <xtf/types.h>

/* A physical address, and the content of a page table entry. */
typedef uint64_t paddr_t;
#define PRIpaddr "016" PRIx64

#if PTE_SIZE == 4
typedef uint32_t intpte_t;
#define PRIpte "08" PRIx32
#else
typedef uint64_t intpte_t;
#define PRIpte "016" PRIx64
#endif

static inline unsigned int l1_table_offset(unsigned long va)
{
    return (va >> L1_PT_SHIFT) & (L1_PT_ENTRIES - 1);
}

static inline unsigned int l2_table_offset(unsigned long va)
{
    return (va >> L2_PT_SHIFT) & (L2_PT_ENTRIES - 1);
}

#if CONFIG_PAGING_LEVELS >= 3
static inline unsigned int l3_table_offset(unsigned long va)
{
    return (va >> L3_PT_SHIFT) & (L3_PT_ENTRIES - 1);
}
#endif

#if CONFIG_PAGING_LEVELS >= 4
static inline unsigned int l4_table_offset(unsigned long va)
{
    return (va >> L4_PT_SHIFT) & (L4_PT_ENTRIES - 1);
}
#endif

#ifdef CONFIG_HVM

/*
 * The identity map of an HVM guest's first 4G.  The first L2 entry points at
 * an L1 table, where page 0 is not present and the stack's guard page is
 * read-only; everything else is superpages, but where a large image needs more
 * L1 tables.  Supervisor only, but for the user sections.
 */
#if CONFIG_PAGING_LEVELS == 2
extern intpte_t pse_l1_identmap[PSE_L1_PT_ENTRIES],
    pse_l2_identmap[PSE_L2_PT_ENTRIES];
#define l1_identmap pse_l1_identmap
#define l2_identmap pse_l2_identmap
#define l3_identmap ((intpte_t *)NULL)
#else
#define l1_identmap pae_l1_identmap
#define l2_identmap pae_l2_identmap
#define l3_identmap pae_l3_identmap
#define l4_identmap pae_l4_identmap
#endif

/*
 * Declared in every environment, since tests name a table in code that only
 * another environment reaches.
 */
extern intpte_t pae_l1_identmap[PAE_L1_PT_ENTRIES],
    pae_l2_identmap[4 * PAE_L2_PT_ENTRIES], pae_l3_identmap[PAE_L3_PT_ENTRIES],
    pae_l4_identmap[PAE_L4_PT_ENTRIES];

#if CONFIG_PAGING_LEVELS > 0
/* What the kernel loads into %cr3: the top of the tables above. */
extern intpte_t cr3_target[];
#endif

#endif /* CONFIG_HVM */

#endif /* __ASSEMBLY__ */

#endif /* TOUCHSTONE_ARCH_PAGE_H */
