/**
 * @file tests/xsa-342/main.c
 * @ref test-xsa-342
 *
 * @page test-xsa-342 XSA-342: ports beyond the bitmaps of a 32-bit guest
 *
 * CVE-2020-25600. The bitmaps of the 2-level ABI have 1024 bits for a 32-bit
 * guest and 4096 bits for a 64-bit guest. Xen set the limit before it knew the
 * width of the guest, so that a 32-bit guest could bind ports whose bits lie
 * behind the bitmaps, in other memory.
 *
 * The test binds ports until the limit, and checks that a port beyond it, bound
 * by the FIFO ABI, is not usable after the change to the 2-level ABI.
 *
 * https://xenbits.xen.org/xsa/advisory-342.html
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <xtf.h>
#include <xtf/harness/needs.h>

const char test_title[] = "XSA-342: ports beyond the bitmaps of a 32-bit guest";

CASE_2L("XSA-342 bind_ipi: every port of the 2-level ABI bound -> -ENOSPC")
{
    long port;

    do
        port = evtchn_bind_ipi(0);
    while ( port > 0 && port < 2 * EVTCHN_2L_NR_CHANNELS );

    expect_errno(port, -ENOSPC);
}

CASE_2L("XSA-342 send, bind_vcpu: port beyond the bitmaps after leaving the FIFO ABI -> -EINVAL")
{
    const long beyond = EVTCHN_2L_NR_CHANNELS;
    /* Determine the domid now, since it takes a free port. */
    const int self = xtf_get_domid();
    long port;
    int rc = evtchn_start(EVTCHN_FIFO);

    need_fifo(rc);
    require_ok(rc);
    require_ok(evtchn_add_words());

    do
        port = evtchn_bind_ipi(0);
    while ( port > 0 && port < beyond );
    if ( port == -ENOSPC && self )
        skip_case("needs a limit above the ports of the 2-level ABI: "
                  "max_event_channels (domain)");

    /* In the FIFO ABI this port is like any other. */
    while ( !evtchn_add_words() )
        continue;
    require_ok(evtchn_unmask(beyond));
    require_ok(hypercall_evtchn_send(beyond));
    evtchn_deliver();
    expect_delivered(beyond);

    require_ok(evtchn_start(EVTCHN_2L));
    expect_errno(hypercall_evtchn_send(beyond), -EINVAL);
    expect_errno(evtchn_bind_vcpu(beyond, 0), -EINVAL);
    expect_ok(evtchn_bind_ipi(0) > 0 ? 0 : -1);
}
