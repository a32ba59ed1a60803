/**
 * @file tests/evtchn-peer-race/main.c
 * @ref test-evtchn-peer-race
 *
 * @page test-evtchn-peer-race Event channels: two domains at the same time
 *
 * A second domain runs beside domain 0.  Both change the two ends of a channel
 * at the same time, or domain 0 sends while the peer closes its end or is
 * destroyed.  Each end has its own lock in Xen: to take both in the wrong order
 * is a deadlock, to take only one can leave an end connected to a closed port.
 *
 * A pass is no proof: the test may not have hit the critical moment.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <xtf.h>
#include <xtf/harness/race.h>
#include <xtf/peers/evtchn_peer.h>

const char test_title[] = "Event channels: two domains at the same time";

static struct peer *other;
static evtchn_port_t port;

/* Offsets in the peer's page of arguments. */
#define OPEN_AT  0
#define CLOSE_AT 64

static struct peer_request evtchn_request(unsigned int cmd, unsigned int at)
{
    return (struct peer_request) {
        .call = __HYPERVISOR_event_channel_op, .args = { cmd, PEER_ARGS + at },
    };
}

/*
 * The peer repeats: open a port by @cmd, whose argument has the port's number
 * at offset @answer, and close it.
 */
static void peer_open_and_close(unsigned int cmd, const void *op,
                                size_t size, unsigned int answer)
{
    struct peer_request list[] = {
        evtchn_request(cmd, OPEN_AT),
        {
            .call = PEER_CALL_MOVE,
            .args = { 0, sizeof(evtchn_port_t), 0, PEER_ARGS + OPEN_AT + answer,
                      PEER_ARGS + CLOSE_AT },
        },
        evtchn_request(EVTCHNOP_close, CLOSE_AT),
    };

    memcpy((uint8_t *)peer_args(other) + OPEN_AT, op, size);
    peer_start(other, list, ARRAY_SIZE(list), true);
}

static void peer_bind_and_close(void)
{
    const struct evtchn_bind_interdomain op = {
        .remote_dom = xtf_get_domid(), .remote_port = port,
    };

    peer_open_and_close(EVTCHNOP_bind_interdomain, &op, sizeof(op),
                        offsetof(struct evtchn_bind_interdomain, local_port));
}

static void peer_alloc_and_close(void)
{
    const struct evtchn_alloc_unbound op = {
        .dom = DOMID_SELF, .remote_dom = xtf_get_domid(),
    };

    peer_open_and_close(EVTCHNOP_alloc_unbound, &op, sizeof(op),
                        offsetof(struct evtchn_alloc_unbound, port));
}

/* Whether the peer has bound or not: send to an unbound port is no error. */
static void send_to_peer(unsigned int vcpu)
{
    while ( race_goes_on() )
    {
        int rc = hypercall_evtchn_send(port);

        race_check(rc == 0, "vCPU %u: send returned %d, expected 0", vcpu, rc);
    }
}

EV_PEER_CASE_2L("send race: peer closes and rebinds its end meanwhile -> 0")
{
    other = peer;
    port = evtchn_alloc_unbound(DOMID_SELF, peer->domid);
    peer_bind_and_close();
    XTF_REQUIRE(race(2, send_to_peer));
    expect_ok(peer_finish(peer));
    expect_ne(peer_rounds(peer), 0);

    expect_port(port, PORT_UNBOUND(peer->domid), 0);
    expect_port_of(peer->domid, 1, PORT_CLOSED, 0);
    expect_port_of(peer->domid, 2, PORT_CLOSED, 0);
}

/* The peer has at most one port open, which is always port 1. */
static void bind_to_peer(unsigned int vcpu)
{
    while ( race_goes_on() )
    {
        long local = evtchn_bind_interdomain(other->domid, 1);
        int rc;

        race_check(local > 0 || local == -EINVAL, "vCPU %u: bind_interdomain "
                   "returned %ld, expected a port or -EINVAL", vcpu, local);
        if ( local <= 0 )
            continue;

        rc = hypercall_evtchn_send(local);
        race_check(rc == 0, "vCPU %u: send returned %d, expected 0", vcpu, rc);
        rc = hypercall_evtchn_close(local);
        race_check(rc == 0, "vCPU %u: close returned %d, expected 0", vcpu,
                   rc);
    }
}

EV_PEER_CASE_2L("bind_interdomain, close race: peer opens and closes its end meanwhile -> no port left open")
{
    other = peer;
    peer_alloc_and_close();
    XTF_REQUIRE(race(2, bind_to_peer));
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
            race_check(hypercall_evtchn_send(port) == 0,
                       "dom0's send failed, expected 0");
        else if ( race_round() == 5 )
            race_check(peer_kill(other) == 0,
                       "destroying the peer failed, expected 0");
        else
            race_linger();
}

EV_PEER_CASE_2L("send race: peer binds and is destroyed meanwhile -> 0, port unbound")
{
    other = peer;
    port = evtchn_alloc_unbound(DOMID_SELF, peer->domid);
    ev_peer_ended(peer);
    peer_bind_and_close();
    XTF_REQUIRE(race(2, send_or_kill));
    expect_ok(peer_wait_gone(peer));

    expect_port(port, PORT_UNBOUND(peer->domid), 0);
    expect_ok(hypercall_evtchn_close(port));
    our_clear_pending();
}
