/**
 * @file tests/argo-peer/main.c
 * @ref test-argo-peer
 *
 * @page test-argo-peer Argo: between two domains
 *
 * What Argo is for: one domain sends to a ring of another one.  The test makes
 * a second domain; each of the two has rings, and sends to the other's.
 *
 * A ring takes messages from its partner alone, and they bear the name of who
 * sent them, so that the receiver may rely on it.  Who waits for room in a ring
 * is told, and nobody else.  When a domain ends, so do its rings, those for it,
 * and its waits; the others' rings stay, and all of its memory comes back.
 *
 * It needs to run as domain 0, and hardware that can run HVM guests.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "fixture.h"

const char test_title[] = "Argo: between two domains";

void test_main(void)
{
    if ( argo_required() )
        xtf_run_cases();
}

PEER_CASE("send: it sends to our ring for it")
{
    XTF_REQUIRE(open_ring(peer->domid));

    expect_eq(peer_send(peer, argo_self(), 100), 100);
    expect_true(argo_virq_take());
    expect_false(peer_virq_take(peer));
    expect_message(&ring, peer->domid, 100);
    expect_no_message(&ring);
}

PEER_CASE("send: it sends to our ring for anybody")
{
    XTF_REQUIRE(open_wild());

    expect_eq(peer_send(peer, argo_self(), 100), 100);
    expect_true(argo_virq_take());
    expect_false(peer_virq_take(peer));
    expect_eq(send(argo_self(), 50), 50);
    expect_message(&wild, peer->domid, 100);
    expect_message(&wild, argo_self(), 50);
    expect_no_message(&wild);
}

PEER_CASE("send: we send to its ring for us")
{
    XTF_REQUIRE(open_theirs(peer, argo_self()));

    expect_eq(send(peer->domid, 100), 100);
    expect_false(argo_virq_take());
    expect_true(peer_virq_take(peer));
    expect_message(&theirs, argo_self(), 100);
    expect_no_message(&theirs);
}

PEER_CASE("send: what we sent is in its memory")
{
    const uint32_t at = sizeof(xen_argo_ring_t) +
        sizeof(struct xen_argo_ring_message_header);
    uint8_t bytes[64];
    uint32_t pointers[2];

    XTF_REQUIRE(open_theirs(peer, argo_self()));

    expect_eq(send(peer->domid, sizeof(bytes)), sizeof(bytes));
    peer_read(peer, (PEER_PAGE_GFN(1) << PAGE_SHIFT) + at, bytes,
              sizeof(bytes));
    expect_mem(bytes, payload, sizeof(bytes));
    peer_read(peer, PEER_PAGE_GFN(1) << PAGE_SHIFT, pointers,
              sizeof(pointers));
    expect_hex(pointers[0], 0);
    expect_hex(pointers[1], ARGO_MSG_SPAN(sizeof(bytes)));
}

PEER_CASE("send: messages that go over frames, and around, both ways")
{
    unsigned int i;

    XTF_REQUIRE(open_ring(peer->domid) && open_theirs(peer, argo_self()));

    for ( i = 0; i < 3; ++i )
    {
        expect_eq(send(peer->domid, 5001), 5001);
        expect_message(&theirs, argo_self(), 5001);
        expect_eq(peer_send(peer, argo_self(), 5003), 5003);
        expect_message(&ring, peer->domid, 5003);
    }
    expect_no_message(&ring);
    expect_no_message(&theirs);
}

PEER_CASE("send: the ring for it goes before the one for anybody")
{
    XTF_REQUIRE(open_ring(peer->domid) && open_wild());

    expect_eq(peer_send(peer, argo_self(), 100), 100);
    expect_message(&ring, peer->domid, 100);
    expect_no_message(&wild);

    /* And is not for anybody else. */
    expect_eq(send(argo_self(), 50), 50);
    expect_message(&wild, argo_self(), 50);
    expect_no_message(&ring);

    /* Not even if it is full. */
    expect_eq(peer_send(peer, argo_self(), MOST), (int)MOST);
    expect_errno(peer_send(peer, argo_self(), 1), -EAGAIN);
    expect_no_message(&wild);

    require_ok(argo_ring_unregister(&ring));
    expect_eq(peer_send(peer, argo_self(), 30), 30);
    expect_message(&wild, peer->domid, 30);
}

PEER_CASE("send: a ring for anybody, registered first")
{
    XTF_REQUIRE(open_wild() && open_ring(peer->domid));

    expect_eq(peer_send(peer, argo_self(), 100), 100);
    expect_message(&ring, peer->domid, 100);
    expect_no_message(&wild);
}

PEER_CASE("send: nothing to a ring that is for somebody else")
{
    struct peer *other = argo_peer(1);
    xen_argo_ring_data_ent_t ent;

    XTF_REQUIRE(other && open_ring(other->domid));

    expect_errno(peer_send(peer, argo_self(), 100), -ECONNREFUSED);
    expect_errno(send(argo_self(), 100), -ECONNREFUSED);
    expect_ok(peer_query(peer, argo_self(), PORT, MOST, &ent));
    expect_hex(ent.flags, 0);
    expect_no_message(&ring);
    expect_false(argo_virq_take());

    expect_eq(peer_send(other, argo_self(), 50), 50);
    expect_message(&ring, other->domid, 50);
}

PEER_CASE("send: nothing from us to its ring that is for another one")
{
    struct peer *other = argo_peer(1);
    xen_argo_ring_data_ent_t ent;

    XTF_REQUIRE(other && open_theirs(peer, other->domid));

    expect_errno(send(peer->domid, 100), -ECONNREFUSED);
    expect_ok(argo_query(peer->domid, PORT, MOST, &ent));
    expect_hex(ent.flags, 0);
    expect_no_message(&theirs);
    expect_false(peer_virq_take(peer));

    expect_eq(peer_send(other, peer->domid, 50), 50);
    expect_true(peer_virq_take(peer));
    expect_false(peer_virq_take(other));
    expect_false(argo_virq_take());
    expect_message(&theirs, other->domid, 50);
}

PEER_CASE("send: a ring is its owner's, and only there")
{
    XTF_REQUIRE(open_ring(peer->domid));

    /* The other end of it has none. */
    expect_errno(send(peer->domid, 100), -ECONNREFUSED);
    expect_errno(peer_send(peer, peer->domid, 100), -ECONNREFUSED);
    expect_no_message(&ring);
    expect_false(peer_virq_take(peer));
}

PEER_CASE("send: it cannot send in the name of another domain")
{
    const domid_t names[] = {
        argo_self(), peer->domid + 1, peer->domid ^ 0x8000, DOMID_SELF,
        DOMID_IO,
    };
    unsigned int i;

    XTF_REQUIRE(open_wild() && open_ring(argo_self()));

    for ( i = 0; i < ARRAY_SIZE(names); ++i )
        expect_errno(peer_send_as(peer, names[i], argo_self(), 100), -EPERM);
    expect_no_message(&ring);
    expect_no_message(&wild);
    expect_false(argo_virq_take());

    /* Without a name, in its own. */
    expect_eq(peer_send_as(peer, XEN_ARGO_DOMID_ANY, argo_self(), 100), 100);
    expect_message(&wild, peer->domid, 100);
    expect_no_message(&ring);
}

PEER_CASE("send: we cannot send in its name")
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

PEER_CASE("send: one port, rings of two domains for each other")
{
    XTF_REQUIRE(open_ring(peer->domid) && open_theirs(peer, argo_self()));

    expect_eq(send(peer->domid, 100), 100);
    expect_no_message(&ring);
    expect_eq(peer_send(peer, argo_self(), 50), 50);
    expect_message(&theirs, argo_self(), 100);
    expect_no_message(&theirs);
    expect_message(&ring, peer->domid, 50);
    expect_no_message(&ring);
}

PEER_CASE("unregister: one domain's ring, and the other's stays")
{
    XTF_REQUIRE(open_ring(peer->domid) && open_theirs(peer, argo_self()));

    require_ok(argo_ring_unregister(&ring));
    expect_errno(peer_send(peer, argo_self(), 50), -ECONNREFUSED);
    expect_eq(send(peer->domid, 100), 100);
    expect_message(&theirs, argo_self(), 100);

    XTF_REQUIRE(open_ring(peer->domid));
    expect_ok(peer_unregister(peer, PORT, argo_self()));
    expect_errno(send(peer->domid, 100), -ECONNREFUSED);
    expect_no_message(&theirs);
    expect_eq(peer_send(peer, argo_self(), 50), 50);
    expect_message(&ring, peer->domid, 50);
}

PEER_CASE("unregister: nobody else's ring")
{
    const domid_t partners[] = {
        peer->domid, argo_self(), XEN_ARGO_DOMID_ANY,
    };
    unsigned int i;

    XTF_REQUIRE(open_ring(peer->domid) && open_wild());

    for ( i = 0; i < ARRAY_SIZE(partners); ++i )
        expect_errno(peer_unregister(peer, PORT, partners[i]), -ENOENT);
    expect_eq(peer_send(peer, argo_self(), 50), 50);
    expect_message(&ring, peer->domid, 50);
    expect_eq(send(argo_self(), 50), 50);
    expect_message(&wild, argo_self(), 50);
}

PEER_CASE("memory: its ring keeps its frames until it is unregistered")
{
    uint64_t pages = peer_memory(peer);

    XTF_REQUIRE(open_theirs(peer, argo_self()));

    expect_errno(peer_replace_pages(peer), -EBUSY);
    expect_eq(peer_memory(peer), pages + theirs.nr_frames);
    memset(peer->page[0], 0x5a, 2 * PAGE_SIZE);

    /* It gets those that were registered, and nobody sees it any more. */
    expect_eq(send(peer->domid, 100), 100);
    expect_fill(peer->page[0], 0x5a, 2 * PAGE_SIZE);

    expect_ok(peer_unregister(peer, PORT, argo_self()));
    expect_eq(peer_memory(peer), pages);
    expect_fill(peer->page[0], 0x5a, 2 * PAGE_SIZE);
}

#ifdef CONFIG_HVM

PEER_CASE("memory: no frame of another domain makes a ring")
{
    const xen_argo_register_ring_t reg = {
        .aport = PORT, .partner_id = argo_self(), .len = ARGO_MIN_RING_SIZE,
    };
    const xen_argo_gfn_t gfn = virt_to_gfn(peer->page[0]);

    /* Here it is ours to read and write, and yet not ours to give. */
    memset(peer->page[0], 0xa0, PAGE_SIZE);
    expect_errno(argo_register(&reg, &gfn, 1, 0), -EINVAL);
    expect_errno(send(argo_self(), 1), -ECONNREFUSED);
    expect_fill(peer->page[0], 0xa0, PAGE_SIZE);
    expect_errno(argo_unregister(PORT, argo_self()), -ENOENT);
}

#endif
