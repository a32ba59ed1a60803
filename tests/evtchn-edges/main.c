/**
 * @file tests/evtchn-edges/main.c
 * @ref test-evtchn-edges
 *
 * @page test-evtchn-edges Event channels: inputs that other implementations got wrong
 *
 * Inputs from public fixes in KVM's and QEMU's Xen emulation and in guests'
 * drivers, each of which their authors had not thought of: docs/edges.md has
 * the list, with the commits.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <xtf.h>

#include <arch/mm.h>

const char test_title[] = "Event channels: inputs that other implementations got wrong";

/* Beyond what either ABI has, and the signs of 32-bit numbers. */
static const evtchn_port_t no_ports[] = {
    0x20000, 0x20001, 0x7fffffff, 0x80000000, ~0u,
};

static long poll_ports(evtchn_port_t *ports, unsigned int nr)
{
    struct sched_poll op = {
        .ports = ports, .nr_ports = nr,
        .timeout = time_now() + MILLISECONDS(200),
    };

    return hypercall_sched_op(SCHEDOP_poll, &op);
}

/* Linux, KVM: 4ea9439fd537. */
EVTCHN_CASE("poll: port beyond the limit -> -EINVAL")
{
    unsigned int i;

    for ( i = 0; i < ARRAY_SIZE(no_ports); ++i )
    {
        evtchn_port_t port = no_ports[i];

        expect_errno(poll_ports(&port, 1), -EINVAL);
    }
}

EVTCHN_CASE("poll: three ports, one beyond the limit -> -EINVAL, or 0 if an earlier port is pending")
{
    evtchn_port_t ports[3];
    long port = evtchn_bind_ipi(0), other = evtchn_bind_ipi(0);

    require_msg(port > 0 && other > 0, "EVTCHNOP_bind_ipi is %ld and %ld, "
                "expected two ports", port, other);
    ports[0] = port;
    ports[1] = other;
    ports[2] = ~0u;
    expect_errno(poll_ports(ports, 3), -EINVAL);
    require_ok(hypercall_evtchn_send(other));
    expect_errno(poll_ports(ports, 3), 0);
    ports[0] = ~0u;
    expect_errno(poll_ports(ports, 3), -EINVAL);
}

EVTCHN_CASE("poll: 128 ports, last one pending -> 0 before the timeout")
{
    static evtchn_port_t ports[129];
    long port = evtchn_bind_ipi(0), other = evtchn_bind_ipi(0);
    const uint64_t start = time_now();
    struct sched_poll op = {
        .ports = ports, .nr_ports = 128, .timeout = start + SECONDS(60),
    };
    unsigned int i;

    require_msg(port > 0 && other > 0, "EVTCHNOP_bind_ipi is %ld and %ld, "
                "expected two ports", port, other);
    for ( i = 0; i < ARRAY_SIZE(ports); ++i )
        ports[i] = port;
    ports[127] = other;
    require_ok(hypercall_evtchn_send(other));
    expect_errno(hypercall_sched_op(SCHEDOP_poll, &op), 0);
    expect_true(time_now() - start < SECONDS(50));
    op.nr_ports = 129;
    expect_errno(hypercall_sched_op(SCHEDOP_poll, &op), -EINVAL);
}

EVTCHN_CASE("poll: port pending, masked or unmasked -> 0, port still pending")
{
    evtchn_port_t p;
    long port = evtchn_bind_ipi(0);

    require_msg(port > 0, "EVTCHNOP_bind_ipi is %ld, expected a port", port);
    p = port;
    require_ok(hypercall_evtchn_send(port));
    expect_errno(poll_ports(&p, 1), 0);
    expect_true(evtchn_is_pending(port));
    expect_true(evtchn_is_masked(port));
    require_ok(evtchn_unmask(port));
    expect_errno(poll_ports(&p, 1), 0);
    expect_true(evtchn_is_pending(port));
}

/* QEMU: 75a87af9b228.  The number that the call would give the new port. */
EVTCHN_CASE("bind_interdomain: DOMID_SELF, remote_port is the lowest free port -> -EINVAL")
{
    long port = evtchn_alloc();

    require_msg(port > 0, "EVTCHNOP_alloc_unbound is %ld, expected a port",
                port);
    require_ok(hypercall_evtchn_close(port));

    expect_ev_error(evtchn_bind_interdomain(DOMID_SELF, port), -EINVAL);
    expect_ev_error(evtchn_bind_interdomain(xtf_get_domid(), port), -EINVAL);
    expect_port(port, PORT_CLOSED, 0);
    expect_eq(evtchn_alloc(), port);
}

EVTCHN_CASE("bind_interdomain: DOMID_SELF, remote_port is an end of a channel -> -EINVAL")
{
    evtchn_port_t a, b;

    require_ok(evtchn_loopback(&a, &b));
    expect_ev_error(evtchn_bind_interdomain(DOMID_SELF, a), -EINVAL);
    expect_ev_error(evtchn_bind_interdomain(DOMID_SELF, b), -EINVAL);
    require_ok(hypercall_evtchn_send(a));
    expect_true(evtchn_is_pending(b));
    expect_false(evtchn_is_pending(a));
}

EVTCHN_CASE("bind_interdomain: DOMID_SELF, remote_port is an IPI, a VIRQ or 0 -> -EINVAL")
{
    long ipi = evtchn_bind_ipi(0), virq = evtchn_bind_virq(VIRQ_TIMER, 0);

    require_msg(ipi > 0 && virq > 0, "EVTCHNOP_bind_ipi is %ld, "
                "EVTCHNOP_bind_virq %ld, expected ports", ipi, virq);
    expect_ev_error(evtchn_bind_interdomain(DOMID_SELF, ipi), -EINVAL);
    expect_ev_error(evtchn_bind_interdomain(DOMID_SELF, virq), -EINVAL);
    expect_ev_error(evtchn_bind_interdomain(DOMID_SELF, 0), -EINVAL);
}

/* Closing one end leaves the other unbound, for the same domain again. */
EVTCHN_CASE("close: one end of a channel within the domain -> other end unbound, can be bound again")
{
    evtchn_port_t a, b;
    long again;

    require_ok(evtchn_loopback(&a, &b));
    require_ok(hypercall_evtchn_close(b));
    expect_port(a, PORT_UNBOUND(xtf_get_domid()), 0);
    again = evtchn_bind_interdomain(DOMID_SELF, a);
    expect_eq(again, b);
    expect_port(a, PORT_INTERDOMAIN(xtf_get_domid(), b), 0);
}

/* A port that is closed while pending does not start out pending. */
EVTCHN_CASE("alloc_unbound, bind_ipi: port number was closed while pending -> port not pending")
{
    long port = evtchn_bind_ipi(0);

    require_msg(port > 0, "EVTCHNOP_bind_ipi is %ld, expected a port", port);
    require_ok(hypercall_evtchn_send(port));
    require_ok(hypercall_evtchn_close(port));
    require_true(evtchn_alloc() == port);
    expect_false(evtchn_is_pending(port));
    require_ok(hypercall_evtchn_close(port));
    require_true(evtchn_bind_ipi(0) == port);
    expect_false(evtchn_is_pending(port));
}

/* Linux, KVM: xen_evtchn_send() to a port number beyond the table. */
EVTCHN_CASE("send, close, unmask, bind_vcpu: port beyond the limit -> -EINVAL")
{
    unsigned int i;

    for ( i = 0; i < ARRAY_SIZE(no_ports); ++i )
    {
        expect_ev_error(hypercall_evtchn_send(no_ports[i]), -EINVAL);
        expect_ev_error(hypercall_evtchn_close(no_ports[i]), -EINVAL);
        expect_ev_error(hypercall_evtchn_unmask(no_ports[i]), -EINVAL);
        expect_ev_error(evtchn_bind_vcpu(no_ports[i], 0), -EINVAL);
    }
}

/* Linux: VIRQ_TIMER is per vCPU, and does not move with bind_vcpu. */
EVTCHN_CASE("bind_vcpu: per-vCPU VIRQ or IPI -> -EINVAL, vCPU unchanged")
{
    long virq = evtchn_bind_virq(VIRQ_TIMER, 0), ipi = evtchn_bind_ipi(0);

    if ( smp_nr_vcpus() < 2 )
        skip_case("the domain has fewer than 2 vCPUs");
    require_msg(ipi > 0 && virq > 0, "EVTCHNOP_bind_ipi is %ld, "
                "EVTCHNOP_bind_virq %ld, expected ports", ipi, virq);
    expect_ev_error(evtchn_bind_vcpu(virq, 1), -EINVAL);
    expect_ev_error(evtchn_bind_vcpu(ipi, 1), -EINVAL);
    expect_port(virq, PORT_VIRQ(VIRQ_TIMER), 0);
    expect_port(ipi, PORT_IPI, 0);
}

/* Xen's 32-bit shared_info has the upper half of the seconds elsewhere. */
CASE("shared_info: wall clock with wc_sec_hi -> before the year 2100")
{
    const uint64_t ns = time_wallclock();

    expect_msg(ns < 4102444800ull * SECONDS(1), "the wall clock is at %llu ns",
               (unsigned long long)ns);
}
