/*
 * Mapping and unmapping. PV guests only: an HVM guest that maps a page of its
 * own moves the page.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "fixture.h"

/* Few vCPUs, since Xen has all processors flush their TLBs at each unmap. */
#define MAPPERS 3

static grant_ref_t refs[4];
static uint8_t *places[8];

static void alloc_places(void)
{
    unsigned int i;

    for ( i = 0; i < ARRAY_SIZE(places); ++i )
        places[i] = gnt_at();
}

/* vCPU 1 maps read-only, and vCPU 2 has a device mapping, too. */
static uint32_t flags_of(unsigned int vcpu)
{
    return GNTMAP_host_map | (vcpu % 2 ? GNTMAP_readonly : 0) |
        (vcpu >= 2 ? GNTMAP_device_map : 0);
}

static void map_and_unmap(unsigned int vcpu)
{
    const unsigned int want = GTF_reading | (vcpu % 2 ? 0 : GTF_writing);

    while ( race_goes_on() )
    {
        struct gnttab_map_grant_ref map =
            gnt_map_op(refs[vcpu], flags_of(vcpu), places[vcpu]);
        int rc = race_map(&map);

        race_check(rc == GNTST_okay,
                   "map_grant_ref on vCPU %u is %s, expected GNTST_okay", vcpu,
                   gntst_strerror(rc));
        if ( rc )
            continue;

        race_linger();
        race_check((gnttab_in_use(refs[vcpu]) & want) == want,
                   "vCPU %u maps reference %u, whose in-use flags are %#x, "
                   "expected those of the mapping", vcpu, refs[vcpu],
                   gnttab_in_use(refs[vcpu]));
        race_check(ACCESS_ONCE(places[vcpu][5]) == gnt_pattern(0)[5],
                   "the mapping of vCPU %u does not show gnt_page[0]", vcpu);
        rc = race_unmap(&map);
        race_check(rc == GNTST_okay,
                   "unmap_grant_ref on vCPU %u is %s, expected GNTST_okay",
                   vcpu, gntst_strerror(rc));
    }
}

/*
 * No entry is in use, and the page has neither a writable type nor references.
 */
static void expect_unused(void)
{
    unsigned int i;

    for ( i = 0; i < ARRAY_SIZE(refs); ++i )
        expect_hex(gnttab_in_use(refs[i]), 0);
    for ( i = 0; i < ARRAY_SIZE(places); ++i )
        expect_false(gnt_present(places[i]));
    expect_true(gnt_can_be_pagetable(gnt_page[0]));
    expect_true(gnt_unreferenced(gnt_page[0]));
}

GNTTAB_CASE("map_grant_ref race: one entry on three vCPUs -> in use while mapped, nothing left after")
{
    unsigned int i;

    alloc_places();
    refs[0] = gnt_grant(gnt_page[0], 0);
    for ( i = 1; i < ARRAY_SIZE(refs); ++i )
        refs[i] = refs[0];
    if ( race(MAPPERS, map_and_unmap) )
        expect_unused();
}

GNTTAB_CASE("map_grant_ref race: three entries for one page on three vCPUs -> in use while mapped")
{
    unsigned int i;

    alloc_places();
    for ( i = 0; i < ARRAY_SIZE(refs); ++i )
        refs[i] = gnt_grant(gnt_page[0], 0);
    if ( race(MAPPERS, map_and_unmap) )
        expect_unused();
}

static void map_or_copy(unsigned int vcpu)
{
    if ( vcpu < 2 )
        map_and_unmap(vcpu);
    else
        while ( race_goes_on() )
        {
            int rc = race_copy_to(refs[0], gnt_page[vcpu]);

            race_check(rc == GNTST_okay,
                       "copy on vCPU %u is %s, expected GNTST_okay", vcpu,
                       gntst_strerror(rc));
        }
}

GNTTAB_CASE("map_grant_ref race: entry to which another vCPU copies -> in use while mapped")
{
    unsigned int i;

    alloc_places();
    refs[0] = gnt_grant(gnt_page[0], 0);
    for ( i = 1; i < ARRAY_SIZE(refs); ++i )
        refs[i] = refs[0];
    memcpy(gnt_page[2], gnt_page[0], PAGE_SIZE);
    if ( race(MAPPERS, map_or_copy) )
        expect_unused();
}

static struct gnttab_map_grant_ref maps[RACE_BATCH];
static struct gnttab_unmap_grant_ref unmaps[2][RACE_BATCH];

static void map_all(void)
{
    unsigned int i;

    for ( i = 0; i < RACE_BATCH; ++i )
        maps[i] = i < ARRAY_SIZE(places)
            ? gnt_map_op(refs[0], flags_of(i % MAPPERS), places[i])
            : gnt_map_op(refs[0], GNTMAP_device_map, NULL);
    hypercall_grant_table_op(GNTTABOP_map_grant_ref, maps, RACE_BATCH);
    for ( i = 0; i < RACE_BATCH; ++i )
        race_check(maps[i].status == GNTST_okay,
                   "map_grant_ref %u of the batch is %s, expected GNTST_okay",
                   i, gntst_strerror(maps[i].status));
}

/*
 * Both vCPUs unmap in the same order. The later one fails, which takes less
 * time, so that it catches up.
 */
static void unmap_the_same(unsigned int vcpu)
{
    unsigned int i;
    long rc;

    while ( race_next_round() )
    {
        if ( vcpu == 0 )
            map_all();
        race_meet();

        for ( i = 0; i < RACE_BATCH; ++i )
            unmaps[vcpu][i] = gnt_unmap_op(&maps[i]);
        rc = hypercall_grant_table_op(GNTTABOP_unmap_grant_ref, unmaps[vcpu],
                                      RACE_BATCH);
        race_check(rc == 0, "unmap_grant_ref returned %ld, expected 0", rc);
        race_meet();

        for ( i = 0; vcpu == 0 && i < RACE_BATCH; ++i )
        {
            const int a = unmaps[0][i].status, b = unmaps[1][i].status;

            race_check((a == GNTST_okay && b == GNTST_bad_handle) ||
                       (b == GNTST_okay && a == GNTST_bad_handle),
                       "two unmaps of one mapping are %s and %s, expected "
                       "GNTST_okay once and GNTST_bad_handle once",
                       gntst_strerror(a), gntst_strerror(b));
        }
        race_check(!gnttab_in_use(refs[0]),
                   "in-use flags are %#x after every mapping is unmapped, "
                   "expected 0", gnttab_in_use(refs[0]));
    }
}

GNTTAB_CASE("unmap_grant_ref race: same batch on two vCPUs -> GNTST_okay once, GNTST_bad_handle once")
{
    unsigned int i;

    alloc_places();
    for ( i = 0; i < ARRAY_SIZE(refs); ++i )
        refs[i] = gnt_grant(gnt_page[0], 0);

    /* There are few batches per race: race four times. */
    for ( i = 0; i < 4; ++i )
        if ( !race(2, unmap_the_same) )
            return;
    expect_unused();
}

static struct gnttab_map_grant_ref mapped;
static int revoked;

/* The map and the revocation cannot both succeed. */
static void map_or_revoke(unsigned int vcpu)
{
    while ( race_next_round() )
    {
        if ( vcpu == 0 )
            gnttab_publish(refs[0], gnt_self(), virt_to_gfn(gnt_page[0]),
                           GTF_permit_access);
        race_meet();

        race_linger();
        if ( vcpu == 0 )
            revoked = gnttab_revoke(refs[0]);
        else
        {
            mapped = gnt_map_op(refs[0], GNTMAP_host_map, places[0]);
            race_map(&mapped);
        }
        race_meet();

        if ( vcpu != 0 )
            continue;
        race_check(revoked || mapped.status != GNTST_okay,
                   "gnttab_revoke() and map_grant_ref both succeeded");
        race_check(gnttab_in_use(refs[0]) ==
                   (mapped.status ? 0 : GTF_reading | GTF_writing),
                   "in-use flags after a map_grant_ref that is %s are %#x, "
                   "expected those of its outcome",
                   gntst_strerror(mapped.status), gnttab_in_use(refs[0]));
        race_check(mapped.status == GNTST_okay ||
                   mapped.status == GNTST_general_error,
                   "map_grant_ref is %s, expected GNTST_okay or "
                   "GNTST_general_error", gntst_strerror(mapped.status));
        if ( mapped.status == GNTST_okay )
            race_check(race_unmap(&mapped) == GNTST_okay,
                       "unmap_grant_ref failed, expected GNTST_okay");
        if ( revoked )
            race_check(gnttab_revoke(refs[0]) == 0,
                       "entry is in use after its only mapping was unmapped");
    }
}

GNTTAB_CASE("map_grant_ref race: one map against one revocation -> only one succeeds")
{
    unsigned int i;

    alloc_places();
    for ( i = 0; i < ARRAY_SIZE(refs); ++i )
        refs[i] = gnt_ref();
    if ( race(2, map_or_revoke) )
        expect_unused();
}

static unsigned long frame_of(grant_ref_t ref)
{
    return gnttab_version() == 1 ? gnttab_v1[ref].frame
                                 : gnttab_v2[ref].full_page.frame;
}

static volatile unsigned int nr_swapped;

static void swap_or_map(unsigned int vcpu)
{
    struct gnttab_swap_grant_ref swap = { .ref_a = refs[0], .ref_b = refs[1] };
    unsigned int i;

    while ( race_goes_on() )
    {
        struct gnttab_map_grant_ref map =
            gnt_map_op(refs[0], GNTMAP_host_map, places[0]);
        unsigned long frame;
        int rc;

        if ( vcpu == 0 )
        {
            rc = hypercall_grant_table_op(GNTTABOP_swap_grant_ref, &swap, 1);
            race_check(rc == 0 && (swap.status == GNTST_okay ||
                                   swap.status == GNTST_eagain),
                       "swap_grant_ref is %s, expected GNTST_okay or "
                       "GNTST_eagain", gntst_strerror(swap.status));
            nr_swapped += swap.status == GNTST_okay;
            continue;
        }

        rc = race_map(&map);
        race_check(rc == GNTST_okay, "map_grant_ref is %s, expected GNTST_okay",
                                     gntst_strerror(rc));
        if ( rc )
            continue;
        frame = places[0][0] == gnt_pattern(0)[0] ? virt_to_gfn(gnt_page[0])
                                                  : virt_to_gfn(gnt_page[1]);
        for ( i = 0; i < 3; ++i, race_linger() )
            race_check(frame_of(refs[0]) == frame && gnttab_in_use(refs[0]),
                       "the entry was swapped while it is mapped");
        race_check(race_unmap(&map) == GNTST_okay,
                   "unmap_grant_ref failed, expected GNTST_okay");
    }
}

GNTTAB_CASE("map_grant_ref race: entry that another vCPU swaps -> not swapped while mapped")
{
    alloc_places();
    refs[0] = refs[2] = gnt_grant(gnt_page[0], 0);
    refs[1] = refs[3] = gnt_grant(gnt_page[1], 0);
    nr_swapped = 0;
    if ( !race(2, swap_or_map) )
        return;

    expect_hex(frame_of(refs[nr_swapped % 2]), virt_to_gfn(gnt_page[0]));
    expect_hex(frame_of(refs[1 - nr_swapped % 2]), virt_to_gfn(gnt_page[1]));
    expect_unused();
}
