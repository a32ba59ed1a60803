/*
 * Transitive grants: the peer grants dom0 what another domain granted to the
 * peer.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <xtf/hypercall.h>
#include <xtf/lib.h>
#include <xtf/peers/gnttab_peer.h>

#define LEN 64

/*
 * Copy LEN bytes from offset 16 of the peer's transitive grant to offset 32 of
 * dom0's page 1.
 */
static int copy_through(struct peer *peer)
{
    struct gnttab_copy op = {
        .source = { .u.ref = PEER_REF(0), .domid = peer->domid, .offset = 16 },
        .dest = { .u.gmfn = virt_to_gfn(gnt_page[1]), .domid = DOMID_SELF,
                  .offset = 32 },
        .len = LEN,
        .flags = GNTCOPY_source_gref,
    };

    return gnt_copy(&op);
}

/* Copy in the opposite direction. */
static int copy_back(struct peer *peer)
{
    struct gnttab_copy op = {
        .source = { .u.gmfn = virt_to_gfn(gnt_page[1]), .domid = DOMID_SELF,
                    .offset = 32 },
        .dest = { .u.ref = PEER_REF(0), .domid = peer->domid, .offset = 16 },
        .len = LEN,
        .flags = GNTCOPY_dest_gref,
    };

    return gnt_copy(&op);
}

/*
 * A host may have transitive grants disabled: gnttab=no-transitive, or
 * transitive=0.
 */
static bool transitive_works(struct peer *peer, int status)
{
    if ( status != GNTST_okay && xtf_xen_cmdline("transitive") )
    {
        xtf_case_skip("needs transitive grants, disabled on Xen's command line "
                      "(copy is %s)", gntst_strerror(status));
        return false;
    }

    return expect_gntst(status, GNTST_okay);
}

PEER_CASE_V2("copy: transitive grant of peer for dom0's own grant -> bytes copied both ways")
{
    grant_ref_t target = grant_to_peer(peer, gnt_page[0], 0);

    peer_publish_transitive(peer, PEER_REF(0), gnt_self(), gnt_self(), target);
    if ( !transitive_works(peer, copy_through(peer)) )
        return;

    expect_mem(gnt_page[1], gnt_pattern(1), 32);
    expect_mem(gnt_page[1] + 32, gnt_pattern(0) + 16, LEN);
    expect_mem(gnt_page[1] + 32 + LEN, gnt_pattern(1) + 32 + LEN,
               PAGE_SIZE - 32 - LEN);
    expect_hex(gnttab_in_use(target), 0);
    expect_hex(peer_in_use(peer, PEER_REF(0)), 0);

    /*
     * In the opposite direction: new bytes at offset 32 of page 1 go to page 0.
     */
    memset(gnt_page[1] + 32, 0x44, LEN);
    expect_gntst(copy_back(peer), GNTST_okay);
    expect_mem(gnt_page[0], gnt_pattern(0), 16);
    expect_fill(gnt_page[0] + 16, 0x44, LEN);
    expect_mem(gnt_page[0] + 16 + LEN, gnt_pattern(0) + 16 + LEN,
               PAGE_SIZE - 16 - LEN);
    expect_hex(gnttab_in_use(target), 0);
    expect_hex(peer_in_use(peer, PEER_REF(0)), 0);
}

PEER_CASE_V2("copy: transitive grant of peer for a third domain's grant -> bytes copied both ways")
{
    struct peer *third = gnt_peer();

    if ( !third )
        return;

    peer_publish(third, PEER_REF(3), peer->domid, PEER_PAGE_GFN(2),
                 GTF_permit_access);
    peer_publish_transitive(peer, PEER_REF(0), gnt_self(), third->domid,
                            PEER_REF(3));
    if ( !transitive_works(peer, copy_through(peer)) )
        return;

    expect_fill(gnt_page[1] + 32, peer_fill(2), LEN);
    memset(gnt_page[1] + 32, 0x44, LEN);
    expect_gntst(copy_back(peer), GNTST_okay);
    expect_fill(third->page[2], peer_fill(2), 16);
    expect_fill(third->page[2] + 16, 0x44, LEN);
    expect_fill(third->page[2] + 16 + LEN, peer_fill(2),
                PAGE_SIZE - 16 - LEN);
    expect_hex(peer_in_use(third, PEER_REF(3)), 0);
    expect_hex(peer_in_use(peer, PEER_REF(0)), 0);
}

/* The copy fails, and neither entry of the chain is in use afterwards. */
#define expect_broken(target, want)                                       \
do {                                                                    \
    expect_gntst(copy_through(peer), want);                             \
    expect_page_unchanged(1);                                           \
    expect_hex(gnttab_in_use(target), 0);                                 \
    expect_hex(peer_in_use(peer, PEER_REF(0)), 0);                      \
} while ( 0 )

PEER_CASE_V2("copy: transitive, referenced entry does not name peer -> GNTST_general_error")
{
    grant_ref_t target = gnt_grant(gnt_page[0], 0);

    peer_publish_transitive(peer, PEER_REF(0), gnt_self(), gnt_self(), target);
    expect_broken(target, GNTST_general_error);
}

PEER_CASE_V2("copy: transitive, gref is an unused entry -> GNTST_general_error")
{
    grant_ref_t target = gnt_ref();

    peer_publish_transitive(peer, PEER_REF(0), gnt_self(), gnt_self(), target);
    expect_broken(target, GNTST_general_error);
}

PEER_CASE_V2("copy: transitive, gref beyond the table -> GNTST_bad_gntref")
{
    grant_ref_t target = grant_to_peer(peer, gnt_page[0], 0);

    peer_publish_transitive(peer, PEER_REF(0), gnt_self(), gnt_self(), target);
    if ( !transitive_works(peer, copy_through(peer)) )
        return;
    memcpy(gnt_page[1], gnt_pattern(1), PAGE_SIZE);

    peer_publish_transitive(peer, PEER_REF(0), gnt_self(), gnt_self(),
                            0x7fffffff);
    expect_broken(target, GNTST_bad_gntref);
}

PEER_CASE_V2("copy: to a transitive grant, referenced entry is GTF_readonly -> GNTST_general_error")
{
    grant_ref_t target = grant_to_peer(peer, gnt_page[0], GTF_readonly);

    peer_publish_transitive(peer, PEER_REF(0), gnt_self(), gnt_self(), target);
    if ( !transitive_works(peer, copy_through(peer)) )
        return;
    expect_gntst(copy_back(peer), GNTST_general_error);
    expect_page_unchanged(0);
    expect_hex(gnttab_in_use(target), 0);
    expect_hex(peer_in_use(peer, PEER_REF(0)), 0);
}

PEER_CASE_V2("copy: transitive entry names another domain than dom0 -> GNTST_general_error")
{
    grant_ref_t target = grant_to_peer(peer, gnt_page[0], 0);

    peer_publish_transitive(peer, PEER_REF(0), peer->domid, gnt_self(), target);
    expect_broken(target, GNTST_general_error);
}

PEER_CASE_V2("copy: transitive, trans_domid is peer itself -> GNTST_general_error")
{
    grant_ref_t target = gnt_ref();

    peer_publish(peer, PEER_REF(1), peer->domid, PEER_PAGE_GFN(1),
                 GTF_permit_access);
    peer_publish_transitive(peer, PEER_REF(0), gnt_self(), peer->domid,
                            PEER_REF(1));
    expect_broken(target, GNTST_general_error);
    expect_hex(peer_in_use(peer, PEER_REF(1)), 0);
}

PEER_CASE_V2("copy: transitive, referenced entry is transitive -> GNTST_general_error")
{
    grant_ref_t target = gnt_ref();

    peer_publish(peer, PEER_REF(1), gnt_self(), PEER_PAGE_GFN(1),
                 GTF_permit_access);
    gnttab_publish_transitive(target, peer->domid, 0, peer->domid, PEER_REF(1));
    peer_publish_transitive(peer, PEER_REF(0), gnt_self(), gnt_self(), target);
    expect_broken(target, GNTST_general_error);
    expect_hex(peer_in_use(peer, PEER_REF(1)), 0);
}

PEER_CASE_V2("copy: transitive, referenced entry is a sub-page grant -> bytes copied within its bounds only")
{
    grant_ref_t target = gnt_ref();

    gnttab_publish_sub_page(target, peer->domid, virt_to_gfn(gnt_page[0]), 0,
                            16, LEN);
    peer_publish_transitive(peer, PEER_REF(0), gnt_self(), gnt_self(), target);
    if ( !transitive_works(peer, copy_through(peer)) )
        return;
    expect_mem(gnt_page[1] + 32, gnt_pattern(0) + 16, LEN);
    memcpy(gnt_page[1], gnt_pattern(1), PAGE_SIZE);

    gnttab_publish_sub_page(target, peer->domid, virt_to_gfn(gnt_page[0]), 0,
                            17, LEN);
    expect_broken(target, GNTST_general_error);
    gnttab_publish_sub_page(target, peer->domid, virt_to_gfn(gnt_page[0]), 0,
                            16, LEN - 1);
    expect_broken(target, GNTST_general_error);
}

PEER_CASE_V2("copy: transitive, referenced entry mapped by peer -> GTF_reading stays")
{
    grant_ref_t target = grant_to_peer(peer, gnt_page[0], 0);
    struct gnttab_map_grant_ref map;

    require_gntst(peer_map(peer, target, GNTMAP_host_map | GNTMAP_readonly, 0,
                           &map), GNTST_okay);
    peer_publish_transitive(peer, PEER_REF(0), gnt_self(), gnt_self(), target);
    if ( !transitive_works(peer, copy_through(peer)) )
        return;
    expect_hex(gnttab_in_use(target), GTF_reading);
    expect_gntst(copy_back(peer), GNTST_okay);
    expect_hex(gnttab_in_use(target), GTF_reading);
    expect_gntst(peer_unmap(peer, &map), GNTST_okay);
    expect_hex(gnttab_in_use(target), 0);
}

PEER_CASE_V2("map_grant_ref: peer's transitive grant -> GNTST_general_error")
{
    grant_ref_t target = grant_to_peer(peer, gnt_page[0], 0);
    void *at = gnt_at();
    struct gnttab_map_grant_ref map =
        gnt_map_of_peer(peer, PEER_REF(0), GNTMAP_host_map, at);

    peer_publish_transitive(peer, PEER_REF(0), gnt_self(), gnt_self(), target);
    expect_gntst(gnt_map(&map), GNTST_general_error);
    expect_false(gnt_present(at));
    expect_hex(gnttab_in_use(target), 0);
    expect_hex(peer_in_use(peer, PEER_REF(0)), 0);
}
