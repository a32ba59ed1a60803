/*
 * The end of the domain at one end of a channel.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <xtf/core/time.h>
#include <xtf/lib.h>

#include "fixture.h"

/* The last case of the binder. */
#undef XTF_CASE_STAGE
#define XTF_CASE_STAGE 1

static bool is_unbound(evtchn_port_t port)
{
    evtchn_status_t s = { .dom = DOMID_SELF, .port = port };

    return !hypercall_evtchn_status(&s) && s.status == EVTCHNSTAT_unbound;
}

PAIRS_CASE_2L("destroydomain: binder has sent and dies -> owner's port unbound, event stays")
{
    evtchn_port_t a, b, remote;
    struct time_wait wait = {};
    long rc;

    XTF_REQUIRE(open_channel(OWNER, &a, &remote));
    XTF_REQUIRE(open_channel(BINDER, &b, &remote));

    if ( role_is(BINDER) )
    {
        expect_ok(hypercall_evtchn_send(a));
        require_meet("sent");
        role_leave();
        return;
    }

    require_meet("sent");
    while ( !(is_unbound(a) && is_unbound(b)) && time_wait(&wait) )
        ;
    expect_port(a, PORT_UNBOUND(other_domid()), 0);
    expect_port(b, PORT_UNBOUND(other_domid()), 0);
    expect_true(evtchn_is_pending(a));
    expect_false(evtchn_is_pending(b));

    expect_ok(evtchn_unmask(a));
    evtchn_deliver();
    expect_delivered(a);
    expect_ok(hypercall_evtchn_send(a));
    expect_ok(hypercall_evtchn_close(a));
    expect_port(a, PORT_CLOSED, 0);

    /* The domain is there until nothing refers to it any more. */
    while ( (rc = evtchn_bind_interdomain(other_domid(), remote)) == -EINVAL &&
            time_wait(&wait) )
        ;
    expect_errno(rc, -ESRCH);
}
