/**
 * @file tests/xsa-317/main.c
 * @ref test-xsa-317
 *
 * @page test-xsa-317 XSA-317
 *
 * Incorrect error handling in event channel port allocation.
 *
 * When there was no port left, an operation that needs one took the error for
 * a port number, or the port it had tried last for one that was free: memory
 * past the end of Xen's table was written.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <xtf.h>

const char test_title[] = "XSA-317: binding when no port is left";

CASE_2L("no port left: an error, again and again")
{
    evtchn_port_t last = 0;
    long port;
    unsigned int i;

    /*
     * The limit of a domain that has one, or of a 32-bit guest, is near.
     * tests/evtchn-limits goes all the way in the others.
     */
    while ( (port = evtchn_bind_ipi(0)) > 0 && port < 1023 )
        last = port;
    if ( port > 0 && sizeof(long) == 8 )
        skip_case("the domain may have more ports than this test takes");

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
