/*
 * Operations on another domain's ports: -EPERM for an unprivileged domain,
 * allowed for domain 0.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <xtf.h>
#include <xtf/harness/needs.h>
#include <xtf/peers/evtchn_peer.h>

EV_PEER_CASE_2L("alloc_unbound: unprivileged, in another domain -> -EPERM, no port used up")
{
    domid_t dom0 = xtf_get_domid();
    struct peer *third = ev_peer(1);

    need_privilege_checks();

    if ( !third )
        return;

    expect_refused(peer, peer_evtchn_alloc(peer, dom0, DOMID_SELF), -EPERM);
    expect_refused(peer, peer_evtchn_alloc(peer, dom0, dom0), -EPERM);
    expect_refused(third, peer_evtchn_alloc(peer, third->domid, DOMID_SELF),
                   -EPERM);

    /* The failed calls have not used up a port number. */
    expect_eq(peer_evtchn_alloc(third, DOMID_SELF, dom0), 1);
    expect_eq(peer_evtchn_alloc(peer, peer->domid, dom0), 1);
}

EV_PEER_CASE_2L("status: unprivileged, another domain's port -> -EPERM, argument unchanged")
{
    evtchn_port_t local, remote;
    evtchn_status_t s, was;

    need_privilege_checks();

    if ( !channel_of_ours(peer, &local, &remote) )
        return;

    memset(&s, 0x5a, sizeof(s));
    s.dom = xtf_get_domid();
    s.port = local;
    was = s;
    expect_refused(peer, peer_evtchn(peer, EVTCHNOP_status, &s, sizeof(s)),
                   -EPERM);
    expect_mem(&s, &was, sizeof(s));
}

EV_PEER_CASE("reset: unprivileged, another domain -> -EPERM, no port changed")
{
    struct peer *third = ev_peer(1);
    evtchn_port_t local, remote;

    need_privilege_checks();

    if ( !third || !channel_of_ours(peer, &local, &remote) )
        return;

    expect_eq(peer_evtchn_bind_ipi(third), 1);
    expect_refused(peer, peer_evtchn_reset(peer, xtf_get_domid()), -EPERM);
    expect_refused(third, peer_evtchn_reset(peer, third->domid), -EPERM);
    require_ok(peer_evtchn_send(peer, remote));
    expect_pending_here(local);
}

EV_PEER_CASE_2L("VIRQ_DOM_EXC: peer suspends -> pending in dom0 only")
{
    long local = evtchn_bind_virq(VIRQ_DOM_EXC, 0);

    /*
     * Whether the peer may bind it is not promised.  The peer ends each
     * hypercall of the test with SCHEDOP_shutdown, which raises the VIRQ.
     */
    peer_evtchn_bind_virq(peer, VIRQ_DOM_EXC);
    require_msg(local > 0, "bind_virq returned %ld, expected a port", local);
    peer_clear_pending(peer);
    our_clear_pending();
    peer_evtchn_bind_ipi(peer);
    expect_pending_here(local);
    expect_pending_there(peer, 0);
}

EV_PEER_CASE("bind_interdomain, send, close: third domain, a channel of dom0 and peer -> -EINVAL")
{
    struct peer *third = ev_peer(1);
    domid_t dom0 = xtf_get_domid();
    evtchn_port_t local, remote;
    long open, offered;

    if ( !third || !channel_of_ours(peer, &local, &remote) )
        return;

    open = evtchn_alloc_unbound(DOMID_SELF, peer->domid);
    offered = peer_evtchn_alloc(peer, DOMID_SELF, dom0);
    require_true(open > 0 && offered > 0);
    expect_refused(third, peer_evtchn_bind(third, dom0, open), -EINVAL);
    expect_refused(third, peer_evtchn_bind(third, dom0, local), -EINVAL);
    expect_refused(third, peer_evtchn_bind(third, peer->domid, offered),
                   -EINVAL);
    expect_refused(third, peer_evtchn_bind(third, peer->domid, remote),
                   -EINVAL);
    expect_refused(third, peer_evtchn_send(third, remote), -EINVAL);
    expect_refused(third, peer_evtchn_close(third, remote), -EINVAL);

    require_ok(peer_evtchn_send(peer, remote));
    expect_pending_here(local);
    expect_pending_there(third, 0);
    expect_port(open, PORT_UNBOUND(peer->domid), 0);
    expect_port_of(peer->domid, offered, PORT_UNBOUND(dom0), 0);
}

EV_PEER_CASE_2L("bind_interdomain, send: channel of two unprivileged domains -> events arrive at both ends only")
{
    struct peer *third = ev_peer(1);
    long a, b;

    if ( !third )
        return;

    need_peers_that_interact(peer, third);

    expect_eq(peer_evtchn_bind_ipi(third), 1);
    a = peer_evtchn_alloc(peer, DOMID_SELF, third->domid);
    require_msg(a > 0, "the peer's alloc_unbound returned %ld, expected a "
                "port", a);
    expect_refused(peer, evtchn_bind_interdomain(peer->domid, a), -EINVAL);
    b = peer_evtchn_bind(third, peer->domid, a);
    require_eq(b, 2);
    expect_port_of(peer->domid, a, PORT_INTERDOMAIN(third->domid, b), 0);
    expect_port_of(third->domid, b, PORT_INTERDOMAIN(peer->domid, a), 0);

    peer_clear_pending(third);
    require_ok(peer_evtchn_send(peer, a));
    expect_pending_there(third, b);
    require_ok(peer_evtchn_send(third, b));
    expect_pending_there(peer, a);
    expect_pending_here(0);
}

EV_PEER_CASE("alloc_unbound: dom0, dom is the peer -> unbound port for dom0, third domain, peer")
{
    domid_t dom0 = xtf_get_domid();
    struct peer *third = ev_peer(1);
    uint32_t before = evtchn_fingerprint();
    long for_us = evtchn_alloc_unbound(peer->domid, DOMID_SELF);
    long for_third, for_itself;

    if ( !third )
        return;

    for_third = evtchn_alloc_unbound(peer->domid, third->domid);
    for_itself = evtchn_alloc_unbound(peer->domid, peer->domid);
    require_true(for_us == 1 && for_third == 2 && for_itself == 3);

    /* remote_dom DOMID_SELF means the caller, not dom. */
    expect_port_of(peer->domid, for_us, PORT_UNBOUND(dom0), 0);
    expect_port_of(peer->domid, for_third, PORT_UNBOUND(third->domid), 0);
    expect_port_of(peer->domid, for_itself, PORT_UNBOUND(peer->domid), 0);
    expect_eq(evtchn_fingerprint(), before);

    expect_true(evtchn_bind_interdomain(peer->domid, for_us) > 0);
    expect_eq(peer_evtchn_bind(third, peer->domid, for_third) > 0,
              peers_interact(third, peer));
    expect_true(peer_evtchn_bind(peer, DOMID_SELF, for_itself) > 0);
}

EV_PEER_CASE("reset: dom0 resets the paused peer -> its ports closed, third domain's port connected")
{
    struct peer *third = ev_peer(1);
    evtchn_reset_t op = { .dom = peer->domid };
    evtchn_port_t local, remote, local3, remote3;
    long rc;

    if ( !third || !channel_of_ours(peer, &local, &remote) ||
         !channel_of_peer(third, &local3, &remote3) )
        return;

    /* Xen requires the domain to be paused. */
    require_ok(peer_pause(peer));
    rc = hypercall_event_channel_op(EVTCHNOP_reset, &op);
    require_ok(peer_unpause(peer));
    require_ok(rc);

    expect_port_of(peer->domid, remote, PORT_CLOSED, 0);
    expect_port(local, PORT_UNBOUND(peer->domid), 0);
    expect_port(local3, PORT_INTERDOMAIN(third->domid, remote3), 0);
    expect_refused(peer, peer_evtchn_send(peer, remote), -EINVAL);
    require_ok(hypercall_evtchn_send(local3));
    expect_pending_there(third, remote3);
    expect_eq(peer_evtchn_bind(peer, xtf_get_domid(), local), remote);
}
