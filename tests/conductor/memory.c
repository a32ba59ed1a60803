/*
 * The memory of a role's domain, given and written from outside.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <xtf/hypercall.h>
#include <xtf/lib.h>
#include <xtf/mm/foreign.h>
#include <xtf/mm/page.h>

#include <arch/page.h>

#include "conductor.h"

static uint8_t window[PAGE_SIZE] __page_aligned_bss;
static bool vacated;

/*
 * What the window shows.  Of a page that a PV domain is to have as a page table,
 * this domain may have no writable mapping.
 */
static domid_t shown_of;
static uint64_t shown;
static bool shows;

int memory_populate(struct role *role, unsigned long first, unsigned long nr)
{
    static xen_pfn_t frames[MAX_PAGES];
    struct xen_memory_reservation op = {
        .extent_start = frames, .nr_extents = nr, .domid = role->domid,
    };
    unsigned long i;

    ASSERT(nr <= MAX_PAGES);

    for ( i = 0; i < nr; ++i )
        frames[i] = first + i;

    if ( hypercall_memory_op(XENMEM_populate_physmap, &op) != (long)nr )
        return -ENOMEM;

    /* Of a PV domain, Xen has replaced each PFN by the MFN. */
    for ( i = 0; i < nr && first + i < MAX_PAGES; ++i )
        role->frames[first + i] = frames[i];

    return 0;
}

void *memory_show(const struct role *role, uint64_t frame)
{
    int rc = 0;

    if ( shows && shown_of == role->domid && shown == frame )
        return window;

    /* Unmapping also takes the old translation out of the TLB. */
    memory_hide();

    if ( !vacated )
        rc = page_vacate(window);
    vacated = true;

    rc = rc ?: foreign_map(window, role->domid, frame);
    if ( rc )
        panic("Frame %#" PRIx64 " of domain %u cannot be mapped: %d\n",
              frame, role->domid, rc);

    shows = true;
    shown_of = role->domid;
    shown = frame;

    return window;
}

void memory_hide(void)
{
    if ( shows && foreign_unmap(window) )
        panic("A frame of domain %u cannot be unmapped\n", shown_of);
    shows = false;
}

void memory_write(const struct role *role, uint64_t addr, const void *data,
                  size_t len)
{
    while ( len )
    {
        unsigned int off = addr & (PAGE_SIZE - 1);
        size_t now = min(len, (size_t)PAGE_SIZE - off);

        memcpy(memory_show(role, role->frames[addr >> PAGE_SHIFT]) + off,
               data, now);
        addr += now;
        data += now;
        len -= now;
    }
}

void memory_clear(const struct role *role, unsigned long first,
                  unsigned long nr)
{
    for ( ; nr; --nr, ++first )
        memset(memory_show(role, role->frames[first]), 0, PAGE_SIZE);
}
