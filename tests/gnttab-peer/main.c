/**
 * @file tests/gnttab-peer/main.c
 * @ref test-gnttab-peer
 *
 * @page test-gnttab-peer Grant tables: between two domains
 *
 * What grants are for: one domain lets another one, and only that one, access
 * one page of its own.  The test makes a second domain, and each of the two
 * grants pages to the other, maps and copies them.
 *
 * An entry names who may use it, and Xen must compare that with who asks; handles
 * belong to the domain that mapped; references to a page that is in use by
 * somebody else must survive its owner's death, and not a moment longer.  After
 * each case the second domain is destroyed, and its end must be complete.  A
 * reference to one of its pages that Xen forgot to drop would keep the domain.
 *
 * It needs to run as domain 0, and hardware that can run HVM guests.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <xtf/gnttab_peer.h>
#include <xtf/hypercall.h>
#include <xtf/lib.h>

const char test_title[] = "Grant tables: between two domains";

PEER_CASE("peer: we map a page of its, writable")
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

PEER_CASE("peer: we map a page of its, read-only")
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

PEER_CASE("peer: a read-only grant of its is not writable")
{
    uint8_t *at = gnt_at();
    grant_ref_t ref = peer_grant(peer, 0, GTF_readonly);
    struct gnttab_map_grant_ref map =
        gnt_map_of_peer(peer, ref, GNTMAP_host_map, at);

    expect_gntst(gnt_map(&map), GNTST_general_error);
    expect_hex(peer_in_use(peer, ref), 0);
    expect_false(gnt_present(at));
}

PEER_CASE("peer: we map nothing that is granted to somebody else")
{
    const domid_t others[] = {
        peer->domid, peer->domid + 1, gnt_self() ^ 1, gnt_self() | 0x8000,
        GNT_NO_DOMAIN, DOMID_SELF, DOMID_INVALID,
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
                   "mapping what is granted to domain %u: %s, expected "
                   "GNTST_general_error", others[i],
                   gntst_strerror(map.status));
        expect_hex(peer_in_use(peer, PEER_REF(0)), 0);
    }
    expect_false(gnt_present(at));
}

PEER_CASE("peer: somebody else's entry stays shut while another one is mapped")
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

PEER_CASE("peer: an entry in use that changes hands does not let us in again")
{
    grant_ref_t ref = peer_grant(peer, 0, 0);
    struct gnttab_map_grant_ref map =
        gnt_map_of_peer(peer, ref, GNTMAP_host_map, gnt_at());
    struct gnttab_map_grant_ref own;

    require_gntst(gnt_map(&map), GNTST_okay);

    /* The entry is bound to its first user as long as it is in use. */
    own = (struct gnttab_map_grant_ref) {
        .host_addr = PEER_HOLE_ADDR(0), .flags = GNTMAP_host_map, .ref = ref,
        .dom = peer->domid, .status = GNT_UNTOUCHED,
    };
    expect_ok(peer_op(peer, __HYPERVISOR_grant_table_op,
                      GNTTABOP_map_grant_ref, &own, sizeof(own)));
    expect_gntst(own.status, GNTST_general_error);
    expect_hex(peer_in_use(peer, ref), GTF_reading | GTF_writing);
}

PEER_CASE("peer: references count from each domain's own table")
{
    uint8_t *at = gnt_at();
    grant_ref_t ours = gnt_grant(gnt_page[0], 0);
    struct gnttab_map_grant_ref map =
        gnt_map_of_peer(peer, ours, GNTMAP_host_map, at);

    /* The same number, in its table: another page. */
    peer_publish(peer, ours, gnt_self(), PEER_PAGE_GFN(2), GTF_permit_access);
    require_gntst(gnt_map(&map), GNTST_okay);
    expect_fill(at, peer_fill(2), PAGE_SIZE);
    expect_hex(gnttab_in_use(ours), 0);
    expect_hex(peer_in_use(peer, ours), GTF_reading | GTF_writing);

    expect_gntst(gnt_undo(&map), GNTST_okay);
    expect_hex(peer_in_use(peer, ours), 0);
}

PEER_CASE("peer: references beyond its table, which ours has")
{
    grant_ref_t end = PAGE_SIZE / (gnttab_version() == 1
                                   ? sizeof(grant_entry_v1_t)
                                   : sizeof(grant_entry_v2_t));
    struct gnttab_map_grant_ref map =
        gnt_map_of_peer(peer, end, GNTMAP_host_map, gnt_at());

    if ( gnttab_grow(2) )
        skip_case("The grant table is one page");

    gnttab_publish(end, gnt_self(), virt_to_gfn(gnt_page[0]),
                   GTF_permit_access);
    expect_gntst(gnt_map(&map), GNTST_bad_gntref);
    expect_hex(gnttab_in_use(end), 0);
    expect_ok(gnttab_revoke(end));

    /* The last one that it has. */
    map = gnt_map_of_peer(peer, end - 1, GNTMAP_host_map, gnt_at());
    peer_publish(peer, end - 1, gnt_self(), PEER_PAGE_GFN(0),
                 GTF_permit_access);
    expect_gntst(gnt_map(&map), GNTST_okay);
    gnt_unmap_all();
}

PEER_CASE("peer: frames that it does not have")
{
    static const unsigned long none[] = {
        PEER_HOLE, PEER_GFN - 1, 0, 0xfffff,
    };
    uint8_t *at = gnt_at();
    unsigned int i;

    for ( i = 0; i < ARRAY_SIZE(none); ++i )
    {
        struct gnttab_map_grant_ref map =
            gnt_map_of_peer(peer, PEER_REF(0), GNTMAP_host_map, at);

        peer_publish(peer, PEER_REF(0), gnt_self(), none[i],
                     GTF_permit_access);
        expect_gntst(gnt_map(&map), GNTST_bad_page);
        expect_hex(peer_in_use(peer, PEER_REF(0)), 0);
    }
    expect_false(gnt_present(at));
}

PEER_CASE("peer: it maps a page of ours, writable")
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

    /* It is out: what it writes there goes nowhere. */
    peer_write(peer, PEER_HOLE_ADDR(0), bytes, sizeof(bytes));
    expect_mem(gnt_page[0], gnt_pattern(0), 8);
}

PEER_CASE("peer: it maps a page of ours, read-only")
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

PEER_CASE("peer: it maps twice, and the entry shows what is left")
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

PEER_CASE("peer: it maps nothing that is ours alone")
{
    grant_ref_t ref = gnt_grant(gnt_page[0], 0);
    struct gnttab_map_grant_ref map;

    expect_gntst(peer_map(peer, ref, GNTMAP_host_map, 0, &map),
                 GNTST_general_error);
    expect_hex(gnttab_in_use(ref), 0);
}

PEER_CASE("peer: handles belong to the one who mapped")
{
    grant_ref_t ref = grant_to_peer(peer, gnt_page[0], 0);
    struct gnttab_map_grant_ref map;
    struct gnttab_unmap_grant_ref op;
    void *at = gnt_at();

    require_gntst(peer_map(peer, ref, GNTMAP_host_map, 0, &map), GNTST_okay);

    /* We have no mapping at all, so whatever number it is: none of ours. */
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

PEER_CASE("peer: the handle is not one of the page as we map it without a grant")
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

PEER_CASE("peer: the same handle in both domains")
{
    grant_ref_t theirs = peer_grant(peer, 0, 0);
    grant_ref_t ours = grant_to_peer(peer, gnt_page[0], 0);
    struct gnttab_map_grant_ref by_us =
        gnt_map_of_peer(peer, theirs, GNTMAP_host_map, gnt_at());
    struct gnttab_map_grant_ref by_them;

    require_gntst(gnt_map(&by_us), GNTST_okay);
    require_gntst(peer_map(peer, ours, GNTMAP_host_map, 0, &by_them),
                  GNTST_okay);

    /* Each undoes its own, whether the numbers are equal or not. */
    expect_gntst(gnt_undo(&by_us), GNTST_okay);
    expect_hex(peer_in_use(peer, theirs), 0);
    expect_hex(gnttab_in_use(ours), GTF_reading | GTF_writing);
    expect_gntst(peer_unmap(peer, &by_them), GNTST_okay);
    expect_hex(gnttab_in_use(ours), 0);
}

PEER_CASE("peer: its table's version stays while we map one of its pages")
{
    struct gnttab_map_grant_ref map =
        gnt_map_of_peer(peer, peer_grant(peer, 0, 0), GNTMAP_host_map,
                        gnt_at());
    struct gnttab_set_version op = { .version = 3 - gnttab_version() };
    long rc;

    /* Mapped status words would be a reason of their own. */
    if ( gnttab_version() == 2 && foreign_unmap(peer->status) )
        error_case("The status words cannot be unmapped");

    require_gntst(gnt_map(&map), GNTST_okay);
    rc = peer_op(peer, __HYPERVISOR_grant_table_op, GNTTABOP_set_version,
                 &op, sizeof(op));
    if ( rc == -ENOSYS )
        skip_case("Grant table version 2 is not available");
    expect_errno(rc, -EBUSY);

    if ( gnttab_version() == 2 &&
         foreign_map_grant_table(peer->status, peer->domid,
                                 XENMEM_resource_grant_table_id_status, 0) )
        error_case("The status words cannot be mapped");
}

PEER_CASE("peer: our table's version stays while it maps one of our pages")
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
