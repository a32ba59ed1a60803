/*
 * A peer is destroyed: its rings, the rings whose partner it is and its pending
 * notifications end; other rings and notifications stay.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <xtf/grant_table.h>
#include <xtf/mm/foreign.h>

#include "fixture.h"

/* Xen's limit of a domain's rings. */
#define MAX_RINGS 128

static uint8_t spare[PAGE_SIZE] __page_aligned_bss;

PEER_CASE("peer destroyed: dom0's notification pending at peer's ring -> sendv -ESRCH, notify flags 0")
{
    domid_t domid = peer->domid;
    xen_argo_ring_data_ent_t ent;

    XTF_REQUIRE(open_peer_ring(peer, argo_self()));
    expect_eq(send(domid, MAX_PAYLOAD), (int)MAX_PAYLOAD);
    expect_errno(send(domid, 10), -EAGAIN);
    clear_events();

    argo_peer_ended(peer);
    expect_ok(peer_destroy(peer));
    expect_errno(send(domid, 10), -ESRCH);
    expect_ok(argo_query(domid, PORT, 10, &ent));
    expect_hex(ent.flags, 0);
    expect_ok(argo_notify(NULL));
    expect_false(argo_virq_take());
}

PEER_CASE("peer destroyed: two notifications pending at peer's wildcard ring -> both gone")
{
    struct peer *other = argo_peer(1);
    domid_t domid = peer->domid;

    XTF_REQUIRE(other);
    need_peers_that_interact(peer, other);

    XTF_REQUIRE(open_wildcard() && open_peer_wildcard(peer));
    expect_eq(send(domid, MAX_PAYLOAD), (int)MAX_PAYLOAD);
    expect_errno(send(domid, 10), -EAGAIN);
    expect_errno(peer_send(other, domid, 10), -EAGAIN);
    clear_events();

    argo_peer_ended(peer);
    expect_ok(peer_destroy(peer));
    expect_errno(send(domid, 10), -ESRCH);
    expect_errno(peer_send(other, domid, 10), -ESRCH);
    expect_false(argo_virq_take());
    expect_false(peer_virq_take(other));

    /* The third domain can have a pending notification at another ring. */
    expect_eq(send(argo_self(), MAX_PAYLOAD), (int)MAX_PAYLOAD);
    expect_errno(peer_send(other, argo_self(), 10), -EAGAIN);
    receive_all(&wildcard);
    expect_ok(argo_notify(NULL));
    expect_true(peer_virq_take(other));
}

PEER_CASE("peer destroyed: peer's message in dom0's wildcard ring -> message and ring stay")
{
    struct peer *other = argo_peer(1);
    domid_t domid = peer->domid;

    XTF_REQUIRE(other && open_wildcard());
    expect_eq(peer_send(peer, argo_self(), MAX_PAYLOAD), (int)MAX_PAYLOAD);
    expect_errno(send(argo_self(), 20), -EAGAIN);
    expect_errno(peer_send(other, argo_self(), 30), -EAGAIN);
    clear_events();

    argo_peer_ended(peer);
    expect_ok(peer_destroy(peer));
    expect_false(argo_virq_take());

    /* Its message is still in the ring, with its domid as source. */
    expect_message(&wildcard, domid, MAX_PAYLOAD);
    expect_no_message(&wildcard);
    expect_ok(argo_notify(NULL));
    expect_true(argo_virq_take());
    expect_true(peer_virq_take(other));
    expect_eq(peer_send(other, argo_self(), 30), 30);
    expect_message(&wildcard, other->domid, 30);
}

PEER_CASE("peer destroyed: dom0's ring with peer as partner -> unregistered, frames released")
{
    domid_t domid = peer->domid;

    XTF_REQUIRE(open_ring(domid) && open_wildcard());
    expect_eq(peer_send(peer, argo_self(), MAX_PAYLOAD), (int)MAX_PAYLOAD);
    expect_errno(peer_send(peer, argo_self(), 10), -EAGAIN);

    argo_peer_ended(peer);
    expect_ok(peer_destroy(peer));
    expect_message(&ring, domid, MAX_PAYLOAD);
    expect_errno(argo_ring_unregister(&ring), -ENOENT);
    ring.registered = false;

    /* The wildcard ring at the same port is still registered. */
    expect_eq(send(argo_self(), 10), 10);
    expect_message(&wildcard, argo_self(), 10);
    expect_no_message(&ring);

    expect_errno(argo_ring_register(&ring, 0), -ESRCH);
    ring.partner = argo_self();
    expect_ok(argo_ring_register(&ring, 0));
    expect_eq(send(argo_self(), 10), 10);
    expect_message(&ring, argo_self(), 10);
}

static void unregister_all(void *unused)
{
    unsigned int i;

    for ( i = 0; i < MAX_RINGS; ++i )
        argo_unregister(PORT + i, argo_self());
}

/* Register rings of one frame until Xen refuses: how many. */
static unsigned int register_many(domid_t partner)
{
    const xen_argo_gfn_t gfn = virt_to_gfn(spare);
    unsigned int i;

    for ( i = 0; i < MAX_RINGS; ++i )
    {
        const xen_argo_register_ring_t reg = {
            .aport = PORT + i, .partner_id = partner,
            .len = ARGO_MIN_RING_SIZE,
        };

        if ( argo_register(&reg, &gfn, 1, 0) )
            break;
    }

    return i;
}

PEER_CASE("peer destroyed: partner of 128 rings of dom0 -> dom0 can register 128 rings again")
{
    expect_eq(register_many(peer->domid), MAX_RINGS);
    argo_peer_ended(peer);
    expect_ok(peer_destroy(peer));

    xtf_case_cleanup(unregister_all, NULL);
    expect_eq(register_many(argo_self()), MAX_RINGS);
}

PEER_CASE("dying domain: as destination, partner -> sendv, register_ring -ECONNREFUSED")
{
    static uint8_t held[PAGE_SIZE] __page_aligned_bss;
    xen_argo_ring_data_ent_t ent;
    domid_t domid = peer->domid;

    XTF_REQUIRE(open_peer_ring(peer, argo_self()) && open_wildcard());
    require_ok(page_vacate(held));
    require_ok(foreign_map(held, domid, PEER_PAGE_GFN(3)));

    argo_peer_ended(peer);
    expect_ok(peer_kill(peer));
    expect_true(peer_exists(peer));

    expect_errno(send(domid, 10), -ECONNREFUSED);
    expect_ok(argo_query(domid, PORT, 10, &ent));
    expect_hex(ent.flags, 0);
    argo_ring_init(&ring, spare, PORT, domid, ARGO_MIN_RING_SIZE);
    expect_errno(argo_ring_register(&ring, 0), -ECONNREFUSED);
    expect_eq(send(argo_self(), 10), 10);
    expect_message(&wildcard, argo_self(), 10);

    expect_ok(foreign_unmap(held));
    expect_ok(peer_wait_gone(peer));
    expect_errno(send(domid, 10), -ESRCH);
}
