/**
 * @file tests/gnttab-handles/main.c
 * @ref test-gnttab-handles
 *
 * @page test-gnttab-handles Grant tables: running out of handles
 *
 * Xen tracks a domain's mappings by handles, and limits them for each domain.
 * A domain at its limit is told so by NO_HANDLES, and goes on: whatever it
 * unmaps, it can map again, and no two mappings have the same handle.
 *
 * The limit cannot be asked for, and by default it is beyond what can be tried
 * here, so the test comes with a configuration that has a low one.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <xtf/gnttab_case.h>
#include <xtf.h>

const char test_title[] = "Grant tables: running out of handles";

/* A grant cannot be mapped as often as that, so these are several. */
#define PER_REF 100

static struct gnttab_map_grant_ref maps[GNT_MANY];

/* Map until there are no handles left.  The number of mappings. */
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

/* Older releases have one status for lacking space of any kind. */
#define NO_HANDLES (xen_has(XEN_MAPTRACK_FULL_IS_NO_SPACE)                  \
                    ? GNTST_no_space : GNTST_no_device_space)

#define NO_LIMIT                                                        \
    "There are more than %u handles: this needs "                       \
    "gnttab_max_maptrack_frames=1 (Xen) or max_maptrack_frames=1 (domain)"

GNTTAB_CASE("handles: no two are the same")
{
    static bool seen[4096];
    unsigned int i, nr = exhaust();

    memset(seen, 0, sizeof(seen));
    expect_ne(nr, 0);
    for ( i = 0; i < nr; ++i )
    {
        require_msg(maps[i].handle < ARRAY_SIZE(seen),
                    "mapping %u has the handle %u", i, maps[i].handle);
        expect_false(seen[maps[i].handle]);
        seen[maps[i].handle] = true;
    }
}

GNTTAB_CASE("handles: none is left")
{
    unsigned int nr = exhaust(), was;

    if ( nr == GNT_MANY )
        skip_case(NO_LIMIT, GNT_MANY);

    expect_gntst(maps[nr].status, NO_HANDLES);
    expect_range(nr, 100, GNT_MANY);

    /* A refusal uses up nothing, and the entry stays as it was. */
    was = gnttab_in_use(maps[nr].ref);
    expect_gntst(gnt_map(&maps[nr]), NO_HANDLES);
    expect_hex(gnttab_in_use(maps[nr].ref), was);
    expect_false(gnt_present(_p(maps[nr].host_addr)));
}

GNTTAB_CASE("handles: what is given back can be used again")
{
    unsigned int nr = exhaust(), i;

    if ( nr == GNT_MANY )
        skip_case(NO_LIMIT, GNT_MANY);

    for ( i = 0; i < 600; ++i )
    {
        require_gntst(gnt_undo(&maps[7]), GNTST_okay);
        require_gntst(gnt_map(&maps[7]), GNTST_okay);
        if ( !expect_gntst(gnt_map(&maps[nr]), NO_HANDLES) )
            return;
    }
}

GNTTAB_CASE("handles: all are there again after all have been used")
{
    unsigned int nr = exhaust(), i;

    if ( nr == GNT_MANY )
        skip_case(NO_LIMIT, GNT_MANY);

    /* Last ones first; an HVM guest's pages must not go away meanwhile. */
    for ( i = nr; i-- > 0; )
        if ( i % PER_REF )
            require_gntst(gnt_undo(&maps[i]), GNTST_okay);
    for ( i = 0; i < nr; ++i )
        if ( i % PER_REF )
            require_gntst(gnt_map(&maps[i]), GNTST_okay);
    expect_gntst(gnt_map(&maps[nr]), NO_HANDLES);
}
