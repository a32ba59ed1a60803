/**
 * @file tests/hypercalls/main.c
 * @ref test-hypercalls
 *
 * @page test-hypercalls Hypercalls
 *
 * A tour of the hypercalls: each wrapper of <xtf/hypercall.h> is called with
 * arguments that do no harm, and the answer, and the effect if there is one,
 * is compared with what Xen's interface promises.  Unknown hypercalls,
 * unknown sub-operations and bad pointers are part of it, and so is which
 * hypercalls a guest of this kind does not have.
 *
 * It shows that arguments and results pass both ways, in each environment and
 * its own hypercall table, before a test builds upon any of them.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "tour.h"

const char test_title[] = "Hypercalls: a tour";

CASE("unknown hypercalls: -ENOSYS")
{
    /* Never assigned; never implemented; far out of the page's range. */
    expect_errno(HYPERCALL0(long, 11), -ENOSYS);
    expect_errno(HYPERCALL0(long, 63), -ENOSYS);
    expect_errno(HYPERCALL0(long, 127), -ENOSYS);
    expect_errno(HYPERCALL5(long, __HYPERVISOR_tmem_op, 0, 0, 0, 0, 0),
                 -ENOSYS);
}

/* HVM guests have it in later releases only. */
static bool have_multicall(void)
{
    struct multicall_entry call = {
        .op = __HYPERVISOR_xen_version, .args = { XENVER_version },
    };

    return hypercall_multicall(&call, 1) != -ENOSYS;
}

CASE("multicall: each entry has a result of its own")
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
        skip_case("this guest has no multicall");

    expect_ok(hypercall_multicall(calls, ARRAY_SIZE(calls)));
    expect_eq((long)calls[0].result,
              hypercall_xen_version(XENVER_version, NULL));
    expect_errno(calls[1].result, -ENOSYS);
    expect_errno(calls[2].result, -ENOSYS);
    expect_ok(calls[3].result);
}

CASE("multicall: no further than its count, and from memory only")
{
    struct multicall_entry calls[2] = {
        { .op = __HYPERVISOR_xen_version, .result = 1 },
        { .op = __HYPERVISOR_xen_version, .result = 2 },
    };

    if ( !have_multicall() )
        skip_case("this guest has no multicall");

    expect_ok(hypercall_multicall(calls, 1));
    expect_ne(calls[0].result, 1);
    expect_eq(calls[1].result, 2);

    expect_ok(hypercall_multicall(calls, 0));
    expect_eq(calls[1].result, 2);

    expect_errno(hypercall_multicall(BAD_PTR, 1), -EFAULT);
}
