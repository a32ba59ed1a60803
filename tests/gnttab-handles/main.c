/**
 * @file tests/gnttab-handles/main.c
 * @ref test-gnttab-handles
 *
 * @page test-gnttab-handles Grant tables: maptrack limit
 *
 * Xen tracks a domain's mappings in maptrack entries, whose number is limited
 * for each domain. At the limit map_grant_ref fails with MAPTRACK_FULL and uses
 * up nothing. A domain can map again once it has unmapped something, and no two
 * mappings have the same handle.
 *
 * No operation reports the limit, and the default is too high to be reached
 * here, so the test comes with a configuration that sets a low one.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <xtf.h>
#include <xtf/harness/gnttab_case.h>

const char test_title[] = "Grant tables: maptrack limit";

/* One entry cannot be mapped GNT_MANY times, so there are several. */
#define PER_REF 100

static struct gnttab_map_grant_ref maps[GNT_MANY];

/* Map until all maptrack entries are in use. Return the number of mappings. */
static unsigned int exhaust(void)
{
    grant_ref_t refs[GNT_MANY / PER_REF];
    unsigned int i, nr;

    for ( i = 0; i < ARRAY_SIZE(refs); ++i )
        refs[i] = gnt_grant(gnt_page[i], 0);

    for ( nr = 0; nr < GNT_MANY; ++nr )
    {
        maps[nr] = gnt_map_op(refs[nr / PER_REF], GNTMAP_host_map, NULL);
        maps[nr].host_addr = gnt_many_addr(nr);
        if ( gnt_map(&maps[nr]) != GNTST_okay )
            break;
    }

    return nr;
}

#define MAPTRACK_FULL (xen_has(XEN_MAPTRACK_FULL_IS_NO_SPACE)               \
                       ? GNTST_no_space : GNTST_no_device_space)

#define NO_LIMIT                                                            \
    "needs at most %u maptrack entries: gnttab_max_maptrack_frames=1 (Xen) " \
    "or max_maptrack_frames=1 (domain)"

GNTTAB_CASE("map_grant_ref: up to 300 mappings -> all handles distinct")
{
    static bool seen[4096];
    unsigned int i, nr = exhaust();

    memset(seen, 0, sizeof(seen));
    expect_ne(nr, 0);
    for ( i = 0; i < nr; ++i )
    {
        require_msg(maps[i].handle < ARRAY_SIZE(seen),
                    "handle of mapping %u is %u, expected less than 4096",
                    i, maps[i].handle);
        expect_false(seen[maps[i].handle]);
        seen[maps[i].handle] = true;
    }
}

GNTTAB_CASE("map_grant_ref: maptrack limit reached -> GNTST_no_space, entry as before")
{
    unsigned int nr = exhaust(), was;

    if ( nr == GNT_MANY )
        skip_case(NO_LIMIT, GNT_MANY);

    expect_gntst(maps[nr].status, MAPTRACK_FULL);
    expect_range(nr, 100, GNT_MANY);

    /* The failure uses up nothing, and the entry stays as it was. */
    was = gnttab_in_use(maps[nr].ref);
    expect_gntst(gnt_map(&maps[nr]), MAPTRACK_FULL);
    expect_hex(gnttab_in_use(maps[nr].ref), was);
    expect_false(gnt_present(_p(maps[nr].host_addr)));
}

GNTTAB_CASE("map_grant_ref: at the maptrack limit, after each of 600 unmaps -> GNTST_okay once")
{
    unsigned int nr = exhaust(), i;

    if ( nr == GNT_MANY )
        skip_case(NO_LIMIT, GNT_MANY);

    for ( i = 0; i < 600; ++i )
    {
        require_gntst(gnt_undo(&maps[7]), GNTST_okay);
        require_gntst(gnt_map(&maps[7]), GNTST_okay);
        if ( !expect_gntst(gnt_map(&maps[nr]), MAPTRACK_FULL) )
            return;
    }
}

GNTTAB_CASE("map_grant_ref: most handles freed at the maptrack limit -> all can be allocated again")
{
    unsigned int nr = exhaust(), i;

    if ( nr == GNT_MANY )
        skip_case(NO_LIMIT, GNT_MANY);

    /*
     * Unmap the last ones first. The first mapping of each entry stays, since
     * it keeps an HVM guest's page in existence.
     */
    for ( i = nr; i-- > 0; )
        if ( i % PER_REF )
            require_gntst(gnt_undo(&maps[i]), GNTST_okay);
    for ( i = 0; i < nr; ++i )
        if ( i % PER_REF )
            require_gntst(gnt_map(&maps[i]), GNTST_okay);
    expect_gntst(gnt_map(&maps[nr]), MAPTRACK_FULL);
}
