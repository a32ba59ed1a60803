/**
 * @file tests/xsa-317/main.c
 * @ref test-xsa-317
 *
 * @page test-xsa-317 XSA-317: binding when no port is free
 *
 * CVE-2020-15566. When no port was free, an operation that needs one took the
 * error for a port number, or the last port that it had tried for a free one,
 * and Xen wrote beyond its table of ports.
 *
 * The test binds ports until none is free. Each further operation must be
 * -ENOSPC, the last port must stay as it is, and a closed port must be reused.
 *
 * https://xenbits.xen.org/xsa/advisory-317.html
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <xtf.h>

const char test_title[] = "XSA-317: binding when no port is free";

CASE_2L("XSA-317 alloc_unbound, bind_ipi, bind_virq, bind_interdomain: no free port -> -ENOSPC")
{
    evtchn_port_t last = 0;
    long port;
    unsigned int i;

    /*
     * A 32-bit guest, or a domain with a limit, reaches the end soon.
     * tests/evtchn-limits takes all ports of other domains.
     */
    while ( (port = evtchn_bind_ipi(0)) > 0 && port < 1023 )
        last = port;
    if ( port > 0 && sizeof(long) == 8 )
        skip_case("needs a limit of at most 1023 ports: "
                  "max_event_channels=1023 (domain)");

    if ( port > 0 )
        last = port;
    for ( i = 0; i < 5; ++i )
    {
        expect_ev_error(evtchn_alloc(), -ENOSPC);
        expect_ev_error(evtchn_bind_ipi(0), -ENOSPC);
        expect_ev_error(evtchn_bind_virq(VIRQ_DEBUG, 0), -ENOSPC);
        expect_ev_error(evtchn_bind_interdomain(DOMID_SELF, 1), -ENOSPC);
    }

    expect_port(last, PORT_IPI, 0);
    require_ok(hypercall_evtchn_close(last));
    expect_eq(evtchn_bind_virq(VIRQ_DEBUG, 0), last);
}
