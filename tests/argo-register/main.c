/**
 * @file tests/argo-register/main.c
 * @ref test-argo-register
 *
 * @page test-argo-register Argo: register_ring
 *
 * XEN_ARGO_OP_register_ring: which lengths, numbers of frames, flags, partners,
 * addresses and frames it accepts and which it refuses; from which values of
 * the ring's pointers it starts; and the effect of registering a ring again.
 *
 * A guest gives Xen frames to write to by this operation: with a length beyond
 * the frames, or a frame that the guest may not write to, messages would
 * overwrite the memory of another domain.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <xtf/harness/argo_case.h>
#include <xtf/harness/needs.h>

#include "register.h"

#include <xtf/mm/page.h>

const char test_title[] = "Argo: register_ring";

uint8_t frames[NR_FRAMES][PAGE_SIZE] __page_aligned_bss;
uint8_t others[NR_FRAMES][PAGE_SIZE] __page_aligned_bss;
struct argo_ring ring, again;
xen_argo_gfn_t gfns[ARGO_MAX_FRAMES + 1];

void test_main(void)
{
    if ( argo_required() )
        xtf_run_cases();
}

xen_argo_register_ring_t good_request(void)
{
    unsigned int i;

    for ( i = 0; i < ARRAY_SIZE(gfns); ++i )
        gfns[i] = virt_to_gfn(frames[i % NR_FRAMES]);

    memset(frames, 0, sizeof(frames));

    return (xen_argo_register_ring_t) {
        .aport = PORT, .partner_id = argo_self(), .len = LEN,
    };
}

void open_ring(domid_t partner, uint32_t len)
{
    argo_ring_init(&ring, frames, PORT, partner, len);
    xtf_case_cleanup(argo_ring_close, &ring);
}

int send(const void *msg, uint32_t len)
{
    return argo_send(argo_self(), PORT, 1, msg, len, 2);
}

/*
 * Lengths.
 */

CASE("register_ring: len from 48 to 3 pages -> 0, max_message_size is len - 32")
{
    uint32_t len;

    for ( len = ARGO_MIN_RING_SIZE; len <= 3 * PAGE_SIZE;
          len += len < 128 ? 16 : 496 )
    {
        xen_argo_register_ring_t reg = good_request();
        xen_argo_ring_data_ent_t ent;

        reg.len = len;
        require_ok(argo_register(&reg, gfns, ARGO_RING_FRAMES(len), 0));
        require_ok(argo_query(argo_self(), PORT, 0, &ent));
        expect_eq(ent.max_message_size, len - 32);
        require_ok(argo_unregister(PORT, argo_self()));
    }
}

CASE("register_ring: len below 48 -> -EINVAL")
{
    xen_argo_register_ring_t reg = good_request();

    for ( reg.len = 0; reg.len < ARGO_MIN_RING_SIZE; reg.len++ )
        expect_refused(reg, 1, 0, -EINVAL);
}

CASE("register_ring: len not a multiple of 16 -> -EINVAL")
{
    xen_argo_register_ring_t reg = good_request();
    unsigned int odd;

    for ( odd = 1; odd < XEN_ARGO_MSG_SLOT_SIZE; ++odd )
    {
        reg.len = LEN - odd;
        expect_refused(reg, 2, 0, -EINVAL);
    }
}

CASE("register_ring: len above 16 MiB -> -EINVAL")
{
    xen_argo_register_ring_t reg = good_request();

    reg.len = XEN_ARGO_MAX_RING_SIZE + XEN_ARGO_MSG_SLOT_SIZE;
    expect_refused(reg, ARGO_MAX_FRAMES, 0, -EINVAL);
    expect_refused(reg, ARGO_MAX_FRAMES + 1, 0, -EINVAL);

    reg.len = -XEN_ARGO_MSG_SLOT_SIZE;
    expect_refused(reg, ARGO_MAX_FRAMES, 0, -EINVAL);
    expect_refused(reg, 0, 0, -EINVAL);
}

CASE("register_ring, unregister_ring: success or -EINVAL -> no VIRQ_ARGO")
{
    xen_argo_register_ring_t reg = good_request();

    argo_virq_take();
    require_ok(argo_register(&reg, gfns, 2, 0));
    expect_false(argo_virq_take());
    require_ok(argo_unregister(PORT, argo_self()));
    expect_false(argo_virq_take());
    expect_refused(reg, 3, 0, -EINVAL);
    expect_false(argo_virq_take());
}

/* The ring's header takes 64 bytes of the first frame. */
CASE("register_ring: number of frames is not that of 64 + len bytes -> -EINVAL")
{
    static const struct { uint32_t len; unsigned int nr; } fits[] = {
        { ARGO_MIN_RING_SIZE, 1 },
        { PAGE_SIZE - 64, 1 },
        { PAGE_SIZE - 64 + 16, 2 },
        { PAGE_SIZE, 2 },
        { 2 * PAGE_SIZE - 64, 2 },
        { 2 * PAGE_SIZE - 64 + 16, 3 },
        { 3 * PAGE_SIZE - 64, 3 },
    };
    unsigned int i;

    for ( i = 0; i < ARRAY_SIZE(fits); ++i )
    {
        xen_argo_register_ring_t reg = good_request();

        reg.len = fits[i].len;
        expect_refused(reg, fits[i].nr - 1, 0, -EINVAL);
        expect_refused(reg, fits[i].nr + 1, 0, -EINVAL);
        expect_ok(argo_register(&reg, gfns, fits[i].nr, 0));
        expect_ok(argo_unregister(PORT, argo_self()));
    }
}

CASE("register_ring: more than 4096 frames -> -EINVAL")
{
    xen_argo_register_ring_t reg = good_request();

    expect_refused(reg, ARGO_MAX_FRAMES + 1, 0, -EINVAL);
    expect_refused(reg, 0xffffffff, 0, -EINVAL);
}

/*
 * Flags and padding.
 */

CASE("register_ring: unknown flag -> -EINVAL")
{
    xen_argo_register_ring_t reg = good_request();
    unsigned int bit;

    for ( bit = 1; bit < BITS_PER_LONG; ++bit )
        expect_refused(reg, 2, 1UL << bit, -EINVAL);
}

CASE("register_ring: FAIL_EXIST, no such ring -> 0, ring takes messages")
{
    open_ring(argo_self(), LEN);
    expect_ok(argo_ring_register(&ring, XEN_ARGO_REGISTER_FLAG_FAIL_EXIST));
    expect_eq(send("x", 1), 1);
}

CASE("register_ring: FAIL_EXIST, ring exists -> -EEXIST, ring unchanged")
{
    open_ring(argo_self(), LEN);
    require_ok(argo_ring_register(&ring, 0));

    argo_ring_init(&again, others, PORT, argo_self(), LEN);
    memset(others, 0x5a, sizeof(others));
    expect_errno(argo_ring_register(&again, XEN_ARGO_REGISTER_FLAG_FAIL_EXIST),
                 -EEXIST);

    expect_eq(send("x", 1), 1);
    expect_eq(argo_ring_header(&ring)->tx_ptr, ARGO_MSG_SPAN(1));
    expect_fill(others, 0x5a, sizeof(others));
}

CASE("register_ring: pad is not 0 -> -EINVAL")
{
    xen_argo_register_ring_t reg = good_request();
    unsigned int bit;

    for ( bit = 0; bit < 16; ++bit )
    {
        reg.pad = 1u << bit;
        expect_refused(reg, 2, 0, -EINVAL);
    }
}

#ifdef CONFIG_64BIT
CASE("register_ring: number of frames above 32 bits -> -EINVAL")
{
    xen_argo_register_ring_t reg = good_request();

    expect_refused(reg, (1UL << 32) | 2, 0, -EINVAL);
}
#endif

/*
 * Pointers.
 */

CASE("register_ring: request at an unmapped address -> -EFAULT")
{
    good_request();
    expect_errno(argo_register(unmapped_page(), gfns, 2, 0), -EFAULT);
    expect_no_ring();
}

CASE("register_ring: request crosses into an unmapped page -> -EFAULT")
{
    xen_argo_register_ring_t reg = good_request();
    uint8_t *end = unmapped_page();
    unsigned int cut;

    for ( cut = 1; cut < sizeof(reg); ++cut )
    {
        xen_argo_register_ring_t *at = (void *)(end - sizeof(reg) + cut);

        memcpy(at, &reg, sizeof(reg) - cut);
        expect_errno(argo_register(at, gfns, 2, 0), -EFAULT);
        expect_no_ring();
    }

    memcpy(end - sizeof(reg), &reg, sizeof(reg));
    expect_ok(argo_register((void *)(end - sizeof(reg)), gfns, 2, 0));
    expect_ok(argo_unregister(PORT, argo_self()));
}

CASE("register_ring: frame list at an unmapped address -> -EFAULT")
{
    xen_argo_register_ring_t reg = good_request();

    expect_errno(argo_register(&reg, unmapped_page(), 2, 0), -EFAULT);
    expect_no_ring();
}

CASE("register_ring: frame list crosses into an unmapped page -> -EFAULT")
{
    xen_argo_register_ring_t reg = good_request();
    xen_argo_gfn_t *end = unmapped_page();

    end[-1] = gfns[0];
    expect_errno(argo_register(&reg, &end[-1], 2, 0), -EFAULT);
    expect_no_ring();
    expect_fill(frames, 0, sizeof(frames));

    end[-2] = gfns[0];
    end[-1] = gfns[1];
    expect_ok(argo_register(&reg, &end[-2], 2, 0));
    expect_ok(argo_unregister(PORT, argo_self()));
}

/*
 * Partners.
 */

CASE("register_ring: partner is an unallocated or reserved domid -> -ESRCH")
{
    static const domid_t none[] = {
        NO_DOMAIN, DOMID_SELF, DOMID_IO, DOMID_XEN, DOMID_COW,
        0x7fff, 0x8000, 0xffff,
    };
    unsigned int i;

    for ( i = 0; i < ARRAY_SIZE(none); ++i )
    {
        xen_argo_register_ring_t reg = good_request();

        reg.partner_id = none[i];
        expect_errno(argo_register(&reg, gfns, 2, 0), -ESRCH);
        expect_errno(argo_unregister(PORT, none[i]), -ENOENT);
    }
}

CASE("register_ring: wildcard ring -> 0 with mac-permissive, else -EPERM")
{
    long rc;

    open_ring(XEN_ARGO_DOMID_ANY, LEN);
    rc = argo_ring_register(&ring, 0);

    if ( argo_wildcard_allowed() )
    {
        expect_ok(rc);
        expect_eq(send("x", 1), 1);
    }
    else
    {
        expect_errno(rc, -EPERM);
        expect_errno(argo_unregister(PORT, XEN_ARGO_DOMID_ANY), -ENOENT);
        expect_errno(send("x", 1), -ECONNREFUSED);
    }
}

CASE("sendv: partner is dom0, sender is the ring's owner -> -ECONNREFUSED")
{
    need_domain_beside_this();

    open_ring(0, LEN);
    require_ok(argo_ring_register(&ring, 0));
    expect_errno(send("x", 1), -ECONNREFUSED);
    expect_eq(argo_ring_header(&ring)->tx_ptr, 0);
}

CASE("register_ring: FAIL_EXIST, wildcard ring at the port of a single-partner ring -> 0")
{
    need_wildcard_rings();

    open_ring(argo_self(), LEN);
    require_ok(argo_ring_register(&ring, 0));

    argo_ring_init(&again, others, PORT, XEN_ARGO_DOMID_ANY, LEN);
    xtf_case_cleanup(argo_ring_close, &again);
    expect_ok(argo_ring_register(&again, XEN_ARGO_REGISTER_FLAG_FAIL_EXIST));
}

/*
 * Xen looks rings up by a hash of port and partner.  The two rings of a port
 * have the same hash for some ports only, so try many.
 */
CASE("register_ring, unregister_ring: wildcard and single-partner ring, 512 ports -> independent")
{
    unsigned int port;

    need_wildcard_rings();

    xtf_case_cleanup(argo_ring_close, &ring);
    for ( port = 0; port < 512; ++port )
    {
        argo_ring_init(&ring, frames, port, XEN_ARGO_DOMID_ANY, 64);
        argo_ring_init(&again, others, port, argo_self(), 80);

        require_ok(argo_ring_register(&ring, 0));
        require_ok(argo_ring_register(&again,
                                      XEN_ARGO_REGISTER_FLAG_FAIL_EXIST));
        require_eq(argo_send(argo_self(), port, 1, "x", 1, 2), 1);
        require_eq(argo_ring_header(&again)->tx_ptr, ARGO_MSG_SPAN(1));

        require_ok(argo_ring_unregister(&again));
        require_errno(argo_ring_unregister(&again), -ENOENT);
        require_eq(argo_send(argo_self(), port, 1, "x", 1, 2), 1);
        require_eq(argo_ring_header(&ring)->tx_ptr, ARGO_MSG_SPAN(1));
        require_ok(argo_ring_unregister(&ring));
    }
}

CASE("register_ring: ports that differ in one bit -> different rings")
{
    unsigned int bit;

    for ( bit = 0; bit < 32; ++bit )
    {
        argo_ring_init(&ring, frames, 1u << bit, argo_self(), 64);
        argo_ring_init(&again, others, 0, argo_self(), 64);

        require_ok(argo_ring_register(&ring, 0));
        expect_ok(argo_ring_register(&again,
                                     XEN_ARGO_REGISTER_FLAG_FAIL_EXIST));
        expect_eq(argo_send(argo_self(), 1u << bit, 1, "x", 1, 2), 1);
        expect_eq(argo_ring_header(&ring)->tx_ptr, ARGO_MSG_SPAN(1));
        expect_eq(argo_ring_header(&again)->tx_ptr, 0);

        argo_ring_close(&again);
        argo_ring_close(&ring);
    }
}
