/*
 * Copying between domains: what is granted, of what is granted to the caller by
 * two others, and through a third one.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <xtf/lib.h>

#include "fixture.h"

static uint8_t got[PAGE_SIZE] __page_aligned_bss;

/* Bytes from, to and across the middle and the ends of the page. */
static const struct range { unsigned int off, len; } ranges[] = {
    { 0, PAGE_SIZE }, { 0, 1 }, { PAGE_SIZE - 1, 1 }, { 2047, 3 }, { 100, 3000 },
};

PAIRS_CASE("copy: granter's page to grantee's and back -> exactly these bytes")
{
    uint64_t ref;
    unsigned int i;

    if ( role_is(GRANTER) )
    {
        ref = grant_to(GRANTEE, gnt_page[0], 0);
        require_tell(GRANTEE, ref);
        require_meet("copied");
        expect_hex(gnttab_in_use(ref), 0);
        expect_mem(gnt_page[0], gnt_pattern(1), 2000);
        expect_mem(gnt_page[0] + 2000, gnt_pattern(0) + 2000, 2000);
        expect_mem(gnt_page[0] + 4000, gnt_pattern(1) + 4000, 96);
    }
    else if ( role_is(GRANTEE) )
    {
        require_hear(GRANTER, &ref);
        for ( i = 0; i < ARRAY_SIZE(ranges); ++i )
        {
            const struct range *r = &ranges[i];
            struct gnttab_copy copy =
                copy_from(GRANTER, ref, r->off, got, r->len);

            memset(got, 0xee, PAGE_SIZE);
            require_gntst(gnt_copy(&copy), GNTST_okay);
            expect_fill(got, 0xee, r->off);
            expect_mem(got + r->off, gnt_pattern(0) + r->off, r->len);
            expect_fill(got + r->off + r->len, 0xee,
                        PAGE_SIZE - r->off - r->len);
        }

        {
            struct gnttab_copy first = copy_to(GRANTER, ref, 0, gnt_page[1],
                                               2000);
            struct gnttab_copy last = copy_to(GRANTER, ref, 4000, gnt_page[1],
                                              96);

            expect_gntst(gnt_copy(&first), GNTST_okay);
            expect_gntst(gnt_copy(&last), GNTST_okay);
        }
        require_meet("copied");
    }
    else
    {
        role_looks_on();
        require_meet("copied");
    }
}

PAIRS_CASE("copy: GTF_readonly grant as destination -> GNTST_general_error, page unchanged")
{
    uint64_t ref;

    if ( role_is(GRANTER) )
    {
        ref = grant_to(GRANTEE, gnt_page[0], GTF_readonly);
        require_tell(GRANTEE, ref);
        require_meet("tried");
        expect_page_unchanged(0);
        expect_hex(gnttab_in_use(ref), 0);
    }
    else if ( role_is(GRANTEE) )
    {
        struct gnttab_copy copy;

        require_hear(GRANTER, &ref);
        copy = copy_to(GRANTER, ref, 0, gnt_page[1], PAGE_SIZE);
        expect_gntst(gnt_copy(&copy), GNTST_general_error);
        copy = copy_from(GRANTER, ref, 0, got, PAGE_SIZE);
        expect_gntst(gnt_copy(&copy), GNTST_okay);
        expect_mem(got, gnt_pattern(0), PAGE_SIZE);
        require_meet("tried");
    }
    else
    {
        role_looks_on();
        require_meet("tried");
    }
}

/* Neither page is the caller's. */
static void copy_between_others(void)
{
    uint64_t from, to;

    if ( role_is(GRANTER) )
    {
        from = grant_to(THIRD, gnt_page[0], GTF_readonly);
        require_tell(THIRD, from);
        require_meet("copied");
        expect_page_unchanged(0);
        expect_hex(gnttab_in_use(from), 0);
    }
    else if ( role_is(GRANTEE) )
    {
        to = grant_to(THIRD, gnt_page[1], 0);
        require_tell(THIRD, to);
        require_meet("copied");
        expect_mem(gnt_page[1], gnt_pattern(0), PAGE_SIZE);
        expect_hex(gnttab_in_use(to), 0);
    }
    else
    {
        struct gnttab_copy copy = {
            .source.domid = role_domid(GRANTER),
            .dest.domid = role_domid(GRANTEE),
            .len = PAGE_SIZE,
            .flags = GNTCOPY_source_gref | GNTCOPY_dest_gref,
        };

        require_hear(GRANTER, &from);
        require_hear(GRANTEE, &to);
        copy.source.u.ref = from;
        copy.dest.u.ref = to;
        expect_gntst(gnt_copy(&copy), GNTST_okay);
        require_meet("copied");
    }
}

PAIRS_CASE("copy: third, granter's page to grantee's page -> bytes copied")
{
    copy_between_others();
}

PAIRS_CASE_MIXED("copy: third, granter's page to grantee's page -> bytes copied")
{
    copy_between_others();
}

PAIRS_CASE_V2("copy: sub-page grant to another domain -> its bytes only")
{
    uint64_t ref;

    if ( role_is(GRANTER) )
    {
        ref = gnt_ref();
        gnttab_publish_sub_page(ref, role_domid(GRANTEE),
                                virt_to_gfn(gnt_page[0]), 0, 256, 512);
        require_tell(GRANTEE, ref);
        require_meet("tried");
        expect_page_unchanged(0);
        expect_hex(gnttab_in_use(ref), 0);
    }
    else if ( role_is(GRANTEE) )
    {
        struct gnttab_map_grant_ref map;
        struct gnttab_copy copy;

        require_hear(GRANTER, &ref);
        copy = copy_from(GRANTER, ref, 256, got, 512);
        expect_gntst(gnt_copy(&copy), GNTST_okay);
        expect_mem(got + 256, gnt_pattern(0) + 256, 512);
        copy = copy_from(GRANTER, ref, 255, got, 1);
        expect_gntst(gnt_copy(&copy), GNTST_general_error);
        copy = copy_to(GRANTER, ref, 768, got, 1);
        expect_gntst(gnt_copy(&copy), GNTST_general_error);
        map = map_of(GRANTER, ref, GNTMAP_host_map, gnt_at());
        expect_gntst(gnt_map(&map), GNTST_general_error);
        require_meet("tried");
    }
    else
    {
        role_looks_on();
        require_meet("tried");
    }
}

/*
 * The granter grants a page, or bytes of it, to the grantee, which lets the
 * third one copy by an entry of its own.
 */
static void copy_through(unsigned int off, unsigned int len)
{
    uint64_t ref, through;

    if ( role_is(GRANTER) )
    {
        ref = gnt_ref();
        if ( len == PAGE_SIZE )
            gnttab_publish(ref, role_domid(GRANTEE), virt_to_gfn(gnt_page[0]),
                           GTF_permit_access);
        else
            gnttab_publish_sub_page(ref, role_domid(GRANTEE),
                                    virt_to_gfn(gnt_page[0]), 0, off, len);
        require_tell(GRANTEE, ref);
        require_tell(THIRD, ref);
        require_meet("copied");
        expect_mem(gnt_page[0], gnt_pattern(0), off);
        expect_mem(gnt_page[0] + off, gnt_pattern(1) + off, len);
        expect_mem(gnt_page[0] + off + len, gnt_pattern(0) + off + len,
                   PAGE_SIZE - off - len);
        expect_hex(gnttab_in_use(ref), 0);
    }
    else if ( role_is(GRANTEE) )
    {
        require_hear(GRANTER, &ref);
        through = gnt_ref();
        gnttab_publish_transitive(through, role_domid(THIRD), 0,
                                  role_domid(GRANTER), ref);
        require_tell(THIRD, through);
        require_meet("copied");
        expect_hex(gnttab_in_use(through), 0);
    }
    else
    {
        struct gnttab_map_grant_ref map;
        struct gnttab_copy copy;

        require_hear(GRANTER, &ref);
        require_hear(GRANTEE, &through);

        /* The entry behind it is for the grantee alone. */
        copy = copy_from(GRANTER, ref, off, got, len);
        expect_gntst(gnt_copy(&copy), GNTST_general_error);
        map = map_of(GRANTEE, through, GNTMAP_host_map, gnt_at());
        expect_gntst(gnt_map(&map), GNTST_general_error);

        memset(got, 0xee, PAGE_SIZE);
        copy = copy_from(GRANTEE, through, off, got, len);
        expect_gntst(gnt_copy(&copy), GNTST_okay);
        expect_mem(got + off, gnt_pattern(0) + off, len);
        if ( len < PAGE_SIZE )
        {
            copy = copy_from(GRANTEE, through, off - 1, got, 1);
            expect_gntst(gnt_copy(&copy), GNTST_general_error);
            copy = copy_to(GRANTEE, through, off + len, got, 1);
            expect_gntst(gnt_copy(&copy), GNTST_general_error);
        }
        copy = copy_to(GRANTEE, through, off, gnt_page[1], len);
        expect_gntst(gnt_copy(&copy), GNTST_okay);
        require_meet("copied");
    }
}

PAIRS_CASE_V2("copy: transitive grant through grantee -> granter's page, both ways")
{
    copy_through(0, PAGE_SIZE);
}

PAIRS_CASE_V2("copy: transitive grant of a sub-page grant -> its bytes only")
{
    copy_through(512, 1000);
}
