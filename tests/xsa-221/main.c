/**
 * @file tests/xsa-221/main.c
 * @ref test-xsa-221
 *
 * @page test-xsa-221 XSA-221
 *
 * NULL pointer dereference in event channel poll.
 *
 * SCHEDOP_poll looked at the state of any port number it was given.  One for
 * which Xen had never made a structure, or which was not open, made it follow
 * a NULL pointer.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <xtf.h>

const char test_title[] = "XSA-221: poll for ports that are not there";

static long poll(evtchn_port_t port)
{
    struct sched_poll op = {
        .ports = &port, .nr_ports = 1,
        .timeout = time_now() + MILLISECONDS(1),
    };

    return hypercall_sched_op(SCHEDOP_poll, &op);
}

/*
 * Before the change, Xen waits until the timeout for a port that is not open:
 * SCHEDOP_poll is 0, and there is no more to see.
 */
static void expect_not_open(evtchn_port_t port)
{
    if ( poll(port) || xen_has(XEN_POLL_REFUSES_CLOSED_PORT) )
        expect_errno(poll(port), -EINVAL);
}

EVTCHN_CASE("poll: powers of two, up to all bits")
{
    unsigned int i;

    for ( i = 7; i < 32; ++i )
        expect_errno(poll(1u << i), -EINVAL);

    expect_not_open(0);
    expect_not_open(EVTCHN_FIFO_NR_CHANNELS - 1);
    expect_errno(poll(EVTCHN_FIFO_NR_CHANNELS), -EINVAL);
    expect_errno(poll(~0u), -EINVAL);
}

EVTCHN_CASE("poll: a port that was open once")
{
    long port = evtchn_bind_ipi(0);

    require_ok(hypercall_evtchn_close(port));
    expect_not_open(port);
}
