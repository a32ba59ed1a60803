/**
 * @file tests/xsa-343/main.c
 * @ref test-xsa-343
 *
 * @page test-xsa-343 XSA-343
 *
 * Races with evtchn_reset().
 *
 * While one vCPU resets the domain's event channels, another binds, sends,
 * polls and closes.  Xen's view of a port and of the ABI could change in the
 * middle of any of these.  What each answers is open; afterwards, everything
 * works.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <xtf.h>

const char test_title[] = "XSA-343: ports in use during a reset";

static volatile unsigned int stop, rounds;

static void use_ports(void *arg)
{
    while ( !stop )
    {
        long a = evtchn_alloc(), b, ipi = evtchn_bind_ipi(0);

        b = a > 0 ? evtchn_bind_interdomain(DOMID_SELF, a) : -1;
        evtchn_bind_virq(VIRQ_DEBUG, 0);
        if ( ipi > 0 )
        {
            hypercall_evtchn_send(ipi);
            evtchn_unmask(ipi);
            evtchn_bind_vcpu(ipi, 0);
            hypercall_evtchn_close(ipi);
        }
        if ( a > 0 )
            hypercall_evtchn_send(a);
        if ( b > 0 )
            hypercall_evtchn_close(b);

        rounds++;
        hypercall_yield();
    }
}

CASE_2L("reset: while another vCPU uses ports")
{
    unsigned int i, refused = 0;

    if ( smp_nr_vcpus() < 2 )
        skip_case("the domain has one vCPU");

    stop = rounds = 0;
    require_ok(smp_start(1, use_ports, NULL));
    require_true(smp_wait_for(&rounds));

    for ( i = 0; i < 50; ++i )
    {
        int rc = evtchn_reset();

        /* -EAGAIN: there was a port again by the time it was through. */
        if ( rc && rc != -EAGAIN )
            refused++;
        time_sleep(MILLISECONDS(1));
    }

    stop = 1;
    smp_wait(1);
    expect_eq(refused, 0);
}

EVTCHN_CASE("afterwards: an event arrives")
{
    long port = evtchn_bind_ipi(0);

    require_ok(evtchn_unmask(port));
    require_ok(hypercall_evtchn_send(port));
    evtchn_deliver();
    expect_delivered(port);
}
