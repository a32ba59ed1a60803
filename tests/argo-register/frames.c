/*
 * Which frames a ring may have, and that Xen has references to them for as long
 * as the ring is registered.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <xtf/harness/needs.h>

#include "register.h"

#include <xtf/grant_table.h>
#include <xtf/mm/page.h>

#include <arch/pagetable.h>

CASE("register_ring: invalid GFN in the frame list -> -EINVAL")
{
    static const xen_argo_gfn_t none[] = {
        ~0ULL, 1ULL << 63, 1ULL << 52, (1ULL << 40) - 1,
    };
    unsigned int i, slot;

    for ( i = 0; i < ARRAY_SIZE(none); ++i )
        for ( slot = 0; slot < 2; ++slot )
        {
            xen_argo_register_ring_t reg = good_request();

            gfns[slot] = none[i];
            expect_refused(reg, 2, 0, -EINVAL);
        }
}

CASE("register_ring: valid frames after -EINVAL for an invalid GFN -> 0")
{
    xen_argo_register_ring_t reg = good_request();

    gfns[1] = ~0ULL;
    expect_refused(reg, 2, 0, -EINVAL);

    reg = good_request();
    expect_ok(argo_register(&reg, gfns, 2, 0));
    expect_eq(send("x", 1), 1);
    expect_ok(argo_unregister(PORT, argo_self()));
}

#ifdef CONFIG_HVM

/* The local APIC's page is no RAM of the guest. */
CASE("register_ring: MMIO frame -> -EINVAL")
{
    xen_argo_register_ring_t reg = good_request();

    gfns[1] = 0xfee00;
    expect_refused(reg, 2, 0, -EINVAL);
}

CASE("register_ring: unpopulated GFN -> -EINVAL")
{
    xen_argo_register_ring_t reg = good_request();

    gfns[1] = virt_to_gfn(unmapped_page());
    expect_refused(reg, 2, 0, -EINVAL);
}

/*
 * A granting domain may revoke the frame.  Here the domain maps its own grant:
 * the frame is then at the new GFN only, and at no GFN after unmapping.
 */
CASE("register_ring: frame mapped by grant -> -EINVAL")
{
    static uint8_t granted[PAGE_SIZE] __page_aligned_bss;
    struct gnttab_map_grant_ref map = {
        .flags = GNTMAP_host_map, .dom = argo_self(),
    };
    struct gnttab_unmap_grant_ref unmap = {};
    xen_argo_register_ring_t reg = good_request();
    void *page;

    if ( xtf_init_grant_table(1) )
        skip_case("needs a grant table: xtf_init_grant_table(1) failed");

    map.ref = gnttab_grant_access(argo_self(), virt_to_gfn(granted), false);
    page = gnttab_get_page();
    map.host_addr = gnttab_host_addr(page);
    require_ok(gnttab_map_refs(&map, 1));
    require_gntst(map.status, GNTST_okay);

    gfns[1] = virt_to_gfn(page);
    expect_refused(reg, 2, 0, -EINVAL);

    unmap.host_addr = map.host_addr;
    unmap.handle = map.handle;
    expect_ok(gnttab_unmap_refs(&unmap, 1));
    expect_gntst(unmap.status, GNTST_okay);
    gnttab_put_page(page);
    expect_ok(gnttab_end_access(map.ref));
}

#endif

#ifdef CONFIG_PV

/* A PV guest's descriptor table must have no writable reference. */
CASE("register_ring: PV, GDT page -> -EINVAL")
{
    xen_argo_register_ring_t reg = good_request();

    gfns[1] = virt_to_gfn(gdt);
    expect_refused(reg, 2, 0, -EINVAL);
}

CASE("register_ring: PV, page table -> -EINVAL")
{
    xen_argo_register_ring_t reg = good_request();

    gfns[0] = virt_to_gfn(_p(pv_start_info->pt_base));
    expect_refused(reg, 2, 0, -EINVAL);
}

CASE("register_ring: PV, frame of Xen -> -EINVAL")
{
    xen_argo_register_ring_t reg = good_request();

    /* MFN 0 belongs to Xen and is not shared with the domain. */
    gfns[1] = 0;
    expect_refused(reg, 2, 0, -EINVAL);
}

static long pin(const void *page)
{
    mmuext_op_t op = {
        .cmd = MMUEXT_PIN_L1_TABLE, .arg1.mfn = virt_to_mfn(page),
    };

    return hypercall_mmuext_op(&op, 1, NULL, DOMID_SELF);
}

static long unpin(const void *page)
{
    mmuext_op_t op = {
        .cmd = MMUEXT_UNPIN_TABLE, .arg1.mfn = virt_to_mfn(page),
    };

    return hypercall_mmuext_op(&op, 1, NULL, DOMID_SELF);
}

static void unprotect(void *page)
{
    unpin(page);
    remap_l1e(page, PTE_KERNEL);
}

/*
 * A page that cannot be pinned as a page table has a writable type reference.
 * The guest's own mapping is read-only, so the reference is Xen's.
 */
#define expect_held(page)     expect_errno(pin(page), -EINVAL)
#define expect_not_held(page)                                           \
do {                                                                    \
    expect_ok(pin(page));                                               \
    expect_ok(unpin(page));                                             \
} while ( 0 )

CASE("register_ring: PV -> writable type reference to the frames until unregister_ring")
{
    uint8_t *page;

    open_ring(argo_self(), LEN);
    page = argo_ring_frame(&ring, 1);
    memset(page, 0, PAGE_SIZE);

    xtf_case_cleanup(unprotect, page);
    require_ok(remap_l1e(page, PTE_KERNEL_READONLY));
    expect_not_held(page);

    require_ok(argo_ring_register(&ring, 0));
    expect_held(page);
    require_ok(argo_ring_unregister(&ring));
    expect_not_held(page);
}

CASE("register_ring: PV, -EINVAL for the second GFN -> no reference to the first frame")
{
    xen_argo_register_ring_t reg = good_request();

    xtf_case_cleanup(unprotect, frames[0]);
    require_ok(remap_l1e(frames[0], PTE_KERNEL_READONLY));

    gfns[1] = ~0ULL;
    expect_errno(argo_register(&reg, gfns, 2, 0), -EINVAL);
    expect_not_held(frames[0]);
}

CASE("register_ring: PV, existing ring with new frames -> no reference to the old frames")
{
    uint8_t *page;

    need_wildcard_rings();

    open_ring(XEN_ARGO_DOMID_ANY, LEN);
    page = argo_ring_frame(&ring, 1);
    memset(page, 0, PAGE_SIZE);
    xtf_case_cleanup(unprotect, page);
    require_ok(remap_l1e(page, PTE_KERNEL_READONLY));
    require_ok(argo_ring_register(&ring, 0));

    argo_ring_init(&again, others, PORT, XEN_ARGO_DOMID_ANY, LEN);
    expect_held(page);
    require_ok(argo_ring_register(&again, 0));
    expect_not_held(page);
}

#endif
