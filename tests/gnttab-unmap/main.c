/**
 * @file tests/gnttab-unmap/main.c
 * @ref test-gnttab-unmap
 *
 * @page test-gnttab-unmap Grant tables: unmapping
 *
 * A granter may reuse a page as soon as its entry is no longer in use.  So
 * GNTTABOP_unmap_grant_ref must have removed every trace of the mapping by
 * then, stale translations included; and it must not be talked into removing
 * anything else than the mapping that the handle stands for.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <xtf/gnttab_case.h>
#include <xtf.h>

const char test_title[] = "Grant tables: unmapping a grant";

/* A writable mapping of gnt_page[nr], which the case goes on with. */
struct mapping
{
    grant_ref_t ref;
    uint8_t *at;
    struct gnttab_map_grant_ref map;
};

static struct mapping mapped(unsigned int nr, unsigned int flags)
{
    struct mapping m = { .ref = gnt_grant(gnt_page[nr], 0), .at = gnt_at() };

    m.map = gnt_map_op(m.ref, flags, m.at);
    expect_gntst(gnt_map(&m.map), GNTST_okay);

    return m;
}

#define expect_still_mapped(m)                                          \
do {                                                                    \
    expect_hex(gnttab_in_use((m).ref), GTF_reading | GTF_writing);      \
    expect_true(gnt_present((m).at));                                   \
} while ( 0 )

GNTTAB_CASE("unmap: nothing, by two addresses of 0")
{
    struct mapping m = mapped(0, GNTMAP_host_map);
    struct gnttab_unmap_grant_ref op = gnt_unmap_op(&m.map);

    op.host_addr = 0;
    expect_gntst(gnt_unmap(&op), GNTST_okay);
    expect_still_mapped(m);

    /* The handle is as good as before. */
    expect_gntst(gnt_undo(&m.map), GNTST_okay);
    expect_hex(gnttab_in_use(m.ref), 0);
}

GNTTAB_CASE("unmap: only the status changes in the request")
{
    struct mapping m = mapped(0, GNTMAP_host_map);
    struct gnttab_unmap_grant_ref op = gnt_unmap_op(&m.map), was = op;

    require_gntst(gnt_unmap(&op), GNTST_okay);
    expect_hex(op.host_addr, was.host_addr);
    expect_hex(op.dev_bus_addr, was.dev_bus_addr);
    expect_eq(op.handle, was.handle);
}

GNTTAB_CASE("unmap: twice")
{
    struct mapping m = mapped(0, GNTMAP_host_map);
    struct gnttab_unmap_grant_ref op = gnt_unmap_op(&m.map);

    require_gntst(gnt_unmap(&op), GNTST_okay);
    expect_gntst(gnt_unmap(&op), GNTST_bad_handle);
    expect_hex(gnttab_in_use(m.ref), 0);
}

GNTTAB_CASE("unmap: twice, while another mapping of the grant is left")
{
    struct mapping m = mapped(0, GNTMAP_host_map);
    uint8_t *at = gnt_at();
    struct gnttab_map_grant_ref other = gnt_map_op(m.ref, GNTMAP_host_map, at);
    struct gnttab_unmap_grant_ref op = gnt_unmap_op(&m.map);

    require_gntst(gnt_map(&other), GNTST_okay);
    require_gntst(gnt_unmap(&op), GNTST_okay);
    expect_gntst(gnt_unmap(&op), GNTST_bad_handle);

    /* The handle is void, and be the address a good one. */
    op.host_addr = other.host_addr;
    expect_gntst(gnt_unmap(&op), GNTST_bad_handle);
    expect_hex(gnttab_in_use(m.ref), GTF_reading | GTF_writing);
    expect_true(gnt_present(at));
}

GNTTAB_CASE("unmap: handles that were never given out")
{
    struct mapping m = mapped(0, GNTMAP_host_map);
    struct gnttab_unmap_grant_ref op = gnt_unmap_op(&m.map);
    grant_handle_t bad;

    op.handle = ~0u;
    expect_gntst(gnt_unmap(&op), GNTST_bad_handle);
    op.handle = 1u << 31;
    expect_gntst(gnt_unmap(&op), GNTST_bad_handle);

    /* All around where Xen may have room for more handles. */
    for ( bad = 128; bad <= 4096; bad *= 2 )
    {
        op.handle = bad;
        if ( bad != m.map.handle )
            expect_gntst(gnt_unmap(&op), GNTST_bad_handle);
        op.handle = bad - 1;
        if ( bad - 1 != m.map.handle )
            expect_gntst(gnt_unmap(&op), GNTST_bad_handle);
    }
    expect_still_mapped(m);
}

GNTTAB_CASE("unmap: the handle of one mapping, the address of another")
{
    struct mapping a = mapped(0, GNTMAP_host_map);
    struct mapping b = mapped(1, GNTMAP_host_map);
    struct gnttab_unmap_grant_ref op = gnt_unmap_op(&a.map);

    op.host_addr = b.map.host_addr;
    expect_gntst(gnt_unmap(&op), GNTST_general_error);
    expect_still_mapped(a);
    expect_still_mapped(b);
}

GNTTAB_CASE("unmap: an address where nothing is")
{
    struct mapping m = mapped(0, GNTMAP_host_map);
    struct gnttab_unmap_grant_ref op = gnt_unmap_op(&m.map);

    op.host_addr = gnttab_host_addr(gnt_at());
    expect_gntst(gnt_unmap(&op), GNTST_general_error);
    expect_still_mapped(m);
}

GNTTAB_CASE("unmap: an address with memory of the guest's own")
{
    struct mapping m = mapped(0, GNTMAP_host_map);
    struct gnttab_unmap_grant_ref op = gnt_unmap_op(&m.map);

    op.host_addr = gnttab_host_addr(gnt_page[1]);
    expect_gntst(gnt_unmap(&op), GNTST_general_error);
    expect_still_mapped(m);
    expect_page_unchanged(1);
}

GNTTAB_CASE("unmap: the granter can end the access then, and not before")
{
    int ref = gnttab_grant_access(gnt_self(), virt_to_gfn(gnt_page[0]), false);
    struct gnttab_map_grant_ref map;

    require_msg(ref >= 0, "gnttab_grant_access() returns %d", ref);
    map = gnt_map_op(ref, GNTMAP_host_map, gnt_at());

    require_gntst(gnt_map(&map), GNTST_okay);
    expect_errno(gnttab_end_access(ref), -EBUSY);
    require_gntst(gnt_undo(&map), GNTST_okay);
    expect_errno(gnttab_end_access(ref), 0);
}

GNTTAB_CASE("unmap: over and over, with the same few handles")
{
    grant_ref_t ref = gnt_grant(gnt_page[0], 0);
    struct gnttab_map_grant_ref keep =
        gnt_map_op(ref, GNTMAP_host_map, gnt_at());
    void *at = gnt_at();
    unsigned int i;

    /* The first one keeps an HVM guest's page from being lost. */
    require_gntst(gnt_map(&keep), GNTST_okay);

    for ( i = 0; i < 2000; ++i )
    {
        struct gnttab_map_grant_ref map =
            gnt_map_op(ref, GNTMAP_host_map, at);

        require_gntst(gnt_map(&map), GNTST_okay);
        require_gntst(gnt_undo(&map), GNTST_okay);
        if ( !expect_range(map.handle, 0, 1500) )
            return;
    }
}

static struct gnttab_map_grant_ref many[GNT_MANY];
static struct gnttab_unmap_grant_ref undo[GNT_MANY];

/* More than Xen works on at a time, and no multiple of that. */
#define BATCH 75

static grant_ref_t map_batch(void)
{
    grant_ref_t ref = gnt_grant(gnt_page[0], 0);
    unsigned int i;

    for ( i = 0; i < BATCH; ++i )
    {
        many[i] = gnt_map_op(ref, GNTMAP_host_map, NULL);
        many[i].host_addr = gnt_many_addr(i);
    }
    expect_ok(gnt_map_batch(many, BATCH));

    for ( i = 0; i < BATCH; ++i )
    {
        expect_gntst(many[i].status, GNTST_okay);
        undo[i] = gnt_unmap_op(&many[i]);

        /* Have the address in the TLB. */
        if ( IS_DEFINED(CONFIG_PV) && many[i].status == GNTST_okay )
            gnt_probe_write(_p(many[i].host_addr), i);
    }

    return ref;
}

static void expect_batch_gone(void)
{
    unsigned int i;

    for ( i = 0; i < BATCH; ++i )
        if ( undo[i].status == GNTST_okay )
            expect_msg(IS_DEFINED(CONFIG_PV)
                       ? gnt_probe_write(_p(undo[i].host_addr), 0)
                       : !gnt_present(_p(undo[i].host_addr)),
                       "address %u of %u can still be used", i, BATCH);
}

GNTTAB_CASE("unmap: a large batch")
{
    grant_ref_t ref = map_batch();
    unsigned int i;

    expect_ok(gnt_unmap_batch(undo, BATCH));
    for ( i = 0; i < BATCH; ++i )
        expect_gntst(undo[i].status, GNTST_okay);
    expect_batch_gone();
    expect_hex(gnttab_in_use(ref), 0);
}

GNTTAB_CASE("unmap: a large batch that is interrupted")
{
    grant_ref_t ref = map_batch();
    unsigned int i;

    expect_ok(gnt_op_preempted(GNTTABOP_unmap_grant_ref, undo, BATCH));
    for ( i = 0; i < BATCH; ++i )
    {
        expect_gntst(undo[i].status, GNTST_okay);
        if ( undo[i].status == GNTST_okay )
            gnt_forget(undo[i].handle);
    }
    expect_batch_gone();
    expect_hex(gnttab_in_use(ref), 0);
}

GNTTAB_CASE("unmap: a large batch with bad requests")
{
    grant_ref_t ref = map_batch();
    unsigned int i;

    undo[0].handle = undo[40].handle = undo[BATCH - 1].handle = ~0u;
    expect_ok(gnt_unmap_batch(undo, BATCH));

    for ( i = 0; i < BATCH; ++i )
        expect_gntst(undo[i].status,
                     i == 0 || i == 40 || i == BATCH - 1 ? GNTST_bad_handle
                                                         : GNTST_okay);
    expect_batch_gone();
    expect_hex(gnttab_in_use(ref), GTF_reading | GTF_writing);
}

GNTTAB_CASE("unmap: the same mapping twice in one batch")
{
    struct mapping m = mapped(0, GNTMAP_host_map);
    struct gnttab_unmap_grant_ref ops[] = {
        gnt_unmap_op(&m.map), gnt_unmap_op(&m.map),
    };

    expect_ok(gnt_unmap_batch(ops, 2));
    expect_gntst(ops[0].status, GNTST_okay);
    expect_gntst(ops[1].status, GNTST_bad_handle);
    expect_hex(gnttab_in_use(m.ref), 0);
}

GNTTAB_CASE("unmap: no requests at all")
{
    expect_ok(hypercall_grant_table_op(GNTTABOP_unmap_grant_ref, NULL, 0));
}

GNTTAB_CASE("unmap: an array where no memory is")
{
    expect_errno(
        hypercall_grant_table_op(GNTTABOP_unmap_grant_ref, gnt_at(), 1),
        -EFAULT);
}

GNTTAB_CASE("unmap: an array that ends too early")
{
    struct mapping a = mapped(0, GNTMAP_host_map);
    struct mapping b = mapped(1, GNTMAP_host_map);
    struct gnttab_unmap_grant_ref *ops =
        gnt_array_before_hole(2 * sizeof(*ops));

    ops[0] = gnt_unmap_op(&a.map);
    ops[1] = gnt_unmap_op(&b.map);

    /* What can be read is carried out, to the end. */
    expect_errno(hypercall_grant_table_op(GNTTABOP_unmap_grant_ref, ops, 3),
                 -EFAULT);
    expect_gntst(ops[0].status, GNTST_okay);
    expect_gntst(ops[1].status, GNTST_okay);
    expect_false(gnt_present(a.at));
    expect_false(gnt_present(b.at));
    expect_hex(gnttab_in_use(a.ref), 0);
    expect_hex(gnttab_in_use(b.ref), 0);
    gnt_forget(a.map.handle);
    gnt_forget(b.map.handle);
}

#ifdef CONFIG_PV

GNTTAB_CASE("unmap: a writable mapping, by an address of a read-only one")
{
    grant_ref_t ref = gnt_grant(gnt_page[0], 0);
    struct gnttab_map_grant_ref rw = gnt_map_op(ref, GNTMAP_host_map, gnt_at());
    struct gnttab_map_grant_ref ro = gnt_map_op(
        ref, GNTMAP_host_map | GNTMAP_readonly, gnt_at());
    struct gnttab_unmap_grant_ref op;

    require_gntst(gnt_map(&rw), GNTST_okay);
    require_gntst(gnt_map(&ro), GNTST_okay);

    op = gnt_unmap_op(&rw);
    op.host_addr = ro.host_addr;
    expect_gntst(gnt_unmap(&op), GNTST_general_error);
    op = gnt_unmap_op(&ro);
    op.host_addr = rw.host_addr;
    expect_gntst(gnt_unmap(&op), GNTST_general_error);

    expect_true(gnt_present(_p(rw.host_addr)));
    expect_true(gnt_present(_p(ro.host_addr)));
    expect_hex(gnttab_in_use(ref), GTF_reading | GTF_writing);
}

GNTTAB_CASE("unmap: a wrong bus address")
{
    struct mapping m = mapped(0, GNTMAP_host_map | GNTMAP_device_map);
    struct gnttab_unmap_grant_ref op = gnt_unmap_op(&m.map);
    /* Older releases have no name for it. */
    const int16_t refused = xtf_xen_at_least(4, 17) ? GNTST_bad_dev_addr
                                                    : GNTST_general_error;

    op.dev_bus_addr += PAGE_SIZE;
    expect_gntst(gnt_unmap(&op), refused);
    expect_still_mapped(m);

    op.dev_bus_addr = m.map.dev_bus_addr | (1ull << 50);
    expect_gntst(gnt_unmap(&op), refused);
    expect_still_mapped(m);

    /* The host's half did not go, either. */
    op.host_addr = 0;
    op.dev_bus_addr = 1;
    expect_gntst(gnt_unmap(&op), refused);
    expect_still_mapped(m);
}

GNTTAB_CASE("unmap: the same half twice")
{
    struct mapping m = mapped(0, GNTMAP_host_map | GNTMAP_device_map);
    struct gnttab_unmap_grant_ref op = gnt_unmap_op(&m.map);

    op.host_addr = 0;
    require_gntst(gnt_unmap(&op), GNTST_okay);
    op.status = GNT_UNTOUCHED;

    /* There is no such half any more, so nothing is to be done. */
    expect_ok(hypercall_grant_table_op(GNTTABOP_unmap_grant_ref, &op, 1));
    expect_gntst(op.status, GNTST_okay);
    expect_still_mapped(m);
}

GNTTAB_CASE("unmap: an entry of a page table, addressed as such")
{
    grant_ref_t ref = gnt_grant(gnt_page[0], 0);
    uint8_t *at = gnt_at();
    struct gnttab_map_grant_ref map =
        gnt_map_op(ref, GNTMAP_host_map | GNTMAP_contains_pte, NULL);
    struct gnttab_unmap_grant_ref op;

    map.host_addr = pv_l1e_maddr(at);
    require_gntst(gnt_map(&map), GNTST_okay);

    /* It is no virtual address then, and no other entry. */
    op = gnt_unmap_op(&map);
    op.host_addr += sizeof(intpte_t);
    expect_gntst(gnt_unmap(&op), GNTST_general_error);
    op.host_addr = virt_to_maddr(gnt_page[1]);
    expect_gntst(gnt_unmap(&op), GNTST_general_error);
    op.host_addr = (uint64_t)0x7ffffff0 << PAGE_SHIFT;
    expect_gntst(gnt_unmap(&op), GNTST_general_error);
    expect_true(gnt_present(at));
    expect_page_unchanged(1);

    expect_gntst(gnt_undo(&map), GNTST_okay);
    expect_false(gnt_present(at));
}

GNTTAB_CASE("unmap: addresses without a page table")
{
    struct mapping m = mapped(0, GNTMAP_host_map);
    struct gnttab_unmap_grant_ref op = gnt_unmap_op(&m.map);

#ifdef CONFIG_64BIT
    op.host_addr = 0x0000500000000000ull;
    expect_gntst(gnt_unmap(&op), GNTST_general_error);
    op.host_addr = 0xffff800000000000ull;
    expect_gntst(gnt_unmap(&op), GNTST_general_error);
#else
    op.host_addr = 0x90000000;
    expect_gntst(gnt_unmap(&op), GNTST_general_error);
#endif
    expect_still_mapped(m);
}

GNTTAB_CASE("unmap: a status that cannot be written")
{
    static uint8_t page[PAGE_SIZE] __page_aligned_bss;
    struct mapping m = mapped(0, GNTMAP_host_map);
    struct gnttab_unmap_grant_ref *op = _p(page);
    bool present;

    *op = gnt_unmap_op(&m.map);
    require_ok(hypercall_update_va_mapping(
                   page, pte_from_virt(page, PF_SYM(AD, P)), UVMF_INVLPG));
    expect_errno(hypercall_grant_table_op(GNTTABOP_unmap_grant_ref, op, 1),
                 -EFAULT);
    require_ok(hypercall_update_va_mapping(
                   page, pte_from_virt(page, PF_SYM(AD, RW, P)), UVMF_INVLPG));

    /* Done or not, but not by halves. */
    present = gnt_present(m.at);
    expect_hex(gnttab_in_use(m.ref), present ? GTF_reading | GTF_writing : 0);
    if ( !present )
        gnt_forget(m.map.handle);
}

#endif /* CONFIG_PV */
