/*
 * The identity map of an HVM guest.  See <arch/page.h> for what it promises.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <xtf/asm_macros.h>

#include <arch/page.h>

#if CONFIG_PAGING_LEVELS > 0

#define KERN_LEAF   (_PAGE_PRESENT | _PAGE_RW | _PAGE_AD)
#define TABLE       (_PAGE_PRESENT | _PAGE_RW | _PAGE_USER | _PAGE_AD)

#if CONFIG_PAGING_LEVELS == 2
# define PTE(val) .long val
#elif defined(CONFIG_64BIT)
# define PTE(val) .quad val
#else
# define PTE(val) .long val, 0
#endif

    .section .data.page_aligned, "aw", @progbits
    .balign PAGE_SIZE

GLOBAL(pse_l1_identmap)
GLOBAL(pae_l1_identmap)
    /* A NULL pointer faults. */
    PTE(0)
    addr = PAGE_SIZE
    .rept L1_PT_ENTRIES - 1
    PTE(addr + KERN_LEAF)
    addr = addr + PAGE_SIZE
    .endr

GLOBAL(pse_l2_identmap)
GLOBAL(pae_l2_identmap)
    PTE(pae_l1_identmap + TABLE)
    addr = 1 << L2_PT_SHIFT
    .rept (1 << (32 - L2_PT_SHIFT)) - 1
    PTE(addr + KERN_LEAF + _PAGE_PSE)
    addr = addr + (1 << L2_PT_SHIFT)
    .endr

#if CONFIG_PAGING_LEVELS == 2
    .set cr3_target, pse_l2_identmap
    .globl cr3_target
#endif

#if CONFIG_PAGING_LEVELS >= 3

/* In long mode this is a whole page; PAE needs 32 bytes, 32-byte aligned. */
# if CONFIG_PAGING_LEVELS == 3
#  define L3_FLAGS _PAGE_PRESENT
# else
#  define L3_FLAGS TABLE
# endif

GLOBAL(pae_l3_identmap)
    index = 0
    .rept 4
    PTE(pae_l2_identmap + index * PAGE_SIZE + L3_FLAGS)
    index = index + 1
    .endr
    .balign PAGE_SIZE
#endif

#if CONFIG_PAGING_LEVELS == 3
    .set cr3_target, pae_l3_identmap
    .globl cr3_target
#endif

#if CONFIG_PAGING_LEVELS == 4
GLOBAL(pae_l4_identmap)
    PTE(pae_l3_identmap + TABLE)
    .balign PAGE_SIZE

    .set cr3_target, pae_l4_identmap
    .globl cr3_target
#endif

#endif /* CONFIG_PAGING_LEVELS > 0 */
