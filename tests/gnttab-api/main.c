/**
 * @file tests/gnttab-api/main.c
 * @ref test-gnttab-api
 *
 * @page test-gnttab-api Grant tables: the driver
 *
 * The grant table calls of <xtf/grant_table.h>: set-up, references, grants,
 * address space, batches and names. Other tests and drivers ported from other
 * systems build on these calls.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <xtf.h>
#include <xtf/harness/gnttab_case.h>
#include <xtf/harness/needs.h>

const char test_title[] = "Grant tables: the driver";

CASE("xtf_init_grant_table(): version 1 -> table mapped, its size known")
{
    need_gnttab();

    require_ok(xtf_init_grant_table(1));
    expect_eq(gnttab_version(), 1);
    expect_range(gnttab_nr_frames(), 1, gnttab_max_frames());
    expect_eq(gnttab_nr_entries(), gnttab_nr_frames() * 512);

    expect_hex(_u(gnttab_v1), _u(gnttab_raw));
    expect_hex(_u(gnttab_v2), _u(gnttab_raw));
}

CASE("xtf_init_grant_table(): to version 2 and back -> version and number of entries follow")
{
    int rc;

    need_gnttab();

    rc = xtf_init_grant_table(2);
    if ( rc == -ENODEV )
    {
        expect_eq(gnttab_version(), 1);
        skip_case("needs " NEEDS_GNTTAB_V2);
    }

    require_ok(rc);
    expect_eq(gnttab_version(), 2);
    expect_eq(gnttab_nr_entries(), gnttab_nr_frames() * 256);
    expect_ok(xtf_init_grant_table(1));
    expect_eq(gnttab_version(), 1);
}

CASE("xtf_init_grant_table(): version 3 -> -EINVAL, version 1 stays in effect")
{
    need_gnttab();

    expect_errno(xtf_init_grant_table(3), -EINVAL);
    expect_eq(gnttab_version(), 1);
}

GNTTAB_CASE("xtf_init_grant_table(): version already in effect -> existing grants stay valid")
{
    grant_ref_t ref = gnt_grant(gnt_page[0], 0);

    expect_ok(xtf_init_grant_table(gnttab_version()));
    expect_granted_unchanged(ref, 0);
}

GNTTAB_CASE("xtf_init_grant_table(): other version while a grant is mapped -> -EBUSY")
{
    unsigned int version = gnttab_version();
    grant_ref_t ref = gnt_grant(gnt_page[0], 0);
    struct gnttab_map_grant_ref map =
        gnt_map_op(ref, GNTMAP_host_map, gnt_at());
    int rc;

    require_gntst(gnt_map(&map), GNTST_okay);
    rc = xtf_init_grant_table(3 - version);
    need_gnttab_v2(rc != -ENODEV);

    expect_errno(rc, -EBUSY);
    expect_eq(gnttab_version(), version);
    expect_hex(gnttab_in_use(ref), GTF_reading | GTF_writing);
}

GNTTAB_CASE("gnttab_alloc_ref(): distinct references, none of them reserved, freed ones reused")
{
    int a = gnttab_alloc_ref(), b = gnttab_alloc_ref();

    expect_range(a, GNTTAB_NR_RESERVED_ENTRIES, gnttab_nr_entries() - 1);
    expect_range(b, GNTTAB_NR_RESERVED_ENTRIES, gnttab_nr_entries() - 1);
    expect_ne(a, b);
    gnttab_free_ref(a);
    expect_eq(gnttab_alloc_ref(), a);
    gnttab_free_ref(a);
    gnttab_free_ref(b);
}

GNTTAB_CASE("gnttab_grant_access(), gnttab_end_access(): -EBUSY while mapped, then revoked")
{
    int ref = gnttab_grant_access(gnt_self(), virt_to_gfn(gnt_page[0]), true);
    struct gnttab_map_grant_ref map;

    require_msg(ref >= 0,
                "gnttab_grant_access() returned %d, expected a reference", ref);
    map = gnt_map_op(ref, GNTMAP_host_map, gnt_at());
    expect_gntst(gnt_map(&map), GNTST_general_error);
    map.flags |= GNTMAP_readonly;
    require_gntst(gnt_map(&map), GNTST_okay);

    /* The refusal leaves the grant valid. */
    expect_errno(gnttab_end_access(ref), -EBUSY);
    expect_granted_unchanged(ref, 0);

    require_gntst(gnt_undo(&map), GNTST_okay);
    expect_errno(gnttab_end_access(ref), 0);
    expect_gntst(gnt_map(&map), GNTST_general_error);
}

GNTTAB_CASE_V1("gnttab_alloc_and_grant(): zeroed page granted to domain 0, -ENOMEM after at most 16 more")
{
    static void *pages[17];
    unsigned int i;
    int ref = gnttab_alloc_and_grant(&pages[0], true);

    require_msg(ref >= 0,
                "gnttab_alloc_and_grant() returned %d, expected a reference",
                ref);
    expect_eq(_u(pages[0]) & ~PAGE_MASK, 0);
    expect_fill(pages[0], 0, PAGE_SIZE);
    expect_hex(gnttab_v1[ref].flags, GTF_permit_access | GTF_readonly);
    expect_eq(gnttab_v1[ref].domid, 0);
    expect_hex(gnttab_v1[ref].frame, virt_to_gfn(pages[0]));
    expect_errno(gnttab_end_access(ref), 0);

    /* The driver's pool of pages is finite. */
    for ( i = 1; i < ARRAY_SIZE(pages); ++i )
    {
        ref = gnttab_alloc_and_grant(&pages[i], false);
        if ( ref < 0 )
            break;
        expect_ne(_u(pages[i]), _u(pages[i - 1]));
        expect_errno(gnttab_end_access(ref), 0);
    }
    expect_errno(ref, -ENOMEM);
}

GNTTAB_CASE("gnttab_get_page(), gnttab_put_page(): distinct unmapped pages, freed ones reused")
{
    void *a = gnttab_get_page(), *b = gnttab_get_page();

    require_msg(a && b, "gnttab_get_page() returned NULL, expected a page");
    expect_ne(_u(a), _u(b));
    expect_false(gnt_present(a));
    gnttab_put_page(a);
    expect_hex(_u(gnttab_get_page()), _u(a));
    gnttab_put_page(a);
    gnttab_put_page(b);
}

GNTTAB_CASE("gnttab_map_refs(), gnttab_unmap_refs(): one bad element -> others succeed, return 0")
{
    uint8_t *at[3] = { gnt_at(), gnt_at(), gnt_at() };
    struct gnttab_map_grant_ref maps[3];
    struct gnttab_unmap_grant_ref undo[3];
    unsigned int i;

    for ( i = 0; i < 3; ++i )
        maps[i] = gnt_map_op(gnt_grant(gnt_page[i], 0), GNTMAP_host_map,
                             at[i]);
    maps[1].ref = ~0u;

    expect_ok(gnttab_map_refs(maps, 3));
    expect_gntst(maps[0].status, GNTST_okay);
    expect_gntst(maps[1].status, GNTST_bad_gntref);
    expect_gntst(maps[2].status, GNTST_okay);
    expect_mem(at[0], gnt_pattern(0), PAGE_SIZE);
    expect_mem(at[2], gnt_pattern(2), PAGE_SIZE);

    for ( i = 0; i < 3; ++i )
        undo[i] = gnt_unmap_op(&maps[i]);
    undo[1].handle = ~0u;
    expect_ok(gnttab_unmap_refs(undo, 3));
    expect_gntst(undo[0].status, GNTST_okay);
    expect_gntst(undo[1].status, GNTST_bad_handle);
    expect_gntst(undo[2].status, GNTST_okay);
    expect_false(gnt_present(at[0]));
}

CASE("gntst_strerror(), gnttabop_error(): each GNTST_ value has a name and a text of its own")
{
    int st;

    expect_str(gntst_strerror(GNTST_okay), "GNTST_okay");
    expect_str(gntst_strerror(GNTST_bad_gntref), "GNTST_bad_gntref");
    expect_str(gntst_strerror(GNTST_no_space), "GNTST_no_space");
    expect_str(gntst_strerror(1), gntst_strerror(GNTST_no_space - 1));

    for ( st = GNTST_no_space; st <= 0; ++st )
    {
        expect_true(strlen(gnttabop_error(st)));
        expect_msg(strcmp(gnttabop_error(st), gnttabop_error(1)),
                   "gnttabop_error(%d) is the text for unknown values, "
                   "expected one of its own", st);
    }
}

GNTTAB_CASE("gnttab_alloc_ref(): table grows to its limit on demand -> -ENOSPC")
{
    static grant_ref_t refs[GNTTAB_MAX_FRAMES * GNTTAB_V1_PER_PAGE];
    unsigned int nr, i;
    int ref = 0;

    for ( nr = 0; nr < ARRAY_SIZE(refs); ++nr )
    {
        ref = gnttab_alloc_ref();
        if ( ref < 0 )
            break;
        refs[nr] = ref;
    }
    expect_errno(gnttab_alloc_ref(), -ENOSPC);
    expect_eq(nr, gnttab_nr_entries() - GNTTAB_NR_RESERVED_ENTRIES);
    expect_eq(gnttab_nr_frames(), gnttab_max_frames());
    expect_errno(gnttab_grow(gnttab_max_frames() + 1), -ENOSPC);

    for ( i = 0; i < nr; ++i )
        gnttab_free_ref(refs[i]);
}
