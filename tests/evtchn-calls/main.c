/**
 * @file tests/evtchn-calls/main.c
 * @ref test-evtchn-calls
 *
 * @page test-evtchn-calls Event channels: the hypercall itself
 *
 * EVTCHNOP_unmask and reset, commands that do not exist, and the old form of
 * the hypercall.  Reset is what a crash kernel or a new driver stack relies
 * upon to find a clean slate; anything that it leaves behind will fire later.
 *
 * This file: unmask, and unknown commands.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <xtf.h>

#include <arch/mm.h>

const char test_title[] = "Event channels: calls";

static bool upcall_pending(void)
{
    return ACCESS_ONCE(this_vcpu_info()->evtchn_upcall_pending);
}

EVTCHN_CASE("unmask: with nothing pending, clears the mask and no more")
{
    long port = evtchn_bind_ipi(0);

    require_ok(evtchn_unmask(port));
    expect_false(evtchn_is_masked(port));
    expect_false(evtchn_is_pending(port));
    expect_false(upcall_pending());
}

EVTCHN_CASE("unmask: raises what is pending")
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

EVTCHN_CASE("unmask: only the port named")
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

EVTCHN_CASE("unmask: again, changes nothing")
{
    long port = evtchn_bind_ipi(0);

    require_ok(evtchn_unmask(port));
    require_ok(evtchn_unmask(port));
    expect_false(evtchn_is_masked(port));
    expect_false(upcall_pending());
}

EVTCHN_CASE("unmask: a port out of range, -EINVAL")
{
    expect_ev_error(evtchn_unmask(EVTCHN_FIFO_NR_CHANNELS), -EINVAL);
    expect_ev_error(evtchn_unmask(1u << 31), -EINVAL);
    expect_ev_error(evtchn_unmask(~0u), -EINVAL);
}

CASE_2L("unmask: an unreadable argument, -EFAULT")
{
    evtchn_alloc();
    expect_ev_error(hypercall_event_channel_op(EVTCHNOP_unmask,
                                              UNMAPPED_POINTER), -EFAULT);
}

CASE_2L("unknown commands: -ENOSYS, whatever the argument")
{
    /* 14 is how Xen goes on with a reset that it has interrupted. */
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

CASE_2L("FIFO operations in the 2-level ABI: -EOPNOTSUPP or -ENOSYS")
{
    static uint8_t page[PAGE_SIZE] __page_aligned_bss;
    long port = evtchn_bind_ipi(0);

    expect_ev_error(evtchn_expand_array(virt_to_gfn(page)), -EOPNOTSUPP);
    expect_ev_error(evtchn_set_priority(port, 3), -ENOSYS);
    expect_fill(page, 0, sizeof(page));
}
