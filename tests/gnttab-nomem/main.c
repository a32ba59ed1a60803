/**
 * @file tests/gnttab-nomem/main.c
 * @ref test-gnttab-nomem
 *
 * @page test-gnttab-nomem Grant tables: Xen without memory
 *
 * Takes all of Xen's memory, and then asks for what needs some: a larger table,
 * version 2, more mappings than Xen can keep track of.  Each is refused, with
 * no page at all to be had and with one too few, and nothing is left of the
 * attempt: size, version, entries and Xen's memory are as before.  With enough
 * memory, the same operation succeeds.  What needs none works throughout.
 *
 * It matters because a guest must not be able to harm others by using up what
 * Xen has, and code that undoes half of an operation hardly ever runs.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <xtf/exhaust.h>
#include <xtf/gnttab_case.h>
#include <xtf.h>

const char test_title[] = "Grant tables: Xen without memory";

/* What a case tries again and again, and what must be as it was. */
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

/* The table is as it was, and its entries are good for something. */
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
 * Handles.  Xen keeps the memory of them, so that these cases come first: the
 * first one finds none at all.
 */

/* A grant cannot be mapped as often as that, so these are several. */
#define PER_REF 100

/* Older releases have one status for lacking space of any kind. */
#define NO_HANDLES (xen_has(XEN_MAPTRACK_FULL_IS_NO_SPACE)                  \
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

/* False, and the case over, if there is no end. */
static bool map_to_the_end(void)
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
        xtf_case_skip("A page has more than %u handles", GNT_MANY);
        return false;
    }

    if ( !expect_gntst(status, NO_HANDLES) )
        return false;

    not_mapped();

    return expect_eq(exhaust_used(), 0);
}

GNTTAB_CASE_V1("handles: without memory for the first, no_space")
{
    XTF_REQUIRE(map_to_the_end());

    expect_eq(nr_maps, 0);
    expect_page_unchanged(1);
    require_gntst(exhaust_until(map_next, NO_HANDLES, 0, not_mapped),
                  GNTST_okay);
    expect_hex(gnttab_in_use(refs[0]), GTF_reading | GTF_writing);
    expect_eq(exhaust_used(), 1);
}

GNTTAB_CASE("handles: without memory for more, those that there are work")
{
    XTF_REQUIRE(map_to_the_end());

    require_ne(nr_maps, 0);
    require_gntst(gnt_undo(&maps[7]), GNTST_okay);
    require_gntst(gnt_map(&maps[7]), GNTST_okay);
    expect_gntst(map_next(), NO_HANDLES);
    not_mapped();
}

GNTTAB_CASE_V2("handles: with memory, there are more")
{
    unsigned int i;

    XTF_REQUIRE(map_to_the_end());

    require_gntst(exhaust_until(map_next, NO_HANDLES, 0, not_mapped),
                  GNTST_okay);
    expect_eq(exhaust_used(), 1);
    for ( i = 0; i < nr_maps; ++i )
        expect_ne(maps[i].handle, maps[nr_maps].handle);
}

/*
 * The size.
 */

/* How many frames the table shall have. */
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

    /* To Xen, the table just has no such frame. */
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

/* Have the table grow from @from frames, of which there may be more already. */
static void grow_from(unsigned int from)
{
    require_ok(gnttab_grow(from));
    target = gnttab_nr_frames() + 1;
    if ( target > gnttab_max_frames() )
        skip_case("The table may have no more than %u frames",
                  gnttab_max_frames());

#ifdef CONFIG_HVM
    hole = gnt_at();
#endif
    XTF_REQUIRE(begin());

    require_eq(exhaust_until(grow, NOT_GROWN, 0, not_grown), 0);
    expect_range(exhaust_used(), 1, 20);

    /* There is a new frame, empty, and its last entry can be used. */
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

GNTTAB_CASE("size: what there is no memory for is not there")
{
    grow_from(1);
}

/* There is a status frame for eight others. */
GNTTAB_CASE_V2("size: a status frame that there is no memory for")
{
    grow_from(GNTTAB_STATUS_PER_PAGE / GNTTAB_V2_PER_PAGE);
}

/*
 * The version.  The driver of this kernel, which has it that version 1 is in
 * effect, is right again at the end.
 */

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

GNTTAB_CASE_V1("version: without memory for status frames, it stays 1")
{
    struct gnttab_set_version op = { .version = 1 };
    struct gnttab_get_version get = { .dom = DOMID_SELF };
    unsigned int nr = min(gnttab_max_frames(), 9u);

    require_eq(xtf_init_grant_table(2) ?: xtf_init_grant_table(1), 0);
    require_ok(gnttab_grow(nr));
    XTF_REQUIRE(begin());
    memcpy(entries, gnttab_raw, PAGE_SIZE);

    require_ok(exhaust_until(set_version_2, -ENOMEM, 0, is_version_1));
    expect_ok(hypercall_grant_table_op(GNTTABOP_get_version, &get, 1));
    expect_eq(get.version, 2);
    expect_ne(exhaust_used(), 0);

    /* Its memory is Xen's again with the frames. */
    require_ok(hypercall_grant_table_op(GNTTABOP_set_version, &op, 1));
    expect_eq(exhaust_used(), 0);
}

/*
 * What needs no memory.
 */

GNTTAB_CASE("no memory: a grant is mapped, copied and unmapped")
{
    grant_ref_t ref = gnt_grant(gnt_page[1], 0);
    struct gnttab_map_grant_ref map =
        gnt_map_op(ref, GNTMAP_host_map | GNTMAP_readonly, gnt_at());

    /* There are handles, of the cases above. */
    XTF_REQUIRE(begin());
    require_gntst(gnt_map(&map), GNTST_okay);
    expect_hex(gnttab_in_use(ref), GTF_reading);
    require_gntst(gnt_undo(&map), GNTST_okay);
    table_unchanged();
    expect_eq(exhaust_used(), 0);
}

#ifdef CONFIG_PV
GNTTAB_CASE("no memory: a page is transferred")
{
    static uint8_t page[PAGE_SIZE] __page_aligned_bss;
    const grant_ref_t ref = gnt_ref();
    struct gnttab_transfer op = {
        .mfn = virt_to_mfn(page), .domid = gnt_self(), .ref = ref,
        .status = GNT_UNTOUCHED,
    };

    XTF_REQUIRE(begin());
    memset(page, 0x5c, PAGE_SIZE);
    gnttab_publish(ref, gnt_self(), virt_to_pfn(page), GTF_accept_transfer);
    require_ok(gnttab_vacate_page(page));

    expect_ok(hypercall_grant_table_op(GNTTABOP_transfer, &op, 1));
    require_gntst(op.status, GNTST_okay);
    require_ok(gnttab_restore_page(page));
    expect_fill(page, 0x5c, PAGE_SIZE);
    expect_eq(exhaust_used(), 0);
}
#endif
