/**
 * @file tests/xsa-24/main.c
 * @ref test-xsa-24
 *
 * @page test-xsa-24 XSA-24: get_status_frames of a 32-bit guest
 *
 * CVE-2012-4539. For a 32-bit guest Xen translates the arguments of
 * GNTTABOP_get_status_frames. The loop over the operations and the loop over
 * the frames of one operation shared their counter, so an operation that lists
 * no frame was carried out forever, and the host hung.
 *
 * The test makes requests that list no frame, and one whose list is unmapped.
 * Each hypercall must return, with the right status. Without the fix Xen does
 * not return, which ends the test by its timeout. An HVM guest does not have
 * the operation.
 *
 * https://xenbits.xen.org/xsa/advisory-24.html
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <xtf.h>
#include <xtf/harness/gnttab_case.h>

const char test_title[] = "XSA-24: get_status_frames of a 32-bit guest";

static uint64_t frames[GNTTAB_MAX_STATUS_FRAMES];

static struct gnttab_get_status_frames request(unsigned int nr, void *list)
{
    memset(frames, 0x5a, sizeof(frames));

    return (struct gnttab_get_status_frames) {
        .nr_frames = nr, .dom = DOMID_SELF, .status = GNT_UNTOUCHED,
        .frame_list = list,
    };
}

GNTTAB_CASE_V2("XSA-24 get_status_frames: nr_frames is 0 -> GNTST_okay, list untouched")
{
    struct gnttab_get_status_frames op = request(0, frames);

    expect_ok(hypercall_grant_table_op(GNTTABOP_get_status_frames, &op, 1));
    expect_gntst(op.status, GNTST_okay);
    expect_fill(frames, 0x5a, sizeof(frames));
}

GNTTAB_CASE_V2("XSA-24 get_status_frames: nr_frames is more than the table has -> GNTST_general_error")
{
    struct gnttab_get_status_frames op = request(ARRAY_SIZE(frames), frames);

    if ( gnttab_nr_frames() * GNTTAB_V2_PER_PAGE >
         (ARRAY_SIZE(frames) - 1) * GNTTAB_STATUS_PER_PAGE )
        skip_case("needs a table with fewer than the maximum of status frames");

    expect_ok(hypercall_grant_table_op(GNTTABOP_get_status_frames, &op, 1));
    expect_gntst(op.status, GNTST_general_error);
    expect_fill(frames, 0x5a, sizeof(frames));
}

GNTTAB_CASE_V2("XSA-24 get_status_frames: unallocated dom -> GNTST_bad_domain")
{
    struct gnttab_get_status_frames op = request(1, frames);

    op.dom = NO_DOMAIN;
    expect_ok(hypercall_grant_table_op(GNTTABOP_get_status_frames, &op, 1));
    expect_gntst(op.status, GNTST_bad_domain);
    expect_fill(frames, 0x5a, sizeof(frames));
}

/*
 * Only check that the hypercall returns: Xen 4.17 and 4.20 write the status
 * before the frames, so that a 32-bit guest sees GNTST_okay.
 */
GNTTAB_CASE_V2("XSA-24 get_status_frames: frame_list at an unmapped address -> 0 or -EFAULT")
{
    void *at = gnt_at();
    struct gnttab_get_status_frames op = request(1, at);
    long rc = hypercall_grant_table_op(GNTTABOP_get_status_frames, &op, 1);

    expect_msg(rc == 0 || rc == -EFAULT,
               "GNTTABOP_get_status_frames returned %ld, expected 0 or -EFAULT",
               rc);
    expect_false(gnt_present(at));
}

GNTTAB_CASE_V2("XSA-24 get_status_frames: count is 0 or 2 -> list untouched, -EINVAL for 2")
{
    struct gnttab_get_status_frames ops[2] = {
        request(1, frames), request(1, frames),
    };

    /* A count of 0 returns different values to 32-bit and 64-bit guests. */
    hypercall_grant_table_op(GNTTABOP_get_status_frames, ops, 0);
    expect_fill(frames, 0x5a, sizeof(frames));

    expect_errno(hypercall_grant_table_op(GNTTABOP_get_status_frames, ops, 2),
                 -EINVAL);
    expect_fill(frames, 0x5a, sizeof(frames));
}
