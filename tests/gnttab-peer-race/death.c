/*
 * The end of the peer during an operation of its own or of dom0.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "fixture.h"

/* Each run destroys the peer after a different number of rounds. */
#define TIMES 3

static uint8_t *place;
static unsigned int kill_in_round;

/* The status of an operation on a dying or destroyed domain. */
static bool is_refusal(int status)
{
    return status == GNTST_general_error || status == GNTST_bad_domain ||
        status == GNTST_bad_page;
}

static void map_peer_page(void)
{
    struct gnttab_map_grant_ref map =
        gnt_map_of_peer(race_peer, PEER_REF(0), GNTMAP_host_map, place);
    struct gnttab_unmap_grant_ref unmap;

    hypercall_grant_table_op(GNTTABOP_map_grant_ref, &map, 1);
    race_check(map.status == GNTST_okay || is_refusal(map.status),
               "map_grant_ref is %s, expected GNTST_okay, or an error of a "
               "dying domain", gntst_strerror(map.status));
    if ( map.status )
        return;

    race_check(ACCESS_ONCE(place[9]) == peer_fill(0),
               "the mapping does not show the peer's page 0");
    unmap = gnt_unmap_op(&map);
    hypercall_grant_table_op(GNTTABOP_unmap_grant_ref, &unmap, 1);
    race_check(unmap.status == GNTST_okay,
               "unmap_grant_ref is %s, expected GNTST_okay",
               gntst_strerror(unmap.status));
}

static void copy_peer_page(void)
{
    uint8_t *to = gnt_page[1];
    int rc;

    memset(to, 0, PAGE_SIZE);
    rc = copy_from_peer(PEER_REF(0), to, PAGE_SIZE);
    race_check(rc == GNTST_okay || is_refusal(rc),
               "copy is %s, expected GNTST_okay, or an error of a dying domain",
               gntst_strerror(rc));
    race_check(to[0] == (rc ? 0 : peer_fill(0)) && to[PAGE_SIZE - 1] == to[0],
               "copy is %s, but the first and last byte are %#x and %#x, "
               "expected the peer's page or no change", gntst_strerror(rc),
               to[0], to[PAGE_SIZE - 1]);
}

static void kill_or_use(unsigned int vcpu)
{
    while ( race_goes_on() )
        if ( vcpu == 1 )
            map_peer_page();
        else if ( vcpu == 2 )
            copy_peer_page();
        else if ( race_round() == kill_in_round )
            race_check(peer_kill(race_peer) == 0,
                       "XEN_DOMCTL_destroydomain failed, expected 0");
        else
            race_linger();
}

PEER_CASE("destroydomain race: dom0 maps and copies peer's page -> each done or refused, peer gone")
{
    unsigned int i;

    place = gnt_at();
    for ( i = 0; peer && i < TIMES; ++i, peer = i < TIMES ? gnt_peer() : NULL )
    {
        race_peer = peer;
        peer_grant(peer, 0, 0);
        gnt_peer_ended(peer);
        kill_in_round = 2 + i * 2;
        XTF_REQUIRE(race(3, kill_or_use));
        require_ok(peer_wait_gone(peer));
        expect_false(gnt_present(place));
    }
}

/*
 * Have the peer repeat an operation on dom0's grant, and destroy the peer
 * meanwhile.
 */
static void destroy_during(struct peer *peer, void (*loop)(grant_ref_t ref))
{
    unsigned int i, rounds;

    for ( i = 0; peer && i < TIMES; ++i, peer = i < TIMES ? gnt_peer() : NULL )
    {
        struct time_wait wait = {};
        grant_ref_t ref = grant_to_peer(peer, gnt_page[0], 0);

        race_peer = peer;
        loop(ref);
        while ( !(rounds = peer_rounds(peer)) && time_wait(&wait) )
            ;
        gnt_peer_ended(peer);
        expect_ne(rounds, 0);
        require_ok(peer_destroy(peer));

        expect_hex(gnttab_in_use(ref), 0);
        require_ok(gnttab_revoke(ref));
        expect_true(gnt_unreferenced(gnt_page[0]));
    }
}

PEER_CASE("destroydomain race: peer maps dom0's page -> peer gone, entry not in use")
{
    destroy_during(peer, peer_loop_map);
}

PEER_CASE("destroydomain race: peer copies from dom0's page -> peer gone, entry not in use")
{
    destroy_during(peer, peer_loop_copy_from);
}

PEER_CASE("destroydomain race: peer copies to dom0's page -> peer gone, entry not in use")
{
    destroy_during(peer, peer_loop_copy_to);
}
