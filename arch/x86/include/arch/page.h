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

#define L1_PT_SHIFT             12

#if CONFIG_PAGING_LEVELS == 2

/* Architectural PSE paging: 32-bit entries, two levels. */
#define PTE_SIZE                4
#define PTE_ORDER               2

#define L2_PT_SHIFT             22

#define L1_PT_ENTRIES           1024
#define L2_PT_ENTRIES           1024

#else

/* PAE and long mode; also the widths in use where there is no paging. */
#define PTE_SIZE                8
#define PTE_ORDER               3

#define L2_PT_SHIFT             21
#define L3_PT_SHIFT             30
#define L4_PT_SHIFT             39

#define L1_PT_ENTRIES           512
#define L2_PT_ENTRIES           512
#if CONFIG_PAGING_LEVELS == 4
#define L3_PT_ENTRIES           512
#else
#define L3_PT_ENTRIES           4
#endif
#define L4_PT_ENTRIES           512

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
 * an L1 table, whose page 0 and stack guard page are not present; everything
 * else is superpages, but where a large image needs more L1 tables.
 * Supervisor only, but for the user sections.
 */
#if CONFIG_PAGING_LEVELS == 2
extern intpte_t pse_l1_identmap[L1_PT_ENTRIES], pse_l2_identmap[L2_PT_ENTRIES];
#define l1_identmap pse_l1_identmap
#define l2_identmap pse_l2_identmap
#define l3_identmap ((intpte_t *)NULL)
#elif CONFIG_PAGING_LEVELS >= 3
extern intpte_t pae_l1_identmap[L1_PT_ENTRIES],
    pae_l2_identmap[4 * L2_PT_ENTRIES], pae_l3_identmap[L3_PT_ENTRIES];
#define l1_identmap pae_l1_identmap
#define l2_identmap pae_l2_identmap
#define l3_identmap pae_l3_identmap
#if CONFIG_PAGING_LEVELS >= 4
extern intpte_t pae_l4_identmap[L4_PT_ENTRIES];
#define l4_identmap pae_l4_identmap
#endif
#endif

#if CONFIG_PAGING_LEVELS > 0
/* What the kernel loads into %cr3: the top of the tables above. */
extern intpte_t cr3_target[];
#endif

#endif /* CONFIG_HVM */

#endif /* __ASSEMBLY__ */

#endif /* TOUCHSTONE_ARCH_PAGE_H */
