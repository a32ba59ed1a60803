/*
 * A page made to be missing: see <xtf/unmapped.h>.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <xtf/hypercall.h>
#include <xtf/lib.h>
#include <xtf/unmapped.h>

#include <arch/mm.h>

static uint8_t pages[2][PAGE_SIZE] __page_aligned_bss;

static long remove_page(void *page)
{
#ifdef CONFIG_PV
    return hypercall_update_va_mapping(page, 0, UVMF_INVLPG);
#else
    struct xen_remove_from_physmap op = {
        .domid = DOMID_SELF, .gpfn = virt_to_gfn(page),
    };

    return hypercall_memory_op(XENMEM_remove_from_physmap, &op);
#endif
}

void *unmapped_page(void)
{
    static bool removed;

    if ( !removed )
    {
        long rc = remove_page(pages[1]);

        if ( rc )
            panic("Cannot take a page away: %ld\n", rc);
        removed = true;
    }

    return pages[1];
}
