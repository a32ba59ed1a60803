/**
 * @file tests/xsa-500/main.c
 * @ref test-xsa-500
 *
 * @page test-xsa-500 XSA-500
 *
 * CVE-2026-62428.  A copy to an entry that is mapped read-only looks the
 * entry's frame up once more.  If the granting domain changed the entry
 * meanwhile, Xen took its references to the new frame and wrote to the old one,
 * which nothing kept from being a page table.  Such a copy is refused, and
 * the entry is in use just as before.
 *
 * https://xenbits.xen.org/xsa/advisory-500.html
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <xtf.h>
#include <xtf/harness/gnttab_case.h>

const char test_title[] = "XSA-500: a copy to an entry that changed while mapped";

#define LEN 32

static void set_frame(grant_ref_t ref, const void *va)
{
    if ( gnttab_version() == 1 )
        ACCESS_ONCE(gnttab_v1[ref].frame) = virt_to_gfn(va);
    else
        ACCESS_ONCE(gnttab_v2[ref].full_page.frame) = virt_to_gfn(va);
}

static int copy_to(grant_ref_t ref)
{
    struct gnttab_copy op = {
        .source = { .u.gmfn = virt_to_gfn(gnt_page[3]), .domid = DOMID_SELF },
        .dest = { .u.ref = ref, .domid = gnt_self() },
        .len = LEN,
        .flags = GNTCOPY_dest_gref,
    };

    return gnt_copy(&op);
}

/* Neither page was written to, and the mapping is the only use. */
static void expect_nothing_happened(grant_ref_t ref)
{
    expect_page_unchanged(0);
    expect_page_unchanged(1);
    expect_hex(gnttab_in_use(ref), GTF_reading);
}

GNTTAB_CASE("XSA-500 copy: to an entry mapped read-only, frame changed -> GNTST_general_error")
{
    grant_ref_t ref = gnt_grant(gnt_page[0], 0);
    struct gnttab_map_grant_ref map =
        gnt_map_op(ref, GNTMAP_host_map | GNTMAP_readonly, gnt_at());

    require_gntst(gnt_map(&map), GNTST_okay);
    set_frame(ref, gnt_page[1]);
    expect_gntst(copy_to(ref), GNTST_general_error);
    expect_nothing_happened(ref);

    /* With the frame as it was, the same copy is carried out. */
    set_frame(ref, gnt_page[0]);
    expect_gntst(copy_to(ref), GNTST_okay);
    expect_mem(gnt_page[0], gnt_pattern(3), LEN);
    expect_mem(gnt_page[0] + LEN, gnt_pattern(0) + LEN, PAGE_SIZE - LEN);
    expect_hex(gnttab_in_use(ref), GTF_reading);
}

static void unpin(void *va)
{
    mmuext_op_t op = {
        .cmd = MMUEXT_UNPIN_TABLE, .arg1.mfn = virt_to_mfn(va),
    };

    expect_ok(hypercall_mmuext_op(&op, 1, NULL, DOMID_SELF));
    restore_l1e(va);
}

GNTTAB_CASE("XSA-500 copy: to a mapped page table, frame changed -> GNTST_general_error")
{
    grant_ref_t ref = gnt_grant(gnt_page[0], 0);
    struct gnttab_map_grant_ref map =
        gnt_map_op(ref, GNTMAP_host_map | GNTMAP_readonly, gnt_at());
    mmuext_op_t pin = {
        .cmd = MMUEXT_PIN_L1_TABLE, .arg1.mfn = virt_to_mfn(gnt_page[0]),
    };

    require_gntst(gnt_map(&map), GNTST_okay);

    /* Entries that are not present, before and after a copy that is wrong. */
    memset(gnt_page[0], 0, PAGE_SIZE);
    memset(gnt_page[3], 0x40, PAGE_SIZE);
    require_ok(remap_l1e(gnt_page[0], PF_SYM(AD, P)));
    require_ok(hypercall_mmuext_op(&pin, 1, NULL, DOMID_SELF));
    xtf_case_cleanup(unpin, gnt_page[0]);

    set_frame(ref, gnt_page[1]);
    expect_gntst(copy_to(ref), GNTST_general_error);
    expect_fill(gnt_page[0], 0, PAGE_SIZE);
    expect_page_unchanged(1);
    expect_hex(gnttab_in_use(ref), GTF_reading);
}

GNTTAB_CASE_V2("XSA-500 copy: to an entry mapped read-only, now a sub-page -> GNTST_general_error")
{
    grant_ref_t ref = gnt_grant(gnt_page[0], 0);
    struct gnttab_map_grant_ref map =
        gnt_map_op(ref, GNTMAP_host_map | GNTMAP_readonly, gnt_at());

    require_gntst(gnt_map(&map), GNTST_okay);
    gnttab_v2[ref].sub_page.frame = virt_to_gfn(gnt_page[1]);
    gnttab_v2[ref].sub_page.page_off = 0;
    gnttab_v2[ref].sub_page.length = LEN;
    fetch_or(&gnttab_v2[ref].hdr.flags, GTF_sub_page);
    expect_gntst(copy_to(ref), GNTST_general_error);
    expect_nothing_happened(ref);

    fetch_and(&gnttab_v2[ref].hdr.flags, (uint16_t)~GTF_sub_page);
    set_frame(ref, gnt_page[0]);
}

GNTTAB_CASE("XSA-500 copy: from an entry mapped read-only, frame changed -> the mapped page")
{
    grant_ref_t ref = gnt_grant(gnt_page[0], 0);
    struct gnttab_map_grant_ref map =
        gnt_map_op(ref, GNTMAP_host_map | GNTMAP_readonly, gnt_at());
    struct gnttab_copy op = {
        .source = { .u.ref = ref, .domid = gnt_self() },
        .dest = { .u.gmfn = virt_to_gfn(gnt_page[2]), .domid = DOMID_SELF },
        .len = PAGE_SIZE,
        .flags = GNTCOPY_source_gref,
    };

    /* What an entry in use grants is what it granted when its use began. */
    require_gntst(gnt_map(&map), GNTST_okay);
    set_frame(ref, gnt_page[1]);
    expect_gntst(gnt_copy(&op), GNTST_okay);
    expect_mem(gnt_page[2], gnt_pattern(0), PAGE_SIZE);
    set_frame(ref, gnt_page[0]);
    expect_hex(gnttab_in_use(ref), GTF_reading);
}
