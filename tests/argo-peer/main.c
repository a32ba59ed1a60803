/**
 * @file tests/argo-peer/main.c
 * @ref test-argo-peer
 *
 * @page test-argo-peer Argo: between two domains
 *
 * The purpose of Argo: one domain sends to a ring of another domain.  The test
 * creates a second domain, the peer.  Domain 0 and the peer register rings and
 * send to the rings of each other.
 *
 * A single-partner ring takes messages from its partner alone, and each message
 * has the domid of its sender as source, so that the receiver can rely on it.
 * VIRQ_ARGO for free space goes to the domains that have a pending notification
 * at the ring, and to no other.  When a domain is destroyed, its rings, the
 * rings whose partner it is and its pending notifications end; other rings
 * stay, and all of the domain's memory is freed.
 *
 * The test needs domain 0, and hardware that can run HVM guests.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <xtf/harness/argo_case.h>

#include "fixture.h"

const char test_title[] = "Argo: between two domains";

void test_main(void)
{
    if ( argo_required() )
        xtf_run_cases();
}

PEER_CASE("sendv: peer to dom0's ring with peer as partner -> received, VIRQ_ARGO in dom0 only")
{
    XTF_REQUIRE(open_ring(peer->domid));

    expect_eq(peer_send(peer, argo_self(), 100), 100);
    expect_true(argo_virq_take());
    expect_false(peer_virq_take(peer));
    expect_message(&ring, peer->domid, 100);
    expect_no_message(&ring);
}

PEER_CASE("sendv: peer and dom0 to dom0's wildcard ring -> both received, each with its source")
{
    XTF_REQUIRE(open_wildcard());

    expect_eq(peer_send(peer, argo_self(), 100), 100);
    expect_true(argo_virq_take());
    expect_false(peer_virq_take(peer));
    expect_eq(send(argo_self(), 50), 50);
    expect_message(&wildcard, peer->domid, 100);
    expect_message(&wildcard, argo_self(), 50);
    expect_no_message(&wildcard);
}

PEER_CASE("sendv: dom0 to peer's ring with dom0 as partner -> received, VIRQ_ARGO at the peer only")
{
    XTF_REQUIRE(open_peer_ring(peer, argo_self()));

    expect_eq(send(peer->domid, 100), 100);
    expect_false(argo_virq_take());
    expect_true(peer_virq_take(peer));
    expect_message(&peer_ring, argo_self(), 100);
    expect_no_message(&peer_ring);
}

PEER_CASE("sendv: dom0 to peer's ring -> peer's own memory holds payload and pointers")
{
    const uint32_t at = sizeof(xen_argo_ring_t) +
        sizeof(struct xen_argo_ring_message_header);
    uint8_t bytes[64];
    uint32_t pointers[2];

    XTF_REQUIRE(open_peer_ring(peer, argo_self()));

    expect_eq(send(peer->domid, sizeof(bytes)), sizeof(bytes));
    peer_read(peer, (PEER_PAGE_GFN(1) << PAGE_SHIFT) + at, bytes,
              sizeof(bytes));
    expect_mem(bytes, payload, sizeof(bytes));
    peer_read(peer, PEER_PAGE_GFN(1) << PAGE_SHIFT, pointers,
              sizeof(pointers));
    expect_hex(pointers[0], 0);
    expect_hex(pointers[1], ARGO_MSG_SPAN(sizeof(bytes)));
}

PEER_CASE("sendv: both directions, across frames and the end of the ring buffer -> received")
{
    unsigned int i;

    XTF_REQUIRE(open_ring(peer->domid) && open_peer_ring(peer, argo_self()));

    for ( i = 0; i < 3; ++i )
    {
        expect_eq(send(peer->domid, 5001), 5001);
        expect_message(&peer_ring, argo_self(), 5001);
        expect_eq(peer_send(peer, argo_self(), 5003), 5003);
        expect_message(&ring, peer->domid, 5003);
    }
    expect_no_message(&ring);
    expect_no_message(&peer_ring);
}

PEER_CASE("sendv: single-partner ring registered before a wildcard ring -> peer's messages in the former")
{
    XTF_REQUIRE(open_ring(peer->domid) && open_wildcard());

    expect_eq(peer_send(peer, argo_self(), 100), 100);
    expect_message(&ring, peer->domid, 100);
    expect_no_message(&wildcard);

    /* Messages of other senders go to the wildcard ring. */
    expect_eq(send(argo_self(), 50), 50);
    expect_message(&wildcard, argo_self(), 50);
    expect_no_message(&ring);

    /* A full single-partner ring is no reason to use the wildcard ring. */
    expect_eq(peer_send(peer, argo_self(), MAX_PAYLOAD), (int)MAX_PAYLOAD);
    expect_errno(peer_send(peer, argo_self(), 1), -EAGAIN);
    expect_no_message(&wildcard);

    require_ok(argo_ring_unregister(&ring));
    expect_eq(peer_send(peer, argo_self(), 30), 30);
    expect_message(&wildcard, peer->domid, 30);
}

PEER_CASE("sendv: wildcard ring registered before a single-partner ring -> peer's message in the latter")
{
    XTF_REQUIRE(open_wildcard() && open_ring(peer->domid));

    expect_eq(peer_send(peer, argo_self(), 100), 100);
    expect_message(&ring, peer->domid, 100);
    expect_no_message(&wildcard);
}

PEER_CASE("sendv: peer to dom0's ring whose partner is a third domain -> -ECONNREFUSED, notify flags 0")
{
    struct peer *other = argo_peer(1);
    xen_argo_ring_data_ent_t ent;

    XTF_REQUIRE(other && open_ring(other->domid));

    expect_errno(peer_send(peer, argo_self(), 100), -ECONNREFUSED);
    expect_errno(send(argo_self(), 100), -ECONNREFUSED);
    expect_ok(peer_query(peer, argo_self(), PORT, MAX_PAYLOAD, &ent));
    expect_hex(ent.flags, 0);
    expect_no_message(&ring);
    expect_false(argo_virq_take());

    expect_eq(peer_send(other, argo_self(), 50), 50);
    expect_message(&ring, other->domid, 50);
}

PEER_CASE("sendv: dom0 to peer's ring whose partner is a third domain -> -ECONNREFUSED, notify flags 0")
{
    struct peer *other = argo_peer(1);
    xen_argo_ring_data_ent_t ent;

    XTF_REQUIRE(other);
    need_peers_that_interact(peer, other);

    XTF_REQUIRE(open_peer_ring(peer, other->domid));

    expect_errno(send(peer->domid, 100), -ECONNREFUSED);
    expect_ok(argo_query(peer->domid, PORT, MAX_PAYLOAD, &ent));
    expect_hex(ent.flags, 0);
    expect_no_message(&peer_ring);
    expect_false(peer_virq_take(peer));

    expect_eq(peer_send(other, peer->domid, 50), 50);
    expect_true(peer_virq_take(peer));
    expect_false(peer_virq_take(other));
    expect_false(argo_virq_take());
    expect_message(&peer_ring, other->domid, 50);
}

PEER_CASE("sendv: to peer, only dom0 has a ring at the port -> -ECONNREFUSED")
{
    XTF_REQUIRE(open_ring(peer->domid));

    /* The ring is domain 0's: the peer has none at this port. */
    expect_errno(send(peer->domid, 100), -ECONNREFUSED);
    expect_errno(peer_send(peer, peer->domid, 100), -ECONNREFUSED);
    expect_no_message(&ring);
    expect_false(peer_virq_take(peer));
}

PEER_CASE("sendv: peer, source is another domid -> -EPERM, no message")
{
    const domid_t names[] = {
        argo_self(), peer->domid + 1, peer->domid ^ 0x8000, DOMID_SELF,
        DOMID_IO,
    };
    unsigned int i;

    XTF_REQUIRE(open_wildcard() && open_ring(argo_self()));

    for ( i = 0; i < ARRAY_SIZE(names); ++i )
        expect_errno(peer_send_as(peer, names[i], argo_self(), 100), -EPERM);
    expect_no_message(&ring);
    expect_no_message(&wildcard);
    expect_false(argo_virq_take());

    /* Source XEN_ARGO_DOMID_ANY means the caller. */
    expect_eq(peer_send_as(peer, XEN_ARGO_DOMID_ANY, argo_self(), 100), 100);
    expect_message(&wildcard, peer->domid, 100);
    expect_no_message(&ring);
}

PEER_CASE("sendv: dom0, source is the peer's domid -> -EPERM, no message")
{
    const xen_argo_send_addr_t addr = {
        .src = { .aport = FROM, .domain_id = peer->domid },
        .dst = { .aport = PORT, .domain_id = argo_self() },
    };
    const xen_argo_iov_t iov = { .iov_hnd = payload, .iov_len = 10 };

    XTF_REQUIRE(open_ring(peer->domid));

    expect_errno(argo_sendv(&addr, &iov, 1, TYPE), -EPERM);
    expect_no_message(&ring);
    expect_false(argo_virq_take());
    expect_false(peer_virq_take(peer));
}

PEER_CASE("sendv: both domains have a ring for each other at one port -> each in the destination's ring")
{
    XTF_REQUIRE(open_ring(peer->domid) && open_peer_ring(peer, argo_self()));

    expect_eq(send(peer->domid, 100), 100);
    expect_no_message(&ring);
    expect_eq(peer_send(peer, argo_self(), 50), 50);
    expect_message(&peer_ring, argo_self(), 100);
    expect_no_message(&peer_ring);
    expect_message(&ring, peer->domid, 50);
    expect_no_message(&ring);
}

PEER_CASE("unregister_ring: both domains have a ring for each other at one port -> the other one stays")
{
    XTF_REQUIRE(open_ring(peer->domid) && open_peer_ring(peer, argo_self()));

    require_ok(argo_ring_unregister(&ring));
    expect_errno(peer_send(peer, argo_self(), 50), -ECONNREFUSED);
    expect_eq(send(peer->domid, 100), 100);
    expect_message(&peer_ring, argo_self(), 100);

    XTF_REQUIRE(open_ring(peer->domid));
    expect_ok(peer_unregister(peer, PORT, argo_self()));
    expect_errno(send(peer->domid, 100), -ECONNREFUSED);
    expect_no_message(&peer_ring);
    expect_eq(peer_send(peer, argo_self(), 50), 50);
    expect_message(&ring, peer->domid, 50);
}

PEER_CASE("unregister_ring: peer, port of dom0's rings -> -ENOENT, dom0's rings stay")
{
    const domid_t partners[] = {
        peer->domid, argo_self(), XEN_ARGO_DOMID_ANY,
    };
    unsigned int i;

    XTF_REQUIRE(open_ring(peer->domid) && open_wildcard());

    for ( i = 0; i < ARRAY_SIZE(partners); ++i )
        expect_errno(peer_unregister(peer, PORT, partners[i]), -ENOENT);
    expect_eq(peer_send(peer, argo_self(), 50), 50);
    expect_message(&ring, peer->domid, 50);
    expect_eq(send(argo_self(), 50), 50);
    expect_message(&wildcard, argo_self(), 50);
}

PEER_CASE("unregister_ring: peer released its ring's frames -> frames kept until then, freed after")
{
    uint64_t pages = peer_memory(peer);

    XTF_REQUIRE(open_peer_ring(peer, argo_self()));

    expect_errno(peer_replace_pages(peer), -EBUSY);
    expect_eq(peer_memory(peer), pages + peer_ring.nr_frames);
    memset(peer->page[0], 0x5a, 2 * PAGE_SIZE);

    /* Xen writes to the registered frames, which the peer has no longer. */
    expect_eq(send(peer->domid, 100), 100);
    expect_fill(peer->page[0], 0x5a, 2 * PAGE_SIZE);

    expect_ok(peer_unregister(peer, PORT, argo_self()));
    expect_eq(peer_memory(peer), pages);
    expect_fill(peer->page[0], 0x5a, 2 * PAGE_SIZE);
}

#ifdef CONFIG_HVM

PEER_CASE("register_ring: frame of another domain, mapped by the caller -> -EINVAL, frame unchanged")
{
    const xen_argo_register_ring_t reg = {
        .aport = PORT, .partner_id = argo_self(), .len = ARGO_MIN_RING_SIZE,
    };
    const xen_argo_gfn_t gfn = virt_to_gfn(peer->page[0]);

    /* Domain 0 has the frame mapped, but does not own it. */
    memset(peer->page[0], 0xa0, PAGE_SIZE);
    expect_errno(argo_register(&reg, &gfn, 1, 0), -EINVAL);
    expect_errno(send(argo_self(), 1), -ECONNREFUSED);
    expect_fill(peer->page[0], 0xa0, PAGE_SIZE);
    expect_errno(argo_unregister(PORT, argo_self()), -ENOENT);
}

#endif
