/*
 * Handles: each names one mapping for as long as that mapping exists, and no
 * other one.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "unmap.h"

/* Up to here every handle is tried, beyond it only powers of two. */
#define NR_HANDLES 1100

static int unmap_with(grant_handle_t handle, const struct mapping *m)
{
    struct gnttab_unmap_grant_ref op = gnt_unmap_op(&m->map);
    int rc;

    op.handle = handle;
    rc = hypercall_grant_table_op(GNTTABOP_unmap_grant_ref, &op, 1);

    return rc ?: op.status;
}

/* Unmapping with any other handle, in use or free, is GNTST_bad_handle. */
static void expect_refused(grant_handle_t handle, const struct mapping *m)
{
    int status;

    if ( handle == m->map.handle )
        return;

    status = unmap_with(handle, m);
    expect_msg(status == GNTST_bad_handle,
               "unmap of the address of handle %#x by handle %#x is %s, "
               "expected GNTST_bad_handle", m->map.handle, handle,
               gntst_strerror(status));
}

GNTTAB_CASE("unmap_grant_ref: every handle but that of the mapping -> GNTST_bad_handle")
{
    struct mapping m = mapped(0, GNTMAP_host_map);
    unsigned int i;

    for ( i = 0; i < NR_HANDLES; ++i )
        expect_refused(i, &m);
    for ( i = 13; i < 32; ++i )
    {
        expect_refused((1u << i) - 1, &m);
        expect_refused(1u << i, &m);
        expect_refused((1u << i) + m.map.handle, &m);
    }
    expect_refused(~0u, &m);

    expect_still_mapped(m);
    expect_gntst(gnt_undo(&m.map), GNTST_okay);
}

/* One entry cannot be mapped GNT_MANY times, so there are several. */
#define PER_REF 100

/*
 * Handles are indexes into the maptrack table. Xen must not take a handle
 * beyond its end for another one, for instance handle 0. So many mappings
 * include the lowest handle.
 */
GNTTAB_CASE("unmap_grant_ref: mapping with the lowest handle, by unallocated handles -> GNTST_bad_handle")
{
    static struct gnttab_map_grant_ref maps[GNT_MANY];
    static bool live[NR_HANDLES];
    struct mapping first = { .map.handle = ~0u };
    unsigned int i;

    memset(live, 0, sizeof(live));
    for ( i = 0; i < ARRAY_SIZE(maps); ++i )
    {
        if ( i % PER_REF == 0 )
            first.ref = gnt_grant(gnt_page[i / PER_REF], 0);
        maps[i] = gnt_map_op(first.ref, GNTMAP_host_map, NULL);
        maps[i].host_addr = gnt_many_addr(i);
    }
    expect_ok(gnt_map_batch(maps, ARRAY_SIZE(maps)));

    for ( i = 0; i < ARRAY_SIZE(maps); ++i )
    {
        if ( maps[i].status == GNTST_no_space && gnt_maptrack_limited() )
            skip_case("needs maptrack entries for %u mappings", GNT_MANY);
        require_gntst(maps[i].status, GNTST_okay);
        require_true(maps[i].handle < NR_HANDLES);
        live[maps[i].handle] = true;
        if ( maps[i].handle < first.map.handle )
            first.map = maps[i];
    }

    for ( i = 0; i < NR_HANDLES; ++i )
        if ( !live[i] )
            expect_refused(i, &first);
    for ( i = 13; i < 32; ++i )
        expect_refused(1u << i, &first);
    expect_refused(~0u, &first);

    expect_gntst(gnt_undo(&first.map), GNTST_okay);
}

/*
 * A second unmap must not free the handle again, or two mappings would get it.
 */
static void expect_handles_differ(void)
{
    struct mapping a = mapped(1, GNTMAP_host_map);
    struct mapping b = mapped(2, GNTMAP_host_map);

    expect_ne(a.map.handle, b.map.handle);
    expect_gntst(gnt_undo(&a.map), GNTST_okay);
    expect_gntst(gnt_undo(&b.map), GNTST_okay);
    expect_hex(gnttab_in_use(a.ref), 0);
    expect_hex(gnttab_in_use(b.ref), 0);
}

GNTTAB_CASE("unmap_grant_ref: each kind of mapping unmapped twice -> GNTST_bad_handle, handle freed once")
{
    static const uint32_t kinds[] = {
        GNTMAP_host_map,
        GNTMAP_host_map | GNTMAP_readonly,
#ifdef CONFIG_PV
        GNTMAP_device_map,
        GNTMAP_device_map | GNTMAP_readonly,
        GNTMAP_device_map | GNTMAP_host_map,
        GNTMAP_device_map | GNTMAP_host_map | GNTMAP_readonly,
#endif
    };
    unsigned int i;

    for ( i = 0; i < ARRAY_SIZE(kinds); ++i )
    {
        grant_ref_t ref = gnt_grant(gnt_page[0], 0);
        struct gnttab_map_grant_ref map =
            gnt_map_op(ref, kinds[i], gnt_at());

        /*
         * Mapping and unmapping its own page leaves an HVM guest with a hole
         * there.
         */
        if ( IS_DEFINED(CONFIG_HVM) && i )
        {
            require_ok(page_restore(gnt_page[0]));
            gnttab_publish(ref, gnt_self(), virt_to_gfn(gnt_page[0]),
                           GTF_permit_access);
        }

        require_gntst(gnt_map(&map), GNTST_okay);
        require_gntst(gnt_undo(&map), GNTST_okay);
        expect_hex(gnttab_in_use(ref), 0);
        expect_gntst(gnt_undo(&map), GNTST_bad_handle);
        expect_hex(gnttab_in_use(ref), 0);
        expect_handles_differ();
        if ( IS_DEFINED(CONFIG_HVM) )
        {
            require_ok(page_restore(gnt_page[1]));
            require_ok(page_restore(gnt_page[2]));
        }

        /* Other handles were freed since; this one is still stale. */
        expect_gntst(gnt_undo(&map), GNTST_bad_handle);
        expect_hex(gnttab_in_use(ref), 0);
    }
}

#ifdef CONFIG_PV
GNTTAB_CASE("unmap_grant_ref: host and device mapping unmapped twice by two calls -> GNTST_bad_handle")
{
    static const uint32_t order[][2] = {
        { GNTMAP_host_map, GNTMAP_device_map },
        { GNTMAP_device_map, GNTMAP_host_map },
    };
    unsigned int i, j;

    for ( i = 0; i < ARRAY_SIZE(order); ++i )
    {
        struct mapping m = mapped(0, GNTMAP_host_map | GNTMAP_device_map);

        for ( j = 0; j < 2; ++j )
        {
            struct gnttab_map_grant_ref one = m.map;

            one.flags = order[i][j];
            expect_gntst(gnt_undo(&one), GNTST_okay);
        }
        expect_hex(gnttab_in_use(m.ref), 0);

        for ( j = 0; j < 2; ++j )
        {
            struct gnttab_map_grant_ref one = m.map;

            one.flags = order[i][j];
            expect_gntst(gnt_undo(&one), GNTST_bad_handle);
        }
        expect_handles_differ();
    }
}

GNTTAB_CASE("unmap_grant_ref: handle already freed by unmap_and_replace -> GNTST_bad_handle")
{
    struct mapping m = mapped(0, GNTMAP_host_map);
    void *spare = gnt_page[3];
    struct gnttab_unmap_and_replace op = {
        .host_addr = m.map.host_addr, .new_addr = _u(spare),
        .handle = m.map.handle, .status = GNT_UNTOUCHED,
    };

    expect_ok(hypercall_grant_table_op(GNTTABOP_unmap_and_replace, &op, 1));
    require_gntst(op.status, GNTST_okay);
    gnt_forget(m.map.handle);
    expect_gntst(gnt_undo(&m.map), GNTST_bad_handle);
    expect_hex(gnttab_in_use(m.ref), 0);
    expect_mem(m.at, gnt_pattern(3), PAGE_SIZE);

    if ( set_l1e(m.at, 0) ||
         page_restore(spare) )
        panic("Cannot map a page at its own address again\n");
    expect_handles_differ();
}
#endif
