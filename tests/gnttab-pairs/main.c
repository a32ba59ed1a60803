/**
 * @file tests/gnttab-pairs/main.c
 * @ref test-gnttab-pairs
 *
 * @page test-gnttab-pairs Grants between domains of different environments
 *
 * Three domains, each a whole kernel in an environment of its own, grant pages
 * to each other: the bytes are shared, each side sees what the other one does,
 * and a grant is good for the domain that it names and for as long as it says.
 * A domain ends while it maps a page and while its page is mapped.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <xtf.h>

#include "fixture.h"

const char test_title[] =
    "Grants between domains of different environments";

const char test_roles[] = TEST_ROLES;

/* In the one or the other direction; the third role only comes to meetings. */
static void share(unsigned int from, unsigned int to)
{
    uint64_t ref = 0;

    if ( !role_is(from) && !role_is(to) )
        role_looks_on();

    if ( role_is(from) )
    {
        ref = grant_to(to, gnt_page[0], 0);
        expect_hex(gnttab_in_use(ref), 0);
        require_tell(to, ref);
    }
    else if ( role_is(to) )
    {
        uint8_t *at = gnt_at();
        struct gnttab_map_grant_ref map;

        require_hear(from, &ref);
        map = map_of(from, ref, GNTMAP_host_map, at);
        require_gntst(gnt_map(&map), GNTST_okay);
        expect_mem(at, gnt_pattern(0), PAGE_SIZE);
        memset(at, 0x11, PAGE_SIZE);
        require_meet("written by the mapping domain");
        require_meet("written by the granting domain");
        expect_fill(at, 0x22, PAGE_SIZE);
        expect_gntst(gnt_undo(&map), GNTST_okay);
        expect_false(gnt_present(at));
        require_meet("unmapped");
        return;
    }

    require_meet("written by the mapping domain");
    if ( role_is(from) )
    {
        expect_hex(gnttab_in_use(ref), GTF_reading | GTF_writing);
        expect_errno(gnttab_revoke(ref), -EBUSY);
        expect_fill(gnt_page[0], 0x11, PAGE_SIZE);
        memset(gnt_page[0], 0x22, PAGE_SIZE);
    }
    require_meet("written by the granting domain");
    require_meet("unmapped");
    if ( role_is(from) )
    {
        expect_hex(gnttab_in_use(ref), 0);
        expect_ok(gnttab_revoke(ref));
    }
}

PAIRS_CASE("map_grant_ref: granter's page in grantee -> bytes shared")
{
    share(GRANTER, GRANTEE);
}

PAIRS_CASE("map_grant_ref: grantee's page in granter -> bytes shared")
{
    share(GRANTEE, GRANTER);
}

PAIRS_CASE("map_grant_ref: third's page in granter -> bytes shared")
{
    share(THIRD, GRANTER);
}

PAIRS_CASE_MIXED("map_grant_ref: tables of different versions -> bytes shared")
{
    share(GRANTER, GRANTEE);
    share(THIRD, GRANTER);
}
