/*
 * Invalid map requests, each with one fault, and what they must leave
 * unchanged.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <xtf.h>
#include <xtf/harness/gnttab_case.h>
#include <xtf/mm/page.h>

/*
 * The request fails with this status; neither the entry nor the address is in
 * use afterwards.
 */
static void expect_map_refused(struct gnttab_map_grant_ref *map, int status)
{
    const void *at = _p(map->host_addr);

    expect_gntst(gnt_map(map), status);
    if ( map->ref < gnttab_nr_entries() )
        expect_hex(gnttab_in_use(map->ref), 0);
    expect_false(gnt_present(at));
    expect_page_unchanged(0);
}

GNTTAB_CASE("map_grant_ref: dom is unallocated or reserved, DOMID_SELF included -> GNTST_bad_domain")
{
    static const domid_t ids[] = {
        NO_DOMAIN, DOMID_SELF, DOMID_IO, DOMID_XEN, DOMID_COW,
        DOMID_INVALID, 0xffff,
    };
    struct gnttab_map_grant_ref map =
        gnt_map_op(gnt_grant(gnt_page[0], 0), GNTMAP_host_map, gnt_at());
    unsigned int i;

    for ( i = 0; i < ARRAY_SIZE(ids); ++i )
    {
        map.dom = ids[i];
        expect_map_refused(&map, GNTST_bad_domain);
    }
}

GNTTAB_CASE("map_grant_ref: reference beyond the table -> GNTST_bad_gntref")
{
    struct gnttab_map_grant_ref map = gnt_map_op(0, GNTMAP_host_map, gnt_at());

    map.ref = gnttab_nr_entries();
    expect_map_refused(&map, GNTST_bad_gntref);
    map.ref = ~0u;
    expect_map_refused(&map, GNTST_bad_gntref);
    map.ref = 1u << 31;
    expect_map_refused(&map, GNTST_bad_gntref);
}

GNTTAB_CASE("map_grant_ref: neither GNTMAP_host_map nor GNTMAP_device_map -> GNTST_bad_gntref")
{
    struct gnttab_map_grant_ref map =
        gnt_map_op(gnt_grant(gnt_page[0], 0), 0, gnt_at());

    expect_map_refused(&map, GNTST_bad_gntref);
    map.flags = GNTMAP_readonly;
    expect_map_refused(&map, GNTST_bad_gntref);
}

GNTTAB_CASE("map_grant_ref: entry is GTF_invalid -> GNTST_general_error")
{
    grant_ref_t ref = gnt_ref();
    struct gnttab_map_grant_ref map =
        gnt_map_op(ref, GNTMAP_host_map, gnt_at());

    gnttab_publish(ref, gnt_self(), virt_to_gfn(gnt_page[0]), GTF_invalid);
    expect_map_refused(&map, GNTST_general_error);

    /* The access flags do not make it valid. */
    gnttab_publish(ref, gnt_self(), virt_to_gfn(gnt_page[0]),
                   GTF_invalid | GTF_readonly);
    map.flags |= GNTMAP_readonly;
    expect_map_refused(&map, GNTST_general_error);
}

GNTTAB_CASE("map_grant_ref: entry is GTF_accept_transfer -> GNTST_general_error")
{
    grant_ref_t ref = gnt_ref();
    struct gnttab_map_grant_ref map =
        gnt_map_op(ref, GNTMAP_host_map, gnt_at());

    gnttab_publish(ref, gnt_self(), virt_to_gfn(gnt_page[0]),
                   GTF_accept_transfer);
    expect_map_refused(&map, GNTST_general_error);

    map.flags |= GNTMAP_readonly;
    expect_map_refused(&map, GNTST_general_error);
}

GNTTAB_CASE_V1("map_grant_ref: entry is GTF_transitive in version 1 -> GNTST_general_error")
{
    grant_ref_t ref = gnt_ref();
    struct gnttab_map_grant_ref map =
        gnt_map_op(ref, GNTMAP_host_map, gnt_at());

    gnttab_publish(ref, gnt_self(), virt_to_gfn(gnt_page[0]), GTF_transitive);
    expect_map_refused(&map, GNTST_general_error);
    expect_hex(gnttab_v1[ref].flags, GTF_transitive);
}

GNTTAB_CASE_V1("map_grant_ref: GTF_sub_page in version 1 -> GNTST_general_error")
{
    grant_ref_t ref = gnt_ref();
    struct gnttab_map_grant_ref map =
        gnt_map_op(ref, GNTMAP_host_map, gnt_at());

    gnttab_publish(ref, gnt_self(), virt_to_gfn(gnt_page[0]),
                   GTF_permit_access | GTF_sub_page);
    expect_map_refused(&map, GNTST_general_error);
    map.flags |= GNTMAP_readonly;
    expect_map_refused(&map, GNTST_general_error);
    expect_hex(gnttab_v1[ref].flags, GTF_permit_access | GTF_sub_page);
}

GNTTAB_CASE_V2("map_grant_ref: transitive grant -> GNTST_general_error")
{
    grant_ref_t ref = gnt_ref();
    struct gnttab_map_grant_ref map =
        gnt_map_op(ref, GNTMAP_host_map, gnt_at());

    /*
     * The referenced gref lies where other entries hold their frame. A gref
     * that is valid as a frame leaves the type as the only fault.
     */
    gnttab_publish_transitive(ref, gnt_self(), 0, gnt_self(),
                              virt_to_gfn(gnt_page[0]));
    expect_map_refused(&map, GNTST_general_error);
    map.flags |= GNTMAP_readonly;
    expect_map_refused(&map, GNTST_general_error);
}

GNTTAB_CASE_V2("map_grant_ref: sub-page grant -> GNTST_general_error")
{
    grant_ref_t ref = gnt_ref();
    struct gnttab_map_grant_ref map =
        gnt_map_op(ref, GNTMAP_host_map, gnt_at());

    /* A sub-page grant can only be copied, even if it covers the whole page. */
    gnttab_publish_sub_page(ref, gnt_self(), virt_to_gfn(gnt_page[0]), 0,
                            0, PAGE_SIZE);
    expect_map_refused(&map, GNTST_general_error);
    map.flags |= GNTMAP_readonly;
    expect_map_refused(&map, GNTST_general_error);
}

GNTTAB_CASE("map_grant_ref: entry's domid is another domain or DOMID_SELF -> GNTST_general_error")
{
    grant_ref_t ref = gnt_ref();
    struct gnttab_map_grant_ref map =
        gnt_map_op(ref, GNTMAP_host_map, gnt_at());

    gnttab_publish(ref, gnt_self() + 1, virt_to_gfn(gnt_page[0]),
                   GTF_permit_access);
    expect_map_refused(&map, GNTST_general_error);

    /* DOMID_SELF in an entry is not the granting domain. */
    gnttab_publish(ref, DOMID_SELF, virt_to_gfn(gnt_page[0]),
                   GTF_permit_access);
    expect_map_refused(&map, GNTST_general_error);
}

GNTTAB_CASE("map_grant_ref: granted frame is invalid -> GNTST_bad_page")
{
    grant_ref_t ref = gnt_ref();
    struct gnttab_map_grant_ref map =
        gnt_map_op(ref, GNTMAP_host_map, gnt_at());

    gnttab_publish(ref, gnt_self(), 0x7ffffff0, GTF_permit_access);
    expect_map_refused(&map, GNTST_bad_page);
    map.flags |= GNTMAP_readonly;
    expect_map_refused(&map, GNTST_bad_page);
}

#ifdef CONFIG_HVM
GNTTAB_CASE("map_grant_ref: granted GFN is unpopulated -> GNTST_bad_page")
{
    grant_ref_t ref = gnt_ref();
    struct gnttab_map_grant_ref map =
        gnt_map_op(ref, GNTMAP_host_map, gnt_at());

    gnttab_publish(ref, gnt_self(), virt_to_gfn(gnt_at()), GTF_permit_access);
    expect_map_refused(&map, GNTST_bad_page);
}

GNTTAB_CASE("map_grant_ref: PV-only GNTMAP_ flags in an HVM guest -> GNTST_general_error")
{
    static const unsigned int flags[] = {
        GNTMAP_device_map, GNTMAP_device_map | GNTMAP_host_map,
        GNTMAP_application_map | GNTMAP_host_map,
        GNTMAP_contains_pte | GNTMAP_host_map,
        (1u << _GNTMAP_guest_avail0) | GNTMAP_host_map,
    };
    struct gnttab_map_grant_ref map =
        gnt_map_op(gnt_grant(gnt_page[0], 0), 0, gnt_at());
    unsigned int i;

    for ( i = 0; i < ARRAY_SIZE(flags); ++i )
    {
        map.flags = flags[i];
        expect_map_refused(&map, GNTST_general_error);
        map.flags = flags[i] | GNTMAP_readonly;
        expect_map_refused(&map, GNTST_general_error);
    }
}
#endif

GNTTAB_CASE("map_grant_ref: after 600 failures -> GNTST_okay with a handle of at most 600")
{
    struct gnttab_map_grant_ref bad =
        gnt_map_op(gnt_ref(), GNTMAP_host_map, gnt_at());
    struct gnttab_map_grant_ref good =
        gnt_map_op(gnt_grant(gnt_page[0], 0), GNTMAP_host_map, gnt_at());
    unsigned int i;

    /* More failures than one maptrack frame has entries. */
    for ( i = 0; i < 600; ++i )
        if ( !expect_gntst(gnt_map(&bad), GNTST_general_error) )
            return;

    require_gntst(gnt_map(&good), GNTST_okay);
    expect_range(good.handle, 0, 600);
}

GNTTAB_CASE("map_grant_ref: count is 0 -> 0")
{
    expect_ok(hypercall_grant_table_op(GNTTABOP_map_grant_ref, NULL, 0));
}

GNTTAB_CASE("map_grant_ref: array at an unmapped address -> -EFAULT")
{
    expect_errno(hypercall_grant_table_op(GNTTABOP_map_grant_ref, gnt_at(), 1),
                 -EFAULT);
}

GNTTAB_CASE("map_grant_ref: array crosses into an unmapped page -> -EFAULT, readable elements done")
{
    struct gnttab_map_grant_ref *maps =
        unmapped_after(2 * sizeof(*maps));
    grant_ref_t a = gnt_grant(gnt_page[0], 0), b = gnt_grant(gnt_page[1], 0);

    maps[0] = gnt_map_op(a, GNTMAP_host_map, gnt_at());
    maps[1] = gnt_map_op(b, GNTMAP_host_map, gnt_at());

    /* Xen carries out the elements that it can read. */
    expect_errno(hypercall_grant_table_op(GNTTABOP_map_grant_ref, maps, 3),
                 -EFAULT);
    expect_gntst(maps[0].status, GNTST_okay);
    expect_gntst(maps[1].status, GNTST_okay);
    expect_hex(gnttab_in_use(a), GTF_reading | GTF_writing);
    expect_hex(gnttab_in_use(b), GTF_reading | GTF_writing);

    expect_gntst(gnt_undo(&maps[0]), GNTST_okay);
    expect_gntst(gnt_undo(&maps[1]), GNTST_okay);
}
