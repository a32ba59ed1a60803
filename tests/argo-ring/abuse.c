/*
 * A receiver that violates the protocol: it must harm only its own messages.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "model.h"

#include <xtf/mm/page.h>

#include <arch/mm.h>
#include <arch/pagetable.h>

/* Xen has its own copy of tx_ptr and writes that to the ring. */
CASE("sendv: receiver overwrote tx_ptr -> message at Xen's own tx_ptr, which is restored")
{
    static const uint32_t nonsense[] = {
        0, 1, 16, 17, 1023, 1024, 4096, 0x80000000, 0xfffffff0, 0xffffffff,
    };
    unsigned int i;

    XTF_REQUIRE(model_open(1024, 992));

    for ( i = 0; i < ARRAY_SIZE(nonsense); ++i )
    {
        argo_ring_header(&ring)->tx_ptr = nonsense[i];
        XTF_REQUIRE(model_send_data(i, 20 + i));
        model_receive_all();
    }
}

/* notify for @required bytes reports SUFFICIENT or not. */
static void expect_sufficient(uint32_t required, bool sufficient)
{
    xen_argo_ring_data_ent_t ent;

    expect_ok(argo_query(argo_self(), PORT, required, &ent));
    expect_hex(ent.flags, XEN_ARGO_RING_EXISTS |
               (sufficient ? XEN_ARGO_RING_SUFFICIENT : 0));
}

/*
 * Xen rounds rx_ptr up to a slot, and takes one outside the ring buffer as 0.
 */
CASE("sendv, notify: rx_ptr not a multiple of 16 -> rounded up to the next slot")
{
    uint32_t rx;

    for ( rx = 33; rx <= 48; ++rx )
    {
        XTF_REQUIRE(model_open(160, 0));
        model_receive_to(48);
        argo_ring_header(&ring)->rx_ptr = rx;
        expect_sufficient(16, true);
        expect_sufficient(17, false);
        expect_eq(argo_send(argo_self(), PORT, FROM, data, 17, 0), -EAGAIN);
        expect_eq(argo_send(argo_self(), PORT, FROM, data, 16, 0), 16);
        expect_eq(argo_ring_header(&ring)->tx_ptr, 32);
        expect_eq(argo_ring_header(&ring)->rx_ptr, rx);
    }
}

CASE("sendv, notify: rx_ptr outside the ring buffer -> taken as 0")
{
    static const uint32_t outside[] = {
        145, 159, 160, 161, 176, 4096, 0x7ffffff0, 0x80000000, 0x80000060,
        0xffffff00, 0xfffffff0, 0xfffffff1, 0xffffffff,
    };
    unsigned int i;

    for ( i = 0; i < ARRAY_SIZE(outside); ++i )
    {
        /* 64 bytes are free, from offset 96 to the end. */
        XTF_REQUIRE(model_open(160, 96));
        argo_ring_header(&ring)->rx_ptr = outside[i];
        expect_sufficient(32, true);
        expect_sufficient(33, false);
        expect_eq(argo_send(argo_self(), PORT, FROM, data, 33, 0), -EAGAIN);
        expect_eq(argo_send(argo_self(), PORT, FROM, data, 32, 0), 32);
        expect_eq(argo_ring_header(&ring)->tx_ptr, 144);
        expect_eq(argo_ring_header(&ring)->rx_ptr, outside[i]);
    }
}

CASE("sendv: 500 arbitrary values of rx_ptr -> only the ring buffer and tx_ptr are written")
{
    uint32_t rx = 1, i;
    static uint8_t before[PAGE_SIZE];
    uint8_t *frame;

    XTF_REQUIRE(model_open(256, 0));
    frame = argo_ring_frame(&ring, 0);
    memcpy(before, frame, PAGE_SIZE);

    for ( i = 0; i < 500; ++i )
    {
        int rc;

        rx = rx * 1664525 + 1013904223;
        argo_ring_header(&ring)->rx_ptr = i % 2 ? rx : rx % 300;
        rc = argo_send(argo_self(), PORT, FROM, data, rx >> 24, 0);

        if ( rc != rx >> 24 && rc != -EAGAIN )
            require_errno(rc, rx >> 24 > 224 ? -EMSGSIZE : -EAGAIN);
        require_true(argo_ring_header(&ring)->tx_ptr < 256);
    }

    XTF_REQUIRE(expect_mem(frame + 8, before + 8, 56));
    expect_mem(frame + 64 + 256, before + 64 + 256, PAGE_SIZE - 64 - 256);
}

/* Xen may have written part of the failed message to free space. */
CASE("sendv: buffer crosses into an unmapped page, -EFAULT -> messages in the ring unchanged")
{
    uint8_t *end = unmapped_page();
    uint32_t slot;

    for ( slot = 0; slot < 512; slot += 16 )
    {
        struct argo_message msg;
        uint8_t text[100];
        static const uint32_t long_ago = 100;

        XTF_REQUIRE(model_open(512, slot));
        XTF_REQUIRE(model_send_data(7, long_ago));

        memset(end - 300, 0xbd, 300);
        argo_virq_take();
        expect_errno(argo_send(argo_self(), PORT, FROM, end - 300, 340, 0),
                     -EFAULT);
        expect_false(argo_virq_take());

        expect_eq(argo_ring_header(&ring)->tx_ptr, model_tx());
        require_eq(argo_peek(&ring, slot, &msg), 1);
        require_eq(msg.data_len, long_ago);
        argo_ring_read(&ring, msg.data, text, long_ago);
        expect_mem(text, data + 7, long_ago);
        expect_eq(msg.next, model_tx());
    }
}

/*
 * The guest releases the ring's memory.  Xen has a reference to each frame.
 */

#ifdef CONFIG_PV

CASE("sendv: PV, ring's frames not mapped by the guest -> message in the frames")
{
    const uint32_t len = 2 * PAGE_SIZE - sizeof(xen_argo_ring_t);
    const xen_argo_iov_t iov = { .iov_hnd = data, .iov_len = 4000 };
    const xen_argo_send_addr_t addr = {
        .src = { .aport = FROM, .domain_id = argo_self() },
        .dst = { .aport = PORT, .domain_id = argo_self() },
    };
    static uint8_t text[4000];
    unsigned int i;

    XTF_REQUIRE(model_open(len, 2048));
    for ( i = 0; i < 2; ++i )
    {
        void *frame = argo_ring_frame(&ring, i);

        xtf_case_cleanup(restore_l1e, frame);
        require_ok(set_l1e(frame, 0));
    }

    expect_eq(argo_sendv(&addr, &iov, 1, 0), 4000);

    for ( i = 0; i < 2; ++i )
        restore_l1e(argo_ring_frame(&ring, i));
    argo_ring_read(&ring, 2048 + 16, text, sizeof(text));
    expect_mem(text, data, sizeof(text));
}

#endif

/* Pages that no other case uses: a frame is lost on failure. */
static uint8_t lost[2][PAGE_SIZE] __page_aligned_bss;

CASE("sendv: ring's frame released by decrease_reservation -> written there, not to the new frame")
{
    const uint32_t len = 2 * PAGE_SIZE - sizeof(xen_argo_ring_t);
    static struct argo_ring r;
    unsigned int i;

    /* The ring's second frame is the first of its memory. */
    argo_ring_init(&r, lost, PORT, argo_self(), len);
    xtf_case_cleanup(argo_ring_close, &r);
    require_ok(argo_ring_register(&r, 0));
    require_ok(page_release(lost[0]));

    for ( i = 0; i < 8; ++i )
    {
        expect_eq(argo_send(argo_self(), PORT, FROM, data, 1000, 0), 1000);
        argo_ring_header(&r)->rx_ptr = argo_ring_header(&r)->tx_ptr;
    }

    /*
     * The new frame at this GFN does not belong to the ring: no message is
     * written to it.  A domain that is at its memory limit gets a new frame
     * only once the ring's reference is dropped.
     */
    if ( !page_populate(lost[0]) )
    {
        memset(lost[0], 0x99, PAGE_SIZE);
        for ( i = 0; i < 8; ++i )
        {
            expect_eq(argo_send(argo_self(), PORT, FROM, data, 1000, 0), 1000);
            argo_ring_header(&r)->rx_ptr = argo_ring_header(&r)->tx_ptr;
        }
        expect_ok(argo_ring_unregister(&r));
        expect_fill(lost[0], 0x99, PAGE_SIZE);
    }
    else
    {
        expect_ok(argo_ring_unregister(&r));
        expect_ok(page_populate(lost[0]));
    }
}
