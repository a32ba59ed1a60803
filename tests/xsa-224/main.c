/**
 * @file tests/xsa-224/main.c
 * @ref test-xsa-224
 *
 * @page test-xsa-224 XSA-224: what a mapping for devices counts for
 *
 * CVE-2017-10920, CVE-2017-10921, CVE-2017-10922.  A PV guest may map a grant
 * for the CPU, for devices, or for both in one request, and undo the halves
 * one by one.  Xen's accounts of that were wrong in three ways: undoing the
 * CPU's half gave back the device's references, too; some requests for both
 * halves took too few writable references and gave back all of them later; and
 * a mapping for devices only of memory-mapped I/O got a mapping for the CPU as
 * well, which no account knew of.  In each case a page could become a page
 * table while somebody was still able to write to it, which is control over
 * the hypervisor.
 *
 * The test does each, in both orders, and observes the page: as long as one
 * half is left, the entry is in use and the page cannot become a page table;
 * after the last, it can.  What was mapped for devices only is not there for
 * the CPU, and a request that fails gives back what it took.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <xtf/gnttab_case.h>
#include <xtf.h>

#include <arch/pagetable.h>
#include <arch/symbolic-const.h>

const char test_title[] = "XSA-224: mappings for devices";

#define HOST   GNTMAP_host_map
#define DEVICE GNTMAP_device_map
#define IN_USE (GTF_reading | GTF_writing)

/* Undo one half, or both. */
static int undo(const struct gnttab_map_grant_ref *map, unsigned int halves)
{
    struct gnttab_unmap_grant_ref op = gnt_unmap_op(map);

    if ( !(halves & HOST) )
        op.host_addr = 0;
    if ( !(halves & DEVICE) )
        op.dev_bus_addr = 0;

    return gnt_unmap(&op);
}

GNTTAB_CASE("XSA-224: CVE-2017-10920: the CPU's half is undone first")
{
    grant_ref_t ref = gnt_grant(gnt_page[0], 0);
    void *at = gnt_at();
    struct gnttab_map_grant_ref map = gnt_map_op(ref, HOST | DEVICE, at);

    require_gntst(gnt_map(&map), GNTST_okay);
    require_gntst(undo(&map, HOST), GNTST_okay);
    expect_false(gnt_present(at));
    expect_hex(gnttab_in_use(ref), IN_USE);
    expect_false(gnt_can_be_pagetable(gnt_page[0]));
    expect_false(gnt_unreferenced(gnt_page[0]));

    require_gntst(undo(&map, DEVICE), GNTST_okay);
    expect_hex(gnttab_in_use(ref), 0);
    expect_true(gnt_can_be_pagetable(gnt_page[0]));
}

GNTTAB_CASE("XSA-224: CVE-2017-10920: the device's half is undone first")
{
    grant_ref_t ref = gnt_grant(gnt_page[0], 0);
    void *at = gnt_at();
    struct gnttab_map_grant_ref map = gnt_map_op(ref, HOST | DEVICE, at);

    require_gntst(gnt_map(&map), GNTST_okay);
    require_gntst(undo(&map, DEVICE), GNTST_okay);
    expect_true(gnt_present(at));
    expect_hex(gnttab_in_use(ref), IN_USE);
    expect_false(gnt_can_be_pagetable(gnt_page[0]));
    expect_false(gnt_unreferenced(gnt_page[0]));

    require_gntst(undo(&map, HOST), GNTST_okay);
    expect_hex(gnttab_in_use(ref), 0);
    expect_true(gnt_can_be_pagetable(gnt_page[0]));
}

GNTTAB_CASE("XSA-224: CVE-2017-10920: the CPU's half goes first, read-only")
{
    grant_ref_t ref = gnt_grant(gnt_page[0], GTF_readonly);
    struct gnttab_map_grant_ref map =
        gnt_map_op(ref, HOST | DEVICE | GNTMAP_readonly, gnt_at());

    require_gntst(gnt_map(&map), GNTST_okay);
    require_gntst(undo(&map, HOST), GNTST_okay);
    expect_hex(gnttab_in_use(ref), GTF_reading);
    expect_false(gnt_unreferenced(gnt_page[0]));

    require_gntst(undo(&map, DEVICE), GNTST_okay);
    expect_hex(gnttab_in_use(ref), 0);
}

/*
 * Too few references show when one of several mappings goes: it takes away what
 * another still needs.
 */
GNTTAB_CASE("XSA-224: CVE-2017-10921: each mapping counts for itself")
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
                require_gntst(undo(&map[i], how[i]), GNTST_okay);

        expect_hex(gnttab_in_use(ref), IN_USE);
        expect_false(gnt_can_be_pagetable(gnt_page[0]));

        require_gntst(undo(&map[keep], how[keep]), GNTST_okay);
        expect_hex(gnttab_in_use(ref), 0);
        expect_true(gnt_can_be_pagetable(gnt_page[0]));
    }
}

GNTTAB_CASE("XSA-224: CVE-2017-10921: a request that fails takes nothing")
{
    grant_ref_t ref = gnt_grant(gnt_page[0], 0);
    struct gnttab_map_grant_ref map = gnt_map_op(ref, HOST | DEVICE, NULL);

    /* No page table entry of the guest's maps Xen's own address space. */
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

/* A page table of this kernel: none may write to it, neither CPU nor device. */
GNTTAB_CASE("XSA-224: CVE-2017-10921: a page table is not mapped writable")
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

GNTTAB_CASE("XSA-224: CVE-2017-10922: what devices see, the CPU does not")
{
    grant_ref_t ref = gnt_grant(gnt_page[0], 0);
    void *at = gnt_at();
    struct gnttab_map_grant_ref map = gnt_map_op(ref, DEVICE, at);

    require_gntst(gnt_map(&map), GNTST_okay);
    expect_false(gnt_present(at));
    expect_hex(*pv_l1e(at), 0);
    require_gntst(undo(&map, DEVICE), GNTST_okay);
}

/* Text mode video memory.  Xen may refuse to map it, and newer ones do. */
GNTTAB_CASE("XSA-224: CVE-2017-10922: nor is memory-mapped I/O")
{
    grant_ref_t ref = gnt_ref();
    void *at = gnt_at();
    struct gnttab_map_grant_ref map = gnt_map_op(ref, DEVICE, at);

    gnttab_publish(ref, gnt_self(), 0xb8, GTF_permit_access);

    if ( gnt_map(&map) == GNTST_okay )
    {
        expect_hex(*pv_l1e(at), 0);
        require_gntst(undo(&map, DEVICE), GNTST_okay);
    }
    expect_hex(*pv_l1e(at), 0);
    expect_hex(gnttab_in_use(ref), 0);
}
