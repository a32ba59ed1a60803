/**
 * @file tests/xsa-343/main.c
 * @ref test-xsa-343
 *
 * @page test-xsa-343 XSA-343: ports in use during a reset
 *
 * CVE-2020-25599. While one vCPU reset the domain's event channels, the state
 * of a port and the ABI could change in the middle of an operation on another
 * vCPU, up to a crash of Xen.
 *
 * The test resets on one vCPU while another one binds, sends, unmasks, rebinds
 * and closes. Any result of these operations is accepted. Xen must survive, and
 * afterwards events must be delivered.
 *
 * https://xenbits.xen.org/xsa/advisory-343.html
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <xtf.h>
#include <xtf/harness/needs.h>
#include <xtf/harness/race.h>

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

CASE_2L("XSA-343 reset race: another vCPU binds, sends and closes -> 0 or -EAGAIN")
{
    unsigned int i, refused = 0;

    need_vcpus(2);

    stop = rounds = 0;
    require_ok(race_start(1, use_ports, NULL, &stop));
    require_true(smp_wait_for(&rounds));

    for ( i = 0; i < 50; ++i )
    {
        int rc = evtchn_reset();

        /* -EAGAIN: another vCPU bound a port meanwhile. */
        if ( rc && rc != -EAGAIN )
            refused++;
        time_sleep(MILLISECONDS(1));
    }

    stop = 1;
    smp_wait(1);
    expect_eq(refused, 0);
}

EVTCHN_CASE("XSA-343 send: after the reset race -> event delivered")
{
    long port = evtchn_bind_ipi(0);

    require_ok(evtchn_unmask(port));
    require_ok(hypercall_evtchn_send(port));
    evtchn_deliver();
    expect_delivered(port);
}
