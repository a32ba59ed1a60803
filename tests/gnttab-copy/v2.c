/*
 * Sub-page and transitive grants, which only version 2 has. Neither can be
 * mapped.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "copy.h"

#define OFF 100
#define LEN 200

static grant_ref_t grant_part(unsigned int nr, unsigned int flags,
                              uint16_t off, uint16_t len)
{
    grant_ref_t ref = gnt_ref();

    gnttab_publish_sub_page(ref, gnt_self(), virt_to_gfn(gnt_page[nr]), flags,
                            off, len);

    return ref;
}

GNTTAB_CASE_V2("copy: from a sub-page grant, within its bounds -> bytes copied")
{
    static const struct
    {
        uint16_t off, len;
    } good[] = {
        { OFF, LEN }, { OFF, 1 }, { OFF + LEN - 1, 1 }, { OFF + 1, LEN - 1 },
    };
    grant_ref_t ref = grant_part(0, GTF_readonly, OFF, LEN);
    unsigned int i;

    for ( i = 0; i < ARRAY_SIZE(good); ++i )
    {
        struct gnttab_copy op = copy_op(0, good[i].off, 1, 5, good[i].len);

        memcpy(gnt_page[1], gnt_pattern(1), PAGE_SIZE);
        op.source.u.ref = ref;
        op.flags = GNTCOPY_source_gref;
        expect_gntst(gnt_copy(&op), GNTST_okay);
        expect_copied(op);
        expect_hex(gnttab_in_use(ref), 0);
    }
}

GNTTAB_CASE_V2("copy: to a sub-page grant, within its bounds -> bytes copied")
{
    static const struct
    {
        uint16_t off, len;
    } good[] = {
        { OFF, LEN }, { OFF, 1 }, { OFF + LEN - 1, 1 }, { OFF + 1, LEN - 1 },
    };
    grant_ref_t ref = grant_part(1, 0, OFF, LEN);
    unsigned int i;

    for ( i = 0; i < ARRAY_SIZE(good); ++i )
    {
        struct gnttab_copy op = copy_op(0, 5, 1, good[i].off, good[i].len);

        memcpy(gnt_page[1], gnt_pattern(1), PAGE_SIZE);
        op.dest.u.ref = ref;
        op.flags = GNTCOPY_dest_gref;
        expect_gntst(gnt_copy(&op), GNTST_okay);
        expect_copied(op);
        expect_hex(gnttab_in_use(ref), 0);
    }
}

GNTTAB_CASE_V2("copy: beyond the bounds of a sub-page grant -> GNTST_general_error")
{
    static const struct
    {
        uint16_t off, len;
    } bad[] = {
        { OFF - 1, LEN }, { OFF - 1, 1 }, { OFF - 1, LEN + 2 },
        { OFF, LEN + 1 }, { OFF + LEN, 1 }, { OFF + 1, LEN },
        { 0, PAGE_SIZE }, { 0, 1 }, { PAGE_SIZE - 1, 1 },
    };
    grant_ref_t from = grant_part(0, GTF_readonly, OFF, LEN);
    grant_ref_t to = grant_part(1, 0, OFF, LEN);
    unsigned int i;

    for ( i = 0; i < ARRAY_SIZE(bad); ++i )
    {
        struct gnttab_copy op = copy_op(0, bad[i].off, 1, 0, bad[i].len);

        op.source.u.ref = from;
        op.flags = GNTCOPY_source_gref;
        expect_copy_refused(op, GNTST_general_error);
        expect_hex(gnttab_in_use(from), 0);

        op = copy_op(0, 0, 1, bad[i].off, bad[i].len);
        op.dest.u.ref = to;
        op.flags = GNTCOPY_dest_gref;
        expect_copy_refused(op, GNTST_general_error);
        expect_hex(gnttab_in_use(to), 0);
    }
}

GNTTAB_CASE_V2("copy: from a sub-page grant of length 0 -> GNTST_general_error")
{
    struct gnttab_copy op = copy_op(0, OFF, 1, 0, 1);

    op.source.u.ref = grant_part(0, 0, OFF, 0);
    op.flags = GNTCOPY_source_gref;
    expect_copy_refused(op, GNTST_general_error);
}

GNTTAB_CASE_V2("copy: sub-page grant that ends beyond its page -> GNTST_bad_copy_arg beyond the page only")
{
    struct gnttab_copy op = copy_op(0, PAGE_SIZE - 16, 1, 0, 16);

    op.source.u.ref = grant_part(0, 0, PAGE_SIZE - 16, 64);
    op.flags = GNTCOPY_source_gref;
    expect_gntst(gnt_copy(&op), GNTST_okay);
    expect_copied(op);

    memcpy(gnt_page[1], gnt_pattern(1), PAGE_SIZE);
    op.len = 17;
    expect_copy_refused(op, GNTST_bad_copy_arg);
}

GNTTAB_CASE_V2("copy: to a GTF_readonly sub-page grant -> GNTST_general_error")
{
    grant_ref_t ref = grant_part(1, GTF_readonly, OFF, LEN);
    struct gnttab_copy op = copy_op(0, 0, 1, OFF, 1);

    op.dest.u.ref = ref;
    op.flags = GNTCOPY_dest_gref;
    expect_copy_refused(op, GNTST_general_error);
    expect_hex(gnttab_in_use(ref), 0);
}

GNTTAB_CASE_V2("copy: granted frame above 2^32 -> GNTST_bad_page")
{
    grant_ref_t ref = gnt_grant(gnt_page[0], 0);
    struct gnttab_copy op = copy_op(0, 0, 1, 0, 16);

    /* If Xen ignored the upper half, this frame would be that of page 0. */
    gnttab_v2[ref].full_page.frame |= 1ull << 36;
    op.source.u.ref = ref;
    op.flags = GNTCOPY_source_gref;
    expect_copy_refused(op, GNTST_bad_page);
    expect_hex(gnttab_in_use(ref), 0);

    ref = grant_part(0, 0, 0, PAGE_SIZE);
    gnttab_v2[ref].sub_page.frame |= 1ull << 36;
    op.source.u.ref = ref;
    expect_copy_refused(op, GNTST_bad_page);
    expect_hex(gnttab_in_use(ref), 0);
}

GNTTAB_CASE_V2("copy: full-page grant with pad0 set -> pad0 ignored, bytes copied")
{
    grant_ref_t ref = gnt_grant(gnt_page[0], 0);
    struct gnttab_copy op = copy_op(0, 0, 1, 0, PAGE_SIZE);

    /* A sub-page grant has its bounds here. */
    gnttab_v2[ref].full_page.pad0 = 0x00010001;
    op.source.u.ref = ref;
    op.flags = GNTCOPY_source_gref;
    expect_gntst(gnt_copy(&op), GNTST_okay);
    expect_copied(op);
}

/* A transitive grant whose referenced grant cannot be used. */
static void expect_transitive_refused(domid_t domid, grant_ref_t via)
{
    grant_ref_t ref = gnt_ref();
    struct gnttab_copy op = copy_op(0, 0, 1, 0, 16);

    gnttab_publish_transitive(ref, gnt_self(), 0, domid, via);

    op.source.u.ref = ref;
    op.flags = GNTCOPY_source_gref;
    expect_copy_refused(op, GNTST_general_error);
    expect_hex(gnttab_in_use(ref), 0);

    op = copy_op(0, 0, 1, 0, 16);
    op.dest.u.ref = ref;
    op.flags = GNTCOPY_dest_gref;
    expect_copy_refused(op, GNTST_general_error);
    expect_hex(gnttab_in_use(ref), 0);
}

GNTTAB_CASE_V2("copy: transitive grant whose trans_domid is the granting domain -> GNTST_general_error")
{
    expect_transitive_refused(gnt_self(), gnt_grant(gnt_page[0], 0));
}

GNTTAB_CASE_V2("copy: transitive grant with an unallocated trans_domid -> GNTST_general_error")
{
    expect_transitive_refused(NO_DOMAIN, 8);
    expect_transitive_refused(DOMID_SELF, 8);
}

GNTTAB_CASE_V2("copy: transitive grant that names another domain -> GNTST_general_error")
{
    grant_ref_t ref = gnt_ref();
    struct gnttab_copy op = copy_op(0, 0, 1, 0, 16);

    gnttab_publish_transitive(ref, gnt_self() + 1, 0, NO_DOMAIN, 8);
    op.source.u.ref = ref;
    op.flags = GNTCOPY_source_gref;
    expect_copy_refused(op, GNTST_general_error);
    expect_hex(gnttab_in_use(ref), 0);
}
