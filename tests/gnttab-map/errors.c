/*
 * Requests to map that must be refused, each for one reason, and what they
 * must leave alone.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <xtf/gnttab_case.h>
#include <xtf.h>

/* The request fails so; neither the entry nor the address is in use then. */
static void expect_map_refused(struct gnttab_map_grant_ref *map, int status)
{
    const void *at = _p(map->host_addr);

    expect_gntst(gnt_map(map), status);
    if ( map->ref < gnttab_nr_entries() )
        expect_hex(gnttab_in_use(map->ref), 0);
    expect_false(gnt_present(at));
    expect_page_unchanged(0);
}

GNTTAB_CASE("map: domain IDs that name no domain")
{
    static const domid_t ids[] = {
        GNT_NO_DOMAIN, DOMID_SELF, DOMID_IO, DOMID_XEN, DOMID_COW,
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

GNTTAB_CASE("map: references beyond the table")
{
    struct gnttab_map_grant_ref map = gnt_map_op(0, GNTMAP_host_map, gnt_at());

    map.ref = gnttab_nr_entries();
    expect_map_refused(&map, GNTST_bad_gntref);
    map.ref = ~0u;
    expect_map_refused(&map, GNTST_bad_gntref);
    map.ref = 1u << 31;
    expect_map_refused(&map, GNTST_bad_gntref);
}

GNTTAB_CASE("map: neither a host nor a device mapping")
{
    struct gnttab_map_grant_ref map =
        gnt_map_op(gnt_grant(gnt_page[0], 0), 0, gnt_at());

    expect_map_refused(&map, GNTST_bad_gntref);
    map.flags = GNTMAP_readonly;
    expect_map_refused(&map, GNTST_bad_gntref);
}

GNTTAB_CASE("map: an invalid entry")
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

GNTTAB_CASE("map: an entry that awaits a transfer")
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

GNTTAB_CASE_V1("map: an entry of type 3, which version 1 does not have")
{
    grant_ref_t ref = gnt_ref();
    struct gnttab_map_grant_ref map =
        gnt_map_op(ref, GNTMAP_host_map, gnt_at());

    gnttab_publish(ref, gnt_self(), virt_to_gfn(gnt_page[0]), GTF_transitive);
    expect_map_refused(&map, GNTST_general_error);
    expect_hex(gnttab_v1[ref].flags, GTF_transitive);
}

GNTTAB_CASE_V1("map: a flag that version 1 does not have")
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

GNTTAB_CASE_V2("map: a transitive grant")
{
    grant_ref_t ref = gnt_ref();
    struct gnttab_map_grant_ref map =
        gnt_map_op(ref, GNTMAP_host_map, gnt_at());

    /*
     * The reference stands where other entries have their frame: one that is
     * good as a frame leaves the type as the only reason to refuse.
     */
    gnttab_publish_transitive(ref, gnt_self(), 0, gnt_self(),
                              virt_to_gfn(gnt_page[0]));
    expect_map_refused(&map, GNTST_general_error);
    map.flags |= GNTMAP_readonly;
    expect_map_refused(&map, GNTST_general_error);
}

GNTTAB_CASE_V2("map: a sub-page grant")
{
    grant_ref_t ref = gnt_ref();
    struct gnttab_map_grant_ref map =
        gnt_map_op(ref, GNTMAP_host_map, gnt_at());

    /* Even one that covers the whole page can only be copied. */
    gnttab_publish_sub_page(ref, gnt_self(), virt_to_gfn(gnt_page[0]), 0,
                            0, PAGE_SIZE);
    expect_map_refused(&map, GNTST_general_error);
    map.flags |= GNTMAP_readonly;
    expect_map_refused(&map, GNTST_general_error);
}

GNTTAB_CASE("map: a grant to another domain")
{
    grant_ref_t ref = gnt_ref();
    struct gnttab_map_grant_ref map =
        gnt_map_op(ref, GNTMAP_host_map, gnt_at());

    gnttab_publish(ref, gnt_self() + 1, virt_to_gfn(gnt_page[0]),
                   GTF_permit_access);
    expect_map_refused(&map, GNTST_general_error);

    /* Nor does an entry say "whoever I am". */
    gnttab_publish(ref, DOMID_SELF, virt_to_gfn(gnt_page[0]),
                   GTF_permit_access);
    expect_map_refused(&map, GNTST_general_error);
}

GNTTAB_CASE("map: a frame that does not exist")
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
GNTTAB_CASE("map: a frame where the guest has no memory")
{
    grant_ref_t ref = gnt_ref();
    struct gnttab_map_grant_ref map =
        gnt_map_op(ref, GNTMAP_host_map, gnt_at());

    gnttab_publish(ref, gnt_self(), virt_to_gfn(gnt_at()), GTF_permit_access);
    expect_map_refused(&map, GNTST_bad_page);
}

GNTTAB_CASE("map: flags that only PV guests have")
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

GNTTAB_CASE("map: refused requests take no handles")
{
    struct gnttab_map_grant_ref bad =
        gnt_map_op(gnt_ref(), GNTMAP_host_map, gnt_at());
    struct gnttab_map_grant_ref good =
        gnt_map_op(gnt_grant(gnt_page[0], 0), GNTMAP_host_map, gnt_at());
    unsigned int i;

    /* More often than a page of Xen's could track mappings. */
    for ( i = 0; i < 600; ++i )
        if ( !expect_gntst(gnt_map(&bad), GNTST_general_error) )
            return;

    require_gntst(gnt_map(&good), GNTST_okay);
    expect_range(good.handle, 0, 600);
}

GNTTAB_CASE("map: no requests at all")
{
    expect_ok(hypercall_grant_table_op(GNTTABOP_map_grant_ref, NULL, 0));
}

GNTTAB_CASE("map: an array where no memory is")
{
    expect_errno(hypercall_grant_table_op(GNTTABOP_map_grant_ref, gnt_at(), 1),
                 -EFAULT);
}

GNTTAB_CASE("map: an array that ends too early")
{
    struct gnttab_map_grant_ref *maps =
        gnt_array_before_hole(2 * sizeof(*maps));
    grant_ref_t a = gnt_grant(gnt_page[0], 0), b = gnt_grant(gnt_page[1], 0);

    maps[0] = gnt_map_op(a, GNTMAP_host_map, gnt_at());
    maps[1] = gnt_map_op(b, GNTMAP_host_map, gnt_at());

    /* What can be read is carried out. */
    expect_errno(hypercall_grant_table_op(GNTTABOP_map_grant_ref, maps, 3),
                 -EFAULT);
    expect_gntst(maps[0].status, GNTST_okay);
    expect_gntst(maps[1].status, GNTST_okay);
    expect_hex(gnttab_in_use(a), GTF_reading | GTF_writing);
    expect_hex(gnttab_in_use(b), GTF_reading | GTF_writing);

    expect_gntst(gnt_undo(&maps[0]), GNTST_okay);
    expect_gntst(gnt_undo(&maps[1]), GNTST_okay);
}
