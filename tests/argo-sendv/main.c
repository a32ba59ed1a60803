/**
 * @file tests/argo-sendv/main.c
 * @ref test-argo-sendv
 *
 * @page test-argo-sendv Argo: sendv
 *
 * XEN_ARGO_OP_sendv: source and destination addresses, the choice between a
 * single-partner and a wildcard ring, lists of 0 to 8 buffers, and each
 * argument invalid on its own.  A failed call moves no pointer, raises no
 * VIRQ_ARGO and does not affect the next message.  The test argo-ring checks
 * where in the ring the bytes are written.
 *
 * A receiver trusts the source domain of a message, since Xen checks it.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <xtf.h>
#include <xtf/drivers/argo.h>
#include <xtf/harness/argo_case.h>
#include <xtf/harness/needs.h>

#include "sendv.h"

const char test_title[] = "Argo: sendv";

static uint8_t frames[2][PAGE_SIZE] __page_aligned_bss;
static uint8_t others[2][PAGE_SIZE] __page_aligned_bss;
struct argo_ring ring;
static struct argo_ring other;
uint8_t received[LEN];

void test_main(void)
{
    if ( argo_required() )
        xtf_run_cases();
}

bool open_ring(void)
{
    argo_ring_init(&ring, frames, PORT, argo_self(), LEN);
    argo_ring_fill(&ring, 0, 0xee, LEN);
    xtf_case_cleanup(argo_ring_close, &ring);

    return expect_ok(argo_ring_register(&ring, 0));
}

static bool open_other(xen_argo_port_t aport, domid_t partner)
{
    argo_ring_init(&other, others, aport, partner, LEN);
    xtf_case_cleanup(argo_ring_close, &other);

    return expect_ok(argo_ring_register(&other, 0));
}

xen_argo_send_addr_t good_address(void)
{
    return (xen_argo_send_addr_t) {
        .src = { .aport = FROM, .domain_id = argo_self() },
        .dst = { .aport = PORT, .domain_id = argo_self() },
    };
}

int send_to(const xen_argo_send_addr_t *addr)
{
    const xen_argo_iov_t iov = { .iov_hnd = "stone", .iov_len = 5 };

    return argo_sendv(addr, &iov, 1, TYPE);
}

void expect_undisturbed(const struct xtf_where *w)
{
    xen_argo_send_addr_t addr = good_address();
    struct xen_argo_ring_message_header hdr;
    const xen_argo_ring_t *header = argo_ring_header(&ring);

    xtf_expect_msg(w, header->tx_ptr == header->rx_ptr,
                   "tx_ptr is %u, expected %u", header->tx_ptr,
                   header->rx_ptr);
    xtf_expect_msg(w, !argo_virq_take(), "VIRQ_ARGO raised for a message that "
                   "failed");
    xtf_expect_msg(w, send_to(&addr) == 5 &&
                   argo_receive(&ring, &hdr, received, LEN) == 5 &&
                   !memcmp(received, "stone", 5),
                   "the next message is not received");
    argo_virq_take();
}

/*
 * The header.
 */

CASE("sendv: several ports and types -> every field of the message header")
{
    static const uint32_t values[] = {
        0, 1, 0x80, 0xff00, 0x12345678, 0x80000000, 0xffffffff,
    };
    unsigned int i;

    XTF_REQUIRE(open_ring());

    for ( i = 0; i < ARRAY_SIZE(values); ++i )
    {
        xen_argo_send_addr_t addr = good_address();
        struct xen_argo_ring_message_header hdr;
        xen_argo_iov_t iov = { .iov_hnd = "stone", .iov_len = 5 };

        addr.src.aport = ~values[i];
        expect_eq(argo_sendv(&addr, &iov, 1, values[i]), 5);
        require_eq(argo_receive(&ring, &hdr, received, LEN), 5);

        expect_eq(hdr.len, 16 + 5);
        expect_hex(hdr.source.aport, ~values[i]);
        expect_eq(hdr.source.domain_id, argo_self());
        expect_eq(hdr.source.pad, 0);
        expect_hex(hdr.message_type, values[i]);
    }
}

CASE("sendv: payload of 0 to 40 bytes -> len in the header is 16 + payload, without padding")
{
    uint32_t len;

    XTF_REQUIRE(open_ring());

    for ( len = 0; len <= 40; ++len )
    {
        struct argo_message msg;

        require_eq(argo_send(argo_self(), PORT, FROM, frames, len, TYPE), len);
        require_eq(argo_peek(&ring, argo_ring_header(&ring)->rx_ptr, &msg), 1);
        expect_eq(msg.hdr.len, 16 + len);
        argo_release(&ring, &msg);
        expect_eq(argo_ring_header(&ring)->tx_ptr,
                  argo_ring_header(&ring)->rx_ptr);
    }
}

CASE("sendv: three messages -> VIRQ_ARGO for each, also without payload")
{
    unsigned int i;

    XTF_REQUIRE(open_ring());
    argo_virq_take();

    for ( i = 0; i < 3; ++i )
    {
        require_eq(argo_send(argo_self(), PORT, FROM, "x", i, TYPE), i);
        expect_true(argo_virq_take());
    }
}

/*
 * Source addresses.
 */

CASE("sendv: source XEN_ARGO_DOMID_ANY -> source in the header is the caller")
{
    xen_argo_send_addr_t addr = good_address();
    struct xen_argo_ring_message_header hdr;

    XTF_REQUIRE(open_ring());

    addr.src.domain_id = XEN_ARGO_DOMID_ANY;
    expect_eq(send_to(&addr), 5);
    require_eq(argo_receive(&ring, &hdr, received, LEN), 5);
    expect_eq(hdr.source.domain_id, argo_self());
    expect_eq(addr.src.domain_id, XEN_ARGO_DOMID_ANY);
}

CASE("sendv: source is another domid -> -EPERM")
{
    const domid_t not_me[] = {
        argo_self() + 1, argo_self() ? 0 : 2, DOMID_SELF, DOMID_IO, DOMID_XEN,
        0x7fff, 0xffff,
    };
    unsigned int i;

    XTF_REQUIRE(open_ring());

    for ( i = 0; i < ARRAY_SIZE(not_me); ++i )
    {
        xen_argo_send_addr_t addr = good_address();

        addr.src.domain_id = not_me[i];
        expect_refused(send_to(&addr), -EPERM);
    }
}

/*
 * Destination addresses.
 */

CASE("sendv: destination is an unallocated or reserved domid -> -ESRCH")
{
    static const domid_t none[] = {
        NO_DOMAIN, DOMID_SELF, DOMID_IO, DOMID_XEN,
        XEN_ARGO_DOMID_ANY, 0x7fff, 0xffff,
    };
    unsigned int i;

    XTF_REQUIRE(open_ring());

    for ( i = 0; i < ARRAY_SIZE(none); ++i )
    {
        xen_argo_send_addr_t addr = good_address();

        addr.dst.domain_id = none[i];
        expect_refused(send_to(&addr), -ESRCH);
    }
}

CASE("sendv: no ring at the destination port -> -ECONNREFUSED")
{
    xen_argo_send_addr_t addr = good_address();
    unsigned int bit;

    XTF_REQUIRE(open_ring());

    for ( bit = 0; bit < 32; ++bit )
    {
        addr.dst.aport = PORT ^ (1u << bit);
        expect_refused(send_to(&addr), -ECONNREFUSED);
    }
}

CASE("sendv: ring's partner is another domain -> -ECONNREFUSED")
{
    xen_argo_send_addr_t addr = good_address();

    need_domain_beside_this();

    XTF_REQUIRE(open_ring());
    XTF_REQUIRE(open_other(PORT + 1, 0));

    addr.dst.aport = PORT + 1;
    expect_refused(send_to(&addr), -ECONNREFUSED);
    expect_eq(argo_ring_header(&other)->tx_ptr, 0);
}

CASE("sendv: wildcard ring registered before the single-partner ring -> single-partner ring")
{
    xen_argo_send_addr_t addr = good_address();

    need_wildcard_rings();

    XTF_REQUIRE(open_other(PORT, XEN_ARGO_DOMID_ANY));
    expect_eq(send_to(&addr), 5);
    expect_eq(argo_ring_header(&other)->tx_ptr, 32);

    XTF_REQUIRE(open_ring());
    expect_eq(send_to(&addr), 5);
    expect_eq(argo_ring_header(&ring)->tx_ptr, 32);
    expect_eq(argo_ring_header(&other)->tx_ptr, 32);

    require_ok(argo_ring_unregister(&ring));
    expect_eq(send_to(&addr), 5);
    expect_eq(argo_ring_header(&ring)->tx_ptr, 32);
    expect_eq(argo_ring_header(&other)->tx_ptr, 64);
}

CASE("sendv: single-partner ring registered before the wildcard ring -> single-partner ring")
{
    xen_argo_send_addr_t addr = good_address();

    need_wildcard_rings();

    XTF_REQUIRE(open_ring());
    XTF_REQUIRE(open_other(PORT, XEN_ARGO_DOMID_ANY));
    expect_eq(send_to(&addr), 5);
    expect_eq(argo_ring_header(&ring)->tx_ptr, 32);
    expect_eq(argo_ring_header(&other)->tx_ptr, 0);

    require_ok(argo_ring_unregister(&other));
    expect_eq(send_to(&addr), 5);
    expect_eq(argo_ring_header(&ring)->tx_ptr, 64);
}

/* Xen does not fall back to the wildcard ring. */
CASE("sendv: single-partner ring full, wildcard ring empty -> -EAGAIN")
{
    xen_argo_send_addr_t addr = good_address();
    const uint32_t most = ARGO_MAX_PAYLOAD(LEN);

    need_wildcard_rings();

    XTF_REQUIRE(open_other(PORT, XEN_ARGO_DOMID_ANY));
    XTF_REQUIRE(open_ring());

    require_eq(argo_send(argo_self(), PORT, FROM, received, most, TYPE), most);
    expect_errno(send_to(&addr), -EAGAIN);
    expect_eq(argo_ring_header(&other)->tx_ptr, 0);
}

CASE("sendv: pad of an address is not 0 -> -EINVAL")
{
    unsigned int bit;

    XTF_REQUIRE(open_ring());

    for ( bit = 0; bit < 16; ++bit )
    {
        xen_argo_send_addr_t addr = good_address();

        addr.src.pad = 1u << bit;
        expect_refused(send_to(&addr), -EINVAL);

        addr = good_address();
        addr.dst.pad = 1u << bit;
        expect_refused(send_to(&addr), -EINVAL);
    }
}
