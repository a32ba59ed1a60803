/*
 * The grants that only version 2 has.  Neither can be mapped.
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

GNTTAB_CASE_V2("copy: from part of a page, within its bounds")
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

GNTTAB_CASE_V2("copy: to part of a page, within its bounds")
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

GNTTAB_CASE_V2("copy: beyond the bounds of part of a page")
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

GNTTAB_CASE_V2("copy: part of a page, without any bytes")
{
    struct gnttab_copy op = copy_op(0, OFF, 1, 0, 1);

    op.source.u.ref = grant_part(0, 0, OFF, 0);
    op.flags = GNTCOPY_source_gref;
    expect_copy_refused(op, GNTST_general_error);
}

GNTTAB_CASE_V2("copy: part of a page that ends beyond the page")
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

GNTTAB_CASE_V2("copy: to a read-only part of a page")
{
    grant_ref_t ref = grant_part(1, GTF_readonly, OFF, LEN);
    struct gnttab_copy op = copy_op(0, 0, 1, OFF, 1);

    op.dest.u.ref = ref;
    op.flags = GNTCOPY_dest_gref;
    expect_copy_refused(op, GNTST_general_error);
    expect_hex(gnttab_in_use(ref), 0);
}

GNTTAB_CASE_V2("copy: frames have more than 32 bits")
{
    grant_ref_t ref = gnt_grant(gnt_page[0], 0);
    struct gnttab_copy op = copy_op(0, 0, 1, 0, 16);

    /* Were the upper half to be ignored, this would be page 0. */
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

GNTTAB_CASE_V2("copy: the first half word of a full page's entry is padding")
{
    grant_ref_t ref = gnt_grant(gnt_page[0], 0);
    struct gnttab_copy op = copy_op(0, 0, 1, 0, PAGE_SIZE);

    /* Where a sub-page grant would have its bounds. */
    gnttab_v2[ref].full_page.pad0 = 0x00010001;
    op.source.u.ref = ref;
    op.flags = GNTCOPY_source_gref;
    expect_gntst(gnt_copy(&op), GNTST_okay);
    expect_copied(op);
}

/* A transitive grant whose other end cannot be reached. */
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

GNTTAB_CASE_V2("copy: a transitive grant of the granter's own")
{
    expect_transitive_refused(gnt_self(), gnt_grant(gnt_page[0], 0));
}

GNTTAB_CASE_V2("copy: a transitive grant through a domain that does not exist")
{
    expect_transitive_refused(GNT_NO_DOMAIN, 8);
    expect_transitive_refused(DOMID_SELF, 8);
}

GNTTAB_CASE_V2("copy: a transitive grant to another domain")
{
    grant_ref_t ref = gnt_ref();
    struct gnttab_copy op = copy_op(0, 0, 1, 0, 16);

    gnttab_publish_transitive(ref, gnt_self() + 1, 0, GNT_NO_DOMAIN, 8);
    op.source.u.ref = ref;
    op.flags = GNTCOPY_source_gref;
    expect_copy_refused(op, GNTST_general_error);
    expect_hex(gnttab_in_use(ref), 0);
}
