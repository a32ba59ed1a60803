/*
 * The max_evtchn_port of a domain; and the FIFO ABI in one domain beside the
 * 2-level ABI in the other.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <xtf.h>
#include <xtf/peers/evtchn_peer.h>

/* max_evtchn_port of the peer, as peer_create() sets it. */
#define LAST_PORT 1023

/* Open all of the peer's ports.  Domain 0 does it, which is faster. */
static bool fill(const struct peer *peer)
{
    long port, want;

    for ( want = 1; want <= LAST_PORT; ++want )
    {
        port = evtchn_alloc_unbound(peer->domid, DOMID_SELF);
        if ( !expect_eq(port, want) )
            return false;
    }

    return true;
}

static void reach_limit(struct peer *peer)
{
    domid_t dom0 = xtf_get_domid();
    long offer = evtchn_alloc_unbound(DOMID_SELF, peer->domid);
    long local;

    if ( !fill(peer) )
        return;

    expect_refused(peer, evtchn_alloc_unbound(peer->domid, dom0),
                   -ENOSPC);
    expect_refused(peer, peer_evtchn_alloc(peer, DOMID_SELF, dom0), -ENOSPC);
    expect_refused(peer, peer_evtchn_bind_ipi(peer), -ENOSPC);
    expect_refused(peer, peer_evtchn_bind_virq(peer, VIRQ_DEBUG), -ENOSPC);
    expect_refused(peer, peer_evtchn_bind(peer, dom0, offer), -ENOSPC);

    /* Domain 0 is not limited by it, and the last port can be bound. */
    local = evtchn_bind_interdomain(peer->domid, LAST_PORT);
    require_msg(local > 0, "bind_interdomain returned %ld, expected a port",
                local);
    expect_port_of(peer->domid, LAST_PORT, PORT_INTERDOMAIN(dom0, local), 0);
    our_clear_pending();
    require_ok(peer_evtchn_send(peer, LAST_PORT));
    expect_pending_here(local);

    require_ok(peer_evtchn_close(peer, LAST_PORT));
    require_ok(peer_evtchn_close(peer, 500));
    expect_eq(peer_evtchn_bind(peer, dom0, offer), 500);
    expect_eq(peer_evtchn_bind_ipi(peer), LAST_PORT);
    expect_refused(peer, peer_evtchn_alloc(peer, DOMID_SELF, dom0), -ENOSPC);
}

EV_PEER_CASE_2L("max_evtchn_port: all ports of the peer open -> -ENOSPC until one is closed")
{
    reach_limit(peer);
}

/* The peer's pages that hold its control block and its event words. */
#define FIFO_CONTROL 0
#define FIFO_WORDS   1

static const event_word_t *words(const struct peer *peer)
{
    return (const event_word_t *)peer->page[FIFO_WORDS];
}

static bool turn_fifo(struct peer *peer)
{
    struct evtchn_init_control control = {
        .control_gfn = PEER_PAGE_GFN(FIFO_CONTROL),
    };
    struct evtchn_expand_array array = {
        .array_gfn = PEER_PAGE_GFN(FIFO_WORDS),
    };

    memset(peer->page[FIFO_CONTROL], 0, PAGE_SIZE);
    memset(peer->page[FIFO_WORDS], 0, PAGE_SIZE);

    return expect_ok(peer_evtchn(peer, EVTCHNOP_init_control, &control,
                                 sizeof(control))) &&
        expect_ok(peer_evtchn(peer, EVTCHNOP_expand_array, &array,
                              sizeof(array)));
}

EV_PEER_CASE_2L("max_evtchn_port: peer uses the FIFO ABI, all its ports open -> -ENOSPC until one is closed")
{
    if ( turn_fifo(peer) )
        reach_limit(peer);
}

EV_PEER_CASE("send: peer uses the FIFO ABI, later resets -> raised by the receiver's own ABI")
{
    evtchn_port_t local, remote;

    evtchn_alloc();
    evtchn_alloc();
    if ( !turn_fifo(peer) || !channel_of_peer(peer, &local, &remote) )
        return;

    require_ok(hypercall_evtchn_send(local));
    expect_hex(ACCESS_ONCE(words(peer)[remote]) & (1u << EVTCHN_FIFO_PENDING),
               1u << EVTCHN_FIFO_PENDING);
    expect_hex(ACCESS_ONCE(words(peer)[local]), 0);
    expect_pending_there(peer, 0);
    expect_pending_here(0);

    require_ok(peer_evtchn_send(peer, remote));
    expect_pending_here(local);
    evtchn_clear(local);

    /* After reset the peer uses the 2-level ABI: its words are not written. */
    require_ok(peer_evtchn_reset(peer, DOMID_SELF));
    memset(peer->page[FIFO_WORDS], 0, PAGE_SIZE);
    if ( !channel_of_peer(peer, &local, &remote) )
        return;
    require_ok(hypercall_evtchn_send(local));
    expect_pending_there(peer, remote);
    expect_fill(words(peer), 0, PAGE_SIZE);
    require_ok(peer_evtchn_send(peer, remote));
    expect_pending_here(local);
}

EV_PEER_CASE("init_control: peer, channel to dom0 open -> still connected, events arrive at both ends")
{
    evtchn_port_t local, remote;

    if ( !channel_of_ours(peer, &local, &remote) || !turn_fifo(peer) )
        return;

    expect_port(local, PORT_INTERDOMAIN(peer->domid, remote), 0);
    expect_pending_here(0);
    require_ok(hypercall_evtchn_send(local));
    expect_hex(ACCESS_ONCE(words(peer)[remote]) & (1u << EVTCHN_FIFO_PENDING),
               1u << EVTCHN_FIFO_PENDING);
    require_ok(peer_evtchn_send(peer, remote));
    expect_pending_here(local);
}
