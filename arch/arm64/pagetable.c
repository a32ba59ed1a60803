/*
 * The kernel's own tables, once the MMU is on.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <xtf/lib.h>

#include <arch/pagetable.h>
#include <arch/setup.h>

/* Made by head.S: the top, and the tables of all pages of the image. */
extern intpte_t kernel_l4[L1_PT_ENTRIES], kernel_l1[];

/* For linear_map(): a top level, and a table for each GiB or so. */
static intpte_t spare_tables[8][L1_PT_ENTRIES] __page_aligned_bss;
static unsigned int nr_spare_used;

/* The translations of @p va of all vCPUs are as the tables say. */
static void flush_tlb_page(const void *va)
{
    asm volatile ("dsb ishst; tlbi vaae1is, %0; dsb ish; isb"
                  :: "r" ((_u(va) >> PAGE_SHIFT) & ((1ul << 44) - 1))
                  : "memory");
}

int set_l1e(const void *va, intpte_t l1e)
{
    intpte_t *entry = &kernel_l1[(_u(va) - TABLES_VIRT) >> PAGE_SHIFT];

    ASSERT(in_image(_u(va)));

    /*
     * Break before make: no two translations of one address at a time.  What
     * is mapped elsewhere, or not at all, must have reached memory.
     */
    ACCESS_ONCE(*entry) = 0;
    flush_tlb_page(va);
    ACCESS_ONCE(*entry) = l1e;
    asm volatile ("dsb ishst; isb" ::: "memory");

    return 0;
}

/* The table that @p entry leads to, made if there is none; NULL if it cannot. */
static intpte_t *next_table(intpte_t *entry)
{
    if ( !*entry )
    {
        if ( nr_spare_used == ARRAY_SIZE(spare_tables) )
            return NULL;
        *entry = pte_from_virt(spare_tables[nr_spare_used++],
                               PTE_VALID | PTE_TABLE);
    }

    return paddr_to_virt(pte_to_paddr(*entry));
}

void *linear_map(paddr_t paddr, size_t len, intpte_t flags)
{
    const paddr_t block = 1ul << L2_PT_SHIFT;
    paddr_t at;

    for ( at = paddr & ~(block - 1); at < paddr + len; at += block )
    {
        const unsigned long va = LINEAR_VIRT + at;
        intpte_t *table = next_table(&kernel_l4[pt_index(va, L4_PT_SHIFT)]);

        if ( table )
            table = next_table(&table[pt_index(va, L3_PT_SHIFT)]);
        if ( !table )
            return NULL;
        if ( !table[pt_index(va, L2_PT_SHIFT)] )
            table[pt_index(va, L2_PT_SHIFT)] = at | flags;
    }
    asm volatile ("dsb ishst; isb" ::: "memory");

    return paddr_to_virt(paddr);
}

void arch_guard_page(const void *va)
{
    remap_l1e(va, PTE_KERNEL_READONLY);
}

static void remap(const uint8_t *start, const uint8_t *end, uint64_t flags)
{
    for ( ; start < end; start += PAGE_SIZE )
        remap_l1e(start, flags);
}

void arch_init_mm(void)
{
    arch_guard_page(boot_stack_guard);
    remap(__start_user_text, __end_user_text, PTE_USER_TEXT);
    remap(__start_user_data, __end_user_bss, PTE_USER_DATA | PTE_PXN);
}
