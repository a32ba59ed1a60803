/**
 * @file tests/gnttab-options/main.c
 * @ref test-gnttab-options
 *
 * @page test-gnttab-options Grant tables: command line options
 *
 * Options of Xen's command line restrict grant tables: version 2
 * (gnttab=max-ver:1), transfers (gnttab=no-transfer), and the size of the table
 * (gnttab_max_frames). Each has to refuse the operation that it names, and
 * nothing else.
 *
 * The cases need to read Xen's command line, since they skip without the
 * options.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <xtf.h>
#include <xtf/harness/gnttab_case.h>
#include <xtf/harness/needs.h>

const char test_title[] = "Grant tables: command line options";

#define MAX_FRAMES 5

static bool has_options(void)
{
    static const char want[] =
        "gnttab=max-ver:1,no-transfer gnttab_max_frames=5";
    const char *gnttab = xtf_xen_cmdline("gnttab=");
    const char *frames = xtf_xen_cmdline("gnttab_max_frames=");

    if ( !gnttab_offered() )
    {
        xtf_case_skip("needs " NEEDS_GNTTAB);
        return false;
    }

    /* The last of several options counts. */
    if ( gnttab && !strncmp(gnttab, want, strlen(want)) &&
         frames == strstr(gnttab, "gnttab_max_frames=") )
        return true;

    xtf_case_skip("needs %s on Xen's command line, and permission to read it",
                  want);
    return false;
}

CASE("set_version: version 2, gnttab=max-ver:1 -> -ENOSYS, version 1 stays in effect")
{
    struct gnttab_set_version op = { .version = 2 };
    struct gnttab_get_version get = { .dom = DOMID_SELF };

    if ( !has_options() )
        return;

    expect_errno(hypercall_grant_table_op(GNTTABOP_set_version, &op, 1),
                 -ENOSYS);
    expect_eq(op.version, 1);
    expect_ok(hypercall_grant_table_op(GNTTABOP_get_version, &get, 1));
    expect_eq(get.version, 1);

    op.version = 1;
    expect_ok(hypercall_grant_table_op(GNTTABOP_set_version, &op, 1));
    expect_errno(xtf_init_grant_table(2), -ENODEV);
}

#ifdef CONFIG_PV
CASE("transfer: gnttab=no-transfer -> -EOPNOTSUPP, page stays")
{
    static uint8_t page[PAGE_SIZE] __page_aligned_bss;
    struct gnttab_transfer op = {
        .mfn = virt_to_mfn(page), .domid = gnt_self(),
        .status = GNT_UNTOUCHED,
    };

    if ( !has_options() )
        return;
    if ( !xen_has(XEN_NO_TRANSFER_OPTION) )
        skip_case("needs gnttab=no-transfer, which Xen has since 4.17");

    memset(page, 0x5c, PAGE_SIZE);
    require_ok(page_vacate(page));
    expect_errno(hypercall_grant_table_op(GNTTABOP_transfer, &op, 1),
                 -EOPNOTSUPP);
    expect_eq(op.status, GNT_UNTOUCHED);
    require_ok(page_restore(page));
    expect_fill(page, 0x5c, PAGE_SIZE);
}
#endif

GNTTAB_CASE_V1("setup_table (PV), add_to_physmap (HVM): beyond gnttab_max_frames=5 -> error, size unchanged")
{
    struct gnttab_query_size size = { .dom = DOMID_SELF };

    if ( !has_options() )
        return;

    expect_ok(hypercall_grant_table_op(GNTTABOP_query_size, &size, 1));
    expect_eq(size.max_nr_frames, MAX_FRAMES);

    expect_ok(gnttab_grow(MAX_FRAMES));
    expect_ok(hypercall_grant_table_op(GNTTABOP_query_size, &size, 1));
    expect_eq(size.nr_frames, MAX_FRAMES);

    {
#ifdef CONFIG_PV
        unsigned long frames[MAX_FRAMES + 1];
        struct gnttab_setup_table op = {
            .dom = DOMID_SELF, .nr_frames = MAX_FRAMES + 1,
            .frame_list = frames,
        };

        expect_ok(hypercall_grant_table_op(GNTTABOP_setup_table, &op, 1));
        expect_gntst(op.status, GNTST_general_error);
#else
        struct xen_add_to_physmap op = {
            .domid = DOMID_SELF, .space = XENMAPSPACE_grant_table,
            .idx = MAX_FRAMES, .gpfn = virt_to_gfn(gnt_at()),
        };

        expect_errno(hypercall_memory_op(XENMEM_add_to_physmap, &op), -EINVAL);
#endif
    }
    expect_ok(hypercall_grant_table_op(GNTTABOP_query_size, &size, 1));
    expect_eq(size.nr_frames, MAX_FRAMES);
}

/* The options restrict neither mapping nor copying. */
GNTTAB_CASE_V1("map_grant_ref, copy: with all three options -> GNTST_okay")
{
    grant_ref_t ref = gnt_grant(gnt_page[0], 0);
    struct gnttab_copy copy = {
        .source = { .u.ref = ref, .domid = DOMID_SELF },
        .dest = { .u.gmfn = virt_to_gfn(gnt_page[1]), .domid = DOMID_SELF },
        .len = 16, .flags = GNTCOPY_source_gref,
    };
    struct gnttab_map_grant_ref map =
        gnt_map_op(ref, GNTMAP_host_map, gnt_at());

    expect_gntst(gnt_copy(&copy), GNTST_okay);
    expect_mem(gnt_page[1], gnt_pattern(0), 16);
    expect_gntst(gnt_map(&map), GNTST_okay);
    expect_hex(gnttab_in_use(ref), GTF_reading | GTF_writing);
}
