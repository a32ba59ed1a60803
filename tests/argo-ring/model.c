/*
 * The model of a ring: see model.h.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "model.h"

struct argo_ring ring;
uint8_t data[MAX_FRAMES * PAGE_SIZE];

/* A guard frame on either side of the ring's frames detects overruns. */
static uint8_t memory[MAX_FRAMES + 2][PAGE_SIZE] __page_aligned_bss;
static uint8_t copy[MAX_FRAMES][PAGE_SIZE] __aligned(8);
static uint32_t rx, tx, nr_sent;

#define GUARD 0x6a6b6c6d6e6f7071ULL

static void model_close(void *unused)
{
    argo_ring_close(&ring);
}

static xen_argo_ring_t *copy_header(void)
{
    return (void *)copy;
}

static void fill_frame(void *frame, uint64_t word)
{
    uint64_t *to = frame;
    unsigned int i;

    for ( i = 0; i < PAGE_SIZE / sizeof(*to); ++i )
        to[i] = word;
}

bool model_open(uint32_t len, uint32_t off)
{
    unsigned int i;

    if ( !ring.registered )
        xtf_case_cleanup(model_close, NULL);
    argo_ring_close(&ring);

    if ( !data[1] )
        for ( i = 0; i < sizeof(data); ++i )
            data[i] = i ^ (i >> 8) * 29;

    argo_ring_init(&ring, memory[1], PORT, argo_self(), len);
    fill_frame(memory[0], GUARD);
    fill_frame(memory[ring.nr_frames + 1], GUARD);

    for ( i = 0; i < ring.nr_frames; ++i )
    {
        uint64_t pattern = 0xd0d1d2d3d4d5d6d7 + i;

        fill_frame(copy[i], pattern);
        fill_frame(argo_ring_frame(&ring, i), pattern);
    }

    copy_header()->rx_ptr = copy_header()->tx_ptr = off;
    argo_ring_header(&ring)->rx_ptr = argo_ring_header(&ring)->tx_ptr = off;

    rx = tx = off;
    nr_sent = 0;

    return expect_ok(argo_ring_register(&ring, 0));
}

uint32_t model_tx(void)
{
    return tx;
}

uint32_t model_free(void)
{
    return rx == tx ? ring.len : (rx + ring.len - tx) % ring.len;
}

void model_receive_to(uint32_t rx_ptr)
{
    rx = rx_ptr;
    copy_header()->rx_ptr = rx_ptr;
    STORE_RELEASE(&argo_ring_header(&ring)->rx_ptr, rx_ptr);
}

void model_receive_all(void)
{
    model_receive_to(tx);
}

/*
 * As memcmp() == 0 for a frame.  The test spends most of its time here, and
 * emulated string instructions are slow.
 */
static bool same(const void *a, const void *b)
{
    const unsigned long *x = a, *y = b;
    unsigned int i;

    for ( i = 0; i < PAGE_SIZE / sizeof(*x); ++i )
        if ( x[i] != y[i] )
            return false;

    return true;
}

static bool is_guard(const void *page)
{
    const uint64_t *word = page;
    unsigned int i;

    for ( i = 0; i < PAGE_SIZE / sizeof(*word); ++i )
        if ( word[i] != GUARD )
            return false;

    return true;
}

bool model_check(void)
{
    const xen_argo_ring_t *header = argo_ring_header(&ring);
    bool ok = true;
    unsigned int i;

    if ( header->tx_ptr != tx )
        ok = expect_eq(header->tx_ptr, tx);

    for ( i = 0; i < ring.nr_frames; ++i )
        if ( !same(argo_ring_frame(&ring, i), copy[i]) )
        {
            printk("frame %u, len %u, message %u:\n", i, ring.len, nr_sent);
            ok = expect_mem(argo_ring_frame(&ring, i), copy[i], PAGE_SIZE);
        }

    ok &= expect_msg(is_guard(memory[0]) &&
                     is_guard(memory[ring.nr_frames + 1]),
                     "memory next to the ring's frames was written, "
                     "expected no change");

    return ok;
}

static void put(uint32_t off, const void *src, uint32_t len)
{
    uint8_t *circle = (uint8_t *)copy + sizeof(xen_argo_ring_t);
    const uint8_t *byte = src;

    for ( ; len--; off = (off + 1) % ring.len )
        circle[off] = *byte++;
}

static int send(const xen_argo_iov_t *iov, unsigned int niov, uint32_t type)
{
    const xen_argo_send_addr_t addr = {
        .src = { .aport = FROM, .domain_id = argo_self() },
        .dst = { .aport = PORT, .domain_id = argo_self() },
    };

    return argo_sendv(&addr, iov, niov, type);
}

bool model_send(const xen_argo_iov_t *iov, unsigned int niov)
{
    struct xen_argo_ring_message_header hdr = {
        .len = sizeof(hdr),
        .source = { .aport = FROM, .domain_id = argo_self() },
        .message_type = ++nr_sent,
    };
    uint32_t off = tx + sizeof(hdr), payload;
    unsigned int i;

    for ( i = 0; i < niov; ++i )
    {
        put(off % ring.len, iov[i].iov_hnd, iov[i].iov_len);
        off += iov[i].iov_len;
        hdr.len += iov[i].iov_len;
    }
    put(tx, &hdr, sizeof(hdr));

    payload = hdr.len - sizeof(hdr);
    tx = (tx + ARGO_MSG_SPAN(payload)) % ring.len;
    copy_header()->tx_ptr = tx;

    return expect_eq(send(iov, niov, nr_sent), payload) && model_check();
}

bool model_send_data(uint32_t from, uint32_t len)
{
    const xen_argo_iov_t iov = { .iov_hnd = data + from, .iov_len = len };

    return model_send(&iov, 1);
}

bool model_refused(uint32_t len, int error)
{
    const xen_argo_iov_t iov = { .iov_hnd = data, .iov_len = len };

    argo_virq_take();

    return expect_errno(send(&iov, 1, 0), error) &&
        expect_msg(!argo_virq_take(),
                   "VIRQ_ARGO raised for a message that failed") &&
        model_check();
}
