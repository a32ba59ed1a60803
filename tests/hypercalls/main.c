/**
 * @file tests/hypercalls/main.c
 * @ref test-hypercalls
 *
 * @page test-hypercalls Hypercalls: a tour
 *
 * Each wrapper of <xtf/hypercall.h> is called with harmless arguments, and the
 * result, and the effect if there is one, is compared with Xen's ABI.  Unknown
 * hypercalls, unknown commands and bad pointers are included, and so are the
 * hypercalls that this type of guest does not have.
 *
 * The other tests rely on arguments and results being passed correctly, in each
 * environment and by the hypercall table of each guest type.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */

#include "tour.h"

const char test_title[] = "Hypercalls: a tour";

CASE("hypercall: unknown number -> -ENOSYS")
{
    /* Numbers without a hypercall; tmem_op, which Xen no longer has. */
    expect_errno(HYPERCALL0(long, 11), -ENOSYS);
    expect_errno(HYPERCALL0(long, 63), -ENOSYS);
    expect_errno(HYPERCALL0(long, 127), -ENOSYS);
    expect_errno(HYPERCALL5(long, __HYPERVISOR_tmem_op, 0, 0, 0, 0, 0),
                 -ENOSYS);
}

/* Older releases have no multicall for HVM guests. */
static bool have_multicall(void)
{
    struct multicall_entry call = {
        .op = __HYPERVISOR_xen_version, .args = { XENVER_version },
    };

    return hypercall_multicall(&call, 1) != -ENOSYS;
}

CASE("multicall: valid and failing entries -> each has its own result")
{
    struct multicall_entry calls[] = {
        { .op = __HYPERVISOR_xen_version, .args = { XENVER_version } },
        { .op = 63 },
        { .op = __HYPERVISOR_xen_version, .args = { NO_OP } },
        { .op = __HYPERVISOR_sched_op, .args = { SCHEDOP_yield } },
    };

    for ( unsigned int i = 0; i < ARRAY_SIZE(calls); ++i )
        calls[i].result = 0x5a5a;

    if ( !have_multicall() )
        skip_case("needs multicall: this Xen returns -ENOSYS to HVM guests");

    expect_ok(hypercall_multicall(calls, ARRAY_SIZE(calls)));
    expect_eq((long)calls[0].result,
              hypercall_xen_version(XENVER_version, NULL));
    expect_errno(calls[1].result, -ENOSYS);
    expect_errno(calls[2].result, -ENOSYS);
    expect_ok(calls[3].result);
}

CASE("multicall: nr_calls is 1, 0, bad pointer -> only that many entries, -EFAULT")
{
    struct multicall_entry calls[2] = {
        { .op = __HYPERVISOR_xen_version, .result = 1 },
        { .op = __HYPERVISOR_xen_version, .result = 2 },
    };

    if ( !have_multicall() )
        skip_case("needs multicall: this Xen returns -ENOSYS to HVM guests");

    expect_ok(hypercall_multicall(calls, 1));
    expect_ne(calls[0].result, 1);
    expect_eq(calls[1].result, 2);

    expect_ok(hypercall_multicall(calls, 0));
    expect_eq(calls[1].result, 2);

    expect_errno(hypercall_multicall(BAD_PTR, 1), -EFAULT);
}
