/*
 * The end of a domain that has event channels to others.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <xtf/hypercall.h>

#include "fixture.h"

EV_PEER_CASE("peer: its death leaves our ends unbound")
{
    evtchn_port_t ours, its, ours2, its2;
    domid_t was = peer->domid;

    if ( !channel_of_peer(peer, &ours, &its) ||
         !channel_of_ours(peer, &ours2, &its2) )
        return;

    require_ok(peer_send(peer, its2));
    ev_peer_ended(peer);
    require_ok(peer_destroy(peer));

    expect_port(ours, PORT_UNBOUND(was), 0);
    expect_port(ours2, PORT_UNBOUND(was), 0);
    expect_pending_here(ours2);
    expect_ok(hypercall_evtchn_send(ours));
    expect_ev_error(evtchn_bind_interdomain(was, its), -ESRCH);
    expect_ev_error(evtchn_alloc_unbound(was, DOMID_SELF), -ESRCH);
    expect_ok(hypercall_evtchn_close(ours));
    expect_ok(hypercall_evtchn_close(ours2));
}

EV_PEER_CASE_2L("peer: a third domain's death leaves our channel alone")
{
    struct peer *third = ev_peer(1);
    evtchn_port_t ours, its;
    domid_t was;
    long a;

    if ( !third || !channel_of_peer(peer, &ours, &its) )
        return;

    was = third->domid;
    a = peer_alloc(third, DOMID_SELF, peer->domid);
    require_msg(a > 0, "alloc_unbound answered %ld", a);
    a = peer_bind(peer, was, a);
    require_msg(a > 0, "bind_interdomain answered %ld", a);
    peer_clear_pending(peer);
    ev_peer_ended(third);
    require_ok(peer_destroy(third));

    expect_port_of(peer->domid, a, PORT_UNBOUND(was), 0);
    expect_port(ours, PORT_INTERDOMAIN(peer->domid, its), 0);
    expect_port_of(peer->domid, its, PORT_INTERDOMAIN(xtf_get_domid(), ours),
                   0);
    require_ok(peer_send(peer, its));
    expect_pending_here(ours);
}
