/**
 * @file tests/bench-argo/main.c
 * @ref test-bench-argo
 *
 * @page test-bench-argo Benchmark: Argo
 *
 * The cost of messages of several sizes: to send, to send and receive, to send
 * and receive a reply; and the cost of notify and of registering a ring.  The
 * domain sends to itself.
 *
 * Argo copies every byte: a change of Xen that copies twice, or maps the ring
 * for each message, passes all other tests.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <xtf.h>
#include <xtf/drivers/argo.h>
#include <xtf/harness/argo_case.h>
#include <xtf/harness/bench.h>

const char test_title[] = "Benchmark: Argo";

#define PORT    1
#define ANSWERS 2
#define LEN     (32 << 10)
#define FRAMES  ARGO_RING_FRAMES(LEN)

static uint8_t frames[FRAMES][PAGE_SIZE] __page_aligned_bss;
static uint8_t answer_frames[FRAMES][PAGE_SIZE] __page_aligned_bss;
static struct argo_ring ring, answers;
static uint8_t out[16 << 10], in[16 << 10];

static const uint32_t sizes[] = { 0, 16, 64, 256, 1024, 4096, 16384 };

/* Send a message and drop it from the ring. */
static long send(void *arg)
{
    const uint32_t *size = arg;
    long rc = argo_send(argo_self(), PORT, ANSWERS, out, *size, 0) - (long)*size;

    argo_ring_header(&ring)->rx_ptr = argo_ring_header(&ring)->tx_ptr;

    return rc;
}

static long send_and_receive(void *arg)
{
    const uint32_t *size = arg;
    struct xen_argo_ring_message_header hdr;
    int rc = argo_send(argo_self(), PORT, ANSWERS, out, *size, 0);

    if ( rc != *size )
        return rc ?: -EINVAL;

    return argo_receive(&ring, &hdr, in, sizeof(in)) - (long)*size;
}

static long round_trip(void *arg)
{
    const uint32_t *size = arg;
    struct xen_argo_ring_message_header hdr;
    long rc = send_and_receive(arg);
    int sent;

    if ( rc )
        return rc;

    sent = argo_send(argo_self(), ANSWERS, PORT, in, *size, 0);
    if ( sent != *size )
        return sent ?: -EINVAL;

    return argo_receive(&answers, &hdr, in, sizeof(in)) - (long)*size;
}

static long query(void *unused)
{
    xen_argo_ring_data_ent_t ent;

    return argo_query(argo_self(), PORT, 16, &ent);
}

static long register_unregister(void *arg)
{
    return argo_ring_register(arg, 0) ?: argo_ring_unregister(arg);
}

static void run_sizes(const char *name, long (*fn)(void *))
{
    unsigned int i;

    for ( i = 0; i < ARRAY_SIZE(sizes); ++i )
    {
        char line[32];

        snprintf(line, sizeof(line), "argo.%s.%u", name, sizes[i]);
        bench_run(line, fn, (void *)&sizes[i], sizes[i]);
    }
}

void test_main(void)
{
    if ( !argo_required() )
        return;

    bench_begin();

    argo_ring_init(&ring, frames, PORT, argo_self(), LEN);
    argo_ring_init(&answers, answer_frames, ANSWERS, argo_self(), LEN);
    bench_run("argo.register_unregister", register_unregister, &ring, 0);

    if ( argo_ring_register(&ring, 0) || argo_ring_register(&answers, 0) )
        return xtf_error("register_ring failed\n");

    run_sizes("send", send);
    run_sizes("send_receive", send_and_receive);
    run_sizes("round_trip", round_trip);
    bench_run("argo.notify", query, NULL, 0);

    argo_ring_close(&answers);
    argo_ring_close(&ring);

    xtf_success(NULL);
}
