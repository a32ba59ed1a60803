/*
 * Which page table entries a PV guest's mapping may replace, and what becomes
 * of the page that was mapped there.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <xtf.h>
#include <xtf/harness/gnttab_case.h>

#include <arch/pagetable.h>

#ifdef CONFIG_PV

GNTTAB_CASE("map_grant_ref: GNTMAP_contains_pte, entry of an L2 or higher table -> GNTST_general_error")
{
    grant_ref_t ref = gnt_grant(gnt_page[0], 0);
    uint8_t *at = gnt_at();
    struct gnttab_map_grant_ref map =
        gnt_map_op(ref, GNTMAP_host_map | GNTMAP_contains_pte, NULL);
    unsigned int level;

    for ( level = 2; level <= CONFIG_PAGING_LEVELS; ++level )
    {
        const intpte_t *used = pv_pte(at, level), was = *used;
        const intpte_t *free = _p(_u(used) & PAGE_MASK);

        while ( *free & _PAGE_PRESENT )
            ++free;

        /*
         * Try the free entry first: replacing the used one would break this
         * kernel.
         */
        map.host_addr = virt_to_maddr(free);
        require_gntst(gnt_map(&map), GNTST_general_error);
        map.host_addr = virt_to_maddr(used);
        expect_gntst(gnt_map(&map), GNTST_general_error);

        expect_hex(*free, 0);
        expect_hex(*used, was);
        expect_hex(gnttab_in_use(ref), 0);
    }
}

static long mmuext(mmuext_op_t op)
{
    return hypercall_mmuext_op(&op, 1, NULL, DOMID_SELF);
}

/* Map a grant at the address of one of this kernel's pages. */
static void map_over(unsigned int access)
{
    grant_ref_t ref = gnt_grant(gnt_page[0], 0);
    mmuext_op_t op = { .arg1.mfn = virt_to_mfn(gnt_page[3]) };
    struct gnttab_map_grant_ref map =
        gnt_map_op(ref, GNTMAP_host_map | access, gnt_page[3]);

    memset(gnt_page[3], 0, PAGE_SIZE);
    require_gntst(gnt_map(&map), GNTST_okay);

    /*
     * The guest has to flush the TLB after it replaces a present entry: Xen
     * does not flush when it maps.
     */
    require_ok(mmuext((mmuext_op_t){
        .cmd = MMUEXT_INVLPG_LOCAL, .arg1.linear_addr = _u(gnt_page[3]) }));
    expect_mem(gnt_page[3], gnt_pattern(0), PAGE_SIZE);

    /* The replaced page is no longer mapped, so it may become a page table. */
    op.cmd = MMUEXT_PIN_L1_TABLE;
    if ( expect_ok(mmuext(op)) )
    {
        op.cmd = MMUEXT_UNPIN_TABLE;
        expect_ok(mmuext(op));
    }

    require_gntst(gnt_undo(&map), GNTST_okay);
    expect_false(gnt_present(gnt_page[3]));
    expect_hex(gnttab_in_use(ref), 0);
}

GNTTAB_CASE("map_grant_ref: writable at the address of a mapped page -> page replaced, its type freed")
{
    map_over(0);
}

GNTTAB_CASE("map_grant_ref: read-only at the address of a mapped page -> page replaced, its type freed")
{
    map_over(GNTMAP_readonly);
}

#endif
