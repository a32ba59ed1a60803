/**
 * @file tests/gnttab-peer-race/main.c
 * @ref test-gnttab-peer-race
 *
 * @page test-gnttab-peer-race Grant tables: two domains at the same time
 *
 * The test makes a second domain that goes on mapping and copying beside it,
 * while this one does the same, takes back what it has granted, or ends the
 * other one.
 *
 * What must hold: an access that has ended is at an end; a copy that says that
 * it is done has copied, even where it had to be tried again since a transitive
 * grant was in use by somebody else too (XSA-318); two domains that copy through
 * each other's grants do not wait for each other for ever (XSA-411); and a
 * domain that is ended while its pages are mapped or copied is gone when the
 * last of them is let go (XSA-236).
 *
 * It needs to run as domain 0, and hardware that can run HVM guests.  A pass
 * says only that nothing went wrong this time.
 *
 * This file: two domains that live.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "fixture.h"

const char test_title[] = "Grant tables: two domains at the same time";

static uint8_t *places[2];

static void map_its_page(unsigned int vcpu)
{
    const unsigned int want = GTF_reading | (vcpu ? 0 : GTF_writing);

    while ( race_goes_on() )
    {
        struct gnttab_map_grant_ref map = gnt_map_of_peer(
            other, PEER_REF(0), GNTMAP_host_map | (vcpu ? GNTMAP_readonly : 0),
            places[vcpu]);
        struct gnttab_unmap_grant_ref unmap;

        hypercall_grant_table_op(GNTTABOP_map_grant_ref, &map, 1);
        race_check(map.status == GNTST_okay, "vCPU %u cannot map: %s", vcpu,
                   gntst_strerror(map.status));
        if ( map.status )
            continue;

        race_linger();
        race_check((peer_in_use(other, PEER_REF(0)) & want) == want,
                   "vCPU %u maps an entry whose use is %#x", vcpu,
                   peer_in_use(other, PEER_REF(0)));
        race_check(ACCESS_ONCE(places[vcpu][9]) == peer_fill(0),
                   "vCPU %u maps something else", vcpu);
        unmap = gnt_unmap_op(&map);
        hypercall_grant_table_op(GNTTABOP_unmap_grant_ref, &unmap, 1);
        race_check(unmap.status == GNTST_okay, "vCPU %u cannot unmap: %s", vcpu,
                   gntst_strerror(unmap.status));
    }
}

PEER_CASE("map: a page of its on two vCPUs, while it maps one of ours")
{
    unsigned int i;
    grant_ref_t ref = grant_to_peer(peer, gnt_page[0], 0);

    other = peer;
    for ( i = 0; i < ARRAY_SIZE(places); ++i )
        places[i] = gnt_at();
    peer_grant(peer, 0, 0);
    have_it_map(ref);
    XTF_REQUIRE(race(2, map_its_page));
    expect_it_ran();

    expect_hex(peer_in_use(peer, PEER_REF(0)), 0);
    expect_hex(gnttab_in_use(ref), 0);
    expect_true(gnt_unreferenced(gnt_page[0]));
}

static void copy_its_page(unsigned int vcpu)
{
    while ( race_goes_on() )
    {
        int rc;

        memset(gnt_page[1 + vcpu], 0, PAGE_SIZE);
        rc = copy_from_it(PEER_REF(0), gnt_page[1 + vcpu], PAGE_SIZE);
        race_check(rc == GNTST_okay, "a copy says %s", gntst_strerror(rc));
        race_check(gnt_page[1 + vcpu][0] == peer_fill(0) &&
                   gnt_page[1 + vcpu][PAGE_SIZE - 1] == peer_fill(0),
                   "a copy says that it is done, and is not");
    }
}

PEER_CASE("copy: each from the other, at the same time")
{
    grant_ref_t ref = grant_to_peer(peer, gnt_page[0], GTF_readonly);

    other = peer;
    peer_grant(peer, 0, GTF_readonly);
    have_it_copy_from(ref);
    XTF_REQUIRE(race(1, copy_its_page));
    expect_it_ran();

    expect_mem(peer->page[1], gnt_pattern(0), PAGE_SIZE);
    expect_hex(peer_in_use(peer, PEER_REF(0)), 0);
    expect_hex(gnttab_in_use(ref), 0);
}

/* The less there is to copy, the more often do copies meet before it. */
#define LITTLE 16

static bool transitive_works(void)
{
    int rc = copy_from_it(PEER_REF(0), gnt_page[1], LITTLE);

    if ( rc != GNTST_okay && xtf_xen_cmdline("transitive") )
    {
        xtf_case_skip("Transitive grants are refused (%s), and Xen's command "
                      "line is about them", gntst_strerror(rc));
        return false;
    }

    return expect_gntst(rc, GNTST_okay);
}

/*
 * The peer grants us what we granted to it.  Two vCPUs that copy through the
 * same entry find its count changed, and have to begin anew.
 */
static void copy_through_it(unsigned int vcpu)
{
    uint8_t *to = gnt_page[1 + vcpu];
    unsigned int i;
    int rc;

    while ( race_goes_on() )
        for ( i = 0; i < 16; ++i )
        {
            memset(to, 0, LITTLE);
            rc = copy_from_it(PEER_REF(0), to, LITTLE);
            race_check(rc == GNTST_okay, "a copy says %s", gntst_strerror(rc));
            race_check(!memcmp(to, gnt_pattern(0), LITTLE),
                       "a copy says that it is done, and is not");
        }
}

PEER_CASE_V2("transitive: one entry on three vCPUs, and each copy is done")
{
    grant_ref_t leaf = grant_to_peer(peer, gnt_page[0], GTF_readonly);

    other = peer;
    peer_publish_transitive(peer, PEER_REF(0), gnt_self(), gnt_self(), leaf);
    if ( !transitive_works() )
        return;
    XTF_REQUIRE(race(3, copy_through_it));

    expect_hex(gnttab_in_use(leaf), 0);
    expect_hex(peer_in_use(peer, PEER_REF(0)), 0);
    expect_true(gnt_unreferenced(gnt_page[0]));
}

PEER_CASE_V2("transitive: each through the other, neither waits for ever")
{
    grant_ref_t leaf = grant_to_peer(peer, gnt_page[0], GTF_readonly);
    grant_ref_t ours = gnt_ref();

    other = peer;
    peer_publish_transitive(peer, PEER_REF(0), gnt_self(), gnt_self(), leaf);
    peer_publish(peer, PEER_REF(1), gnt_self(), PEER_PAGE_GFN(2),
                 GTF_permit_access | GTF_readonly);
    gnttab_publish_transitive(ours, peer->domid, 0, peer->domid, PEER_REF(1));
    if ( !transitive_works() )
        return;
    have_it_copy_from(ours);
    XTF_REQUIRE(race(2, copy_through_it));
    expect_it_ran();

    expect_fill(peer->page[1], peer_fill(2), PAGE_SIZE);
    expect_hex(gnttab_in_use(leaf), 0);
    expect_hex(gnttab_in_use(ours), 0);
    expect_hex(peer_in_use(peer, PEER_REF(0)), 0);
    expect_hex(peer_in_use(peer, PEER_REF(1)), 0);
}

#define PRIVATE 0x77

static grant_ref_t granted;

/* After the end of access, the page is ours alone. */
static void grant_and_revoke(unsigned int vcpu)
{
    unsigned int nr = 0;

    while ( race_goes_on() )
    {
        race_linger();
        if ( gnttab_revoke(granted) )
            continue;

        if ( nr++ % 16 == 0 )
            race_check(gnt_unreferenced(gnt_page[0]), "access has ended, and "
                       "something refers to the page");
        gnttab_publish(granted, other->domid, virt_to_gfn(gnt_page[0]),
                       GTF_permit_access);
    }
}

PEER_CASE("end: of access, while it maps")
{
    other = peer;
    granted = grant_to_peer(peer, gnt_page[0], 0);
    have_it_map(granted);
    XTF_REQUIRE(race(1, grant_and_revoke));
    expect_it_ran();

    expect_hex(gnttab_in_use(granted), 0);
    expect_ok(gnttab_revoke(granted));
    expect_true(gnt_unreferenced(gnt_page[0]));
}

/* The peer writes all of the page, over and over, as long as it may. */
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
        race_check(!changed, "access has ended, and %u bytes were written",
                   changed);
        gnttab_publish(granted, other->domid, virt_to_gfn(gnt_page[0]),
                       GTF_permit_access);
    }
}

PEER_CASE("end: of access, while it copies to the page")
{
    other = peer;
    granted = grant_to_peer(peer, gnt_page[0], 0);
    have_it_copy_to(granted);
    XTF_REQUIRE(race(1, revoke_and_look));
    expect_it_ran();
    expect_hex(gnttab_in_use(granted), 0);
}
