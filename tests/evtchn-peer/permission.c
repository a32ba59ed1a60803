/*
 * What a domain without privilege may not do to others, and domain 0 may.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <xtf/hypercall.h>

#include "fixture.h"

EV_PEER_CASE_2L("peer: it opens no ports in other domains, -EPERM")
{
    domid_t us = xtf_get_domid();
    struct peer *third = ev_peer(1);

    if ( !third )
        return;

    expect_refused(peer, peer_alloc(peer, us, DOMID_SELF), -EPERM);
    expect_refused(peer, peer_alloc(peer, us, us), -EPERM);
    expect_refused(third, peer_alloc(peer, third->domid, DOMID_SELF), -EPERM);

    /* The port that was to be is not lost. */
    expect_eq(peer_alloc(third, DOMID_SELF, us), 1);
    expect_eq(peer_alloc(peer, peer->domid, us), 1);
}

EV_PEER_CASE_2L("peer: it sees no status of other domains' ports, -EPERM")
{
    evtchn_port_t ours, its;
    evtchn_status_t s, was;

    if ( !channel_of_ours(peer, &ours, &its) )
        return;

    memset(&s, 0x5a, sizeof(s));
    s.dom = xtf_get_domid();
    s.port = ours;
    was = s;
    expect_refused(peer, peer_evtchn(peer, EVTCHNOP_status, &s, sizeof(s)),
                   -EPERM);
    expect_mem(&s, &was, sizeof(s));
}

EV_PEER_CASE("peer: it resets no other domain, -EPERM")
{
    struct peer *third = ev_peer(1);
    evtchn_port_t ours, its;

    if ( !third || !channel_of_ours(peer, &ours, &its) )
        return;

    expect_eq(peer_bind_ipi(third), 1);
    expect_refused(peer, peer_reset(peer, xtf_get_domid()), -EPERM);
    expect_refused(third, peer_reset(peer, third->domid), -EPERM);
    require_ok(peer_send(peer, its));
    expect_pending_here(ours);
}

EV_PEER_CASE_2L("peer: an event for the host is ours alone")
{
    long ours = evtchn_bind_virq(VIRQ_DOM_EXC, 0);

    /* It may bind it, or not; each of its hypercalls ends with a shutdown. */
    peer_bind_virq(peer, VIRQ_DOM_EXC);
    require_msg(ours > 0, "bind_virq answered %ld", ours);
    peer_clear_pending(peer);
    our_clear_pending();
    peer_bind_ipi(peer);
    expect_pending_here(ours);
    expect_pending_there(peer, 0);
}

EV_PEER_CASE("peer: a third domain has no part in a channel")
{
    struct peer *third = ev_peer(1);
    domid_t us = xtf_get_domid();
    evtchn_port_t ours, its;
    long open, offered;

    if ( !third || !channel_of_ours(peer, &ours, &its) )
        return;

    open = evtchn_alloc_unbound(DOMID_SELF, peer->domid);
    offered = peer_alloc(peer, DOMID_SELF, us);
    require_true(open > 0 && offered > 0);
    expect_refused(third, peer_bind(third, us, open), -EINVAL);
    expect_refused(third, peer_bind(third, us, ours), -EINVAL);
    expect_refused(third, peer_bind(third, peer->domid, offered), -EINVAL);
    expect_refused(third, peer_bind(third, peer->domid, its), -EINVAL);
    expect_refused(third, peer_send(third, its), -EINVAL);
    expect_refused(third, peer_close(third, its), -EINVAL);

    require_ok(peer_send(peer, its));
    expect_pending_here(ours);
    expect_pending_there(third, 0);
    expect_port(open, PORT_UNBOUND(peer->domid), 0);
    expect_port_of(peer->domid, offered, PORT_UNBOUND(us), 0);
}

EV_PEER_CASE_2L("peer: two peers have a channel without us")
{
    struct peer *third = ev_peer(1);
    long a, b;

    if ( !third )
        return;

    expect_eq(peer_bind_ipi(third), 1);
    a = peer_alloc(peer, DOMID_SELF, third->domid);
    require_msg(a > 0, "alloc_unbound answered %ld", a);
    expect_refused(peer, evtchn_bind_interdomain(peer->domid, a), -EINVAL);
    b = peer_bind(third, peer->domid, a);
    require_eq(b, 2);
    expect_port_of(peer->domid, a, PORT_INTERDOMAIN(third->domid, b), 0);
    expect_port_of(third->domid, b, PORT_INTERDOMAIN(peer->domid, a), 0);

    peer_clear_pending(third);
    require_ok(peer_send(peer, a));
    expect_pending_there(third, b);
    require_ok(peer_send(third, b));
    expect_pending_there(peer, a);
    expect_pending_here(0);
}

EV_PEER_CASE("peer: domain 0 opens ports in it, for anybody")
{
    domid_t us = xtf_get_domid();
    struct peer *third = ev_peer(1);
    uint32_t before = evtchn_fingerprint();
    long for_us = evtchn_alloc_unbound(peer->domid, DOMID_SELF);
    long for_third, for_itself;

    if ( !third )
        return;

    for_third = evtchn_alloc_unbound(peer->domid, third->domid);
    for_itself = evtchn_alloc_unbound(peer->domid, peer->domid);
    require_true(for_us == 1 && for_third == 2 && for_itself == 3);

    /* DOMID_SELF is who asks. */
    expect_port_of(peer->domid, for_us, PORT_UNBOUND(us), 0);
    expect_port_of(peer->domid, for_third, PORT_UNBOUND(third->domid), 0);
    expect_port_of(peer->domid, for_itself, PORT_UNBOUND(peer->domid), 0);
    expect_eq(evtchn_fingerprint(), before);

    expect_true(evtchn_bind_interdomain(peer->domid, for_us) > 0);
    expect_true(peer_bind(third, peer->domid, for_third) > 0);
    expect_true(peer_bind(peer, DOMID_SELF, for_itself) > 0);
}

EV_PEER_CASE("peer: domain 0 resets it, and nobody else")
{
    struct peer *third = ev_peer(1);
    evtchn_reset_t op = { .dom = peer->domid };
    evtchn_port_t ours, its, ours3, its3;
    long rc;

    if ( !third || !channel_of_ours(peer, &ours, &its) ||
         !channel_of_peer(third, &ours3, &its3) )
        return;

    /* Xen wants it to stand still. */
    require_ok(peer_pause(peer));
    rc = hypercall_event_channel_op(EVTCHNOP_reset, &op);
    require_ok(peer_unpause(peer));
    require_ok(rc);

    expect_port_of(peer->domid, its, PORT_CLOSED, 0);
    expect_port(ours, PORT_UNBOUND(peer->domid), 0);
    expect_port(ours3, PORT_INTERDOMAIN(third->domid, its3), 0);
    expect_refused(peer, peer_send(peer, its), -EINVAL);
    require_ok(hypercall_evtchn_send(ours3));
    expect_pending_there(third, its3);
    expect_eq(peer_bind(peer, xtf_get_domid(), ours), its);
}
