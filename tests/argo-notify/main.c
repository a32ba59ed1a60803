/**
 * @file tests/argo-notify/main.c
 * @ref test-argo-notify
 *
 * @page test-argo-notify Argo: notify
 *
 * What XEN_ARGO_OP_notify says of a ring, flag by flag and to the byte, and when
 * a sender that was turned away hears that there is room: once, not before all
 * of it is there, and not any more after it gave up.
 *
 * It matters because a sender sleeps until it is notified: a notification that
 * is lost stops it for good, and flags that tell of rings which are none of its
 * business tell it about other domains.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <xtf.h>
#include <xtf/argo.h>
#include <xtf/unmapped.h>

#include <arch/lib.h>
#include <arch/mm.h>
#include <arch/pagetable.h>
#include <arch/symbolic-const.h>

#include "notify.h"

const char test_title[] = "Argo: notify";

/* Xen's limit of entries in one call. */
#define MAX_ENTRIES 256

static uint8_t frames[2][PAGE_SIZE] __page_aligned_bss;
static uint8_t others[2][PAGE_SIZE] __page_aligned_bss;
struct argo_ring ring, other;
uint8_t payload[LEN];

/* A question is an xen_argo_ring_data_t, here with more entries than allowed. */
static union
{
    xen_argo_ring_data_t q;
    uint8_t bytes[sizeof(xen_argo_ring_data_t) +
                  (MAX_ENTRIES + 1) * sizeof(xen_argo_ring_data_ent_t)];
} question, before;

void test_main(void)
{
    if ( argo_required() )
        xtf_run_cases();
}

bool open_ring(domid_t partner)
{
    argo_ring_init(&ring, frames, PORT, partner, LEN);
    xtf_case_cleanup(argo_ring_close, &ring);

    return expect_ok(argo_ring_register(&ring, 0));
}

bool open_other(xen_argo_port_t aport, domid_t partner, uint32_t len)
{
    argo_ring_init(&other, others, aport, partner, len);
    xtf_case_cleanup(argo_ring_close, &other);

    return expect_ok(argo_ring_register(&other, 0));
}

int send(uint32_t len)
{
    return argo_send(argo_self(), PORT, 1, payload, len, 2);
}

void receive_all(struct argo_ring *r)
{
    STORE_RELEASE(&argo_ring_header(r)->rx_ptr, argo_ring_header(r)->tx_ptr);
}

/* The flags that come back for this question. */
#define expect_flags(required, expected)                                \
do {                                                                    \
    xen_argo_ring_data_ent_t ent_;                                      \
                                                                        \
    expect_ok(argo_query(argo_self(), PORT, required, &ent_));          \
    expect_hex(ent_.flags, expected);                                   \
    expect_eq(ent_.max_message_size, MOST);                             \
} while ( 0 )

#define EXISTS      XEN_ARGO_RING_EXISTS
#define SHARED      XEN_ARGO_RING_SHARED
#define EMPTY       XEN_ARGO_RING_EMPTY
#define SUFFICIENT  XEN_ARGO_RING_SUFFICIENT
#define TOO_LARGE   XEN_ARGO_RING_EMSGSIZE

CASE("flags: an empty ring")
{
    XTF_REQUIRE(open_ring(argo_self()));

    expect_flags(0, EXISTS | EMPTY | SUFFICIENT);
    expect_flags(1, EXISTS | EMPTY | SUFFICIENT);
    expect_flags(MOST, EXISTS | EMPTY | SUFFICIENT);
    expect_flags(MOST + 1, EXISTS | EMPTY | TOO_LARGE);
    expect_flags(0x80000000, EXISTS | EMPTY | TOO_LARGE);
    expect_flags(0xffffffff, EXISTS | EMPTY | TOO_LARGE);
}

CASE("flags: a ring with something in it")
{
    uint32_t used;

    XTF_REQUIRE(open_ring(argo_self()));

    for ( used = 32; used < MOST - 32; used += 480 )
    {
        require_eq(send(used - 16), used - 16);
        expect_flags(0, EXISTS | SUFFICIENT);
        expect_flags(MOST - used, EXISTS | SUFFICIENT);
        expect_flags(MOST - used + 1, EXISTS);
        expect_flags(MOST, EXISTS);
        expect_flags(MOST + 1, EXISTS | TOO_LARGE);
        receive_all(&ring);
        expect_flags(MOST, EXISTS | EMPTY | SUFFICIENT);
    }
}

/* With no room for even a header, nothing but no bytes at all is there. */
CASE("flags: a full ring")
{
    XTF_REQUIRE(open_ring(argo_self()));

    require_eq(send(MOST), MOST);
    expect_flags(0, EXISTS | SUFFICIENT);
    expect_flags(1, EXISTS);
    expect_flags(MOST, EXISTS);
    expect_flags(MOST + 1, EXISTS | TOO_LARGE);
}

CASE("flags: what is sufficient can be sent")
{
    uint32_t need;

    XTF_REQUIRE(open_ring(argo_self()));

    for ( need = 1; need <= 64; ++need )
    {
        require_eq(send(MOST - 48 - 16), MOST - 48 - 16);
        expect_flags(need, need <= 48 ? EXISTS | SUFFICIENT : EXISTS);
        expect_eq(send(need), need <= 48 ? (int)need : -EAGAIN);
        receive_all(&ring);
    }
}

CASE("flags: a ring for anybody")
{
    if ( !argo_wildcard_allowed() )
        skip_case("rings for anybody are not allowed: " ARGO_WILDCARD_OPTION);

    XTF_REQUIRE(open_ring(XEN_ARGO_DOMID_ANY));

    expect_flags(1, EXISTS | SHARED | EMPTY | SUFFICIENT);
    require_eq(send(100), 100);
    expect_flags(1, EXISTS | SHARED | SUFFICIENT);
    expect_flags(MOST, EXISTS | SHARED);
    expect_flags(MOST + 1, EXISTS | SHARED | TOO_LARGE);
}

CASE("flags: the ring for this sender before the one for anybody")
{
    if ( !argo_wildcard_allowed() )
        skip_case("rings for anybody are not allowed: " ARGO_WILDCARD_OPTION);

    XTF_REQUIRE(open_other(PORT, XEN_ARGO_DOMID_ANY, 1024));
    XTF_REQUIRE(open_ring(argo_self()));
    require_eq(send(1), 1);

    expect_flags(0, EXISTS | SUFFICIENT);
}

/*
 * Rings that there are not: flags say so, and the size is left as it was.
 */

static void expect_nothing(xen_argo_addr_t address)
{
    memset(&question, 0x5c, sizeof(question));
    question.q.nent = 1;
    question.q.pad = 0;
    question.q.data[0].ring = address;
    question.q.data[0].pad = 0;
    memcpy(&before, &question, sizeof(before));
    before.q.data[0].flags = 0;

    expect_ok(argo_notify(&question.q));
    expect_mem(&question, &before, sizeof(before));
}

CASE("no ring: at that port")
{
    XTF_REQUIRE(open_ring(argo_self()));

    expect_nothing((xen_argo_addr_t) { PORT + 1, argo_self(), 0 });
    expect_nothing((xen_argo_addr_t) { PORT ^ 0x80000000, argo_self(), 0 });
}

CASE("no ring: of that domain")
{
    XTF_REQUIRE(open_ring(argo_self()));

    expect_nothing((xen_argo_addr_t) { PORT, DOMID_FIRST_RESERVED - 1, 0 });
    expect_nothing((xen_argo_addr_t) { PORT, DOMID_SELF, 0 });
    expect_nothing((xen_argo_addr_t) { PORT, DOMID_XEN, 0 });
    expect_nothing((xen_argo_addr_t) { PORT, XEN_ARGO_DOMID_ANY, 0 });
}

CASE("no ring: for this sender")
{
    if ( argo_self() == 0 )
        skip_case("domain 0 is this one, and no other is sure to exist");

    XTF_REQUIRE(open_ring(0));
    expect_nothing((xen_argo_addr_t) { PORT, argo_self(), 0 });
}

/*
 * Lists.
 */

/* Every third entry asks for a ring that is there. */
static void ask(uint32_t nent)
{
    unsigned int i;

    memset(&question, 0x5c, sizeof(question));
    question.q.nent = nent;
    question.q.pad = 0;

    for ( i = 0; i <= MAX_ENTRIES; ++i )
    {
        xen_argo_ring_data_ent_t *ent = &question.q.data[i];

        ent->ring = (xen_argo_addr_t) { PORT + i % 3, argo_self(), 0 };
        ent->pad = 0;
        ent->space_required = i;
    }

    memcpy(&before, &question, sizeof(before));
}

/* ...and the first nent are answered: that, and not a byte more. */
static void expect_answered(uint32_t nent)
{
    unsigned int i;

    for ( i = 0; i < nent; ++i )
    {
        xen_argo_ring_data_ent_t *ent = &before.q.data[i];

        ent->flags = i % 3 ? 0 : EXISTS | EMPTY | SUFFICIENT;
        if ( !(i % 3) )
            ent->max_message_size = MOST;
    }

    expect_mem(&question, &before, sizeof(before));
}

CASE("list: from none to the most, each answered in its place")
{
    static const uint32_t counts[] = { 0, 1, 2, 3, 17, MAX_ENTRIES };
    unsigned int i;

    XTF_REQUIRE(open_ring(argo_self()));

    for ( i = 0; i < ARRAY_SIZE(counts); ++i )
    {
        ask(counts[i]);
        expect_ok(argo_notify(&question.q));
        expect_answered(counts[i]);
    }
}

CASE("list: more than the most")
{
    static const uint32_t counts[] = {
        MAX_ENTRIES + 1, 0x10000, 0x80000000, 0xffffffff,
    };
    unsigned int i;

    XTF_REQUIRE(open_ring(argo_self()));

    for ( i = 0; i < ARRAY_SIZE(counts); ++i )
    {
        ask(counts[i]);
        expect_errno(argo_notify(&question.q), -EACCES);
        expect_answered(0);
    }
}

CASE("list: none at all")
{
    expect_ok(argo_notify(NULL));
}

CASE("pointer: no memory there")
{
    expect_errno(argo_notify(unmapped_page()), -EFAULT);
}

CASE("pointer: a list that ends too early")
{
    struct { uint32_t nent, pad; xen_argo_ring_data_ent_t ent[2]; } *at;
    uint8_t *end = unmapped_page();

    XTF_REQUIRE(open_ring(argo_self()));

    /* Two entries announced, one and a half there: the first is answered. */
    at = (void *)(end - sizeof(*at) + sizeof(*at->ent) / 2);
    memset(at, 0, end - (uint8_t *)at);
    at->nent = 2;
    at->ent[0].ring = (xen_argo_addr_t) { PORT, argo_self(), 0 };
    expect_errno(argo_notify((void *)at), -EFAULT);
    expect_eq(at->ent[0].max_message_size, MOST);

    at->nent = 1;
    expect_ok(argo_notify((void *)at));
}

#if CONFIG_PAGING_LEVELS > 0

static uint8_t page[PAGE_SIZE] __page_aligned_bss;

CASE("pointer: a question that can be read and not answered")
{
    memset(&question, 0, sizeof(question));
    question.q.nent = 1;
    question.q.data[0].ring = (xen_argo_addr_t) { PORT, argo_self(), 0 };
    question.q.data[0].flags = SHARED;
    memcpy(page, &question, sizeof(page));

    XTF_REQUIRE(open_ring(argo_self()));
    xtf_case_cleanup(restore_l1e, page);
    require_ok(remap_l1e(page, PF_SYM(AD, P)));
    expect_errno(argo_notify((void *)page), -EFAULT);
    expect_mem(page, &question, sizeof(page));

    restore_l1e(page);
    expect_ok(argo_notify((void *)page));
    expect_hex(((xen_argo_ring_data_t *)page)->data[0].flags,
               EXISTS | EMPTY | SUFFICIENT);
}

#endif

CASE("arguments: those that must be null")
{
    unsigned int bit;

    ask(0);
    expect_errno(hypercall_argo_op(XEN_ARGO_OP_notify, NULL, &question, 0, 0),
                 -EINVAL);
    for ( bit = 0; bit < BITS_PER_LONG; ++bit )
    {
        expect_errno(hypercall_argo_op(XEN_ARGO_OP_notify, NULL, NULL,
                                       1UL << bit, 0), -EINVAL);
        expect_errno(hypercall_argo_op(XEN_ARGO_OP_notify, NULL, NULL,
                                       0, 1UL << bit), -EINVAL);
    }
}
