/*
 * The buffers of a message: how many, how long, and where.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "sendv.h"

#include <xtf/mm/page.h>

/* Xen's limit of a message: 16 MiB minus two slots. */
#define MAX_MESSAGE \
    (XEN_ARGO_MAX_RING_SIZE - 2 * XEN_ARGO_MSG_SLOT_SIZE)

static uint8_t data[4096];

static void fill_data(void)
{
    unsigned int i;

    for ( i = 0; i < sizeof(data); ++i )
        data[i] = i * 7 + (i >> 8);
}

static int sendv(const xen_argo_iov_t *iov, unsigned long niov)
{
    xen_argo_send_addr_t addr = good_address();

    return argo_sendv(&addr, iov, niov, TYPE);
}

/* The next message is the first @len bytes of data[]. */
static void expect_received(uint32_t len)
{
    struct xen_argo_ring_message_header hdr;

    require_eq(argo_receive(&ring, &hdr, received, LEN), len);
    expect_mem(received, data, len);
}

CASE("sendv: no buffers, one empty buffer -> 0, message without payload")
{
    const xen_argo_iov_t iov = { .iov_hnd = data };

    XTF_REQUIRE(open_ring());

    expect_eq(sendv(&iov, 0), 0);
    expect_received(0);
    expect_eq(sendv(NULL, 0), 0);
    expect_received(0);
    expect_eq(sendv(&iov, 1), 0);
    expect_received(0);
}

CASE("sendv: 1 to 8 buffers -> payload in their order")
{
    unsigned int n, i;

    fill_data();
    XTF_REQUIRE(open_ring());

    for ( n = 1; n <= XEN_ARGO_MAXIOV; ++n )
    {
        xen_argo_iov_t iov[XEN_ARGO_MAXIOV] = {};
        uint32_t len = 0;

        for ( i = 0; i < n; ++i )
        {
            iov[i].iov_hnd = data + len;
            iov[i].iov_len = 1 + i * 13;
            len += iov[i].iov_len;
        }

        expect_eq(sendv(iov, n), len);
        expect_received(len);
    }
}

CASE("sendv: more than 8 buffers -> -EINVAL")
{
    xen_argo_iov_t iov[XEN_ARGO_MAXIOV + 1] = {};
    unsigned int bit;

    XTF_REQUIRE(open_ring());

    expect_refused(sendv(iov, XEN_ARGO_MAXIOV + 1), -EINVAL);
    for ( bit = 4; bit < BITS_PER_LONG; ++bit )
        expect_refused(sendv(iov, 1UL << bit), -EINVAL);
}

CASE("sendv: empty buffers among others, with bad addresses -> skipped, others sent")
{
    const xen_argo_iov_t iov[] = {
        { .iov_hnd = data }, { .iov_hnd = data, .iov_len = 20 },
        { .iov_hnd = NULL }, { .iov_hnd = unmapped_page() },
        { .iov_hnd = data + 20, .iov_len = 17 }, { .iov_hnd = data },
    };

    fill_data();
    XTF_REQUIRE(open_ring());
    expect_eq(sendv(iov, ARRAY_SIZE(iov)), 37);
    expect_received(37);
}

CASE("sendv: eight times the same buffer -> its bytes eight times")
{
    xen_argo_iov_t iov[XEN_ARGO_MAXIOV];
    struct xen_argo_ring_message_header hdr;
    unsigned int i;

    fill_data();
    XTF_REQUIRE(open_ring());

    for ( i = 0; i < XEN_ARGO_MAXIOV; ++i )
        iov[i] = (xen_argo_iov_t) { .iov_hnd = data, .iov_len = 100 };

    expect_eq(sendv(iov, XEN_ARGO_MAXIOV), 800);
    require_eq(argo_receive(&ring, &hdr, received, LEN), 800);
    for ( i = 0; i < XEN_ARGO_MAXIOV; ++i )
        expect_mem(received + i * 100, data, 100);
}

CASE("sendv: buffer of every alignment and length -> its bytes")
{
    unsigned int from, len;

    fill_data();
    XTF_REQUIRE(open_ring());

    for ( from = 0; from < 16; ++from )
        for ( len = 1; len <= 33; ++len )
        {
            const xen_argo_iov_t iov = {
                .iov_hnd = data + from, .iov_len = len,
            };
            struct xen_argo_ring_message_header hdr;

            require_eq(sendv(&iov, 1), len);
            require_eq(argo_receive(&ring, &hdr, received, LEN), len);
            expect_mem(received, data + from, len);
        }
}

CASE("sendv: pad of a buffer is not 0 -> -EINVAL")
{
    unsigned int n, bit;

    XTF_REQUIRE(open_ring());

    for ( n = 0; n < XEN_ARGO_MAXIOV; ++n )
        for ( bit = 0; bit < 32; bit += 5 )
        {
            xen_argo_iov_t iov[XEN_ARGO_MAXIOV] = {};

            iov[n].pad = 1u << bit;
            expect_refused(sendv(iov, XEN_ARGO_MAXIOV), -EINVAL);
        }
}

CASE("sendv: buffer longer than 16 MiB - 32 -> -EINVAL")
{
    xen_argo_iov_t iov = { .iov_hnd = data };
    static const uint32_t lens[] = {
        MAX_MESSAGE + 1, XEN_ARGO_MAX_RING_SIZE, 1u << 31, 0xffffffff,
    };
    unsigned int i;

    XTF_REQUIRE(open_ring());

    for ( i = 0; i < ARRAY_SIZE(lens); ++i )
    {
        iov.iov_len = lens[i];
        expect_refused(sendv(&iov, 1), -EINVAL);
    }

    /* The longest valid buffer does not fit this ring. */
    iov.iov_len = MAX_MESSAGE;
    expect_refused(sendv(&iov, 1), -EMSGSIZE);
}

CASE("sendv: buffers together longer than 16 MiB - 32 -> -EMSGSIZE")
{
    const xen_argo_iov_t iov[] = {
        { .iov_hnd = data, .iov_len = MAX_MESSAGE },
        { .iov_hnd = data, .iov_len = 1 },
        { .iov_hnd = data, .iov_len = MAX_MESSAGE },
    };

    XTF_REQUIRE(open_ring());
    expect_refused(sendv(iov, 2), -EMSGSIZE);
    expect_refused(sendv(iov, 3), -EMSGSIZE);
    expect_refused(sendv(iov + 1, 2), -EMSGSIZE);
}

CASE("sendv: buffers together longer than len - 32 -> -EMSGSIZE")
{
    const uint32_t most = ARGO_MAX_PAYLOAD(LEN);
    xen_argo_iov_t iov[] = {
        { .iov_hnd = data, .iov_len = sizeof(data) },
        { .iov_hnd = data, .iov_len = most - sizeof(data) },
        { .iov_hnd = data, .iov_len = 1 },
    };

    XTF_REQUIRE(open_ring());
    expect_refused(sendv(iov, 3), -EMSGSIZE);
}

/*
 * Bad pointers.
 */

CASE("sendv: address structure unmapped or crosses into an unmapped page -> -EFAULT")
{
    const xen_argo_iov_t iov = { .iov_hnd = data, .iov_len = 1 };
    xen_argo_send_addr_t addr = good_address();
    uint8_t *end = unmapped_page();

    XTF_REQUIRE(open_ring());

    expect_refused(argo_sendv((void *)end, &iov, 1, TYPE), -EFAULT);
    memcpy(end - sizeof(addr) + 1, &addr, sizeof(addr) - 1);
    expect_refused(argo_sendv((void *)(end - sizeof(addr) + 1), &iov, 1, TYPE),
                   -EFAULT);
}

CASE("sendv: buffer list unmapped or crosses into an unmapped page -> -EFAULT")
{
    xen_argo_iov_t *end = unmapped_page();

    XTF_REQUIRE(open_ring());

    end[-1] = (xen_argo_iov_t) { .iov_hnd = data, .iov_len = 1 };
    expect_refused(sendv(end, 1), -EFAULT);
    expect_refused(sendv(end - 1, 2), -EFAULT);
    expect_eq(sendv(end - 1, 1), 1);
}

CASE("sendv: buffer at an unmapped address or in Xen -> -EFAULT")
{
    xen_argo_iov_t iov = { .iov_hnd = unmapped_page(), .iov_len = 1 };

    XTF_REQUIRE(open_ring());
    expect_refused(sendv(&iov, 1), -EFAULT);

#ifdef CONFIG_64BIT
    /* Xen's own memory; a non-canonical address. */
    iov.iov_hnd = _p(0xffff830000000000);
    expect_refused(sendv(&iov, 1), -EFAULT);
    iov.iov_hnd = _p(0x8000000000000000);
    expect_refused(sendv(&iov, 1), -EFAULT);
#endif
}

CASE("sendv: buffer crosses into an unmapped page -> -EFAULT")
{
    const uint8_t *end = unmapped_page();
    unsigned int there;

    XTF_REQUIRE(open_ring());

    for ( there = 1; there < 64; there += 9 )
    {
        const xen_argo_iov_t iov = {
            .iov_hnd = end - there, .iov_len = there + 1,
        };

        expect_refused(sendv(&iov, 1), -EFAULT);
    }
}

CASE("sendv: unmapped buffer after valid ones -> -EFAULT")
{
    unsigned int n;

    XTF_REQUIRE(open_ring());

    for ( n = 1; n < XEN_ARGO_MAXIOV; ++n )
    {
        xen_argo_iov_t iov[XEN_ARGO_MAXIOV];
        unsigned int i;

        for ( i = 0; i < n; ++i )
            iov[i] = (xen_argo_iov_t) { .iov_hnd = data, .iov_len = 30 };
        iov[n] = (xen_argo_iov_t) { .iov_hnd = unmapped_page(), .iov_len = 1 };

        expect_refused(sendv(iov, n + 1), -EFAULT);
    }
}

#ifdef CONFIG_64BIT
CASE("sendv: message type above 32 bits -> -EINVAL")
{
    const xen_argo_iov_t iov = { .iov_hnd = data, .iov_len = 1 };
    xen_argo_send_addr_t addr = good_address();
    unsigned int bit;

    XTF_REQUIRE(open_ring());

    for ( bit = 32; bit < 64; ++bit )
        expect_refused(argo_sendv(&addr, &iov, 1, 1UL << bit), -EINVAL);
}
#endif
