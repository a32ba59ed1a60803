/*
 * Invalid copy requests, each with one fault.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <xtf/mm/page.h>

#include "copy.h"

GNTTAB_CASE("copy: offset plus len beyond the page at either end -> GNTST_bad_copy_arg")
{
    static const struct
    {
        uint16_t from, to, len;
    } bad[] = {
        { 1, 0, PAGE_SIZE },
        { 0, 1, PAGE_SIZE },
        { PAGE_SIZE - 1, 0, 2 },
        { 0, PAGE_SIZE - 1, 2 },
        { 0, 0, PAGE_SIZE + 1 },
        { PAGE_SIZE, 0, 1 },
        { 0, PAGE_SIZE, 1 },
        { 0xffff, 0, 1 },               /* Sums overflow 16 bits. */
        { 0, 0xffff, 1 },
        { 0xffff, 0xffff, 0xffff },
        { 0, 0, 0xffff },
    };
    unsigned int i, flags;

    grant_ref_t from = gnt_grant(gnt_page[0], 0);
    grant_ref_t to = gnt_grant(gnt_page[1], 0);

    for ( i = 0; i < ARRAY_SIZE(bad); ++i )
        for ( flags = 0; flags < 4; ++flags )
        {
            struct gnttab_copy op =
                copy_op(0, bad[i].from, 1, bad[i].to, bad[i].len);

            op.flags = flags;
            if ( flags & GNTCOPY_source_gref )
                op.source.u.ref = from;
            if ( flags & GNTCOPY_dest_gref )
                op.dest.u.ref = to;

            expect_copy_refused(op, GNTST_bad_copy_arg);
            expect_hex(gnttab_in_use(from), 0);
            expect_hex(gnttab_in_use(to), 0);
        }
}

GNTTAB_CASE("copy: frame with a domid other than DOMID_SELF -> GNTST_permission_denied")
{
    struct gnttab_copy op = copy_op(0, 0, 1, 0, 16);

    /* The caller's own domid is refused, too. */
    op.source.domid = gnt_self();
    expect_copy_refused(op, GNTST_permission_denied);
    op.source.domid = DOMID_SELF;
    op.dest.domid = gnt_self();
    expect_copy_refused(op, GNTST_permission_denied);

    /* With two faults, Xen may report either. */
    op.dest.domid = NO_DOMAIN;
    expect_ne(gnt_copy(&op), GNTST_okay);
    op.source.domid = DOMID_XEN;
    expect_ne(gnt_copy(&op), GNTST_okay);
    expect_page_unchanged(0);
    expect_page_unchanged(1);
}

GNTTAB_CASE("copy: grant of an unallocated domid at either end -> GNTST_bad_domain")
{
    static const domid_t ids[] = {
        NO_DOMAIN, DOMID_IO, DOMID_XEN, DOMID_COW, DOMID_INVALID, 0xffff,
    };
    grant_ref_t ref = gnt_grant(gnt_page[0], 0);
    unsigned int i;

    for ( i = 0; i < ARRAY_SIZE(ids); ++i )
    {
        struct gnttab_copy op = copy_op(0, 0, 1, 0, 16);

        op.source.u.ref = ref;
        op.source.domid = ids[i];
        op.flags = GNTCOPY_source_gref;
        expect_copy_refused(op, GNTST_bad_domain);

        op = copy_op(0, 0, 1, 0, 16);
        op.dest.u.ref = ref;
        op.dest.domid = ids[i];
        op.flags = GNTCOPY_dest_gref;
        expect_copy_refused(op, GNTST_bad_domain);
    }
    expect_hex(gnttab_in_use(ref), 0);
}

/*
 * As source and as destination, ref fails with this status, and its entry is
 * not in use afterwards.
 */
static void expect_ref_refused(grant_ref_t ref, int status)
{
    struct gnttab_copy op = copy_op(0, 0, 1, 0, 16);

    op.source.u.ref = ref;
    op.flags = GNTCOPY_source_gref;
    expect_copy_refused(op, status);

    op = copy_op(0, 0, 1, 0, 16);
    op.dest.u.ref = ref;
    op.flags = GNTCOPY_dest_gref;
    expect_copy_refused(op, status);

    if ( ref < gnttab_nr_entries() )
        expect_hex(gnttab_in_use(ref), 0);
}

GNTTAB_CASE("copy: reference beyond the table at either end -> GNTST_bad_gntref")
{
    expect_ref_refused(gnttab_nr_entries(), GNTST_bad_gntref);
    expect_ref_refused(1u << 31, GNTST_bad_gntref);
    expect_ref_refused(~0u, GNTST_bad_gntref);
}

GNTTAB_CASE("copy: entry is GTF_invalid -> GNTST_general_error")
{
    grant_ref_t ref = gnt_ref();

    gnttab_publish(ref, gnt_self(), virt_to_gfn(gnt_page[2]), GTF_invalid);
    expect_ref_refused(ref, GNTST_general_error);
}

GNTTAB_CASE("copy: entry is GTF_accept_transfer -> GNTST_general_error")
{
    grant_ref_t ref = gnt_ref();

    gnttab_publish(ref, gnt_self(), virt_to_gfn(gnt_page[2]),
                   GTF_accept_transfer);
    expect_ref_refused(ref, GNTST_general_error);
}

GNTTAB_CASE_V1("copy: entry is GTF_transitive in version 1 -> GNTST_general_error")
{
    grant_ref_t ref = gnt_ref();

    gnttab_publish(ref, gnt_self(), virt_to_gfn(gnt_page[2]), GTF_transitive);
    expect_ref_refused(ref, GNTST_general_error);
}

GNTTAB_CASE("copy: entry names another domain -> GNTST_general_error")
{
    grant_ref_t ref = gnt_ref();

    gnttab_publish(ref, gnt_self() + 1, virt_to_gfn(gnt_page[2]),
                   GTF_permit_access);
    expect_ref_refused(ref, GNTST_general_error);
}

GNTTAB_CASE("copy: granted frame is invalid -> GNTST_bad_page")
{
    grant_ref_t ref = gnt_ref();

    gnttab_publish(ref, gnt_self(), 0x7ffffff0, GTF_permit_access);
    expect_ref_refused(ref, GNTST_bad_page);
}

GNTTAB_CASE("copy: frame is invalid at either end -> GNTST_bad_page")
{
    struct gnttab_copy op = copy_op(0, 0, 1, 0, 16);

    op.source.u.gmfn = 0x7ffffff0;
    expect_copy_refused(op, GNTST_bad_page);

    op = copy_op(0, 0, 1, 0, 16);
    op.dest.u.gmfn = 0x7ffffff0;
    expect_copy_refused(op, GNTST_bad_page);

#ifdef CONFIG_HVM
    op.dest.u.gmfn = virt_to_gfn(gnt_at());
    expect_copy_refused(op, GNTST_bad_page);
#endif
}

GNTTAB_CASE("copy: to a GTF_readonly grant -> GNTST_general_error")
{
    grant_ref_t ref = gnt_grant(gnt_page[1], GTF_readonly);
    struct gnttab_copy op = copy_op(0, 0, 1, 0, 16);

    op.dest.u.ref = ref;
    op.flags = GNTCOPY_dest_gref;
    expect_copy_refused(op, GNTST_general_error);
    expect_hex(gnttab_in_use(ref), 0);
}

#ifdef CONFIG_PV
GNTTAB_CASE("copy: to a page table, as frame or grant -> GNTST_general_error")
{
    void *table = _p(_u(pv_l1e(gnt_page[0])) & PAGE_MASK);
    grant_ref_t ref = gnt_grant(table, 0);
    struct gnttab_copy op = copy_op(0, 0, 1, 0, 16);

    memcpy(gnt_page[2], table, PAGE_SIZE);

    op.dest.u.gmfn = virt_to_gfn(table);
    expect_copy_refused(op, GNTST_general_error);
    expect_mem(table, gnt_page[2], PAGE_SIZE);

    op.dest.u.ref = ref;
    op.flags = GNTCOPY_dest_gref;
    expect_copy_refused(op, GNTST_general_error);
    expect_mem(table, gnt_page[2], PAGE_SIZE);
    expect_hex(gnttab_in_use(ref), 0);
}

GNTTAB_CASE("copy: from a page table -> bytes copied")
{
    void *table = _p(_u(pv_l1e(gnt_page[0])) & PAGE_MASK);
    struct gnttab_copy op = copy_op(0, 0, 1, 0, PAGE_SIZE);

    op.source.u.gmfn = virt_to_gfn(table);
    expect_gntst(gnt_copy(&op), GNTST_okay);
    expect_mem(gnt_page[1], table, PAGE_SIZE);
}
#endif

GNTTAB_CASE("copy: count is 0 -> 0")
{
    expect_ok(hypercall_grant_table_op(GNTTABOP_copy, NULL, 0));
}

GNTTAB_CASE("copy: array at an unmapped address -> -EFAULT")
{
    expect_errno(hypercall_grant_table_op(GNTTABOP_copy, gnt_at(), 1),
                 -EFAULT);
}

GNTTAB_CASE("copy: array crosses into an unmapped page -> -EFAULT, only readable elements done")
{
    struct gnttab_copy *ops = unmapped_after(2 * sizeof(*ops));

    ops[0] = copy_op(0, 0, 1, 0, 16);
    ops[1] = copy_op(0, 16, 1, 16, 16);

    expect_errno(hypercall_grant_table_op(GNTTABOP_copy, ops, 3), -EFAULT);

    /*
     * For a 32-bit guest, Xen translates several elements before it carries out
     * the first, and so may have done none.
     */
    if ( IS_DEFINED(CONFIG_64BIT) )
        expect_mem(gnt_page[1], gnt_page[0], 32);
    expect_mem(gnt_page[1] + 32, gnt_pattern(1) + 32, PAGE_SIZE - 32);
    expect_page_unchanged(0);
}
