/**
 * @file tests/xsa-188/main.c
 * @ref test-xsa-188
 *
 * @page test-xsa-188 XSA-188: init_control after one that failed
 *
 * CVE-2016-7154. When the first EVTCHNOP_init_control failed, Xen freed what it
 * had allocated but kept pointers to it, which the next call and the end of the
 * domain used.
 *
 * The test has init_control fail several times, has Xen allocate memory that
 * may reuse what was freed, and then registers a valid control block and
 * resets. Without the fix Xen may crash at any of these steps.
 *
 * https://xenbits.xen.org/xsa/advisory-188.html
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <xtf.h>
#include <xtf/harness/needs.h>

#include <arch/mm.h>

const char test_title[] = "XSA-188: init_control after one that failed";

static uint8_t control[PAGE_SIZE] __page_aligned_bss;

#define BAD_GFN (~0ull >> PAGE_SHIFT)

CASE_2L("XSA-188 init_control: invalid GFN ten times, then a valid one and reset -> -EINVAL, then 0")
{
    unsigned int i;
    long port;

    need_fifo_offered();
    for ( i = 0; i < 10; ++i )
        expect_ev_error(evtchn_init_control(BAD_GFN, 0, 0), -EINVAL);

    /* These allocations are likely to reuse the freed memory. */
    for ( i = 0; i < 200; ++i )
    {
        port = evtchn_bind_ipi(0);
        require_msg(port > 0, "bind_ipi(vCPU 0) returned %ld, expected a port",
                              port);
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

CASE_FIFO("XSA-188 send: FIFO ABI after failed init_control calls -> event delivered")
{
    long port = evtchn_bind_ipi(0);

    require_ok(evtchn_unmask(port));
    require_ok(hypercall_evtchn_send(port));
    evtchn_deliver();
    expect_delivered(port);
}
