/*
 * The kernel's own pages: taken away, put back, and one that is missing.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <xtf/hypercall.h>
#include <xtf/lib.h>
#include <xtf/mm/page.h>

#include <arch/mm.h>
#include <arch/pagetable.h>

static int reservation(unsigned int cmd, unsigned long *frame)
{
    struct xen_memory_reservation op = {
        .extent_start = frame,
        .nr_extents = 1,
        .domid = DOMID_SELF,
    };

    return hypercall_memory_op(cmd, &op) == 1 ? 0 : -ENOMEM;
}

#ifdef CONFIG_PV
int page_vacate(void *va)
{
    return set_l1e(va, 0);
}

int page_restore(void *va)
{
    return remap_l1e(va, PF_SYM(AD, RW, P));
}

int page_release(void *va)
{
    unsigned long frame = virt_to_mfn(va);

    return page_vacate(va) ?:
        reservation(XENMEM_decrease_reservation, &frame);
}

int page_populate(void *va)
{
    unsigned long pfn = virt_to_pfn(va), frame = pfn;
    int rc = reservation(XENMEM_populate_physmap, &frame);

    if ( rc )
        return rc;
    p2m[pfn] = frame;

    return page_restore(va);
}
#else
int page_release(void *va)
{
    unsigned long gfn = virt_to_gfn(va);

    return reservation(XENMEM_decrease_reservation, &gfn);
}

int page_populate(void *va)
{
    unsigned long gfn = virt_to_gfn(va);

    return reservation(XENMEM_populate_physmap, &gfn);
}

int page_vacate(void *va)
{
    return page_release(va);
}

/*
 * A page of one's own that was mapped as a grant stays allocated, but is nowhere
 * any more.  A guest without memory to spare has to give up a page for each: one
 * from the middle, where neither this kernel is nor what the host left for it.
 */
static bool give_up_unused_page(void)
{
    static unsigned long gfn;

    if ( !gfn )
    {
        struct xen_memory_domain op = { .domid = DOMID_SELF };

        gfn = FIRST_PFN +
            hypercall_memory_op(XENMEM_current_reservation, &op) / 2;
    }

    while ( --gfn > virt_to_gfn(_end) )
        if ( !page_release(pfn_to_virt(gfn)) )
            return true;

    return false;
}

int page_restore(void *va)
{
    int rc = page_populate(va);

    if ( rc && give_up_unused_page() )
        rc = page_populate(va);

    return rc;
}
#endif

static uint8_t pages[2][PAGE_SIZE] __page_aligned_bss;

void *unmapped_page(void)
{
    static bool vacated;

    if ( !vacated )
    {
        int rc = page_vacate(pages[1]);

        if ( rc )
            panic("Cannot take a page away: %d\n", rc);
        vacated = true;
    }

    return pages[1];
}
