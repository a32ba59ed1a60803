/**
 * @file tests/evtchn-pairs/main.c
 * @ref test-evtchn-pairs
 *
 * @page test-evtchn-pairs Event channels between domains of different environments
 *
 * Two domains, each a whole kernel in an environment and with an ABI of its own,
 * open channels between them, and each looks at its own end: what the status of
 * a port is and what is pending after the other side has bound, sent, closed, or
 * died.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <xtf.h>

#include "fixture.h"

const char test_title[] =
    "Event channels between domains of different environments";

const char test_roles[] = TEST_ROLES;

PAIRS_CASE("bind_interdomain: binder binds owner's port -> each status names the other's")
{
    uint64_t word;
    long port;

    if ( role_is(OWNER) )
    {
        port = evtchn_alloc_unbound(DOMID_SELF, other_domid());
        require_true(port > 0);
        expect_port(port, PORT_UNBOUND(other_domid()), 0);
        require_tell(BINDER, port);
        require_hear(BINDER, &word);
        expect_port(port, PORT_INTERDOMAIN(other_domid(), word), 0);
        expect_false(evtchn_is_pending(port));
    }
    else
    {
        require_hear(OWNER, &word);
        port = evtchn_bind_interdomain(other_domid(), word);
        require_true(port > 0);
        expect_port(port, PORT_INTERDOMAIN(other_domid(), word), 0);
        expect_true(evtchn_is_pending(port));
        require_tell(OWNER, port);
    }
}

/* Roles change with each round: who has bound is bound to the next time. */
PAIRS_CASE("close: either end -> other end unbound for the closer, which binds again")
{
    evtchn_port_t own, remote;
    unsigned int round;
    uint64_t word;
    long port;

    XTF_REQUIRE(open_channel(OWNER, &own, &remote));

    for ( round = 0; round < 6; ++round )
        if ( role_is(round & 1) )
        {
            require_ok(hypercall_evtchn_close(own));
            expect_port(own, PORT_CLOSED, 0);
            require_meet("closed");
            require_meet("seen");
            port = evtchn_bind_interdomain(other_domid(), remote);
            require_true(port > 0);
            own = port;
            expect_true(evtchn_is_pending(own));
            evtchn_clear(own);
            require_tell(other_role(), own);
            expect_port(own, PORT_INTERDOMAIN(other_domid(), remote), 0);
            require_meet("bound again");
        }
        else
        {
            require_meet("closed");
            expect_port(own, PORT_UNBOUND(other_domid()), 0);
            expect_false(evtchn_is_pending(own));
            /* For nobody else. */
            expect_ev_error(evtchn_bind_interdomain(DOMID_SELF, own), -EINVAL);
            require_meet("seen");
            require_hear(other_role(), &word);
            remote = word;
            expect_port(own, PORT_INTERDOMAIN(other_domid(), remote), 0);
            require_meet("bound again");
        }
}

PAIRS_CASE("bind_interdomain: port for dom0, bound port, closed port -> -EINVAL, unchanged")
{
    evtchn_port_t own, remote;
    uint64_t for_dom0;

    XTF_REQUIRE(open_channel(OWNER, &own, &remote));

    if ( role_is(OWNER) )
    {
        long port = evtchn_alloc_unbound(DOMID_SELF, 0);

        require_true(port > 0);
        require_tell(BINDER, port);
        require_meet("tried");
        expect_port(port, PORT_UNBOUND(0), 0);
        expect_port(own, PORT_INTERDOMAIN(other_domid(), remote), 0);
        expect_false(evtchn_is_pending(own));
    }
    else
    {
        require_hear(OWNER, &for_dom0);
        expect_ev_error(evtchn_bind_interdomain(other_domid(), for_dom0),
                        -EINVAL);
        expect_ev_error(evtchn_bind_interdomain(other_domid(), remote),
                        -EINVAL);
        expect_ev_error(evtchn_bind_interdomain(other_domid(), for_dom0 + 1),
                        -EINVAL);
        require_meet("tried");
    }
}

/* The remote end has nowhere to note it: it comes with the binding. */
PAIRS_CASE("bind_interdomain: owner has sent before -> event pending at binder")
{
    uint64_t word;
    long port;

    if ( role_is(OWNER) )
    {
        port = evtchn_alloc_unbound(DOMID_SELF, other_domid());
        require_true(port > 0);
        expect_ok(hypercall_evtchn_send(port));
        expect_false(evtchn_is_pending(port));
        require_tell(BINDER, port);
        require_meet("bound");
        expect_false(evtchn_is_pending(port));
    }
    else
    {
        require_hear(OWNER, &word);
        port = evtchn_bind_interdomain(other_domid(), word);
        require_true(port > 0);
        expect_ok(evtchn_unmask(port));
        evtchn_deliver();
        expect_delivered(port);
        require_meet("bound");
    }
}

PAIRS_CASE("send: from either end -> pending at the remote end only, delivered once")
{
    evtchn_port_t own, remote;
    unsigned int round;

    XTF_REQUIRE(open_channel(OWNER, &own, &remote));

    for ( round = 0; round < 4; ++round )
    {
        if ( role_is(round & 1) )
        {
            expect_ok(hypercall_evtchn_send(own));
            require_meet("sent");
            expect_false(evtchn_is_pending(own));
            evtchn_deliver();
            expect_none_delivered();
        }
        else
        {
            require_meet("sent");
            expect_true(evtchn_is_pending(own));
            evtchn_deliver();
            expect_none_delivered();
            expect_ok(evtchn_unmask(own));
            evtchn_deliver();
            expect_delivered(own);
            evtchn_deliver();
            expect_none_delivered();
            evtchn_mask(own);
        }
        require_meet("round over");
    }
}

PAIRS_CASE("close: event of the closer in flight -> delivered at the remote end")
{
    evtchn_port_t own, remote;

    XTF_REQUIRE(open_channel(BINDER, &own, &remote));

    if ( role_is(OWNER) )
    {
        expect_ok(hypercall_evtchn_send(own));
        expect_ok(hypercall_evtchn_close(own));
        require_meet("closed");
        expect_ev_error(hypercall_evtchn_send(own), -EINVAL);
    }
    else
    {
        require_meet("closed");
        expect_true(evtchn_is_pending(own));
        expect_port(own, PORT_UNBOUND(other_domid()), 0);
        expect_ok(evtchn_unmask(own));
        evtchn_deliver();
        expect_delivered(own);

        /* Nobody is there any more. */
        expect_ok(hypercall_evtchn_send(own));
        expect_ok(hypercall_evtchn_close(own));
        expect_port(own, PORT_CLOSED, 0);
    }
}

PAIRS_CASE("close: port with a pending event -> new port of the same number not pending")
{
    evtchn_port_t own, remote;
    uint64_t word;
    long port;

    XTF_REQUIRE(open_channel(OWNER, &own, &remote));

    if ( role_is(OWNER) )
    {
        expect_ok(hypercall_evtchn_send(own));
        require_meet("sent");
        require_meet("closed");
        expect_port(own, PORT_UNBOUND(other_domid()), 0);
        port = evtchn_alloc_unbound(DOMID_SELF, other_domid());
        require_true(port > 0);
        require_tell(BINDER, port);
        require_meet("done");
    }
    else
    {
        require_meet("sent");
        expect_true(evtchn_is_pending(own));
        expect_ok(hypercall_evtchn_close(own));
        port = evtchn_alloc_unbound(DOMID_SELF, other_domid());
        expect_eq(port, own);
        expect_false(evtchn_is_pending(own));
        require_meet("closed");
        require_hear(OWNER, &word);
        require_meet("done");
    }
}
