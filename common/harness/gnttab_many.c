/*
 * Address space for many mappings of grants.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <xtf/harness/gnttab_case.h>
#include <xtf/hypercall.h>
#include <xtf/lib.h>
#include <xtf/mm/page.h>

#ifdef CONFIG_PV

static uint8_t pages[GNT_MANY][PAGE_SIZE] __page_aligned_bss;

uint64_t gnt_many_addr(unsigned int i)
{
    static bool vacated[GNT_MANY];

    ASSERT(i < GNT_MANY);

    if ( !vacated[i] && page_vacate(pages[i]) )
        panic("Cannot make a hole in the address space\n");
    vacated[i] = true;

    return gnttab_host_addr(pages[i]);
}

#else

uint64_t gnt_many_addr(unsigned int i)
{
    static uint64_t first;

    ASSERT(i < GNT_MANY);

    /* Mappings raise the maximum, so it is asked for but once. */
    if ( !first )
    {
        struct xen_memory_domain dom = { .domid = DOMID_SELF };

        first = hypercall_memory_op(XENMEM_maximum_gpfn, &dom) + 16;
    }

    return (first + i) << PAGE_SHIFT;
}

#endif
