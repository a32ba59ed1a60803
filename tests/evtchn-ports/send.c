/*
 * EVTCHNOP_send: raises the remote end, and no other port.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <xtf.h>

#include <arch/mm.h>

EVTCHN_CASE("send: each end of a channel -> remote end is pending, no other port")
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

EVTCHN_CASE("send: twice while pending -> delivered once")
{
    evtchn_port_t a, b;

    require_ok(evtchn_loopback(&a, &b));
    require_ok(hypercall_evtchn_send(a));
    require_ok(hypercall_evtchn_send(a));
    evtchn_unmask(b);
    evtchn_deliver();
    expect_delivered(b);
}

EVTCHN_CASE("send: IPI -> the port itself is pending")
{
    long ipi = evtchn_bind_ipi(0), other = evtchn_bind_ipi(0);

    require_ok(hypercall_evtchn_send(ipi));
    expect_true(evtchn_is_pending(ipi));
    expect_false(evtchn_is_pending(other));
}

EVTCHN_CASE("send: unbound port -> 0, no port pending")
{
    long port = evtchn_alloc();

    expect_ok(hypercall_evtchn_send(port));
    expect_false(evtchn_is_pending(port));
    expect_port(port, PORT_UNBOUND(xtf_get_domid()), 0);
}

EVTCHN_CASE("send: connected port -> state and mask of both ends unchanged")
{
    int self = xtf_get_domid();
    evtchn_port_t a, b;

    require_ok(evtchn_loopback(&a, &b));
    require_ok(hypercall_evtchn_send(a));
    expect_port(a, PORT_INTERDOMAIN(self, b), 0);
    expect_port(b, PORT_INTERDOMAIN(self, a), 0);
    expect_true(evtchn_is_masked(b));
}

EVTCHN_CASE("send: VIRQ -> -EINVAL")
{
    long virq = evtchn_bind_virq(VIRQ_DEBUG, 0);

    expect_ev_error(hypercall_evtchn_send(virq), -EINVAL);
}

EVTCHN_CASE("send: port closed, 0 or out of range -> -EINVAL")
{
    long port = evtchn_alloc();

    require_ok(hypercall_evtchn_close(port));
    expect_ev_error(hypercall_evtchn_send(port), -EINVAL);
    expect_ev_error(hypercall_evtchn_send(0), -EINVAL);
    expect_ev_error(hypercall_evtchn_send(EVTCHN_FIFO_NR_CHANNELS), -EINVAL);
    expect_ev_error(hypercall_evtchn_send(~0u), -EINVAL);
}

CASE_2L("send: argument at an unmapped address -> -EFAULT")
{
    evtchn_alloc();
    expect_ev_error(hypercall_event_channel_op(EVTCHNOP_send,
                                              UNMAPPED_POINTER), -EFAULT);
}
