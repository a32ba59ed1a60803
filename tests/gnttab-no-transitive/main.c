/**
 * @file tests/gnttab-no-transitive/main.c
 * @ref test-gnttab-no-transitive
 *
 * @page test-gnttab-no-transitive Grant tables: transitive grants taken away
 *
 * Transitive grants have been the subject of several advisories, and
 * gnttab=no-transitive is what they tell an administrator to use who cannot
 * update.  Then no copy goes through one, in either direction, and nothing is
 * in use after the try; all other grants work as before.
 *
 * It is sure of the option only where it may read Xen's command line.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <xtf/gnttab_peer.h>
#include <xtf.h>

const char test_title[] = "Grant tables: no transitive grants";

#define LEN 64

static bool has_option(void)
{
    if ( xtf_xen_cmdline("gnttab=no-transitive") )
        return true;

    xtf_case_skip("Xen's command line has no gnttab=no-transitive, or is not "
                  "for this domain to read");
    return false;
}

/* A copy of what the peer grants us by this entry to our page 1, or back. */
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

static void expect_nothing(struct peer *peer, grant_ref_t leaf)
{
    expect_hex(gnttab_in_use(leaf), 0);
    expect_hex(peer_in_use(peer, PEER_REF(0)), 0);
    expect_mem(gnt_page[0], gnt_pattern(0), PAGE_SIZE);
    expect_mem(gnt_page[1], gnt_pattern(1), PAGE_SIZE);
}

PEER_CASE_V2("no transitive: a copy through one is refused, from it and to it")
{
    grant_ref_t leaf = grant_to_peer(peer, gnt_page[0], 0);
    unsigned int i;

    XTF_REQUIRE(has_option());
    peer_publish_transitive(peer, PEER_REF(0), gnt_self(), gnt_self(), leaf);

    for ( i = 0; i < 3; ++i )
    {
        expect_gntst(copy(peer, 0, false), GNTST_general_error);
        expect_nothing(peer, leaf);
        expect_gntst(copy(peer, 0, true), GNTST_general_error);
        expect_nothing(peer, leaf);
    }
}

PEER_CASE_V2("no transitive: whole pages and parts of pages are copied")
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
