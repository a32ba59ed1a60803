/**
 * @file tests/gnttab-copy/main.c
 * @ref test-gnttab-copy
 *
 * @page test-gnttab-copy Grant tables: copy
 *
 * GNTTABOP_copy moves bytes without mapping anything. Backends use it for every
 * packet, so a byte too many overwrites another domain's memory, and a byte too
 * few is corrupt data. Every case compares whole pages, including those that
 * the copy does not involve.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "copy.h"

const char test_title[] = "Grant tables: copy";

static const struct
{
    uint16_t from, to, len;
} shapes[] = {
    { 0, 0, PAGE_SIZE },                 /* Whole page. */
    { 0, 0, 1 },                         /* The first byte. */
    { PAGE_SIZE - 1, PAGE_SIZE - 1, 1 }, /* The last byte. */
    { 0, PAGE_SIZE - 1, 1 },
    { PAGE_SIZE - 1, 0, 1 },
    { 3, 5, 7 },                         /* Unaligned. */
    { 1, 0, PAGE_SIZE - 1 },             /* Up to the end of the source, */
    { 0, 1, PAGE_SIZE - 1 },             /* of the destination. */
    { 2048, 0, 2048 },
    { 100, 200, 0 },                     /* No bytes. */
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

GNTTAB_CASE("copy: frame to frame -> len bytes copied, no other byte changes")
{
    copy_shapes(0);
}

GNTTAB_CASE("copy: grant to frame -> len bytes copied, no other byte changes")
{
    copy_shapes(GNTCOPY_source_gref);
}

GNTTAB_CASE("copy: frame to grant -> len bytes copied, no other byte changes")
{
    copy_shapes(GNTCOPY_dest_gref);
}

GNTTAB_CASE("copy: grant to grant -> len bytes copied, no other byte changes")
{
    copy_shapes(GNTCOPY_source_gref | GNTCOPY_dest_gref);
}

GNTTAB_CASE("copy: source grant's domid is the caller's domid or DOMID_SELF -> GNTST_okay")
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

GNTTAB_CASE("copy: from one half of a page to the other -> bytes copied")
{
    struct gnttab_copy op = copy_op(1, 0, 1, 2048, 2048);

    expect_gntst(gnt_copy(&op), GNTST_okay);
    expect_copied(op);
}

GNTTAB_CASE("copy: whole page onto itself -> page unchanged")
{
    struct gnttab_copy op = copy_op(1, 0, 1, 0, PAGE_SIZE);

    expect_gntst(gnt_copy(&op), GNTST_okay);
    expect_page_unchanged(1);
}

GNTTAB_CASE("copy: source and destination overlap -> no byte outside the destination changes")
{
    struct gnttab_copy op = copy_op(1, 100, 1, 116, 64);

    expect_gntst(gnt_copy(&op), GNTST_okay);
    expect_mem(gnt_page[1], gnt_pattern(1), 116);
    expect_mem(gnt_page[1] + 180, gnt_pattern(1) + 180, PAGE_SIZE - 180);
}

GNTTAB_CASE("copy: success -> only status written to the request")
{
    struct gnttab_copy op = copy_op(0, 1, 1, 2, 3), was;

    op.status = GNTST_okay;
    was = op;
    expect_gntst(gnt_copy(&op), GNTST_okay);
    expect_mem(&op, &was, sizeof(op));
}

GNTTAB_CASE("copy: from a grant mapped read-only -> bytes copied, GTF_reading stays set")
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

#ifdef CONFIG_PV /* An HVM guest that maps its own page moves the page. */
GNTTAB_CASE("copy: to a grant mapped read-only -> bytes copied, only GTF_reading stays set")
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

    /* The copy no longer writes; the mapping still reads. */
    expect_hex(gnttab_in_use(ref), GTF_reading);
}
#endif

GNTTAB_CASE("copy: to a grant mapped writable -> bytes copied, GTF_reading and GTF_writing stay set")
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

GNTTAB_CASE("copy: to a GTF_readonly grant that is mapped -> GNTST_general_error")
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

/* More elements than Xen translates at a time for a 32-bit guest. */
#define BATCH 500

static struct gnttab_copy ops[BATCH];

/*
 * Request i writes byte i of page 1. Its source is a frame if i % 3 is 1, else
 * a grant.
 */
static void fill_batch(void)
{
    grant_ref_t ref = gnt_grant(gnt_page[0], GTF_readonly);
    unsigned int i;

    /* A PV guest starts with a periodic timer, which could preempt a batch. */
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
                   "destination byte of request %u of %u is 0x%02x, expected "
                   "the byte before or after the copy by status", i, BATCH,
                   gnt_page[1][i]);
    }
    expect_mem(gnt_page[1] + BATCH, gnt_pattern(1) + BATCH, PAGE_SIZE - BATCH);
}

GNTTAB_CASE("copy: batch of 500 -> every element done")
{
    fill_batch();
    expect_ok(hypercall_grant_table_op(GNTTABOP_copy, ops, BATCH));
    expect_batch(-1);
}

GNTTAB_CASE("copy: batch of 500, preempted -> every element done")
{
    fill_batch();
    expect_ok(gnt_op_preempted(GNTTABOP_copy, ops, BATCH));
    expect_batch(-1);
}

GNTTAB_CASE("copy: batch of 500 with one bad domid -> GNTST_bad_domain for that element only")
{
    fill_batch();
    ops[300].source.domid = NO_DOMAIN;
    ops[300].flags |= GNTCOPY_source_gref;
    expect_ok(hypercall_grant_table_op(GNTTABOP_copy, ops, BATCH));
    expect_batch(300);
}

GNTTAB_CASE("copy: one number as frame, as grant and with a bad domid in one batch -> each element checked")
{
    grant_ref_t ref = gnt_grant(gnt_page[0], 0);
    unsigned int i;

    /*
     * The same number as a source each time: first as a frame, which an HVM
     * guest may have, then as a reference. The third has a bad domid. Xen must
     * not reuse what it looked up for the element before.
     */
    for ( i = 0; i < 4; ++i )
    {
        ops[i] = copy_op(0, 0, 1, i * 64, 64);
        ops[i].source.u.gmfn = ref;
        ops[i].flags = i ? GNTCOPY_source_gref : 0;
        ops[i].status = GNT_UNTOUCHED;
    }
    ops[2].source.domid = NO_DOMAIN;

    expect_ok(hypercall_grant_table_op(GNTTABOP_copy, ops, 4));
    expect_gntst(ops[1].status, GNTST_okay);
    expect_mem(gnt_page[1] + 1 * 64, gnt_page[0], 64);
    expect_gntst(ops[2].status, GNTST_bad_domain);
    expect_mem(gnt_page[1] + 2 * 64, gnt_pattern(1) + 2 * 64, 64);
    expect_gntst(ops[3].status, GNTST_okay);
    expect_mem(gnt_page[1] + 3 * 64, gnt_page[0], 64);
}

GNTTAB_CASE("copy: batch with a different grant in each element -> bytes copied, no entry in use")
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
