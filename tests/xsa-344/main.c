/**
 * @file tests/xsa-344/main.c
 * @ref test-xsa-344
 *
 * @page test-xsa-344 XSA-344: reset of many ports
 *
 * CVE-2020-25601. Closing many ports takes long, and Xen did not check for
 * preemption meanwhile, so that other work had to wait. Since the fix, reset is
 * preempted and continued; all ports must still be closed, each of them once.
 *
 * The test opens several hundred ports of different kinds, and resets.
 *
 * https://xenbits.xen.org/xsa/advisory-344.html
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <xtf.h>

const char test_title[] = "XSA-344: reset of many ports";

EVTCHN_CASE("XSA-344 reset: at least 150 IPI and interdomain ports -> every port closed")
{
    unsigned int i, nr = 0, open = 0;
    long port, ports = 0;

    if ( evtchn_abi == EVTCHN_FIFO )
        require_ok(evtchn_add_words());

    for ( i = 0; i < 350; ++i )
    {
        evtchn_port_t a, b;

        port = evtchn_bind_ipi(i % smp_nr_vcpus());
        if ( port < 0 || evtchn_loopback(&a, &b) )
            break;

        hypercall_evtchn_send(a);
        hypercall_evtchn_send(port);
        nr += 3;
        ports = b;
    }
    expect_true(nr >= 150);

    require_ok(evtchn_reset());
    evtchn_abi = EVTCHN_2L;

    for ( i = 1; i <= ports; ++i )
    {
        evtchn_status_t s = { .dom = DOMID_SELF, .port = i };

        if ( i != pv_console_port && i != xenbus_port &&
             (hypercall_evtchn_status(&s) || s.status != EVTCHNSTAT_closed) )
            open++;
    }
    expect_eq(open, 0);
    expect_ok(evtchn_reset());
}
