/**
 * @file tests/argo-limits/main.c
 * @ref test-argo-limits
 *
 * @page test-argo-limits Argo: limits
 *
 * The maximum number of rings of a domain, all in use at once; the largest
 * ring; the largest message.
 *
 * The limits keep one guest from exhausting Xen's heap, and Xen's arithmetic of
 * ring offsets is most likely to overflow there.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <xtf.h>
#include <xtf/drivers/argo.h>
#include <xtf/harness/argo_case.h>

#include <arch/mm.h>

const char test_title[] = "Argo: limits";

/* Xen's limit of rings of a domain. */
#define MAX_RINGS       128

#define RING_LEN        1024
#define PORT(i)         (0x100 * (i) + (i) / 2)

static uint8_t frames[MAX_RINGS + 1][PAGE_SIZE] __page_aligned_bss;
static struct argo_ring rings[MAX_RINGS + 1];

void test_main(void)
{
    if ( argo_required() )
        xtf_run_cases();
}

/*
 * The number of rings.  No case in this image registers an existing ring again:
 * Xen 4.17 counts that as one more ring until the domain ends.
 */

static void close_rings(void *unused)
{
    unsigned int i;

    for ( i = 0; i <= MAX_RINGS; ++i )
        argo_ring_close(&rings[i]);
}

static bool open_rings(void)
{
    unsigned int i;

    xtf_case_cleanup(close_rings, NULL);

    for ( i = 0; i <= MAX_RINGS; ++i )
    {
        argo_ring_init(&rings[i], frames[i], PORT(i), argo_self(), RING_LEN);
        if ( i < MAX_RINGS && !expect_ok(argo_ring_register(&rings[i], 0)) )
            return false;
    }

    return true;
}

CASE("register_ring: 128 rings registered -> -ENOSPC until one is unregistered")
{
    XTF_REQUIRE(open_rings());

    expect_errno(argo_ring_register(&rings[MAX_RINGS], 0), -ENOSPC);
    expect_errno(argo_send(argo_self(), PORT(MAX_RINGS), 1, "x", 1, 2),
                 -ECONNREFUSED);

    require_ok(argo_ring_unregister(&rings[77]));
    expect_ok(argo_ring_register(&rings[MAX_RINGS], 0));
    expect_errno(argo_ring_register(&rings[77], 0), -ENOSPC);
}

CASE("register_ring: 256 failed calls -> 128 rings can still be registered")
{
    const xen_argo_register_ring_t reg = {
        .aport = 1, .partner_id = argo_self(), .len = RING_LEN,
    };
    const xen_argo_gfn_t bad = ~0ULL;
    unsigned int i;

    for ( i = 0; i < 2 * MAX_RINGS; ++i )
        require_errno(argo_register(&reg, &bad, 1, 0), -EINVAL);

    expect_true(open_rings());
}

CASE("unregister_ring: failed call, 128 rings registered -> register_ring still -ENOSPC")
{
    XTF_REQUIRE(open_rings());

    require_errno(argo_unregister(PORT(MAX_RINGS), argo_self()), -ENOENT);
    expect_errno(argo_ring_register(&rings[MAX_RINGS], 0), -ENOSPC);
}

CASE("sendv: to each of 128 rings -> each ring holds only the message sent to that ring")
{
    unsigned int i;

    XTF_REQUIRE(open_rings());

    for ( i = 0; i < MAX_RINGS; ++i )
        require_eq(argo_send(argo_self(), PORT(i), i, "x", 1, i * 3), 1);

    for ( i = 0; i < MAX_RINGS; ++i )
    {
        struct xen_argo_ring_message_header hdr;
        char c;

        require_eq(argo_receive(&rings[i], &hdr, &c, 1), 1);
        require_eq(hdr.source.aport, i);
        require_eq(hdr.message_type, i * 3);
        require_errno(argo_receive(&rings[i], &hdr, &c, 1), -EAGAIN);
    }
}

CASE("notify: pending notification at each of 128 rings -> VIRQ_ARGO as each gets space")
{
    static uint8_t payload[ARGO_MAX_PAYLOAD(RING_LEN)];
    const uint32_t most = sizeof(payload);
    unsigned int i;

    XTF_REQUIRE(open_rings());

    for ( i = 0; i < MAX_RINGS; ++i )
    {
        require_eq(argo_send(argo_self(), PORT(i), 1, payload, most, 2), most);
        require_errno(argo_send(argo_self(), PORT(i), 1, "x", 1, 2), -EAGAIN);
    }

    for ( i = 0; i < MAX_RINGS; ++i )
    {
        xen_argo_ring_t *header = argo_ring_header(&rings[i]);

        argo_virq_take();
        require_ok(argo_notify(NULL));
        require_true(!argo_virq_take());
        header->rx_ptr = header->tx_ptr;
        require_ok(argo_notify(NULL));
        require_true(argo_virq_take());
    }
}

static union
{
    xen_argo_ring_data_t q;
    uint8_t bytes[sizeof(xen_argo_ring_data_t) +
                  MAX_RINGS * sizeof(xen_argo_ring_data_ent_t)];
} request;

/* notify with one entry for each ring: @required bytes of space. */
static long notify_all(uint32_t required)
{
    unsigned int i;

    memset(&request, 0, sizeof(request));
    request.q.nent = MAX_RINGS;
    for ( i = 0; i < MAX_RINGS; ++i )
    {
        request.q.data[i].ring =
            (xen_argo_addr_t) { PORT(i), argo_self(), 0 };
        request.q.data[i].space_required = required;
    }

    return argo_notify(&request.q);
}

CASE("notify: one call, 128 full rings -> pending notification at each of them")
{
    static uint8_t payload[ARGO_MAX_PAYLOAD(RING_LEN)];
    const uint32_t most = sizeof(payload);
    unsigned int i;

    XTF_REQUIRE(open_rings());
    for ( i = 0; i < MAX_RINGS; ++i )
        require_eq(argo_send(argo_self(), PORT(i), 1, payload, most, 2), most);

    require_ok(notify_all(16));
    for ( i = 0; i < MAX_RINGS; ++i )
        require_hex(request.q.data[i].flags, XEN_ARGO_RING_EXISTS);

    for ( i = 0; i < MAX_RINGS; ++i )
    {
        xen_argo_ring_t *header = argo_ring_header(&rings[i]);

        header->rx_ptr = header->tx_ptr;
        argo_virq_take();
        require_ok(argo_notify(NULL));
        require_true(argo_virq_take());
        require_ok(argo_notify(NULL));
        require_true(!argo_virq_take());
    }
}

CASE("notify: 128 entries, three of four rings unregistered -> EXISTS for the others only")
{
    unsigned int i;

    XTF_REQUIRE(open_rings());
    for ( i = 0; i < MAX_RINGS; ++i )
        if ( i % 4 )
            require_ok(argo_ring_unregister(&rings[i]));

    require_ok(notify_all(0));
    for ( i = 0; i < MAX_RINGS; ++i )
        require_eq(request.q.data[i].flags & XEN_ARGO_RING_EXISTS, !(i % 4));
}

/*
 * The largest ring is 16 MiB with its header of 64 bytes.  The test lists the
 * same few frames over and over: no case reads back bytes that a later write to
 * the same frame may have changed.
 */

#define LARGEST     (XEN_ARGO_MAX_RING_SIZE - sizeof(xen_argo_ring_t))
#define LARGE_PORT  0x1a69e
#define NR_DISTINCT 100
#define BUF_LEN     (2 << 20)

static xen_argo_gfn_t gfns[ARGO_MAX_FRAMES];
static uint8_t buf[BUF_LEN] __page_aligned_bss;

static xen_argo_ring_t *const large = (void *)frames[0];

/* The memory of offset @off of the large ring's buffer. */
static uint8_t *large_at(uint32_t off)
{
    unsigned int i = (off + sizeof(xen_argo_ring_t)) >> PAGE_SHIFT;

    return frames[i ? 1 + i % NR_DISTINCT : 0] +
        ((off + sizeof(xen_argo_ring_t)) & ~PAGE_MASK);
}

static void close_large(void *unused)
{
    argo_unregister(LARGE_PORT, argo_self());
}

static bool open_large(uint32_t off)
{
    const xen_argo_register_ring_t reg = {
        .aport = LARGE_PORT, .partner_id = argo_self(), .len = LARGEST,
    };
    unsigned int i;

    gfns[0] = virt_to_gfn(frames[0]);
    for ( i = 1; i < ARGO_MAX_FRAMES; ++i )
        gfns[i] = virt_to_gfn(frames[1 + i % NR_DISTINCT]);

    memset(frames, 0xee, sizeof(frames));
    large->rx_ptr = large->tx_ptr = off;

    return expect_ok(argo_register(&reg, gfns, ARGO_MAX_FRAMES, 0));
}

static int send_large(const xen_argo_iov_t *iov, unsigned int niov)
{
    const xen_argo_send_addr_t addr = {
        .src = { .aport = 1, .domain_id = argo_self() },
        .dst = { .aport = LARGE_PORT, .domain_id = argo_self() },
    };

    return argo_sendv(&addr, iov, niov, 3);
}

CASE("register_ring: len is 16 MiB - 64 -> max_message_size is len - 32")
{
    xen_argo_ring_data_ent_t ent;

    xtf_case_cleanup(close_large, NULL);
    XTF_REQUIRE(open_large(0));
    require_ok(argo_query(argo_self(), LARGE_PORT, LARGEST - 32, &ent));
    expect_eq(ent.max_message_size, LARGEST - 32);
    expect_hex(ent.flags, XEN_ARGO_RING_EXISTS | XEN_ARGO_RING_EMPTY |
               XEN_ARGO_RING_SUFFICIENT);

    require_ok(argo_query(argo_self(), LARGE_PORT, LARGEST - 31, &ent));
    expect_hex(ent.flags, XEN_ARGO_RING_EXISTS | XEN_ARGO_RING_EMPTY |
               XEN_ARGO_RING_EMSGSIZE);
}

/* Header and ring buffer fill 4096 frames exactly. */
CASE("register_ring: len above 16 MiB - 64, or 16 MiB - 64 with 4095 frames -> -EINVAL")
{
    xen_argo_register_ring_t reg = {
        .aport = LARGE_PORT, .partner_id = argo_self(), .len = LARGEST,
    };
    unsigned int i;

    for ( i = 0; i < ARGO_MAX_FRAMES; ++i )
        gfns[i] = virt_to_gfn(frames[1 + i % NR_DISTINCT]);

    expect_errno(argo_register(&reg, gfns, ARGO_MAX_FRAMES - 1, 0), -EINVAL);
    reg.len += XEN_ARGO_MSG_SLOT_SIZE;
    expect_errno(argo_register(&reg, gfns, ARGO_MAX_FRAMES, 0), -EINVAL);
    reg.len = XEN_ARGO_MAX_RING_SIZE;
    expect_errno(argo_register(&reg, gfns, ARGO_MAX_FRAMES, 0), -EINVAL);
    expect_errno(argo_unregister(LARGE_PORT, argo_self()), -ENOENT);
}

CASE("sendv: largest ring, tx_ptr at boundary offsets -> message and tx_ptr at the right offset")
{
    static const uint32_t offs[] = {
        LARGEST - 16, LARGEST - 32, LARGEST - 48, LARGEST - PAGE_SIZE,
        LARGEST / 2 & ~15u, 1 << 20, 65536 - 64, 65536 - 80,
    };
    static const char text[] = "at the very end";
    unsigned int i;

    xtf_case_cleanup(close_large, NULL);

    for ( i = 0; i < ARRAY_SIZE(offs); ++i )
    {
        const xen_argo_iov_t iov = { .iov_hnd = text, .iov_len = 16 };
        uint32_t data = (offs[i] + 16) % LARGEST;

        close_large(NULL);
        XTF_REQUIRE(open_large(offs[i]));
        expect_eq(send_large(&iov, 1), 16);
        expect_eq(large->tx_ptr, (offs[i] + 32) % LARGEST);
        expect_eq(((struct xen_argo_ring_message_header *)
                   large_at(offs[i]))->len, 32);
        expect_mem(large_at(data), text, 16);
    }
}

CASE("sendv: largest ring, payload len - 31, len - 32 -> -EMSGSIZE, sent")
{
    xen_argo_iov_t iov[XEN_ARGO_MAXIOV];
    unsigned int i;

    for ( i = 0; i < XEN_ARGO_MAXIOV; ++i )
        iov[i] = (xen_argo_iov_t) {
            .iov_hnd = buf, .iov_len = (LARGEST - 32) / XEN_ARGO_MAXIOV,
        };
    memset(buf, 0x42, 16);

    xtf_case_cleanup(close_large, NULL);
    XTF_REQUIRE(open_large(0));

    iov[7].iov_len++;
    expect_errno(send_large(iov, XEN_ARGO_MAXIOV), -EMSGSIZE);
    expect_eq(large->tx_ptr, 0);

    iov[7].iov_len--;
    expect_eq(send_large(iov, XEN_ARGO_MAXIOV), LARGEST - 32);
    expect_eq(large->tx_ptr, LARGEST - 16);
    expect_errno(send_large(iov, 0), -EAGAIN);
}
