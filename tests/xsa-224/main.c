/**
 * @file tests/xsa-224/main.c
 * @ref test-xsa-224
 *
 * @page test-xsa-224 XSA-224: references of device mappings
 *
 * CVE-2017-10920, CVE-2017-10921, CVE-2017-10922. A PV guest may map a grant
 * for the CPU (GNTMAP_host_map), for devices (GNTMAP_device_map), or for both
 * in one request, and unmap these one by one. Xen counted the references
 * wrongly in three ways: unmapping the host mapping dropped the device
 * mapping's references, too; some requests for both took too few writable type
 * references and dropped all of them later; and a device mapping of
 * memory-mapped I/O got a host mapping as well, without any reference. In each
 * case a page could become a page table while it was still mapped writable,
 * which gives control over the hypervisor.
 *
 * The test unmaps in both orders and checks the page: as long as one mapping is
 * left, the entry is in use and the page cannot become a page table; after the
 * last one, it can. A device mapping does not appear in the guest's page table,
 * and a request that fails leaves no reference.
 *
 * https://xenbits.xen.org/xsa/advisory-224.html
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <xtf.h>
#include <xtf/harness/gnttab_case.h>

#include <arch/pagetable.h>
#include <arch/symbolic-const.h>

const char test_title[] = "XSA-224: references of device mappings";

#define HOST   GNTMAP_host_map
#define DEVICE GNTMAP_device_map
#define IN_USE (GTF_reading | GTF_writing)

/* Unmap the host mapping, the device mapping, or both. */
static int unmap(const struct gnttab_map_grant_ref *map, unsigned int kinds)
{
    struct gnttab_unmap_grant_ref op = gnt_unmap_op(map);

    if ( !(kinds & HOST) )
        op.host_addr = 0;
    if ( !(kinds & DEVICE) )
        op.dev_bus_addr = 0;

    return gnt_unmap(&op);
}

GNTTAB_CASE("XSA-224 unmap_grant_ref: host mapping first -> entry in use, page and type referenced")
{
    grant_ref_t ref = gnt_grant(gnt_page[0], 0);
    void *at = gnt_at();
    struct gnttab_map_grant_ref map = gnt_map_op(ref, HOST | DEVICE, at);

    require_gntst(gnt_map(&map), GNTST_okay);
    require_gntst(unmap(&map, HOST), GNTST_okay);
    expect_false(gnt_present(at));
    expect_hex(gnttab_in_use(ref), IN_USE);
    expect_false(gnt_can_be_pagetable(gnt_page[0]));
    expect_false(gnt_unreferenced(gnt_page[0]));

    require_gntst(unmap(&map, DEVICE), GNTST_okay);
    expect_hex(gnttab_in_use(ref), 0);
    expect_true(gnt_can_be_pagetable(gnt_page[0]));
}

GNTTAB_CASE("XSA-224 unmap_grant_ref: device mapping first -> entry in use, page and type referenced")
{
    grant_ref_t ref = gnt_grant(gnt_page[0], 0);
    void *at = gnt_at();
    struct gnttab_map_grant_ref map = gnt_map_op(ref, HOST | DEVICE, at);

    require_gntst(gnt_map(&map), GNTST_okay);
    require_gntst(unmap(&map, DEVICE), GNTST_okay);
    expect_true(gnt_present(at));
    expect_hex(gnttab_in_use(ref), IN_USE);
    expect_false(gnt_can_be_pagetable(gnt_page[0]));
    expect_false(gnt_unreferenced(gnt_page[0]));

    require_gntst(unmap(&map, HOST), GNTST_okay);
    expect_hex(gnttab_in_use(ref), 0);
    expect_true(gnt_can_be_pagetable(gnt_page[0]));
}

GNTTAB_CASE("XSA-224 unmap_grant_ref: read-only, host mapping first -> entry in use, page referenced")
{
    grant_ref_t ref = gnt_grant(gnt_page[0], GTF_readonly);
    struct gnttab_map_grant_ref map =
        gnt_map_op(ref, HOST | DEVICE | GNTMAP_readonly, gnt_at());

    require_gntst(gnt_map(&map), GNTST_okay);
    require_gntst(unmap(&map, HOST), GNTST_okay);
    expect_hex(gnttab_in_use(ref), GTF_reading);
    expect_false(gnt_unreferenced(gnt_page[0]));

    require_gntst(unmap(&map, DEVICE), GNTST_okay);
    expect_hex(gnttab_in_use(ref), 0);
}

/*
 * Too few references show when one of several mappings is unmapped: it drops a
 * reference that another one needs.
 */
GNTTAB_CASE("XSA-224 unmap_grant_ref: all but one of three mappings -> type referenced until the last")
{
    static const unsigned int how[] = { HOST | DEVICE, DEVICE, HOST };
    grant_ref_t ref = gnt_grant(gnt_page[0], 0);
    unsigned int keep, i;

    for ( keep = 0; keep < ARRAY_SIZE(how); ++keep )
    {
        struct gnttab_map_grant_ref map[ARRAY_SIZE(how)];

        for ( i = 0; i < ARRAY_SIZE(how); ++i )
        {
            map[i] = gnt_map_op(ref, how[i], gnt_at());
            require_gntst(gnt_map(&map[i]), GNTST_okay);
        }

        for ( i = 0; i < ARRAY_SIZE(how); ++i )
            if ( i != keep )
                require_gntst(unmap(&map[i], how[i]), GNTST_okay);

        expect_hex(gnttab_in_use(ref), IN_USE);
        expect_false(gnt_can_be_pagetable(gnt_page[0]));

        require_gntst(unmap(&map[keep], how[keep]), GNTST_okay);
        expect_hex(gnttab_in_use(ref), 0);
        expect_true(gnt_can_be_pagetable(gnt_page[0]));
    }
}

GNTTAB_CASE("XSA-224 map_grant_ref: host_addr without a page table -> GNTST_general_error, no reference")
{
    grant_ref_t ref = gnt_grant(gnt_page[0], 0);
    struct gnttab_map_grant_ref map = gnt_map_op(ref, HOST | DEVICE, NULL);

    /* The guest has no page table entry for Xen's own address range. */
#ifdef __x86_64__
    map.host_addr = 0xffff830000000000ULL;
#else
    map.host_addr = 0x100000000ULL;
#endif

    expect_gntst(gnt_map(&map), GNTST_general_error);
    expect_hex(gnttab_in_use(ref), 0);
    expect_true(gnt_can_be_pagetable(gnt_page[0]));
    expect_true(gnt_unreferenced(gnt_page[0]));
}

/* Neither the CPU nor a device may write to a page table. */
GNTTAB_CASE("XSA-224 map_grant_ref: page table, writable host or device mapping -> GNTST_general_error")
{
    static const unsigned int how[] = { HOST, DEVICE, HOST | DEVICE };
    const void *table = _p(_u(pv_l1e(gnt_page[0])) & PAGE_MASK);
    grant_ref_t ref = gnt_grant(table, 0);
    unsigned int i;

    for ( i = 0; i < ARRAY_SIZE(how); ++i )
    {
        void *at = gnt_at();
        struct gnttab_map_grant_ref map = gnt_map_op(ref, how[i], at);

        expect_gntst(gnt_map(&map), GNTST_general_error);
        expect_hex(gnttab_in_use(ref), 0);
        expect_false(gnt_present(at));
    }
}

GNTTAB_CASE("XSA-224 map_grant_ref: GNTMAP_device_map only -> no PTE at host_addr")
{
    grant_ref_t ref = gnt_grant(gnt_page[0], 0);
    void *at = gnt_at();
    struct gnttab_map_grant_ref map = gnt_map_op(ref, DEVICE, at);

    require_gntst(gnt_map(&map), GNTST_okay);
    expect_false(gnt_present(at));
    expect_hex(*pv_l1e(at), 0);
    require_gntst(unmap(&map, DEVICE), GNTST_okay);
}

/* Text mode video memory. Xen may refuse to map it, as 4.17 and later do. */
GNTTAB_CASE("XSA-224 map_grant_ref: GNTMAP_device_map only of a MMIO frame -> no PTE at host_addr")
{
    grant_ref_t ref = gnt_ref();
    void *at = gnt_at();
    struct gnttab_map_grant_ref map = gnt_map_op(ref, DEVICE, at);

    gnttab_publish(ref, gnt_self(), 0xb8, GTF_permit_access);

    if ( gnt_map(&map) == GNTST_okay )
    {
        expect_hex(*pv_l1e(at), 0);
        require_gntst(unmap(&map, DEVICE), GNTST_okay);
    }
    expect_hex(*pv_l1e(at), 0);
    expect_hex(gnttab_in_use(ref), 0);
}
