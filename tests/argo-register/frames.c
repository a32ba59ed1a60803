/*
 * Which frames a ring may have, and that Xen holds them as long as it has them.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "register.h"

#include <xtf/grant_table.h>
#include <xtf/unmapped.h>

#include <arch/pagetable.h>
#include <arch/symbolic-const.h>

CASE("frame: none with that number")
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

CASE("frame: a good one is taken after a bad one was refused")
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

/* The local APIC's page is none of the guest's memory, emulated or not. */
CASE("frame: of a device")
{
    xen_argo_register_ring_t reg = good_request();

    gfns[1] = 0xfee00;
    expect_refused(reg, 2, 0, -EINVAL);
}

CASE("frame: a hole")
{
    xen_argo_register_ring_t reg = good_request();

    gfns[1] = virt_to_gfn(unmapped_page());
    expect_refused(reg, 2, 0, -EINVAL);
}

/*
 * A guest has these from another, which may want them back.  A domain that maps
 * its own grant finds the frame at the new place only, and at none after
 * unmapping.
 */
CASE("frame: mapped from a grant")
{
    static uint8_t granted[PAGE_SIZE] __page_aligned_bss;
    struct gnttab_map_grant_ref map = {
        .flags = GNTMAP_host_map, .dom = argo_self(),
    };
    struct gnttab_unmap_grant_ref unmap = {};
    xen_argo_register_ring_t reg = good_request();
    void *page;

    if ( xtf_init_grant_table(1) )
        skip_case("no grant table");

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

#else

/* Nobody may write to a page that the processor takes descriptors from. */
CASE("frame: the GDT")
{
    xen_argo_register_ring_t reg = good_request();

    gfns[1] = virt_to_gfn(gdt);
    expect_refused(reg, 2, 0, -EINVAL);
}

CASE("frame: a page table")
{
    xen_argo_register_ring_t reg = good_request();

    gfns[0] = virt_to_gfn(_p(pv_start_info->pt_base));
    expect_refused(reg, 2, 0, -EINVAL);
}

CASE("frame: not this domain's")
{
    xen_argo_register_ring_t reg = good_request();

    /* The shared info page is Xen's but given to the domain; frame 0 is not. */
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
    remap_l1e(page, PF_SYM(AD, RW, P));
}

/*
 * What cannot become a page table has a writable reference left: the guest's
 * own mapping is read-only, so it is Xen's.
 */
#define expect_held(page)     expect_errno(pin(page), -EINVAL)
#define expect_not_held(page)                                           \
do {                                                                    \
    expect_ok(pin(page));                                               \
    expect_ok(unpin(page));                                             \
} while ( 0 )

CASE("frame: held for writing while it is a ring's")
{
    uint8_t *page;

    open_ring(argo_self(), LEN);
    page = argo_ring_frame(&ring, 1);
    memset(page, 0, PAGE_SIZE);

    xtf_case_cleanup(unprotect, page);
    require_ok(remap_l1e(page, PF_SYM(AD, P)));
    expect_not_held(page);

    require_ok(argo_ring_register(&ring, 0));
    expect_held(page);
    require_ok(argo_ring_unregister(&ring));
    expect_not_held(page);
}

CASE("frame: not held after a bad one was refused with it")
{
    xen_argo_register_ring_t reg = good_request();

    xtf_case_cleanup(unprotect, frames[0]);
    require_ok(remap_l1e(frames[0], PF_SYM(AD, P)));

    gfns[1] = ~0ULL;
    expect_errno(argo_register(&reg, gfns, 2, 0), -EINVAL);
    expect_not_held(frames[0]);
}

CASE("frame: the old one let go by a new registration")
{
    uint8_t *page;

    if ( !argo_wildcard_allowed() )
        skip_case("rings for anybody are not allowed: " ARGO_WILDCARD_OPTION);

    open_ring(XEN_ARGO_DOMID_ANY, LEN);
    page = argo_ring_frame(&ring, 1);
    memset(page, 0, PAGE_SIZE);
    xtf_case_cleanup(unprotect, page);
    require_ok(remap_l1e(page, PF_SYM(AD, P)));
    require_ok(argo_ring_register(&ring, 0));

    argo_ring_init(&again, others, PORT, XEN_ARGO_DOMID_ANY, LEN);
    expect_held(page);
    require_ok(argo_ring_register(&again, 0));
    expect_not_held(page);
}

#endif
