/**
 * @file tests/gnttab-status/main.c
 * @ref test-gnttab-status
 *
 * @page test-gnttab-status Grant tables: status frames
 *
 * In version 2, GTF_reading and GTF_writing are in an array beside the table,
 * which the guest finds by GNTTABOP_get_status_frames (PV) or
 * XENMEM_add_to_physmap (HVM). The list of frames has to end where the array
 * ends: the pages after it are not the guest's.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <xtf.h>
#include <xtf/harness/gnttab_case.h>
#include <xtf/harness/needs.h>

const char test_title[] = "Grant tables: status frames";

#ifdef CONFIG_PV

#define LIST 64
#define UNTOUCHED_FRAME 0x5a5a5a5a5a5a5a5aull

static uint64_t list[LIST];

static struct gnttab_get_status_frames frames_op(unsigned int nr)
{
    unsigned int i;

    for ( i = 0; i < LIST; ++i )
        list[i] = UNTOUCHED_FRAME;

    return (struct gnttab_get_status_frames) {
        .nr_frames = nr, .dom = DOMID_SELF, .status = GNT_UNTOUCHED,
        .frame_list = list,
    };
}

static unsigned int nr_status_frames(void)
{
    return ROUNDUP(gnttab_nr_entries(), GNTTAB_STATUS_PER_PAGE) /
        GNTTAB_STATUS_PER_PAGE;
}

static long get_frames(struct gnttab_get_status_frames *op)
{
    return hypercall_grant_table_op(GNTTABOP_get_status_frames, op, 1);
}

/*
 * The list holds the first nr frames as the driver has them mapped, and no
 * more.
 */
static void expect_frames(unsigned int nr)
{
    unsigned int i;

    for ( i = 0; i < nr; ++i )
    {
        const void *va = &gnttab_status[i * GNTTAB_STATUS_PER_PAGE];

        expect_hex(list[i], pte_to_paddr(*pv_l1e(va)) >> PAGE_SHIFT);
    }
    for ( ; i < LIST; ++i )
        if ( !expect_hex(list[i], UNTOUCHED_FRAME) )
            return;
}

GNTTAB_CASE_V2("get_status_frames: nr_frames is the number of status frames -> all frames listed")
{
    struct gnttab_get_status_frames op = frames_op(nr_status_frames());

    expect_ok(get_frames(&op));
    expect_gntst(op.status, GNTST_okay);
    expect_frames(nr_status_frames());
}

GNTTAB_CASE_V2("get_status_frames: nr_frames is 0 -> GNTST_okay, list untouched")
{
    struct gnttab_get_status_frames op = frames_op(0);

    expect_ok(get_frames(&op));
    expect_gntst(op.status, GNTST_okay);
    expect_frames(0);
}

GNTTAB_CASE_V2("get_status_frames: dom is the caller's own domid -> GNTST_okay")
{
    struct gnttab_get_status_frames op = frames_op(1);

    op.dom = gnt_self();
    expect_ok(get_frames(&op));
    expect_gntst(op.status, GNTST_okay);
    expect_frames(1);
}

GNTTAB_CASE_V2("get_status_frames: nr_frames is one too many -> GNTST_general_error, list untouched")
{
    struct gnttab_get_status_frames op = frames_op(nr_status_frames() + 1);

    expect_ok(get_frames(&op));
    expect_gntst(op.status, GNTST_general_error);
    expect_frames(0);
}

GNTTAB_CASE_V1("get_status_frames: version 1 in effect -> GNTST_general_error")
{
    struct gnttab_get_status_frames op = frames_op(1);

    expect_ok(get_frames(&op));
    expect_gntst(op.status, GNTST_general_error);
    expect_frames(0);
}

GNTTAB_CASE("get_status_frames: unallocated dom -> GNTST_bad_domain")
{
    struct gnttab_get_status_frames op = frames_op(0);

    op.dom = NO_DOMAIN;
    expect_ok(get_frames(&op));
    expect_gntst(op.status, GNTST_bad_domain);
    op.dom = DOMID_XEN;
    expect_ok(get_frames(&op));
    expect_gntst(op.status, GNTST_bad_domain);
}

GNTTAB_CASE("get_status_frames: dom is another domain, unprivileged caller -> GNTST_permission_denied")
{
    struct gnttab_get_status_frames op = frames_op(1);

    need_domain_beside_this();
    need_privilege_checks();

    op.dom = 0;
    expect_ok(get_frames(&op));
    expect_gntst(op.status, GNTST_permission_denied);
    expect_frames(0);
}

GNTTAB_CASE("get_status_frames: count is not 1 -> -EINVAL")
{
    struct gnttab_get_status_frames op = frames_op(0);

    /* For a 32-bit guest, Xen's translation may return 0 for a count of 0. */
    if ( IS_DEFINED(CONFIG_64BIT) )
        expect_errno(
            hypercall_grant_table_op(GNTTABOP_get_status_frames, &op, 0),
            -EINVAL);
    expect_errno(hypercall_grant_table_op(GNTTABOP_get_status_frames, &op, 2),
                 -EINVAL);
    expect_gntst(op.status, GNT_UNTOUCHED);
}

GNTTAB_CASE("get_status_frames: request at an unmapped address -> -EFAULT")
{
    expect_errno(
        hypercall_grant_table_op(GNTTABOP_get_status_frames, gnt_at(), 1),
        -EFAULT);
}

/* For a 32-bit guest, Xen loses the status: see gnttab-table. */
#ifdef CONFIG_64BIT
GNTTAB_CASE_V2("get_status_frames: frame_list at an unmapped address -> GNTST_bad_virt_addr")
{
    struct gnttab_get_status_frames op = frames_op(1);

    op.frame_list = gnt_at();
    expect_ok(get_frames(&op));
    expect_gntst(op.status, GNTST_bad_virt_addr);
}
#endif

GNTTAB_CASE_V2("get_status_frames: frame_list in Xen's address range -> -EFAULT")
{
    struct gnttab_get_status_frames op = frames_op(1);

#ifdef CONFIG_64BIT
    op.frame_list = _p(0xffff828000000000ul);
#else
    op.frame_list = _p(0xf5800000);
#endif
    if ( xen_has(XEN_STATUS_FRAME_LIST_CHECKED) )
        expect_errno(get_frames(&op), -EFAULT);
    else
    {
        expect_ok(get_frames(&op));
        expect_gntst(op.status, GNTST_bad_virt_addr);
    }
}

#endif /* CONFIG_PV */

GNTTAB_CASE_V2("grant entry v2: mapped -> GTF_reading and GTF_writing in the status word, not in the entry")
{
    grant_ref_t ref = gnt_grant(gnt_page[0], 0);
    struct gnttab_map_grant_ref map =
        gnt_map_op(ref, GNTMAP_host_map, gnt_at());

    require_gntst(gnt_map(&map), GNTST_okay);
    expect_hex(gnttab_v2[ref].hdr.flags, GTF_permit_access);
    expect_hex(gnttab_status[ref], GTF_reading | GTF_writing);
    expect_hex(gnttab_status[ref - 1], 0);
    expect_hex(gnttab_status[ref + 1], 0);

    require_gntst(gnt_undo(&map), GNTST_okay);
    expect_hex(gnttab_v2[ref].hdr.flags, GTF_permit_access);
    expect_hex(gnttab_status[ref], 0);
}

#ifdef CONFIG_HVM
static long place(const void *va, unsigned long idx)
{
    struct xen_add_to_physmap op = {
        .domid = DOMID_SELF,
        .space = XENMAPSPACE_grant_table,
        .idx = idx,
        .gpfn = virt_to_gfn(va),
    };

    return hypercall_memory_op(XENMEM_add_to_physmap, &op);
}

GNTTAB_CASE_V2("add_to_physmap: mapped status frame at a second GFN -> moved, removed by version 1")
{
    void *at = gnt_at();

    require_ok(place(at, XENMAPIDX_grant_table_status));
    expect_true(gnt_present(at));
    expect_false(gnt_present(gnttab_status));

    /* The change to version 1 removes the frame from the physmap. */
    require_ok(xtf_init_grant_table(1));
    expect_false(gnt_present(at));
    expect_false(gnt_present(gnttab_status));
}

GNTTAB_CASE("add_to_physmap: status frame beyond the limit -> -EINVAL")
{
    void *at = gnt_at();

    expect_errno(place(at, XENMAPIDX_grant_table_status | 0x10000), -EINVAL);
    expect_errno(place(at, XENMAPIDX_grant_table_status | 0x7fffffff),
                 -EINVAL);
    expect_false(gnt_present(at));
}

GNTTAB_CASE_V1("add_to_physmap: status frame while version 1 is in effect -> -EINVAL")
{
    void *at = gnt_at();

    expect_errno(place(at, XENMAPIDX_grant_table_status), -EINVAL);
    expect_false(gnt_present(at));
}
#endif

/* From here on, there are two status frames, since the table cannot shrink. */
#undef XTF_CASE_STAGE
#define XTF_CASE_STAGE 1

GNTTAB_CASE_V2("grant entry v2: entries at the border of two status frames -> one status word each")
{
    struct gnttab_map_grant_ref maps[2];
    unsigned int i;

    need_grant_frames(9);

    /* The entries on either side of the border. */
    for ( i = 0; i < 2; ++i )
    {
        grant_ref_t ref = GNTTAB_STATUS_PER_PAGE - 1 + i;

        gnttab_publish(ref, gnt_self(), virt_to_gfn(gnt_page[i]),
                       GTF_permit_access);
        maps[i] = gnt_map_op(ref, GNTMAP_host_map | (i ? GNTMAP_readonly : 0),
                             gnt_at());
        require_gntst(gnt_map(&maps[i]), GNTST_okay);
    }
    expect_hex(gnttab_status[GNTTAB_STATUS_PER_PAGE - 2], 0);
    expect_hex(gnttab_status[GNTTAB_STATUS_PER_PAGE - 1],
               GTF_reading | GTF_writing);
    expect_hex(gnttab_status[GNTTAB_STATUS_PER_PAGE], GTF_reading);
    expect_hex(gnttab_status[GNTTAB_STATUS_PER_PAGE + 1], 0);

    for ( i = 0; i < 2; ++i )
    {
        require_gntst(gnt_undo(&maps[i]), GNTST_okay);
        expect_hex(gnttab_status[maps[i].ref], 0);
        expect_ok(gnttab_revoke(maps[i].ref));
    }
}

#ifdef CONFIG_PV
GNTTAB_CASE_V2("get_status_frames: table grown to 9 frames -> 2 frames listed, 3 refused")
{
    struct gnttab_get_status_frames op;

    need_grant_frames(9);

    op = frames_op(2);
    expect_ok(get_frames(&op));
    expect_gntst(op.status, GNTST_okay);
    expect_frames(2);
    op = frames_op(3);
    expect_ok(get_frames(&op));
    expect_gntst(op.status, GNTST_general_error);
    expect_frames(0);
}

GNTTAB_CASE_V2("get_status_frames: nr_frames is the number of grant frames -> GNTST_general_error")
{
    struct gnttab_get_status_frames op;

    need_grant_frames(9);
    op = frames_op(gnttab_nr_frames());
    expect_ok(get_frames(&op));
    expect_gntst(op.status, GNTST_general_error);
    expect_frames(0);
}
#endif
