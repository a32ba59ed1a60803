/*
 * Pending notifications: how much space they are for, and when they end.
 *
 * This domain is both receiver and sender.  As receiver it frees space and
 * calls notify, upon which Xen checks the pending notifications of its rings;
 * as sender it then gets VIRQ_ARGO.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <xtf/harness/needs.h>

#include "notify.h"

#include <xtf/mm/page.h>

/* Have Xen check pending notifications.  True if VIRQ_ARGO was raised. */
static bool notified(void)
{
    argo_virq_take();
    expect_ok(argo_notify(NULL));

    return argo_virq_take();
}

/* Free space for this payload and not one byte more. */
static void free_space(uint32_t len)
{
    xen_argo_ring_t *header = argo_ring_header(&ring);

    STORE_RELEASE(&header->rx_ptr, (header->tx_ptr + len + 32) % LEN);
}

static bool open_full(void)
{
    return open_ring(argo_self()) && expect_eq(send(MAX_PAYLOAD), MAX_PAYLOAD);
}

/* A notify request without SUFFICIENT: leaves a pending notification. */
static void request_space(uint32_t len)
{
    xen_argo_ring_data_ent_t ent;

    expect_ok(argo_query(argo_self(), PORT, len, &ent));
    expect_hex(ent.flags & ~XEN_ARGO_RING_SHARED, XEN_ARGO_RING_EXISTS);
}

CASE("sendv: full ring, -EAGAIN -> VIRQ_ARGO once, when that space is free")
{
    XTF_REQUIRE(open_full());
    expect_errno(send(160), -EAGAIN);

    expect_false(notified());
    free_space(16);
    expect_false(notified());
    free_space(144);
    expect_false(notified());
    free_space(160);
    expect_true(notified());
    expect_false(notified());
    free_space(320);
    expect_false(notified());
}

CASE("notify: full ring -> VIRQ_ARGO once, when space_required is free")
{
    XTF_REQUIRE(open_full());
    request_space(160);

    expect_false(notified());
    free_space(144);
    expect_false(notified());
    free_space(160);
    expect_true(notified());
    expect_false(notified());
}

CASE("sendv: full ring, 145 bytes -> VIRQ_ARGO when a slot for the last byte is free")
{
    XTF_REQUIRE(open_full());
    expect_errno(send(145), -EAGAIN);

    free_space(144);
    expect_false(notified());
    free_space(160);
    expect_true(notified());
}

CASE("sendv: full ring, 1 byte -> VIRQ_ARGO when header and one slot are free")
{
    XTF_REQUIRE(open_full());
    expect_errno(send(1), -EAGAIN);

    free_space(0);
    expect_false(notified());
    free_space(16);
    expect_true(notified());
}

CASE("sendv: full ring, largest message -> VIRQ_ARGO when the ring is empty")
{
    XTF_REQUIRE(open_full());
    expect_errno(send(MAX_PAYLOAD), -EAGAIN);

    free_space(MAX_PAYLOAD - 16);
    expect_false(notified());
    receive_all(&ring);
    expect_true(notified());
}

CASE("sendv: two messages, full ring -> VIRQ_ARGO when the space of the larger is free")
{
    XTF_REQUIRE(open_full());
    expect_errno(send(16), -EAGAIN);
    expect_errno(send(320), -EAGAIN);
    free_space(304);
    expect_false(notified());
    free_space(320);
    expect_true(notified());
    expect_false(notified());

    receive_all(&ring);
    require_eq(send(MAX_PAYLOAD), MAX_PAYLOAD);
    expect_errno(send(320), -EAGAIN);
    expect_errno(send(16), -EAGAIN);
    free_space(304);
    expect_false(notified());
    free_space(320);
    expect_true(notified());
    expect_false(notified());
}

CASE("notify, sendv: full ring -> VIRQ_ARGO when the larger of both is free")
{
    XTF_REQUIRE(open_full());
    request_space(320);
    expect_errno(send(16), -EAGAIN);
    free_space(304);
    expect_false(notified());
    free_space(320);
    expect_true(notified());
}

CASE("notify: no pending notification -> no VIRQ_ARGO")
{
    XTF_REQUIRE(open_full());
    receive_all(&ring);
    expect_false(notified());
    require_eq(send(100), 100);
    receive_all(&ring);
    expect_false(notified());
}

CASE("sendv, notify: more than len - 32 bytes -> no notification pending")
{
    xen_argo_ring_data_ent_t ent;

    XTF_REQUIRE(open_full());
    expect_errno(send(MAX_PAYLOAD + 1), -EMSGSIZE);
    require_ok(argo_query(argo_self(), PORT, MAX_PAYLOAD + 1, &ent));
    receive_all(&ring);
    expect_false(notified());
}

CASE("sendv: buffer crosses into an unmapped page, -EFAULT -> no notification pending")
{
    uint8_t *end = unmapped_page();

    XTF_REQUIRE(open_ring(argo_self()));
    expect_errno(argo_send(argo_self(), PORT, 1, end - 8, 16, 2), -EFAULT);
    expect_false(notified());
}

/*
 * Xen checks pending notifications before it answers the request, so request
 * while the pending one still lacks space.
 */
CASE("notify: request that is SUFFICIENT -> cancels the pending notification")
{
    xen_argo_ring_data_ent_t ent;

    XTF_REQUIRE(open_full());
    expect_errno(send(320), -EAGAIN);

    free_space(160);
    expect_false(notified());
    require_ok(argo_query(argo_self(), PORT, 100, &ent));
    expect_hex(ent.flags, XEN_ARGO_RING_EXISTS | XEN_ARGO_RING_SUFFICIENT);

    receive_all(&ring);
    expect_false(notified());
}

CASE("notify: request above len - 32 bytes -> notification stays pending")
{
    xen_argo_ring_data_ent_t ent;

    XTF_REQUIRE(open_full());
    expect_errno(send(320), -EAGAIN);
    require_ok(argo_query(argo_self(), PORT, MAX_PAYLOAD + 1, &ent));

    receive_all(&ring);
    expect_true(notified());
}

CASE("notify: request, pending notification has space -> VIRQ_ARGO by the same call")
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
    expect_false(notified());
}

CASE("notify: space free, receiver makes no call -> no VIRQ_ARGO until notify")
{
    XTF_REQUIRE(open_full());
    expect_errno(send(16), -EAGAIN);
    argo_virq_take();
    receive_all(&ring);
    expect_false(argo_virq_take());
    expect_true(notified());
}

/* More often than the 32 pending notifications that Xen allows for a ring. */
CASE("sendv: full ring, 40 times in turn with VIRQ_ARGO -> -EAGAIN, VIRQ_ARGO each time")
{
    unsigned int i;

    XTF_REQUIRE(open_full());
    for ( i = 0; i < 40; ++i )
    {
        expect_errno(send(16), -EAGAIN);
        expect_false(notified());
        receive_all(&ring);
        expect_true(notified());
        require_eq(send(MAX_PAYLOAD), MAX_PAYLOAD);
    }
}

CASE("notify: space free in another ring -> no VIRQ_ARGO")
{
    xen_argo_ring_data_ent_t ent;

    XTF_REQUIRE(open_full());
    XTF_REQUIRE(open_other(PORT + 1, argo_self(), LEN));
    require_eq(argo_send(argo_self(), PORT + 1, 1, payload, MAX_PAYLOAD, 2),
               MAX_PAYLOAD);

    expect_errno(send(16), -EAGAIN);
    receive_all(&other);
    expect_false(notified());
    require_ok(argo_query(argo_self(), PORT + 1, MAX_PAYLOAD, &ent));
    expect_true(ent.flags & XEN_ARGO_RING_SUFFICIENT);

    expect_eq(argo_send(argo_self(), PORT + 1, 1, payload, MAX_PAYLOAD, 2),
              MAX_PAYLOAD);
    expect_errno(argo_send(argo_self(), PORT + 1, 1, payload, 16, 2), -EAGAIN);
    receive_all(&ring);
    expect_true(notified());
    expect_false(notified());
    receive_all(&other);
    expect_true(notified());
}

CASE("unregister_ring: notification pending, ring registered again -> no VIRQ_ARGO")
{
    XTF_REQUIRE(open_full());
    expect_errno(send(16), -EAGAIN);

    require_ok(argo_ring_unregister(&ring));
    receive_all(&ring);
    require_ok(argo_ring_register(&ring, 0));
    expect_false(notified());
}

CASE("notify: wildcard ring -> VIRQ_ARGO, but not once cancelled or the ring unregistered")
{
    unsigned int i;

    need_wildcard_rings();

    XTF_REQUIRE(open_ring(XEN_ARGO_DOMID_ANY));
    for ( i = 0; i < 3; ++i )
    {
        xen_argo_ring_data_ent_t ent;

        /* 0: notified, 1: cancelled, 2: the ring is unregistered. */
        require_eq(send(MAX_PAYLOAD), MAX_PAYLOAD);
        expect_errno(send(320), -EAGAIN);
        request_space(640);
        free_space(624);
        expect_false(notified());

        if ( i == 1 )
            require_ok(argo_query(argo_self(), PORT, 16, &ent));
        if ( i == 2 )
        {
            require_ok(argo_ring_unregister(&ring));
            require_ok(argo_ring_register(&ring, 0));
        }

        receive_all(&ring);
        expect_eq(notified(), i == 0);
    }
}

CASE("register_ring: wildcard ring registered again, notification pending -> still pending")
{
    need_wildcard_rings();

    XTF_REQUIRE(open_ring(XEN_ARGO_DOMID_ANY));
    require_eq(send(MAX_PAYLOAD), MAX_PAYLOAD);
    expect_errno(send(16), -EAGAIN);
    require_ok(argo_ring_register(&ring, 0));
    expect_false(notified());
    receive_all(&ring);
    expect_true(notified());
}
