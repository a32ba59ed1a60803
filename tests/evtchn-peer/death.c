/*
 * A domain is destroyed while it has event channels to other domains.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <xtf.h>
#include <xtf/harness/needs.h>
#include <xtf/peers/evtchn_peer.h>

EV_PEER_CASE("peer destroyed: two channels to it -> local ends unbound, pending event kept")
{
    evtchn_port_t local, remote, local2, remote2;
    domid_t was = peer->domid;

    if ( !channel_of_peer(peer, &local, &remote) ||
         !channel_of_ours(peer, &local2, &remote2) )
        return;

    require_ok(peer_evtchn_send(peer, remote2));
    ev_peer_ended(peer);
    require_ok(peer_destroy(peer));

    expect_port(local, PORT_UNBOUND(was), 0);
    expect_port(local2, PORT_UNBOUND(was), 0);
    expect_pending_here(local2);
    expect_ok(hypercall_evtchn_send(local));
    expect_ev_error(evtchn_bind_interdomain(was, remote), -ESRCH);
    expect_ev_error(evtchn_alloc_unbound(was, DOMID_SELF), -ESRCH);
    expect_ok(hypercall_evtchn_close(local));
    expect_ok(hypercall_evtchn_close(local2));
}

EV_PEER_CASE_2L("third domain destroyed: channel between dom0 and peer -> still connected")
{
    struct peer *third = ev_peer(1);
    evtchn_port_t local, remote;
    domid_t was;
    long a;

    if ( !third || !channel_of_peer(peer, &local, &remote) )
        return;

    need_peers_that_interact(peer, third);

    was = third->domid;
    a = peer_evtchn_alloc(third, DOMID_SELF, peer->domid);
    require_msg(a > 0, "the third domain's alloc_unbound returned %ld, "
                "expected a port", a);
    a = peer_evtchn_bind(peer, was, a);
    require_msg(a > 0, "the peer's bind_interdomain returned %ld, expected a "
                "port", a);
    peer_clear_pending(peer);
    ev_peer_ended(third);
    require_ok(peer_destroy(third));

    expect_port_of(peer->domid, a, PORT_UNBOUND(was), 0);
    expect_port(local, PORT_INTERDOMAIN(peer->domid, remote), 0);
    expect_port_of(peer->domid, remote,
                   PORT_INTERDOMAIN(xtf_get_domid(), local), 0);
    require_ok(peer_evtchn_send(peer, remote));
    expect_pending_here(local);
}
