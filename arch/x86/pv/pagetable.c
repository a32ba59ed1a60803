/*
 * A PV guest's own page tables: where they have the entry for an address.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <xtf/hypercall.h>
#include <xtf/lib.h>
#include <xtf/traps.h>

#include <arch/mm.h>
#include <arch/pagetable.h>

static unsigned int table_offset(unsigned long addr, unsigned int level)
{
    switch ( level )
    {
#if CONFIG_PAGING_LEVELS >= 4
    case 4:
        return l4_table_offset(addr);
#endif
    case 3:
        return l3_table_offset(addr);

    case 2:
        return l2_table_offset(addr);

    default:
        return l1_table_offset(addr);
    }
}

const intpte_t *pv_pte(const void *va, unsigned int level)
{
    unsigned int at = CONFIG_PAGING_LEVELS;
    const intpte_t *pte = _p(pv_start_info->pt_base);

    for ( pte += table_offset(_u(va), at); at > level; )
    {
        pte = maddr_to_virt(pte_to_paddr(*pte));
        pte += table_offset(_u(va), --at);
    }

    return pte;
}

const intpte_t *pv_l1e(const void *va)
{
    return pv_pte(va, 1);
}

uint64_t pv_l1e_maddr(const void *va)
{
    return virt_to_maddr(pv_l1e(va));
}

int set_l1e(const void *va, intpte_t l1e)
{
    /* Other vCPUs may use the address, too: none shall have what was before. */
    return hypercall_update_va_mapping(va, l1e, UVMF_INVLPG | UVMF_ALL);
}
