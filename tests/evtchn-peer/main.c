/**
 * @file tests/evtchn-peer/main.c
 * @ref test-evtchn-peer
 *
 * @page test-evtchn-peer Event channels: between two domains
 *
 * What event channels are for: one domain wakes another one.  The test makes a
 * second domain, and each of the two offers ports to the other, binds to them,
 * and sends events.
 *
 * Each end must name the other one's domain and port; an event must arrive at
 * the other end and nowhere else, whichever numbers the ports have and whichever
 * ABI the domains use; nobody but the domain that a port is for may bind to it;
 * and when one end goes, by a close, a reset or its domain's death, the other
 * must be free to be bound again.  A domain without privilege must not learn of
 * other domains' ports, nor change them.
 *
 * It needs to run as domain 0, and hardware that can run HVM guests.
 *
 * This file: what both ends do.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <xtf/hypercall.h>

#include "fixture.h"

const char test_title[] = "Event channels: between two domains";

EV_PEER_CASE("peer: we bind to its port, and each end names the other")
{
    domid_t us = xtf_get_domid();
    long its = peer_alloc(peer, DOMID_SELF, us), ours;

    require_msg(its > 0, "its alloc_unbound answered %ld", its);
    expect_port_of(peer->domid, its, PORT_UNBOUND(us), 0);
    expect_pending_there(peer, 0);

    ours = evtchn_bind_interdomain(peer->domid, its);
    require_msg(ours > 0, "bind_interdomain answered %ld", ours);
    expect_port(ours, PORT_INTERDOMAIN(peer->domid, its), 0);
    expect_port_of(peer->domid, its, PORT_INTERDOMAIN(us, ours), 0);

    /* Events may have been missed: by who binds. */
    expect_pending_here(ours);
    expect_pending_there(peer, 0);
}

EV_PEER_CASE("peer: it binds to our port, and each end names the other")
{
    domid_t us = xtf_get_domid();
    long ours, its;

    /* Numbers differ, lest one be taken for the other. */
    expect_eq(peer_bind_ipi(peer), 1);
    expect_eq(peer_bind_ipi(peer), 2);
    evtchn_alloc();
    evtchn_alloc();
    evtchn_alloc();

    ours = evtchn_alloc_unbound(DOMID_SELF, peer->domid);
    require_msg(ours > 0, "alloc_unbound answered %ld", ours);
    its = peer_bind(peer, us, ours);
    require_eq(its, 3);
    expect_port(ours, PORT_INTERDOMAIN(peer->domid, its), 0);
    expect_port_of(peer->domid, its, PORT_INTERDOMAIN(us, ours), 0);
    expect_pending_there(peer, its);
    expect_pending_here(0);
}

EV_PEER_CASE("peer: it sees the status of its end itself")
{
    evtchn_port_t ours, its;
    evtchn_status_t s = { .dom = DOMID_SELF };

    if ( !channel_of_peer(peer, &ours, &its) )
        return;

    s.port = its;
    require_ok(peer_evtchn(peer, EVTCHNOP_status, &s, sizeof(s)));
    expect_eq(s.status, EVTCHNSTAT_interdomain);
    expect_eq(s.u.interdomain.dom, xtf_get_domid());
    expect_eq(s.u.interdomain.port, ours);
}

EV_PEER_CASE("peer: an event is pending at the other end, and only there")
{
    evtchn_port_t ours, its, other_ours, other_its;

    evtchn_alloc();
    evtchn_alloc();
    if ( !channel_of_peer(peer, &ours, &its) ||
         !channel_of_ours(peer, &other_ours, &other_its) )
        return;

    require_ok(hypercall_evtchn_send(ours));
    expect_pending_there(peer, its);
    expect_pending_here(0);
    peer_clear_pending(peer);

    require_ok(hypercall_evtchn_send(other_ours));
    expect_pending_there(peer, other_its);
    expect_pending_here(0);
    peer_clear_pending(peer);

    require_ok(peer_send(peer, other_its));
    expect_pending_here(other_ours);
    expect_pending_there(peer, 0);
    evtchn_clear(other_ours);

    require_ok(peer_send(peer, its));
    expect_pending_here(ours);
    expect_pending_there(peer, 0);
}

EV_PEER_CASE("peer: its event is delivered to us")
{
    evtchn_port_t ours, its;

    if ( !channel_of_ours(peer, &ours, &its) )
        return;

    require_ok(evtchn_unmask(ours));
    evtchn_deliver();
    expect_none_delivered();
    require_ok(peer_send(peer, its));
    evtchn_deliver();
    expect_delivered(ours);
}

EV_PEER_CASE("peer: its IPI is its own")
{
    evtchn_port_t ours, its;
    long ipi;

    if ( !channel_of_peer(peer, &ours, &its) )
        return;

    ipi = peer_bind_ipi(peer);
    require_msg(ipi > 0, "its bind_ipi answered %ld", ipi);
    require_ok(peer_send(peer, ipi));
    expect_pending_there(peer, ipi);
    expect_pending_here(0);
}

EV_PEER_CASE("peer: a port of either is bound once")
{
    domid_t us = xtf_get_domid();
    evtchn_port_t ours, its, ours2, its2;

    if ( !channel_of_peer(peer, &ours, &its) ||
         !channel_of_ours(peer, &ours2, &its2) )
        return;

    expect_refused(peer, evtchn_bind_interdomain(peer->domid, its), -EINVAL);
    expect_refused(peer, evtchn_bind_interdomain(peer->domid, its2), -EINVAL);
    expect_refused(peer, peer_bind(peer, us, ours), -EINVAL);
    expect_refused(peer, peer_bind(peer, us, ours2), -EINVAL);
}

EV_PEER_CASE("peer: nobody binds to a port for somebody else")
{
    domid_t us = xtf_get_domid();
    long for_itself = peer_alloc(peer, DOMID_SELF, DOMID_SELF);
    long for_another = peer_alloc(peer, DOMID_SELF, peer->domid + 1);
    long for_us = evtchn_alloc_unbound(DOMID_SELF, DOMID_SELF);
    long for_other = evtchn_alloc_unbound(DOMID_SELF, peer->domid + 1);

    expect_refused(peer, evtchn_bind_interdomain(peer->domid, for_itself),
                   -EINVAL);
    expect_refused(peer, evtchn_bind_interdomain(peer->domid, for_another),
                   -EINVAL);
    expect_refused(peer, peer_bind(peer, us, for_us), -EINVAL);
    expect_refused(peer, peer_bind(peer, us, for_other), -EINVAL);

    /* It is about who binds, not about whom the port is in. */
    expect_refused(peer, peer_bind(peer, DOMID_SELF, for_another), -EINVAL);
    expect_true(peer_bind(peer, DOMID_SELF, for_itself) > 0);
}

EV_PEER_CASE("peer: we bind to nothing that it has not offered")
{
    long ipi = peer_bind_ipi(peer);
    static const evtchn_port_t none[] = { 0, 5, 1023, 1024, 131072, ~0u };
    unsigned int i;

    require_msg(ipi > 0, "its bind_ipi answered %ld", ipi);
    expect_refused(peer, evtchn_bind_interdomain(peer->domid, ipi), -EINVAL);
    for ( i = 0; i < ARRAY_SIZE(none); ++i )
        expect_refused(peer, evtchn_bind_interdomain(peer->domid, none[i]),
                       -EINVAL);
}

EV_PEER_CASE("peer: we close our end, and it can be bound again")
{
    domid_t us = xtf_get_domid();
    evtchn_port_t ours, its;
    long again;

    if ( !channel_of_ours(peer, &ours, &its) )
        return;

    require_ok(hypercall_evtchn_close(ours));
    expect_port(ours, PORT_CLOSED, 0);
    expect_port_of(peer->domid, its, PORT_UNBOUND(us), 0);
    expect_pending_there(peer, 0);

    /* Its events go nowhere now. */
    expect_ok(peer_send(peer, its));
    expect_pending_here(0);

    again = evtchn_bind_interdomain(peer->domid, its);
    require_msg(again > 0, "bind_interdomain answered %ld", again);
    expect_port_of(peer->domid, its, PORT_INTERDOMAIN(us, again), 0);
    expect_pending_here(again);
    require_ok(hypercall_evtchn_send(again));
    expect_pending_there(peer, its);
}

EV_PEER_CASE("peer: it closes its end, and ours can be bound again")
{
    domid_t us = xtf_get_domid();
    evtchn_port_t ours, its;
    long again;

    if ( !channel_of_peer(peer, &ours, &its) )
        return;

    require_ok(peer_send(peer, its));
    require_ok(peer_close(peer, its));
    expect_port_of(peer->domid, its, PORT_CLOSED, 0);
    expect_port(ours, PORT_UNBOUND(peer->domid), 0);
    expect_pending_here(ours);
    evtchn_clear(ours);

    expect_ok(hypercall_evtchn_send(ours));
    expect_pending_there(peer, 0);
    expect_refused(peer, evtchn_bind_interdomain(DOMID_SELF, ours), -EINVAL);

    again = peer_bind(peer, us, ours);
    require_msg(again > 0, "its bind_interdomain answered %ld", again);
    expect_port(ours, PORT_INTERDOMAIN(peer->domid, again), 0);
    expect_pending_there(peer, again);
    require_ok(peer_send(peer, again));
    expect_pending_here(ours);
}

EV_PEER_CASE_2L("peer: it resets its ports, and ours are unbound")
{
    evtchn_port_t ours, its, ours2, its2;
    long loop = evtchn_alloc();

    if ( !channel_of_peer(peer, &ours, &its) ||
         !channel_of_ours(peer, &ours2, &its2) )
        return;

    require_ok(peer_reset(peer, DOMID_SELF));
    expect_port_of(peer->domid, its, PORT_CLOSED, 0);
    expect_port_of(peer->domid, its2, PORT_CLOSED, 0);
    expect_port(ours, PORT_UNBOUND(peer->domid), 0);
    expect_port(ours2, PORT_UNBOUND(peer->domid), 0);
    expect_port(loop, PORT_UNBOUND(xtf_get_domid()), 0);
    expect_pending_here(0);
}

EVTCHN_CASE("peer: we reset our ports, and its ends are unbound")
{
    struct peer *peer = ev_peer(0);
    evtchn_port_t ours, its;

    if ( !peer || !channel_of_peer(peer, &ours, &its) )
        return;

    require_ok(evtchn_start(evtchn_abi));
    expect_port(ours, PORT_CLOSED, 0);
    expect_port_of(peer->domid, its, PORT_UNBOUND(xtf_get_domid()), 0);
    expect_pending_there(peer, 0);
    expect_true(evtchn_bind_interdomain(peer->domid, its) > 0);
}
