/**
 * @file tests/gnttab-unmap/main.c
 * @ref test-gnttab-unmap
 *
 * @page test-gnttab-unmap Grant tables: unmap_grant_ref
 *
 * A granting domain may reuse a page as soon as its entry is no longer in use.
 * By then GNTTABOP_unmap_grant_ref must have removed every trace of the
 * mapping, including stale TLB entries; and it must remove only the mapping
 * that the handle names.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "unmap.h"

const char test_title[] = "Grant tables: unmap_grant_ref";

GNTTAB_CASE("unmap_grant_ref: host_addr and dev_bus_addr are 0 -> GNTST_okay, still mapped")
{
    struct mapping m = mapped(0, GNTMAP_host_map);
    struct gnttab_unmap_grant_ref op = gnt_unmap_op(&m.map);

    op.host_addr = 0;
    expect_gntst(gnt_unmap(&op), GNTST_okay);
    expect_still_mapped(m);

    /* The handle stays valid. */
    expect_gntst(gnt_undo(&m.map), GNTST_okay);
    expect_hex(gnttab_in_use(m.ref), 0);
}

GNTTAB_CASE("unmap_grant_ref: success -> only status written to the request")
{
    struct mapping m = mapped(0, GNTMAP_host_map);
    struct gnttab_unmap_grant_ref op = gnt_unmap_op(&m.map), was = op;

    require_gntst(gnt_unmap(&op), GNTST_okay);
    expect_hex(op.host_addr, was.host_addr);
    expect_hex(op.dev_bus_addr, was.dev_bus_addr);
    expect_eq(op.handle, was.handle);
}

GNTTAB_CASE("unmap_grant_ref: same handle twice -> GNTST_bad_handle")
{
    struct mapping m = mapped(0, GNTMAP_host_map);
    struct gnttab_unmap_grant_ref op = gnt_unmap_op(&m.map);

    require_gntst(gnt_unmap(&op), GNTST_okay);
    expect_gntst(gnt_unmap(&op), GNTST_bad_handle);
    expect_hex(gnttab_in_use(m.ref), 0);
}

GNTTAB_CASE("unmap_grant_ref: same handle twice, entry mapped elsewhere -> GNTST_bad_handle")
{
    struct mapping m = mapped(0, GNTMAP_host_map);
    uint8_t *at = gnt_at();
    struct gnttab_map_grant_ref other = gnt_map_op(m.ref, GNTMAP_host_map, at);
    struct gnttab_unmap_grant_ref op = gnt_unmap_op(&m.map);

    require_gntst(gnt_map(&other), GNTST_okay);
    require_gntst(gnt_unmap(&op), GNTST_okay);
    expect_gntst(gnt_unmap(&op), GNTST_bad_handle);

    /* The handle is free, even with an address that is mapped. */
    op.host_addr = other.host_addr;
    expect_gntst(gnt_unmap(&op), GNTST_bad_handle);
    expect_hex(gnttab_in_use(m.ref), GTF_reading | GTF_writing);
    expect_true(gnt_present(at));
}

GNTTAB_CASE("unmap_grant_ref: handle never allocated -> GNTST_bad_handle")
{
    struct mapping m = mapped(0, GNTMAP_host_map);
    struct gnttab_unmap_grant_ref op = gnt_unmap_op(&m.map);
    grant_handle_t bad;

    op.handle = ~0u;
    expect_gntst(gnt_unmap(&op), GNTST_bad_handle);
    op.handle = 1u << 31;
    expect_gntst(gnt_unmap(&op), GNTST_bad_handle);

    /* Sizes that Xen's maptrack table may have. */
    for ( bad = 128; bad <= 4096; bad *= 2 )
    {
        op.handle = bad;
        if ( bad != m.map.handle )
            expect_gntst(gnt_unmap(&op), GNTST_bad_handle);
        op.handle = bad - 1;
        if ( bad - 1 != m.map.handle )
            expect_gntst(gnt_unmap(&op), GNTST_bad_handle);
    }
    expect_still_mapped(m);
}

GNTTAB_CASE("unmap_grant_ref: host_addr of another mapping -> GNTST_general_error, both stay mapped")
{
    struct mapping a = mapped(0, GNTMAP_host_map);
    struct mapping b = mapped(1, GNTMAP_host_map);
    struct gnttab_unmap_grant_ref op = gnt_unmap_op(&a.map);

    op.host_addr = b.map.host_addr;
    expect_gntst(gnt_unmap(&op), GNTST_general_error);
    expect_still_mapped(a);
    expect_still_mapped(b);
}

GNTTAB_CASE("unmap_grant_ref: host_addr is unmapped -> GNTST_general_error")
{
    struct mapping m = mapped(0, GNTMAP_host_map);
    struct gnttab_unmap_grant_ref op = gnt_unmap_op(&m.map);

    op.host_addr = gnttab_host_addr(gnt_at());
    expect_gntst(gnt_unmap(&op), GNTST_general_error);
    expect_still_mapped(m);
}

GNTTAB_CASE("unmap_grant_ref: host_addr of the caller's own page -> GNTST_general_error")
{
    struct mapping m = mapped(0, GNTMAP_host_map);
    struct gnttab_unmap_grant_ref op = gnt_unmap_op(&m.map);

    op.host_addr = gnttab_host_addr(gnt_page[1]);
    expect_gntst(gnt_unmap(&op), GNTST_general_error);
    expect_still_mapped(m);
    expect_page_unchanged(1);
}

GNTTAB_CASE("gnttab_end_access(): before and after unmap_grant_ref -> -EBUSY, then 0")
{
    int ref = gnttab_grant_access(gnt_self(), virt_to_gfn(gnt_page[0]), false);
    struct gnttab_map_grant_ref map;

    require_msg(ref >= 0,
                "gnttab_grant_access() returned %d, expected a reference", ref);
    map = gnt_map_op(ref, GNTMAP_host_map, gnt_at());

    require_gntst(gnt_map(&map), GNTST_okay);
    expect_errno(gnttab_end_access(ref), -EBUSY);
    require_gntst(gnt_undo(&map), GNTST_okay);
    expect_errno(gnttab_end_access(ref), 0);
}

GNTTAB_CASE("unmap_grant_ref: map and unmap 2000 times -> handles reused")
{
    grant_ref_t ref = gnt_grant(gnt_page[0], 0);
    struct gnttab_map_grant_ref keep =
        gnt_map_op(ref, GNTMAP_host_map, gnt_at());
    void *at = gnt_at();
    unsigned int i;

    /* Unmapping the last mapping would leave an HVM guest with a hole. */
    require_gntst(gnt_map(&keep), GNTST_okay);

    for ( i = 0; i < 2000; ++i )
    {
        struct gnttab_map_grant_ref map =
            gnt_map_op(ref, GNTMAP_host_map, at);

        require_gntst(gnt_map(&map), GNTST_okay);
        require_gntst(gnt_undo(&map), GNTST_okay);
        if ( !expect_range(map.handle, 0, 1500) )
            return;
    }
}
