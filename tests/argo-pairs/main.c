/**
 * @file tests/argo-pairs/main.c
 * @ref test-argo-pairs
 *
 * @page test-argo-pairs Argo between domains of different environments
 *
 * Three domains, each a whole kernel in an environment of its own, send numbered
 * messages with checksums to each other, at full speed, through rings that are
 * full most of the time: no message is lost, duplicated, reordered or torn, each
 * names the domain that sent it, and a sender that found no space is told when
 * there is some.  A ring goes with the domain that it is for.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <xtf.h>

#include <xtf/harness/argo_case.h>
#include <xtf/harness/needs.h>

#include "fixture.h"

const char test_title[] = "Argo between domains of different environments";

const char test_roles[] = TEST_ROLES;

static uint8_t buf[RING_LEN];

void test_main(void)
{
    if ( argo_required() )
        xtf_run_cases();
}

/* With nothing but the interrupt to tell the receiver. */
static void send_one(unsigned int from, unsigned int to)
{
    struct xen_argo_ring_message_header hdr;
    long len;

    if ( role_is(to) )
    {
        XTF_REQUIRE(open_ring(role_domid(from)));
        argo_virq_take();
        require_meet("ready");
        require_true(wait_for_virq());
        len = argo_receive(&ring, &hdr, buf, sizeof(buf));
        expect_true(is_message(buf, len, from, 5));
        expect_eq(hdr.source.domain_id, role_domid(from));
        expect_hex(hdr.source.aport, FROM + from);
        expect_eq(hdr.message_type, 5);
        require_meet("received");
    }
    else if ( role_is(from) )
    {
        require_true(argo_virq_port() > 0);
        argo_virq_take();
        require_meet("ready");
        expect_true(send_message(to, 5) > 0);
        expect_false(argo_virq_take());
        require_meet("received");
        expect_false(argo_virq_take());
    }
    else
    {
        role_looks_on();
        require_meet("ready");
        require_meet("received");
    }
}

ROLES_CASE("sendv: client to server's ring -> VIRQ_ARGO at server, message names client")
{
    send_one(CLIENT, SERVER);
}

ROLES_CASE("sendv: server to client's ring -> VIRQ_ARGO at client, message names server")
{
    send_one(SERVER, CLIENT);
}

ROLES_CASE("sendv: other sends to a ring for client -> -ECONNREFUSED, ring unchanged")
{
    if ( role_is(SERVER) )
    {
        XTF_REQUIRE(open_ring(role_domid(CLIENT)));
        argo_virq_take();
        require_meet("ready");
        require_meet("tried");
        expect_eq(argo_ring_header(&ring)->tx_ptr, 0);
        expect_false(argo_virq_take());
    }
    else
    {
        require_meet("ready");
        if ( role_is(OTHER) )
        {
            expect_errno(send_message(SERVER, 1), -ECONNREFUSED);
            expect_errno(send_message(CLIENT, 1), -ECONNREFUSED);
        }
        else
            role_looks_on();
        require_meet("tried");
    }
}

/* The receiver trusts the source, which is Xen's. */
ROLES_CASE("sendv: other in the name of client -> -EPERM, ring unchanged")
{
    need_wildcard_rings();

    if ( role_is(SERVER) )
    {
        XTF_REQUIRE(open_ring(XEN_ARGO_DOMID_ANY));
        require_meet("ready");
        require_meet("tried");
        expect_eq(argo_ring_header(&ring)->tx_ptr, 0);
    }
    else
    {
        require_meet("ready");
        if ( role_is(OTHER) )
        {
            const xen_argo_send_addr_t addr = {
                .src = { .aport = FROM, .domain_id = role_domid(CLIENT) },
                .dst = { .aport = PORT, .domain_id = role_domid(SERVER) },
            };
            const xen_argo_iov_t iov = { .iov_hnd = buf, .iov_len = 16 };

            expect_errno(argo_sendv(&addr, &iov, 1, 1), -EPERM);
        }
        else
            role_looks_on();
        require_meet("tried");
    }
}

ROLES_CASE("sendv: ring for client beside a wildcard ring -> each sender's own")
{
    struct xen_argo_ring_message_header hdr;
    long len;

    need_wildcard_rings();

    if ( role_is(SERVER) )
    {
        XTF_REQUIRE(open_ring(XEN_ARGO_DOMID_ANY));
        XTF_REQUIRE(open_ring2(role_domid(CLIENT)));
        require_meet("ready");
        require_meet("sent");
        len = argo_receive(&ring, &hdr, buf, sizeof(buf));
        expect_true(is_message(buf, len, OTHER, 2));
        expect_eq(hdr.source.domain_id, role_domid(OTHER));
        expect_errno(argo_receive(&ring, &hdr, buf, sizeof(buf)), -EAGAIN);
        len = argo_receive(&ring2, &hdr, buf, sizeof(buf));
        expect_true(is_message(buf, len, CLIENT, 2));
        expect_eq(hdr.source.domain_id, role_domid(CLIENT));
        expect_errno(argo_receive(&ring2, &hdr, buf, sizeof(buf)), -EAGAIN);
    }
    else
    {
        require_meet("ready");
        expect_true(send_message(SERVER, 2) > 0);
        require_meet("sent");
    }
}
