/**
 * @file tests/xsa-188/main.c
 * @ref test-xsa-188
 *
 * @page test-xsa-188 XSA-188
 *
 * Use after free in FIFO event channel code.
 *
 * When the first EVTCHNOP_init_control failed, Xen freed what it had set up
 * so far but kept pointers to it, to be used by the next call or when the
 * domain ended.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <xtf.h>

#include <arch/mm.h>

const char test_title[] = "XSA-188: init_control after one that failed";

static uint8_t control[PAGE_SIZE] __page_aligned_bss;

#define BAD_GFN (~0ull >> PAGE_SHIFT)

CASE_2L("init_control: failed ten times, then it works, and so does reset")
{
    unsigned int i;
    long port;

    for ( i = 0; i < 10; ++i )
        expect_ev_error(evtchn_init_control(BAD_GFN, 0, 0), -EINVAL);

    /* Whatever was freed is likely to be given out again by this. */
    for ( i = 0; i < 200; ++i )
    {
        port = evtchn_bind_ipi(0);
        require_msg(port > 0, "bind_ipi answered %ld", port);
    }
    require_ok(hypercall_evtchn_send(port));
    expect_true(evtchn_is_pending(port));
    expect_errno(evtchn_expand_array(virt_to_gfn(control)), -EOPNOTSUPP);

    require_ok(evtchn_init_control(virt_to_gfn(control), 0, 0));
    expect_errno(evtchn_init_control(BAD_GFN, 0, 0), -EINVAL);
    require_ok(evtchn_reset());
    expect_errno(evtchn_init_control(BAD_GFN, 0, 0), -EINVAL);
    require_ok(evtchn_reset());
}

CASE_FIFO("after all that, events by the FIFO ABI")
{
    long port = evtchn_bind_ipi(0);

    require_ok(evtchn_unmask(port));
    require_ok(hypercall_evtchn_send(port));
    evtchn_deliver();
    expect_delivered(port);
}
