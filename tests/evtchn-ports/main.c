/**
 * @file tests/evtchn-ports/main.c
 * @ref test-evtchn-ports
 *
 * @page test-evtchn-ports Event channels: ports, from alloc_unbound to close
 *
 * EVTCHNOP_alloc_unbound, bind_interdomain, close, send and status: the effect
 * of each on both ends of a channel, and that a call which fails changes
 * nothing.  Every paravirtual driver uses these operations: a wrong state is a
 * lost event, or an event in the wrong domain.
 *
 * This file: alloc_unbound.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <xtf.h>
#include <xtf/harness/needs.h>

#include <arch/mm.h>

const char test_title[] = "Event channels: ports, from alloc_unbound to close";

/* An unallocated domid. */
EVTCHN_CASE("alloc_unbound: DOMID_SELF for DOMID_SELF -> unbound for the caller, not pending")
{
    long port = evtchn_alloc_unbound(DOMID_SELF, DOMID_SELF);

    require_msg(port > 0, "alloc_unbound returned %ld, expected a port", port);
    expect_port(port, PORT_UNBOUND(xtf_get_domid()), 0);
    expect_false(evtchn_is_pending(port));
}

EVTCHN_CASE("alloc_unbound: several ports free -> the lowest one")
{
    long a = evtchn_alloc(), b = evtchn_alloc(), c = evtchn_alloc();

    expect_true(a > 0 && b == a + 1 && c == b + 1);
    require_ok(hypercall_evtchn_close(b));
    require_ok(hypercall_evtchn_close(a));
    expect_eq(evtchn_alloc(), a);
    expect_eq(evtchn_alloc(), b);
    expect_eq(evtchn_alloc(), c + 1);
}

CASE_2L("alloc_unbound: mask bit of the port is clear -> still clear")
{
    long port = evtchn_alloc();

    expect_true(evtchn_is_masked(port));
    require_ok(hypercall_evtchn_close(port));
    clear_bit(port, shared_info.evtchn_mask);

    expect_eq(evtchn_alloc(), port);
    expect_false(evtchn_is_masked(port));
}

CASE_2L("alloc_unbound: dom is the caller's domid -> as DOMID_SELF")
{
    int self = xtf_get_domid();
    long port = evtchn_alloc_unbound(self, self);

    require_msg(port > 0, "alloc_unbound returned %ld, expected a port", port);
    expect_port(port, PORT_UNBOUND(self), 0);
}

CASE_2L("alloc_unbound: remote_dom is an unallocated domid -> port unbound for that domid")
{
    long port = evtchn_alloc_unbound(DOMID_SELF, NO_DOMAIN);

    need_port_for_unallocated_domid(port);
    require_msg(port > 0, "alloc_unbound returned %ld, expected a port", port);
    expect_port(port, PORT_UNBOUND(NO_DOMAIN), 0);
}

CASE_2L("alloc_unbound: success -> only port is written to the argument")
{
    struct {
        struct evtchn_alloc_unbound op;
        uint8_t after[16];
    } arg;

    memset(&arg, 0x5a, sizeof(arg));
    arg.op.dom = arg.op.remote_dom = DOMID_SELF;

    require_ok(hypercall_event_channel_op(EVTCHNOP_alloc_unbound, &arg.op));
    expect_eq(arg.op.dom, DOMID_SELF);
    expect_eq(arg.op.remote_dom, DOMID_SELF);
    expect_range(arg.op.port, 1, 127);
    expect_fill(arg.after, 0x5a, sizeof(arg.after));
}

CASE_2L("alloc_unbound: dom is an unallocated domid -> -ESRCH")
{
    expect_ev_error(evtchn_alloc_unbound(NO_DOMAIN, DOMID_SELF),
                   -ESRCH);
    expect_ev_error(evtchn_alloc_unbound(DOMID_IO, DOMID_SELF),
                   -ESRCH);
    expect_ev_error(evtchn_alloc_unbound(DOMID_XEN, DOMID_SELF),
                   -ESRCH);
    expect_ev_error(evtchn_alloc_unbound(DOMID_INVALID, DOMID_SELF),
                   -ESRCH);
    expect_ev_error(evtchn_alloc_unbound(DOMID_IDLE, DOMID_SELF),
                   -ESRCH);
}

CASE_2L("alloc_unbound: another domain, unprivileged -> -EPERM")
{
    need_unprivileged();
    need_privilege_checks();

    expect_ev_error(evtchn_alloc_unbound(0, DOMID_SELF), -EPERM);
}

CASE_2L("alloc_unbound: argument at an unmapped address -> -EFAULT")
{
    expect_ev_error(hypercall_event_channel_op(EVTCHNOP_alloc_unbound,
                                              UNMAPPED_POINTER), -EFAULT);
}
