/*
 * Whom a grant lets map the page, how, and until when.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <xtf/lib.h>
#include <xtf/traps.h>

#include "fixture.h"

/*
 * An access that must not change the page of the other domain.  On shadow
 * paging, as this environment runs under TCG, Xen would retry the write of
 * another domain's page for ever: docs/findings.md.
 */
static void write_to_readonly(uint8_t *at)
{
    if ( IS_DEFINED(CONFIG_PV) )
        expect_exception(gnt_probe_write(at, 0x55), EXINFO_READONLY_PAGE);
    else if ( !IS_DEFINED(CONFIG_ENV_hvm32pae) )
        gnt_probe_write(at, 0x55);
}

PAIRS_CASE("map_grant_ref: GTF_readonly grant mapped writable -> GNTST_general_error")
{
    uint64_t ref;

    if ( role_is(GRANTER) )
    {
        ref = grant_to(GRANTEE, gnt_page[0], GTF_readonly);
        require_tell(GRANTEE, ref);
        require_meet("mapped");
        expect_hex(gnttab_in_use(ref), GTF_reading);
        expect_page_unchanged(0);
    }
    else if ( role_is(GRANTEE) )
    {
        uint8_t *at = gnt_at();
        struct gnttab_map_grant_ref map;

        require_hear(GRANTER, &ref);
        map = map_of(GRANTER, ref, GNTMAP_host_map, at);
        expect_gntst(gnt_map(&map), GNTST_general_error);
        expect_false(gnt_present(at));

        map = map_of(GRANTER, ref, GNTMAP_host_map | GNTMAP_readonly, at);
        require_gntst(gnt_map(&map), GNTST_okay);
        expect_mem(at, gnt_pattern(0), PAGE_SIZE);
        write_to_readonly(at);
        expect_mem(at, gnt_pattern(0), PAGE_SIZE);
        require_meet("mapped");
    }
    else
    {
        role_looks_on();
        require_meet("mapped");
    }
}

/* The granter must not revoke so, but it does. */
PAIRS_CASE("map_grant_ref: entry cleared while mapped -> mapping stays, no new one")
{
    uint64_t ref;

    if ( role_is(GRANTER) )
    {
        ref = grant_to(GRANTEE, gnt_page[0], 0);
        require_tell(GRANTEE, ref);
        require_meet("mapped");
        if ( gnttab_version() == 1 )
            ACCESS_ONCE(gnttab_v1[ref].flags) = 0;
        else
            ACCESS_ONCE(gnttab_v2[ref].hdr.flags) = 0;
        require_meet("cleared");
        require_meet("unmapped");
        expect_hex(gnttab_in_use(ref), 0);
        expect_fill(gnt_page[0], 0x33, PAGE_SIZE);
        require_meet("refused");
        expect_hex(gnttab_in_use(ref), 0);
    }
    else if ( role_is(GRANTEE) )
    {
        uint8_t *at = gnt_at();
        struct gnttab_map_grant_ref map, again;

        require_hear(GRANTER, &ref);
        map = map_of(GRANTER, ref, GNTMAP_host_map, at);
        require_gntst(gnt_map(&map), GNTST_okay);
        require_meet("mapped");
        require_meet("cleared");
        expect_mem(at, gnt_pattern(0), PAGE_SIZE);
        memset(at, 0x33, PAGE_SIZE);
        expect_gntst(gnt_undo(&map), GNTST_okay);
        require_meet("unmapped");
        again = map_of(GRANTER, ref, GNTMAP_host_map, at);
        expect_gntst(gnt_map(&again), GNTST_general_error);
        again = map_of(GRANTER, ref, GNTMAP_host_map | GNTMAP_readonly, at);
        expect_gntst(gnt_map(&again), GNTST_general_error);
        expect_false(gnt_present(at));
        require_meet("refused");
    }
    else
    {
        role_looks_on();
        require_meet("mapped");
        require_meet("cleared");
        require_meet("unmapped");
        require_meet("refused");
    }
}

PAIRS_CASE("map_grant_ref: third maps what is granted to grantee -> GNTST_general_error")
{
    uint64_t ref;

    if ( role_is(GRANTER) )
    {
        ref = grant_to(GRANTEE, gnt_page[0], 0);
        require_tell(GRANTEE, ref);
        require_tell(THIRD, ref);
        require_meet("tried");
        expect_hex(gnttab_in_use(ref), 0);
        require_meet("seen");
        require_meet("mapped by grantee");
        require_meet("tried again");
        expect_hex(gnttab_in_use(ref), GTF_reading | GTF_writing);
        expect_page_unchanged(0);
    }
    else if ( role_is(GRANTEE) )
    {
        uint8_t *at = gnt_at();
        struct gnttab_map_grant_ref map;

        require_hear(GRANTER, &ref);
        require_meet("tried");
        require_meet("seen");
        map = map_of(GRANTER, ref, GNTMAP_host_map, at);
        require_gntst(gnt_map(&map), GNTST_okay);
        require_meet("mapped by grantee");
        require_meet("tried again");
        expect_mem(at, gnt_pattern(0), PAGE_SIZE);
    }
    else
    {
        uint8_t *at = gnt_at();
        struct gnttab_map_grant_ref map;
        struct gnttab_copy copy;

        require_hear(GRANTER, &ref);
        map = map_of(GRANTER, ref, GNTMAP_host_map, at);
        expect_gntst(gnt_map(&map), GNTST_general_error);
        copy = copy_from(GRANTER, ref, 0, gnt_page[1], PAGE_SIZE);
        expect_gntst(gnt_copy(&copy), GNTST_general_error);
        require_meet("tried");
        require_meet("seen");
        require_meet("mapped by grantee");
        map = map_of(GRANTER, ref, GNTMAP_host_map | GNTMAP_readonly, at);
        expect_gntst(gnt_map(&map), GNTST_general_error);
        copy = copy_to(GRANTER, ref, 0, gnt_page[1], PAGE_SIZE);
        expect_gntst(gnt_copy(&copy), GNTST_general_error);
        expect_false(gnt_present(at));
        expect_page_unchanged(1);
        require_meet("tried again");
    }
}

/* What the grantee passes on is its own grant, not the granter's. */
PAIRS_CASE("map_grant_ref: grantee grants the frame that it maps to third -> refused")
{
    uint64_t ref;

    if ( role_is(GRANTER) )
    {
        ref = grant_to(GRANTEE, gnt_page[0], 0);
        require_tell(GRANTEE, ref);
        require_meet("tried");
        expect_page_unchanged(0);
    }
    else if ( role_is(GRANTEE) )
    {
        uint8_t *at = gnt_at();
        struct gnttab_map_grant_ref map;
        grant_ref_t own = gnt_ref();

        require_hear(GRANTER, &ref);
        map = map_of(GRANTER, ref, GNTMAP_host_map, at);
        require_gntst(gnt_map(&map), GNTST_okay);
        gnttab_publish(own, role_domid(THIRD),
                       IS_DEFINED(CONFIG_PV) ? map.dev_bus_addr >> PAGE_SHIFT
                                             : virt_to_gfn(at),
                       GTF_permit_access);
        require_tell(THIRD, own);
        require_meet("tried");
        expect_hex(gnttab_in_use(own), 0);
    }
    else
    {
        uint8_t *at = gnt_at();
        struct gnttab_map_grant_ref map;

        require_hear(GRANTEE, &ref);
        map = map_of(GRANTEE, ref, GNTMAP_host_map, at);
        expect_true(gnt_map(&map) < 0);
        expect_false(gnt_present(at));
        require_meet("tried");
    }
}
