/**
 * @file tests/xsa-134/main.c
 * @ref test-xsa-134
 *
 * @page test-xsa-134 XSA-134: swapping entries before the table is set up
 *
 * CVE-2015-4163.  A domain that had not set up its grant table had no version
 * of it either.  GNTTABOP_swap_grant_ref took "not version 1" for "version 2",
 * and went through pointers that nobody had set: the hypervisor crashed.
 *
 * The test swaps entries as the very first thing that it does about its grant
 * table.  The table must then be of version 1, and of entries that were not
 * touched.  Without the fix Xen crashes.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <xtf.h>

const char test_title[] = "XSA-134: swap before the table is set up";

/* Two references that only the guest uses. */
#define REF_A (GNTTAB_NR_RESERVED_ENTRIES)
#define REF_B (GNTTAB_NR_RESERVED_ENTRIES + 1)

CASE("XSA-134: swap: before anything else about the grant table")
{
    struct gnttab_swap_grant_ref op = {
        .ref_a = REF_A, .ref_b = REF_B, .status = 0x5a5a,
    };
    struct gnttab_get_version version = { .dom = DOMID_SELF };

    require_ok(hypercall_grant_table_op(GNTTABOP_swap_grant_ref, &op, 1));

    /* A Xen that starts with a table of no entries may say that. */
    expect_msg(op.status == GNTST_okay || op.status == GNTST_bad_gntref,
               "the status is %s (%d), expected GNTST_okay or GNTST_bad_gntref",
               gntst_strerror(op.status), op.status);

    require_ok(hypercall_grant_table_op(GNTTABOP_get_version, &version, 1));
    expect_eq(version.version, 1);

    require_ok(xtf_init_grant_table(1));
    expect_fill(&gnttab_v1[REF_A], 0, 2 * sizeof(gnttab_v1[0]));
}
