/*
 * An HVM guest's own page tables.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <arch/lib.h>
#include <arch/pagetable.h>
#include <arch/symbolic-const.h>

#if CONFIG_PAGING_LEVELS > 0
/* L1 tables for an image that reaches beyond the first one. */
static intpte_t more_l1[(IMAGE_LIMIT >> L2_PT_SHIFT) - 1][L1_PT_ENTRIES]
    __page_aligned_bss;

/* The L1 table that maps @p va: l1_identmap, or made from a superpage. */
static intpte_t *l1_table(const void *va)
{
    unsigned int slot = _u(va) >> L2_PT_SHIFT, i;
    intpte_t *l1;

    if ( slot == 0 )
        return l1_identmap;

    l1 = more_l1[slot - 1];
    if ( l2_identmap[slot] & _PAGE_PSE )
    {
        for ( i = 0; i < L1_PT_ENTRIES; ++i )
            l1[i] = ((intpte_t)slot << L2_PT_SHIFT) + i * PAGE_SIZE +
                PF_SYM(AD, RW, P);
        l2_identmap[slot] = pte_from_virt(l1, PF_SYM(AD, U, RW, P));
        flush_tlb();
    }

    return l1;
}

int set_l1e(const void *va, intpte_t l1e)
{
    l1_table(va)[l1_table_offset(_u(va))] = l1e;
    invlpg(va);

    return 0;
}
#endif
