/*
 * Notifications of space: who waits, for how much, until when.
 *
 * A domain that sends to itself plays both parts: as receiver it frees room and
 * calls notify, on which Xen looks through its rings; as sender it is then told
 * by VIRQ_ARGO.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "notify.h"

#include <xtf/unmapped.h>

/* Let Xen look.  Was anybody told? */
static bool told(void)
{
    argo_virq_take();
    expect_ok(argo_notify(NULL));

    return argo_virq_take();
}

/* Room for this payload, and not for one byte more. */
static void make_room(uint32_t len)
{
    xen_argo_ring_t *header = argo_ring_header(&ring);

    STORE_RELEASE(&header->rx_ptr, (header->tx_ptr + len + 32) % LEN);
}

static bool open_full(void)
{
    return open_ring(argo_self()) && expect_eq(send(MOST), MOST);
}

/* Ask for room, and be turned away: Xen takes note. */
static void wait_for(uint32_t len)
{
    xen_argo_ring_data_ent_t ent;

    expect_ok(argo_query(argo_self(), PORT, len, &ent));
    expect_hex(ent.flags & ~XEN_ARGO_RING_SHARED, XEN_ARGO_RING_EXISTS);
}

CASE("space: told once, when there is enough, after a message that had no room")
{
    XTF_REQUIRE(open_full());
    expect_errno(send(160), -EAGAIN);

    expect_false(told());
    make_room(16);
    expect_false(told());
    make_room(144);
    expect_false(told());
    make_room(160);
    expect_true(told());
    expect_false(told());
    make_room(320);
    expect_false(told());
}

CASE("space: told once, when there is enough, after a question")
{
    XTF_REQUIRE(open_full());
    wait_for(160);

    expect_false(told());
    make_room(144);
    expect_false(told());
    make_room(160);
    expect_true(told());
    expect_false(told());
}

CASE("space: an odd number of bytes")
{
    XTF_REQUIRE(open_full());
    expect_errno(send(145), -EAGAIN);

    make_room(144);
    expect_false(told());
    make_room(160);
    expect_true(told());
}

CASE("space: a single byte")
{
    XTF_REQUIRE(open_full());
    expect_errno(send(1), -EAGAIN);

    make_room(0);
    expect_false(told());
    make_room(16);
    expect_true(told());
}

CASE("space: all of the ring")
{
    XTF_REQUIRE(open_full());
    expect_errno(send(MOST), -EAGAIN);

    make_room(MOST - 16);
    expect_false(told());
    receive_all(&ring);
    expect_true(told());
}

CASE("space: of two messages without room, the larger counts")
{
    XTF_REQUIRE(open_full());
    expect_errno(send(16), -EAGAIN);
    expect_errno(send(320), -EAGAIN);
    make_room(304);
    expect_false(told());
    make_room(320);
    expect_true(told());
    expect_false(told());

    receive_all(&ring);
    require_eq(send(MOST), MOST);
    expect_errno(send(320), -EAGAIN);
    expect_errno(send(16), -EAGAIN);
    make_room(304);
    expect_false(told());
    make_room(320);
    expect_true(told());
    expect_false(told());
}

CASE("space: a question and a message, the larger counts")
{
    XTF_REQUIRE(open_full());
    wait_for(320);
    expect_errno(send(16), -EAGAIN);
    make_room(304);
    expect_false(told());
    make_room(320);
    expect_true(told());
}

CASE("space: nobody told who did not ask")
{
    XTF_REQUIRE(open_full());
    receive_all(&ring);
    expect_false(told());
    require_eq(send(100), 100);
    receive_all(&ring);
    expect_false(told());
}

CASE("space: not told for what will never fit")
{
    xen_argo_ring_data_ent_t ent;

    XTF_REQUIRE(open_full());
    expect_errno(send(MOST + 1), -EMSGSIZE);
    require_ok(argo_query(argo_self(), PORT, MOST + 1, &ent));
    receive_all(&ring);
    expect_false(told());
}

CASE("space: not told after a message that could not be read")
{
    uint8_t *end = unmapped_page();

    XTF_REQUIRE(open_ring(argo_self()));
    expect_errno(argo_send(argo_self(), PORT, 1, end - 8, 16, 2), -EFAULT);
    expect_false(told());
}

/* Xen looks first, then answers: so ask while there is still too little. */
CASE("space: a question with enough room ends the wait")
{
    xen_argo_ring_data_ent_t ent;

    XTF_REQUIRE(open_full());
    expect_errno(send(320), -EAGAIN);

    make_room(160);
    expect_false(told());
    require_ok(argo_query(argo_self(), PORT, 100, &ent));
    expect_hex(ent.flags, XEN_ARGO_RING_EXISTS | XEN_ARGO_RING_SUFFICIENT);

    receive_all(&ring);
    expect_false(told());
}

CASE("space: a question about what never fits does not end the wait")
{
    xen_argo_ring_data_ent_t ent;

    XTF_REQUIRE(open_full());
    expect_errno(send(320), -EAGAIN);
    require_ok(argo_query(argo_self(), PORT, MOST + 1, &ent));

    receive_all(&ring);
    expect_true(told());
}

CASE("space: the question itself makes Xen look")
{
    xen_argo_ring_data_ent_t ent;

    XTF_REQUIRE(open_full());
    expect_errno(send(320), -EAGAIN);
    receive_all(&ring);

    argo_virq_take();
    require_ok(argo_query(argo_self(), PORT, 320, &ent));
    expect_true(argo_virq_take());
    expect_hex(ent.flags, XEN_ARGO_RING_EXISTS | XEN_ARGO_RING_EMPTY |
               XEN_ARGO_RING_SUFFICIENT);
    expect_false(told());
}

CASE("space: the receiver says nothing, nobody is told")
{
    XTF_REQUIRE(open_full());
    expect_errno(send(16), -EAGAIN);
    argo_virq_take();
    receive_all(&ring);
    expect_false(argo_virq_take());
    expect_true(told());
}

/* More often than Xen lets domains wait at one ring, which is 32. */
CASE("space: waiting again after being told")
{
    unsigned int i;

    XTF_REQUIRE(open_full());
    for ( i = 0; i < 40; ++i )
    {
        expect_errno(send(16), -EAGAIN);
        expect_false(told());
        receive_all(&ring);
        expect_true(told());
        require_eq(send(MOST), MOST);
    }
}

CASE("space: of another ring is not what it waits for")
{
    xen_argo_ring_data_ent_t ent;

    XTF_REQUIRE(open_full());
    XTF_REQUIRE(open_other(PORT + 1, argo_self(), LEN));
    require_eq(argo_send(argo_self(), PORT + 1, 1, payload, MOST, 2), MOST);

    expect_errno(send(16), -EAGAIN);
    receive_all(&other);
    expect_false(told());
    require_ok(argo_query(argo_self(), PORT + 1, MOST, &ent));
    expect_true(ent.flags & XEN_ARGO_RING_SUFFICIENT);

    expect_eq(argo_send(argo_self(), PORT + 1, 1, payload, MOST, 2), MOST);
    expect_errno(argo_send(argo_self(), PORT + 1, 1, payload, 16, 2), -EAGAIN);
    receive_all(&ring);
    expect_true(told());
    expect_false(told());
    receive_all(&other);
    expect_true(told());
}

CASE("space: a wait ends with its ring")
{
    XTF_REQUIRE(open_full());
    expect_errno(send(16), -EAGAIN);

    require_ok(argo_ring_unregister(&ring));
    receive_all(&ring);
    require_ok(argo_ring_register(&ring, 0));
    expect_false(told());
}

CASE("space: of a ring for anybody")
{
    unsigned int i;

    if ( !argo_wildcard_allowed() )
        skip_case("rings for anybody are not allowed: " ARGO_WILDCARD_OPTION);

    XTF_REQUIRE(open_ring(XEN_ARGO_DOMID_ANY));
    for ( i = 0; i < 3; ++i )
    {
        xen_argo_ring_data_ent_t ent;

        /* Told, given up, and gone with the ring. */
        require_eq(send(MOST), MOST);
        expect_errno(send(320), -EAGAIN);
        wait_for(640);
        make_room(624);
        expect_false(told());

        if ( i == 1 )
            require_ok(argo_query(argo_self(), PORT, 16, &ent));
        if ( i == 2 )
        {
            require_ok(argo_ring_unregister(&ring));
            require_ok(argo_ring_register(&ring, 0));
        }

        receive_all(&ring);
        expect_eq(told(), i == 0);
    }
}

CASE("space: a wait outlives the registration of new frames")
{
    if ( !argo_wildcard_allowed() )
        skip_case("rings for anybody are not allowed: " ARGO_WILDCARD_OPTION);

    XTF_REQUIRE(open_ring(XEN_ARGO_DOMID_ANY));
    require_eq(send(MOST), MOST);
    expect_errno(send(16), -EAGAIN);
    require_ok(argo_ring_register(&ring, 0));
    expect_false(told());
    receive_all(&ring);
    expect_true(told());
}
