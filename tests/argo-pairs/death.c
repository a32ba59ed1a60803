/*
 * The end of a domain that has sent, waits for space, and has a ring.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <xtf/core/time.h>
#include <xtf/harness/needs.h>
#include <xtf/lib.h>

#include "fixture.h"

/* The last case of the other client. */
#undef XTF_CASE_STAGE
#define XTF_CASE_STAGE 1

static uint8_t buf[RING_LEN];

/* Ports that nothing else uses; the second frame is of no ring otherwise. */
static void die(void)
{
    static struct argo_ring own;
    static uint8_t frame[PAGE_SIZE] __page_aligned_bss;
    int rc;

    argo_ring_init(&own, frame, PORT, role_domid(CLIENT), RING_LEN);
    require_ok(argo_ring_register(&own, 0));
    require_meet("ready");

    /* The ring stays, with messages that are not received. */
    while ( (rc = send_message(SERVER, 9)) > 0 )
        ;
    expect_errno(rc, -EAGAIN);
    require_meet("sent");
    role_leave();
}

static void survive_as_server(void)
{
    struct xen_argo_ring_message_header hdr;
    struct time_wait wait = {};
    long len, rc;
    unsigned int nr = 0;

    XTF_REQUIRE(open_ring(role_domid(OTHER)));
    XTF_REQUIRE(open_ring2(role_domid(CLIENT)));
    require_meet("ready");
    require_meet("sent");

    /* A domain that dies is one until it is gone. */
    while ( (rc = send_message(OTHER, 1)) == -ECONNREFUSED &&
            time_wait(&wait) )
        ;
    expect_errno(rc, -ESRCH);

    /* What it has sent is there, whole, and the ring went with it. */
    for ( ; (len = argo_receive(&ring, &hdr, buf, sizeof(buf))) >= 0; ++nr )
    {
        require_true(is_message(buf, len, OTHER, 9));
        expect_eq(hdr.source.domain_id, role_domid(OTHER));
    }
    expect_errno(len, -EAGAIN);
    expect_ne(nr, 0);
    expect_errno(argo_unregister(PORT, role_domid(OTHER)), -ENOENT);
    ring.registered = false;

    /* The other one is as it was. */
    require_meet("gone");
    require_meet("sent by client");
    len = argo_receive(&ring2, &hdr, buf, sizeof(buf));
    expect_true(is_message(buf, len, CLIENT, 3));
    expect_ok(argo_notify(NULL));
}

static void survive_as_client(void)
{
    require_meet("ready");
    expect_true(send_message(OTHER, 3) > 0);
    require_meet("sent");
    require_meet("gone");
    expect_errno(send_message(OTHER, 3), -ESRCH);
    expect_true(send_message(SERVER, 3) > 0);
    require_meet("sent by client");
}

ROLES_CASE("destroydomain: third domain has sent and has rings -> messages stay, third domain's rings gone")
{
    if ( role_is(SERVER) )
        survive_as_server();
    else if ( role_is(CLIENT) )
        survive_as_client();
    else
        die();
}
