/**
 * @file tests/gnttab-copy/main.c
 * @ref test-gnttab-copy
 *
 * @page test-gnttab-copy Grant tables: copying
 *
 * GNTTABOP_copy moves bytes without mapping anything: backends use it for
 * every packet, so a byte too many is another domain's memory overwritten, and
 * a byte too few is corrupt data.  Every case compares whole pages, those which
 * the copy has no business with included.
 *
 *   main.c    what is copied, between frames and grants
 *   errors.c  each reason to refuse a request
 *   v2.c      the grants of version 2: parts of pages, and transitive ones
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "copy.h"

const char test_title[] = "Grant tables: copying";

static const struct
{
    uint16_t from, to, len;
} shapes[] = {
    { 0, 0, PAGE_SIZE },                 /* All. */
    { 0, 0, 1 },                         /* The first byte. */
    { PAGE_SIZE - 1, PAGE_SIZE - 1, 1 }, /* The last byte. */
    { 0, PAGE_SIZE - 1, 1 },
    { PAGE_SIZE - 1, 0, 1 },
    { 3, 5, 7 },                         /* Nothing aligned. */
    { 1, 0, PAGE_SIZE - 1 },             /* To the very end of the source, */
    { 0, 1, PAGE_SIZE - 1 },             /* and of the destination. */
    { 2048, 0, 2048 },
    { 100, 200, 0 },                     /* Nothing at all. */
    { 0, 0, 0 },
};

/* Copy from page 0 to page 1 in all shapes.  flags: which ends are grants. */
static void copy_shapes(unsigned int flags)
{
    grant_ref_t from = gnt_grant(gnt_page[0], GTF_readonly);
    grant_ref_t to = gnt_grant(gnt_page[1], 0);
    unsigned int i;

    for ( i = 0; i < ARRAY_SIZE(shapes); ++i )
    {
        struct gnttab_copy op =
            copy_op(0, shapes[i].from, 1, shapes[i].to, shapes[i].len);

        if ( flags & GNTCOPY_source_gref )
            op.source.u.ref = from;
        if ( flags & GNTCOPY_dest_gref )
            op.dest.u.ref = to;
        op.flags = flags;

        memcpy(gnt_page[1], gnt_pattern(1), PAGE_SIZE);
        if ( !expect_gntst(gnt_copy(&op), GNTST_okay) )
            return;
        expect_copied(op);
        expect_page_unchanged(0);
        expect_page_unchanged(2);
        expect_hex(gnttab_in_use(from), 0);
        expect_hex(gnttab_in_use(to), 0);
    }
}

GNTTAB_CASE("copy: frame to frame")
{
    copy_shapes(0);
}

GNTTAB_CASE("copy: grant to frame")
{
    copy_shapes(GNTCOPY_source_gref);
}

GNTTAB_CASE("copy: frame to grant")
{
    copy_shapes(GNTCOPY_dest_gref);
}

GNTTAB_CASE("copy: grant to grant")
{
    copy_shapes(GNTCOPY_source_gref | GNTCOPY_dest_gref);
}

GNTTAB_CASE("copy: a grant's domain by number, and by DOMID_SELF")
{
    struct gnttab_copy op = copy_op(0, 0, 1, 0, 64);

    op.source.u.ref = gnt_grant(gnt_page[0], 0);
    op.flags = GNTCOPY_source_gref;

    op.source.domid = gnt_self();
    expect_gntst(gnt_copy(&op), GNTST_okay);
    expect_copied(op);
    op.source.domid = DOMID_SELF;
    op.dest.offset = 0;
    expect_gntst(gnt_copy(&op), GNTST_okay);
}

GNTTAB_CASE("copy: within a page")
{
    struct gnttab_copy op = copy_op(1, 0, 1, 2048, 2048);

    expect_gntst(gnt_copy(&op), GNTST_okay);
    expect_copied(op);
}

GNTTAB_CASE("copy: from a page to itself, over itself")
{
    struct gnttab_copy op = copy_op(1, 0, 1, 0, PAGE_SIZE);

    expect_gntst(gnt_copy(&op), GNTST_okay);
    expect_page_unchanged(1);
}

GNTTAB_CASE("copy: overlapping ends touch nothing but the destination")
{
    struct gnttab_copy op = copy_op(1, 100, 1, 116, 64);

    expect_gntst(gnt_copy(&op), GNTST_okay);
    expect_mem(gnt_page[1], gnt_pattern(1), 116);
    expect_mem(gnt_page[1] + 180, gnt_pattern(1) + 180, PAGE_SIZE - 180);
}

GNTTAB_CASE("copy: the request itself does not change, but for the status")
{
    struct gnttab_copy op = copy_op(0, 1, 1, 2, 3), was;

    op.status = GNTST_okay;
    was = op;
    expect_gntst(gnt_copy(&op), GNTST_okay);
    expect_mem(&op, &was, sizeof(op));
}

GNTTAB_CASE("copy: from a grant that is mapped read-only")
{
    grant_ref_t ref = gnt_grant(gnt_page[0], 0);
    struct gnttab_map_grant_ref map = gnt_map_op(
        ref, GNTMAP_host_map | GNTMAP_readonly, gnt_at());
    struct gnttab_copy op = copy_op(0, 0, 1, 0, PAGE_SIZE);

    require_gntst(gnt_map(&map), GNTST_okay);
    op.source.u.ref = ref;
    op.flags = GNTCOPY_source_gref;
    expect_gntst(gnt_copy(&op), GNTST_okay);
    expect_copied(op);
    expect_hex(gnttab_in_use(ref), GTF_reading);
}

#ifdef CONFIG_PV /* In an HVM guest, mapping the page made it go away. */
GNTTAB_CASE("copy: to a grant that is mapped read-only")
{
    grant_ref_t ref = gnt_grant(gnt_page[1], 0);
    uint8_t *at = gnt_at();
    struct gnttab_map_grant_ref map = gnt_map_op(
        ref, GNTMAP_host_map | GNTMAP_readonly, at);
    struct gnttab_copy op = copy_op(0, 0, 1, 0, 100);

    require_gntst(gnt_map(&map), GNTST_okay);
    op.dest.u.ref = ref;
    op.flags = GNTCOPY_dest_gref;
    expect_gntst(gnt_copy(&op), GNTST_okay);
    expect_mem(at, gnt_page[0], 100);

    /* Writing is over; reading is not. */
    expect_hex(gnttab_in_use(ref), GTF_reading);
}
#endif

GNTTAB_CASE("copy: to a grant that is mapped writable")
{
    grant_ref_t ref = gnt_grant(gnt_page[1], 0);
    uint8_t *at = gnt_at();
    struct gnttab_map_grant_ref map = gnt_map_op(ref, GNTMAP_host_map, at);
    struct gnttab_copy op = copy_op(0, 0, 1, 0, 100);

    require_gntst(gnt_map(&map), GNTST_okay);
    op.dest.u.ref = ref;
    op.flags = GNTCOPY_dest_gref;
    expect_gntst(gnt_copy(&op), GNTST_okay);
    expect_mem(at, gnt_page[0], 100);
    expect_hex(gnttab_in_use(ref), GTF_reading | GTF_writing);
}

GNTTAB_CASE("copy: to a read-only grant that is mapped")
{
    grant_ref_t ref = gnt_grant(gnt_page[1], GTF_readonly);
    uint8_t *at = gnt_at();
    struct gnttab_map_grant_ref map = gnt_map_op(
        ref, GNTMAP_host_map | GNTMAP_readonly, at);
    struct gnttab_copy op = copy_op(0, 0, 1, 0, 100);

    require_gntst(gnt_map(&map), GNTST_okay);
    op.dest.u.ref = ref;
    op.flags = GNTCOPY_dest_gref;
    expect_gntst(gnt_copy(&op), GNTST_general_error);
    expect_mem(at, gnt_pattern(1), PAGE_SIZE);
    expect_hex(gnttab_in_use(ref), GTF_reading);
}

/* More than what Xen translates at a time for a 32-bit guest. */
#define BATCH 500

static struct gnttab_copy ops[BATCH];

/* Byte i of page 1, by request i, from a grant, a frame, a grant … */
static void fill_batch(void)
{
    grant_ref_t ref = gnt_grant(gnt_page[0], GTF_readonly);
    unsigned int i;

    /* A PV guest is born with one; it would interrupt what follows. */
    hypercall_vcpu_op(VCPUOP_stop_periodic_timer, 0, NULL);

    for ( i = 0; i < BATCH; ++i )
    {
        ops[i] = copy_op(0, i * 8, 1, i, 1);
        if ( i % 3 != 1 )
        {
            ops[i].source.u.ref = ref;
            ops[i].flags = GNTCOPY_source_gref;
        }
        ops[i].status = GNT_UNTOUCHED;
    }
}

static void expect_batch(int bad)
{
    unsigned int i;

    for ( i = 0; i < BATCH; ++i )
    {
        bool ok = (int)i != bad;

        expect_gntst(ops[i].status, ok ? GNTST_okay : GNTST_bad_domain);
        expect_msg(gnt_page[1][i] == (ok ? gnt_pattern_byte(0, i * 8)
                                         : gnt_pattern_byte(1, i)),
                   "request %u of %u: the destination is 0x%02x", i, BATCH,
                   gnt_page[1][i]);
    }
    expect_mem(gnt_page[1] + BATCH, gnt_pattern(1) + BATCH, PAGE_SIZE - BATCH);
}

GNTTAB_CASE("copy: a large batch")
{
    fill_batch();
    expect_ok(hypercall_grant_table_op(GNTTABOP_copy, ops, BATCH));
    expect_batch(-1);
}

GNTTAB_CASE("copy: a large batch that is interrupted")
{
    fill_batch();
    expect_ok(gnt_op_preempted(GNTTABOP_copy, ops, BATCH));
    expect_batch(-1);
}

GNTTAB_CASE("copy: a large batch with one bad request")
{
    fill_batch();
    ops[300].source.domid = GNT_NO_DOMAIN;
    ops[300].flags |= GNTCOPY_source_gref;
    expect_ok(hypercall_grant_table_op(GNTTABOP_copy, ops, BATCH));
    expect_batch(300);
}

GNTTAB_CASE("copy: the next request of a batch is judged anew")
{
    grant_ref_t ref = gnt_grant(gnt_page[0], 0);
    unsigned int i;

    /*
     * The same source each time, in ways that are not the same.  The first
     * means a frame, which an HVM guest may well have.
     */
    for ( i = 0; i < 4; ++i )
    {
        ops[i] = copy_op(0, 0, 1, i * 64, 64);
        ops[i].source.u.gmfn = ref;
        ops[i].flags = i ? GNTCOPY_source_gref : 0;
        ops[i].status = GNT_UNTOUCHED;
    }
    ops[2].source.domid = GNT_NO_DOMAIN;

    expect_ok(hypercall_grant_table_op(GNTTABOP_copy, ops, 4));
    expect_gntst(ops[1].status, GNTST_okay);
    expect_mem(gnt_page[1] + 1 * 64, gnt_page[0], 64);
    expect_gntst(ops[2].status, GNTST_bad_domain);
    expect_mem(gnt_page[1] + 2 * 64, gnt_pattern(1) + 2 * 64, 64);
    expect_gntst(ops[3].status, GNTST_okay);
    expect_mem(gnt_page[1] + 3 * 64, gnt_page[0], 64);
}

GNTTAB_CASE("copy: a batch with another grant in every request")
{
    grant_ref_t refs[GNT_PAGES - 1];
    unsigned int i;

    for ( i = 0; i < ARRAY_SIZE(refs); ++i )
    {
        refs[i] = gnt_grant(gnt_page[i], 0);
        ops[i] = copy_op(i, 8, GNT_PAGES - 1, i * 16, 16);
        ops[i].source.u.ref = refs[i];
        ops[i].flags = GNTCOPY_source_gref;
    }
    expect_ok(hypercall_grant_table_op(GNTTABOP_copy, ops, i));

    for ( i = 0; i < ARRAY_SIZE(refs); ++i )
    {
        expect_gntst(ops[i].status, GNTST_okay);
        expect_mem(gnt_page[GNT_PAGES - 1] + i * 16, gnt_page[i] + 8, 16);
        expect_hex(gnttab_in_use(refs[i]), 0);
    }
}
