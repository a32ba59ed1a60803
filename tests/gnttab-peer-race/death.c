/*
 * The end of a domain while it, or somebody else, is in the midst of something.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "fixture.h"

/* Each time after another while. */
#define TIMES 3

static uint8_t *place;
static unsigned int kill_in_round;

/* Of a domain that is ending, or of none. */
static bool is_refusal(int status)
{
    return status == GNTST_general_error || status == GNTST_bad_domain ||
        status == GNTST_bad_page;
}

static void map_it(void)
{
    struct gnttab_map_grant_ref map =
        gnt_map_of_peer(other, PEER_REF(0), GNTMAP_host_map, place);
    struct gnttab_unmap_grant_ref unmap;

    hypercall_grant_table_op(GNTTABOP_map_grant_ref, &map, 1);
    race_check(map.status == GNTST_okay || is_refusal(map.status),
               "a map says %s", gntst_strerror(map.status));
    if ( map.status )
        return;

    race_check(ACCESS_ONCE(place[9]) == peer_fill(0),
               "something else is mapped");
    unmap = gnt_unmap_op(&map);
    hypercall_grant_table_op(GNTTABOP_unmap_grant_ref, &unmap, 1);
    race_check(unmap.status == GNTST_okay, "an unmap says %s",
               gntst_strerror(unmap.status));
}

static void copy_it(void)
{
    uint8_t *to = gnt_page[1];
    int rc;

    memset(to, 0, PAGE_SIZE);
    rc = copy_from_it(PEER_REF(0), to, PAGE_SIZE);
    race_check(rc == GNTST_okay || is_refusal(rc), "a copy says %s",
               gntst_strerror(rc));
    race_check(to[0] == (rc ? 0 : peer_fill(0)) && to[PAGE_SIZE - 1] == to[0],
               "a copy says %s, and has copied %#x and %#x", gntst_strerror(rc),
               to[0], to[PAGE_SIZE - 1]);
}

static void kill_or_use(unsigned int vcpu)
{
    while ( race_goes_on() )
        if ( vcpu == 1 )
            map_it();
        else if ( vcpu == 2 )
            copy_it();
        else if ( race_round() == kill_in_round )
            race_check(peer_kill(other) == 0, "it cannot be ended");
        else
            race_linger();
}

PEER_CASE("death: of the peer, while we map and copy its page")
{
    unsigned int i;

    place = gnt_at();
    for ( i = 0; peer && i < TIMES; ++i, peer = i < TIMES ? gnt_peer() : NULL )
    {
        other = peer;
        peer_grant(peer, 0, 0);
        gnt_peer_ended(peer);
        kill_in_round = 2 + i * 2;
        XTF_REQUIRE(race(3, kill_or_use));
        require_ok(peer_wait_gone(peer));
        expect_false(gnt_present(place));
    }
}

/* It is let do something, and ended in the midst of it: nothing is left. */
static void end_in_the_midst(struct peer *peer, void (*have_it)(grant_ref_t ref))
{
    unsigned int i, rounds;

    for ( i = 0; peer && i < TIMES; ++i, peer = i < TIMES ? gnt_peer() : NULL )
    {
        struct time_wait wait = {};
        grant_ref_t ref = grant_to_peer(peer, gnt_page[0], 0);

        other = peer;
        have_it(ref);
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

PEER_CASE("death: of the peer, while it maps our page")
{
    end_in_the_midst(peer, have_it_map);
}

PEER_CASE("death: of the peer, while it copies from our page")
{
    end_in_the_midst(peer, have_it_copy_from);
}

PEER_CASE("death: of the peer, while it copies to our page")
{
    end_in_the_midst(peer, have_it_copy_to);
}
