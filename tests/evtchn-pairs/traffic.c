/*
 * Many events both ways, and many channels.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <xtf/core/time.h>
#include <xtf/lib.h>

#include "fixture.h"

#define ROUNDS     60
#define CHANNELS   8
#define STORMS     8
#define LIMIT      SECONDS(20)

PAIRS_CASE_MIXED("send: 60 round trips between owner and binder -> each event arrives, no further event")
{
    evtchn_port_t own, remote;
    unsigned int i;

    XTF_REQUIRE(open_channel(OWNER, &own, &remote));

    for ( i = 0; i < ROUNDS; ++i )
    {
        if ( role_is(OWNER) )
            require_ok(hypercall_evtchn_send(own));
        require_msg(evtchn_wait(own, LIMIT),
                    "event %u of %u is not there after 20 s", i, ROUNDS);
        evtchn_clear(own);
        if ( role_is(BINDER) )
            require_ok(hypercall_evtchn_send(own));
    }

    require_meet("over");
    expect_false(evtchn_is_pending(own));
    expect_eq(i, ROUNDS);
}

static evtchn_port_t own_end[CHANNELS];
static unsigned int received[CHANNELS], replied;

/* By the upcall: a reply to each, as many as there are rounds. */
static void reply(evtchn_port_t port, void *arg)
{
    unsigned int *count = arg;

    if ( ++*count <= ROUNDS && !hypercall_evtchn_send(port) )
        replied++;
}

PAIRS_CASE_MIXED("send: 60 round trips between upcall handlers -> each event delivered")
{
    evtchn_port_t own, remote;
    struct time_wait wait = {};

    XTF_REQUIRE(open_channel(BINDER, &own, &remote));
    received[0] = replied = 0;
    evtchn_handle(own, reply, &received[0]);
    expect_ok(evtchn_unmask(own));
    require_meet("ready");

    if ( role_is(OWNER) )
        require_ok(hypercall_evtchn_send(own));

    /* The owner's own event comes back to it after ROUNDS replies. */
    while ( received[0] < ROUNDS && time_wait(&wait) )
        evtchn_deliver();
    evtchn_deliver();

    require_meet("over");
    expect_range(received[0], ROUNDS, ROUNDS + 1);
    expect_eq(replied, ROUNDS);
}

/*
 * Both send on all channels as fast as they can, many times; events for a port
 * that is pending are one event.  After the last, each port has one at least.
 */
PAIRS_CASE_MIXED("send: storms on eight channels from both ends -> every port delivered")
{
    evtchn_port_t remote[CHANNELS];
    unsigned int i, storm, times;

    for ( i = 0; i < CHANNELS; ++i )
    {
        XTF_REQUIRE(open_channel(i & 1, &own_end[i], &remote[i]));
        expect_ok(evtchn_unmask(own_end[i]));
    }

    for ( storm = 0; storm < STORMS; ++storm )
    {
        for ( times = 0; times < 5; ++times )
        {
            for ( i = 0; i < CHANNELS; ++i )
                require_ok(hypercall_evtchn_send(own_end[i]));
            evtchn_deliver();
        }
        require_meet("sent");
        evtchn_deliver();
        for ( i = 0; i < CHANNELS; ++i )
            require_msg(evtchn_log_count(own_end[i]) >= 1 &&
                        evtchn_log_count(own_end[i]) <= 5,
                        "storm %u: channel %u was delivered %u times, expected "
                        "1 to 5", storm, i, evtchn_log_count(own_end[i]));
        expect_eq(evtchn_nr_logged <= 5 * CHANNELS, true);
        evtchn_log_clear();
        require_meet("storm over");
    }

    evtchn_deliver();
    expect_none_delivered();
}

/* More than one word of pending bits, bound in the other order. */
PAIRS_CASE_2L("bind_interdomain: 100 channels, bound in descending order -> events as they are bound")
{
    static evtchn_port_t own[100];
    unsigned int i;
    uint64_t word;
    long port;

    for ( i = 0; i < ARRAY_SIZE(own); ++i )
        if ( role_is(OWNER) )
        {
            port = evtchn_alloc_unbound(DOMID_SELF, other_domid());
            require_true(port > 0);
            require_tell(BINDER, port);
            own[i] = port;
        }
        else
        {
            require_hear(OWNER, &word);
            own[i] = word;
        }

    for ( i = ARRAY_SIZE(own); role_is(BINDER) && i-- > 0; )
    {
        port = evtchn_bind_interdomain(other_domid(), own[i]);
        require_true(port > 0);
        evtchn_clear(port);
        own[i] = port;
    }
    require_meet("bound");

    for ( i = role_self(); i < ARRAY_SIZE(own); i += 2 )
        require_ok(hypercall_evtchn_send(own[i]));
    require_meet("sent");
    for ( i = 0; i < ARRAY_SIZE(own); ++i )
        require_eq(evtchn_is_pending(own[i]), (i & 1) != role_self());
}
