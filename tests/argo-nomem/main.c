/**
 * @file tests/argo-nomem/main.c
 * @ref test-argo-nomem
 *
 * @page test-argo-nomem Argo: Xen heap exhausted
 *
 * Exhausts Xen's heap and then calls operations that allocate: register_ring,
 * and sendv and notify that leave a pending notification.  Each fails with
 * -ENOMEM and leaves neither a ring nor a pending notification.  Once pages are
 * free, the same operation succeeds.
 *
 * A guest must not be able to harm others by exhausting the heap, and the error
 * paths that free a first allocation hardly ever run otherwise.
 *
 * Xen's structures for Argo are small: many fit into free space of pages that
 * Xen already uses.  So the cases first fill that space with such structures.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <xtf.h>
#include <xtf/drivers/argo.h>
#include <xtf/harness/argo_case.h>
#include <xtf/harness/exhaust.h>
#include <xtf/harness/needs.h>

#include <arch/mm.h>

const char test_title[] = "Argo: Xen heap exhausted";

#define ROOM_LEFT                                                       \
    "needs a full Xen heap: pages that Xen already uses still have free space"

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

static void expect_no_ring(void)
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

/* The ring takes a message; unregister_ring removes it. */
static void try_ring(struct argo_ring *r)
{
    struct xen_argo_ring_message_header hdr;
    char c = 0;

    expect_eq(argo_send(argo_self(), r->aport, 1, "x", 1, 2), 1);
    expect_eq(argo_receive(r, &hdr, &c, 1), 1);
    expect_eq(c, 'x');
    expect_ok(argo_ring_unregister(r));
    expect_no_ring();
}

static void try_register(domid_t partner)
{
    argo_ring_init(&ring, ring_frame, PORT, partner, 256);
    xtf_case_cleanup(argo_ring_close, &ring);
    XTF_REQUIRE(exhaust_for_case());
    if ( !exhaust_fill() )
        skip_case(ROOM_LEFT);

    require_ok(exhaust_until(register_ring, -ENOMEM, 0, expect_no_ring));
    try_ring(&ring);
    exhaust_unfill();
    expect_eq(exhaust_used(), 0);
}

CASE("register_ring: single-partner ring, Xen heap exhausted -> -ENOMEM, later 0")
{
    try_register(argo_self());
}

CASE("register_ring: wildcard ring, Xen heap exhausted -> -ENOMEM, later 0")
{
    need_wildcard_rings();
    try_register(XEN_ARGO_DOMID_ANY);
}

/* Needs two pages: with one free, Xen must fail and free it again. */
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

CASE("register_ring: 512 frames, one page free -> -ENOMEM, page free again")
{
    xtf_case_cleanup(drop_512, NULL);
    XTF_REQUIRE(exhaust_for_case());
    exhaust_fill();

    require_ok(exhaust_until(register_512, -ENOMEM, 0, expect_no_ring));
    expect_range(exhaust_used(), 2, 4);
    expect_eq(argo_send(argo_self(), PORT, 1, "x", 1, 2), 1);
    expect_ok(argo_unregister(PORT, argo_self()));
    expect_eq(exhaust_used(), 0);
}

/* A failed call must not count towards the 128 rings of a domain. */
CASE("register_ring: 130 calls with -ENOMEM -> no page used, next one succeeds")
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
 * Pending notifications: a case fills all rings and requests space in one after
 * the other until Xen cannot allocate a further pending notification.  It then
 * continues with that ring.
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

/*
 * Empty the ring: true if VIRQ_ARGO is raised, so a notification was pending.
 * The ring is full again afterwards.
 */
static bool notification_pending(void)
{
    xen_argo_ring_t *header = argo_ring_header(&full[at]);
    bool raised;

    argo_virq_take();
    header->rx_ptr = header->tx_ptr;
    expect_ok(argo_notify(NULL));
    raised = argo_virq_take();
    fill_ring(&full[at]);

    return raised;
}

static void expect_none_pending(void)
{
    expect_false(notification_pending());
}

static void complete_all_pending(void)
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
        /* Xen had space for all of them, so all must be pending. */
        for ( at = 0; at < NR_FULL; ++at )
            require_true(notification_pending());
        skip_case(ROOM_LEFT);
    }
    require_errno(rc, -ENOMEM);

    /* No message, no VIRQ_ARGO; notifications of other rings stay pending. */
    tx = argo_ring_header(&full[at])->tx_ptr;
    argo_virq_take();
    expect_errno(wait(), -ENOMEM);
    expect_eq(argo_ring_header(&full[at])->tx_ptr, tx);
    expect_false(argo_virq_take());
    expect_none_pending();

    require_errno(exhaust_until(wait, -ENOMEM, 0, expect_none_pending),
                  -EAGAIN);
    expect_true(notification_pending());
    expect_false(notification_pending());
    if ( at )
    {
        at--;
        expect_true(notification_pending());
    }

    /* Xen frees the memory of pending notifications once they are sent. */
    complete_all_pending();
    exhaust_unfill();
    expect_eq(exhaust_used(), 0);
}

CASE("sendv: full ring, Xen heap exhausted -> -ENOMEM, no notification pending")
{
    try_wait(wait_by_send, argo_self());
}

CASE("sendv: full wildcard ring, Xen heap exhausted -> -ENOMEM, no notification pending")
{
    try_wait(wait_by_send, XEN_ARGO_DOMID_ANY);
}

CASE("notify: full ring, Xen heap exhausted -> -ENOMEM, no notification pending")
{
    try_wait(wait_by_query, argo_self());
}

CASE("notify: full wildcard ring, Xen heap exhausted -> -ENOMEM, no notification pending")
{
    try_wait(wait_by_query, XEN_ARGO_DOMID_ANY);
}
