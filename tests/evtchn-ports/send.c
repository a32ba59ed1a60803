/*
 * EVTCHNOP_send: the other end is pending, and no other port.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <xtf.h>

#include <arch/mm.h>

EVTCHN_CASE("send: the other end is pending, and only that")
{
    evtchn_port_t a, b, c, d;

    require_ok(evtchn_loopback(&a, &b));
    require_ok(evtchn_loopback(&c, &d));

    require_ok(hypercall_evtchn_send(a));
    expect_false(evtchn_is_pending(a));
    expect_true(evtchn_is_pending(b));
    expect_false(evtchn_is_pending(c));
    expect_false(evtchn_is_pending(d));

    evtchn_clear(b);
    require_ok(hypercall_evtchn_send(b));
    expect_true(evtchn_is_pending(a));
    expect_false(evtchn_is_pending(b));
}

EVTCHN_CASE("send: twice is pending once")
{
    evtchn_port_t a, b;

    require_ok(evtchn_loopback(&a, &b));
    require_ok(hypercall_evtchn_send(a));
    require_ok(hypercall_evtchn_send(a));
    evtchn_unmask(b);
    evtchn_deliver();
    expect_delivered(b);
}

EVTCHN_CASE("send: an IPI is pending itself")
{
    long ipi = evtchn_bind_ipi(0), other = evtchn_bind_ipi(0);

    require_ok(hypercall_evtchn_send(ipi));
    expect_true(evtchn_is_pending(ipi));
    expect_false(evtchn_is_pending(other));
}

EVTCHN_CASE("send: on an unbound port is dropped, and no error")
{
    long port = evtchn_alloc();

    expect_ok(hypercall_evtchn_send(port));
    expect_false(evtchn_is_pending(port));
    expect_port(port, PORT_UNBOUND(xtf_get_domid()), 0);
}

EVTCHN_CASE("send: the states of both ends stay")
{
    int self = xtf_get_domid();
    evtchn_port_t a, b;

    require_ok(evtchn_loopback(&a, &b));
    require_ok(hypercall_evtchn_send(a));
    expect_port(a, PORT_INTERDOMAIN(self, b), 0);
    expect_port(b, PORT_INTERDOMAIN(self, a), 0);
    expect_true(evtchn_is_masked(b));
}

EVTCHN_CASE("send: on a VIRQ, -EINVAL")
{
    long virq = evtchn_bind_virq(VIRQ_DEBUG, 0);

    expect_ev_error(hypercall_evtchn_send(virq), -EINVAL);
}

EVTCHN_CASE("send: on a port that is not open, -EINVAL")
{
    long port = evtchn_alloc();

    require_ok(hypercall_evtchn_close(port));
    expect_ev_error(hypercall_evtchn_send(port), -EINVAL);
    expect_ev_error(hypercall_evtchn_send(0), -EINVAL);
    expect_ev_error(hypercall_evtchn_send(EVTCHN_FIFO_NR_CHANNELS), -EINVAL);
    expect_ev_error(hypercall_evtchn_send(~0u), -EINVAL);
}

CASE_2L("send: an unreadable argument, -EFAULT")
{
    evtchn_alloc();
    expect_ev_error(hypercall_event_channel_op(EVTCHNOP_send,
                                              UNMAPPED_POINTER), -EFAULT);
}
