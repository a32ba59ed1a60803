/*
 * EVTCHNOP_close.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <xtf.h>

#include <arch/mm.h>

EVTCHN_CASE("close: an unbound port is free again")
{
    long port = evtchn_alloc();

    require_ok(hypercall_evtchn_close(port));
    expect_port(port, PORT_CLOSED, 0);
    expect_eq(evtchn_alloc(), port);
}

EVTCHN_CASE("close: one end, and the other is unbound for this domain")
{
    int self = xtf_get_domid();
    evtchn_port_t a, b;

    require_ok(evtchn_loopback(&a, &b));
    require_ok(hypercall_evtchn_close(a));
    expect_port(a, PORT_CLOSED, 0);
    expect_port(b, PORT_UNBOUND(self), 0);

    /* And can be connected again, from the port that is free. */
    expect_eq(evtchn_bind_interdomain(DOMID_SELF, b), a);
    expect_port(a, PORT_INTERDOMAIN(self, b), 0);
    expect_port(b, PORT_INTERDOMAIN(self, a), 0);
}

EVTCHN_CASE("close: the end that remains keeps what is pending")
{
    evtchn_port_t a, b;

    require_ok(evtchn_loopback(&a, &b));
    require_ok(hypercall_evtchn_send(a));
    require_ok(hypercall_evtchn_close(a));
    expect_true(evtchn_is_pending(b));
}

EVTCHN_CASE("close: the end that remains keeps its vCPU, and sends to nobody")
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

    /* The new other end is on vCPU 0, as any other new port. */
    expect_eq(evtchn_bind_interdomain(DOMID_SELF, b), a);
    expect_port(a, PORT_INTERDOMAIN(xtf_get_domid(), b), 0);
    expect_port(b, PORT_INTERDOMAIN(xtf_get_domid(), a), last);
}

EVTCHN_CASE("close: both ends, in either order")
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

EVTCHN_CASE("close: takes away what is pending, and leaves the mask")
{
    long port = evtchn_bind_ipi(0);

    require_ok(hypercall_evtchn_send(port));
    expect_true(evtchn_is_pending(port));
    require_ok(hypercall_evtchn_close(port));
    expect_false(evtchn_is_pending(port));
    expect_true(evtchn_is_masked(port));
}

EVTCHN_CASE("close: a port used again is on vCPU 0, and not pending")
{
    long port = evtchn_bind_ipi(smp_nr_vcpus() - 1);

    require_ok(hypercall_evtchn_close(port));
    expect_port(port, PORT_CLOSED, 0);
    expect_eq(evtchn_alloc(), port);
    expect_port(port, PORT_UNBOUND(xtf_get_domid()), 0);
    expect_false(evtchn_is_pending(port));
}

EVTCHN_CASE("close: an IPI, a VIRQ and a global VIRQ, to be bound again")
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

CASE_2L("close: a global VIRQ that was moved, to be bound again")
{
    long port = evtchn_bind_virq(VIRQ_ARGO, 0);

    require_ok(evtchn_bind_vcpu(port, smp_nr_vcpus() - 1));
    require_ok(hypercall_evtchn_close(port));
    expect_eq(evtchn_bind_virq(VIRQ_ARGO, 0), port);
    expect_port(port, PORT_VIRQ(VIRQ_ARGO), 0);
}

EVTCHN_CASE("close: a port that is not open, -EINVAL")
{
    long port = evtchn_alloc();

    require_ok(hypercall_evtchn_close(port));
    expect_ev_error(hypercall_evtchn_close(port), -EINVAL);
    expect_ev_error(hypercall_evtchn_close(0), -EINVAL);
    expect_ev_error(hypercall_evtchn_close(EVTCHN_FIFO_NR_CHANNELS), -EINVAL);
    expect_ev_error(hypercall_evtchn_close(~0u), -EINVAL);
}

CASE_2L("close: an unreadable argument, -EFAULT")
{
    evtchn_alloc();
    expect_ev_error(hypercall_event_channel_op(EVTCHNOP_close,
                                              UNMAPPED_POINTER), -EFAULT);
}
