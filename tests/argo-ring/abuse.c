/*
 * A receiver that does not keep to the protocol: it can only harm itself.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "model.h"

#include <xtf/unmapped.h>

#include <arch/mm.h>
#include <arch/pagetable.h>
#include <arch/symbolic-const.h>

/* Xen keeps where it writes to itself, and corrects what is in the ring. */
CASE("tx_ptr: what the receiver writes there does not count")
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

/* What Xen says to a question for this much room. */
static void expect_sufficient(uint32_t required, bool answer)
{
    xen_argo_ring_data_ent_t ent;

    expect_ok(argo_query(argo_self(), PORT, required, &ent));
    expect_hex(ent.flags, XEN_ARGO_RING_EXISTS |
               (answer ? XEN_ARGO_RING_SUFFICIENT : 0));
}

/*
 * An rx_ptr between slots stands for the next slot, one outside the circle for
 * its beginning.
 */
CASE("rx_ptr: taken for the slot after it")
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

CASE("rx_ptr: outside the circle, taken for its beginning")
{
    static const uint32_t outside[] = {
        145, 159, 160, 161, 176, 4096, 0x7ffffff0, 0x80000000, 0x80000060,
        0xffffff00, 0xfffffff0, 0xfffffff1, 0xffffffff,
    };
    unsigned int i;

    for ( i = 0; i < ARRAY_SIZE(outside); ++i )
    {
        /* From 96 to the end are 64 bytes. */
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

CASE("rx_ptr: whatever it is, nothing but the circle is written")
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

/* A message that turns out bad half-way has used free room only. */
CASE("failed message: those that wait in the ring are untouched")
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
 * Memory taken away.  Xen has its own reference to each frame.
 */

#ifdef CONFIG_PV

CASE("frames: not mapped by the guest, written all the same")
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

/* Give the frame behind a page of this kernel back to Xen. */
static long release(void *page)
{
    xen_pfn_t gfn = virt_to_gfn(page);
    struct xen_memory_reservation op = {
        .extent_start = &gfn, .nr_extents = 1, .domid = DOMID_SELF,
    };

#ifdef CONFIG_PV
    if ( set_l1e(page, 0) )
        return 0;
#endif

    return hypercall_memory_op(XENMEM_decrease_reservation, &op);
}

/* Ask Xen for a frame to put there. */
static long obtain(void *page)
{
    xen_pfn_t pfn = virt_to_pfn(page);
    struct xen_memory_reservation op = {
        .extent_start = &pfn, .nr_extents = 1, .domid = DOMID_SELF,
    };
    long rc = hypercall_memory_op(XENMEM_populate_physmap, &op);

#ifdef CONFIG_PV
    if ( rc == 1 )
    {
        p2m[virt_to_pfn(page)] = pfn;
        restore_l1e(page);
    }
#endif

    return rc;
}

/* Pages that no other case uses, since a frame is lost on failure. */
static uint8_t lost[2][PAGE_SIZE] __page_aligned_bss;

CASE("frames: given back to Xen, which still writes to them and nowhere else")
{
    const uint32_t len = 2 * PAGE_SIZE - sizeof(xen_argo_ring_t);
    static struct argo_ring r;
    unsigned int i;

    /* The ring's second frame is the first of its memory. */
    argo_ring_init(&r, lost, PORT, argo_self(), len);
    xtf_case_cleanup(argo_ring_close, &r);
    require_ok(argo_ring_register(&r, 0));
    require_eq(release(lost[0]), 1);

    for ( i = 0; i < 8; ++i )
    {
        expect_eq(argo_send(argo_self(), PORT, FROM, data, 1000, 0), 1000);
        argo_ring_header(&r)->rx_ptr = argo_ring_header(&r)->tx_ptr;
    }

    /*
     * The next frame there is not the ring's: a message leaves it alone.  A
     * domain that has all the memory it may have gets none before the ring's
     * reference is gone.
     */
    if ( obtain(lost[0]) == 1 )
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
        expect_eq(obtain(lost[0]), 1);
    }
}
