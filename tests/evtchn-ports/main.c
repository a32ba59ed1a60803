/**
 * @file tests/evtchn-ports/main.c
 * @ref test-evtchn-ports
 *
 * @page test-evtchn-ports Event channels: ports, from allocation to close
 *
 * EVTCHNOP_alloc_unbound, bind_interdomain, close, send and status: what each
 * does to both ends of a channel, and that a call which fails changes nothing.
 * Every driver of every guest goes this way, so a wrong state here is a lost
 * event, or one in the wrong domain.
 *
 * This file: alloc_unbound.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <xtf.h>

#include <arch/mm.h>

const char test_title[] = "Event channels: ports";

/* A number that no domain has. */
#define NO_DOMAIN (DOMID_FIRST_RESERVED - 1)

EVTCHN_CASE("alloc_unbound: the port is unbound, for the domain named")
{
    long port = evtchn_alloc_unbound(DOMID_SELF, DOMID_SELF);

    require_msg(port > 0, "alloc_unbound answered %ld", port);
    expect_port(port, PORT_UNBOUND(xtf_get_domid()), 0);
    expect_false(evtchn_is_pending(port));
}

EVTCHN_CASE("alloc_unbound: the lowest port that is free")
{
    long a = evtchn_alloc(), b = evtchn_alloc(), c = evtchn_alloc();

    expect_true(a > 0 && b == a + 1 && c == b + 1);
    require_ok(hypercall_evtchn_close(b));
    require_ok(hypercall_evtchn_close(a));
    expect_eq(evtchn_alloc(), a);
    expect_eq(evtchn_alloc(), b);
    expect_eq(evtchn_alloc(), c + 1);
}

CASE_2L("alloc_unbound: the mask bit is left as it was")
{
    long port = evtchn_alloc();

    expect_true(evtchn_is_masked(port));
    require_ok(hypercall_evtchn_close(port));
    clear_bit(port, shared_info.evtchn_mask);

    expect_eq(evtchn_alloc(), port);
    expect_false(evtchn_is_masked(port));
}

CASE_2L("alloc_unbound: dom may be this domain's own number")
{
    int self = xtf_get_domid();
    long port = evtchn_alloc_unbound(self, self);

    require_msg(port > 0, "alloc_unbound answered %ld", port);
    expect_port(port, PORT_UNBOUND(self), 0);
}

CASE_2L("alloc_unbound: remote_dom need not exist yet")
{
    long port = evtchn_alloc_unbound(DOMID_SELF, NO_DOMAIN);

    require_msg(port > 0, "alloc_unbound answered %ld", port);
    expect_port(port, PORT_UNBOUND(NO_DOMAIN), 0);
}

CASE_2L("alloc_unbound: only port is written")
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

CASE_2L("alloc_unbound: in a domain that does not exist, -ESRCH")
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

CASE_2L("alloc_unbound: in another domain, unprivileged, -EPERM")
{
    if ( xtf_get_domid() == 0 )
        skip_case("this is dom0, which may");

    expect_ev_error(evtchn_alloc_unbound(0, DOMID_SELF), -EPERM);
}

CASE_2L("alloc_unbound: an unreadable argument, -EFAULT")
{
    expect_ev_error(hypercall_event_channel_op(EVTCHNOP_alloc_unbound,
                                              UNMAPPED_POINTER), -EFAULT);
}
