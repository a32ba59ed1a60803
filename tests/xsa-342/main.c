/**
 * @file tests/xsa-342/main.c
 * @ref test-xsa-342
 *
 * @page test-xsa-342 XSA-342
 *
 * Out of bounds event channels available to 32-bit x86 domains.
 *
 * A 32-bit guest's bitmaps of the 2-level ABI have 1024 bits, a 64-bit one's
 * 4096.  Xen laid down the limit before it knew the width of the guest, so a
 * 32-bit one could bind ports whose bits were outside of the bitmaps: behind
 * shared_info, in memory of somebody else.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <xtf.h>

const char test_title[] = "XSA-342: the last port of a 32-bit guest";

CASE_2L("2-level: no port that has no bit")
{
    long port;

    do
        port = evtchn_bind_ipi(0);
    while ( port > 0 && port < 2 * EVTCHN_2L_NR_CHANNELS );

    expect_errno(port, -ENOSPC);
}

CASE_2L("2-level: a port of the FIFO ABI goes when that does")
{
    const long beyond = EVTCHN_2L_NR_CHANNELS;
    /* To ask for it takes a port. */
    const int self = xtf_get_domid();
    long port;
    int rc = evtchn_start(EVTCHN_FIFO);

    if ( rc == -ENOSYS )
        skip_case("this Xen does not offer the FIFO ABI");
    require_ok(rc);
    require_ok(evtchn_add_words());

    do
        port = evtchn_bind_ipi(0);
    while ( port > 0 && port < beyond );
    if ( port == -ENOSPC && self )
        skip_case("the domain may not have that many ports");

    /* By the FIFO ABI it is as good as any. */
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
