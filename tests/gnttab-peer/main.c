/**
 * @file tests/gnttab-peer/main.c
 * @ref test-gnttab-peer
 *
 * @page test-gnttab-peer Grant tables: two domains
 *
 * One domain lets another one, and only that one, access one of its pages. The
 * test makes a second domain, the peer; dom0 and peer grant pages to each
 * other, map and copy them.
 *
 * Xen must compare the domid in the entry with the domain that uses it. Handles
 * belong to the mapping domain. References to a page that is in use by another
 * domain must survive the end of its owner, and no longer than the use. After
 * each case the peer's pages are replaced or the peer is destroyed, either of
 * which fails if Xen forgot to drop a reference to one of the pages.
 *
 * The test needs to run as domain 0, on a host that can run HVM guests.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <xtf/hypercall.h>
#include <xtf/lib.h>
#include <xtf/harness/needs.h>
#include <xtf/peers/gnttab_peer.h>

const char test_title[] = "Grant tables: two domains";

PEER_CASE("map_grant_ref: dom0 maps peer's grant writable -> bytes shared, entry in use until unmapped")
{
    uint8_t *at = gnt_at();
    grant_ref_t ref = peer_grant(peer, 0, 0);
    struct gnttab_map_grant_ref map =
        gnt_map_of_peer(peer, ref, GNTMAP_host_map, at);

    require_gntst(gnt_map(&map), GNTST_okay);
    expect_hex(peer_in_use(peer, ref), GTF_reading | GTF_writing);
    expect_fill(at, peer_fill(0), PAGE_SIZE);

    at[10] = 0x11;
    expect_hex(peer->page[0][10], 0x11);
    peer->page[0][20] = 0x22;
    expect_hex(ACCESS_ONCE(at[20]), 0x22);
    expect_fill(peer->page[1], peer_fill(1), PAGE_SIZE);

    expect_gntst(gnt_undo(&map), GNTST_okay);
    expect_hex(peer_in_use(peer, ref), 0);
    expect_false(gnt_present(at));
    expect_hex(peer->page[0][10], 0x11);
}

PEER_CASE("map_grant_ref: dom0 maps peer's GTF_readonly grant read-only -> write denied")
{
    uint8_t *at = gnt_at();
    grant_ref_t ref = peer_grant(peer, 0, GTF_readonly);
    struct gnttab_map_grant_ref map =
        gnt_map_of_peer(peer, ref, GNTMAP_host_map | GNTMAP_readonly, at);

    require_gntst(gnt_map(&map), GNTST_okay);
    expect_hex(peer_in_use(peer, ref), GTF_reading);
    expect_fill(at, peer_fill(0), PAGE_SIZE);
    gnt_probe_write(at, 0x11);
    expect_fill(peer->page[0], peer_fill(0), PAGE_SIZE);
}

PEER_CASE("map_grant_ref: dom0 maps peer's GTF_readonly grant writable -> GNTST_general_error")
{
    uint8_t *at = gnt_at();
    grant_ref_t ref = peer_grant(peer, 0, GTF_readonly);
    struct gnttab_map_grant_ref map =
        gnt_map_of_peer(peer, ref, GNTMAP_host_map, at);

    expect_gntst(gnt_map(&map), GNTST_general_error);
    expect_hex(peer_in_use(peer, ref), 0);
    expect_false(gnt_present(at));
}

PEER_CASE("map_grant_ref: peer's entry names another domain than dom0 -> GNTST_general_error")
{
    const domid_t others[] = {
        peer->domid, peer->domid + 1, gnt_self() ^ 1, gnt_self() | 0x8000,
        NO_DOMAIN, DOMID_SELF, DOMID_INVALID,
    };
    uint8_t *at = gnt_at();
    unsigned int i;

    for ( i = 0; i < ARRAY_SIZE(others); ++i )
    {
        struct gnttab_map_grant_ref map =
            gnt_map_of_peer(peer, PEER_REF(0), GNTMAP_host_map, at);

        peer_publish(peer, PEER_REF(0), others[i], PEER_PAGE_GFN(0),
                     GTF_permit_access);
        expect_msg(gnt_map(&map) == GNTST_general_error,
                   "map_grant_ref of an entry that names domain %u is %s, "
                   "expected GNTST_general_error", others[i],
                   gntst_strerror(map.status));
        expect_hex(peer_in_use(peer, PEER_REF(0)), 0);
    }
    expect_false(gnt_present(at));
}

PEER_CASE("map_grant_ref: peer's entry names peer, same frame already mapped -> GNTST_general_error")
{
    uint8_t *at = gnt_at();
    struct gnttab_map_grant_ref good =
        gnt_map_of_peer(peer, peer_grant(peer, 0, 0), GNTMAP_host_map, at);
    struct gnttab_map_grant_ref bad =
        gnt_map_of_peer(peer, PEER_REF(1), GNTMAP_host_map, gnt_at());

    peer_publish(peer, PEER_REF(1), peer->domid, PEER_PAGE_GFN(0),
                 GTF_permit_access);
    require_gntst(gnt_map(&good), GNTST_okay);
    expect_gntst(gnt_map(&bad), GNTST_general_error);
    expect_hex(peer_in_use(peer, PEER_REF(1)), 0);
}

PEER_CASE("map_grant_ref: peer maps its own grant to dom0, mapped by dom0 -> GNTST_general_error")
{
    grant_ref_t ref = peer_grant(peer, 0, 0);
    struct gnttab_map_grant_ref map =
        gnt_map_of_peer(peer, ref, GNTMAP_host_map, gnt_at());
    struct gnttab_map_grant_ref own;

    require_gntst(gnt_map(&map), GNTST_okay);

    /* Only the domain that the entry names may map it, in use or not. */
    own = (struct gnttab_map_grant_ref) {
        .host_addr = PEER_HOLE_ADDR(0), .flags = GNTMAP_host_map, .ref = ref,
        .dom = peer->domid, .status = GNT_UNTOUCHED,
    };
    expect_ok(peer_op(peer, __HYPERVISOR_grant_table_op,
                      GNTTABOP_map_grant_ref, &own, sizeof(own)));
    expect_gntst(own.status, GNTST_general_error);
    expect_hex(peer_in_use(peer, ref), GTF_reading | GTF_writing);
}

PEER_CASE("map_grant_ref: same reference valid in both tables -> peer's page mapped")
{
    uint8_t *at = gnt_at();
    grant_ref_t own_ref = gnt_grant(gnt_page[0], 0);
    struct gnttab_map_grant_ref map =
        gnt_map_of_peer(peer, own_ref, GNTMAP_host_map, at);

    /* The same reference in the peer's table grants another page. */
    peer_publish(peer, own_ref, gnt_self(), PEER_PAGE_GFN(2),
                 GTF_permit_access);
    require_gntst(gnt_map(&map), GNTST_okay);
    expect_fill(at, peer_fill(2), PAGE_SIZE);
    expect_hex(gnttab_in_use(own_ref), 0);
    expect_hex(peer_in_use(peer, own_ref), GTF_reading | GTF_writing);

    expect_gntst(gnt_undo(&map), GNTST_okay);
    expect_hex(peer_in_use(peer, own_ref), 0);
}

PEER_CASE("map_grant_ref: reference beyond peer's table, within dom0's -> GNTST_bad_gntref")
{
    grant_ref_t end = PAGE_SIZE / (gnttab_version() == 1
                                   ? sizeof(grant_entry_v1_t)
                                   : sizeof(grant_entry_v2_t));
    struct gnttab_map_grant_ref map =
        gnt_map_of_peer(peer, end, GNTMAP_host_map, gnt_at());

    need_grant_frames(2);

    gnttab_publish(end, gnt_self(), virt_to_gfn(gnt_page[0]),
                   GTF_permit_access);
    expect_gntst(gnt_map(&map), GNTST_bad_gntref);
    expect_hex(gnttab_in_use(end), 0);
    expect_ok(gnttab_revoke(end));

    /* The last entry of the peer's table. */
    map = gnt_map_of_peer(peer, end - 1, GNTMAP_host_map, gnt_at());
    peer_publish(peer, end - 1, gnt_self(), PEER_PAGE_GFN(0),
                 GTF_permit_access);
    expect_gntst(gnt_map(&map), GNTST_okay);
    gnt_unmap_all();
}

PEER_CASE("map_grant_ref: peer's granted GFN is unpopulated -> GNTST_bad_page")
{
    static const unsigned long holes[] = {
        PEER_HOLE, PEER_GFN - 1, 0, 0xfffff,
    };
    uint8_t *at = gnt_at();
    unsigned int i;

    for ( i = 0; i < ARRAY_SIZE(holes); ++i )
    {
        struct gnttab_map_grant_ref map =
            gnt_map_of_peer(peer, PEER_REF(0), GNTMAP_host_map, at);

        peer_publish(peer, PEER_REF(0), gnt_self(), holes[i],
                     GTF_permit_access);
        expect_gntst(gnt_map(&map), GNTST_bad_page);
        expect_hex(peer_in_use(peer, PEER_REF(0)), 0);
    }
    expect_false(gnt_present(at));
}

PEER_CASE("map_grant_ref: peer maps dom0's grant writable -> bytes shared, entry in use until unmapped")
{
    grant_ref_t ref = grant_to_peer(peer, gnt_page[0], 0);
    struct gnttab_map_grant_ref map;
    uint8_t bytes[16];

    require_gntst(peer_map(peer, ref, GNTMAP_host_map, 0, &map), GNTST_okay);
    expect_hex(gnttab_in_use(ref), GTF_reading | GTF_writing);
    expect_errno(gnttab_revoke(ref), -EBUSY);

    peer_read(peer, PEER_HOLE_ADDR(0) + 100, bytes, sizeof(bytes));
    expect_mem(bytes, gnt_pattern(0) + 100, sizeof(bytes));
    memset(bytes, 0x33, sizeof(bytes));
    peer_write(peer, PEER_HOLE_ADDR(0) + 8, bytes, sizeof(bytes));
    expect_mem(gnt_page[0], gnt_pattern(0), 8);
    expect_fill(gnt_page[0] + 8, 0x33, sizeof(bytes));
    expect_mem(gnt_page[0] + 24, gnt_pattern(0) + 24, PAGE_SIZE - 24);

    expect_gntst(peer_unmap(peer, &map), GNTST_okay);
    expect_hex(gnttab_in_use(ref), 0);

    /* After the unmap, the peer's writes no longer reach the page. */
    peer_write(peer, PEER_HOLE_ADDR(0), bytes, sizeof(bytes));
    expect_mem(gnt_page[0], gnt_pattern(0), 8);
}

PEER_CASE("map_grant_ref: peer maps dom0's GTF_readonly grant -> writable refused, read-only write denied")
{
    grant_ref_t ref = grant_to_peer(peer, gnt_page[0], GTF_readonly);
    const uint8_t bytes[16] = { 0x33, 0x33 };
    struct gnttab_map_grant_ref map;

    expect_gntst(peer_map(peer, ref, GNTMAP_host_map, 0, &map),
                 GNTST_general_error);
    expect_hex(gnttab_in_use(ref), 0);

    require_gntst(peer_map(peer, ref, GNTMAP_host_map | GNTMAP_readonly, 0,
                           &map), GNTST_okay);
    expect_hex(gnttab_in_use(ref), GTF_reading);
    peer_write(peer, PEER_HOLE_ADDR(0), bytes, sizeof(bytes));
    expect_page_unchanged(0);

    expect_gntst(peer_unmap(peer, &map), GNTST_okay);
    expect_hex(gnttab_in_use(ref), 0);
}

PEER_CASE("unmap_grant_ref: peer maps dom0's grant twice, unmaps one -> flags of the mapping left")
{
    grant_ref_t ref = grant_to_peer(peer, gnt_page[0], 0);
    struct gnttab_map_grant_ref ro, rw;

    require_gntst(peer_map(peer, ref, GNTMAP_host_map | GNTMAP_readonly, 0,
                           &ro), GNTST_okay);
    expect_hex(gnttab_in_use(ref), GTF_reading);
    require_gntst(peer_map(peer, ref, GNTMAP_host_map, 1, &rw), GNTST_okay);
    expect_ne(ro.handle, rw.handle);
    expect_hex(gnttab_in_use(ref), GTF_reading | GTF_writing);

    expect_gntst(peer_unmap(peer, &rw), GNTST_okay);
    expect_hex(gnttab_in_use(ref), GTF_reading);
    expect_gntst(peer_unmap(peer, &ro), GNTST_okay);
    expect_hex(gnttab_in_use(ref), 0);
}

PEER_CASE("map_grant_ref: dom0's entry names dom0, peer maps -> GNTST_general_error")
{
    grant_ref_t ref = gnt_grant(gnt_page[0], 0);
    struct gnttab_map_grant_ref map;

    expect_gntst(peer_map(peer, ref, GNTMAP_host_map, 0, &map),
                 GNTST_general_error);
    expect_hex(gnttab_in_use(ref), 0);
}

PEER_CASE("unmap_grant_ref: dom0 uses peer's handle -> GNTST_bad_handle, peer's mapping stays")
{
    grant_ref_t ref = grant_to_peer(peer, gnt_page[0], 0);
    struct gnttab_map_grant_ref map;
    struct gnttab_unmap_grant_ref op;
    void *at = gnt_at();

    require_gntst(peer_map(peer, ref, GNTMAP_host_map, 0, &map), GNTST_okay);

    /*
     * This domain has no mapping, so the peer's handle is not one of its own.
     */
    op = (struct gnttab_unmap_grant_ref) {
        .host_addr = gnttab_host_addr(at), .handle = map.handle,
        .status = GNT_UNTOUCHED,
    };
    expect_gntst(gnt_unmap(&op), GNTST_bad_handle);
    expect_hex(gnttab_in_use(ref), GTF_reading | GTF_writing);

    expect_gntst(peer_unmap(peer, &map), GNTST_okay);
    expect_gntst(peer_unmap(peer, &map), GNTST_bad_handle);
}

#ifdef CONFIG_HVM

PEER_CASE("unmap_grant_ref: host_addr is a foreign mapping of the same frame -> GNTST_general_error")
{
    uint8_t *at = gnt_at();
    struct gnttab_map_grant_ref map =
        gnt_map_of_peer(peer, peer_grant(peer, 0, 0), GNTMAP_host_map, at);
    struct gnttab_unmap_grant_ref op;

    require_gntst(gnt_map(&map), GNTST_okay);
    op = gnt_unmap_op(&map);
    op.host_addr = gnttab_host_addr(peer->page[0]);
    expect_gntst(gnt_unmap(&op), GNTST_general_error);

    expect_hex(peer_in_use(peer, PEER_REF(0)), GTF_reading | GTF_writing);
    require_true(gnt_present(peer->page[0]));
    at[5] = 0x55;
    expect_hex(ACCESS_ONCE(peer->page[0][5]), 0x55);
}

#endif

PEER_CASE("unmap_grant_ref: each domain has one mapping, handles may be equal -> each unmaps its own")
{
    grant_ref_t peer_ref = peer_grant(peer, 0, 0);
    grant_ref_t own_ref = grant_to_peer(peer, gnt_page[0], 0);
    struct gnttab_map_grant_ref by_dom0 =
        gnt_map_of_peer(peer, peer_ref, GNTMAP_host_map, gnt_at());
    struct gnttab_map_grant_ref by_peer;

    require_gntst(gnt_map(&by_dom0), GNTST_okay);
    require_gntst(peer_map(peer, own_ref, GNTMAP_host_map, 0, &by_peer),
                  GNTST_okay);

    /*
     * Each domain unmaps its own mapping, whether the handles are equal or not.
     */
    expect_gntst(gnt_undo(&by_dom0), GNTST_okay);
    expect_hex(peer_in_use(peer, peer_ref), 0);
    expect_hex(gnttab_in_use(own_ref), GTF_reading | GTF_writing);
    expect_gntst(peer_unmap(peer, &by_peer), GNTST_okay);
    expect_hex(gnttab_in_use(own_ref), 0);
}

PEER_CASE("set_version: peer's, while dom0 maps peer's grant -> -EBUSY")
{
    struct gnttab_map_grant_ref map =
        gnt_map_of_peer(peer, peer_grant(peer, 0, 0), GNTMAP_host_map,
                        gnt_at());
    struct gnttab_set_version op = { .version = 3 - gnttab_version() };
    long rc;

    /* A mapped status frame would be a reason for -EBUSY by itself. */
    if ( gnttab_version() == 2 && foreign_unmap(peer->status) )
        error_case("cannot unmap the peer's status frame");

    require_gntst(gnt_map(&map), GNTST_okay);
    rc = peer_op(peer, __HYPERVISOR_grant_table_op, GNTTABOP_set_version,
                 &op, sizeof(op));
    need_gnttab_v2(rc != -ENOSYS);
    expect_errno(rc, -EBUSY);

    if ( gnttab_version() == 2 &&
         foreign_map_grant_table(peer->status, peer->domid,
                                 XENMEM_resource_grant_table_id_status, 0) )
        error_case("cannot map the peer's status frame");
}

PEER_CASE("set_version: dom0's, while peer maps dom0's grant -> -EBUSY, or -ENOSYS without version 2")
{
    grant_ref_t ref = grant_to_peer(peer, gnt_page[0], 0);
    struct gnttab_map_grant_ref map;
    struct gnttab_set_version op = { .version = 3 - gnttab_version() };
    long rc;

    require_gntst(peer_map(peer, ref, GNTMAP_host_map, 0, &map), GNTST_okay);
    rc = hypercall_grant_table_op(GNTTABOP_set_version, &op, 1);
    expect_errno(rc, rc == -ENOSYS ? -ENOSYS : -EBUSY);
    expect_hex(gnttab_in_use(ref), GTF_reading | GTF_writing);
    expect_gntst(peer_unmap(peer, &map), GNTST_okay);
}
