/*
 * EVTCHNOP_close.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <xtf.h>

#include <arch/mm.h>

EVTCHN_CASE("close: unbound port -> closed, number can be reused")
{
    long port = evtchn_alloc();

    require_ok(hypercall_evtchn_close(port));
    expect_port(port, PORT_CLOSED, 0);
    expect_eq(evtchn_alloc(), port);
}

EVTCHN_CASE("close: one end of a channel -> other end unbound, can be connected again")
{
    int self = xtf_get_domid();
    evtchn_port_t a, b;

    require_ok(evtchn_loopback(&a, &b));
    require_ok(hypercall_evtchn_close(a));
    expect_port(a, PORT_CLOSED, 0);
    expect_port(b, PORT_UNBOUND(self), 0);

    /* The new local end is the port that was closed: the lowest free one. */
    expect_eq(evtchn_bind_interdomain(DOMID_SELF, b), a);
    expect_port(a, PORT_INTERDOMAIN(self, b), 0);
    expect_port(b, PORT_INTERDOMAIN(self, a), 0);
}

EVTCHN_CASE("close: remote end of a pending port -> still pending")
{
    evtchn_port_t a, b;

    require_ok(evtchn_loopback(&a, &b));
    require_ok(hypercall_evtchn_send(a));
    require_ok(hypercall_evtchn_close(a));
    expect_true(evtchn_is_pending(b));
}

EVTCHN_CASE("close: remote end of a port on the last vCPU -> port keeps its vCPU, send is dropped")
{
    const unsigned int last = smp_nr_vcpus() - 1;
    evtchn_port_t a, b;

    require_ok(evtchn_loopback(&a, &b));
    require_ok(evtchn_bind_vcpu(a, last));
    require_ok(evtchn_bind_vcpu(b, last));
    require_ok(hypercall_evtchn_close(a));
    expect_port(a, PORT_CLOSED, 0);
    expect_port(b, PORT_UNBOUND(xtf_get_domid()), last);

    expect_ok(hypercall_evtchn_send(b));
    expect_false(evtchn_is_pending(a));
    expect_false(evtchn_is_pending(b));

    /* A new port notifies vCPU 0. */
    expect_eq(evtchn_bind_interdomain(DOMID_SELF, b), a);
    expect_port(a, PORT_INTERDOMAIN(xtf_get_domid(), b), 0);
    expect_port(b, PORT_INTERDOMAIN(xtf_get_domid(), a), last);
}

EVTCHN_CASE("close: both ends of a channel, in either order -> closed, cannot be bound")
{
    unsigned int i;

    for ( i = 0; i < 2; ++i )
    {
        evtchn_port_t end[2];

        require_ok(evtchn_loopback(&end[0], &end[1]));
        require_ok(hypercall_evtchn_close(end[i]));
        require_ok(hypercall_evtchn_close(end[!i]));
        expect_port(end[0], PORT_CLOSED, 0);
        expect_port(end[1], PORT_CLOSED, 0);
        expect_ev_error(evtchn_bind_interdomain(DOMID_SELF, end[i]), -EINVAL);
        expect_ev_error(evtchn_bind_interdomain(DOMID_SELF, end[!i]), -EINVAL);
    }
}

EVTCHN_CASE("close: port pending and masked -> pending bit cleared, mask bit kept")
{
    long port = evtchn_bind_ipi(0);

    require_ok(hypercall_evtchn_send(port));
    expect_true(evtchn_is_pending(port));
    require_ok(hypercall_evtchn_close(port));
    expect_false(evtchn_is_pending(port));
    expect_true(evtchn_is_masked(port));
}

EVTCHN_CASE("close: IPI of the last vCPU, port reused -> vCPU 0, not pending")
{
    long port = evtchn_bind_ipi(smp_nr_vcpus() - 1);

    require_ok(hypercall_evtchn_close(port));
    expect_port(port, PORT_CLOSED, 0);
    expect_eq(evtchn_alloc(), port);
    expect_port(port, PORT_UNBOUND(xtf_get_domid()), 0);
    expect_false(evtchn_is_pending(port));
}

EVTCHN_CASE("close: IPI, per-vCPU and global VIRQ -> closed, VIRQs can be bound again")
{
    long ipi = evtchn_bind_ipi(0), virq = evtchn_bind_virq(VIRQ_DEBUG, 0);
    long global = evtchn_bind_virq(VIRQ_ARGO, 0);

    require_ok(hypercall_evtchn_close(ipi));
    require_ok(hypercall_evtchn_close(virq));
    require_ok(hypercall_evtchn_close(global));
    expect_port(ipi, PORT_CLOSED, 0);
    expect_port(virq, PORT_CLOSED, 0);
    expect_port(global, PORT_CLOSED, 0);

    expect_eq(evtchn_bind_virq(VIRQ_DEBUG, 0), ipi);
    expect_eq(evtchn_bind_virq(VIRQ_ARGO, 0), virq);
    expect_port(ipi, PORT_VIRQ(VIRQ_DEBUG), 0);
    expect_port(virq, PORT_VIRQ(VIRQ_ARGO), 0);
}

CASE_2L("close: global VIRQ that was rebound -> VIRQ can be bound again on vCPU 0")
{
    long port = evtchn_bind_virq(VIRQ_ARGO, 0);

    require_ok(evtchn_bind_vcpu(port, smp_nr_vcpus() - 1));
    require_ok(hypercall_evtchn_close(port));
    expect_eq(evtchn_bind_virq(VIRQ_ARGO, 0), port);
    expect_port(port, PORT_VIRQ(VIRQ_ARGO), 0);
}

EVTCHN_CASE("close: port closed, 0 or out of range -> -EINVAL")
{
    long port = evtchn_alloc();

    require_ok(hypercall_evtchn_close(port));
    expect_ev_error(hypercall_evtchn_close(port), -EINVAL);
    expect_ev_error(hypercall_evtchn_close(0), -EINVAL);
    expect_ev_error(hypercall_evtchn_close(EVTCHN_FIFO_NR_CHANNELS), -EINVAL);
    expect_ev_error(hypercall_evtchn_close(~0u), -EINVAL);
}

CASE_2L("close: argument at an unmapped address -> -EFAULT")
{
    evtchn_alloc();
    expect_ev_error(hypercall_event_channel_op(EVTCHNOP_close,
                                              UNMAPPED_POINTER), -EFAULT);
}
