/**
 * @file tests/xsa-221/main.c
 * @ref test-xsa-221
 *
 * @page test-xsa-221 XSA-221: poll for ports that do not exist
 *
 * CVE-2017-10917. SCHEDOP_poll read the state of any port number that it was
 * given. For a port for which Xen had not allocated a structure, Xen followed a
 * NULL pointer and crashed.
 *
 * The test polls for port numbers up to the largest, and for a closed port.
 * Each must be -EINVAL.
 *
 * https://xenbits.xen.org/xsa/advisory-221.html
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <xtf.h>

const char test_title[] = "XSA-221: poll for ports that do not exist";

static long poll(evtchn_port_t port)
{
    struct sched_poll op = {
        .ports = &port, .nr_ports = 1,
        .timeout = time_now() + MILLISECONDS(1),
    };

    return hypercall_sched_op(SCHEDOP_poll, &op);
}

/*
 * Before Xen 4.15, the hypercall waits for some ports that are not open until
 * the timeout.  Then only check that the hypercall returns.
 */
static void expect_not_open(evtchn_port_t port)
{
    if ( poll(port) || xen_has(XEN_POLL_REFUSES_CLOSED_PORT) )
        expect_errno(poll(port), -EINVAL);
}

EVTCHN_CASE("XSA-221 poll: ports 0, 2^7 to 2^31 and ~0, never bound -> -EINVAL")
{
    unsigned int i;

    for ( i = 7; i < 32; ++i )
        expect_errno(poll(1u << i), -EINVAL);

    expect_not_open(0);
    expect_not_open(EVTCHN_FIFO_NR_CHANNELS - 1);
    expect_errno(poll(EVTCHN_FIFO_NR_CHANNELS), -EINVAL);
    expect_errno(poll(~0u), -EINVAL);
}

EVTCHN_CASE("XSA-221 poll: closed port -> -EINVAL")
{
    long port = evtchn_bind_ipi(0);

    require_ok(hypercall_evtchn_close(port));
    expect_not_open(port);
}
