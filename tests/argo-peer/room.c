/*
 * Rings without room, and who is told when there is some.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "fixture.h"

PEER_CASE("room: we are told when its ring has some")
{
    XTF_REQUIRE(open_theirs(peer, argo_self()));

    expect_eq(send(peer->domid, MOST), (int)MOST);
    expect_errno(send(peer->domid, 10), -EAGAIN);
    forget_events();

    expect_ok(peer_notify(peer));
    expect_false(argo_virq_take());
    expect_message(&theirs, argo_self(), MOST);
    expect_false(argo_virq_take());

    expect_ok(peer_notify(peer));
    expect_true(argo_virq_take());
    expect_false(peer_virq_take(peer));
    expect_ok(peer_notify(peer));
    expect_false(argo_virq_take());
    expect_eq(send(peer->domid, 10), 10);
    expect_message(&theirs, argo_self(), 10);
}

/* The peer, for whom there is no room in this ring of ours, is told once. */
static void expect_peer_told(struct peer *peer, const struct argo_ring *r)
{
    expect_eq(peer_send(peer, argo_self(), MOST), (int)MOST);
    expect_errno(peer_send(peer, argo_self(), 10), -EAGAIN);
    forget_events();

    expect_ok(argo_notify(NULL));
    expect_false(peer_virq_take(peer));
    expect_message(r, peer->domid, MOST);
    expect_false(peer_virq_take(peer));

    expect_ok(argo_notify(NULL));
    expect_true(peer_virq_take(peer));
    expect_false(argo_virq_take());
    expect_ok(argo_notify(NULL));
    expect_false(peer_virq_take(peer));
}

PEER_CASE("room: it is told when our ring for it has some")
{
    XTF_REQUIRE(open_ring(peer->domid));
    expect_peer_told(peer, &ring);
}

PEER_CASE("room: it is told when our ring for anybody has some")
{
    XTF_REQUIRE(open_wild());
    expect_peer_told(peer, &wild);
}

PEER_CASE("room: only the ring's owner can tell")
{
    XTF_REQUIRE(open_ring(peer->domid));

    expect_eq(peer_send(peer, argo_self(), MOST), (int)MOST);
    expect_errno(peer_send(peer, argo_self(), 10), -EAGAIN);
    forget_events();
    receive_all(&ring);

    expect_ok(peer_notify(peer));
    expect_false(peer_virq_take(peer));
    expect_ok(argo_notify(NULL));
    expect_true(peer_virq_take(peer));
}

/* Three wait: for little, for more, and for all of it. */
PEER_CASE("room: whoever has enough of it is told, and nobody else")
{
    struct peer *other = argo_peer(1);

    XTF_REQUIRE(other && open_wild());

    expect_eq(send(argo_self(), 2000), 2000);
    expect_eq(send(argo_self(), 4000), 4000);
    expect_errno(peer_send(peer, argo_self(), 3000), -EAGAIN);
    expect_errno(peer_send(other, argo_self(), 5000), -EAGAIN);
    expect_errno(send(argo_self(), MOST), -EAGAIN);
    forget_events();

    /* What was free, about 2100 bytes, and the first message's place. */
    expect_message(&wild, argo_self(), 2000);
    expect_ok(argo_notify(NULL));
    expect_true(peer_virq_take(peer));
    expect_false(peer_virq_take(other));
    expect_false(argo_virq_take());

    expect_message(&wild, argo_self(), 4000);
    expect_ok(argo_notify(NULL));
    expect_false(peer_virq_take(peer));
    expect_true(peer_virq_take(other));
    expect_true(argo_virq_take());
}

PEER_CASE("room: one that has what it wanted leaves the others' waits alone")
{
    struct peer *other = argo_peer(1);
    xen_argo_ring_data_ent_t ent;

    XTF_REQUIRE(other && open_wild());

    expect_eq(send(argo_self(), MOST), (int)MOST);
    expect_errno(peer_send(peer, argo_self(), 10), -EAGAIN);
    expect_errno(peer_send(other, argo_self(), 10), -EAGAIN);
    receive_all(&wild);
    forget_events();

    /* The answer that there is room takes the place of being told. */
    expect_ok(peer_query(peer, argo_self(), PORT, 10, &ent));
    expect_hex(ent.flags, XEN_ARGO_RING_EXISTS | XEN_ARGO_RING_SHARED |
               XEN_ARGO_RING_EMPTY | XEN_ARGO_RING_SUFFICIENT);
    expect_ok(argo_notify(NULL));
    expect_false(peer_virq_take(peer));
    expect_true(peer_virq_take(other));
}

PEER_CASE("room: it asks, and is told")
{
    xen_argo_ring_data_ent_t ent;

    XTF_REQUIRE(open_ring(peer->domid));

    expect_ok(peer_query(peer, argo_self(), PORT, MOST, &ent));
    expect_hex(ent.flags, XEN_ARGO_RING_EXISTS | XEN_ARGO_RING_EMPTY |
               XEN_ARGO_RING_SUFFICIENT);
    expect_eq(ent.max_message_size, MOST);

    expect_eq(peer_send(peer, argo_self(), 100), 100);
    expect_ok(peer_query(peer, argo_self(), PORT, MOST, &ent));
    expect_hex(ent.flags, XEN_ARGO_RING_EXISTS);
    forget_events();
    receive_all(&ring);
    expect_ok(argo_notify(NULL));
    expect_true(peer_virq_take(peer));
    expect_false(argo_virq_take());
}

PEER_CASE("room: we ask about its ring, and are told")
{
    xen_argo_ring_data_ent_t ent;

    XTF_REQUIRE(open_their_wild(peer));

    expect_ok(argo_query(peer->domid, PORT, MOST, &ent));
    expect_hex(ent.flags, XEN_ARGO_RING_EXISTS | XEN_ARGO_RING_SHARED |
               XEN_ARGO_RING_EMPTY | XEN_ARGO_RING_SUFFICIENT);
    expect_eq(ent.max_message_size, MOST);

    expect_eq(send(peer->domid, 100), 100);
    expect_ok(argo_query(peer->domid, PORT, MOST, &ent));
    expect_hex(ent.flags, XEN_ARGO_RING_EXISTS | XEN_ARGO_RING_SHARED);
    forget_events();
    receive_all(&their_wild);
    expect_ok(peer_notify(peer));
    expect_true(argo_virq_take());
    expect_false(peer_virq_take(peer));
}

PEER_CASE("room: a wait is over with the ring")
{
    XTF_REQUIRE(open_wild());

    expect_eq(peer_send(peer, argo_self(), MOST), (int)MOST);
    expect_errno(peer_send(peer, argo_self(), 10), -EAGAIN);
    require_ok(argo_ring_unregister(&wild));
    XTF_REQUIRE(open_wild());
    forget_events();
    expect_ok(argo_notify(NULL));
    expect_false(peer_virq_take(peer));
}
