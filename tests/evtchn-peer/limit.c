/*
 * How many ports a domain may have, which domain 0 said when it made it; and the
 * FIFO ABI of one domain beside the 2-level ABI of another.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <xtf/hypercall.h>
#include <xtf/lib.h>

#include "fixture.h"

/* What peer_create() sets. */
#define LAST_PORT 1023

/* All of its ports are open: we open them, which is quicker. */
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
    domid_t us = xtf_get_domid();
    long offer = evtchn_alloc_unbound(DOMID_SELF, peer->domid);
    long ours;

    if ( !fill(peer) )
        return;

    expect_refused(peer, evtchn_alloc_unbound(peer->domid, us),
                   -ENOSPC);
    expect_refused(peer, peer_alloc(peer, DOMID_SELF, us), -ENOSPC);
    expect_refused(peer, peer_bind_ipi(peer), -ENOSPC);
    expect_refused(peer, peer_bind_virq(peer, VIRQ_DEBUG), -ENOSPC);
    expect_refused(peer, peer_bind(peer, us, offer), -ENOSPC);

    /* It is its own limit, and the last port is like any other. */
    ours = evtchn_bind_interdomain(peer->domid, LAST_PORT);
    require_msg(ours > 0, "bind_interdomain answered %ld", ours);
    expect_port_of(peer->domid, LAST_PORT, PORT_INTERDOMAIN(us, ours), 0);
    our_clear_pending();
    require_ok(peer_send(peer, LAST_PORT));
    expect_pending_here(ours);

    require_ok(peer_close(peer, LAST_PORT));
    require_ok(peer_close(peer, 500));
    expect_eq(peer_bind(peer, us, offer), 500);
    expect_eq(peer_bind_ipi(peer), LAST_PORT);
    expect_refused(peer, peer_alloc(peer, DOMID_SELF, us), -ENOSPC);
}

EV_PEER_CASE_2L("peer: its last port, and -ENOSPC beyond")
{
    reach_limit(peer);
}

/* Its event words and its control block; the page behind stays empty. */
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

EV_PEER_CASE_2L("peer: its last port by the FIFO ABI, and -ENOSPC beyond")
{
    if ( turn_fifo(peer) )
        reach_limit(peer);
}

EV_PEER_CASE("peer: the FIFO ABI is its own choice")
{
    evtchn_port_t ours, its;

    evtchn_alloc();
    evtchn_alloc();
    if ( !turn_fifo(peer) || !channel_of_peer(peer, &ours, &its) )
        return;

    require_ok(hypercall_evtchn_send(ours));
    expect_hex(ACCESS_ONCE(words(peer)[its]) & (1u << EVTCHN_FIFO_PENDING),
               1u << EVTCHN_FIFO_PENDING);
    expect_hex(ACCESS_ONCE(words(peer)[ours]), 0);
    expect_pending_there(peer, 0);
    expect_pending_here(0);

    require_ok(peer_send(peer, its));
    expect_pending_here(ours);
    evtchn_clear(ours);

    /* And back: its words are words no more, and ours are what they were. */
    require_ok(peer_reset(peer, DOMID_SELF));
    memset(peer->page[FIFO_WORDS], 0, PAGE_SIZE);
    if ( !channel_of_peer(peer, &ours, &its) )
        return;
    require_ok(hypercall_evtchn_send(ours));
    expect_pending_there(peer, its);
    expect_fill(words(peer), 0, PAGE_SIZE);
    require_ok(peer_send(peer, its));
    expect_pending_here(ours);
}

EV_PEER_CASE("peer: a channel survives its turn to the FIFO ABI")
{
    evtchn_port_t ours, its;

    if ( !channel_of_ours(peer, &ours, &its) || !turn_fifo(peer) )
        return;

    expect_port(ours, PORT_INTERDOMAIN(peer->domid, its), 0);
    expect_pending_here(0);
    require_ok(hypercall_evtchn_send(ours));
    expect_hex(ACCESS_ONCE(words(peer)[its]) & (1u << EVTCHN_FIFO_PENDING),
               1u << EVTCHN_FIFO_PENDING);
    require_ok(peer_send(peer, its));
    expect_pending_here(ours);
}
