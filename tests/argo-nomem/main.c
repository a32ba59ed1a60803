/**
 * @file tests/argo-nomem/main.c
 * @ref test-argo-nomem
 *
 * @page test-argo-nomem Argo: Xen without memory
 *
 * Takes all of Xen's memory, and then asks for what needs some: rings, and to
 * wait for room in one.  Each is refused with -ENOMEM, and nothing is left of
 * the attempt: no half of a ring, and nobody waits.  With memory, the same
 * operation succeeds as if it had not failed before.
 *
 * It matters because a guest must not be able to harm others by using up what
 * Xen has, and code that undoes half of an operation hardly ever runs.
 *
 * Xen's structures for Argo are small, and many may fit into what is left of
 * pages in use.  So the cases first have Xen use that up, with more of the same.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <xtf/argo.h>
#include <xtf/exhaust.h>
#include <xtf.h>

#include <arch/mm.h>

const char test_title[] = "Argo: Xen without memory";

#define ROOM_LEFT "Xen has room left in what it has in use"

void test_main(void)
{
    if ( argo_required() )
        xtf_run_cases();
}

/*
 * Registration.
 */

#define PORT 0x4000

static struct argo_ring ring;
static uint8_t ring_frame[PAGE_SIZE] __page_aligned_bss;

static void no_ring(void)
{
    xen_argo_ring_data_ent_t ent;

    expect_errno(argo_send(argo_self(), PORT, 1, "x", 1, 2), -ECONNREFUSED);
    expect_errno(argo_unregister(PORT, argo_self()), -ENOENT);
    expect_ok(argo_query(argo_self(), PORT, 1, &ent));
    expect_hex(ent.flags, 0);
}

static long register_ring(void)
{
    return argo_ring_register(&ring, XEN_ARGO_REGISTER_FLAG_FAIL_EXIST);
}

/* It works, and when it is gone, so is all that it took of Xen's memory. */
static void try_ring(struct argo_ring *r)
{
    struct xen_argo_ring_message_header hdr;
    char c = 0;

    expect_eq(argo_send(argo_self(), r->aport, 1, "x", 1, 2), 1);
    expect_eq(argo_receive(r, &hdr, &c, 1), 1);
    expect_eq(c, 'x');
    expect_ok(argo_ring_unregister(r));
    no_ring();
}

static void try_register(domid_t partner)
{
    argo_ring_init(&ring, ring_frame, PORT, partner, 256);
    xtf_case_cleanup(argo_ring_close, &ring);
    XTF_REQUIRE(exhaust_for_case());
    if ( !exhaust_fill() )
        skip_case(ROOM_LEFT);

    require_ok(exhaust_until(register_ring, -ENOMEM, 0, no_ring));
    try_ring(&ring);
    exhaust_unfill();
    expect_eq(exhaust_used(), 0);
}

CASE("register: without memory there is no ring, and later there is")
{
    try_register(argo_self());
}

CASE("register: the same, for anybody")
{
    if ( !argo_wildcard_allowed() )
        skip_case("needs " ARGO_WILDCARD_OPTION);
    try_register(XEN_ARGO_DOMID_ANY);
}

/* Two lists of a page each: one page is as little use as none. */
static long register_512(void)
{
    static xen_argo_gfn_t gfns[512];
    const xen_argo_register_ring_t reg = {
        .aport = PORT, .partner_id = argo_self(),
        .len = ARRAY_SIZE(gfns) * PAGE_SIZE -
            sizeof(xen_argo_ring_t),
    };
    unsigned int i;

    for ( i = 0; i < ARRAY_SIZE(gfns); ++i )
        gfns[i] = virt_to_gfn(ring_frame);

    return argo_register(&reg, gfns, ARRAY_SIZE(gfns),
                         XEN_ARGO_REGISTER_FLAG_FAIL_EXIST);
}

static void drop_512(void *unused)
{
    argo_unregister(PORT, argo_self());
}

CASE("register: memory for half of a large ring is memory for none")
{
    xtf_case_cleanup(drop_512, NULL);
    XTF_REQUIRE(exhaust_for_case());
    exhaust_fill();

    require_ok(exhaust_until(register_512, -ENOMEM, 0, no_ring));
    expect_range(exhaust_used(), 2, 4);
    expect_eq(argo_send(argo_self(), PORT, 1, "x", 1, 2), 1);
    expect_ok(argo_unregister(PORT, argo_self()));
    expect_eq(exhaust_used(), 0);
}

/* It might count as one of the 128 that a domain may have. */
CASE("register: what fails counts as no ring, and takes nothing")
{
    unsigned int i;

    xtf_case_cleanup(drop_512, NULL);
    XTF_REQUIRE(exhaust_for_case());

    exhaust_release(1);
    for ( i = 0; i < 130; ++i )
        require_errno(register_512(), -ENOMEM);
    expect_eq(exhaust_used(), 0);

    exhaust_release(EXHAUST_SPARE);
    expect_ok(register_512());
}

/*
 * Waiting: a case has rings that are full, waits at one after the other until
 * Xen has no room for a further wait, and goes on with that ring.
 */

#define NR_FULL     60
#define FULL_LEN    64

static uint8_t full_frames[NR_FULL][PAGE_SIZE] __page_aligned_bss;
static struct argo_ring full[NR_FULL];
static unsigned int at;

static long wait_by_send(void)
{
    return argo_send(argo_self(), PORT + at, 1, "x", 1, 2);
}

static long wait_by_query(void)
{
    xen_argo_ring_data_ent_t ent;
    long rc = argo_query(argo_self(), PORT + at, 16, &ent);

    return rc ?: ent.flags & XEN_ARGO_RING_SUFFICIENT ? 0 : -EAGAIN;
}

static void fill_ring(const struct argo_ring *r)
{
    static const uint8_t payload[ARGO_MAX_PAYLOAD(FULL_LEN)];

    expect_eq(argo_send(argo_self(), r->aport, 1, payload, sizeof(payload), 2),
              sizeof(payload));
}

/* Whether Xen tells us when there is room, which there is no more after. */
static bool is_told_of_room(void)
{
    xen_argo_ring_t *header = argo_ring_header(&full[at]);
    bool told;

    argo_virq_take();
    header->rx_ptr = header->tx_ptr;
    expect_ok(argo_notify(NULL));
    told = argo_virq_take();
    fill_ring(&full[at]);

    return told;
}

static void nobody_waits(void)
{
    expect_false(is_told_of_room());
}

static void end_all_waits(void)
{
    unsigned int i;

    for ( i = 0; i < NR_FULL; ++i )
        argo_ring_header(&full[i])->rx_ptr =
            argo_ring_header(&full[i])->tx_ptr;
    expect_ok(argo_notify(NULL));
}

static void close_full(void *unused)
{
    unsigned int i;

    for ( i = 0; i < NR_FULL; ++i )
        argo_ring_close(&full[i]);
}

static void try_wait(long (*wait)(void), domid_t partner)
{
    long rc = -EAGAIN;
    uint32_t tx;

    if ( partner == XEN_ARGO_DOMID_ANY && !argo_wildcard_allowed() )
        skip_case("needs " ARGO_WILDCARD_OPTION);

    xtf_case_cleanup(close_full, NULL);
    for ( at = 0; at < NR_FULL; ++at )
    {
        argo_ring_init(&full[at], full_frames[at], PORT + at, partner,
                       FULL_LEN);
        require_ok(argo_ring_register(&full[at], 0));
        fill_ring(&full[at]);
    }

    XTF_REQUIRE(exhaust_for_case());
    if ( !exhaust_fill() )
        skip_case(ROOM_LEFT);
    for ( at = 0; at < NR_FULL && rc == -EAGAIN; at += rc == -EAGAIN )
        rc = wait();
    if ( rc == -EAGAIN )
    {
        /* Then Xen has noted them all. */
        for ( at = 0; at < NR_FULL; ++at )
            require_true(is_told_of_room());
        skip_case(ROOM_LEFT);
    }
    require_errno(rc, -ENOMEM);

    /* Nothing is sent, and nobody told; whoever waits elsewhere does. */
    tx = argo_ring_header(&full[at])->tx_ptr;
    argo_virq_take();
    expect_errno(wait(), -ENOMEM);
    expect_eq(argo_ring_header(&full[at])->tx_ptr, tx);
    expect_false(argo_virq_take());
    nobody_waits();

    require_errno(exhaust_until(wait, -ENOMEM, 0, nobody_waits), -EAGAIN);
    expect_true(is_told_of_room());
    expect_false(is_told_of_room());
    if ( at )
    {
        at--;
        expect_true(is_told_of_room());
    }

    /* What waits had taken of Xen's memory is there again. */
    end_all_waits();
    exhaust_unfill();
    expect_eq(exhaust_used(), 0);
}

CASE("sendv: without memory to wait, nobody waits")
{
    try_wait(wait_by_send, argo_self());
}

CASE("sendv: the same at a ring for anybody")
{
    try_wait(wait_by_send, XEN_ARGO_DOMID_ANY);
}

CASE("notify: without memory to wait, nobody waits")
{
    try_wait(wait_by_query, argo_self());
}

CASE("notify: the same at a ring for anybody")
{
    try_wait(wait_by_query, XEN_ARGO_DOMID_ANY);
}
