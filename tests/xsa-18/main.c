/**
 * @file tests/xsa-18/main.c
 * @ref test-xsa-18
 *
 * @page test-xsa-18 XSA-18: swap_grant_ref beyond the table
 *
 * CVE-2012-3516. GNTTABOP_swap_grant_ref did not compare both references with
 * the size of the table, so a guest could have Xen swap memory beyond the
 * table, up to a crash or worse.
 *
 * The test swaps a valid entry with references just and far beyond the table,
 * on either side. Each swap must be GNTST_bad_gntref and leave the valid entry
 * unchanged. Without the fix Xen crashes, or the status differs.
 *
 * https://xenbits.xen.org/xsa/advisory-18.html
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <xtf.h>
#include <xtf/harness/gnttab_case.h>

const char test_title[] = "XSA-18: swap_grant_ref beyond the table";

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

/*
 * References beyond the table: the first ones, at twice its size, and the
 * highest.
 */
static void beyond(grant_ref_t refs[6])
{
    refs[0] = gnttab_nr_entries();
    refs[1] = refs[0] + 1;
    refs[2] = gnttab_nr_entries() * 2;
    refs[3] = 0x7fffffff;
    refs[4] = 0x80000000;
    refs[5] = 0xffffffff;
}

GNTTAB_CASE("XSA-18 swap_grant_ref: ref_b beyond the table -> GNTST_bad_gntref")
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

GNTTAB_CASE("XSA-18 swap_grant_ref: ref_a beyond the table -> GNTST_bad_gntref")
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

GNTTAB_CASE("XSA-18 swap_grant_ref: ref_a and ref_b the same reference beyond the table -> GNTST_bad_gntref")
{
    grant_ref_t refs[6];
    unsigned int i;

    beyond(refs);
    for ( i = 0; i < ARRAY_SIZE(refs); ++i )
        expect_gntst(swap(refs[i], refs[i]), GNTST_bad_gntref);
}
