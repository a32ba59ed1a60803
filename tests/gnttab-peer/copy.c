/*
 * Copies between domains, and what a copy by grant may not reach.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <xtf/hypercall.h>
#include <xtf/lib.h>
#include <xtf/peers/gnttab_peer.h>

#define LEN 64

/*
 * A request of dom0: LEN bytes from offset 16 of page 0 to offset 32 of page 1.
 */
static struct gnttab_copy own_copy(void)
{
    return (struct gnttab_copy) {
        .source = { .u.gmfn = virt_to_gfn(gnt_page[0]), .domid = DOMID_SELF,
                    .offset = 16 },
        .dest = { .u.gmfn = virt_to_gfn(gnt_page[1]), .domid = DOMID_SELF,
                  .offset = 32 },
        .len = LEN,
        .status = GNT_UNTOUCHED,
    };
}

static struct gnttab_copy copy_from(struct peer *peer, grant_ref_t ref)
{
    struct gnttab_copy op = own_copy();

    op.source.u.ref = ref;
    op.source.domid = peer->domid;
    op.flags = GNTCOPY_source_gref;

    return op;
}

static struct gnttab_copy copy_to(struct peer *peer, grant_ref_t ref)
{
    struct gnttab_copy op = own_copy();

    op.dest.u.ref = ref;
    op.dest.domid = peer->domid;
    op.flags = GNTCOPY_dest_gref;

    return op;
}

/*
 * dom0's page 1 holds LEN such bytes at offset 32, and is unchanged around
 * them.
 */
#define expect_received(byte)                                           \
do {                                                                    \
    expect_mem(gnt_page[1], gnt_pattern(1), 32);                        \
    expect_fill(gnt_page[1] + 32, byte, LEN);                           \
    expect_mem(gnt_page[1] + 32 + LEN, gnt_pattern(1) + 32 + LEN,       \
               PAGE_SIZE - 32 - LEN);                                   \
} while ( 0 )

PEER_CASE("copy: dom0 from peer's grant -> bytes copied, entry not in use")
{
    grant_ref_t ref = peer_grant(peer, 0, GTF_readonly);
    struct gnttab_copy op = copy_from(peer, ref);

    expect_gntst(gnt_copy(&op), GNTST_okay);
    expect_received(peer_fill(0));
    expect_fill(peer->page[0], peer_fill(0), PAGE_SIZE);
    expect_hex(peer_in_use(peer, ref), 0);
}

PEER_CASE("copy: dom0 to peer's grant -> bytes copied, entry not in use")
{
    grant_ref_t ref = peer_grant(peer, 0, 0);
    struct gnttab_copy op = copy_to(peer, ref);

    expect_gntst(gnt_copy(&op), GNTST_okay);
    expect_fill(peer->page[0], peer_fill(0), 32);
    expect_mem(peer->page[0] + 32, gnt_pattern(0) + 16, LEN);
    expect_fill(peer->page[0] + 32 + LEN, peer_fill(0),
                PAGE_SIZE - 32 - LEN);
    expect_fill(peer->page[1], peer_fill(1), PAGE_SIZE);
    expect_page_unchanged(0);
    expect_hex(peer_in_use(peer, ref), 0);
}

PEER_CASE("copy: dom0 from one grant of peer to another -> bytes copied")
{
    struct gnttab_copy op = copy_from(peer, peer_grant(peer, 0, GTF_readonly));

    op.dest.u.ref = peer_grant(peer, 1, 0);
    op.dest.domid = peer->domid;
    op.flags |= GNTCOPY_dest_gref;
    expect_gntst(gnt_copy(&op), GNTST_okay);
    expect_fill(peer->page[1] + 32, peer_fill(0), LEN);
    expect_fill(peer->page[1] + 32 + LEN, peer_fill(1),
                PAGE_SIZE - 32 - LEN);
}

PEER_CASE("copy: peer's entry names peer, dom0 copies at either end -> GNTST_general_error")
{
    struct gnttab_copy op = copy_from(peer, PEER_REF(0));

    peer_publish(peer, PEER_REF(0), peer->domid, PEER_PAGE_GFN(0),
                 GTF_permit_access);
    expect_gntst(gnt_copy(&op), GNTST_general_error);
    expect_page_unchanged(1);

    op = copy_to(peer, PEER_REF(0));
    expect_gntst(gnt_copy(&op), GNTST_general_error);
    expect_fill(peer->page[0], peer_fill(0), PAGE_SIZE);
    expect_hex(peer_in_use(peer, PEER_REF(0)), 0);
}

PEER_CASE("copy: dom0 to peer's GTF_readonly grant -> GNTST_general_error")
{
    struct gnttab_copy op = copy_to(peer, peer_grant(peer, 0, GTF_readonly));

    expect_gntst(gnt_copy(&op), GNTST_general_error);
    expect_fill(peer->page[0], peer_fill(0), PAGE_SIZE);
    expect_hex(peer_in_use(peer, PEER_REF(0)), 0);
}

/*
 * Without a grant, not even a privileged domain may copy another domain's
 * memory.
 */
PEER_CASE("copy: dom0 names peer's frame at either end -> GNTST_permission_denied")
{
    struct gnttab_copy op = copy_from(peer, 0);

    op.source.u.gmfn = PEER_PAGE_GFN(0);
    op.flags = 0;
    expect_gntst(gnt_copy(&op), GNTST_permission_denied);
    expect_page_unchanged(1);

    op = copy_to(peer, 0);
    op.dest.u.gmfn = PEER_PAGE_GFN(0);
    op.flags = 0;
    expect_gntst(gnt_copy(&op), GNTST_permission_denied);
    expect_fill(peer->page[0], peer_fill(0), PAGE_SIZE);
}

PEER_CASE("copy: peer's grant mapped read-only by dom0 -> GTF_reading stays after copies")
{
    grant_ref_t ref = peer_grant(peer, 0, 0);
    struct gnttab_map_grant_ref map = gnt_map_of_peer(
        peer, ref, GNTMAP_host_map | GNTMAP_readonly, gnt_at());
    struct gnttab_copy from = copy_from(peer, ref), to = copy_to(peer, ref);

    require_gntst(gnt_map(&map), GNTST_okay);
    expect_gntst(gnt_copy(&from), GNTST_okay);
    expect_hex(peer_in_use(peer, ref), GTF_reading);
    expect_gntst(gnt_copy(&to), GNTST_okay);
    expect_hex(peer_in_use(peer, ref), GTF_reading);
}

PEER_CASE("copy: batch with grants of both domains and frames -> every element done")
{
    struct gnttab_copy ops[4];
    unsigned int i;

    ops[0] = copy_from(peer, peer_grant(peer, 0, 0));
    ops[1] = own_copy();
    ops[1].source.u.ref = gnt_grant(gnt_page[2], 0);
    ops[1].flags = GNTCOPY_source_gref;
    ops[1].dest.offset = 1000;
    ops[2] = copy_from(peer, peer_grant(peer, 1, 0));
    ops[2].dest.offset = 2000;
    ops[3] = own_copy();
    ops[3].dest.offset = 3000;

    expect_ok(hypercall_grant_table_op(GNTTABOP_copy, ops, 4));
    for ( i = 0; i < 4; ++i )
        expect_gntst(ops[i].status, GNTST_okay);
    expect_fill(gnt_page[1] + 32, peer_fill(0), LEN);
    expect_mem(gnt_page[1] + 1000, gnt_pattern(2) + 16, LEN);
    expect_fill(gnt_page[1] + 2000, peer_fill(1), LEN);
    expect_mem(gnt_page[1] + 3000, gnt_pattern(0) + 16, LEN);
}

PEER_CASE("copy: peer from and to dom0's grant -> bytes copied, frame is GNTST_permission_denied")
{
    grant_ref_t ref = grant_to_peer(peer, gnt_page[0], 0);
    struct gnttab_copy_32 op = {
        .source = { ref, gnt_self(), 16 },
        .dest = { PEER_PAGE_GFN(0), DOMID_SELF, 32 },
        .len = LEN, .flags = GNTCOPY_source_gref,
    };

    expect_gntst(peer_copy(peer, &op), GNTST_okay);
    expect_mem(peer->page[0] + 32, gnt_pattern(0) + 16, LEN);
    expect_fill(peer->page[0] + 32 + LEN, peer_fill(0), LEN);

    op.source.frame_or_ref = PEER_PAGE_GFN(1);
    op.source.domid = DOMID_SELF;
    op.dest.frame_or_ref = ref;
    op.dest.domid = gnt_self();
    op.flags = GNTCOPY_dest_gref;
    expect_gntst(peer_copy(peer, &op), GNTST_okay);
    expect_mem(gnt_page[0], gnt_pattern(0), 32);
    expect_fill(gnt_page[0] + 32, peer_fill(1), LEN);
    expect_mem(gnt_page[0] + 32 + LEN, gnt_pattern(0) + 32 + LEN, LEN);
    expect_hex(gnttab_in_use(ref), 0);

    /* By frame, the peer must not copy another domain's memory. */
    op.dest.frame_or_ref = virt_to_gfn(gnt_page[0]);
    op.flags = 0;
    expect_gntst(peer_copy(peer, &op), GNTST_permission_denied);
}

PEER_CASE_V2("copy: dom0 from peer's sub-page grant -> bytes copied, GNTST_general_error beyond its bounds")
{
    struct gnttab_copy op = copy_from(peer, PEER_REF(0));

    peer_publish_sub_page(peer, PEER_REF(0), gnt_self(), PEER_PAGE_GFN(0),
                          16, LEN);
    expect_gntst(gnt_copy(&op), GNTST_okay);
    expect_received(peer_fill(0));

    op.source.offset = 15;
    expect_gntst(gnt_copy(&op), GNTST_general_error);
    op.source.offset = 17;
    expect_gntst(gnt_copy(&op), GNTST_general_error);
    expect_hex(peer_in_use(peer, PEER_REF(0)), 0);
}
