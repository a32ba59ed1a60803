/*
 * The end of one of the two domains: what it held is let go, and what the other
 * one holds of it stays.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <xtf/gnttab_peer.h>
#include <xtf/hypercall.h>
#include <xtf/lib.h>

PEER_CASE("death: what it had mapped of ours is let go")
{
    grant_ref_t rw = grant_to_peer(peer, gnt_page[0], 0);
    grant_ref_t ro = grant_to_peer(peer, gnt_page[1], GTF_readonly);
    struct gnttab_map_grant_ref map;

    require_gntst(peer_map(peer, rw, GNTMAP_host_map, 0, &map), GNTST_okay);
    require_gntst(peer_map(peer, rw, GNTMAP_host_map | GNTMAP_readonly, 1,
                           &map), GNTST_okay);
    require_gntst(peer_map(peer, ro, GNTMAP_host_map | GNTMAP_readonly, 2,
                           &map), GNTST_okay);

    gnt_peer_ended(peer);
    expect_ok(peer_destroy(peer));
    expect_hex(gnttab_in_use(rw), 0);
    expect_hex(gnttab_in_use(ro), 0);
    expect_page_unchanged(0);
    expect_page_unchanged(1);

    /* Nothing of it stays in the counts: we can map it anew, and unmap. */
    if ( IS_DEFINED(CONFIG_PV) )
    {
        struct gnttab_map_grant_ref own;

        gnttab_publish(rw, gnt_self(), virt_to_gfn(gnt_page[0]),
                       GTF_permit_access);
        own = gnt_map_op(rw, GNTMAP_host_map, gnt_at());
        expect_gntst(gnt_map(&own), GNTST_okay);
        expect_gntst(gnt_undo(&own), GNTST_okay);
    }
}

/* Xen keeps the books on mappings by pages of 256. */
PEER_CASE("death: very many mappings are let go")
{
    static struct gnttab_map_grant_ref maps[100];
    grant_ref_t refs[3];
    unsigned int r, i, nr = 0;

    for ( r = 0; r < ARRAY_SIZE(refs); ++r )
    {
        refs[r] = grant_to_peer(peer, gnt_page[r], 0);
        for ( i = 0; i < ARRAY_SIZE(maps); ++i )
            maps[i] = (struct gnttab_map_grant_ref) {
                .host_addr = PEER_HOLE_ADDR(r * ARRAY_SIZE(maps) + i),
                .flags = GNTMAP_host_map | (i & 1 ? GNTMAP_readonly : 0),
                .ref = refs[r], .dom = gnt_self(), .status = GNT_UNTOUCHED,
            };
        expect_ok(peer_batch(peer, __HYPERVISOR_grant_table_op,
                             GNTTABOP_map_grant_ref, maps, sizeof(maps[0]),
                             ARRAY_SIZE(maps)));
        for ( i = 0; i < ARRAY_SIZE(maps); ++i )
            nr += maps[i].status == GNTST_okay;
    }
    expect_eq(nr, 300);

    gnt_peer_ended(peer);
    expect_ok(peer_destroy(peer));
    for ( r = 0; r < ARRAY_SIZE(refs); ++r )
        expect_hex(gnttab_in_use(refs[r]), 0);
}

PEER_CASE("death: what we have mapped of its stays until we let go")
{
    uint8_t *at = gnt_at();
    struct gnttab_map_grant_ref map =
        gnt_map_of_peer(peer, peer_grant(peer, 0, 0), GNTMAP_host_map, at);

    require_gntst(gnt_map(&map), GNTST_okay);
    gnt_peer_ended(peer);
    expect_ok(peer_kill(peer));

    expect_true(peer_exists(peer));
    expect_fill(at, peer_fill(0), PAGE_SIZE);
    at[5] = 0x55;
    expect_hex(ACCESS_ONCE(at[5]), 0x55);

    expect_gntst(gnt_undo(&map), GNTST_okay);
    expect_false(gnt_present(at));
    expect_ok(peer_wait_gone(peer));
}

PEER_CASE("death: a domain that is gone grants nothing")
{
    grant_ref_t ref = peer_grant(peer, 0, 0);
    struct gnttab_map_grant_ref map =
        gnt_map_of_peer(peer, ref, GNTMAP_host_map, gnt_at());
    struct gnttab_copy op = {
        .source = { .u.ref = ref, .domid = peer->domid },
        .dest = { .u.gmfn = virt_to_gfn(gnt_page[1]), .domid = DOMID_SELF },
        .len = 16, .flags = GNTCOPY_source_gref,
    };

    gnt_peer_ended(peer);
    expect_ok(peer_destroy(peer));
    expect_gntst(gnt_map(&map), GNTST_bad_domain);
    expect_gntst(gnt_copy(&op), GNTST_bad_domain);
    expect_page_unchanged(1);
}

PEER_CASE("death: all of the memory comes back")
{
    uint64_t before;
    unsigned int i;

    gnt_peer_ended(peer);
    expect_ok(peer_destroy(peer));

    /* Xen has made room for its own books by now. */
    before = xen_free_pages();
    for ( i = 0; i < 2; ++i )
    {
        struct peer *next;
        struct gnttab_map_grant_ref map, by_us;
        grant_ref_t ref;

        require_ok(peer_create(&next));
        if ( gnttab_version() == 2 )
            expect_ok(peer_set_version(next, 2));
        ref = grant_to_peer(next, gnt_page[0], 0);
        expect_gntst(peer_map(next, ref, GNTMAP_host_map, 0, &map),
                     GNTST_okay);
        by_us = gnt_map_of_peer(next, peer_grant(next, 0, 0), GNTMAP_host_map,
                                gnt_at());
        expect_gntst(gnt_map(&by_us), GNTST_okay);
        gnt_unmap_all();
        expect_ok(peer_destroy(next));
    }

    expect_msg(xen_free_pages_reach(before),
               "%u pages are free, and %u were before two domains came and "
               "went", (unsigned int)xen_free_pages(), (unsigned int)before);
}

#ifdef CONFIG_PV
PEER_CASE("death: what we map for devices, too")
{
    void *at = gnt_at();
    struct gnttab_map_grant_ref map = gnt_map_of_peer(
        peer, peer_grant(peer, 0, 0), GNTMAP_host_map | GNTMAP_device_map, at);

    require_gntst(gnt_map(&map), GNTST_okay);
    gnt_peer_ended(peer);
    expect_ok(peer_kill(peer));
    expect_true(peer_exists(peer));
    expect_fill(at, peer_fill(0), PAGE_SIZE);

    /* Either half keeps it. */
    map.flags = GNTMAP_host_map;
    expect_gntst(gnt_undo(&map), GNTST_okay);
    expect_true(peer_exists(peer));
    map.flags = GNTMAP_device_map;
    expect_gntst(gnt_undo(&map), GNTST_okay);
    expect_ok(peer_wait_gone(peer));
}
#endif
