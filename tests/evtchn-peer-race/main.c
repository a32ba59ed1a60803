/**
 * @file tests/evtchn-peer-race/main.c
 * @ref test-evtchn-peer-race
 *
 * @page test-evtchn-peer-race Event channels: two domains at the same time
 *
 * A second domain goes on beside the test: both change the two ends of a
 * channel at once, or one sends while the other closes or ends.  Each end has a
 * lock of its own, and to take both in the wrong order, or only one, is to hang
 * or to leave an end that leads nowhere.
 *
 * A pass says only that nothing went wrong this time.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <xtf/race.h>

#include "../evtchn-peer/fixture.h"

const char test_title[] = "Event channels: two domains at the same time";

static struct peer *other;
static evtchn_port_t port;

/* Where in its page of arguments the peer has its requests. */
#define OPEN_AT  0
#define CLOSE_AT 64

static struct peer_request its_op(unsigned int cmd, unsigned int at)
{
    return (struct peer_request) {
        .call = __HYPERVISOR_event_channel_op, .args = { cmd, PEER_ARGS + at },
    };
}

/* From now on it opens a port, by an operation that answers there, and closes it. */
static void have_it_open_and_close(unsigned int cmd, const void *op,
                                   size_t size, unsigned int answer)
{
    struct peer_request list[] = {
        its_op(cmd, OPEN_AT),
        {
            .call = PEER_CALL_MOVE,
            .args = { 0, sizeof(evtchn_port_t), 0, PEER_ARGS + OPEN_AT + answer,
                      PEER_ARGS + CLOSE_AT },
        },
        its_op(EVTCHNOP_close, CLOSE_AT),
    };

    memcpy((uint8_t *)peer_args(other) + OPEN_AT, op, size);
    peer_start(other, list, ARRAY_SIZE(list), true);
}

static void have_it_bind(void)
{
    const struct evtchn_bind_interdomain op = {
        .remote_dom = xtf_get_domid(), .remote_port = port,
    };

    have_it_open_and_close(EVTCHNOP_bind_interdomain, &op, sizeof(op),
                           offsetof(struct evtchn_bind_interdomain, local_port));
}

static void have_it_offer(void)
{
    const struct evtchn_alloc_unbound op = {
        .dom = DOMID_SELF, .remote_dom = xtf_get_domid(),
    };

    have_it_open_and_close(EVTCHNOP_alloc_unbound, &op, sizeof(op),
                           offsetof(struct evtchn_alloc_unbound, port));
}

/* Its end may be there or not: an event for nobody is no error. */
static void send_to_it(unsigned int vcpu)
{
    while ( race_goes_on() )
    {
        int rc = hypercall_evtchn_send(port);

        race_check(rc == 0, "vCPU %u: send returns %d", vcpu, rc);
    }
}

EV_PEER_CASE_2L("race: we send, while it closes its end and binds it anew")
{
    other = peer;
    port = evtchn_alloc_unbound(DOMID_SELF, peer->domid);
    have_it_bind();
    XTF_REQUIRE(race(2, send_to_it));
    expect_ok(peer_finish(peer));
    expect_ne(peer_rounds(peer), 0);

    expect_port(port, PORT_UNBOUND(peer->domid), 0);
    expect_port_of(peer->domid, 1, PORT_CLOSED, 0);
    expect_port_of(peer->domid, 2, PORT_CLOSED, 0);
}

/* It has but one port, which is the first one whenever it is there. */
static void bind_to_it(unsigned int vcpu)
{
    while ( race_goes_on() )
    {
        long ours = evtchn_bind_interdomain(other->domid, 1);
        int rc;

        race_check(ours > 0 || ours == -EINVAL, "vCPU %u: bind_interdomain "
                   "returns %ld", vcpu, ours);
        if ( ours <= 0 )
            continue;

        rc = hypercall_evtchn_send(ours);
        race_check(rc == 0, "vCPU %u: send returns %d", vcpu, rc);
        rc = hypercall_evtchn_close(ours);
        race_check(rc == 0, "vCPU %u: close returns %d", vcpu, rc);
    }
}

EV_PEER_CASE_2L("race: both close their ends of one channel after another")
{
    other = peer;
    have_it_offer();
    XTF_REQUIRE(race(2, bind_to_it));
    expect_ok(peer_finish(peer));
    expect_ne(peer_rounds(peer), 0);

    expect_port_of(peer->domid, 1, PORT_CLOSED, 0);
    expect_port_of(peer->domid, 2, PORT_CLOSED, 0);
    our_clear_pending();
}

static void send_or_kill(unsigned int vcpu)
{
    while ( race_goes_on() )
        if ( vcpu == 1 )
            race_check(hypercall_evtchn_send(port) == 0, "cannot send");
        else if ( race_round() == 5 )
            race_check(peer_kill(other) == 0, "it cannot be ended");
        else
            race_linger();
}

EV_PEER_CASE_2L("race: we send, while it binds and ends")
{
    other = peer;
    port = evtchn_alloc_unbound(DOMID_SELF, peer->domid);
    ev_peer_ended(peer);
    have_it_bind();
    XTF_REQUIRE(race(2, send_or_kill));
    expect_ok(peer_wait_gone(peer));

    expect_port(port, PORT_UNBOUND(peer->domid), 0);
    expect_ok(hypercall_evtchn_close(port));
    our_clear_pending();
}
