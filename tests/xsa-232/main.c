/**
 * @file tests/xsa-232/main.c
 * @ref test-xsa-232
 *
 * @page test-xsa-232 XSA-232: cache_flush of pages owned by Xen's own domains
 *
 * CVE-2017-14318. GNTTABOP_cache_flush takes a machine address. If the page
 * belongs to another domain, Xen looks for a grant to the caller in the owner's
 * grant table. The domains that exist only within Xen, as owners of I/O memory
 * and of memory that Xen shares, have no grant table, and Xen followed a NULL
 * pointer.
 *
 * The test passes the frames of the first megabyte, which Xen keeps as I/O
 * memory, and those of the machine-to-physical table, which Xen shares. Each
 * must fail. Without the fix Xen crashes. Only PV guests have the operation.
 *
 * https://xenbits.xen.org/xsa/advisory-232.html
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <xtf.h>
#include <xtf/harness/gnttab_case.h>

#include <arch/mm.h>

const char test_title[] =
    "XSA-232: cache_flush of pages owned by Xen's own domains";

static long flush(unsigned long mfn)
{
    struct gnttab_cache_flush op = {
        .a.dev_bus_addr = (uint64_t)mfn << PAGE_SHIFT,
        .length = 64,
        .op = GNTTAB_CACHE_CLEAN,
    };

    return hypercall_grant_table_op(GNTTABOP_cache_flush, &op, 1);
}

/*
 * -EINVAL: no such memory, or no grant of it; -EPERM: the page belongs to Xen.
 */
static bool is_refused(unsigned long mfn)
{
    long rc = flush(mfn);

    return xtf_expect_msg(XTF_HERE, rc == -EPERM || rc == -EINVAL,
                          "GNTTABOP_cache_flush of frame %#lx returned %ld, "
                          "expected -EPERM or -EINVAL", mfn, rc);
}

CASE("XSA-232 cache_flush: frames of the first megabyte -> -EPERM or -EINVAL")
{
    unsigned long mfn;

    skip_unless_cache_flush();

    for ( mfn = 0; mfn < 0x100; ++mfn )
        if ( !is_refused(mfn) )
            return;
}

/* Many times, since each failure must drop its page reference. */
CASE("XSA-232 cache_flush: same MMIO frame 1000 times -> -EPERM or -EINVAL")
{
    unsigned int i;

    skip_unless_cache_flush();

    for ( i = 0; i < 1000; ++i )
        if ( !is_refused(0xb8) )
            return;
}

CASE("XSA-232 cache_flush: frames of the machine-to-physical table -> -EPERM or -EINVAL")
{
    static xen_pfn_t extents[64];
    struct xen_machphys_mfn_list list = {
        .max_extents = ARRAY_SIZE(extents), .extent_start = extents,
    };
    unsigned int i;

    skip_unless_cache_flush();

    require_ok(hypercall_memory_op(XENMEM_machphys_mfn_list, &list));

    for ( i = 0; i < list.nr_extents; ++i )
        if ( extents[i] && !is_refused(extents[i]) )
            return;
    expect_ne(list.nr_extents, 0);
}
