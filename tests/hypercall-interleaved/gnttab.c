/*
 * Batches of grant operations.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <xtf/harness/gnttab_case.h>

#include "interleave.h"

#define BATCH 40

static struct gnttab_copy copies[BATCH];
static struct gnttab_map_grant_ref maps[BATCH];
static struct gnttab_unmap_grant_ref unmaps[BATCH];
static unsigned int done;       /* Elements that were done by then. */
static unsigned int marks;
static long during;
static grant_ref_t ref;

static void count_copies(void)
{
    for ( done = 0; done < BATCH && copies[done].status != GNT_UNTOUCHED; )
        done++;
}

static void fill_copies(unsigned int flags)
{
    unsigned int i;

    ref = gnt_grant(gnt_page[0], flags);
    for ( i = 0; i < BATCH; ++i )
    {
        copies[i] = (struct gnttab_copy){
            .source = { .u.ref = ref, .domid = gnt_self(), .offset = i },
            .dest = { .u.gmfn = virt_to_gfn(gnt_page[1]), .domid = DOMID_SELF,
                      .offset = i },
            .len = 1, .flags = GNTCOPY_source_gref, .status = GNT_UNTOUCHED,
        };
    }
}

static void expect_copies(int after)
{
    unsigned int i;

    expect_true(done < BATCH);
    for ( i = 0; i < BATCH; ++i )
    {
        expect_gntst(copies[i].status, i < done ? GNTST_okay : after);
        expect_hex(gnt_page[1][i],
                   gnt_pattern_byte(copies[i].status ? 1 : 0, i));
    }
}

static void revoke_source(void)
{
    count_copies();
    marks = gnttab_in_use(ref);
    during = gnttab_revoke(ref);
}

GNTTAB_CASE("copy: source is revoked between the parts of a batch -> not in use then, GNTST_general_error for the rest")
{
    fill_copies(GTF_readonly);
    expect_ok(interleaved(revoke_source, hypercall_grant_table_op(
        GNTTABOP_copy, copies, BATCH)));
    expect_hex(marks, 0);
    expect_ok(during);
    expect_copies(GNTST_general_error);
}

static void move_source(void)
{
    count_copies();
    marks = gnttab_in_use(ref);
    during = gnttab_revoke(ref);
    gnttab_publish(ref, gnt_self(), virt_to_gfn(gnt_page[2]),
                   GTF_permit_access | GTF_readonly);
}

GNTTAB_CASE("copy: source is granted for another page between the parts of a batch -> rest from that page")
{
    unsigned int i;

    fill_copies(GTF_readonly);
    expect_ok(interleaved(move_source, hypercall_grant_table_op(
        GNTTABOP_copy, copies, BATCH)));
    expect_hex(marks, 0);
    expect_ok(during);
    for ( i = 0; i < BATCH; ++i )
    {
        expect_gntst(copies[i].status, GNTST_okay);
        expect_hex(gnt_page[1][i], gnt_pattern_byte(i < done ? 0 : 2, i));
    }
    expect_true(done < BATCH);
}

/* To version 2 and back; the other way the driver has status frames mapped. */
static void change_version(void)
{
    struct gnttab_set_version op = { .version = 2 };

    count_copies();
    during = hypercall_grant_table_op(GNTTABOP_set_version, &op, 1);
    op.version = 1;
    during = during ?: hypercall_grant_table_op(GNTTABOP_set_version, &op, 1);
}

GNTTAB_CASE_V1("copy: version changed and changed back between the parts of a batch -> GNTST_general_error for the rest")
{
    struct gnttab_set_version op = { .version = 2 };

    if ( hypercall_grant_table_op(GNTTABOP_set_version, &op, 1) )
        skip_case("needs both versions: " GNTTAB_V2_OPTION);
    op.version = 1;
    require_ok(hypercall_grant_table_op(GNTTABOP_set_version, &op, 1));

    fill_copies(GTF_readonly);
    expect_ok(interleaved(change_version, hypercall_grant_table_op(
        GNTTABOP_copy, copies, BATCH)));
    expect_ok(during);
    /* All entries but the reserved ones are invalid now. */
    expect_copies(GNTST_general_error);
}

static void fill_maps(void)
{
    unsigned int i;

    ref = gnt_grant(gnt_page[0], 0);
    for ( i = 0; i < BATCH; ++i )
    {
        maps[i] = gnt_map_op(ref, GNTMAP_host_map | GNTMAP_readonly, NULL);
        maps[i].host_addr = gnt_many_addr(i);
    }
}

static void unmap_done(void)
{
    unsigned int i;

    for ( done = 0; done < BATCH && maps[done].status != GNT_UNTOUCHED; )
        done++;
    /* Not the first: an HVM guest loses its page with the last mapping. */
    for ( i = 1; i < done; ++i )
    {
        struct gnttab_unmap_grant_ref unmap = gnt_unmap_op(&maps[i]);

        during = hypercall_grant_table_op(GNTTABOP_unmap_grant_ref, &unmap, 1)
            ?: unmap.status;
        if ( during )
            break;
    }
    marks = gnttab_in_use(ref);
}

GNTTAB_CASE("map_grant_ref: mappings but the first are undone between the parts of a batch -> in use by the first, the rest mapped")
{
    unsigned int i;

    fill_maps();
    during = 0;
    expect_ok(interleaved(unmap_done, hypercall_grant_table_op(
        GNTTABOP_map_grant_ref, maps, BATCH)));
    expect_gntst(during, GNTST_okay);
    expect_hex(marks, GTF_reading);
    expect_true(done && done < BATCH);
    for ( i = 0; i < BATCH; ++i )
    {
        expect_gntst(maps[i].status, GNTST_okay);
        if ( (!i || i >= done) && maps[i].status == GNTST_okay )
        {
            struct gnttab_unmap_grant_ref unmap = gnt_unmap_op(&maps[i]);

            expect_ok(hypercall_grant_table_op(GNTTABOP_unmap_grant_ref,
                                               &unmap, 1));
            expect_gntst(unmap.status, GNTST_okay);
        }
    }
    expect_hex(gnttab_in_use(ref), 0);
}

static void map_again(void)
{
    struct gnttab_map_grant_ref map =
        gnt_map_op(ref, GNTMAP_host_map | GNTMAP_readonly, NULL);

    for ( done = 0; done < BATCH && unmaps[done].status != GNT_UNTOUCHED; )
        done++;
    map.host_addr = gnt_many_addr(BATCH);
    during = hypercall_grant_table_op(GNTTABOP_map_grant_ref, &map, 1)
        ?: map.status;
    maps[0] = map;
}

GNTTAB_CASE("unmap_grant_ref: grant is mapped again between the parts of a batch -> in use by that mapping alone")
{
    struct gnttab_unmap_grant_ref unmap;
    unsigned int i;

    fill_maps();
    require_ok(hypercall_grant_table_op(GNTTABOP_map_grant_ref, maps, BATCH));
    for ( i = 0; i < BATCH; ++i )
    {
        require_gntst(maps[i].status, GNTST_okay);
        unmaps[i] = gnt_unmap_op(&maps[i]);
        unmaps[i].status = GNT_UNTOUCHED;
    }
    expect_ok(interleaved(map_again, hypercall_grant_table_op(
        GNTTABOP_unmap_grant_ref, unmaps, BATCH)));
    expect_true(done && done < BATCH);
    for ( i = 0; i < BATCH; ++i )
        expect_gntst(unmaps[i].status, GNTST_okay);
    require_gntst(during, GNTST_okay);
    expect_hex(gnttab_in_use(ref), GTF_reading);

    unmap = gnt_unmap_op(&maps[0]);
    expect_ok(hypercall_grant_table_op(GNTTABOP_unmap_grant_ref, &unmap, 1));
    expect_gntst(unmap.status, GNTST_okay);
    expect_hex(gnttab_in_use(ref), 0);
}
