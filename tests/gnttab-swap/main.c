/**
 * @file tests/gnttab-swap/main.c
 * @ref test-gnttab-swap
 *
 * @page test-gnttab-swap Grant tables: swap_grant_ref
 *
 * GNTTABOP_swap_grant_ref exchanges two of the caller's own entries. Xen tracks
 * mappings by reference, so an entry that is in use must not move.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <xtf.h>
#include <xtf/harness/gnttab_case.h>
#include <xtf/mm/page.h>

const char test_title[] = "Grant tables: swap_grant_ref";

static int swap(grant_ref_t a, grant_ref_t b)
{
    struct gnttab_swap_grant_ref op = {
        .ref_a = a, .ref_b = b, .status = GNT_UNTOUCHED,
    };

    expect_ok(hypercall_grant_table_op(GNTTABOP_swap_grant_ref, &op, 1));
    expect_eq(op.ref_a, a);
    expect_eq(op.ref_b, b);

    return op.status;
}

/* The size of an entry in the version in effect. */
static size_t entry_size(void)
{
    return gnttab_version() == 1 ? sizeof(grant_entry_v1_t)
                                 : sizeof(grant_entry_v2_t);
}

static const uint8_t *entry(grant_ref_t ref)
{
    return gnttab_raw + ref * entry_size();
}

GNTTAB_CASE("swap_grant_ref: two grants -> entries exchanged, others unchanged")
{
    grant_ref_t a = gnt_grant(gnt_page[0], 0);
    grant_ref_t b = gnt_grant(gnt_page[1], GTF_readonly);
    grant_ref_t c = gnt_grant(gnt_page[2], 0);
    uint8_t was[3][16];

    memcpy(was[0], entry(a), entry_size());
    memcpy(was[1], entry(b), entry_size());
    memcpy(was[2], entry(c), entry_size());

    expect_gntst(swap(a, b), GNTST_okay);
    expect_mem(entry(a), was[1], entry_size());
    expect_mem(entry(b), was[0], entry_size());
    expect_mem(entry(c), was[2], entry_size());

    expect_granted_unchanged(a, 1);
    expect_granted_unchanged(b, 0);
}

GNTTAB_CASE("swap_grant_ref: GTF_readonly on one entry -> moves with the entry")
{
    grant_ref_t a = gnt_grant(gnt_page[0], 0);
    grant_ref_t b = gnt_grant(gnt_page[1], GTF_readonly);
    struct gnttab_map_grant_ref map_a = gnt_map_op(a, GNTMAP_host_map,
                                                   gnt_at());
    struct gnttab_map_grant_ref map_b = gnt_map_op(b, GNTMAP_host_map,
                                                   gnt_at());

    require_gntst(swap(a, b), GNTST_okay);
    expect_gntst(gnt_map(&map_a), GNTST_general_error);
    expect_gntst(gnt_map(&map_b), GNTST_okay);
    expect_hex(gnttab_in_use(b), GTF_reading | GTF_writing);
    expect_hex(gnttab_in_use(a), 0);
}

GNTTAB_CASE("swap_grant_ref: a grant and a GTF_invalid entry -> entries exchanged")
{
    grant_ref_t a = gnt_grant(gnt_page[0], 0), b = gnt_ref();

    gnttab_publish(b, gnt_self(), 0, GTF_invalid);
    require_gntst(swap(a, b), GNTST_okay);
    expect_granted_unchanged(b, 0);
    expect_gntst(swap(a, b), GNTST_okay);
    expect_granted_unchanged(a, 0);
}

GNTTAB_CASE_V2("swap_grant_ref: version 2 -> status words exchanged")
{
    grant_ref_t a = gnt_grant(gnt_page[0], 0);
    grant_ref_t b = gnt_grant(gnt_page[1], 0);

    /* Xen only changes two bits of a status word. */
    gnttab_status[a] = 0x4000;
    gnttab_status[b] = 0x8000;
    require_gntst(swap(a, b), GNTST_okay);
    expect_hex(gnttab_status[a], 0x8000);
    expect_hex(gnttab_status[b], 0x4000);
    gnttab_status[a] = gnttab_status[b] = 0;
}

GNTTAB_CASE("swap_grant_ref: ref_a equals ref_b, mapped or not -> GNTST_okay, entry unchanged")
{
    grant_ref_t a = gnt_grant(gnt_page[0], 0);
    struct gnttab_map_grant_ref map = gnt_map_op(a, GNTMAP_host_map, gnt_at());
    uint8_t was[16];

    memcpy(was, entry(a), entry_size());
    expect_gntst(swap(a, a), GNTST_okay);
    expect_mem(entry(a), was, entry_size());

    /* Nothing moves, so a mapping does not matter. */
    require_gntst(gnt_map(&map), GNTST_okay);
    expect_gntst(swap(a, a), GNTST_okay);
    expect_hex(gnttab_in_use(a), GTF_reading | GTF_writing);
}

GNTTAB_CASE("swap_grant_ref: last entry of the table -> entries exchanged")
{
    grant_ref_t a = gnt_grant(gnt_page[0], 0), b = gnttab_nr_entries() - 1;

    require_gntst(swap(a, b), GNTST_okay);
    expect_granted_unchanged(b, 0);
    expect_gntst(swap(b, a), GNTST_okay);
    expect_granted_unchanged(a, 0);
}

GNTTAB_CASE("swap_grant_ref: reference beyond the table on either side -> GNTST_bad_gntref")
{
    grant_ref_t a = gnt_grant(gnt_page[0], 0), end = gnttab_nr_entries();
    uint8_t was[16];

    memcpy(was, entry(a), entry_size());
    expect_gntst(swap(a, end), GNTST_bad_gntref);
    expect_gntst(swap(end, a), GNTST_bad_gntref);
    expect_gntst(swap(end, end), GNTST_bad_gntref);
    expect_gntst(swap(a, ~0u), GNTST_bad_gntref);
    expect_gntst(swap(~0u, a), GNTST_bad_gntref);
    expect_mem(entry(a), was, entry_size());
}

GNTTAB_CASE("swap_grant_ref: entry in use on either side -> GNTST_eagain until unmapped")
{
    grant_ref_t a = gnt_grant(gnt_page[0], 0);
    grant_ref_t b = gnt_grant(gnt_page[1], 0);
    struct gnttab_map_grant_ref map =
        gnt_map_op(a, GNTMAP_host_map | GNTMAP_readonly, gnt_at());
    uint8_t was[2][16];

    require_gntst(gnt_map(&map), GNTST_okay);
    memcpy(was[0], entry(a), entry_size());
    memcpy(was[1], entry(b), entry_size());

    expect_gntst(swap(a, b), GNTST_eagain);
    expect_gntst(swap(b, a), GNTST_eagain);
    expect_mem(entry(a), was[0], entry_size());
    expect_mem(entry(b), was[1], entry_size());
    expect_hex(gnttab_in_use(a), GTF_reading);

    require_gntst(gnt_undo(&map), GNTST_okay);
    expect_gntst(swap(a, b), GNTST_okay);
    expect_gntst(swap(a, b), GNTST_okay);
}

static struct gnttab_swap_grant_ref ops[64];

/*
 * An odd number of exchanges of the same two entries, and one invalid one if
 * bad is not negative.
 */
static void swap_batch(int bad, bool preempted)
{
    grant_ref_t a = gnt_grant(gnt_page[0], 0);
    grant_ref_t b = gnt_grant(gnt_page[1], 0);
    const unsigned int nr = bad < 0 ? 63 : 64;
    unsigned int i;

    for ( i = 0; i < nr; ++i )
        ops[i] = (struct gnttab_swap_grant_ref) {
            .ref_a = a, .ref_b = (int)i == bad ? ~0u : b,
            .status = GNT_UNTOUCHED,
        };

    if ( preempted )
        expect_ok(gnt_op_preempted(GNTTABOP_swap_grant_ref, ops, nr));
    else
        expect_ok(hypercall_grant_table_op(GNTTABOP_swap_grant_ref, ops, nr));

    for ( i = 0; i < nr; ++i )
        expect_gntst(ops[i].status,
                     (int)i == bad ? GNTST_bad_gntref : GNTST_okay);
    expect_granted_unchanged(a, 1);
    expect_granted_unchanged(b, 0);
}

GNTTAB_CASE("swap_grant_ref: batch of 63 -> every element done")
{
    swap_batch(-1, false);
}

GNTTAB_CASE("swap_grant_ref: batch of 63, preempted -> every element done")
{
    swap_batch(-1, true);
}

GNTTAB_CASE("swap_grant_ref: batch of 64 with one bad reference -> others done")
{
    swap_batch(20, false);
}

GNTTAB_CASE("swap_grant_ref: count is 0 -> 0")
{
    expect_ok(hypercall_grant_table_op(GNTTABOP_swap_grant_ref, NULL, 0));
}

GNTTAB_CASE("swap_grant_ref: array at an unmapped address -> -EFAULT")
{
    expect_errno(hypercall_grant_table_op(GNTTABOP_swap_grant_ref, gnt_at(), 1),
                 -EFAULT);
}

GNTTAB_CASE("swap_grant_ref: array crosses into an unmapped page -> -EFAULT, readable element done")
{
    struct gnttab_swap_grant_ref *op = unmapped_after(sizeof(*op));
    grant_ref_t a = gnt_grant(gnt_page[0], 0);
    grant_ref_t b = gnt_grant(gnt_page[1], 0);

    *op = (struct gnttab_swap_grant_ref) {
        .ref_a = a, .ref_b = b, .status = GNT_UNTOUCHED,
    };
    expect_errno(hypercall_grant_table_op(GNTTABOP_swap_grant_ref, op, 2),
                 -EFAULT);
    expect_gntst(op->status, GNTST_okay);
    expect_granted_unchanged(a, 1);
    expect_granted_unchanged(b, 0);
}
