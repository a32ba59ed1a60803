/**
 * @file tests/gnttab-no-transitive/main.c
 * @ref test-gnttab-no-transitive
 *
 * @page test-gnttab-no-transitive Grant tables: transitive grants disabled
 *
 * With gnttab=no-transitive on Xen's command line, no copy goes through a
 * transitive grant in either direction, and no entry is in use after the
 * attempt; other grants work as before. Several advisories name this option as
 * their mitigation.
 *
 * The cases need to read Xen's command line, since they skip without the
 * option.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <xtf.h>
#include <xtf/peers/gnttab_peer.h>

const char test_title[] = "Grant tables: transitive grants disabled";

#define LEN 64

static bool has_option(void)
{
    if ( xtf_xen_cmdline("gnttab=no-transitive") )
        return true;

    xtf_case_skip("needs gnttab=no-transitive on Xen's command line, and "
                  "permission to read it");
    return false;
}

/* Copy from the peer's grant to gnt_page[1], or back. */
static int copy(struct peer *peer, unsigned int nr, bool back)
{
    struct gnttab_copy op = {
        .source = { .u.ref = PEER_REF(nr), .domid = peer->domid },
        .dest = { .u.gmfn = virt_to_gfn(gnt_page[1]), .domid = DOMID_SELF },
        .len = LEN,
        .flags = GNTCOPY_source_gref,
    };

    if ( back )
    {
        op.dest.u.ref = PEER_REF(nr);
        op.dest.domid = peer->domid;
        op.source.u.gmfn = virt_to_gfn(gnt_page[1]);
        op.source.domid = DOMID_SELF;
        op.flags = GNTCOPY_dest_gref;
    }

    return gnt_copy(&op);
}

static void expect_no_effect(struct peer *peer, grant_ref_t target)
{
    expect_hex(gnttab_in_use(target), 0);
    expect_hex(peer_in_use(peer, PEER_REF(0)), 0);
    expect_mem(gnt_page[0], gnt_pattern(0), PAGE_SIZE);
    expect_mem(gnt_page[1], gnt_pattern(1), PAGE_SIZE);
}

PEER_CASE_V2("copy: transitive grant at either end, gnttab=no-transitive -> GNTST_general_error")
{
    grant_ref_t target = grant_to_peer(peer, gnt_page[0], 0);
    unsigned int i;

    XTF_REQUIRE(has_option());
    peer_publish_transitive(peer, PEER_REF(0), gnt_self(), gnt_self(), target);

    for ( i = 0; i < 3; ++i )
    {
        expect_gntst(copy(peer, 0, false), GNTST_general_error);
        expect_no_effect(peer, target);
        expect_gntst(copy(peer, 0, true), GNTST_general_error);
        expect_no_effect(peer, target);
    }
}

PEER_CASE_V2("copy: full-page and sub-page grants, gnttab=no-transitive -> bytes copied")
{
    XTF_REQUIRE(has_option());

    peer_grant(peer, 0, 0);
    expect_gntst(copy(peer, 0, false), GNTST_okay);
    expect_fill(gnt_page[1], peer_fill(0), LEN);
    expect_hex(peer_in_use(peer, PEER_REF(0)), 0);

    peer_publish_sub_page(peer, PEER_REF(1), gnt_self(), PEER_PAGE_GFN(1),
                          0, LEN);
    expect_gntst(copy(peer, 1, false), GNTST_okay);
    expect_fill(gnt_page[1], peer_fill(1), LEN);
    expect_hex(peer_in_use(peer, PEER_REF(1)), 0);
}
