/*
 * Unmapping in batches: every element is carried out once, wherever Xen
 * preempts the hypercall.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <xtf/mm/page.h>

#include "unmap.h"

static struct gnttab_map_grant_ref many[GNT_MANY];
static struct gnttab_unmap_grant_ref undo[GNT_MANY];

/* More than Xen processes at a time, and not a multiple of that number. */
#define BATCH 75

static grant_ref_t map_batch(void)
{
    grant_ref_t ref = gnt_grant(gnt_page[0], 0);
    unsigned int i;

    for ( i = 0; i < BATCH; ++i )
    {
        many[i] = gnt_map_op(ref, GNTMAP_host_map, NULL);
        many[i].host_addr = gnt_many_addr(i);
    }
    expect_ok(gnt_map_batch(many, BATCH));

    for ( i = 0; i < BATCH; ++i )
    {
        expect_gntst(many[i].status, GNTST_okay);
        undo[i] = gnt_unmap_op(&many[i]);

        /* Load the translation into the TLB. */
        if ( IS_DEFINED(CONFIG_PV) && many[i].status == GNTST_okay )
            gnt_probe_write(_p(many[i].host_addr), i);
    }

    return ref;
}

static void expect_batch_gone(void)
{
    unsigned int i;

    for ( i = 0; i < BATCH; ++i )
        if ( undo[i].status == GNTST_okay )
            expect_msg(IS_DEFINED(CONFIG_PV)
                       ? gnt_probe_write(_p(undo[i].host_addr), 0)
                       : !gnt_present(_p(undo[i].host_addr)),
                       "address %u of %u is still accessible after its unmap "
                       "succeeded", i, BATCH);
}

GNTTAB_CASE("unmap_grant_ref: batch of 75 -> every element unmapped, no stale translation")
{
    grant_ref_t ref = map_batch();
    unsigned int i;

    expect_ok(gnt_unmap_batch(undo, BATCH));
    for ( i = 0; i < BATCH; ++i )
        expect_gntst(undo[i].status, GNTST_okay);
    expect_batch_gone();
    expect_hex(gnttab_in_use(ref), 0);
}

GNTTAB_CASE("unmap_grant_ref: batch of 75, preempted -> every element unmapped")
{
    grant_ref_t ref = map_batch();
    unsigned int i;

    expect_ok(gnt_op_preempted(GNTTABOP_unmap_grant_ref, undo, BATCH));
    for ( i = 0; i < BATCH; ++i )
    {
        expect_gntst(undo[i].status, GNTST_okay);
        if ( undo[i].status == GNTST_okay )
            gnt_forget(undo[i].handle);
    }
    expect_batch_gone();
    expect_hex(gnttab_in_use(ref), 0);
}

GNTTAB_CASE("unmap_grant_ref: batch of 75 with 3 bad handles -> GNTST_bad_handle for these only")
{
    grant_ref_t ref = map_batch();
    unsigned int i;

    undo[0].handle = undo[40].handle = undo[BATCH - 1].handle = ~0u;
    expect_ok(gnt_unmap_batch(undo, BATCH));

    for ( i = 0; i < BATCH; ++i )
        expect_gntst(undo[i].status,
                     i == 0 || i == 40 || i == BATCH - 1 ? GNTST_bad_handle
                                                         : GNTST_okay);
    expect_batch_gone();
    expect_hex(gnttab_in_use(ref), GTF_reading | GTF_writing);
}

GNTTAB_CASE("unmap_grant_ref: same mapping twice in one batch -> GNTST_okay, then GNTST_bad_handle")
{
    struct mapping m = mapped(0, GNTMAP_host_map);
    struct gnttab_unmap_grant_ref ops[] = {
        gnt_unmap_op(&m.map), gnt_unmap_op(&m.map),
    };

    expect_ok(gnt_unmap_batch(ops, 2));
    expect_gntst(ops[0].status, GNTST_okay);
    expect_gntst(ops[1].status, GNTST_bad_handle);
    expect_hex(gnttab_in_use(m.ref), 0);
}

GNTTAB_CASE("unmap_grant_ref: count is 0 -> 0")
{
    expect_ok(hypercall_grant_table_op(GNTTABOP_unmap_grant_ref, NULL, 0));
}

GNTTAB_CASE("unmap_grant_ref: array at an unmapped address -> -EFAULT")
{
    expect_errno(
        hypercall_grant_table_op(GNTTABOP_unmap_grant_ref, gnt_at(), 1),
        -EFAULT);
}

GNTTAB_CASE("unmap_grant_ref: array crosses into an unmapped page -> -EFAULT, readable elements done")
{
    struct mapping a = mapped(0, GNTMAP_host_map);
    struct mapping b = mapped(1, GNTMAP_host_map);
    struct gnttab_unmap_grant_ref *ops =
        unmapped_after(2 * sizeof(*ops));

    ops[0] = gnt_unmap_op(&a.map);
    ops[1] = gnt_unmap_op(&b.map);

    /*
     * Xen carries out the elements that it can read, including the TLB flush.
     */
    expect_errno(hypercall_grant_table_op(GNTTABOP_unmap_grant_ref, ops, 3),
                 -EFAULT);
    expect_gntst(ops[0].status, GNTST_okay);
    expect_gntst(ops[1].status, GNTST_okay);
    expect_false(gnt_present(a.at));
    expect_false(gnt_present(b.at));
    expect_hex(gnttab_in_use(a.ref), 0);
    expect_hex(gnttab_in_use(b.ref), 0);
    gnt_forget(a.map.handle);
    gnt_forget(b.map.handle);
}
