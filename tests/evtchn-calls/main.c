/**
 * @file tests/evtchn-calls/main.c
 * @ref test-evtchn-calls
 *
 * @page test-evtchn-calls Event channels: unmask, reset and invalid calls
 *
 * EVTCHNOP_unmask and reset, arguments at bad addresses, unknown commands, and
 * event_channel_op_compat.  A crash kernel or a new driver stack relies on
 * reset: a binding or a pending event that it leaves behind causes a spurious
 * event later.
 *
 * This file: unmask, and unknown commands.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <xtf.h>

#include <arch/mm.h>

const char test_title[] = "Event channels: unmask, reset and invalid calls";

static bool upcall_pending(void)
{
    return ACCESS_ONCE(this_vcpu_info()->evtchn_upcall_pending);
}

EVTCHN_CASE("unmask: port not pending -> mask bit cleared, no upcall")
{
    long port = evtchn_bind_ipi(0);

    require_ok(evtchn_unmask(port));
    expect_false(evtchn_is_masked(port));
    expect_false(evtchn_is_pending(port));
    expect_false(upcall_pending());
}

EVTCHN_CASE("unmask: port pending -> upcall pending")
{
    long port = evtchn_bind_ipi(0);

    require_ok(hypercall_evtchn_send(port));
    expect_true(evtchn_is_pending(port));
    expect_false(upcall_pending());

    require_ok(evtchn_unmask(port));
    expect_false(evtchn_is_masked(port));
    expect_true(evtchn_is_pending(port));
    expect_true(upcall_pending());
}

EVTCHN_CASE("unmask: two ports pending -> only the named port is delivered")
{
    long a = evtchn_bind_ipi(0), b = evtchn_bind_ipi(0);

    require_ok(hypercall_evtchn_send(a));
    require_ok(hypercall_evtchn_send(b));
    require_ok(evtchn_unmask(a));
    expect_true(evtchn_is_masked(b));
    evtchn_deliver();
    expect_delivered(a);
    expect_true(evtchn_is_pending(b));
}

EVTCHN_CASE("unmask: port already unmasked -> 0, no upcall")
{
    long port = evtchn_bind_ipi(0);

    require_ok(evtchn_unmask(port));
    require_ok(evtchn_unmask(port));
    expect_false(evtchn_is_masked(port));
    expect_false(upcall_pending());
}

EVTCHN_CASE("unmask: port out of range -> -EINVAL")
{
    expect_ev_error(evtchn_unmask(EVTCHN_FIFO_NR_CHANNELS), -EINVAL);
    expect_ev_error(evtchn_unmask(1u << 31), -EINVAL);
    expect_ev_error(evtchn_unmask(~0u), -EINVAL);
}

CASE_2L("unmask: argument at an unmapped address -> -EFAULT")
{
    evtchn_alloc();
    expect_ev_error(hypercall_event_channel_op(EVTCHNOP_unmask,
                                              UNMAPPED_POINTER), -EFAULT);
}

CASE_2L("event_channel_op: unknown command -> -ENOSYS, argument not read")
{
    /* Not 14: Xen uses it as the continuation of a preempted reset. */
    static const unsigned int cmds[] = { 15, 16, 100, 0x7fff, ~0u };
    uint8_t arg[64];
    unsigned int i;

    memset(arg, 0x5a, sizeof(arg));
    for ( i = 0; i < ARRAY_SIZE(cmds); ++i )
    {
        expect_ev_error(hypercall_event_channel_op(cmds[i], arg), -ENOSYS);
        expect_ev_error(hypercall_event_channel_op(cmds[i], UNMAPPED_POINTER),
                       -ENOSYS);
    }
    expect_fill(arg, 0x5a, sizeof(arg));
}

CASE_2L("expand_array, set_priority: 2-level ABI in use -> -EOPNOTSUPP, -ENOSYS")
{
    static uint8_t page[PAGE_SIZE] __page_aligned_bss;
    long port = evtchn_bind_ipi(0);

    expect_ev_error(evtchn_expand_array(virt_to_gfn(page)), -EOPNOTSUPP);
    expect_ev_error(evtchn_set_priority(port, 3), -ENOSYS);
    expect_fill(page, 0, sizeof(page));
}
