/**
 * @file tests/xsa-496/main.c
 * @ref test-xsa-496
 *
 * @page test-xsa-496 XSA-496
 *
 * CVE-2026-42492.  The domain that has bound VIRQ_DOM_EXC can ask which domains
 * changed their state.  EVTCHNOP_bind_virq of any other VIRQ, by any domain, that
 * failed since no port was left took that list away.
 *
 * https://xenbits.xen.org/xsa/advisory-496.html
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <xtf.h>

#include <xen/domctl.h>

const char test_title[] = "XSA-496: bind_virq without a port, and VIRQ_DOM_EXC";

/* Since Xen 4.21, of the interface that does not change: version 0. */
#define XEN_DOMCTL_get_domain_state 90

/* Which domain changed its state? */
static long ask(domid_t *domid)
{
    static union
    {
        xen_domctl_t op;
        uint8_t room[256];
    } arg;
    long rc;

    memset(&arg, 0, sizeof(arg));
    arg.op.cmd = XEN_DOMCTL_get_domain_state;
    arg.op.domain = DOMID_INVALID;
    rc = hypercall_domctl(&arg);
    *domid = arg.op.domain;

    return rc;
}

/* Take every port; @return the error after the last one. */
static long take_all_ports(void)
{
    long rc;

    do {
        rc = evtchn_bind_ipi(0);
    } while ( rc > 0 );

    return rc;
}

/* Bound anew, the list names every domain that exists: this one, at least. */
static void expect_list_is_there(void)
{
    domid_t domid = DOMID_INVALID;

    expect_ok(ask(&domid));
    expect_ne(domid, DOMID_INVALID);
}

static bool can_ask(void)
{
    domid_t domid;
    long port = evtchn_bind_virq(VIRQ_DOM_EXC, 0);
    long rc = port > 0 ? ask(&domid) : port;

    if ( rc == -EPERM || rc == -EBUSY || rc == -EACCES || rc == -ENOSYS )
    {
        xtf_case_skip("This domain cannot ask for domains' states (%ld): it "
                      "needs Xen 4.21, and VIRQ_DOM_EXC", rc);
        return false;
    }

    return xtf_expect_msg(XTF_WHERE("XEN_DOMCTL_get_domain_state"), !rc,
                          "XEN_DOMCTL_get_domain_state returns %ld", rc);
}

CASE_2L("XSA-496 get_domain_state: VIRQ_DOM_EXC bound -> names a domain")
{
    XTF_REQUIRE(can_ask());
}

CASE_2L("XSA-496 bind_virq: VIRQ_DEBUG with no port left -> get_domain_state names a domain")
{
    XTF_REQUIRE(can_ask());

    require_ok(evtchn_start(EVTCHN_2L));
    require_true(evtchn_bind_virq(VIRQ_DOM_EXC, 0) > 0);
    require_errno(take_all_ports(), -ENOSPC);
    expect_errno(evtchn_bind_virq(VIRQ_DEBUG, 0), -ENOSPC);
    expect_list_is_there();
}

CASE_2L("XSA-496 bind_virq: VIRQ_DOM_EXC after -ENOSPC -> get_domain_state names a domain")
{
    long port;

    XTF_REQUIRE(can_ask());

    require_ok(evtchn_start(EVTCHN_2L));
    require_errno(take_all_ports(), -ENOSPC);
    expect_errno(evtchn_bind_virq(VIRQ_DOM_EXC, 0), -ENOSPC);
    require_ok(hypercall_evtchn_close(64));
    port = evtchn_bind_virq(VIRQ_DOM_EXC, 0);
    expect_eq(port, 64);
    expect_list_is_there();
}
