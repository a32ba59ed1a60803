/*
 * Cases with the driver of zephyr.c at both ends.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <xtf/lib.h>

#include <xen/errno.h>

#include "fixture.h"
#include "zephyr.h"

static void drive(unsigned int front, unsigned int back)
{
    static struct backend backend;
    unsigned int refs[BACKEND_PAGES], i;
    uint64_t word;

    if ( role_is(front) )
    {
        for ( i = 0; i < BACKEND_PAGES; ++i )
        {
            int ref = frontend_share(role_domid(back), gnt_page[i]);

            require_true(ref >= GNTTAB_NR_RESERVED_ENTRIES);
            refs[i] = ref;
            require_tell(back, ref);
        }
        require_meet("mapped");
        for ( i = 0; i < BACKEND_PAGES; ++i )
        {
            expect_errno(frontend_end(refs[i]), -EBUSY);
            expect_fill(gnt_page[i], 0x10 + i, PAGE_SIZE);
        }
        require_meet("seen");
        require_meet("unmapped");
        for ( i = 0; i < BACKEND_PAGES; ++i )
            expect_ok(frontend_end(refs[i]));
        require_meet("ended");
    }
    else if ( role_is(back) )
    {
        for ( i = 0; i < BACKEND_PAGES; ++i )
        {
            require_hear(front, &word);
            refs[i] = word;
        }
        require_eq(backend_map(&backend, role_domid(front), refs,
                               BACKEND_PAGES), 0);
        for ( i = 0; i < BACKEND_PAGES; ++i )
        {
            expect_mem(backend.page[i], gnt_pattern(i), PAGE_SIZE);
            memset(backend.page[i], 0x10 + i, PAGE_SIZE);
        }
        require_meet("mapped");
        require_meet("seen");
        expect_eq(backend_unmap(&backend, BACKEND_PAGES), 0);
        require_meet("unmapped");
        require_meet("ended");

        /* An entry that has been ended is invalid. */
        expect_eq(backend_map(&backend, role_domid(front), refs, 1),
                  GNTST_general_error);
        expect_str(backend.error, gnttabop_error(GNTST_general_error));
        gnttab_put_page(backend.page[0]);
    }
    else
    {
        role_looks_on();
        require_meet("mapped");
        require_meet("seen");
        require_meet("unmapped");
        require_meet("ended");
    }
}

PAIRS_CASE("Zephyr's calls: granter is the frontend, grantee the backend -> pages shared")
{
    drive(GRANTER, GRANTEE);
}

PAIRS_CASE("Zephyr's calls: grantee is the frontend, granter the backend -> pages shared")
{
    drive(GRANTEE, GRANTER);
}

PAIRS_CASE("gnttab_alloc_and_grant: read-only -> zeroed page, entry for dom0")
{
    void *page = NULL;
    int ref = frontend_alloc(&page);

    require_true(ref >= GNTTAB_NR_RESERVED_ENTRIES);
    expect_fill(page, 0, PAGE_SIZE);
    if ( gnttab_version() == 1 )
    {
        expect_eq(gnttab_v1[ref].domid, 0);
        expect_hex(gnttab_v1[ref].flags, GTF_permit_access | GTF_readonly);
        expect_eq(gnttab_v1[ref].frame, virt_to_gfn(page));
    }
    else
    {
        expect_eq(gnttab_v2[ref].hdr.domid, 0);
        expect_hex(gnttab_v2[ref].hdr.flags, GTF_permit_access | GTF_readonly);
        expect_eq(gnttab_v2[ref].full_page.frame, virt_to_gfn(page));
    }
    expect_ok(frontend_end(ref));
}
