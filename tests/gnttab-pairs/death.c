/*
 * The end of a domain that maps pages of others and has a page that is mapped.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <xtf/core/time.h>
#include <xtf/hypercall.h>
#include <xtf/lib.h>

#include "fixture.h"

/* The last case of the third role. */
#undef XTF_CASE_STAGE
#define XTF_CASE_STAGE 1

/* GNTTABOP_query_size, which an unprivileged domain may not ask of others. */
static int status_of(unsigned int role)
{
    struct gnttab_query_size op = { .dom = role_domid(role) };

    return hypercall_grant_table_op(GNTTABOP_query_size, &op, 1) ?: op.status;
}

/* It ends with everything mapped and granted as it is. */
static void die(void)
{
    static uint8_t page[PAGE_SIZE] __page_aligned_bss;
    struct gnttab_map_grant_ref map;
    uint64_t rw, ro;
    int own = gnttab_alloc_ref();
    unsigned int i;

    require_true(own >= 0);
    memset(page, 0x99, PAGE_SIZE);
    gnttab_publish(own, role_domid(GRANTEE), virt_to_gfn(page),
                   GTF_permit_access);
    require_tell(GRANTEE, own);

    require_hear(GRANTER, &rw);
    require_hear(GRANTER, &ro);
    for ( i = 0; i < 3; ++i )
    {
        map = map_of(GRANTER, rw, GNTMAP_host_map, gnt_at());
        require_gntst(gnt_map(&map), GNTST_okay);
        gnt_forget(map.handle);
        map = map_of(GRANTER, ro, GNTMAP_host_map | GNTMAP_readonly,
                     gnt_at());
        require_gntst(gnt_map(&map), GNTST_okay);
        gnt_forget(map.handle);
    }
    expect_eq(i, 3);
    require_meet("mapped");
    require_meet("seen");
    role_leave();
}

static void survive_as_granter(void)
{
    grant_ref_t rw = grant_to(THIRD, gnt_page[0], 0);
    grant_ref_t ro = grant_to(THIRD, gnt_page[1], GTF_readonly);
    struct time_wait wait = {};

    require_tell(THIRD, rw);
    require_tell(THIRD, ro);
    require_meet("mapped");
    expect_hex(gnttab_in_use(rw), GTF_reading | GTF_writing);
    expect_hex(gnttab_in_use(ro), GTF_reading);
    require_meet("seen");

    while ( (gnttab_in_use(rw) || gnttab_in_use(ro)) && time_wait(&wait) )
        ;
    expect_hex(gnttab_in_use(rw), 0);
    expect_hex(gnttab_in_use(ro), 0);
    expect_page_unchanged(0);
    expect_page_unchanged(1);
    require_tell(GRANTEE, 0);
}

static void survive_as_grantee(void)
{
    uint8_t *at = gnt_at();
    struct gnttab_map_grant_ref map, again;
    struct time_wait wait = {};
    uint64_t ref, word;

    require_hear(THIRD, &ref);
    map = map_of(THIRD, ref, GNTMAP_host_map, at);
    require_gntst(gnt_map(&map), GNTST_okay);
    require_meet("mapped");
    require_meet("seen");
    require_hear(GRANTER, &word);

    /* The domain has lost its memory, but for this page, and is there still. */
    expect_fill(at, 0x99, PAGE_SIZE);
    memset(at, 0x66, PAGE_SIZE);
    expect_fill(at, 0x66, PAGE_SIZE);
    expect_gntst(status_of(THIRD), GNTST_permission_denied);
    expect_gntst(gnt_undo(&map), GNTST_okay);

    while ( status_of(THIRD) != GNTST_bad_domain && time_wait(&wait) )
        ;
    expect_gntst(status_of(THIRD), GNTST_bad_domain);
    again = map_of(THIRD, ref, GNTMAP_host_map, at);
    expect_gntst(gnt_map(&again), GNTST_bad_domain);
    expect_false(gnt_present(at));
}

PAIRS_CASE_V1("destroydomain: third maps and is mapped -> granter's entries free, its page stays")
{
    if ( role_is(GRANTER) )
        survive_as_granter();
    else if ( role_is(GRANTEE) )
        survive_as_grantee();
    else
        die();
}
