/**
 * @file tests/gnttab-table/main.c
 * @ref test-gnttab-table
 *
 * @page test-gnttab-table Grant tables: setup_table and query_size
 *
 * Where the table is, how large it is, and how it grows: GNTTABOP_setup_table,
 * GNTTABOP_query_size and, in an HVM guest, XENMEM_add_to_physmap. A table that
 * grows wrongly loses grants that are in use, or shows a guest what another
 * domain left in a page. Invalid commands and counts of grant_table_op are
 * here, too.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <xtf.h>
#include <xtf/harness/gnttab_case.h>
#include <xtf/harness/needs.h>

const char test_title[] = "Grant tables: setup_table and query_size";

/* More frames than hosts allow by default. */
#define LIST 1024
#define UNTOUCHED_FRAME 0x5a5a5a5aul

static unsigned long list[LIST];

static struct gnttab_setup_table setup_op(unsigned int nr)
{
    unsigned int i;

    for ( i = 0; i < LIST; ++i )
        list[i] = UNTOUCHED_FRAME;

    return (struct gnttab_setup_table) {
        .dom = DOMID_SELF, .nr_frames = nr, .status = GNT_UNTOUCHED,
        .frame_list = list,
    };
}

static long setup(struct gnttab_setup_table *op)
{
    return hypercall_grant_table_op(GNTTABOP_setup_table, op, 1);
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
        const void *va = &gnttab_raw[i * PAGE_SIZE];

#ifdef CONFIG_PV
        expect_hex(list[i], pte_to_paddr(*pv_l1e(va)) >> PAGE_SHIFT);
#else
        expect_hex(list[i], virt_to_gfn(va));
#endif
    }
    for ( ; i < LIST; ++i )
        if ( !expect_hex(list[i], UNTOUCHED_FRAME) )
            return;
}

static struct gnttab_query_size query(domid_t dom)
{
    struct gnttab_query_size op = {
        .dom = dom, .nr_frames = ~0u, .max_nr_frames = ~0u,
        .status = GNT_UNTOUCHED,
    };

    expect_ok(hypercall_grant_table_op(GNTTABOP_query_size, &op, 1));

    return op;
}

GNTTAB_CASE("query_size: dom is DOMID_SELF or the caller's domid -> current and maximum size")
{
    struct gnttab_query_size self = query(DOMID_SELF), own = query(gnt_self());

    expect_gntst(self.status, GNTST_okay);
    expect_gntst(own.status, GNTST_okay);
    expect_range(self.nr_frames, 1, self.max_nr_frames);
    expect_eq(self.nr_frames, own.nr_frames);
    expect_eq(self.max_nr_frames, own.max_nr_frames);
    expect_eq(min(self.nr_frames, (uint32_t)GNTTAB_MAX_FRAMES),
              gnttab_nr_frames());
    expect_eq(self.dom, DOMID_SELF);
}

GNTTAB_CASE("query_size: unallocated or reserved dom -> GNTST_bad_domain")
{
    expect_gntst(query(NO_DOMAIN).status, GNTST_bad_domain);
    expect_gntst(query(DOMID_IO).status, GNTST_bad_domain);
    expect_gntst(query(DOMID_XEN).status, GNTST_bad_domain);
    expect_gntst(query(DOMID_INVALID).status, GNTST_bad_domain);
    expect_eq(query(NO_DOMAIN).nr_frames, ~0u);
}

GNTTAB_CASE("query_size, setup_table: dom is another domain, unprivileged caller -> GNTST_permission_denied")
{
    struct gnttab_query_size size;
    struct gnttab_setup_table op = setup_op(1);

    need_domain_beside_this();
    need_privilege_checks();

    size = query(0);
    expect_gntst(size.status, GNTST_permission_denied);
    expect_eq(size.nr_frames, ~0u);
    expect_eq(size.max_nr_frames, ~0u);

    op.dom = 0;
    expect_ok(setup(&op));
    expect_gntst(op.status, GNTST_permission_denied);
    expect_frames(0);
}

GNTTAB_CASE("query_size, setup_table: count is not 1 -> -EINVAL")
{
    struct gnttab_query_size size = { .dom = DOMID_SELF };
    struct gnttab_setup_table op = setup_op(1);

    expect_errno(hypercall_grant_table_op(GNTTABOP_query_size, &size, 0),
                 -EINVAL);
    expect_errno(hypercall_grant_table_op(GNTTABOP_query_size, &size, 2),
                 -EINVAL);
    expect_eq(size.nr_frames, 0);

    /* For a 32-bit guest, Xen's translation may return 0 for a count of 0. */
    if ( IS_DEFINED(CONFIG_64BIT) )
        expect_errno(hypercall_grant_table_op(GNTTABOP_setup_table, &op, 0),
                     -EINVAL);
    expect_errno(hypercall_grant_table_op(GNTTABOP_setup_table, &op, 2),
                 -EINVAL);
    expect_frames(0);
}

GNTTAB_CASE("query_size, setup_table: request at an unmapped address -> -EFAULT")
{
    void *hole = gnt_at();

    expect_errno(hypercall_grant_table_op(GNTTABOP_query_size, hole, 1),
                 -EFAULT);
    expect_errno(hypercall_grant_table_op(GNTTABOP_setup_table, hole, 1),
                 -EFAULT);
}

GNTTAB_CASE("setup_table: nr_frames is 0 -> GNTST_okay, list untouched, table does not shrink")
{
    struct gnttab_setup_table op = setup_op(0);

    expect_ok(setup(&op));
    expect_gntst(op.status, GNTST_okay);
    expect_frames(0);
    expect_eq(query(DOMID_SELF).nr_frames, gnttab_nr_frames());
}

GNTTAB_CASE("setup_table: nr_frames is 1 -> one frame listed, table does not shrink")
{
    struct gnttab_setup_table op = setup_op(1);

    expect_ok(setup(&op));
    expect_gntst(op.status, GNTST_okay);
    expect_frames(1);
    expect_eq(query(DOMID_SELF).nr_frames, gnttab_nr_frames());
}

GNTTAB_CASE("setup_table: unallocated dom -> GNTST_bad_domain")
{
    struct gnttab_setup_table op = setup_op(1);

    op.dom = NO_DOMAIN;
    expect_ok(setup(&op));
    expect_gntst(op.status, GNTST_bad_domain);
    op.dom = DOMID_XEN;
    expect_ok(setup(&op));
    expect_gntst(op.status, GNTST_bad_domain);
    expect_frames(0);
}

GNTTAB_CASE("setup_table: nr_frames is one above the limit -> GNTST_general_error, size unchanged")
{
    struct gnttab_query_size was = query(DOMID_SELF);
    struct gnttab_setup_table op = setup_op(was.max_nr_frames + 1);

    if ( was.max_nr_frames >= LIST )
        skip_case("needs a limit below %u grant frames, this domain's is %u: "
                  "gnttab_max_frames", LIST, was.max_nr_frames);

    expect_ok(setup(&op));
    expect_gntst(op.status, GNTST_general_error);
    expect_frames(0);
    expect_eq(query(DOMID_SELF).nr_frames, was.nr_frames);
}

/*
 * For a 32-bit guest, Xen writes the status before it finds that the list
 * cannot be written, so that the guest sees GNTST_okay.
 */
#ifdef CONFIG_64BIT
GNTTAB_CASE("setup_table: frame_list at an unmapped address -> GNTST_bad_virt_addr")
{
    struct gnttab_setup_table op = setup_op(1);

    op.frame_list = gnt_at();
    expect_ok(setup(&op));
    expect_gntst(op.status, GNTST_bad_virt_addr);
}
#endif

#ifdef CONFIG_PV
GNTTAB_CASE("setup_table: frame_list in Xen's address range -> -EFAULT")
{
    struct gnttab_setup_table op = setup_op(1);

#ifdef CONFIG_64BIT
    op.frame_list = _p(0xffff828000000000ul);
#else
    op.frame_list = _p(0xf5800000);
#endif
    expect_errno(setup(&op), -EFAULT);
    expect_gntst(op.status, GNT_UNTOUCHED);
}

GNTTAB_CASE("MMUEXT_PIN_L1_TABLE: frame of the grant table -> error")
{
    mmuext_op_t pin = {
        .cmd = MMUEXT_PIN_L1_TABLE,
        .arg1.mfn = pte_to_paddr(*pv_l1e(gnttab_raw)) >> PAGE_SHIFT,
    };

    expect_ne(hypercall_mmuext_op(&pin, 1, NULL, DOMID_SELF), 0);
}
#else
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

GNTTAB_CASE("add_to_physmap: grant frame beyond the limit -> -EINVAL")
{
    struct gnttab_query_size was = query(DOMID_SELF);
    void *at = gnt_at();

    expect_errno(place(at, was.max_nr_frames), -EINVAL);
    expect_errno(place(at, ~0ul), -EINVAL);
    expect_errno(place(at, XENMAPIDX_grant_table_status - 1), -EINVAL);
    expect_false(gnt_present(at));
    expect_eq(query(DOMID_SELF).nr_frames, was.nr_frames);
}

GNTTAB_CASE("add_to_physmap: grant frame at its present GFN -> 0, entries unchanged")
{
    grant_ref_t ref = gnt_grant(gnt_page[0], 0);
    struct gnttab_setup_table op = setup_op(1);

    expect_ok(place(gnttab_raw, 0));
    expect_ok(setup(&op));
    expect_frames(1);
    expect_granted_unchanged(ref, 0);
}

GNTTAB_CASE("add_to_physmap: grant frame at a second GFN -> moved, first GFN unpopulated")
{
    void *at = gnt_at();
    grant_ref_t ref = gnt_grant(gnt_page[0], 0);
    struct gnttab_setup_table op = setup_op(1);

    require_ok(place(at, 0));
    expect_true(gnt_present(at));
    expect_false(gnt_present(gnttab_raw));
    expect_ok(setup(&op));
    expect_hex(list[0], virt_to_gfn(at));

    require_ok(place(gnttab_raw, 0));
    expect_false(gnt_present(at));
    expect_granted_unchanged(ref, 0);
}
#endif

GNTTAB_CASE("grant_table_op: unknown command -> -ENOSYS")
{
    unsigned int cmd;

    for ( cmd = GNTTABOP_cache_flush + 1; cmd < 32; ++cmd )
        expect_errno(hypercall_grant_table_op(cmd, list, 1), -ENOSYS);
    expect_errno(hypercall_grant_table_op(0xfff, list, 1), -ENOSYS);
}

GNTTAB_CASE("dump_table: count is 1 -> -ENOSYS, or 0 and a status")
{
    struct gnttab_dump_table op = {
        .dom = DOMID_SELF, .status = GNT_UNTOUCHED,
    };
    long rc = hypercall_grant_table_op(GNTTABOP_dump_table, &op, 1);

    if ( rc )
        expect_errno(rc, -ENOSYS);
    else
        expect_ne(op.status, GNT_UNTOUCHED);
}

#ifdef CONFIG_HVM
GNTTAB_CASE("grant_table_op: PV-only command in an HVM guest -> -ENOSYS")
{
    static const unsigned int cmds[] = {
        GNTTABOP_dump_table, GNTTABOP_transfer, GNTTABOP_unmap_and_replace,
        GNTTABOP_get_status_frames, GNTTABOP_cache_flush,
    };
    unsigned int i;

    for ( i = 0; i < ARRAY_SIZE(cmds); ++i )
        expect_errno(hypercall_grant_table_op(cmds[i], list, 1), -ENOSYS);
}
#endif

GNTTAB_CASE("grant_table_op: continuation bits set in the command -> -EINVAL (PV) or -ENOSYS (HVM)")
{
    struct gnttab_query_size size = { .dom = DOMID_SELF };
    int rc = IS_DEFINED(CONFIG_PV) ? -EINVAL : -ENOSYS;

    expect_errno(hypercall_grant_table_op(GNTTABOP_query_size | (1u << 12),
                                          &size, 1), rc);
    expect_errno(hypercall_grant_table_op(GNTTABOP_map_grant_ref | (1u << 31),
                                          NULL, 0), rc);
    expect_eq(size.nr_frames, 0);
}

GNTTAB_CASE("grant_table_op: negative count -> -EINVAL")
{
    static const unsigned int cmds[] = {
        GNTTABOP_map_grant_ref, GNTTABOP_unmap_grant_ref, GNTTABOP_setup_table,
        GNTTABOP_copy, GNTTABOP_query_size, GNTTABOP_swap_grant_ref,
#ifdef CONFIG_PV
        GNTTABOP_transfer, GNTTABOP_unmap_and_replace, GNTTABOP_cache_flush,
#endif
    };
    unsigned int i;

    for ( i = 0; i < ARRAY_SIZE(cmds); ++i )
    {
        expect_errno(hypercall_grant_table_op(cmds[i], list, 1u << 31),
                     -EINVAL);
        expect_errno(hypercall_grant_table_op(cmds[i], list, ~0u), -EINVAL);
    }
}

/* The cases from here on grow the table, which cannot shrink. */
#undef XTF_CASE_STAGE
#define XTF_CASE_STAGE 1

GNTTAB_CASE("setup_table, add_to_physmap: one frame more -> mapped entry unchanged, new entries clear")
{
    unsigned int nr = gnttab_nr_frames(), i;
    grant_ref_t ref = gnt_grant(gnt_page[0], 0);
    uint8_t *at = gnt_at();
    struct gnttab_map_grant_ref map = gnt_map_op(ref, GNTMAP_host_map, at);

    NEED(gnttab_max_frames() > nr,
         "a limit of %u grant frames: gnttab_max_frames=%u", nr + 1, nr + 1);
    require_gntst(gnt_map(&map), GNTST_okay);
    require_ok(gnttab_grow(nr + 1));
    expect_eq(query(DOMID_SELF).nr_frames, nr + 1);

    for ( i = nr * PAGE_SIZE; i < (nr + 1) * PAGE_SIZE; ++i )
        if ( !expect_hex(gnttab_raw[i], 0) )
            break;

    expect_hex(gnttab_in_use(ref), GTF_reading | GTF_writing);
    expect_mem(at, gnt_pattern(0), PAGE_SIZE);

    ref = gnttab_nr_entries() - 1;
    gnttab_publish(ref, gnt_self(), virt_to_gfn(gnt_page[1]),
                   GTF_permit_access);
    expect_granted_unchanged(ref, 1);
    expect_ok(gnttab_revoke(ref));
}

/* After this one, it cannot grow either. */
#undef XTF_CASE_STAGE
#define XTF_CASE_STAGE 2

GNTTAB_CASE("setup_table, add_to_physmap: up to the limit -> last entry works, next is GNTST_bad_gntref")
{
    struct gnttab_query_size size = query(DOMID_SELF);
    struct gnttab_setup_table op = setup_op(gnttab_max_frames());
    struct gnttab_copy copy = {
        .dest = { .u.gmfn = virt_to_gfn(gnt_page[1]), .domid = DOMID_SELF },
        .source = { .domid = DOMID_SELF },
        .len = 16, .flags = GNTCOPY_source_gref,
    };
    unsigned int last;

    require_ok(gnttab_grow(gnttab_max_frames()));
    expect_ok(setup(&op));
    expect_gntst(op.status, GNTST_okay);
    expect_frames(gnttab_max_frames());

    last = gnttab_nr_entries() - 1;
    gnttab_publish(last, gnt_self(), virt_to_gfn(gnt_page[0]),
                   GTF_permit_access);
    copy.source.u.ref = last;
    expect_gntst(gnt_copy(&copy), GNTST_okay);
    expect_mem(gnt_page[1], gnt_page[0], 16);
    expect_ok(gnttab_revoke(last));

    if ( size.max_nr_frames > GNTTAB_MAX_FRAMES )
        return;
    copy.source.u.ref = last + 1;
    expect_gntst(gnt_copy(&copy), GNTST_bad_gntref);
}
