/**
 * @file tests/evtchn-peer/main.c
 * @ref test-evtchn-peer
 *
 * @page test-evtchn-peer Event channels: between two domains
 *
 * The purpose of event channels: one domain notifies another.  The test
 * creates a second domain, the peer.  Domain 0 and the peer allocate unbound
 * ports for each other, bind to them and send events.
 *
 * The status of each end must name the domain and port of the other end.  An
 * event must arrive at the other end and at no other port, whatever the port
 * numbers and the ABI of either domain.  Only the remote domain of an unbound
 * port may bind to it.  When one end is closed or reset, or its domain is
 * destroyed, the other end must become unbound.  An unprivileged domain must
 * neither read nor change the ports of other domains.
 *
 * The test needs domain 0, and hardware that can run HVM guests.
 *
 * This file: connect, send and disconnect, by either domain.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <xtf.h>
#include <xtf/peers/evtchn_peer.h>

const char test_title[] = "Event channels: between two domains";

EV_PEER_CASE("bind_interdomain: dom0 binds peer's unbound port -> each end's status names the other")
{
    domid_t dom0 = xtf_get_domid();
    long remote = peer_evtchn_alloc(peer, DOMID_SELF, dom0), local;

    require_msg(remote > 0, "the peer's alloc_unbound returned %ld, expected "
                "a port", remote);
    expect_port_of(peer->domid, remote, PORT_UNBOUND(dom0), 0);
    expect_pending_there(peer, 0);

    local = evtchn_bind_interdomain(peer->domid, remote);
    require_msg(local > 0, "bind_interdomain returned %ld, expected a port",
                local);
    expect_port(local, PORT_INTERDOMAIN(peer->domid, remote), 0);
    expect_port_of(peer->domid, remote, PORT_INTERDOMAIN(dom0, local), 0);

    /* The binding end is pending, since an event may have been missed. */
    expect_pending_here(local);
    expect_pending_there(peer, 0);
}

EV_PEER_CASE("bind_interdomain: peer binds dom0's unbound port -> each end's status names the other")
{
    domid_t dom0 = xtf_get_domid();
    long local, remote;

    /* Different port numbers in the two domains, to tell them apart. */
    expect_eq(peer_evtchn_bind_ipi(peer), 1);
    expect_eq(peer_evtchn_bind_ipi(peer), 2);
    evtchn_alloc();
    evtchn_alloc();
    evtchn_alloc();

    local = evtchn_alloc_unbound(DOMID_SELF, peer->domid);
    require_msg(local > 0, "alloc_unbound returned %ld, expected a port",
                local);
    remote = peer_evtchn_bind(peer, dom0, local);
    require_eq(remote, 3);
    expect_port(local, PORT_INTERDOMAIN(peer->domid, remote), 0);
    expect_port_of(peer->domid, remote, PORT_INTERDOMAIN(dom0, local), 0);
    expect_pending_there(peer, remote);
    expect_pending_here(0);
}

EV_PEER_CASE("status: peer, its end of a channel -> interdomain, names dom0's port")
{
    evtchn_port_t local, remote;
    evtchn_status_t s = { .dom = DOMID_SELF };

    if ( !channel_of_peer(peer, &local, &remote) )
        return;

    s.port = remote;
    require_ok(peer_evtchn(peer, EVTCHNOP_status, &s, sizeof(s)));
    expect_eq(s.status, EVTCHNSTAT_interdomain);
    expect_eq(s.u.interdomain.dom, xtf_get_domid());
    expect_eq(s.u.interdomain.port, local);
}

EV_PEER_CASE("send: each end of two channels -> pending at its remote end only")
{
    evtchn_port_t local, remote, other_local, other_remote;

    evtchn_alloc();
    evtchn_alloc();
    if ( !channel_of_peer(peer, &local, &remote) ||
         !channel_of_ours(peer, &other_local, &other_remote) )
        return;

    require_ok(hypercall_evtchn_send(local));
    expect_pending_there(peer, remote);
    expect_pending_here(0);
    peer_clear_pending(peer);

    require_ok(hypercall_evtchn_send(other_local));
    expect_pending_there(peer, other_remote);
    expect_pending_here(0);
    peer_clear_pending(peer);

    require_ok(peer_evtchn_send(peer, other_remote));
    expect_pending_here(other_local);
    expect_pending_there(peer, 0);
    evtchn_clear(other_local);

    require_ok(peer_evtchn_send(peer, remote));
    expect_pending_here(local);
    expect_pending_there(peer, 0);
}

EV_PEER_CASE("send: by peer, dom0's port unmasked -> delivered in dom0")
{
    evtchn_port_t local, remote;

    if ( !channel_of_ours(peer, &local, &remote) )
        return;

    require_ok(evtchn_unmask(local));
    evtchn_deliver();
    expect_none_delivered();
    require_ok(peer_evtchn_send(peer, remote));
    evtchn_deliver();
    expect_delivered(local);
}

EV_PEER_CASE("send: peer's IPI -> pending at the peer only")
{
    evtchn_port_t local, remote;
    long ipi;

    if ( !channel_of_peer(peer, &local, &remote) )
        return;

    ipi = peer_evtchn_bind_ipi(peer);
    require_msg(ipi > 0, "the peer's bind_ipi returned %ld, expected a port",
                ipi);
    require_ok(peer_evtchn_send(peer, ipi));
    expect_pending_there(peer, ipi);
    expect_pending_here(0);
}

EV_PEER_CASE("bind_interdomain: remote port already connected -> -EINVAL")
{
    domid_t dom0 = xtf_get_domid();
    evtchn_port_t local, remote, local2, remote2;

    if ( !channel_of_peer(peer, &local, &remote) ||
         !channel_of_ours(peer, &local2, &remote2) )
        return;

    expect_refused(peer, evtchn_bind_interdomain(peer->domid, remote), -EINVAL);
    expect_refused(peer, evtchn_bind_interdomain(peer->domid, remote2),
                   -EINVAL);
    expect_refused(peer, peer_evtchn_bind(peer, dom0, local), -EINVAL);
    expect_refused(peer, peer_evtchn_bind(peer, dom0, local2), -EINVAL);
}

EV_PEER_CASE("bind_interdomain: unbound port is for another domain -> -EINVAL")
{
    domid_t dom0 = xtf_get_domid();
    long for_itself = peer_evtchn_alloc(peer, DOMID_SELF, DOMID_SELF);
    long for_another = peer_evtchn_alloc(peer, DOMID_SELF, peer->domid + 1);
    long for_us = evtchn_alloc_unbound(DOMID_SELF, DOMID_SELF);
    long for_other = evtchn_alloc_unbound(DOMID_SELF, peer->domid + 1);

    expect_refused(peer, evtchn_bind_interdomain(peer->domid, for_itself),
                   -EINVAL);
    expect_refused(peer, evtchn_bind_interdomain(peer->domid, for_another),
                   -EINVAL);
    expect_refused(peer, peer_evtchn_bind(peer, dom0, for_us), -EINVAL);
    expect_refused(peer, peer_evtchn_bind(peer, dom0, for_other), -EINVAL);

    /* remote_dom of alloc_unbound decides, not the domain that has the port. */
    expect_refused(peer, peer_evtchn_bind(peer, DOMID_SELF, for_another),
                   -EINVAL);
    expect_true(peer_evtchn_bind(peer, DOMID_SELF, for_itself) > 0);
}

EV_PEER_CASE("bind_interdomain: peer's port is an IPI, closed or out of range -> -EINVAL")
{
    long ipi = peer_evtchn_bind_ipi(peer);
    static const evtchn_port_t none[] = { 0, 5, 1023, 1024, 131072, ~0u };
    unsigned int i;

    require_msg(ipi > 0, "the peer's bind_ipi returned %ld, expected a port",
                ipi);
    expect_refused(peer, evtchn_bind_interdomain(peer->domid, ipi), -EINVAL);
    for ( i = 0; i < ARRAY_SIZE(none); ++i )
        expect_refused(peer, evtchn_bind_interdomain(peer->domid, none[i]),
                       -EINVAL);
}

EV_PEER_CASE("close: dom0 closes its end -> peer's end unbound, can be bound again")
{
    domid_t dom0 = xtf_get_domid();
    evtchn_port_t local, remote;
    long again;

    if ( !channel_of_ours(peer, &local, &remote) )
        return;

    require_ok(hypercall_evtchn_close(local));
    expect_port(local, PORT_CLOSED, 0);
    expect_port_of(peer->domid, remote, PORT_UNBOUND(dom0), 0);
    expect_pending_there(peer, 0);

    /* The peer's end is unbound: its events are dropped. */
    expect_ok(peer_evtchn_send(peer, remote));
    expect_pending_here(0);

    again = evtchn_bind_interdomain(peer->domid, remote);
    require_msg(again > 0, "bind_interdomain returned %ld, expected a port",
                again);
    expect_port_of(peer->domid, remote, PORT_INTERDOMAIN(dom0, again), 0);
    expect_pending_here(again);
    require_ok(hypercall_evtchn_send(again));
    expect_pending_there(peer, remote);
}

EV_PEER_CASE("close: peer closes its end -> dom0's end unbound and still pending, can be bound again")
{
    domid_t dom0 = xtf_get_domid();
    evtchn_port_t local, remote;
    long again;

    if ( !channel_of_peer(peer, &local, &remote) )
        return;

    require_ok(peer_evtchn_send(peer, remote));
    require_ok(peer_evtchn_close(peer, remote));
    expect_port_of(peer->domid, remote, PORT_CLOSED, 0);
    expect_port(local, PORT_UNBOUND(peer->domid), 0);
    expect_pending_here(local);
    evtchn_clear(local);

    expect_ok(hypercall_evtchn_send(local));
    expect_pending_there(peer, 0);
    expect_refused(peer, evtchn_bind_interdomain(DOMID_SELF, local), -EINVAL);

    again = peer_evtchn_bind(peer, dom0, local);
    require_msg(again > 0, "the peer's bind_interdomain returned %ld, "
                "expected a port", again);
    expect_port(local, PORT_INTERDOMAIN(peer->domid, again), 0);
    expect_pending_there(peer, again);
    require_ok(peer_evtchn_send(peer, again));
    expect_pending_here(local);
}

EV_PEER_CASE_2L("reset: by peer -> its ports closed, dom0's ends unbound")
{
    evtchn_port_t local, remote, local2, remote2;
    long loop = evtchn_alloc();

    if ( !channel_of_peer(peer, &local, &remote) ||
         !channel_of_ours(peer, &local2, &remote2) )
        return;

    require_ok(peer_evtchn_reset(peer, DOMID_SELF));
    expect_port_of(peer->domid, remote, PORT_CLOSED, 0);
    expect_port_of(peer->domid, remote2, PORT_CLOSED, 0);
    expect_port(local, PORT_UNBOUND(peer->domid), 0);
    expect_port(local2, PORT_UNBOUND(peer->domid), 0);
    expect_port(loop, PORT_UNBOUND(xtf_get_domid()), 0);
    expect_pending_here(0);
}

EVTCHN_CASE("reset: by dom0 -> its ports closed, peer's end unbound")
{
    struct peer *peer = ev_peer(0);
    evtchn_port_t local, remote;

    if ( !peer || !channel_of_peer(peer, &local, &remote) )
        return;

    require_ok(evtchn_start(evtchn_abi));
    expect_port(local, PORT_CLOSED, 0);
    expect_port_of(peer->domid, remote, PORT_UNBOUND(xtf_get_domid()), 0);
    expect_pending_there(peer, 0);
    expect_true(evtchn_bind_interdomain(peer->domid, remote) > 0);
}
