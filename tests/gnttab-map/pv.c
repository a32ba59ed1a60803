/*
 * What PV guests have beyond HVM guests: mappings for devices, and types of
 * pages.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <xtf/gnttab_case.h>
#include <xtf.h>

#ifdef CONFIG_PV

GNTTAB_CASE("map: for devices, writable")
{
    grant_ref_t ref = gnt_grant(gnt_page[0], 0);
    struct gnttab_map_grant_ref map =
        gnt_map_op(ref, GNTMAP_device_map, NULL);

    require_gntst(gnt_map(&map), GNTST_okay);
    expect_hex(map.dev_bus_addr, virt_to_maddr(gnt_page[0]));
    expect_hex(gnttab_in_use(ref), GTF_reading | GTF_writing);

    /* What a device may write to can be no page table. */
    expect_false(gnt_can_be_pagetable(gnt_page[0]));

    require_gntst(gnt_undo(&map), GNTST_okay);
    expect_hex(gnttab_in_use(ref), 0);
    expect_true(gnt_can_be_pagetable(gnt_page[0]));
}

GNTTAB_CASE("map: for devices, read-only")
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

/* A writable and a read-only mapping for devices; one of them goes first. */
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

GNTTAB_CASE("map: for devices, twice; the writable one goes first")
{
    map_devices_twice(true);
}

GNTTAB_CASE("map: for devices, twice; the read-only one goes first")
{
    map_devices_twice(false);
}

GNTTAB_CASE("map: for devices, writable, of a read-only grant")
{
    grant_ref_t ref = gnt_grant(gnt_page[0], GTF_readonly);
    struct gnttab_map_grant_ref map =
        gnt_map_op(ref, GNTMAP_device_map, NULL);

    expect_gntst(gnt_map(&map), GNTST_general_error);
    expect_hex(gnttab_in_use(ref), 0);
}

/* Undo only one half of a mapping. */
static int undo_half(const struct gnttab_map_grant_ref *map, unsigned int half)
{
    struct gnttab_unmap_grant_ref op = gnt_unmap_op(map);

    if ( half == GNTMAP_host_map )
        op.dev_bus_addr = 0;
    else
        op.host_addr = 0;

    return gnt_unmap(&op);
}

GNTTAB_CASE("map: for host and devices; the host's half goes first")
{
    grant_ref_t ref = gnt_grant(gnt_page[0], 0);
    uint8_t *at = gnt_at();
    struct gnttab_map_grant_ref map =
        gnt_map_op(ref, GNTMAP_host_map | GNTMAP_device_map, at);

    require_gntst(gnt_map(&map), GNTST_okay);
    expect_mem(at, gnt_pattern(0), PAGE_SIZE);

    require_gntst(undo_half(&map, GNTMAP_host_map), GNTST_okay);
    expect_false(gnt_present(at));
    expect_hex(gnttab_in_use(ref), GTF_reading | GTF_writing);
    expect_false(gnt_can_be_pagetable(gnt_page[0]));

    require_gntst(undo_half(&map, GNTMAP_device_map), GNTST_okay);
    expect_hex(gnttab_in_use(ref), 0);
    expect_true(gnt_can_be_pagetable(gnt_page[0]));
}

GNTTAB_CASE("map: for host and devices; the devices' half goes first")
{
    grant_ref_t ref = gnt_grant(gnt_page[0], 0);
    uint8_t *at = gnt_at();
    struct gnttab_map_grant_ref map =
        gnt_map_op(ref, GNTMAP_host_map | GNTMAP_device_map, at);

    require_gntst(gnt_map(&map), GNTST_okay);
    require_gntst(undo_half(&map, GNTMAP_device_map), GNTST_okay);
    expect_true(gnt_present(at));
    expect_hex(gnttab_in_use(ref), GTF_reading | GTF_writing);
    expect_false(gnt_can_be_pagetable(gnt_page[0]));

    require_gntst(undo_half(&map, GNTMAP_host_map), GNTST_okay);
    expect_hex(gnttab_in_use(ref), 0);
    expect_true(gnt_can_be_pagetable(gnt_page[0]));
}

GNTTAB_CASE("map: for host and devices, read-only, both undone at once")
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

GNTTAB_CASE("map: for host and devices, by two requests")
{
    grant_ref_t ref = gnt_grant(gnt_page[0], 0);
    struct gnttab_map_grant_ref dev = gnt_map_op(ref, GNTMAP_device_map, NULL);
    struct gnttab_map_grant_ref host = gnt_map_op(
        ref, GNTMAP_host_map | GNTMAP_readonly, gnt_at());

    require_gntst(gnt_map(&dev), GNTST_okay);
    require_gntst(gnt_map(&host), GNTST_okay);
    expect_hex(gnttab_in_use(ref), GTF_reading | GTF_writing);

    /* The device was the one that could write. */
    require_gntst(gnt_undo(&dev), GNTST_okay);
    expect_hex(gnttab_in_use(ref), GTF_reading);
}

GNTTAB_CASE("map: for devices, as often as can be counted")
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

    /* The writable one goes first: from then on, only reading is left. */
    for ( i = 0; i < nr; ++i )
    {
        require_gntst(gnt_undo(&maps[i]), GNTST_okay);
        if ( !expect_hex(gnttab_in_use(ref), i < nr - 1 ? GTF_reading : 0) )
            return;
    }
}

GNTTAB_CASE("map: a writable mapping keeps the page from being a page table")
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

GNTTAB_CASE("map: a read-only mapping does not")
{
    grant_ref_t ref = gnt_grant(gnt_page[0], 0);
    struct gnttab_map_grant_ref map = gnt_map_op(
        ref, GNTMAP_host_map | GNTMAP_readonly, gnt_at());

    require_gntst(gnt_map(&map), GNTST_okay);
    expect_true(gnt_can_be_pagetable(gnt_page[0]));
}

GNTTAB_CASE("map: a page table cannot be mapped writable, for host or devices")
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

    /* Reading it does no harm. */
    map.flags = GNTMAP_host_map | GNTMAP_readonly;
    require_gntst(gnt_map(&map), GNTST_okay);
    expect_hex(gnttab_in_use(ref), GTF_reading);
}

#endif /* CONFIG_PV */
