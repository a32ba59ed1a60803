/**
 * @file tests/xsa-24/main.c
 * @ref test-xsa-24
 *
 * @page test-xsa-24 XSA-24: status frames of a 32-bit guest
 *
 * CVE-2012-4539.  For a 32-bit guest Xen translates the arguments of
 * GNTTABOP_get_status_frames.  The loop over the operations and the loop over
 * the frames of one shared their counter, so an operation that answers no
 * frame was carried out for ever: the host hung.
 *
 * The test makes requests with no frame to answer, and with nowhere to put the
 * frames.  Each must come back, with its own answer.  A hypervisor without the
 * fix does not return from the hypercall, which ends the test by its timeout.
 * An HVM guest has no such operation: Xen refuses it before it looks at the
 * arguments.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <xtf/gnttab_case.h>
#include <xtf.h>

const char test_title[] = "XSA-24: get_status_frames of 32-bit guests";

static uint64_t frames[GNTTAB_MAX_STATUS_FRAMES];

static struct gnttab_get_status_frames request(unsigned int nr, void *list)
{
    memset(frames, 0x5a, sizeof(frames));

    return (struct gnttab_get_status_frames) {
        .nr_frames = nr, .dom = DOMID_SELF, .status = GNT_UNTOUCHED,
        .frame_list = list,
    };
}

GNTTAB_CASE_V2("XSA-24: get_status_frames: no frame")
{
    struct gnttab_get_status_frames op = request(0, frames);

    expect_ok(hypercall_grant_table_op(GNTTABOP_get_status_frames, &op, 1));
    expect_gntst(op.status, GNTST_okay);
    expect_fill(frames, 0x5a, sizeof(frames));
}

GNTTAB_CASE_V2("XSA-24: get_status_frames: more frames than there are")
{
    struct gnttab_get_status_frames op = request(ARRAY_SIZE(frames), frames);

    if ( gnttab_nr_frames() * GNTTAB_V2_PER_PAGE >
         (ARRAY_SIZE(frames) - 1) * GNTTAB_STATUS_PER_PAGE )
        skip_case("The table has the most status frames already");

    expect_ok(hypercall_grant_table_op(GNTTABOP_get_status_frames, &op, 1));
    expect_gntst(op.status, GNTST_general_error);
    expect_fill(frames, 0x5a, sizeof(frames));
}

GNTTAB_CASE_V2("XSA-24: get_status_frames: of a domain that is not there")
{
    struct gnttab_get_status_frames op = request(1, frames);

    op.dom = GNT_NO_DOMAIN;
    expect_ok(hypercall_grant_table_op(GNTTABOP_get_status_frames, &op, 1));
    expect_gntst(op.status, GNTST_bad_domain);
    expect_fill(frames, 0x5a, sizeof(frames));
}

/*
 * It has to come back, and that is all: Xen 4.17 and 4.20 translate the status
 * before they write the frames, and tell a 32-bit guest GNTST_okay.
 */
GNTTAB_CASE_V2("XSA-24: get_status_frames: nowhere to put the frame")
{
    void *at = gnt_at();
    struct gnttab_get_status_frames op = request(1, at);
    long rc = hypercall_grant_table_op(GNTTABOP_get_status_frames, &op, 1);

    expect_msg(rc == 0 || rc == -EFAULT,
               "it returns %ld, expected 0 or -EFAULT", rc);
    expect_false(gnt_present(at));
}

GNTTAB_CASE_V2("XSA-24: get_status_frames: no operation, and two")
{
    struct gnttab_get_status_frames ops[2] = {
        request(1, frames), request(1, frames),
    };

    /* How a count of 0 is answered differs for 32-bit and 64-bit guests. */
    hypercall_grant_table_op(GNTTABOP_get_status_frames, ops, 0);
    expect_fill(frames, 0x5a, sizeof(frames));

    expect_errno(hypercall_grant_table_op(GNTTABOP_get_status_frames, ops, 2),
                 -EINVAL);
    expect_fill(frames, 0x5a, sizeof(frames));
}
