/*
 * First calls of event_channel_op, grant_table_op and argo_op.  The tests
 * evtchn-*, gnttab-* and argo-* check their operations.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */

#include "tour.h"

CASE("event_channel_op: alloc_unbound, status, unmask, close -> port unbound, then closed")
{
    struct evtchn_status status = { .dom = DOMID_SELF, .status = 0x5a };
    const long port = evtchn_alloc_unbound(DOMID_SELF, DOMID_SELF);

    require_msg(port > 0, "alloc_unbound returned %ld, expected a port", port);

    status.port = port;
    expect_ok(hypercall_evtchn_status(&status));
    expect_eq(status.status, EVTCHNSTAT_unbound);
    expect_eq(status.u.unbound.dom, xtf_get_domid());

    expect_ok(hypercall_evtchn_unmask(port));
    expect_false(test_bit(port, shared_info.evtchn_mask));

    expect_ok(hypercall_evtchn_close(port));
    expect_ok(hypercall_evtchn_status(&status));
    expect_eq(status.status, EVTCHNSTAT_closed);
    expect_errno(hypercall_evtchn_close(port), -EINVAL);
    expect_errno(hypercall_evtchn_send(port), -EINVAL);
}

CASE("event_channel_op: bad pointer, unknown command, unallocated domid -> -EFAULT, -ENOSYS, -ESRCH")
{
    expect_errno(hypercall_event_channel_op(EVTCHNOP_send, BAD_PTR), -EFAULT);
    expect_errno(hypercall_event_channel_op(EVTCHNOP_status, BAD_PTR),
                 -EFAULT);
    expect_errno(hypercall_event_channel_op(NO_OP, BAD_PTR), -ENOSYS);
    expect_errno(evtchn_alloc_unbound(NO_DOMAIN, DOMID_SELF),
                 -ESRCH);
}

CASE("query_size: DOMID_SELF -> GNTST_okay, nr_frames at most max_nr_frames")
{
    struct gnttab_query_size op = { .dom = DOMID_SELF, .status = 0x5a };
    const long rc = hypercall_grant_table_op(GNTTABOP_query_size, &op, 1);

    if ( rc == -ENOSYS )
        skip_case("needs a Xen with CONFIG_GRANT_TABLE");

    expect_ok(rc);
    expect_gntst(op.status, GNTST_okay);
    expect_range(op.nr_frames, 0, op.max_nr_frames);
    expect_ne(op.max_nr_frames, 0);
}

CASE("grant_table_op: unknown command, bad pointer -> -ENOSYS, -EFAULT")
{
    expect_errno(hypercall_grant_table_op(NO_OP, BAD_PTR, 1), -ENOSYS);
    expect_either(hypercall_grant_table_op(GNTTABOP_query_size, BAD_PTR, 1),
                  -EFAULT, -ENOSYS);
    expect_either(hypercall_grant_table_op(GNTTABOP_copy, BAD_PTR, 1),
                  -EFAULT, -ENOSYS);
}

CASE("argo_op: unknown command -> -EOPNOTSUPP, or -ENOSYS without CONFIG_ARGO")
{
    /* -EOPNOTSUPP whether Argo is enabled on the command line or not. */
    expect_either(hypercall_argo_op(NO_OP, NULL, NULL, 0, 0),
                  -EOPNOTSUPP, -ENOSYS);
}
