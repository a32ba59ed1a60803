/**
 * @file tests/argo-ring/main.c
 * @ref test-argo-ring
 *
 * @page test-argo-ring Argo: what Xen writes into a ring
 *
 * Every byte of the ring's frames is compared with a model after each message:
 * headers and payloads at every slot, split into buffers at every offset,
 * across the end of the ring buffer and of frames; padding and all memory
 * around the ring, which must not change; messages that just fit, or do not.
 * Then the receiver writes invalid values to its pointers, or releases the
 * memory while Xen uses it.
 *
 * Xen computes the addresses that it writes to from values that a guest can
 * change at any time.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <xtf/harness/argo_case.h>

#include "model.h"

const char test_title[] = "Argo: what Xen writes into a ring";

/* The ring offset of the end of frame @i: the header takes 64 bytes. */
#define FRAME_END(i) (((i) + 1) * PAGE_SIZE - sizeof(xen_argo_ring_t))

void test_main(void)
{
    if ( argo_required() )
        xtf_run_cases();
}

CASE("sendv: payload of every length at every slot of a small ring -> bytes as the model")
{
    uint32_t len, slot;

    XTF_REQUIRE(model_open(160, 0));

    for ( slot = 0; slot < 160; slot += 16 )
        for ( len = 0; len <= ARGO_MAX_PAYLOAD(160); ++len )
        {
            if ( model_tx() != slot )
                XTF_REQUIRE(model_open(160, slot));
            XTF_REQUIRE(model_send_data(len, len));
            model_receive_all();
        }
}

CASE("sendv: two buffers, every split, at every slot -> bytes as the model")
{
    static const uint32_t lens[] = { 17, 80 };
    unsigned int i;
    uint32_t slot, cut;

    for ( slot = 0; slot < 112; slot += 16 )
        for ( i = 0; i < ARRAY_SIZE(lens); ++i )
            for ( cut = 0; cut <= lens[i]; ++cut )
            {
                const xen_argo_iov_t iov[] = {
                    { .iov_hnd = data, .iov_len = cut },
                    { .iov_hnd = data + 1000, .iov_len = lens[i] - cut },
                };

                if ( model_tx() != slot || !ring.registered )
                    XTF_REQUIRE(model_open(112, slot));
                XTF_REQUIRE(model_send(iov, 2));
                model_receive_all();
            }
}

CASE("sendv: eight buffers across the end of the ring buffer -> bytes as the model")
{
    unsigned int i;
    uint32_t slot;

    for ( slot = 0; slot < 256; slot += 16 )
    {
        xen_argo_iov_t iov[XEN_ARGO_MAXIOV];

        for ( i = 0; i < XEN_ARGO_MAXIOV; ++i )
            iov[i] = (xen_argo_iov_t) {
                .iov_hnd = data + 64 * i, .iov_len = 23 + i,
            };

        XTF_REQUIRE(model_open(256, slot));
        XTF_REQUIRE(model_send(iov, XEN_ARGO_MAXIOV));
    }
}

CASE("sendv: message across the end of each frame -> bytes as the model")
{
    const uint32_t len = 3 * PAGE_SIZE - sizeof(xen_argo_ring_t);
    uint32_t back;
    unsigned int i;

    for ( i = 0; i < 3; ++i )
        for ( back = 16; back <= 64; back += 16 )
        {
            XTF_REQUIRE(model_open(len, FRAME_END(i) - back));
            XTF_REQUIRE(model_send_data(i, 1));
            XTF_REQUIRE(model_send_data(i + 5, 47));
        }
}

CASE("sendv: message over all frames, source at every alignment -> bytes as the model")
{
    const uint32_t len = 3 * PAGE_SIZE - sizeof(xen_argo_ring_t);
    uint32_t from;

    for ( from = 0; from < 16; ++from )
    {
        XTF_REQUIRE(model_open(len, from * 528));
        XTF_REQUIRE(model_send_data(from, 2 * PAGE_SIZE + from * 37));
    }
}

CASE("sendv: ring that ends a slot before, at or after the end of a frame -> bytes as the model")
{
    static const uint32_t lens[] = {
        FRAME_END(0) - 16, FRAME_END(0), FRAME_END(0) + 16,
        FRAME_END(1) - 16, FRAME_END(1), FRAME_END(1) + 16,
    };
    unsigned int i, n;

    for ( i = 0; i < ARRAY_SIZE(lens); ++i )
    {
        XTF_REQUIRE(model_open(lens[i], lens[i] - 32));
        for ( n = 0; n < 40; ++n )
        {
            XTF_REQUIRE(model_send_data(n, n * 5));
            model_receive_all();
        }
        XTF_REQUIRE(model_send_data(1, ARGO_MAX_PAYLOAD(lens[i])));
    }
}

CASE("sendv: until the ring is full -> messages in the order of sending")
{
    struct argo_message msg = {};
    unsigned int n = 0;

    XTF_REQUIRE(model_open(2048, 1024));
    while ( model_free() > ARGO_MSG_SPAN(n) )
    {
        XTF_REQUIRE(model_send_data(n, n));
        n++;
    }
    expect_true(n > 20);

    msg.next = 1024;
    for ( n = 0; argo_peek(&ring, msg.next, &msg) == 1; ++n )
        expect_eq(msg.data_len, n);
    expect_eq(msg.next, model_tx());
}

/*
 * Space.  One slot always stays free: a full ring would otherwise look empty.
 */

CASE("sendv: payload len - 32, one byte more -> sent, -EMSGSIZE")
{
    static const uint32_t lens[] = {
        48, 64, 80, 1024, FRAME_END(0), FRAME_END(0) + 16, 4096, FRAME_END(1),
    };
    unsigned int i;

    for ( i = 0; i < ARRAY_SIZE(lens); ++i )
    {
        uint32_t most = ARGO_MAX_PAYLOAD(lens[i]), off;

        for ( off = 0; off < lens[i]; off += lens[i] / 3 & ~15u )
        {
            XTF_REQUIRE(model_open(lens[i], off));
            XTF_REQUIRE(model_refused(most + 1, -EMSGSIZE));
            XTF_REQUIRE(model_refused(most + 16, -EMSGSIZE));
            XTF_REQUIRE(model_refused(most + 17, -EMSGSIZE));
            XTF_REQUIRE(model_send_data(0, most));
            XTF_REQUIRE(model_refused(0, -EAGAIN));
            XTF_REQUIRE(model_refused(most, -EAGAIN));
            XTF_REQUIRE(model_refused(most + 1, -EMSGSIZE));
        }
    }
}

/*
 * A message of n bytes takes 16 + n bytes, rounded up to slots, and one slot
 * must stay free: the largest payload that fits is the free space minus 32.
 */
CASE("sendv: payload of the free space - 32, one byte more -> sent, -EAGAIN")
{
    uint32_t off, used;

    for ( off = 0; off < 160; off += 16 )
        for ( used = 16; used <= 144; used += 16 )
        {
            uint32_t space = 160 - used;

            XTF_REQUIRE(model_open(160, off));
            XTF_REQUIRE(model_send_data(0, used - 16));
            expect_eq(model_free(), space);

            if ( space < 32 )
                XTF_REQUIRE(model_refused(0, -EAGAIN));
            else
            {
                XTF_REQUIRE(model_refused(space - 31, -EAGAIN));
                XTF_REQUIRE(model_send_data(3, space - 32));
                XTF_REQUIRE(model_refused(0, -EAGAIN));
            }
        }
}

CASE("sendv: receiver advances rx_ptr by one message at a time -> one message fits each time")
{
    unsigned int n;

    XTF_REQUIRE(model_open(160, 96));
    for ( n = 0; n < 4; ++n )
        XTF_REQUIRE(model_send_data(n, 16));
    XTF_REQUIRE(model_refused(16, -EAGAIN));

    for ( n = 0; n < 20; ++n )
    {
        model_receive_to((128 + 32 * n) % 160);
        XTF_REQUIRE(model_send_data(n, 16));
        XTF_REQUIRE(model_refused(1, -EAGAIN));
    }
}
