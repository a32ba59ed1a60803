/*
 * EVTCHNOP_bind_vcpu: which ports can be rebound, and to which vCPUs.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <xtf.h>

#include <arch/mm.h>

#define LAST (smp_nr_vcpus() - 1)

EVTCHN_CASE("bind_vcpu: one end of a channel -> the other end keeps its vCPU")
{
    int self = xtf_get_domid();
    evtchn_port_t a, b;

    require_ok(evtchn_loopback(&a, &b));
    require_ok(evtchn_bind_vcpu(a, LAST));
    expect_port(a, PORT_INTERDOMAIN(self, b), LAST);
    expect_port(b, PORT_INTERDOMAIN(self, a), 0);
    require_ok(evtchn_bind_vcpu(b, LAST));
    require_ok(evtchn_bind_vcpu(a, 0));
    expect_port(a, PORT_INTERDOMAIN(self, b), 0);
    expect_port(b, PORT_INTERDOMAIN(self, a), LAST);
}

EVTCHN_CASE("bind_vcpu: unbound port -> rebound")
{
    long port = evtchn_alloc();

    require_ok(evtchn_bind_vcpu(port, LAST));
    expect_port(port, PORT_UNBOUND(xtf_get_domid()), LAST);
    require_ok(evtchn_bind_vcpu(port, 0));
    expect_port(port, PORT_UNBOUND(xtf_get_domid()), 0);
}

CASE_2L("bind_vcpu: global VIRQ -> rebound, bind_virq still -EEXIST")
{
    long port = evtchn_bind_virq(VIRQ_ARGO, 0);

    require_ok(evtchn_bind_vcpu(port, LAST));
    expect_port(port, PORT_VIRQ(VIRQ_ARGO), LAST);

    /* bind_virq on vCPU 0 still finds the VIRQ bound. */
    expect_errno(evtchn_bind_virq(VIRQ_ARGO, 0), -EEXIST);
}

EVTCHN_CASE("bind_vcpu: IPI -> -EINVAL")
{
    long port = evtchn_bind_ipi(LAST);

    expect_ev_error(evtchn_bind_vcpu(port, 0), -EINVAL);
    expect_port(port, PORT_IPI, LAST);
}

EVTCHN_CASE("bind_vcpu: per-vCPU VIRQ -> -EINVAL")
{
    long port = evtchn_bind_virq(VIRQ_DEBUG, LAST);

    expect_ev_error(evtchn_bind_vcpu(port, 0), -EINVAL);
    expect_port(port, PORT_VIRQ(VIRQ_DEBUG), LAST);
}

EVTCHN_CASE("bind_vcpu: port closed, 0 or out of range -> -EINVAL")
{
    long port = evtchn_alloc();

    require_ok(hypercall_evtchn_close(port));
    expect_ev_error(evtchn_bind_vcpu(port, 0), -EINVAL);
    expect_ev_error(evtchn_bind_vcpu(0, 0), -EINVAL);
    expect_ev_error(evtchn_bind_vcpu(EVTCHN_FIFO_NR_CHANNELS, 0), -EINVAL);
    expect_ev_error(evtchn_bind_vcpu(~0u, 0), -EINVAL);
}

EVTCHN_CASE("bind_vcpu: vCPU does not exist -> -ENOENT")
{
    long port = evtchn_alloc();

    expect_ev_error(evtchn_bind_vcpu(port, smp_nr_vcpus()), -ENOENT);
    expect_ev_error(evtchn_bind_vcpu(port, 1u << 31), -ENOENT);
    expect_ev_error(evtchn_bind_vcpu(port, ~0u), -ENOENT);
    expect_port(port, PORT_UNBOUND(xtf_get_domid()), 0);
}

CASE_2L("bind_vcpu: argument at an unmapped address -> -EFAULT")
{
    evtchn_alloc();
    expect_ev_error(hypercall_event_channel_op(EVTCHNOP_bind_vcpu,
                                              UNMAPPED_POINTER), -EFAULT);
}
