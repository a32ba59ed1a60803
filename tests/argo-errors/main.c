/**
 * @file tests/argo-errors/main.c
 * @ref test-argo-errors
 *
 * @page test-argo-errors Argo: invalid commands and arguments
 *
 * Unknown commands, pointers into Xen, arguments wider than 32 bits, and which
 * error is returned where several apply.  The test of each operation checks
 * the errors of that operation.
 *
 * A caller detects by these errors which operations the hypervisor has, and a
 * pointer into Xen that is not refused lets a guest read or write Xen's memory.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <xtf.h>
#include <xtf/drivers/argo.h>
#include <xtf/harness/argo_case.h>
#include <xtf/mm/page.h>

#include <arch/mm.h>
#include <arch/page.h>

const char test_title[] = "Argo: invalid commands and arguments";

#define PORT    3
#define LEN     1024

static uint8_t frames[1][PAGE_SIZE] __page_aligned_bss;
static struct argo_ring ring;

void test_main(void)
{
    if ( argo_required() )
        xtf_run_cases();
}

static bool open_ring(void)
{
    argo_ring_init(&ring, frames, PORT, argo_self(), LEN);
    xtf_case_cleanup(argo_ring_close, &ring);

    return expect_ok(argo_ring_register(&ring, 0));
}

CASE("argo_op: unknown command -> -EOPNOTSUPP")
{
    static const unsigned int unknown[] = {
        0, 5, 6, 7, 16, 255, 256 + XEN_ARGO_OP_notify, 0x80000000, 0xffffffff,
    };
    unsigned int i;

    for ( i = 0; i < ARRAY_SIZE(unknown); ++i )
        expect_errno(hypercall_argo_op(unknown[i], NULL, NULL, 0, 0),
                     -EOPNOTSUPP);
}

CASE("argo_op: unknown command, pointers to an unmapped page -> -EOPNOTSUPP")
{
    expect_errno(hypercall_argo_op(0, unmapped_page(), unmapped_page(), 1, 1),
                 -EOPNOTSUPP);
    expect_errno(hypercall_argo_op(5, unmapped_page(), unmapped_page(),
                                   0xffffffff, 0xffffffff), -EOPNOTSUPP);
}

CASE("register_ring, unregister_ring, sendv, notify: argument at an unmapped address -> -EFAULT")
{
    void *none = unmapped_page();

    expect_errno(hypercall_argo_op(XEN_ARGO_OP_register_ring,
                                   none, none, 0, 0), -EFAULT);
    expect_errno(hypercall_argo_op(XEN_ARGO_OP_unregister_ring,
                                   none, NULL, 0, 0), -EFAULT);
    expect_errno((int)hypercall_argo_op(XEN_ARGO_OP_sendv,
                                        none, none, 0, 0), -EFAULT);
    expect_errno(hypercall_argo_op(XEN_ARGO_OP_notify,
                                   none, NULL, 0, 0), -EFAULT);
}

#ifdef CONFIG_64BIT

/*
 * Addresses that no guest may use: memory of Xen, which a hypercall could
 * access if it did not check, and a non-canonical address.
 */
CASE("register_ring, unregister_ring, sendv, notify: pointer into Xen -> -EFAULT")
{
    static void *const not_mine[] = {
        _p(0xffff82d040200000), _p(0xffff830000000000), _p(0xffff830000001000),
        _p(0x8000000000000000),
    };
    const xen_argo_register_ring_t reg = {
        .aport = PORT, .partner_id = argo_self(), .len = LEN,
    };
    xen_argo_send_addr_t addr = {
        .src = { .aport = 1, .domain_id = argo_self() },
        .dst = { .aport = PORT, .domain_id = argo_self() },
    };
    const xen_argo_iov_t iov = { .iov_hnd = "x", .iov_len = 1 };
    xen_argo_gfn_t gfn = virt_to_gfn(frames[0]);
    unsigned int i;

    for ( i = 0; i < ARRAY_SIZE(not_mine); ++i )
    {
        expect_errno(argo_register(&reg, not_mine[i], 1, 0), -EFAULT);
        expect_errno(argo_register(not_mine[i], &gfn, 1, 0), -EFAULT);
        expect_errno(hypercall_argo_op(XEN_ARGO_OP_unregister_ring,
                                       not_mine[i], NULL, 0, 0), -EFAULT);
        expect_errno(argo_notify(not_mine[i]), -EFAULT);
        expect_errno(argo_sendv(not_mine[i], &iov, 1, 0), -EFAULT);
        expect_errno(argo_sendv(&addr, not_mine[i], 1, 0), -EFAULT);
    }
    expect_errno(argo_unregister(PORT, argo_self()), -ENOENT);

    XTF_REQUIRE(open_ring());
    for ( i = 0; i < ARRAY_SIZE(not_mine); ++i )
    {
        const xen_argo_iov_t bad = { .iov_hnd = not_mine[i], .iov_len = 1 };

        expect_errno(argo_sendv(&addr, &bad, 1, 0), -EFAULT);
    }
    expect_eq(argo_ring_header(&ring)->tx_ptr, 0);
    expect_eq(argo_sendv(&addr, &iov, 1, 0), 1);
}

CASE("sendv, unregister_ring, notify: third or fourth argument above 32 bits -> -EINVAL, no effect")
{
    xen_argo_send_addr_t addr = {
        .src = { .aport = 1, .domain_id = argo_self() },
        .dst = { .aport = PORT, .domain_id = argo_self() },
    };
    const xen_argo_iov_t iov = { .iov_hnd = "x", .iov_len = 1 };
    xen_argo_unregister_ring_t unreg = {
        .aport = PORT, .partner_id = argo_self(),
    };
    unsigned int bit;

    XTF_REQUIRE(open_ring());

    for ( bit = 32; bit < 64; ++bit )
    {
        unsigned long wide = 1UL << bit;

        expect_errno(argo_sendv(&addr, &iov, wide | 1, 0), -EINVAL);
        expect_errno(argo_sendv(&addr, &iov, 1, wide), -EINVAL);
        expect_errno(hypercall_argo_op(XEN_ARGO_OP_unregister_ring,
                                       &unreg, NULL, wide, 0), -EINVAL);
        expect_errno(hypercall_argo_op(XEN_ARGO_OP_unregister_ring,
                                       &unreg, NULL, 0, wide), -EINVAL);
        expect_errno(hypercall_argo_op(XEN_ARGO_OP_notify,
                                       NULL, NULL, wide, 0), -EINVAL);
        expect_errno(hypercall_argo_op(XEN_ARGO_OP_notify,
                                       NULL, NULL, 0, wide), -EINVAL);
    }

    expect_eq(argo_ring_header(&ring)->tx_ptr, 0);
    expect_eq(argo_sendv(&addr, &iov, 1, 0xffffffff), 1);
}

#endif

/* Xen reports errors in the source address before those of the destination. */
CASE("sendv: bad source and bad destination -> -EPERM, then -ESRCH, then -ECONNREFUSED")
{
    const xen_argo_iov_t iov = { .iov_hnd = "x", .iov_len = 1 };
    xen_argo_send_addr_t addr = {
        .src = { .aport = 1, .domain_id = argo_self() + 1 },
        .dst = { .aport = PORT, .domain_id = DOMID_SELF },
    };

    expect_errno(argo_sendv(&addr, &iov, 1, 0), -EPERM);
    addr.src.domain_id = argo_self();
    expect_errno(argo_sendv(&addr, &iov, 1, 0), -ESRCH);
    addr.dst.domain_id = argo_self();
    expect_errno(argo_sendv(&addr, &iov, 1, 0), -ECONNREFUSED);
}

CASE("register_ring, sendv: after the failed calls -> ring registered, message sent")
{
    XTF_REQUIRE(open_ring());
    expect_eq(argo_send(argo_self(), PORT, 1, "x", 1, 2), 1);
}
