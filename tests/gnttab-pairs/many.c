/*
 * Many mappings of another domain's pages at a time.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <xtf/lib.h>

#include "fixture.h"

/* Of each page, fewer than the 255 that an entry can count. */
#define PER_PAGE   (GNT_MANY / GNT_PAGES)

PAIRS_CASE("map_grant_ref: page mapped twice, one unmapped -> in use until the other is")
{
    uint64_t ref;

    if ( role_is(GRANTER) )
    {
        ref = grant_to(GRANTEE, gnt_page[0], 0);
        require_tell(GRANTEE, ref);
        require_meet("mapped twice");
        expect_hex(gnttab_in_use(ref), GTF_reading | GTF_writing);
        require_meet("seen");
        require_meet("one unmapped");
        expect_hex(gnttab_in_use(ref), GTF_reading | GTF_writing);
        require_meet("seen");
        require_meet("both unmapped");
        expect_hex(gnttab_in_use(ref), 0);
    }
    else if ( role_is(GRANTEE) )
    {
        uint8_t *a = gnt_at(), *b = gnt_at();
        struct gnttab_map_grant_ref first, second;

        require_hear(GRANTER, &ref);
        first = map_of(GRANTER, ref, GNTMAP_host_map, a);
        require_gntst(gnt_map(&first), GNTST_okay);
        second = map_of(GRANTER, ref, GNTMAP_host_map, b);
        require_gntst(gnt_map(&second), GNTST_okay);
        expect_ne(first.handle, second.handle);
        a[7] = 0x77;
        expect_hex(b[7], 0x77);
        require_meet("mapped twice");
        require_meet("seen");
        expect_gntst(gnt_undo(&first), GNTST_okay);
        expect_false(gnt_present(a));
        expect_hex(b[7], 0x77);
        require_meet("one unmapped");
        require_meet("seen");
        expect_gntst(gnt_undo(&second), GNTST_okay);
        require_meet("both unmapped");
    }
    else
    {
        role_looks_on();
        require_meet("mapped twice");
        require_meet("seen");
        require_meet("one unmapped");
        require_meet("seen");
        require_meet("both unmapped");
    }
}

/* Every second one is unmapped first, in descending order. */
static void map_many(void)
{
    static struct gnttab_map_grant_ref maps[GNT_MANY];
    static struct gnttab_unmap_grant_ref unmaps[GNT_MANY];
    uint64_t refs[GNT_PAGES];
    unsigned int i, nr = 0;

    for ( i = 0; i < GNT_PAGES; ++i )
        require_hear(GRANTER, &refs[i]);

    for ( i = 0; i < GNT_MANY; ++i )
    {
        maps[i] = map_of(GRANTER, refs[i % GNT_PAGES],
                         GNTMAP_host_map | (i & 8 ? GNTMAP_readonly : 0),
                         NULL);
        maps[i].host_addr = gnt_many_addr(i);
    }
    require_ok(gnt_map_batch(maps, GNT_MANY));
    for ( i = 0; i < GNT_MANY; ++i )
        nr += maps[i].status == GNTST_okay;
    expect_eq(nr, GNT_MANY);
    require_meet("mapped");
    require_meet("seen");

    for ( i = 0, nr = 0; i < GNT_MANY; i += 2 )
        unmaps[nr++] = gnt_unmap_op(&maps[GNT_MANY - 1 - i]);
    for ( i = 1; i < GNT_MANY; i += 2 )
        unmaps[nr++] = gnt_unmap_op(&maps[GNT_MANY - 1 - i]);
    require_ok(gnt_unmap_batch(unmaps, GNT_MANY / 2));
    require_meet("half of them unmapped");
    require_meet("seen");
    require_ok(gnt_unmap_batch(&unmaps[GNT_MANY / 2], GNT_MANY / 2));
    for ( i = 0, nr = 0; i < GNT_MANY; ++i )
        nr += unmaps[i].status == GNTST_okay;
    expect_eq(nr, GNT_MANY);
    require_meet("unmapped");
}

PAIRS_CASE("map_grant_ref: 300 mappings of another domain's pages -> counted per entry")
{
    grant_ref_t refs[GNT_PAGES];
    unsigned int i;

    if ( role_is(GRANTEE) )
    {
        map_many();
        return;
    }

    if ( role_is(THIRD) )
        role_looks_on();
    for ( i = 0; role_is(GRANTER) && i < GNT_PAGES; ++i )
    {
        refs[i] = grant_to(GRANTEE, gnt_page[i], 0);
        require_tell(GRANTEE, refs[i]);
    }
    require_meet("mapped");
    for ( i = 0; role_is(GRANTER) && i < GNT_PAGES; ++i )
        expect_hex(gnttab_in_use(refs[i]), GTF_reading | GTF_writing);
    require_meet("seen");
    require_meet("half of them unmapped");
    for ( i = 0; role_is(GRANTER) && i < GNT_PAGES; ++i )
        expect_eq(gnttab_in_use(refs[i]) != 0, !(i & 1));
    require_meet("seen");
    require_meet("unmapped");
    for ( i = 0; role_is(GRANTER) && i < GNT_PAGES; ++i )
        expect_hex(gnttab_in_use(refs[i]), 0);
}
