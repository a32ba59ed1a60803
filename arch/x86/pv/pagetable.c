/*
 * Where a PV guest's own page tables have the entry for an address.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <xtf/hypercall.h>
#include <xtf/lib.h>
#include <xtf/traps.h>

#include <arch/mm.h>
#include <arch/pagetable.h>

static const intpte_t *next_table(intpte_t pte)
{
    return maddr_to_virt(pte_to_paddr(pte));
}

const intpte_t *pv_l1e(const void *va)
{
    unsigned long addr = _u(va);
    const intpte_t *table = _p(pv_start_info->pt_base);

#if CONFIG_PAGING_LEVELS >= 4
    table = next_table(table[l4_table_offset(addr)]);
#endif
    table = next_table(table[l3_table_offset(addr)]);
    table = next_table(table[l2_table_offset(addr)]);

    return &table[l1_table_offset(addr)];
}

uint64_t pv_l1e_maddr(const void *va)
{
    return virt_to_maddr(pv_l1e(va));
}
