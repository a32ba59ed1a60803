/**
 * @file tests/gnttab-counters/main.c
 * @ref test-gnttab-counters
 *
 * @page test-gnttab-counters Grant tables: many uses of one entry
 *
 * Xen counts the uses of an entry in four small counters: by processors and
 * by devices, for reading and for writing.  At the limit of one counter a
 * further use of that kind is refused; the other kinds are not, and each use
 * that ends makes room for one. An entry stays in use until the last one ends.
 *
 * How many uses there can be is not part of the ABI; fewer than 127 would be too
 * few for a backend that a frontend gives one page for all of its queue.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <xtf.h>
#include <xtf/harness/gnttab_case.h>

const char test_title[] = "Grant tables: many uses of one entry";

/* So many must succeed; more than this are not tried. */
#define ENOUGH 127
#define MOST   GNT_MANY

static struct gnttab_map_grant_ref maps[MOST];

static struct gnttab_map_grant_ref request(grant_ref_t ref, uint32_t flags,
                                           unsigned int i)
{
    struct gnttab_map_grant_ref op = gnt_map_op(ref, flags, NULL);

    op.host_addr = flags & GNTMAP_host_map ? gnt_many_addr(i) : 0;

    return op;
}

/* Map until Xen refuses.  @return how many there are. */
static unsigned int map_to_limit(grant_ref_t ref, uint32_t flags)
{
    unsigned int nr;
    int status = GNTST_okay;

    for ( nr = 0; nr < MOST && status == GNTST_okay; ++nr )
    {
        maps[nr] = request(ref, flags, nr);
        status = gnt_map(&maps[nr]);
    }
    if ( status == GNTST_okay )
        return nr;

    --nr;
    expect_msg(nr >= ENOUGH, "mapping %u of one entry fails with %s", nr + 1,
               gntst_strerror(status));
    expect_gntst(status, GNTST_general_error);

    return nr;
}

/* Unmap all but the last, after each of which the use goes on. */
static void unmap_all_but_one(grant_ref_t ref, unsigned int nr,
                              unsigned int use)
{
    unsigned int i;

    for ( i = 0; i + 1 < nr; ++i )
    {
        if ( !expect_gntst(gnt_undo(&maps[i]), GNTST_okay) )
            return;
        if ( gnttab_in_use(ref) != use )
            break;
    }
    expect_msg(i + 1 >= nr, "%u of %u mappings are left, and the entry's use is"
               " %#x, expected %#x", nr - i - 1, nr, gnttab_in_use(ref), use);
}

static int copy(grant_ref_t ref, bool to)
{
    struct gnttab_copy op = {
        .source = { .u.gmfn = virt_to_gfn(gnt_page[2]), .domid = DOMID_SELF },
        .dest = { .u.ref = ref, .domid = gnt_self() },
        .len = PAGE_SIZE,
        .flags = GNTCOPY_dest_gref,
    };

    if ( !to )
    {
        op.dest = op.source;
        op.source.u.ref = ref;
        op.source.domid = gnt_self();
        op.flags = GNTCOPY_source_gref;
    }

    return gnt_copy(&op);
}

/* Uses of every other kind are possible, and leave the entry as it was. */
static void other_uses(grant_ref_t ref, uint32_t flags, unsigned int use)
{
    static const uint32_t kinds[] = {
        GNTMAP_host_map, GNTMAP_host_map | GNTMAP_readonly,
        GNTMAP_device_map, GNTMAP_device_map | GNTMAP_readonly,
    };
    unsigned int i;

    for ( i = 0; i < ARRAY_SIZE(kinds); ++i )
    {
        struct gnttab_map_grant_ref map = gnt_map_op(ref, kinds[i], NULL);
        unsigned int now = kinds[i] & GNTMAP_readonly
                           ? use : GTF_reading | GTF_writing;

        if ( kinds[i] == flags )
            continue;
        map.host_addr = kinds[i] & GNTMAP_host_map ? _u(gnt_at()) : 0;
        if ( !expect_gntst(gnt_map(&map), GNTST_okay) )
            continue;
        expect_hex(gnttab_in_use(ref), now);
        expect_gntst(gnt_undo(&map), GNTST_okay);
        expect_hex(gnttab_in_use(ref), use);
    }

    /* A copy counts as a use by a processor, while it goes on. */
    if ( flags != GNTMAP_host_map )
        expect_gntst(copy(ref, true), GNTST_okay);
    if ( flags != (GNTMAP_host_map | GNTMAP_readonly) )
        expect_gntst(copy(ref, false), GNTST_okay);
    expect_hex(gnttab_in_use(ref), use);
}

/* One that ends makes room for one. */
static void one_ends(grant_ref_t ref, uint32_t flags, unsigned int nr)
{
    struct gnttab_map_grant_ref map;

    if ( nr == MOST )
        return;

    expect_gntst(gnt_undo(&maps[nr - 1]), GNTST_okay);
    maps[nr - 1] = request(ref, flags, nr - 1);
    expect_gntst(gnt_map(&maps[nr - 1]), GNTST_okay);
    map = request(ref, flags, nr);
    expect_gntst(gnt_map(&map), GNTST_general_error);
}

static void many(uint32_t flags)
{
    grant_ref_t ref = gnt_grant(gnt_page[0], 0);
    unsigned int use = flags & GNTMAP_readonly ? GTF_reading
                                               : GTF_reading | GTF_writing;
    unsigned int nr = map_to_limit(ref, flags);

    require_msg(nr > 1, "there is no second mapping");
    expect_hex(gnttab_in_use(ref), use);
    other_uses(ref, flags, use);
    one_ends(ref, flags, nr);
    unmap_all_but_one(ref, nr, use);
    expect_gntst(gnt_undo(&maps[nr - 1]), GNTST_okay);
    expect_hex(gnttab_in_use(ref), 0);
}

GNTTAB_CASE("map_grant_ref: one entry read-only until refused -> other kinds of use succeed")
{
    many(GNTMAP_host_map | GNTMAP_readonly);
}

GNTTAB_CASE("map_grant_ref: one entry writable until refused -> other kinds of use succeed")
{
    many(GNTMAP_host_map);
}

GNTTAB_CASE("map_grant_ref: one entry device-mapped read-only until refused -> other kinds succeed")
{
    many(GNTMAP_device_map | GNTMAP_readonly);
}

GNTTAB_CASE("map_grant_ref: one entry device-mapped writable until refused -> other kinds succeed")
{
    many(GNTMAP_device_map);
}

GNTTAB_CASE("map_grant_ref: one entry host- and device-mapped until refused -> neither kind succeeds")
{
    grant_ref_t ref = gnt_grant(gnt_page[0], 0);
    uint32_t flags = GNTMAP_host_map | GNTMAP_device_map | GNTMAP_readonly;
    unsigned int nr = map_to_limit(ref, flags);

    /* Neither of the two counters has room for more, if one has none. */
    if ( nr < MOST )
    {
        maps[nr] = request(ref, GNTMAP_device_map | GNTMAP_readonly, nr);
        expect_gntst(gnt_map(&maps[nr]), GNTST_general_error);
        maps[nr] = request(ref, GNTMAP_host_map | GNTMAP_readonly, nr);
        expect_gntst(gnt_map(&maps[nr]), GNTST_general_error);
    }
    unmap_all_but_one(ref, nr, GTF_reading);
    expect_gntst(gnt_undo(&maps[nr - 1]), GNTST_okay);
    expect_hex(gnttab_in_use(ref), 0);
}

GNTTAB_CASE("copy: entry mapped writable once less than the limit -> GNTST_okay, at the limit refused")
{
    grant_ref_t ref = gnt_grant(gnt_page[0], 0);
    unsigned int nr = map_to_limit(ref, GNTMAP_host_map), i;

    require_msg(nr > 1, "there is no second mapping");
    expect_gntst(gnt_undo(&maps[nr - 1]), GNTST_okay);
    for ( i = 0; i < 3; ++i )
        expect_gntst(copy(ref, true), GNTST_okay);
    expect_mem(gnt_page[0], gnt_pattern(2), PAGE_SIZE);
    expect_hex(gnttab_in_use(ref), GTF_reading | GTF_writing);

    if ( nr == MOST )
        return;
    maps[nr - 1] = request(ref, GNTMAP_host_map, nr - 1);
    require_gntst(gnt_map(&maps[nr - 1]), GNTST_okay);
    memset(gnt_page[2], 0, PAGE_SIZE);
    expect_gntst(copy(ref, true), GNTST_general_error);
    expect_mem(gnt_page[0], gnt_pattern(2), PAGE_SIZE);
    expect_gntst(copy(ref, false), GNTST_okay);
}
