/*
 * The end of one of the two domains: its own mappings are removed, and mappings
 * of its pages stay.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <xtf/hypercall.h>
#include <xtf/lib.h>
#include <xtf/core/xen_info.h>
#include <xtf/peers/gnttab_peer.h>

PEER_CASE("destroydomain: peer had mapped dom0's grants -> entries not in use")
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

    /* No pin count is left over: the entry can be mapped and unmapped. */
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

/* More than the 256 maptrack entries of one maptrack frame. */
PEER_CASE("destroydomain: peer had 300 mappings of dom0's grants -> entries not in use")
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
    expect_true(nr == 300 || (nr && gnt_maptrack_limited()));

    gnt_peer_ended(peer);
    expect_ok(peer_destroy(peer));
    for ( r = 0; r < ARRAY_SIZE(refs); ++r )
        expect_hex(gnttab_in_use(refs[r]), 0);
}

PEER_CASE("destroydomain: dom0 maps peer's grant -> page and domain stay until unmapped")
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

PEER_CASE("map_grant_ref, copy: granting domain destroyed -> GNTST_bad_domain")
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

PEER_CASE("destroydomain: mappings in both directions were unmapped -> all of Xen's memory freed")
{
    uint64_t before;
    unsigned int i;

    gnt_peer_ended(peer);
    expect_ok(peer_destroy(peer));

    /* Xen has allocated its own long-lived structures by now. */
    before = xen_free_pages();
    for ( i = 0; i < 2; ++i )
    {
        struct peer *next;
        struct gnttab_map_grant_ref map, by_dom0;
        grant_ref_t ref;

        require_ok(peer_create(&next));
        if ( gnttab_version() == 2 )
            expect_ok(peer_set_version(next, 2));
        ref = grant_to_peer(next, gnt_page[0], 0);
        expect_gntst(peer_map(next, ref, GNTMAP_host_map, 0, &map),
                     GNTST_okay);
        by_dom0 = gnt_map_of_peer(next, peer_grant(next, 0, 0), GNTMAP_host_map,
                                gnt_at());
        expect_gntst(gnt_map(&by_dom0), GNTST_okay);
        gnt_unmap_all();
        expect_ok(peer_destroy(next));
    }

    expect_msg(xen_free_pages_reach(before),
               "%u pages are free after two domains were destroyed, expected "
               "%u or more as before",
               (unsigned int)xen_free_pages(), (unsigned int)before);
}

#ifdef CONFIG_PV
PEER_CASE("destroydomain: dom0 host- and device-maps peer's grant -> page, domain stay until both unmapped")
{
    void *at = gnt_at();
    struct gnttab_map_grant_ref map = gnt_map_of_peer(
        peer, peer_grant(peer, 0, 0), GNTMAP_host_map | GNTMAP_device_map, at);

    require_gntst(gnt_map(&map), GNTST_okay);
    gnt_peer_ended(peer);
    expect_ok(peer_kill(peer));
    expect_true(peer_exists(peer));
    expect_fill(at, peer_fill(0), PAGE_SIZE);

    /* Either kind of mapping keeps the domain. */
    map.flags = GNTMAP_host_map;
    expect_gntst(gnt_undo(&map), GNTST_okay);
    expect_true(peer_exists(peer));
    map.flags = GNTMAP_device_map;
    expect_gntst(gnt_undo(&map), GNTST_okay);
    expect_ok(peer_wait_gone(peer));
}
#endif
