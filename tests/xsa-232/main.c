/**
 * @file tests/xsa-232/main.c
 * @ref test-xsa-232
 *
 * @page test-xsa-232 XSA-232: flushing the cache of Xen's own pages
 *
 * CVE-2017-14318.  GNTTABOP_cache_flush takes a machine address.  If the page
 * belongs to another domain, Xen looks for a grant to the caller in the
 * owner's grant table. The domains that exist only within Xen, as owners of
 * I/O memory and of what Xen shares with everybody, have no such table: Xen
 * followed a NULL pointer.
 *
 * The test names the pages of the first megabyte, which Xen keeps as I/O
 * memory, and those of the machine-to-physical table, which it shares.  Each
 * must be refused. Without the fix Xen crashes.  Only PV guests have the
 * operation.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <xtf.h>

#include <arch/mm.h>

const char test_title[] = "XSA-232: cache flush of Xen's own domains' pages";

static long flush(unsigned long mfn)
{
    struct gnttab_cache_flush op = {
        .a.dev_bus_addr = (uint64_t)mfn << PAGE_SHIFT,
        .length = 64,
        .op = GNTTAB_CACHE_CLEAN,
    };

    return hypercall_grant_table_op(GNTTABOP_cache_flush, &op, 1);
}

/* -EINVAL: no such memory, or no grant of it; -EPERM: it is Xen's. */
static bool refused(unsigned long mfn)
{
    long rc = flush(mfn);

    return xtf_expect_msg(XTF_HERE, rc == -EPERM || rc == -EINVAL,
                          "cache_flush of frame %#lx returns %ld,"
                          " expected -EPERM or -EINVAL", mfn, rc);
}

CASE("XSA-232: cache_flush: I/O memory")
{
    unsigned long mfn;

    for ( mfn = 0; mfn < 0x100; ++mfn )
        if ( !refused(mfn) )
            return;
}

/* Again and again, as each refusal must leave the page as it was. */
CASE("XSA-232: cache_flush: the same page many times")
{
    unsigned int i;

    for ( i = 0; i < 1000; ++i )
        if ( !refused(0xb8) )
            return;
}

CASE("XSA-232: cache_flush: the machine-to-physical table")
{
    static xen_pfn_t extents[64];
    struct xen_machphys_mfn_list list = {
        .max_extents = ARRAY_SIZE(extents), .extent_start = extents,
    };
    unsigned int i;

    require_ok(hypercall_memory_op(XENMEM_machphys_mfn_list, &list));

    for ( i = 0; i < list.nr_extents; ++i )
        if ( extents[i] && !refused(extents[i]) )
            return;
    expect_ne(list.nr_extents, 0);
}
