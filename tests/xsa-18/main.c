/**
 * @file tests/xsa-18/main.c
 * @ref test-xsa-18
 *
 * @page test-xsa-18 XSA-18: swapping entries beyond the table
 *
 * CVE-2012-3516.  GNTTABOP_swap_grant_ref did not compare both references with
 * the size of the table, so a guest could have Xen swap memory beyond it: a
 * crash, or worse.
 *
 * The test swaps a valid entry with references just and far beyond the table,
 * on either side.  Each must be answered with GNTST_bad_gntref, and leave the
 * valid entry as it was.  Without the check Xen crashes, or the status is
 * another one.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <xtf/gnttab_case.h>
#include <xtf.h>

const char test_title[] = "XSA-18: swap of references beyond the table";

static int swap(grant_ref_t a, grant_ref_t b)
{
    struct gnttab_swap_grant_ref op = {
        .ref_a = a, .ref_b = b, .status = GNT_UNTOUCHED,
    };

    expect_ok(hypercall_grant_table_op(GNTTABOP_swap_grant_ref, &op, 1));

    return op.status;
}

static grant_entry_v2_t entry(grant_ref_t ref)
{
    grant_entry_v2_t e = {};

    if ( gnttab_version() == 1 )
        memcpy(&e, &gnttab_v1[ref], sizeof(gnttab_v1[ref]));
    else
        e = gnttab_v2[ref];

    return e;
}

/* Beyond the table, by one, by its size in memory, and as far as can be. */
static void beyond(grant_ref_t refs[6])
{
    refs[0] = gnttab_nr_entries();
    refs[1] = refs[0] + 1;
    refs[2] = gnttab_nr_entries() * 2;
    refs[3] = 0x7fffffff;
    refs[4] = 0x80000000;
    refs[5] = 0xffffffff;
}

GNTTAB_CASE("XSA-18: swap: the second reference beyond the table")
{
    grant_ref_t ref = gnt_grant(gnt_page[0], 0), refs[6];
    const grant_entry_v2_t was = entry(ref);
    grant_entry_v2_t is;
    unsigned int i;

    beyond(refs);
    for ( i = 0; i < ARRAY_SIZE(refs); ++i )
        expect_gntst(swap(ref, refs[i]), GNTST_bad_gntref);

    is = entry(ref);
    expect_mem(&is, &was, sizeof(is));
}

GNTTAB_CASE("XSA-18: swap: the first reference beyond the table")
{
    grant_ref_t ref = gnt_grant(gnt_page[0], 0), refs[6];
    const grant_entry_v2_t was = entry(ref);
    grant_entry_v2_t is;
    unsigned int i;

    beyond(refs);
    for ( i = 0; i < ARRAY_SIZE(refs); ++i )
        expect_gntst(swap(refs[i], ref), GNTST_bad_gntref);

    is = entry(ref);
    expect_mem(&is, &was, sizeof(is));
}

GNTTAB_CASE("XSA-18: swap: both references beyond the table, and the same")
{
    grant_ref_t refs[6];
    unsigned int i;

    beyond(refs);
    for ( i = 0; i < ARRAY_SIZE(refs); ++i )
        expect_gntst(swap(refs[i], refs[i]), GNTST_bad_gntref);
}
