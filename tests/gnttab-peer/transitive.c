/*
 * Transitive grants: the peer grants us what somebody granted to the peer.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <xtf/gnttab_peer.h>
#include <xtf/hypercall.h>
#include <xtf/lib.h>

#define LEN 64

/* Copy LEN bytes at 16 of the peer's transitive grant to 32 of our page 1. */
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

/* The same the other way round. */
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

/* A host may have them switched off: gnttab=no-transitive, or transitive=0. */
static bool transitive_works(struct peer *peer, int status)
{
    if ( status != GNTST_okay && xtf_xen_cmdline("transitive") )
    {
        xtf_case_skip("Transitive grants are refused (%s), and Xen's command "
                      "line is about them", gntst_strerror(status));
        return false;
    }

    return expect_gntst(status, GNTST_okay);
}

PEER_CASE_V2("transitive: our own page, granted to a peer, comes back to us")
{
    grant_ref_t leaf = grant_to_peer(peer, gnt_page[0], 0);

    peer_publish_transitive(peer, PEER_REF(0), gnt_self(), gnt_self(), leaf);
    if ( !transitive_works(peer, copy_through(peer)) )
        return;

    expect_mem(gnt_page[1], gnt_pattern(1), 32);
    expect_mem(gnt_page[1] + 32, gnt_pattern(0) + 16, LEN);
    expect_mem(gnt_page[1] + 32 + LEN, gnt_pattern(1) + 32 + LEN,
               PAGE_SIZE - 32 - LEN);
    expect_hex(gnttab_in_use(leaf), 0);
    expect_hex(peer_in_use(peer, PEER_REF(0)), 0);

    /* The other way: what page 1 has at 32, changed, to page 0. */
    memset(gnt_page[1] + 32, 0x44, LEN);
    expect_gntst(copy_back(peer), GNTST_okay);
    expect_mem(gnt_page[0], gnt_pattern(0), 16);
    expect_fill(gnt_page[0] + 16, 0x44, LEN);
    expect_mem(gnt_page[0] + 16 + LEN, gnt_pattern(0) + 16 + LEN,
               PAGE_SIZE - 16 - LEN);
    expect_hex(gnttab_in_use(leaf), 0);
    expect_hex(peer_in_use(peer, PEER_REF(0)), 0);
}

PEER_CASE_V2("transitive: the page of a third domain")
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

/* A chain is as strong as its weakest link; nothing of it stays in use. */
#define expect_broken(leaf, want)                                       \
do {                                                                    \
    expect_gntst(copy_through(peer), want);                             \
    expect_page_unchanged(1);                                           \
    expect_hex(gnttab_in_use(leaf), 0);                                 \
    expect_hex(peer_in_use(peer, PEER_REF(0)), 0);                      \
} while ( 0 )

PEER_CASE_V2("transitive: a leaf that is not granted to the one between")
{
    grant_ref_t leaf = gnt_grant(gnt_page[0], 0);

    peer_publish_transitive(peer, PEER_REF(0), gnt_self(), gnt_self(), leaf);
    expect_broken(leaf, GNTST_general_error);
}

PEER_CASE_V2("transitive: a leaf that is invalid, or no reference at all")
{
    grant_ref_t leaf = gnt_ref();

    peer_publish_transitive(peer, PEER_REF(0), gnt_self(), gnt_self(), leaf);
    expect_broken(leaf, GNTST_general_error);

    peer_publish_transitive(peer, PEER_REF(0), gnt_self(), gnt_self(),
                            0x7fffffff);
    expect_broken(leaf, GNTST_bad_gntref);
}

PEER_CASE_V2("transitive: a read-only leaf is not written to")
{
    grant_ref_t leaf = grant_to_peer(peer, gnt_page[0], GTF_readonly);

    peer_publish_transitive(peer, PEER_REF(0), gnt_self(), gnt_self(), leaf);
    if ( !transitive_works(peer, copy_through(peer)) )
        return;
    expect_gntst(copy_back(peer), GNTST_general_error);
    expect_page_unchanged(0);
    expect_hex(gnttab_in_use(leaf), 0);
    expect_hex(peer_in_use(peer, PEER_REF(0)), 0);
}

PEER_CASE_V2("transitive: not for anybody but whom the entry names")
{
    grant_ref_t leaf = grant_to_peer(peer, gnt_page[0], 0);

    peer_publish_transitive(peer, PEER_REF(0), peer->domid, gnt_self(), leaf);
    expect_broken(leaf, GNTST_general_error);
}

PEER_CASE_V2("transitive: back to the one between")
{
    grant_ref_t leaf = gnt_ref();

    peer_publish(peer, PEER_REF(1), peer->domid, PEER_PAGE_GFN(1),
                 GTF_permit_access);
    peer_publish_transitive(peer, PEER_REF(0), gnt_self(), peer->domid,
                            PEER_REF(1));
    expect_broken(leaf, GNTST_general_error);
    expect_hex(peer_in_use(peer, PEER_REF(1)), 0);
}

PEER_CASE_V2("transitive: a leaf that is transitive itself")
{
    grant_ref_t leaf = gnt_ref();

    peer_publish(peer, PEER_REF(1), gnt_self(), PEER_PAGE_GFN(1),
                 GTF_permit_access);
    gnttab_publish_transitive(leaf, peer->domid, 0, peer->domid, PEER_REF(1));
    peer_publish_transitive(peer, PEER_REF(0), gnt_self(), gnt_self(), leaf);
    expect_broken(leaf, GNTST_general_error);
    expect_hex(peer_in_use(peer, PEER_REF(1)), 0);
}

PEER_CASE_V2("transitive: part of a page")
{
    grant_ref_t leaf = gnt_ref();

    gnttab_publish_sub_page(leaf, peer->domid, virt_to_gfn(gnt_page[0]), 0,
                            16, LEN);
    peer_publish_transitive(peer, PEER_REF(0), gnt_self(), gnt_self(), leaf);
    if ( !transitive_works(peer, copy_through(peer)) )
        return;
    expect_mem(gnt_page[1] + 32, gnt_pattern(0) + 16, LEN);
    memcpy(gnt_page[1], gnt_pattern(1), PAGE_SIZE);

    gnttab_publish_sub_page(leaf, peer->domid, virt_to_gfn(gnt_page[0]), 0,
                            17, LEN);
    expect_broken(leaf, GNTST_general_error);
    gnttab_publish_sub_page(leaf, peer->domid, virt_to_gfn(gnt_page[0]), 0,
                            16, LEN - 1);
    expect_broken(leaf, GNTST_general_error);
}

PEER_CASE_V2("transitive: a leaf that its grantee maps stays in use")
{
    grant_ref_t leaf = grant_to_peer(peer, gnt_page[0], 0);
    struct gnttab_map_grant_ref map;

    require_gntst(peer_map(peer, leaf, GNTMAP_host_map | GNTMAP_readonly, 0,
                           &map), GNTST_okay);
    peer_publish_transitive(peer, PEER_REF(0), gnt_self(), gnt_self(), leaf);
    if ( !transitive_works(peer, copy_through(peer)) )
        return;
    expect_hex(gnttab_in_use(leaf), GTF_reading);
    expect_gntst(copy_back(peer), GNTST_okay);
    expect_hex(gnttab_in_use(leaf), GTF_reading);
    expect_gntst(peer_unmap(peer, &map), GNTST_okay);
    expect_hex(gnttab_in_use(leaf), 0);
}

PEER_CASE_V2("transitive: cannot be mapped")
{
    grant_ref_t leaf = grant_to_peer(peer, gnt_page[0], 0);
    void *at = gnt_at();
    struct gnttab_map_grant_ref map =
        gnt_map_of_peer(peer, PEER_REF(0), GNTMAP_host_map, at);

    peer_publish_transitive(peer, PEER_REF(0), gnt_self(), gnt_self(), leaf);
    expect_gntst(gnt_map(&map), GNTST_general_error);
    expect_false(gnt_present(at));
    expect_hex(gnttab_in_use(leaf), 0);
    expect_hex(peer_in_use(peer, PEER_REF(0)), 0);
}
