/*
 * The page table entry of a PV guest's mapping: GNTMAP_contains_pte, and the
 * bits of the entry.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <xtf.h>
#include <xtf/harness/gnttab_case.h>

#ifdef CONFIG_PV

GNTTAB_CASE("map_grant_ref: GNTMAP_contains_pte -> mapped by the PTE at host_addr")
{
    grant_ref_t ref = gnt_grant(gnt_page[0], 0);
    uint8_t *at = gnt_at();
    struct gnttab_map_grant_ref map =
        gnt_map_op(ref, GNTMAP_host_map | GNTMAP_contains_pte, NULL);

    map.host_addr = pv_l1e_maddr(at);
    require_gntst(gnt_map(&map), GNTST_okay);
    expect_hex(gnttab_in_use(ref), GTF_reading | GTF_writing);
    expect_mem(at, gnt_pattern(0), PAGE_SIZE);
    at[3] = 0x33;
    expect_hex(gnt_page[0][3], 0x33);

    require_gntst(gnt_undo(&map), GNTST_okay);
    expect_hex(gnttab_in_use(ref), 0);
    expect_false(gnt_present(at));
}

GNTTAB_CASE("map_grant_ref: GNTMAP_contains_pte, host_addr not in a page table -> GNTST_general_error")
{
    grant_ref_t ref = gnt_grant(gnt_page[0], 0);
    uint8_t *at = gnt_at();
    struct gnttab_map_grant_ref map =
        gnt_map_op(ref, GNTMAP_host_map | GNTMAP_contains_pte, NULL);
    const uint64_t addrs[] = {
        virt_to_maddr(gnt_page[1]),             /* Data page. */
        _u(at),                                 /* Virtual address. */
        (uint64_t)0x7ffffff0 << PAGE_SHIFT,     /* Invalid frame. */
        ((uint64_t)1 << 62),                    /* Above the address width. */
    };
    unsigned int i;

    for ( i = 0; i < ARRAY_SIZE(addrs); ++i )
    {
        map.host_addr = addrs[i];
        expect_gntst(gnt_map(&map), GNTST_general_error);
        expect_hex(gnttab_in_use(ref), 0);
    }
    expect_page_unchanged(1);
    expect_false(gnt_present(at));
}

GNTTAB_CASE("map_grant_ref: host_addr without a guest page table -> GNTST_general_error")
{
    grant_ref_t ref = gnt_grant(gnt_page[0], 0);
    struct gnttab_map_grant_ref map = gnt_map_op(ref, GNTMAP_host_map, NULL);
    static const uint64_t addrs[] = {
#ifdef CONFIG_64BIT
        0x0000500000000000ull,      /* Guest range, no page table. */
        0xffff800000000000ull,      /* Xen's. */
        0x8000000000000000ull,      /* Non-canonical. */
#else
        0x90000000,                 /* No page table. */
        0xf5800000,                 /* Xen's. */
        0x100000000ull,             /* Above the 32-bit guest's range. */
#endif
    };
    unsigned int i;

    for ( i = 0; i < ARRAY_SIZE(addrs); ++i )
    {
        map.host_addr = addrs[i];
        expect_gntst(gnt_map(&map), GNTST_general_error);
        expect_hex(gnttab_in_use(ref), 0);
    }
}

#ifdef CONFIG_32BIT
GNTTAB_CASE("map_grant_ref: host_addr is 2^32 above a valid address -> GNTST_general_error")
{
    grant_ref_t ref = gnt_grant(gnt_page[0], 0);
    void *at = gnt_at();
    struct gnttab_map_grant_ref map = gnt_map_op(ref, GNTMAP_host_map, at);

    map.host_addr |= 1ull << 32;
    expect_gntst(gnt_map(&map), GNTST_general_error);
    expect_hex(gnttab_in_use(ref), 0);
    expect_false(gnt_present(at));
}
#endif

GNTTAB_CASE("map_grant_ref: with and without GNTMAP_readonly -> PTE's frame and _PAGE_RW match")
{
    grant_ref_t ref = gnt_grant(gnt_page[0], 0);
    void *at = gnt_at();
    struct gnttab_map_grant_ref map = gnt_map_op(ref, GNTMAP_host_map, at);

    require_gntst(gnt_map(&map), GNTST_okay);
    expect_hex(pte_to_paddr(*pv_l1e(at)), virt_to_maddr(gnt_page[0]));
    expect_hex(*pv_l1e(at) & (_PAGE_PRESENT | _PAGE_RW),
               _PAGE_PRESENT | _PAGE_RW);
    require_gntst(gnt_undo(&map), GNTST_okay);
    expect_hex(*pv_l1e(at), 0);

    map.flags |= GNTMAP_readonly;
    require_gntst(gnt_map(&map), GNTST_okay);
    expect_hex(*pv_l1e(at) & (_PAGE_PRESENT | _PAGE_RW), _PAGE_PRESENT);
}

GNTTAB_CASE("map_grant_ref: GNTMAP_guest_avail_mask bits -> set in the PTE's available bits")
{
    grant_ref_t ref = gnt_grant(gnt_page[0], 0);
    void *at = gnt_at();
    unsigned int bits;

    for ( bits = 0; bits < 8; ++bits )
    {
        struct gnttab_map_grant_ref map = gnt_map_op(
            ref, GNTMAP_host_map | (bits << _GNTMAP_guest_avail0), at);

        require_gntst(gnt_map(&map), GNTST_okay);
        expect_hex(*pv_l1e(at) & _PAGE_AVAIL, bits << 9);
        require_gntst(gnt_undo(&map), GNTST_okay);
    }
}

GNTTAB_CASE("map_grant_ref: GTF_PWT, GTF_PCD and GTF_PAT on a RAM page -> not applied to the PTE")
{
    grant_ref_t ref = gnt_grant(gnt_page[0], GTF_PWT | GTF_PCD | GTF_PAT);
    void *at = gnt_at();
    struct gnttab_map_grant_ref map = gnt_map_op(ref, GNTMAP_host_map, at);

    require_gntst(gnt_map(&map), GNTST_okay);
    expect_hex(*pv_l1e(at) & (_PAGE_PWT | _PAGE_PCD | _PAGE_PSE), 0);
}

#ifdef CONFIG_32BIT
/* Read a byte in user mode. Return ~0 if the read faults. */
static unsigned long __user_text read_as_user(unsigned long addr)
{
    unsigned long fault = 0, val;

    asm volatile ("1: movzbl (%[addr]), %[val]; 2:"
                  _ASM_EXTABLE_HANDLER(1b, 2b, ex_record_fault_eax)
                  : "+a" (fault), [val] "=&r" (val) : [addr] "r" (addr));

    return fault ? ~0ul : val;
}

GNTTAB_CASE("map_grant_ref: with and without GNTMAP_application_map -> user mode reads or faults")
{
    grant_ref_t ref = gnt_grant(gnt_page[0], 0);
    void *at = gnt_at();
    struct gnttab_map_grant_ref map = gnt_map_op(ref, GNTMAP_host_map, at);

    require_gntst(gnt_map(&map), GNTST_okay);
    expect_hex(exec_user_param(read_as_user, _u(at)), ~0ul);
    require_gntst(gnt_undo(&map), GNTST_okay);

    map.flags |= GNTMAP_application_map;
    require_gntst(gnt_map(&map), GNTST_okay);
    expect_hex(exec_user_param(read_as_user, _u(at)), gnt_page[0][0]);
}
#endif

#endif /* CONFIG_PV */
