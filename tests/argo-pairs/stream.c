/*
 * Streams of messages through rings that hold a few of them.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <xtf/core/time.h>
#include <xtf/drivers/evtchn.h>
#include <xtf/harness/needs.h>
#include <xtf/lib.h>

#include "fixture.h"

#define MESSAGES   150

static uint8_t buf[RING_LEN];

/* How many were received of each role. */
static unsigned int got[MAX_ROLES];

/* Take what is there.  @return whether all of it is as it must be. */
static bool receive_all(bool *any)
{
    struct xen_argo_ring_message_header hdr;
    unsigned int from;
    long len;

    for ( *any = false;
          (len = argo_receive(&ring, &hdr, buf, sizeof(buf))) != -EAGAIN;
          *any = true )
    {
        for ( from = 0; from < roles_nr(); ++from )
            if ( role_domid(from) == hdr.source.domain_id )
                break;
        if ( !expect_msg(len >= 0, "argo_receive() is %ld", len) ||
             !expect_msg(from < roles_nr(), "a message is of domain %u",
                         hdr.source.domain_id) ||
             !expect_msg(is_message(buf, len, from, got[from]),
                         "message %u of %s, with %ld bytes, is not number %u",
                         hdr.message_type, role_name(from), len, got[from]) )
            return false;
        got[from]++;
    }

    return true;
}

/*
 * Send to @p to, if it is a role, and receive, until all is sent and @p want
 * messages are there.  Whenever there is nothing to do, the interrupt ends the
 * wait: for a message, or for space.
 */
static void stream(unsigned int to, unsigned int want)
{
    unsigned int sent = to < roles_nr() ? 0 : MESSAGES, total = 0, i;
    uint64_t end = time_now() + 3 * LIMIT;
    bool any;
    int rc;

    memset(got, 0, sizeof(got));
    require_meet("ready");

    while ( sent < MESSAGES || total < want )
    {
        argo_virq_take();

        for ( rc = 0; rc >= 0 && sent < MESSAGES; sent += rc > 0 )
            rc = send_message(to, sent);
        require_msg(rc >= 0 || rc == -EAGAIN, "sending message %u is %d",
                    sent, rc);

        XTF_REQUIRE(receive_all(&any));
        for ( total = i = 0; i < roles_nr(); ++i )
            total += got[i];

        /* Of a ring that has space again, those who wait are told. */
        if ( any )
            require_ok(argo_notify(NULL));
        else if ( sent < MESSAGES || total < want )
        {
            evtchn_wait(argo_virq_port(), SECONDS(1));
            require_msg(time_now() < end, "after %u s, %u of %u messages are "
                        "sent and %u of %u received",
                        (unsigned int)(3 * LIMIT / SECONDS(1)), sent, MESSAGES,
                        total, want);
        }
    }

    require_meet("over");
    XTF_REQUIRE(receive_all(&any));
    expect_false(any);
}

ROLES_CASE("sendv: streams between server and client both ways -> all, once, in order")
{
    if ( role_is(OTHER) )
    {
        role_looks_on();
        require_meet("ready");
        require_meet("over");
        return;
    }

    XTF_REQUIRE(open_ring(role_domid(!role_self())));
    stream(!role_self(), MESSAGES);
    expect_eq(got[!role_self()], MESSAGES);
}

ROLES_CASE("sendv: two clients to server's wildcard ring -> all, each in order")
{
    need_wildcard_rings();

    if ( role_is(SERVER) )
    {
        XTF_REQUIRE(open_ring(XEN_ARGO_DOMID_ANY));
        stream(~0u, 2 * MESSAGES);
        expect_eq(got[CLIENT], MESSAGES);
        expect_eq(got[OTHER], MESSAGES);
    }
    else
    {
        XTF_REQUIRE(open_ring(role_domid(SERVER)));
        stream(SERVER, 0);
    }
}

/*
 * A sender is refused meanwhile, and tries again.  What came before is in the
 * memory of the ring still.
 */
ROLES_CASE("unregister_ring, register_ring: client sends meanwhile -> each message received once")
{
    struct time_wait wait = {};
    unsigned int sent = 0;
    bool any;
    int rc;

    if ( role_is(SERVER) )
    {
        memset(got, 0, sizeof(got));
        XTF_REQUIRE(open_ring(role_domid(CLIENT)));
        require_meet("ready");
        while ( got[CLIENT] < MESSAGES && time_wait(&wait) )
        {
            require_ok(argo_ring_unregister(&ring));
            XTF_REQUIRE(receive_all(&any));
            argo_ring_header(&ring)->rx_ptr = 0;
            argo_ring_header(&ring)->tx_ptr = 0;
            require_ok(argo_ring_register(&ring, 0));
        }
        expect_eq(got[CLIENT], MESSAGES);
        require_meet("over");
    }
    else if ( role_is(CLIENT) )
    {
        require_meet("ready");
        while ( sent < MESSAGES && time_wait(&wait) )
            do {
                rc = send_message(SERVER, sent);
                sent += rc > 0;
                require_msg(rc > 0 || rc == -ECONNREFUSED || rc == -EAGAIN,
                            "sending message %u is %d", sent, rc);
            } while ( rc > 0 && sent < MESSAGES );
        expect_eq(sent, MESSAGES);
        require_meet("over");
    }
    else
    {
        role_looks_on();
        require_meet("ready");
        require_meet("over");
    }
}
