/*
 * Senders that find no space, and are told when there is some.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <xtf/harness/needs.h>
#include <xtf/lib.h>

#include "fixture.h"

static uint8_t buf[RING_LEN];

/* @return the number of messages that went in. */
static unsigned int fill(void)
{
    unsigned int number = 0;
    int rc;

    while ( (rc = send_message(SERVER, 18)) > 0 )
        number++;
    expect_errno(rc, -EAGAIN);

    return number;
}

static void empty(void)
{
    struct xen_argo_ring_message_header hdr;
    long len;

    while ( (len = argo_receive(&ring, &hdr, buf, sizeof(buf))) >= 0 )
        ;
    expect_errno(len, -EAGAIN);
}

ROLES_CASE("notify: client's sendv was -EAGAIN, server empties the ring -> VIRQ_ARGO at client")
{
    if ( role_is(SERVER) )
    {
        XTF_REQUIRE(open_ring(role_domid(CLIENT)));
        require_meet("ready");
        require_meet("full");
        argo_virq_take();
        empty();
        require_meet("empty");
        require_ok(argo_notify(NULL));
        expect_false(argo_virq_take());
        require_meet("told");
        require_meet("over");
    }
    else if ( role_is(CLIENT) )
    {
        require_meet("ready");
        expect_ne(fill(), 0);
        require_true(argo_virq_port() > 0);
        argo_virq_take();
        require_meet("full");
        require_meet("empty");
        expect_true(wait_for_virq());
        require_meet("told");
        expect_true(send_message(SERVER, 18) > 0);
        require_meet("over");
    }
    else
    {
        require_true(argo_virq_port() > 0);
        argo_virq_take();
        require_meet("ready");
        require_meet("full");
        require_meet("empty");
        require_meet("told");
        expect_false(argo_virq_take());
        require_meet("over");
    }
}

ROLES_CASE("notify: two clients found no space in a wildcard ring -> VIRQ_ARGO at both")
{
    need_wildcard_rings();

    if ( role_is(SERVER) )
    {
        XTF_REQUIRE(open_ring(XEN_ARGO_DOMID_ANY));
        require_meet("ready");
        require_meet("full");
        empty();
        require_ok(argo_notify(NULL));
        require_meet("told");
    }
    else
    {
        require_meet("ready");
        fill();
        require_true(argo_virq_port() > 0);
        argo_virq_take();
        require_meet("full");
        expect_true(wait_for_virq());
        require_meet("told");
    }
}
