/**
 * @file tests/argo-notify/main.c
 * @ref test-argo-notify
 *
 * @page test-argo-notify Argo: notify
 *
 * The flags and the space that XEN_ARGO_OP_notify reports of a ring, and when a
 * sender with a pending notification gets VIRQ_ARGO: once, not before all of
 * the requested space is free, and not after the request was cancelled.
 *
 * A sender blocks until it is notified: a lost notification stops it for good.
 * Flags for a ring that the sender cannot use would leak information about
 * other domains.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <xtf.h>
#include <xtf/drivers/argo.h>
#include <xtf/harness/argo_case.h>
#include <xtf/harness/needs.h>
#include <xtf/mm/page.h>

#include <arch/lib.h>
#include <arch/mm.h>
#include <arch/pagetable.h>

#include "notify.h"

const char test_title[] = "Argo: notify";

/* Xen's limit of entries in one call. */
#define MAX_ENTRIES 256

static uint8_t frames[2][PAGE_SIZE] __page_aligned_bss;
static uint8_t others[2][PAGE_SIZE] __page_aligned_bss;
struct argo_ring ring, other;
uint8_t payload[LEN];

/* A notify request with one entry more than Xen allows. */
static union
{
    xen_argo_ring_data_t q;
    uint8_t bytes[sizeof(xen_argo_ring_data_t) +
                  (MAX_ENTRIES + 1) * sizeof(xen_argo_ring_data_ent_t)];
} request, before;

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

/* notify for @required bytes at PORT returns these flags. */
#define expect_flags(required, expected)                                \
do {                                                                    \
    xen_argo_ring_data_ent_t ent_;                                      \
                                                                        \
    expect_ok(argo_query(argo_self(), PORT, required, &ent_));          \
    expect_hex(ent_.flags, expected);                                   \
    expect_eq(ent_.max_message_size, MAX_PAYLOAD);                             \
} while ( 0 )

#define EXISTS      XEN_ARGO_RING_EXISTS
#define SHARED      XEN_ARGO_RING_SHARED
#define EMPTY       XEN_ARGO_RING_EMPTY
#define SUFFICIENT  XEN_ARGO_RING_SUFFICIENT
#define TOO_LARGE   XEN_ARGO_RING_EMSGSIZE

CASE("notify: empty ring -> EXISTS, EMPTY, and SUFFICIENT or EMSGSIZE")
{
    XTF_REQUIRE(open_ring(argo_self()));

    expect_flags(0, EXISTS | EMPTY | SUFFICIENT);
    expect_flags(1, EXISTS | EMPTY | SUFFICIENT);
    expect_flags(MAX_PAYLOAD, EXISTS | EMPTY | SUFFICIENT);
    expect_flags(MAX_PAYLOAD + 1, EXISTS | EMPTY | TOO_LARGE);
    expect_flags(0x80000000, EXISTS | EMPTY | TOO_LARGE);
    expect_flags(0xffffffff, EXISTS | EMPTY | TOO_LARGE);
}

CASE("notify: ring with messages -> EXISTS, SUFFICIENT up to the free space, EMSGSIZE above len - 32")
{
    uint32_t used;

    XTF_REQUIRE(open_ring(argo_self()));

    for ( used = 32; used < MAX_PAYLOAD - 32; used += 480 )
    {
        require_eq(send(used - 16), used - 16);
        expect_flags(0, EXISTS | SUFFICIENT);
        expect_flags(MAX_PAYLOAD - used, EXISTS | SUFFICIENT);
        expect_flags(MAX_PAYLOAD - used + 1, EXISTS);
        expect_flags(MAX_PAYLOAD, EXISTS);
        expect_flags(MAX_PAYLOAD + 1, EXISTS | TOO_LARGE);
        receive_all(&ring);
        expect_flags(MAX_PAYLOAD, EXISTS | EMPTY | SUFFICIENT);
    }
}

/* The ring is full: only space_required 0 is SUFFICIENT. */
CASE("notify: full ring -> EXISTS, SUFFICIENT for 0 bytes only")
{
    XTF_REQUIRE(open_ring(argo_self()));

    require_eq(send(MAX_PAYLOAD), MAX_PAYLOAD);
    expect_flags(0, EXISTS | SUFFICIENT);
    expect_flags(1, EXISTS);
    expect_flags(MAX_PAYLOAD, EXISTS);
    expect_flags(MAX_PAYLOAD + 1, EXISTS | TOO_LARGE);
}

CASE("notify: 48 bytes free, 1 to 64 required -> SUFFICIENT exactly if sendv succeeds")
{
    uint32_t need;

    XTF_REQUIRE(open_ring(argo_self()));

    for ( need = 1; need <= 64; ++need )
    {
        require_eq(send(MAX_PAYLOAD - 48 - 16), MAX_PAYLOAD - 48 - 16);
        expect_flags(need, need <= 48 ? EXISTS | SUFFICIENT : EXISTS);
        expect_eq(send(need), need <= 48 ? (int)need : -EAGAIN);
        receive_all(&ring);
    }
}

CASE("notify: wildcard ring -> EXISTS, SHARED")
{
    need_wildcard_rings();

    XTF_REQUIRE(open_ring(XEN_ARGO_DOMID_ANY));

    expect_flags(1, EXISTS | SHARED | EMPTY | SUFFICIENT);
    require_eq(send(100), 100);
    expect_flags(1, EXISTS | SHARED | SUFFICIENT);
    expect_flags(MAX_PAYLOAD, EXISTS | SHARED);
    expect_flags(MAX_PAYLOAD + 1, EXISTS | SHARED | TOO_LARGE);
}

CASE("notify: single-partner and wildcard ring at one port -> flags of the single-partner ring")
{
    need_wildcard_rings();

    XTF_REQUIRE(open_other(PORT, XEN_ARGO_DOMID_ANY, 1024));
    XTF_REQUIRE(open_ring(argo_self()));
    require_eq(send(1), 1);

    expect_flags(0, EXISTS | SUFFICIENT);
}

/*
 * No such ring: flags are 0 and max_message_size is not written.
 */

static void expect_no_ring(xen_argo_addr_t address)
{
    memset(&request, 0x5c, sizeof(request));
    request.q.nent = 1;
    request.q.pad = 0;
    request.q.data[0].ring = address;
    request.q.data[0].pad = 0;
    memcpy(&before, &request, sizeof(before));
    before.q.data[0].flags = 0;

    expect_ok(argo_notify(&request.q));
    expect_mem(&request, &before, sizeof(before));
}

CASE("notify: no ring at the port -> flags 0, max_message_size unchanged")
{
    XTF_REQUIRE(open_ring(argo_self()));

    expect_no_ring((xen_argo_addr_t) { PORT + 1, argo_self(), 0 });
    expect_no_ring((xen_argo_addr_t) { PORT ^ 0x80000000, argo_self(), 0 });
}

CASE("notify: unallocated or reserved domid -> flags 0, max_message_size unchanged")
{
    XTF_REQUIRE(open_ring(argo_self()));

    expect_no_ring((xen_argo_addr_t) { PORT, NO_DOMAIN, 0 });
    expect_no_ring((xen_argo_addr_t) { PORT, DOMID_SELF, 0 });
    expect_no_ring((xen_argo_addr_t) { PORT, DOMID_XEN, 0 });
    expect_no_ring((xen_argo_addr_t) { PORT, XEN_ARGO_DOMID_ANY, 0 });
}

CASE("notify: ring's partner is another domain -> flags 0, max_message_size unchanged")
{
    need_domain_beside_this();

    XTF_REQUIRE(open_ring(0));
    expect_no_ring((xen_argo_addr_t) { PORT, argo_self(), 0 });
}

/*
 * Lists.
 */

/* Build a request in which every third entry names the registered ring. */
static void build_request(uint32_t nent)
{
    unsigned int i;

    memset(&request, 0x5c, sizeof(request));
    request.q.nent = nent;
    request.q.pad = 0;

    for ( i = 0; i <= MAX_ENTRIES; ++i )
    {
        xen_argo_ring_data_ent_t *ent = &request.q.data[i];

        ent->ring = (xen_argo_addr_t) { PORT + i % 3, argo_self(), 0 };
        ent->pad = 0;
        ent->space_required = i;
    }

    memcpy(&before, &request, sizeof(before));
}

/* Xen has written flags and max_message_size of the first @nent entries. */
static void expect_answered(uint32_t nent)
{
    unsigned int i;

    for ( i = 0; i < nent; ++i )
    {
        xen_argo_ring_data_ent_t *ent = &before.q.data[i];

        ent->flags = i % 3 ? 0 : EXISTS | EMPTY | SUFFICIENT;
        if ( !(i % 3) )
            ent->max_message_size = MAX_PAYLOAD;
    }

    expect_mem(&request, &before, sizeof(before));
}

CASE("notify: nent is 0 to 256 -> each entry answered, nothing else written")
{
    static const uint32_t counts[] = { 0, 1, 2, 3, 17, MAX_ENTRIES };
    unsigned int i;

    XTF_REQUIRE(open_ring(argo_self()));

    for ( i = 0; i < ARRAY_SIZE(counts); ++i )
    {
        build_request(counts[i]);
        expect_ok(argo_notify(&request.q));
        expect_answered(counts[i]);
    }
}

CASE("notify: nent is 257 or more -> -EACCES, no entry written")
{
    static const uint32_t counts[] = {
        MAX_ENTRIES + 1, 0x10000, 0x80000000, 0xffffffff,
    };
    unsigned int i;

    XTF_REQUIRE(open_ring(argo_self()));

    for ( i = 0; i < ARRAY_SIZE(counts); ++i )
    {
        build_request(counts[i]);
        expect_errno(argo_notify(&request.q), -EACCES);
        expect_answered(0);
    }
}

CASE("notify: null pointer -> 0")
{
    expect_ok(argo_notify(NULL));
}

CASE("notify: request at an unmapped address -> -EFAULT")
{
    expect_errno(argo_notify(unmapped_page()), -EFAULT);
}

CASE("notify: second entry crosses into an unmapped page -> -EFAULT, first entry answered")
{
    struct { uint32_t nent, pad; xen_argo_ring_data_ent_t ent[2]; } *at;
    uint8_t *end = unmapped_page();

    XTF_REQUIRE(open_ring(argo_self()));

    /* nent is 2, with one and a half entries mapped. */
    at = (void *)(end - sizeof(*at) + sizeof(*at->ent) / 2);
    memset(at, 0, end - (uint8_t *)at);
    at->nent = 2;
    at->ent[0].ring = (xen_argo_addr_t) { PORT, argo_self(), 0 };
    expect_errno(argo_notify((void *)at), -EFAULT);
    expect_eq(at->ent[0].max_message_size, MAX_PAYLOAD);

    at->nent = 1;
    expect_ok(argo_notify((void *)at));
}

#if CONFIG_PAGING_LEVELS > 0

static uint8_t page[PAGE_SIZE] __page_aligned_bss;

CASE("notify: request in a read-only page -> -EFAULT, nothing written")
{
    memset(&request, 0, sizeof(request));
    request.q.nent = 1;
    request.q.data[0].ring = (xen_argo_addr_t) { PORT, argo_self(), 0 };
    request.q.data[0].flags = SHARED;
    memcpy(page, &request, sizeof(page));

    XTF_REQUIRE(open_ring(argo_self()));
    xtf_case_cleanup(restore_l1e, page);
    require_ok(remap_l1e(page, PTE_KERNEL_READONLY));
    expect_errno(argo_notify((void *)page), -EFAULT);
    expect_mem(page, &request, sizeof(page));

    restore_l1e(page);
    expect_ok(argo_notify((void *)page));
    expect_hex(((xen_argo_ring_data_t *)page)->data[0].flags,
               EXISTS | EMPTY | SUFFICIENT);
}

#endif

CASE("notify: second, third or fourth argument is not 0 -> -EINVAL")
{
    unsigned int bit;

    build_request(0);
    expect_errno(hypercall_argo_op(XEN_ARGO_OP_notify, NULL, &request, 0, 0),
                 -EINVAL);
    for ( bit = 0; bit < BITS_PER_LONG; ++bit )
    {
        expect_errno(hypercall_argo_op(XEN_ARGO_OP_notify, NULL, NULL,
                                       1UL << bit, 0), -EINVAL);
        expect_errno(hypercall_argo_op(XEN_ARGO_OP_notify, NULL, NULL,
                                       0, 1UL << bit), -EINVAL);
    }
}
