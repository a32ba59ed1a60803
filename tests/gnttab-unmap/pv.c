/*
 * Unmapping what only PV guests have: device mappings and PTE addresses; and
 * what each page table entry must hold to be unmapped.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "unmap.h"

#ifdef CONFIG_PV

GNTTAB_CASE("unmap_grant_ref: host_addr of a mapping with other access -> GNTST_general_error")
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

GNTTAB_CASE("unmap_grant_ref: wrong dev_bus_addr -> GNTST_bad_dev_addr, still mapped")
{
    struct mapping m = mapped(0, GNTMAP_host_map | GNTMAP_device_map);
    struct gnttab_unmap_grant_ref op = gnt_unmap_op(&m.map);
    const int16_t refused = xen_has(XEN_BAD_DEV_ADDR_HAS_STATUS)
        ? GNTST_bad_dev_addr : GNTST_general_error;

    op.dev_bus_addr += PAGE_SIZE;
    expect_gntst(gnt_unmap(&op), refused);
    expect_still_mapped(m);

    op.dev_bus_addr = m.map.dev_bus_addr | (1ull << 50);
    expect_gntst(gnt_unmap(&op), refused);
    expect_still_mapped(m);

    /* The host mapping stays, too. */
    op.host_addr = 0;
    op.dev_bus_addr = 1;
    expect_gntst(gnt_unmap(&op), refused);
    expect_still_mapped(m);
}

GNTTAB_CASE("unmap_grant_ref: device mapping twice, host mapping left -> GNTST_okay, host mapping stays")
{
    struct mapping m = mapped(0, GNTMAP_host_map | GNTMAP_device_map);
    struct gnttab_unmap_grant_ref op = gnt_unmap_op(&m.map);

    op.host_addr = 0;
    require_gntst(gnt_unmap(&op), GNTST_okay);
    op.status = GNT_UNTOUCHED;

    /* The device mapping no longer exists, so Xen has nothing to do. */
    expect_ok(hypercall_grant_table_op(GNTTABOP_unmap_grant_ref, &op, 1));
    expect_gntst(op.status, GNTST_okay);
    expect_still_mapped(m);
}

GNTTAB_CASE("unmap_grant_ref: GNTMAP_contains_pte mapping, address of another PTE -> GNTST_general_error")
{
    grant_ref_t ref = gnt_grant(gnt_page[0], 0);
    uint8_t *at = gnt_at();
    struct gnttab_map_grant_ref map =
        gnt_map_op(ref, GNTMAP_host_map | GNTMAP_contains_pte, NULL);
    struct gnttab_unmap_grant_ref op;

    map.host_addr = pv_l1e_maddr(at);
    require_gntst(gnt_map(&map), GNTST_okay);

    /* host_addr has to be that of the same page table entry. */
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

GNTTAB_CASE("unmap_grant_ref: host_addr without a guest page table -> GNTST_general_error")
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

GNTTAB_CASE("unmap_grant_ref: request is read-only to the guest -> -EFAULT, unmapped fully or not at all")
{
    static uint8_t page[PAGE_SIZE] __page_aligned_bss;
    struct mapping m = mapped(0, GNTMAP_host_map);
    struct gnttab_unmap_grant_ref *op = _p(page);
    bool present;

    *op = gnt_unmap_op(&m.map);
    require_ok(remap_l1e(page, PF_SYM(AD, P)));
    expect_errno(hypercall_grant_table_op(GNTTABOP_unmap_grant_ref, op, 1),
                 -EFAULT);
    require_ok(remap_l1e(page, PF_SYM(AD, RW, P)));

    /*
     * The unmap may be done or not, but the entry and the address have to
     * agree.
     */
    present = gnt_present(m.at);
    expect_hex(gnttab_in_use(m.ref), present ? GTF_reading | GTF_writing : 0);
    if ( !present )
        gnt_forget(m.map.handle);
}

#endif /* CONFIG_PV */
