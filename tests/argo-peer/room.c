/*
 * Full rings, and which domain gets VIRQ_ARGO when there is space.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "fixture.h"

PEER_CASE("notify: by peer, dom0's notification pending at peer's ring -> VIRQ_ARGO in dom0 once, when free")
{
    XTF_REQUIRE(open_peer_ring(peer, argo_self()));

    expect_eq(send(peer->domid, MAX_PAYLOAD), (int)MAX_PAYLOAD);
    expect_errno(send(peer->domid, 10), -EAGAIN);
    clear_events();

    expect_ok(peer_notify(peer));
    expect_false(argo_virq_take());
    expect_message(&peer_ring, argo_self(), MAX_PAYLOAD);
    expect_false(argo_virq_take());

    expect_ok(peer_notify(peer));
    expect_true(argo_virq_take());
    expect_false(peer_virq_take(peer));
    expect_ok(peer_notify(peer));
    expect_false(argo_virq_take());
    expect_eq(send(peer->domid, 10), 10);
    expect_message(&peer_ring, argo_self(), 10);
}

/* The peer's sendv to this full ring fails; the peer is notified once. */
static void expect_peer_notified(struct peer *peer, const struct argo_ring *r)
{
    expect_eq(peer_send(peer, argo_self(), MAX_PAYLOAD), (int)MAX_PAYLOAD);
    expect_errno(peer_send(peer, argo_self(), 10), -EAGAIN);
    clear_events();

    expect_ok(argo_notify(NULL));
    expect_false(peer_virq_take(peer));
    expect_message(r, peer->domid, MAX_PAYLOAD);
    expect_false(peer_virq_take(peer));

    expect_ok(argo_notify(NULL));
    expect_true(peer_virq_take(peer));
    expect_false(argo_virq_take());
    expect_ok(argo_notify(NULL));
    expect_false(peer_virq_take(peer));
}

PEER_CASE("notify: by dom0, peer's notification pending -> VIRQ_ARGO at the peer once, when space is free")
{
    XTF_REQUIRE(open_ring(peer->domid));
    expect_peer_notified(peer, &ring);
}

PEER_CASE("notify: by dom0, peer's notification pending at a wildcard ring -> VIRQ_ARGO at the peer once")
{
    XTF_REQUIRE(open_wildcard());
    expect_peer_notified(peer, &wildcard);
}

PEER_CASE("notify: by the sender -> no VIRQ_ARGO until the ring's owner calls notify")
{
    XTF_REQUIRE(open_ring(peer->domid));

    expect_eq(peer_send(peer, argo_self(), MAX_PAYLOAD), (int)MAX_PAYLOAD);
    expect_errno(peer_send(peer, argo_self(), 10), -EAGAIN);
    clear_events();
    receive_all(&ring);

    expect_ok(peer_notify(peer));
    expect_false(peer_virq_take(peer));
    expect_ok(argo_notify(NULL));
    expect_true(peer_virq_take(peer));
}

/* Pending notifications for 3000 bytes, 5000 bytes and all of the ring. */
PEER_CASE("notify: three domains' notifications pending -> VIRQ_ARGO where the requested space is free")
{
    struct peer *other = argo_peer(1);

    XTF_REQUIRE(other && open_wildcard());

    expect_eq(send(argo_self(), 2000), 2000);
    expect_eq(send(argo_self(), 4000), 4000);
    expect_errno(peer_send(peer, argo_self(), 3000), -EAGAIN);
    expect_errno(peer_send(other, argo_self(), 5000), -EAGAIN);
    expect_errno(send(argo_self(), MAX_PAYLOAD), -EAGAIN);
    clear_events();

    /* Free now: about 2100 bytes, and the 2000 of the first message. */
    expect_message(&wildcard, argo_self(), 2000);
    expect_ok(argo_notify(NULL));
    expect_true(peer_virq_take(peer));
    expect_false(peer_virq_take(other));
    expect_false(argo_virq_take());

    expect_message(&wildcard, argo_self(), 4000);
    expect_ok(argo_notify(NULL));
    expect_false(peer_virq_take(peer));
    expect_true(peer_virq_take(other));
    expect_true(argo_virq_take());
}

PEER_CASE("notify: peer's request is SUFFICIENT -> its notification cancelled, third domain's stays")
{
    struct peer *other = argo_peer(1);
    xen_argo_ring_data_ent_t ent;

    XTF_REQUIRE(other && open_wildcard());

    expect_eq(send(argo_self(), MAX_PAYLOAD), (int)MAX_PAYLOAD);
    expect_errno(peer_send(peer, argo_self(), 10), -EAGAIN);
    expect_errno(peer_send(other, argo_self(), 10), -EAGAIN);
    receive_all(&wildcard);
    clear_events();

    /* SUFFICIENT cancels the caller's pending notification. */
    expect_ok(peer_query(peer, argo_self(), PORT, 10, &ent));
    expect_hex(ent.flags, XEN_ARGO_RING_EXISTS | XEN_ARGO_RING_SHARED |
               XEN_ARGO_RING_EMPTY | XEN_ARGO_RING_SUFFICIENT);
    expect_ok(argo_notify(NULL));
    expect_false(peer_virq_take(peer));
    expect_true(peer_virq_take(other));
}

PEER_CASE("notify: by peer, dom0's ring -> flags and size, later VIRQ_ARGO at the peer")
{
    xen_argo_ring_data_ent_t ent;

    XTF_REQUIRE(open_ring(peer->domid));

    expect_ok(peer_query(peer, argo_self(), PORT, MAX_PAYLOAD, &ent));
    expect_hex(ent.flags, XEN_ARGO_RING_EXISTS | XEN_ARGO_RING_EMPTY |
               XEN_ARGO_RING_SUFFICIENT);
    expect_eq(ent.max_message_size, MAX_PAYLOAD);

    expect_eq(peer_send(peer, argo_self(), 100), 100);
    expect_ok(peer_query(peer, argo_self(), PORT, MAX_PAYLOAD, &ent));
    expect_hex(ent.flags, XEN_ARGO_RING_EXISTS);
    clear_events();
    receive_all(&ring);
    expect_ok(argo_notify(NULL));
    expect_true(peer_virq_take(peer));
    expect_false(argo_virq_take());
}

PEER_CASE("notify: by dom0, peer's wildcard ring -> flags and size, later VIRQ_ARGO in dom0")
{
    xen_argo_ring_data_ent_t ent;

    XTF_REQUIRE(open_peer_wildcard(peer));

    expect_ok(argo_query(peer->domid, PORT, MAX_PAYLOAD, &ent));
    expect_hex(ent.flags, XEN_ARGO_RING_EXISTS | XEN_ARGO_RING_SHARED |
               XEN_ARGO_RING_EMPTY | XEN_ARGO_RING_SUFFICIENT);
    expect_eq(ent.max_message_size, MAX_PAYLOAD);

    expect_eq(send(peer->domid, 100), 100);
    expect_ok(argo_query(peer->domid, PORT, MAX_PAYLOAD, &ent));
    expect_hex(ent.flags, XEN_ARGO_RING_EXISTS | XEN_ARGO_RING_SHARED);
    clear_events();
    receive_all(&peer_wildcard);
    expect_ok(peer_notify(peer));
    expect_true(argo_virq_take());
    expect_false(peer_virq_take(peer));
}

PEER_CASE("unregister_ring: peer's notification pending at a wildcard ring -> no VIRQ_ARGO later")
{
    XTF_REQUIRE(open_wildcard());

    expect_eq(peer_send(peer, argo_self(), MAX_PAYLOAD), (int)MAX_PAYLOAD);
    expect_errno(peer_send(peer, argo_self(), 10), -EAGAIN);
    require_ok(argo_ring_unregister(&wildcard));
    XTF_REQUIRE(open_wildcard());
    clear_events();
    expect_ok(argo_notify(NULL));
    expect_false(peer_virq_take(peer));
}
