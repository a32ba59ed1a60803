/*
 * EVTCHNOP_bind_interdomain, with this domain at both ends.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <xtf.h>
#include <xtf/harness/needs.h>

#include <arch/mm.h>

EVTCHN_CASE("bind_interdomain: unbound port -> each end's status names the other")
{
    int self = xtf_get_domid();
    long remote = evtchn_alloc();
    long local = evtchn_bind_interdomain(DOMID_SELF, remote);

    require_msg(local > 0, "bind_interdomain returned %ld, expected a port",
                local);
    expect_ne(local, remote);
    expect_port(local, PORT_INTERDOMAIN(self, remote), 0);
    expect_port(remote, PORT_INTERDOMAIN(self, local), 0);
}

EVTCHN_CASE("bind_interdomain: unbound port -> local end pending, remote end not")
{
    long remote = evtchn_alloc();
    long local = evtchn_bind_interdomain(DOMID_SELF, remote);

    require_msg(local > 0, "bind_interdomain returned %ld, expected a port",
                local);
    expect_true(evtchn_is_pending(local));
    expect_false(evtchn_is_pending(remote));
}

CASE_2L("bind_interdomain: local port is unmasked -> delivered")
{
    long remote = evtchn_alloc(), local = evtchn_alloc();

    /* The local port will be the lowest free one, so unmask that. */
    require_ok(hypercall_evtchn_close(local));
    clear_bit(local, shared_info.evtchn_mask);
    expect_eq(evtchn_bind_interdomain(DOMID_SELF, remote), local);
    evtchn_deliver();
    expect_delivered(local);
}

EVTCHN_CASE("bind_interdomain: remote port is pending -> still pending")
{
    evtchn_port_t a, b;

    require_ok(evtchn_loopback(&a, &b));
    require_ok(hypercall_evtchn_send(b));
    require_ok(hypercall_evtchn_close(b));
    expect_true(evtchn_is_pending(a));

    expect_true(evtchn_bind_interdomain(DOMID_SELF, a) > 0);
    expect_true(evtchn_is_pending(a));
}

CASE_2L("bind_interdomain: remote_dom is the caller's domid -> as DOMID_SELF")
{
    int self = xtf_get_domid();
    long remote = evtchn_alloc();
    long local = evtchn_bind_interdomain(self, remote);

    require_msg(local > 0, "bind_interdomain returned %ld, expected a port",
                local);
    expect_port(local, PORT_INTERDOMAIN(self, remote), 0);
}

CASE_2L("bind_interdomain: remote port is on vCPU 1 -> stays on vCPU 1, local port on vCPU 0")
{
    long remote = evtchn_alloc(), local;

    need_vcpus(2);

    require_ok(evtchn_bind_vcpu(remote, 1));
    local = evtchn_bind_interdomain(DOMID_SELF, remote);
    expect_port(remote, PORT_INTERDOMAIN(xtf_get_domid(), local), 1);
    expect_port(local, PORT_INTERDOMAIN(xtf_get_domid(), remote), 0);
}

CASE_2L("bind_interdomain: success -> only local_port is written to the argument")
{
    struct {
        struct evtchn_bind_interdomain op;
        uint8_t after[16];
    } arg;
    long remote = evtchn_alloc();

    memset(&arg, 0x5a, sizeof(arg));
    arg.op.remote_dom = DOMID_SELF;
    arg.op.remote_port = remote;

    require_ok(hypercall_event_channel_op(EVTCHNOP_bind_interdomain, &arg.op));
    expect_eq(arg.op.remote_dom, DOMID_SELF);
    expect_eq(arg.op.remote_port, remote);
    expect_range(arg.op.local_port, 1, 127);
    expect_fill(arg.after, 0x5a, sizeof(arg.after));
}

CASE_2L("bind_interdomain: remote_dom is an unallocated domid -> -ESRCH")
{
    long remote = evtchn_alloc();

    expect_ev_error(evtchn_bind_interdomain(NO_DOMAIN, remote), -ESRCH);
    expect_ev_error(evtchn_bind_interdomain(DOMID_IO, remote), -ESRCH);
    expect_ev_error(evtchn_bind_interdomain(DOMID_INVALID, remote), -ESRCH);
}

EVTCHN_CASE("bind_interdomain: remote_port is 0, closed, connected, an IPI or a VIRQ -> -EINVAL")
{
    evtchn_port_t a, b;
    long ipi = evtchn_bind_ipi(0), virq = evtchn_bind_virq(VIRQ_DEBUG, 0);
    long closed = evtchn_alloc();

    require_ok(evtchn_loopback(&a, &b));
    require_ok(hypercall_evtchn_close(closed));

    expect_ev_error(evtchn_bind_interdomain(DOMID_SELF, 0), -EINVAL);
    expect_ev_error(evtchn_bind_interdomain(DOMID_SELF, closed), -EINVAL);
    expect_ev_error(evtchn_bind_interdomain(DOMID_SELF, a), -EINVAL);
    expect_ev_error(evtchn_bind_interdomain(DOMID_SELF, b), -EINVAL);
    expect_ev_error(evtchn_bind_interdomain(DOMID_SELF, ipi), -EINVAL);
    expect_ev_error(evtchn_bind_interdomain(DOMID_SELF, virq), -EINVAL);
}

EVTCHN_CASE("bind_interdomain: remote_port out of range -> -EINVAL")
{
    expect_ev_error(evtchn_bind_interdomain(DOMID_SELF,
                                           EVTCHN_FIFO_NR_CHANNELS), -EINVAL);
    expect_ev_error(evtchn_bind_interdomain(DOMID_SELF, ~0u), -EINVAL);
    expect_ev_error(evtchn_bind_interdomain(DOMID_SELF, 1u << 31), -EINVAL);
}

CASE_2L("bind_interdomain: remote_port is unbound for another domain -> -EINVAL")
{
    long other = evtchn_alloc_unbound(DOMID_SELF, NO_DOMAIN);

    need_port_for_unallocated_domid(other);
    expect_ev_error(evtchn_bind_interdomain(DOMID_SELF, other), -EINVAL);
    expect_port(other, PORT_UNBOUND(NO_DOMAIN), 0);
}

CASE_2L("bind_interdomain: argument at an unmapped address -> -EFAULT")
{
    evtchn_alloc();
    expect_ev_error(hypercall_event_channel_op(EVTCHNOP_bind_interdomain,
                                              UNMAPPED_POINTER), -EFAULT);
}
