/*
 * Device mappings and page types, which only PV guests have.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <xtf.h>
#include <xtf/harness/gnttab_case.h>

#ifdef CONFIG_PV

GNTTAB_CASE("map_grant_ref: GNTMAP_device_map, writable -> page is not usable as page table until unmapped")
{
    grant_ref_t ref = gnt_grant(gnt_page[0], 0);
    struct gnttab_map_grant_ref map =
        gnt_map_op(ref, GNTMAP_device_map, NULL);

    require_gntst(gnt_map(&map), GNTST_okay);
    expect_hex(map.dev_bus_addr, virt_to_maddr(gnt_page[0]));
    expect_hex(gnttab_in_use(ref), GTF_reading | GTF_writing);

    /* A page that a device may write to cannot be a page table. */
    expect_false(gnt_can_be_pagetable(gnt_page[0]));

    require_gntst(gnt_undo(&map), GNTST_okay);
    expect_hex(gnttab_in_use(ref), 0);
    expect_true(gnt_can_be_pagetable(gnt_page[0]));
}

GNTTAB_CASE("map_grant_ref: GNTMAP_device_map, GNTMAP_readonly -> GTF_reading, usable as page table")
{
    grant_ref_t ref = gnt_grant(gnt_page[0], 0);
    struct gnttab_map_grant_ref map =
        gnt_map_op(ref, GNTMAP_device_map | GNTMAP_readonly, NULL);

    require_gntst(gnt_map(&map), GNTST_okay);
    expect_hex(map.dev_bus_addr, virt_to_maddr(gnt_page[0]));
    expect_hex(gnttab_in_use(ref), GTF_reading);
    expect_true(gnt_can_be_pagetable(gnt_page[0]));

    require_gntst(gnt_undo(&map), GNTST_okay);
    expect_hex(gnttab_in_use(ref), 0);
}

/* One writable and one read-only device mapping; unmap one of them first. */
static void map_devices_twice(bool writable_first)
{
    grant_ref_t ref = gnt_grant(gnt_page[0], 0);
    struct gnttab_map_grant_ref rw = gnt_map_op(ref, GNTMAP_device_map, NULL);
    struct gnttab_map_grant_ref ro =
        gnt_map_op(ref, GNTMAP_device_map | GNTMAP_readonly, NULL);

    require_gntst(gnt_map(&rw), GNTST_okay);
    require_gntst(gnt_map(&ro), GNTST_okay);
    expect_hex(gnttab_in_use(ref), GTF_reading | GTF_writing);

    require_gntst(gnt_undo(writable_first ? &rw : &ro), GNTST_okay);
    expect_hex(gnttab_in_use(ref),
               writable_first ? GTF_reading : GTF_reading | GTF_writing);
    expect_eq(gnt_can_be_pagetable(gnt_page[0]), writable_first);

    require_gntst(gnt_undo(writable_first ? &ro : &rw), GNTST_okay);
    expect_hex(gnttab_in_use(ref), 0);
    expect_true(gnt_can_be_pagetable(gnt_page[0]));
}

GNTTAB_CASE("unmap_grant_ref: two device mappings, writable first -> GTF_reading left, no type reference")
{
    map_devices_twice(true);
}

GNTTAB_CASE("unmap_grant_ref: two device mappings, read-only first -> GTF_writing and type reference left")
{
    map_devices_twice(false);
}

GNTTAB_CASE("map_grant_ref: writable device mapping of a GTF_readonly grant -> GNTST_general_error")
{
    grant_ref_t ref = gnt_grant(gnt_page[0], GTF_readonly);
    struct gnttab_map_grant_ref map =
        gnt_map_op(ref, GNTMAP_device_map, NULL);

    expect_gntst(gnt_map(&map), GNTST_general_error);
    expect_hex(gnttab_in_use(ref), 0);
}

/* Unmap only the host mapping or only the device mapping. */
static int unmap_one_kind(const struct gnttab_map_grant_ref *map,
                          unsigned int kind)
{
    struct gnttab_unmap_grant_ref op = gnt_unmap_op(map);

    if ( kind == GNTMAP_host_map )
        op.dev_bus_addr = 0;
    else
        op.host_addr = 0;

    return gnt_unmap(&op);
}

GNTTAB_CASE("unmap_grant_ref: host mapping before device mapping -> entry in use, type kept until both gone")
{
    grant_ref_t ref = gnt_grant(gnt_page[0], 0);
    uint8_t *at = gnt_at();
    struct gnttab_map_grant_ref map =
        gnt_map_op(ref, GNTMAP_host_map | GNTMAP_device_map, at);

    require_gntst(gnt_map(&map), GNTST_okay);
    expect_mem(at, gnt_pattern(0), PAGE_SIZE);

    require_gntst(unmap_one_kind(&map, GNTMAP_host_map), GNTST_okay);
    expect_false(gnt_present(at));
    expect_hex(gnttab_in_use(ref), GTF_reading | GTF_writing);
    expect_false(gnt_can_be_pagetable(gnt_page[0]));

    require_gntst(unmap_one_kind(&map, GNTMAP_device_map), GNTST_okay);
    expect_hex(gnttab_in_use(ref), 0);
    expect_true(gnt_can_be_pagetable(gnt_page[0]));
}

GNTTAB_CASE("unmap_grant_ref: device mapping before host mapping -> entry in use, type kept until both gone")
{
    grant_ref_t ref = gnt_grant(gnt_page[0], 0);
    uint8_t *at = gnt_at();
    struct gnttab_map_grant_ref map =
        gnt_map_op(ref, GNTMAP_host_map | GNTMAP_device_map, at);

    require_gntst(gnt_map(&map), GNTST_okay);
    require_gntst(unmap_one_kind(&map, GNTMAP_device_map), GNTST_okay);
    expect_true(gnt_present(at));
    expect_hex(gnttab_in_use(ref), GTF_reading | GTF_writing);
    expect_false(gnt_can_be_pagetable(gnt_page[0]));

    require_gntst(unmap_one_kind(&map, GNTMAP_host_map), GNTST_okay);
    expect_hex(gnttab_in_use(ref), 0);
    expect_true(gnt_can_be_pagetable(gnt_page[0]));
}

GNTTAB_CASE("unmap_grant_ref: read-only host and device mapping in one call -> both gone")
{
    grant_ref_t ref = gnt_grant(gnt_page[0], GTF_readonly);
    void *at = gnt_at();
    struct gnttab_map_grant_ref map = gnt_map_op(
        ref, GNTMAP_host_map | GNTMAP_device_map | GNTMAP_readonly, at);

    require_gntst(gnt_map(&map), GNTST_okay);
    expect_hex(gnttab_in_use(ref), GTF_reading);
    expect_true(gnt_can_be_pagetable(gnt_page[0]));

    require_gntst(gnt_undo(&map), GNTST_okay);
    expect_false(gnt_present(at));
    expect_hex(gnttab_in_use(ref), 0);
}

GNTTAB_CASE("map_grant_ref: writable device and read-only host mapping by two calls -> flags of those left")
{
    grant_ref_t ref = gnt_grant(gnt_page[0], 0);
    struct gnttab_map_grant_ref dev = gnt_map_op(ref, GNTMAP_device_map, NULL);
    struct gnttab_map_grant_ref host = gnt_map_op(
        ref, GNTMAP_host_map | GNTMAP_readonly, gnt_at());

    require_gntst(gnt_map(&dev), GNTST_okay);
    require_gntst(gnt_map(&host), GNTST_okay);
    expect_hex(gnttab_in_use(ref), GTF_reading | GTF_writing);

    /* Only the device mapping was writable. */
    require_gntst(gnt_undo(&dev), GNTST_okay);
    expect_hex(gnttab_in_use(ref), GTF_reading);
}

GNTTAB_CASE("map_grant_ref: 300 device mappings of one entry -> GNTST_okay or GNTST_general_error")
{
    static struct gnttab_map_grant_ref maps[300];
    grant_ref_t ref = gnt_grant(gnt_page[0], 0);
    unsigned int i, nr;

    for ( nr = 0; nr < ARRAY_SIZE(maps); ++nr )
    {
        maps[nr] = gnt_map_op(
            ref, GNTMAP_device_map | (nr == 0 ? 0 : GNTMAP_readonly), NULL);
        if ( gnt_map(&maps[nr]) )
            break;
    }

    expect_range(nr, 100, ARRAY_SIZE(maps));
    if ( nr < ARRAY_SIZE(maps) )
        expect_gntst(maps[nr].status, GNTST_general_error);

    /*
     * The writable mapping is unmapped first; from then on, only GTF_reading is
     * set.
     */
    for ( i = 0; i < nr; ++i )
    {
        require_gntst(gnt_undo(&maps[i]), GNTST_okay);
        if ( !expect_hex(gnttab_in_use(ref), i < nr - 1 ? GTF_reading : 0) )
            return;
    }
}

GNTTAB_CASE("map_grant_ref: writable host mapping -> page is not usable as page table until unmapped")
{
    grant_ref_t ref = gnt_grant(gnt_page[0], 0);
    struct gnttab_map_grant_ref map =
        gnt_map_op(ref, GNTMAP_host_map, gnt_at());

    expect_true(gnt_can_be_pagetable(gnt_page[0]));
    require_gntst(gnt_map(&map), GNTST_okay);
    expect_false(gnt_can_be_pagetable(gnt_page[0]));
    require_gntst(gnt_undo(&map), GNTST_okay);
    expect_true(gnt_can_be_pagetable(gnt_page[0]));
}

GNTTAB_CASE("map_grant_ref: read-only host mapping -> page is usable as page table")
{
    grant_ref_t ref = gnt_grant(gnt_page[0], 0);
    struct gnttab_map_grant_ref map = gnt_map_op(
        ref, GNTMAP_host_map | GNTMAP_readonly, gnt_at());

    require_gntst(gnt_map(&map), GNTST_okay);
    expect_true(gnt_can_be_pagetable(gnt_page[0]));
}

GNTTAB_CASE("map_grant_ref: page table, writable host or device mapping -> GNTST_general_error")
{
    const intpte_t *table = _p(_u(pv_l1e(gnt_page[0])) & PAGE_MASK);
    grant_ref_t ref = gnt_grant(table, 0);
    void *at = gnt_at();
    struct gnttab_map_grant_ref map = gnt_map_op(ref, GNTMAP_host_map, at);

    expect_gntst(gnt_map(&map), GNTST_general_error);
    expect_hex(gnttab_in_use(ref), 0);
    expect_false(gnt_present(at));

    map.flags = GNTMAP_device_map;
    expect_gntst(gnt_map(&map), GNTST_general_error);
    expect_hex(gnttab_in_use(ref), 0);

    map.flags = GNTMAP_device_map | GNTMAP_host_map;
    expect_gntst(gnt_map(&map), GNTST_general_error);
    expect_hex(gnttab_in_use(ref), 0);

    /* A page table may be mapped read-only. */
    map.flags = GNTMAP_host_map | GNTMAP_readonly;
    require_gntst(gnt_map(&map), GNTST_okay);
    expect_hex(gnttab_in_use(ref), GTF_reading);
}

#endif /* CONFIG_PV */
