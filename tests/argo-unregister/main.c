/**
 * @file tests/argo-unregister/main.c
 * @ref test-argo-unregister
 *
 * @page test-argo-unregister Argo: unregister_ring
 *
 * XEN_ARGO_OP_unregister_ring: which ring it removes, that no message can be
 * sent to that ring afterwards, that Xen keeps no reference to its frames, and
 * that a failed call changes no ring.
 *
 * A guest reuses the memory afterwards: a message that Xen still writes to it
 * would overwrite the guest's data.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <xtf.h>
#include <xtf/drivers/argo.h>
#include <xtf/harness/argo_case.h>
#include <xtf/harness/needs.h>
#include <xtf/mm/page.h>

#include <arch/mm.h>
#include <arch/pagetable.h>

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

CASE("unregister_ring: ring exists -> 0, sendv -ECONNREFUSED, frames unchanged")
{
    XTF_REQUIRE(open_ring(&ring, frames, PORT, argo_self()));
    expect_alive(&ring);
    memcpy(before, frames, sizeof(before));

    expect_ok(argo_ring_unregister(&ring));
    expect_errno(send(PORT), -ECONNREFUSED);
    expect_mem(frames, before, sizeof(before));
}

CASE("unregister_ring: ring exists -> notify flags 0")
{
    xen_argo_ring_data_ent_t ent;

    XTF_REQUIRE(open_ring(&ring, frames, PORT, argo_self()));
    require_ok(argo_query(argo_self(), PORT, 0, &ent));
    expect_true(ent.flags & XEN_ARGO_RING_EXISTS);

    require_ok(argo_ring_unregister(&ring));
    require_ok(argo_query(argo_self(), PORT, 0, &ent));
    expect_hex(ent.flags, 0);
}

CASE("unregister_ring: twice -> 0, -ENOENT")
{
    XTF_REQUIRE(open_ring(&ring, frames, PORT, argo_self()));
    expect_ok(argo_ring_unregister(&ring));
    expect_errno(argo_ring_unregister(&ring), -ENOENT);
}

CASE("unregister_ring: port differs in one bit -> -ENOENT, ring stays")
{
    unsigned int bit;

    XTF_REQUIRE(open_ring(&ring, frames, PORT, argo_self()));
    for ( bit = 0; bit < 32; ++bit )
        expect_errno(argo_unregister(PORT ^ (1u << bit), argo_self()), -ENOENT);
    expect_alive(&ring);
}

CASE("unregister_ring: another partner -> -ENOENT, ring stays")
{
    XTF_REQUIRE(open_ring(&ring, frames, PORT, argo_self()));
    expect_errno(argo_unregister(PORT, XEN_ARGO_DOMID_ANY), -ENOENT);
    expect_errno(argo_unregister(PORT, DOMID_SELF), -ENOENT);
    expect_errno(argo_unregister(PORT, argo_self() + 1), -ENOENT);
    expect_alive(&ring);
}

CASE("unregister_ring: rings at two ports -> only the named one is removed")
{
    XTF_REQUIRE(open_ring(&ring, frames, PORT, argo_self()));
    XTF_REQUIRE(open_ring(&other, others, PORT + 1, argo_self()));

    require_ok(argo_ring_unregister(&ring));
    expect_alive(&other);
    expect_errno(send(PORT), -ECONNREFUSED);
}

CASE("unregister_ring: wildcard ring beside a single-partner ring -> the latter stays")
{
    need_wildcard_rings();

    XTF_REQUIRE(open_ring(&ring, frames, PORT, argo_self()));
    XTF_REQUIRE(open_ring(&other, others, PORT, XEN_ARGO_DOMID_ANY));

    require_ok(argo_ring_unregister(&other));
    expect_alive(&ring);
    require_ok(argo_ring_unregister(&ring));
    expect_errno(send(PORT), -ECONNREFUSED);
}

CASE("unregister_ring: no single-partner ring, wildcard ring exists -> -ENOENT, the latter stays")
{
    need_wildcard_rings();

    XTF_REQUIRE(open_ring(&other, others, PORT, XEN_ARGO_DOMID_ANY));
    expect_errno(argo_unregister(PORT, argo_self()), -ENOENT);
    expect_alive(&other);

    /* A second call for it does not remove the wildcard ring. */
    XTF_REQUIRE(open_ring(&ring, frames, PORT, argo_self()));
    require_ok(argo_ring_unregister(&ring));
    expect_errno(argo_ring_unregister(&ring), -ENOENT);
    expect_alive(&other);
}

CASE("register_ring: after unregister_ring, new tx_ptr -> first message at tx_ptr")
{
    XTF_REQUIRE(open_ring(&ring, frames, PORT, argo_self()));
    expect_alive(&ring);
    require_ok(argo_ring_unregister(&ring));

    argo_ring_header(&ring)->tx_ptr = 160;
    require_ok(argo_ring_register(&ring, XEN_ARGO_REGISTER_FLAG_FAIL_EXIST));
    expect_alive(&ring);
    expect_eq(argo_ring_header(&ring)->tx_ptr, 160 + ARGO_MSG_SPAN(1));
}

CASE("register_ring, unregister_ring: 1000 times in turn -> 0")
{
    unsigned int i;

    argo_ring_init(&ring, frames, PORT, argo_self(), LEN);
    for ( i = 0; i < 1000; ++i )
    {
        require_ok(argo_ring_register(&ring, 0));
        require_ok(argo_ring_unregister(&ring));
    }
}

/* Invalid arguments, one at a time: the ring stays registered. */
static void *const not_null = "";

CASE("unregister_ring: pad is not 0 -> -EINVAL, ring stays")
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

CASE("unregister_ring: second, third or fourth argument is not 0 -> -EINVAL, ring stays")
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

CASE("unregister_ring: request unmapped or crosses into an unmapped page -> -EFAULT")
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
 * Xen keeps no reference to the frames.
 */

#ifdef CONFIG_PV

static long pin(const void *page, unsigned int cmd)
{
    mmuext_op_t op = { .cmd = cmd, .arg1.mfn = virt_to_mfn(page) };

    return hypercall_mmuext_op(&op, 1, NULL, DOMID_SELF);
}

/* A frame without a writable type reference can be pinned as a page table. */
CASE("unregister_ring: PV -> no writable type reference to the frames")
{
    unsigned int i;

    XTF_REQUIRE(open_ring(&ring, frames, PORT, argo_self()));
    expect_alive(&ring);
    require_ok(argo_ring_unregister(&ring));
    memset(frames, 0, sizeof(frames));

    for ( i = 0; i < 2; ++i )
    {
        xtf_case_cleanup(restore_l1e, frames[i]);
        require_ok(remap_l1e(frames[i], PTE_KERNEL_READONLY));
        expect_ok(pin(frames[i], MMUEXT_PIN_L1_TABLE));
        expect_ok(pin(frames[i], MMUEXT_UNPIN_TABLE));
    }
}

#endif

CASE("register_ring: frames of an unregistered ring, other port -> messages of the new port only")
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
