/*
 * Stage-1 translation: sizes, entry bits, and where the kernel is.
 *
 *   KERNEL_VIRT   the image, wherever in memory the loader put it
 *   LINEAR_VIRT   physical address 0, and what linear_map() was asked for
 *
 * Both are of TTBR1.  TTBR0 is off, so the lower half of the address space,
 * NULL included, faults.
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

#define TABLES_VIRT             _AC(0xffff000000000000, UL)
#define KERNEL_VIRT             (TABLES_VIRT + (1 << 20))
#define LINEAR_VIRT             _AC(0xffff800000000000, UL)

/* An image ends this far above TABLES_VIRT. */
#define IMAGE_LIMIT             (_AC(8, U) << 20)

/* The sizes of mappings, as orders of pages. */
#define PAGE_ORDER_4K           0
#define PAGE_ORDER_2M           9
#define PAGE_ORDER_1G           18

#define PTE_SIZE                8
#define PTE_ORDER               3

#define L1_PT_SHIFT             12
#define L2_PT_SHIFT             21
#define L3_PT_SHIFT             30
#define L4_PT_SHIFT             39

#define L1_PT_ENTRIES           512

/*
 * Entry bits.  Levels are counted as on x86: a table of level 1, which Arm
 * calls level 3, maps pages.
 */
#define PTE_VALID               (_AC(1, UL) << 0)
#define PTE_TABLE               (_AC(1, UL) << 1)  /* In levels 2 to 4. */
#define PTE_PAGE                (_AC(1, UL) << 1)  /* In level 1. */
#define PTE_NORMAL              (_AC(0, UL) << 2)  /* By index into MAIR_EL1. */
#define PTE_DEVICE              (_AC(1, UL) << 2)
#define PTE_USER                (_AC(1, UL) << 6)
#define PTE_READONLY            (_AC(1, UL) << 7)
#define PTE_INNER_SHAREABLE     (_AC(3, UL) << 8)
#define PTE_ACCESSED            (_AC(1, UL) << 10)
#define PTE_PXN                 (_AC(1, UL) << 53)
#define PTE_UXN                 (_AC(1, UL) << 54)
#define PTE_ADDRESS             _AC(0x0000fffffffff000, UL)

/*
 * Memory that is shared with Xen and other domains has to be Normal, Write-Back
 * and Inner Shareable; all memory here is.
 */
#define PTE_BLOCK_NORMAL        (PTE_VALID | PTE_ACCESSED | PTE_UXN | \
                                 PTE_NORMAL | PTE_INNER_SHAREABLE)
#define PTE_BLOCK_DEVICE        (PTE_VALID | PTE_ACCESSED | PTE_UXN | PTE_PXN | \
                                 PTE_DEVICE)
#define PTE_KERNEL              (PTE_BLOCK_NORMAL | PTE_PAGE)
#define PTE_KERNEL_READONLY     (PTE_KERNEL | PTE_READONLY)
#define PTE_USER_TEXT           ((PTE_KERNEL & ~PTE_UXN) | \
                                 PTE_USER | PTE_READONLY)
#define PTE_USER_DATA           (PTE_KERNEL | PTE_USER)

#ifndef __ASSEMBLY__

#include <xtf/types.h>

/* A physical address, and the content of a page table entry. */
typedef uint64_t paddr_t;
#define PRIpaddr "016" PRIx64

typedef uint64_t intpte_t;
#define PRIpte "016" PRIx64

static inline unsigned int pt_index(unsigned long va, unsigned int shift)
{
    return (va >> shift) & (L1_PT_ENTRIES - 1);
}

#endif /* __ASSEMBLY__ */

#endif /* TOUCHSTONE_ARCH_PAGE_H */
