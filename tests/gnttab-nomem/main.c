/**
 * @file tests/gnttab-nomem/main.c
 * @ref test-gnttab-nomem
 *
 * @page test-gnttab-nomem Grant tables: Xen heap exhausted
 *
 * Takes all of Xen's memory, and then tries what needs some: growing the table,
 * version 2, more mappings than Xen has maptrack entries for. Each fails with
 * no free page and with one page too few, and leaves size, version, entries and
 * Xen's memory unchanged. With enough memory, the same operation succeeds.
 * Operations that need no memory work throughout.
 *
 * A guest must not be able to harm others by exhausting Xen's memory, and error
 * paths that roll back half of an operation hardly ever run.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <xtf.h>
#include <xtf/harness/exhaust.h>
#include <xtf/harness/gnttab_case.h>
#include <xtf/harness/needs.h>

const char test_title[] = "Grant tables: Xen heap exhausted";

/* A grant that stays usable, and the size of the table before the case. */
static grant_ref_t granted;
static struct gnttab_query_size was;
static uint8_t copied[PAGE_SIZE] __page_aligned_bss;

static bool begin(void)
{
    granted = gnt_grant(gnt_page[0], 0);
    was = (struct gnttab_query_size){ .dom = DOMID_SELF };

    return expect_ok(hypercall_grant_table_op(GNTTABOP_query_size, &was, 1)) &&
        exhaust_for_case();
}

/* The table is unchanged, and its entries are usable. */
static void table_unchanged(void)
{
    struct gnttab_query_size size = { .dom = DOMID_SELF };
    struct gnttab_get_version version = { .dom = DOMID_SELF };
    struct gnttab_copy copy = {
        .source = { .u.ref = granted, .domid = DOMID_SELF },
        .dest = { .u.gmfn = virt_to_gfn(copied), .domid = DOMID_SELF },
        .len = PAGE_SIZE,
        .flags = GNTCOPY_source_gref,
    };

    expect_ok(hypercall_grant_table_op(GNTTABOP_query_size, &size, 1));
    expect_eq(size.nr_frames, was.nr_frames);
    expect_eq(size.max_nr_frames, was.max_nr_frames);
    expect_ok(hypercall_grant_table_op(GNTTABOP_get_version, &version, 1));
    expect_eq(version.version, gnttab_version());
    expect_eq(gnttab_in_use(granted), 0);

    memset(copied, 0, PAGE_SIZE);
    expect_gntst(gnt_copy(&copy), GNTST_okay);
    expect_mem(copied, gnt_pattern(0), PAGE_SIZE);
}

/*
 * Maptrack entries. Xen does not free maptrack frames before the domain is
 * destroyed, so these cases come first: the first one starts without any.
 */

/* One entry cannot be mapped GNT_MANY times, so there are several. */
#define PER_REF 100

#define MAPTRACK_FULL (xen_has(XEN_MAPTRACK_FULL_IS_NO_SPACE)               \
                       ? GNTST_no_space : GNTST_no_device_space)

static struct gnttab_map_grant_ref maps[GNT_MANY];
static grant_ref_t refs[GNT_MANY / PER_REF];
static unsigned int nr_maps, use_before;

static long map_next(void)
{
    struct gnttab_map_grant_ref *op = &maps[nr_maps];

    *op = gnt_map_op(refs[nr_maps / PER_REF], GNTMAP_host_map, NULL);
    op->host_addr = gnt_many_addr(nr_maps);
    use_before = gnttab_in_use(op->ref);

    return gnt_map(op);
}

static void not_mapped(void)
{
    table_unchanged();
    expect_hex(gnttab_in_use(maps[nr_maps].ref), use_before);
    expect_false(gnt_present(_p(maps[nr_maps].host_addr)));
}

/*
 * Map until Xen has no maptrack entry left. False, and the case skipped, if it
 * has more than GNT_MANY.
 */
static bool map_until_full(void)
{
    unsigned int i;
    long status = GNTST_okay;

    for ( i = 0; i < ARRAY_SIZE(refs); ++i )
        refs[i] = gnt_grant(gnt_page[i + 1], 0);
    gnt_many_addr(GNT_MANY - 1);

    if ( !begin() )
        return false;

    for ( nr_maps = 0; nr_maps < GNT_MANY && status == GNTST_okay; )
    {
        status = map_next();
        nr_maps += status == GNTST_okay;
    }

    if ( status == GNTST_okay )
    {
        xtf_case_skip("needs at most %u entries in a maptrack frame", GNT_MANY);
        return false;
    }

    if ( !expect_gntst(status, MAPTRACK_FULL) )
        return false;

    not_mapped();

    return expect_eq(exhaust_used(), 0);
}

GNTTAB_CASE_V1("map_grant_ref: first mapping, Xen heap exhausted -> GNTST_no_space, succeeds with one page")
{
    XTF_REQUIRE(map_until_full());

    expect_eq(nr_maps, 0);
    expect_page_unchanged(1);
    require_gntst(exhaust_until(map_next, MAPTRACK_FULL, 0, not_mapped),
                  GNTST_okay);
    expect_hex(gnttab_in_use(refs[0]), GTF_reading | GTF_writing);
    expect_eq(exhaust_used(), 1);
}

#undef XTF_CASE_STAGE
#define XTF_CASE_STAGE 1

/* Have Xen allocate a maptrack frame, which it keeps: map a grant once. */
static bool have_maptrack_frame(void)
{
    static uint8_t page[PAGE_SIZE] __page_aligned_bss;
    static bool done;
    struct gnttab_map_grant_ref map;

    if ( done )
        return true;

    map = gnt_map_op(gnt_grant(page, 0), GNTMAP_host_map, gnt_at());
    done = expect_gntst(gnt_map(&map), GNTST_okay) &&
        expect_gntst(gnt_undo(&map), GNTST_okay);

    return done;
}

GNTTAB_CASE("map_grant_ref: maptrack frame full, Xen heap exhausted -> GNTST_no_space, freed handle reused")
{
    XTF_REQUIRE(have_maptrack_frame());
    XTF_REQUIRE(map_until_full());

    require_ne(nr_maps, 0);
    require_gntst(gnt_undo(&maps[7]), GNTST_okay);
    require_gntst(gnt_map(&maps[7]), GNTST_okay);
    expect_gntst(map_next(), MAPTRACK_FULL);
    not_mapped();
}

GNTTAB_CASE_V2("map_grant_ref: maptrack frame full, one page free -> GNTST_okay, new handle distinct")
{
    unsigned int i;

    NEED(!gnt_maptrack_limited(), "a second maptrack frame: a Xen without "
         "gnttab_max_maptrack_frames on its command line");
    XTF_REQUIRE(have_maptrack_frame());
    XTF_REQUIRE(map_until_full());

    require_gntst(exhaust_until(map_next, MAPTRACK_FULL, 0, not_mapped),
                  GNTST_okay);
    expect_eq(exhaust_used(), 1);
    for ( i = 0; i < nr_maps; ++i )
        expect_ne(maps[i].handle, maps[nr_maps].handle);
}

/* The size of the table. */

/* The number of frames to grow to. */
static unsigned int target;

#ifdef CONFIG_PV
static long grow(void)
{
    unsigned long frames[GNTTAB_MAX_FRAMES];
    struct gnttab_setup_table op = {
        .dom = DOMID_SELF, .nr_frames = target, .frame_list = frames,
        .status = GNT_UNTOUCHED,
    };

    expect_ok(hypercall_grant_table_op(GNTTABOP_setup_table, &op, 1));

    return op.status;
}

#define NOT_GROWN GNTST_general_error
#else
static void *hole;

static long grow(void)
{
    struct xen_add_to_physmap op = {
        .domid = DOMID_SELF, .space = XENMAPSPACE_grant_table,
        .idx = target - 1, .gpfn = virt_to_gfn(hole),
    };

    long rc = hypercall_memory_op(XENMEM_add_to_physmap, &op);

    /*
     * Xen reports a frame that it could not allocate as one beyond the table.
     */
    return rc == -EINVAL ? -ENOMEM : rc;
}

#define NOT_GROWN -ENOMEM
#endif

static void not_grown(void)
{
    table_unchanged();
#ifdef CONFIG_HVM
    expect_false(gnt_present(hole));
#endif
}

/* Grow the table by one frame, from at least @from frames. */
static void grow_from(unsigned int from)
{
    need_grant_frames(from);
    target = gnttab_nr_frames() + 1;
    NEED(gnttab_max_frames() >= target,
         "a limit of %u grant frames: gnttab_max_frames=%u", target, target);

#ifdef CONFIG_HVM
    hole = gnt_at();
#endif
    XTF_REQUIRE(begin());

    require_eq(exhaust_until(grow, NOT_GROWN, 0, not_grown), 0);
    expect_range(exhaust_used(), 1, 20);

    /* The new frame is clear, and its last entry is usable. */
    require_ok(gnttab_grow(target));
    expect_eq(gnttab_nr_frames(), target);
    expect_fill(&gnttab_raw[(target - 1) * PAGE_SIZE], 0, PAGE_SIZE);

    granted = gnttab_nr_entries() - 1;
    was.nr_frames = target;
    gnttab_publish(granted, gnt_self(), virt_to_gfn(gnt_page[0]),
                   GTF_permit_access);
    table_unchanged();
    expect_ok(gnttab_revoke(granted));
}

GNTTAB_CASE("setup_table, add_to_physmap: new grant frame, Xen heap exhausted -> error until memory is free")
{
    grow_from(1);
}

/* One status frame holds the status words of eight grant frames. */
GNTTAB_CASE_V2("setup_table, add_to_physmap: new status frame, Xen heap exhausted -> error until memory is free")
{
    grow_from(GNTTAB_STATUS_PER_PAGE / GNTTAB_V2_PER_PAGE);
}

/*
 * The version. This kernel's driver assumes version 1 meanwhile, which is in
 * effect again at the end.
 */

#undef XTF_CASE_STAGE
#define XTF_CASE_STAGE 2

static uint8_t entries[PAGE_SIZE];

static long set_version_2(void)
{
    struct gnttab_set_version op = { .version = 2 };
    long rc = hypercall_grant_table_op(GNTTABOP_set_version, &op, 1);

    expect_eq(op.version, rc ? 1 : 2);

    return rc;
}

static void is_version_1(void)
{
    table_unchanged();
    expect_mem(gnttab_raw, entries, PAGE_SIZE);
}

GNTTAB_CASE_V1("set_version: version 2, Xen heap exhausted -> -ENOMEM, version 1 stays in effect")
{
    struct gnttab_set_version op = { .version = 1 };
    struct gnttab_get_version get = { .dom = DOMID_SELF };
    unsigned int nr = min(gnttab_max_frames(), 9u);

    need_change_to_gnttab_v2();
    require_ok(gnttab_grow(nr));
    XTF_REQUIRE(begin());
    memcpy(entries, gnttab_raw, PAGE_SIZE);

    require_ok(exhaust_until(set_version_2, -ENOMEM, 0, is_version_1));
    expect_ok(hypercall_grant_table_op(GNTTABOP_get_version, &get, 1));
    expect_eq(get.version, 2);
    expect_ne(exhaust_used(), 0);

    /* Back in version 1, Xen frees the status frames. */
    require_ok(hypercall_grant_table_op(GNTTABOP_set_version, &op, 1));
    expect_eq(exhaust_used(), 0);
}

/* Operations that need no memory. */

#undef XTF_CASE_STAGE
#define XTF_CASE_STAGE 1

GNTTAB_CASE("map_grant_ref, copy, unmap_grant_ref: Xen heap exhausted -> GNTST_okay")
{
    grant_ref_t ref = gnt_grant(gnt_page[1], 0);
    struct gnttab_map_grant_ref map =
        gnt_map_op(ref, GNTMAP_host_map | GNTMAP_readonly, gnt_at());

    XTF_REQUIRE(have_maptrack_frame());
    XTF_REQUIRE(begin());
    require_gntst(gnt_map(&map), GNTST_okay);
    expect_hex(gnttab_in_use(ref), GTF_reading);
    require_gntst(gnt_undo(&map), GNTST_okay);
    table_unchanged();
    expect_eq(exhaust_used(), 0);
}

#ifdef CONFIG_PV
GNTTAB_CASE("transfer: Xen heap exhausted -> GNTST_okay, page arrives")
{
    static uint8_t page[PAGE_SIZE] __page_aligned_bss;
    const grant_ref_t ref = gnt_ref();
    struct gnttab_transfer op = {
        .mfn = virt_to_mfn(page), .domid = gnt_self(), .ref = ref,
        .status = GNT_UNTOUCHED,
    };

    need_transfer();
    XTF_REQUIRE(begin());
    memset(page, 0x5c, PAGE_SIZE);
    gnttab_publish(ref, gnt_self(), virt_to_pfn(page), GTF_accept_transfer);
    require_ok(page_vacate(page));

    expect_ok(hypercall_grant_table_op(GNTTABOP_transfer, &op, 1));
    require_gntst(op.status, GNTST_okay);
    require_ok(page_restore(page));
    expect_fill(page, 0x5c, PAGE_SIZE);
    expect_eq(exhaust_used(), 0);
}
#endif
