/**
 * @file tests/xsa-134/main.c
 * @ref test-xsa-134
 *
 * @page test-xsa-134 XSA-134: swap_grant_ref before the table is set up
 *
 * CVE-2015-4163. A domain that had not set up its grant table had no version
 * either. GNTTABOP_swap_grant_ref took "not version 1" for "version 2" and used
 * uninitialised pointers, so that the hypervisor crashed.
 *
 * The test swaps entries before any other grant table operation. The table must
 * then have version 1 and clear entries. Without the fix Xen crashes.
 *
 * https://xenbits.xen.org/xsa/advisory-134.html
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <xtf.h>
#include <xtf/harness/needs.h>

const char test_title[] = "XSA-134: swap_grant_ref before the table is set up";

/* Two references after the reserved ones. */
#define REF_A (GNTTAB_NR_RESERVED_ENTRIES)
#define REF_B (GNTTAB_NR_RESERVED_ENTRIES + 1)

CASE("XSA-134 swap_grant_ref: first operation of all -> GNTST_okay or GNTST_bad_gntref, entries clear")
{
    struct gnttab_swap_grant_ref op = {
        .ref_a = REF_A, .ref_b = REF_B, .status = 0x5a5a,
    };
    struct gnttab_get_version version = { .dom = DOMID_SELF };

    need_gnttab();

    require_ok(hypercall_grant_table_op(GNTTABOP_swap_grant_ref, &op, 1));

    /* A Xen whose table starts without entries may return GNTST_bad_gntref. */
    expect_msg(op.status == GNTST_okay || op.status == GNTST_bad_gntref,
               "swap_grant_ref is %s (%d), expected GNTST_okay or "
               "GNTST_bad_gntref",
               gntst_strerror(op.status), op.status);

    require_ok(hypercall_grant_table_op(GNTTABOP_get_version, &version, 1));
    expect_eq(version.version, 1);

    require_ok(xtf_init_grant_table(1));
    expect_fill(&gnttab_v1[REF_A], 0, 2 * sizeof(gnttab_v1[0]));
}
