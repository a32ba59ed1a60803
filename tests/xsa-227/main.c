/**
 * @file tests/xsa-227/main.c
 * @ref test-xsa-227
 *
 * @page test-xsa-227 XSA-227: misaligned page table entries
 *
 * CVE-2017-12137. With GNTMAP_contains_pte, a PV guest passes the machine
 * address of the page table entry to map a grant with. Xen did not check that
 * the address was aligned, and wrote to parts of two entries, with bits that
 * the guest had chosen, which gave the guest unchecked page table entries.
 *
 * The test passes each address within an entry. Only the first may work; for
 * the others the request must fail, and neither the entry nor its neighbours
 * may change.
 *
 * https://xenbits.xen.org/xsa/advisory-227.html
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <xtf.h>
#include <xtf/harness/gnttab_case.h>

#include <arch/pagetable.h>

const char test_title[] = "XSA-227: misaligned page table entries";

#define PTE_FLAGS (GNTMAP_host_map | GNTMAP_contains_pte)

/* A page whose page table entry has neighbours on both sides in its table. */
static uint8_t *inner_page(void)
{
    static uint8_t room[4][PAGE_SIZE] __page_aligned_bss;
    unsigned int i;

    for ( i = 1; i < 3; ++i )
    {
        unsigned int idx = l1_table_offset(_u(room[i]));

        if ( idx > 0 && idx + 1 < PAGE_SIZE / sizeof(intpte_t) )
            return room[i];
    }

    return NULL;
}

static struct gnttab_map_grant_ref request(grant_ref_t ref, unsigned int flags,
                                           const void *va, unsigned int off)
{
    struct gnttab_map_grant_ref map = gnt_map_op(ref, flags, va);

    map.host_addr = pv_l1e_maddr(va) + off;

    return map;
}

static void misaligned(unsigned int flags)
{
    grant_ref_t ref = gnt_grant(gnt_page[0], 0);
    const uint8_t *va = inner_page();
    const intpte_t *pte = pv_l1e(va);
    intpte_t was[3];
    unsigned int off;

    for ( off = 1; off < sizeof(intpte_t); ++off )
    {
        struct gnttab_map_grant_ref map = request(ref, flags, va, off);

        memcpy(was, pte - 1, sizeof(was));
        require_gntst(gnt_map(&map), GNTST_general_error);
        expect_mem(pte - 1, was, sizeof(was));
        expect_hex(gnttab_in_use(ref), 0);
        expect_page_unchanged(0);
    }
}

GNTTAB_CASE("XSA-227 map_grant_ref: misaligned PTE address, writable -> GNTST_general_error")
{
    misaligned(PTE_FLAGS);
}

GNTTAB_CASE("XSA-227 map_grant_ref: misaligned PTE address, GNTMAP_readonly -> GNTST_general_error")
{
    misaligned(PTE_FLAGS | GNTMAP_readonly);
}

GNTTAB_CASE("XSA-227 map_grant_ref: misaligned PTE address, available bits set -> GNTST_general_error")
{
    misaligned(PTE_FLAGS | GNTMAP_guest_avail_mask);
}

GNTTAB_CASE("XSA-227 map_grant_ref: PTE address across the end of a page table -> GNTST_general_error")
{
    grant_ref_t ref = gnt_grant(gnt_page[0], 0);
    const void *table = _p(_u(pv_l1e(gnt_page[0])) & PAGE_MASK);
    unsigned int off;

    for ( off = 1; off < sizeof(intpte_t); ++off )
    {
        struct gnttab_map_grant_ref map =
            gnt_map_op(ref, PTE_FLAGS, gnt_page[0]);

        map.host_addr = virt_to_maddr(table) + PAGE_SIZE - off;
        require_gntst(gnt_map(&map), GNTST_general_error);
        expect_hex(gnttab_in_use(ref), 0);
    }
}

GNTTAB_CASE("XSA-227 map_grant_ref: aligned PTE address -> mapped, neighbouring PTEs unchanged")
{
    grant_ref_t ref = gnt_grant(gnt_page[0], 0);
    uint8_t *va = inner_page();
    const intpte_t *pte = pv_l1e(va);
    struct gnttab_map_grant_ref map;
    intpte_t was[3];

    require_ok(page_vacate(va));
    map = request(ref, PTE_FLAGS, va, 0);
    memcpy(was, pte - 1, sizeof(was));

    require_gntst(gnt_map(&map), GNTST_okay);
    expect_mem(va, gnt_pattern(0), PAGE_SIZE);
    expect_hex(pte[-1], was[0]);
    expect_hex(pte[1], was[2]);

    require_gntst(gnt_undo(&map), GNTST_okay);
    expect_mem(pte - 1, was, sizeof(was));
    require_ok(page_restore(va));
}
