/**
 * @file tests/xsa-255/main.c
 * @ref test-xsa-255
 *
 * @page test-xsa-255 XSA-255: set_version to 1 with status frames mapped
 *
 * CVE-2018-7541. When a guest changes from version 2 of its grant table to
 * version 1, Xen frees the status frames. A PV guest may still have them
 * mapped, which Xen took for impossible and crashed the host instead of failing
 * the operation. For an HVM guest, Xen has to remove the frames from the
 * physmap first.
 *
 * The test changes to version 1 with all status frames mapped, and with some of
 * them. A PV guest must get -EBUSY, stay at version 2, and find all frames
 * working, including those that were not mapped; with none mapped, the change
 * must succeed. For an HVM guest the change must succeed at once, and the
 * frames must be gone from its physmap.
 *
 * https://xenbits.xen.org/xsa/advisory-255.html
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <xtf.h>
#include <xtf/harness/gnttab_case.h>
#include <xtf/harness/needs.h>

#include <arch/pagetable.h>

const char test_title[] = "XSA-255: set_version to 1 with status frames mapped";

/*
 * An HVM guest reads this from an unpopulated GFN. Status words never hold it.
 */
#define NOTHING_THERE 0xffffffffu

#ifdef CONFIG_PV
static long leave_version_2(void)
{
    struct gnttab_set_version op = { .version = 1 };
    long rc = hypercall_grant_table_op(GNTTABOP_set_version, &op, 1);

    /* Version 2 stays in effect, whatever rc is. */
    expect_eq(op.version, 2);

    return rc;
}

static void expect_version_2_works(void)
{
    grant_ref_t ref = gnt_grant(gnt_page[0], 0);
    struct gnttab_map_grant_ref map =
        gnt_map_op(ref, GNTMAP_host_map, gnt_at());

    require_gntst(gnt_map(&map), GNTST_okay);
    expect_hex(gnttab_in_use(ref), GTF_reading | GTF_writing);
    require_gntst(gnt_undo(&map), GNTST_okay);
    expect_hex(gnttab_in_use(ref), 0);
}

GNTTAB_CASE_V2("XSA-255 set_version: from 2 to 1 with all status frames mapped -> -EBUSY, version 2 works")
{
    grant_ref_t ref = gnt_grant(gnt_page[1], GTF_readonly);
    const grant_entry_v2_t was = gnttab_v2[ref];
    unsigned int i;

    /* Several times, since a failure must not use anything up. */
    for ( i = 0; i < 8; ++i )
    {
        require_errno(leave_version_2(), -EBUSY);
        expect_mem(&gnttab_v2[ref], &was, sizeof(was));
    }
    expect_version_2_works();
}

/* Map a status frame again, if the domain still has it. */
static long map_status_frame(unsigned int nr)
{
    uint64_t frames[GNTTAB_MAX_STATUS_FRAMES];
    struct gnttab_get_status_frames op = {
        .nr_frames = nr + 1, .dom = DOMID_SELF, .frame_list = frames,
    };
    long rc = hypercall_grant_table_op(GNTTABOP_get_status_frames, &op, 1);

    if ( rc || op.status )
        return rc ?: -ENOENT;

    return set_l1e(&gnttab_status[nr * GNTTAB_STATUS_PER_PAGE],
                   pte_from_gfn(frames[nr], PF_SYM(AD, RW, P)));
}

static void some_mapped(unsigned int unmapped)
{
    unsigned int per_status = GNTTAB_STATUS_PER_PAGE / GNTTAB_V2_PER_PAGE;
    void *status = &gnttab_status[unmapped * GNTTAB_STATUS_PER_PAGE];

    /* Two status frames. */
    need_grant_frames(per_status + 1);

    require_ok(page_restore(status));
    require_errno(leave_version_2(), -EBUSY);
    require_ok(map_status_frame(unmapped));
    expect_version_2_works();
}

GNTTAB_CASE_V2("XSA-255 set_version: from 2 to 1, first status frame unmapped -> -EBUSY, version 2 works")
{
    some_mapped(0);
}

GNTTAB_CASE_V2("XSA-255 set_version: from 2 to 1, second status frame unmapped -> -EBUSY, version 2 works")
{
    some_mapped(1);
}
#endif

GNTTAB_CASE_V2("XSA-255 set_version: from 2 to 1, status frames unmapped (PV) or mapped (HVM) -> 0, frames gone")
{
    struct gnttab_get_version get = { .dom = DOMID_SELF };
    grant_ref_t ref;
    struct gnttab_map_grant_ref map;

    require_ok(xtf_init_grant_table(1));
    require_ok(hypercall_grant_table_op(GNTTABOP_get_version, &get, 1));
    expect_eq(get.version, 1);

    /*
     * Read by the CPU: a copy by Xen would fail for a freed page, even if it is
     * still mapped.
     */
#ifndef CONFIG_PV
    expect_hex(ACCESS_ONCE(*(uint32_t *)gnttab_status), NOTHING_THERE);
#endif

    ref = gnt_grant(gnt_page[0], 0);
    map = gnt_map_op(ref, GNTMAP_host_map, gnt_at());
    require_gntst(gnt_map(&map), GNTST_okay);
    expect_hex(gnttab_in_use(ref), GTF_reading | GTF_writing);
}
