/**
 * @file tests/gnttab-peer-race/main.c
 * @ref test-gnttab-peer-race
 *
 * @page test-gnttab-peer-race Grant tables: two domains racing
 *
 * A second domain, the peer, repeats mapping and copying while dom0 does the
 * same, revokes its grants, or destroys the peer. After a grant is revoked
 * nothing may refer to its page; a copy that returns GNTST_okay has copied,
 * even if Xen had to retry it; two domains that copy through each other's
 * grants do not deadlock; a destroyed domain is gone when the last mapping of
 * its pages is.
 *
 * The cases reach what these advisories are about: XSA-318, a retried copy
 * through a transitive grant that returned success without copying
 * (https://xenbits.xen.org/xsa/advisory-318.html); XSA-411, two table locks
 * nested by an error path of a transitive copy
 * (https://xenbits.xen.org/xsa/advisory-411.html); XSA-236, a copy from a dying
 * domain that took a pin count for a page reference
 * (https://xenbits.xen.org/xsa/advisory-236.html).
 *
 * The test needs to run as domain 0, on a host that can run HVM guests. A pass
 * only says that nothing went wrong in this run.
 *
 * This file: both domains live.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "fixture.h"

const char test_title[] = "Grant tables: two domains racing";

static uint8_t *places[2];

static void map_peer_page(unsigned int vcpu)
{
    const unsigned int want = GTF_reading | (vcpu ? 0 : GTF_writing);

    while ( race_goes_on() )
    {
        struct gnttab_map_grant_ref map = gnt_map_of_peer(
            race_peer, PEER_REF(0),
            GNTMAP_host_map | (vcpu ? GNTMAP_readonly : 0),
            places[vcpu]);
        struct gnttab_unmap_grant_ref unmap;

        hypercall_grant_table_op(GNTTABOP_map_grant_ref, &map, 1);
        race_check(map.status == GNTST_okay,
                   "map_grant_ref on vCPU %u is %s, expected GNTST_okay", vcpu,
                   gntst_strerror(map.status));
        if ( map.status )
            continue;

        race_linger();
        race_check((peer_in_use(race_peer, PEER_REF(0)) & want) == want,
                   "in-use flags of an entry that vCPU %u maps are %#x, "
                   "expected those of the mapping", vcpu,
                   peer_in_use(race_peer, PEER_REF(0)));
        race_check(ACCESS_ONCE(places[vcpu][9]) == peer_fill(0),
                   "the mapping of vCPU %u does not show the peer's page 0",
                   vcpu);
        unmap = gnt_unmap_op(&map);
        hypercall_grant_table_op(GNTTABOP_unmap_grant_ref, &unmap, 1);
        race_check(unmap.status == GNTST_okay,
                   "unmap_grant_ref on vCPU %u is %s, expected GNTST_okay",
                   vcpu, gntst_strerror(unmap.status));
    }
}

PEER_CASE("map_grant_ref race: dom0 on two vCPUs and peer map each other's page -> flags and bytes right")
{
    unsigned int i;
    grant_ref_t ref = grant_to_peer(peer, gnt_page[0], 0);

    race_peer = peer;
    for ( i = 0; i < ARRAY_SIZE(places); ++i )
        places[i] = gnt_at();
    peer_grant(peer, 0, 0);
    peer_loop_map(ref);
    XTF_REQUIRE(race(2, map_peer_page));
    expect_peer_ran();

    expect_hex(peer_in_use(peer, PEER_REF(0)), 0);
    expect_hex(gnttab_in_use(ref), 0);
    expect_true(gnt_unreferenced(gnt_page[0]));
}

static void copy_peer_page(unsigned int vcpu)
{
    while ( race_goes_on() )
    {
        int rc;

        memset(gnt_page[1 + vcpu], 0, PAGE_SIZE);
        rc = copy_from_peer(PEER_REF(0), gnt_page[1 + vcpu], PAGE_SIZE);
        race_check(rc == GNTST_okay, "copy is %s, expected GNTST_okay",
                   gntst_strerror(rc));
        race_check(gnt_page[1 + vcpu][0] == peer_fill(0) &&
                   gnt_page[1 + vcpu][PAGE_SIZE - 1] == peer_fill(0),
                   "copy is GNTST_okay, but the destination is not the peer's "
                   "page 0");
    }
}

PEER_CASE("copy race: dom0 and peer each copy from the other's grant -> bytes copied")
{
    grant_ref_t ref = grant_to_peer(peer, gnt_page[0], GTF_readonly);

    race_peer = peer;
    peer_grant(peer, 0, GTF_readonly);
    peer_loop_copy_from(ref);
    XTF_REQUIRE(race(1, copy_peer_page));
    expect_peer_ran();

    expect_mem(peer->page[1], gnt_pattern(0), PAGE_SIZE);
    expect_hex(peer_in_use(peer, PEER_REF(0)), 0);
    expect_hex(gnttab_in_use(ref), 0);
}

/* With fewer bytes to copy, copies more often meet in the code before. */
#define LITTLE 16

static bool transitive_works(void)
{
    int rc = copy_from_peer(PEER_REF(0), gnt_page[1], LITTLE);

    if ( rc != GNTST_okay && xtf_xen_cmdline("transitive") )
    {
        xtf_case_skip("needs transitive grants, disabled on Xen's command line "
                      "(copy is %s)", gntst_strerror(rc));
        return false;
    }

    return expect_gntst(rc, GNTST_okay);
}

/*
 * The peer has a transitive grant for dom0's own grant. Two vCPUs that copy
 * through the same entry find its pin count changed, and Xen has to retry.
 */
static void copy_through_peer(unsigned int vcpu)
{
    uint8_t *to = gnt_page[1 + vcpu];
    unsigned int i;
    int rc;

    while ( race_goes_on() )
        for ( i = 0; i < 16; ++i )
        {
            memset(to, 0, LITTLE);
            rc = copy_from_peer(PEER_REF(0), to, LITTLE);
            race_check(rc == GNTST_okay, "copy is %s, expected GNTST_okay",
                       gntst_strerror(rc));
            race_check(!memcmp(to, gnt_pattern(0), LITTLE),
                       "copy is GNTST_okay, but the destination is not "
                       "gnt_page[0]");
        }
}

PEER_CASE_V2("copy race: one transitive grant on three vCPUs (XSA-318) -> every copy done")
{
    grant_ref_t target = grant_to_peer(peer, gnt_page[0], GTF_readonly);

    race_peer = peer;
    peer_publish_transitive(peer, PEER_REF(0), gnt_self(), gnt_self(), target);
    if ( !transitive_works() )
        return;
    XTF_REQUIRE(race(3, copy_through_peer));

    expect_hex(gnttab_in_use(target), 0);
    expect_hex(peer_in_use(peer, PEER_REF(0)), 0);
    expect_true(gnt_unreferenced(gnt_page[0]));
}

PEER_CASE_V2("copy race: dom0 and peer through each other's transitive grants (XSA-411) -> no deadlock")
{
    grant_ref_t target = grant_to_peer(peer, gnt_page[0], GTF_readonly);
    grant_ref_t own_ref = gnt_ref();

    race_peer = peer;
    peer_publish_transitive(peer, PEER_REF(0), gnt_self(), gnt_self(), target);
    peer_publish(peer, PEER_REF(1), gnt_self(), PEER_PAGE_GFN(2),
                 GTF_permit_access | GTF_readonly);
    gnttab_publish_transitive(own_ref, peer->domid, 0, peer->domid,
                              PEER_REF(1));
    if ( !transitive_works() )
        return;
    peer_loop_copy_from(own_ref);
    XTF_REQUIRE(race(2, copy_through_peer));
    expect_peer_ran();

    expect_fill(peer->page[1], peer_fill(2), PAGE_SIZE);
    expect_hex(gnttab_in_use(target), 0);
    expect_hex(gnttab_in_use(own_ref), 0);
    expect_hex(peer_in_use(peer, PEER_REF(0)), 0);
    expect_hex(peer_in_use(peer, PEER_REF(1)), 0);
}

#define PRIVATE 0x77

static grant_ref_t granted;

/* After the grant is revoked, nothing else refers to the page. */
static void grant_and_revoke(unsigned int vcpu)
{
    unsigned int nr = 0;

    while ( race_goes_on() )
    {
        race_linger();
        if ( gnttab_revoke(granted) )
            continue;

        if ( nr++ % 16 == 0 )
            race_check(gnt_unreferenced(gnt_page[0]),
                       "the grant is revoked, but a reference to its page is "
                       "left");
        gnttab_publish(granted, race_peer->domid, virt_to_gfn(gnt_page[0]),
                       GTF_permit_access);
    }
}

PEER_CASE("map_grant_ref race: dom0 revokes while peer maps -> no reference left once revoked")
{
    race_peer = peer;
    granted = grant_to_peer(peer, gnt_page[0], 0);
    peer_loop_map(granted);
    XTF_REQUIRE(race(1, grant_and_revoke));
    expect_peer_ran();

    expect_hex(gnttab_in_use(granted), 0);
    expect_ok(gnttab_revoke(granted));
    expect_true(gnt_unreferenced(gnt_page[0]));
}

/*
 * The peer writes the whole page over and over as long as the grant is valid.
 */
static void revoke_and_look(unsigned int vcpu)
{
    while ( race_goes_on() )
    {
        unsigned int i, changed = 0;

        race_linger();
        if ( gnttab_revoke(granted) )
            continue;

        memset(gnt_page[0], PRIVATE, PAGE_SIZE);
        race_linger();
        for ( i = 0; i < PAGE_SIZE; ++i )
            changed += ACCESS_ONCE(gnt_page[0][i]) != PRIVATE;
        race_check(!changed,
                   "%u bytes of the page were written after the grant was "
                   "revoked, expected 0", changed);
        gnttab_publish(granted, race_peer->domid, virt_to_gfn(gnt_page[0]),
                       GTF_permit_access);
    }
}

PEER_CASE("copy race: dom0 revokes while peer copies to the page -> no byte written once revoked")
{
    race_peer = peer;
    granted = grant_to_peer(peer, gnt_page[0], 0);
    peer_loop_copy_to(granted);
    XTF_REQUIRE(race(1, revoke_and_look));
    expect_peer_ran();
    expect_hex(gnttab_in_use(granted), 0);
}
