/**
 * @file tests/xsa-234/main.c
 * @ref test-xsa-234
 *
 * @page test-xsa-234 XSA-234: unmap by a page table entry with other access
 *
 * CVE-2017-14319. To unmap a grant, a PV guest passes the handle and the page
 * table entry to clear. Xen checked that the entry held the right frame, but
 * not that it was present and as writable as the mapping. With an entry of less
 * access Xen dropped the writable reference of the mapping while the writable
 * entry stayed, so that the page could become a page table that the guest could
 * write to.
 *
 * The test maps a grant, makes entries for the same frame which are absent, or
 * writable where the mapping is not or the other way round, and tries to unmap
 * the grant by them. Each try must fail, and neither the mapping nor the entry
 * may change.
 *
 * https://xenbits.xen.org/xsa/advisory-234.html
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <xtf.h>
#include <xtf/harness/gnttab_case.h>

#include <arch/pagetable.h>
#include <arch/symbolic-const.h>

const char test_title[] =
    "XSA-234: unmap by a page table entry with other access";

#define CONTAINS_PTE GNTMAP_contains_pte

/* The CPU sets these bits. */
#define AD PF_SYM(AD)

static uint64_t address_of(const void *va, unsigned int flags)
{
    return flags & CONTAINS_PTE ? pv_l1e_maddr(va) : gnttab_host_addr(va);
}

/*
 * Map with map_flags, and unmap by an entry for the same frame with pte_flags.
 */
static void unmap_by(unsigned int map_flags, uint64_t pte_flags)
{
    bool ro = map_flags & GNTMAP_readonly;
    grant_ref_t ref = gnt_grant(gnt_page[0], 0);
    uint8_t *at = gnt_at(), *other = gnt_at();
    struct gnttab_map_grant_ref map =
        gnt_map_op(ref, GNTMAP_host_map | map_flags, at);
    struct gnttab_unmap_grant_ref undo;
    intpte_t pte, was;

    map.host_addr = address_of(at, map_flags);
    require_gntst(gnt_map(&map), GNTST_okay);
    was = *pv_l1e(at);

    require_ok(set_l1e(other, pte_from_virt(gnt_page[0], pte_flags)));
    pte = *pv_l1e(other);

    undo = gnt_unmap_op(&map);
    undo.host_addr = address_of(other, map_flags);
    expect_gntst(gnt_unmap(&undo), GNTST_general_error);

    /* Both entries are unchanged, and the grant is in use. */
    expect_hex(*pv_l1e(at) & ~AD, was & ~AD);
    expect_hex(*pv_l1e(other) & ~AD, pte & ~AD);
    expect_hex(gnttab_in_use(ref), GTF_reading | (ro ? 0 : GTF_writing));

    require_ok(set_l1e(other, 0));
    if ( !ro )
        expect_false(gnt_can_be_pagetable(gnt_page[0]));
    expect_mem(at, gnt_pattern(0), PAGE_SIZE);

    require_gntst(gnt_undo(&map), GNTST_okay);
    expect_hex(gnttab_in_use(ref), 0);
    expect_true(gnt_can_be_pagetable(gnt_page[0]));
}

GNTTAB_CASE("XSA-234 unmap_grant_ref: writable mapping by a read-only PTE -> GNTST_general_error")
{
    unmap_by(0, PF_SYM(AD, P));
}

GNTTAB_CASE("XSA-234 unmap_grant_ref: writable mapping by an absent PTE -> GNTST_general_error")
{
    unmap_by(0, PF_SYM(AD, RW));
}

GNTTAB_CASE("XSA-234 unmap_grant_ref: read-only mapping by a writable PTE -> GNTST_general_error")
{
    unmap_by(GNTMAP_readonly, PF_SYM(AD, RW, P));
}

GNTTAB_CASE("XSA-234 unmap_grant_ref: read-only mapping by an absent PTE -> GNTST_general_error")
{
    unmap_by(GNTMAP_readonly, PF_SYM(AD));
}

GNTTAB_CASE("XSA-234 unmap_grant_ref: GNTMAP_contains_pte mapping by a read-only PTE -> GNTST_general_error")
{
    unmap_by(CONTAINS_PTE, PF_SYM(AD, P));
}

GNTTAB_CASE("XSA-234 unmap_grant_ref: GNTMAP_contains_pte mapping by an absent PTE -> GNTST_general_error")
{
    unmap_by(CONTAINS_PTE, PF_SYM(AD, RW));
}

GNTTAB_CASE("XSA-234 unmap_and_replace: writable mapping by a read-only PTE -> GNTST_general_error")
{
    grant_ref_t ref = gnt_grant(gnt_page[0], 0);
    uint8_t *at = gnt_at(), *other = gnt_at(), *spare = gnt_at();
    struct gnttab_map_grant_ref map = gnt_map_op(ref, GNTMAP_host_map, at);
    struct gnttab_unmap_and_replace op;

    require_gntst(gnt_map(&map), GNTST_okay);
    require_ok(set_l1e(other, pte_from_virt(gnt_page[0], PF_SYM(AD, P))));

    op = (struct gnttab_unmap_and_replace) {
        .host_addr = gnttab_host_addr(other),
        .new_addr = gnttab_host_addr(spare),
        .handle = map.handle,
        .status = GNT_UNTOUCHED,
    };
    expect_ok(hypercall_grant_table_op(GNTTABOP_unmap_and_replace, &op, 1));
    expect_gntst(op.status, GNTST_general_error);

    expect_true(gnt_present(at));
    expect_true(gnt_present(other));
    expect_hex(gnttab_in_use(ref), GTF_reading | GTF_writing);
    require_ok(set_l1e(other, 0));
    expect_false(gnt_can_be_pagetable(gnt_page[0]));
}
