/*
 * EVTCHNOP_status.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <xtf.h>
#include <xtf/harness/needs.h>

#include <arch/mm.h>

static long status_of(domid_t dom, evtchn_port_t port)
{
    evtchn_status_t s = { .dom = dom, .port = port };

    return hypercall_evtchn_status(&s);
}

EVTCHN_CASE("status: port closed, unbound, interdomain, VIRQ, IPI -> that state")
{
    int self = xtf_get_domid();
    long closed = evtchn_alloc(), unbound = evtchn_alloc();
    long ipi = evtchn_bind_ipi(0), virq = evtchn_bind_virq(VIRQ_DEBUG, 0);
    evtchn_port_t a, b;

    require_ok(evtchn_loopback(&a, &b));
    require_ok(hypercall_evtchn_close(closed));

    expect_port(closed, PORT_CLOSED, 0);
    expect_port(unbound, PORT_UNBOUND(self), 0);
    expect_port(a, PORT_INTERDOMAIN(self, b), 0);
    expect_port(virq, PORT_VIRQ(VIRQ_DEBUG), 0);
    expect_port(ipi, PORT_IPI, 0);
}

CASE_2L("status: port 0 -> closed")
{
    expect_port(0, PORT_CLOSED, 0);
}

CASE_2L("status: dom is the caller's domid -> 0")
{
    long port = evtchn_alloc();

    expect_ok(status_of(xtf_get_domid(), port));
}

CASE_2L("status: success -> dom, port and memory behind the argument unchanged")
{
    struct {
        evtchn_status_t s;
        uint8_t after[16];
    } arg;
    long port = evtchn_bind_virq(VIRQ_DEBUG, 0);

    memset(&arg, 0x5a, sizeof(arg));
    arg.s.dom = DOMID_SELF;
    arg.s.port = port;

    require_ok(hypercall_evtchn_status(&arg.s));
    expect_eq(arg.s.dom, DOMID_SELF);
    expect_eq(arg.s.port, port);
    expect_eq(arg.s.status, EVTCHNSTAT_virq);
    expect_eq(arg.s.u.virq, VIRQ_DEBUG);
    expect_eq(arg.s.vcpu, 0);
    expect_fill(arg.after, 0x5a, sizeof(arg.after));
}

CASE_2L("status: port out of range -> -EINVAL, argument unchanged")
{
    evtchn_status_t s, was;

    memset(&s, 0x5a, sizeof(s));
    s.dom = DOMID_SELF;
    s.port = ~0u;
    was = s;

    expect_errno(hypercall_evtchn_status(&s), -EINVAL);
    expect_mem(&s, &was, sizeof(s));
}

EVTCHN_CASE("status: port out of range -> -EINVAL")
{
    expect_ev_error(status_of(DOMID_SELF, EVTCHN_FIFO_NR_CHANNELS), -EINVAL);
    expect_ev_error(status_of(DOMID_SELF, 1u << 31), -EINVAL);
    expect_ev_error(status_of(DOMID_SELF, ~0u), -EINVAL);
}

CASE_2L("status: dom is an unallocated domid -> -ESRCH")
{
    expect_ev_error(status_of(NO_DOMAIN, 1), -ESRCH);
    expect_ev_error(status_of(DOMID_IO, 1), -ESRCH);
    expect_ev_error(status_of(DOMID_INVALID, 1), -ESRCH);
}

CASE_2L("status: another domain, unprivileged -> -EPERM")
{
    need_unprivileged();
    need_privilege_checks();

    expect_ev_error(status_of(0, 0), -EPERM);
}

CASE_2L("status: argument at an unmapped address -> -EFAULT")
{
    expect_ev_error(hypercall_event_channel_op(EVTCHNOP_status,
                                              UNMAPPED_POINTER), -EFAULT);
}
