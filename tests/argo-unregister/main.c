/**
 * @file tests/argo-unregister/main.c
 * @ref test-argo-unregister
 *
 * @page test-argo-unregister Argo: unregister_ring
 *
 * Which ring XEN_ARGO_OP_unregister_ring takes away, that nothing can be sent
 * to it any more, that its memory is the guest's again, and that a call that
 * fails leaves every ring working.
 *
 * It matters because a guest frees the memory next: a message that Xen still
 * delivers would overwrite what the guest uses it for.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <xtf.h>
#include <xtf/argo.h>
#include <xtf/unmapped.h>

#include <arch/mm.h>
#include <arch/pagetable.h>
#include <arch/symbolic-const.h>

const char test_title[] = "Argo: unregister_ring";

#define PORT    0x10007
#define LEN     (2 * PAGE_SIZE - sizeof(xen_argo_ring_t))

static uint8_t frames[2][PAGE_SIZE] __page_aligned_bss;
static uint8_t others[2][PAGE_SIZE] __page_aligned_bss;
static uint8_t before[2][PAGE_SIZE];
static struct argo_ring ring, other;

void test_main(void)
{
    if ( argo_required() )
        xtf_run_cases();
}

static bool open_ring(struct argo_ring *r, void *mem, xen_argo_port_t aport,
                      domid_t partner)
{
    argo_ring_init(r, mem, aport, partner, LEN);
    xtf_case_cleanup(argo_ring_close, r);

    return expect_ok(argo_ring_register(r, 0));
}

static int send(xen_argo_port_t aport)
{
    return argo_send(argo_self(), aport, 1, "x", 1, 2);
}

/* The ring takes messages. */
static void expect_alive(const struct argo_ring *r)
{
    uint32_t tx_ptr = argo_ring_header(r)->tx_ptr;

    expect_eq(send(r->aport), 1);
    expect_eq(argo_ring_header(r)->tx_ptr, tx_ptr + ARGO_MSG_SPAN(1));
}

CASE("ring: gone, and its memory left as it is")
{
    XTF_REQUIRE(open_ring(&ring, frames, PORT, argo_self()));
    expect_alive(&ring);
    memcpy(before, frames, sizeof(before));

    expect_ok(argo_ring_unregister(&ring));
    expect_errno(send(PORT), -ECONNREFUSED);
    expect_mem(frames, before, sizeof(before));
}

CASE("ring: gone for notify too")
{
    xen_argo_ring_data_ent_t ent;

    XTF_REQUIRE(open_ring(&ring, frames, PORT, argo_self()));
    require_ok(argo_query(argo_self(), PORT, 0, &ent));
    expect_true(ent.flags & XEN_ARGO_RING_EXISTS);

    require_ok(argo_ring_unregister(&ring));
    require_ok(argo_query(argo_self(), PORT, 0, &ent));
    expect_hex(ent.flags, 0);
}

CASE("ring: once only")
{
    XTF_REQUIRE(open_ring(&ring, frames, PORT, argo_self()));
    expect_ok(argo_ring_unregister(&ring));
    expect_errno(argo_ring_unregister(&ring), -ENOENT);
}

CASE("ring: none of that port")
{
    unsigned int bit;

    XTF_REQUIRE(open_ring(&ring, frames, PORT, argo_self()));
    for ( bit = 0; bit < 32; ++bit )
        expect_errno(argo_unregister(PORT ^ (1u << bit), argo_self()), -ENOENT);
    expect_alive(&ring);
}

CASE("ring: none for that partner")
{
    XTF_REQUIRE(open_ring(&ring, frames, PORT, argo_self()));
    expect_errno(argo_unregister(PORT, XEN_ARGO_DOMID_ANY), -ENOENT);
    expect_errno(argo_unregister(PORT, DOMID_SELF), -ENOENT);
    expect_errno(argo_unregister(PORT, argo_self() + 1), -ENOENT);
    expect_alive(&ring);
}

CASE("ring: others stay")
{
    XTF_REQUIRE(open_ring(&ring, frames, PORT, argo_self()));
    XTF_REQUIRE(open_ring(&other, others, PORT + 1, argo_self()));

    require_ok(argo_ring_unregister(&ring));
    expect_alive(&other);
    expect_errno(send(PORT), -ECONNREFUSED);
}

CASE("ring: the one for anybody goes, the one for a domain stays")
{
    if ( !argo_wildcard_allowed() )
        skip_case("rings for anybody are not allowed: " ARGO_WILDCARD_OPTION);

    XTF_REQUIRE(open_ring(&ring, frames, PORT, argo_self()));
    XTF_REQUIRE(open_ring(&other, others, PORT, XEN_ARGO_DOMID_ANY));

    require_ok(argo_ring_unregister(&other));
    expect_alive(&ring);
    require_ok(argo_ring_unregister(&ring));
    expect_errno(send(PORT), -ECONNREFUSED);
}

CASE("ring: none for that partner, though there is one for anybody")
{
    if ( !argo_wildcard_allowed() )
        skip_case("rings for anybody are not allowed: " ARGO_WILDCARD_OPTION);

    XTF_REQUIRE(open_ring(&other, others, PORT, XEN_ARGO_DOMID_ANY));
    expect_errno(argo_unregister(PORT, argo_self()), -ENOENT);
    expect_alive(&other);

    /* Nor does the one for a domain go twice, with the other in its place. */
    XTF_REQUIRE(open_ring(&ring, frames, PORT, argo_self()));
    require_ok(argo_ring_unregister(&ring));
    expect_errno(argo_ring_unregister(&ring), -ENOENT);
    expect_alive(&other);
}

CASE("ring: again after registering again, from where it is told")
{
    XTF_REQUIRE(open_ring(&ring, frames, PORT, argo_self()));
    expect_alive(&ring);
    require_ok(argo_ring_unregister(&ring));

    argo_ring_header(&ring)->tx_ptr = 160;
    require_ok(argo_ring_register(&ring, XEN_ARGO_REGISTER_FLAG_FAIL_EXIST));
    expect_alive(&ring);
    expect_eq(argo_ring_header(&ring)->tx_ptr, 160 + ARGO_MSG_SPAN(1));
}

CASE("ring: a thousand times")
{
    unsigned int i;

    argo_ring_init(&ring, frames, PORT, argo_self(), LEN);
    for ( i = 0; i < 1000; ++i )
    {
        require_ok(argo_ring_register(&ring, 0));
        require_ok(argo_ring_unregister(&ring));
    }
}

/* Arguments, each wrong alone: the ring is then still there. */
static void *const not_null = "";

CASE("arguments: padding")
{
    unsigned int bit;

    XTF_REQUIRE(open_ring(&ring, frames, PORT, argo_self()));

    for ( bit = 0; bit < 16; ++bit )
    {
        xen_argo_unregister_ring_t unreg = {
            .aport = PORT, .partner_id = argo_self(), .pad = 1u << bit,
        };

        expect_errno(hypercall_argo_op(XEN_ARGO_OP_unregister_ring, &unreg,
                                       NULL, 0, 0), -EINVAL);
    }
    expect_alive(&ring);
}

CASE("arguments: those that must be null")
{
    xen_argo_unregister_ring_t unreg = {
        .aport = PORT, .partner_id = argo_self(),
    };
    unsigned int bit;

    XTF_REQUIRE(open_ring(&ring, frames, PORT, argo_self()));

    expect_errno(hypercall_argo_op(XEN_ARGO_OP_unregister_ring, &unreg,
                                   not_null, 0, 0), -EINVAL);
    for ( bit = 0; bit < BITS_PER_LONG; ++bit )
    {
        expect_errno(hypercall_argo_op(XEN_ARGO_OP_unregister_ring, &unreg,
                                       NULL, 1UL << bit, 0), -EINVAL);
        expect_errno(hypercall_argo_op(XEN_ARGO_OP_unregister_ring, &unreg,
                                       NULL, 0, 1UL << bit), -EINVAL);
    }
    expect_alive(&ring);
}

CASE("arguments: a bad pointer")
{
    xen_argo_unregister_ring_t unreg = {
        .aport = PORT, .partner_id = argo_self(),
    }, *at;
    uint8_t *end = unmapped_page();

    XTF_REQUIRE(open_ring(&ring, frames, PORT, argo_self()));

    expect_errno(hypercall_argo_op(XEN_ARGO_OP_unregister_ring, end,
                                   NULL, 0, 0), -EFAULT);
    at = (void *)(end - sizeof(unreg) + 1);
    memcpy(at, &unreg, sizeof(unreg) - 1);
    expect_errno(hypercall_argo_op(XEN_ARGO_OP_unregister_ring, at,
                                   NULL, 0, 0), -EFAULT);
    expect_alive(&ring);
}

/*
 * The memory is the guest's again.
 */

#ifdef CONFIG_PV

static long pin(const void *page, unsigned int cmd)
{
    mmuext_op_t op = { .cmd = cmd, .arg1.mfn = virt_to_mfn(page) };

    return hypercall_mmuext_op(&op, 1, NULL, DOMID_SELF);
}

/* Xen counts writers; a frame with none can be made a page table. */
CASE("memory: no writer left behind, though it was written")
{
    unsigned int i;

    XTF_REQUIRE(open_ring(&ring, frames, PORT, argo_self()));
    expect_alive(&ring);
    require_ok(argo_ring_unregister(&ring));
    memset(frames, 0, sizeof(frames));

    for ( i = 0; i < 2; ++i )
    {
        xtf_case_cleanup(restore_l1e, frames[i]);
        require_ok(remap_l1e(frames[i], PF_SYM(AD, P)));
        expect_ok(pin(frames[i], MMUEXT_PIN_L1_TABLE));
        expect_ok(pin(frames[i], MMUEXT_UNPIN_TABLE));
    }
}

#endif

CASE("memory: another ring's next, which alone gets the messages")
{
    XTF_REQUIRE(open_ring(&ring, frames, PORT, argo_self()));
    expect_alive(&ring);
    require_ok(argo_ring_unregister(&ring));

    XTF_REQUIRE(open_ring(&other, frames, PORT + 1, argo_self()));
    memcpy(before, frames, sizeof(before));
    expect_errno(send(PORT), -ECONNREFUSED);
    expect_mem(frames, before, sizeof(before));
    expect_alive(&other);
}
