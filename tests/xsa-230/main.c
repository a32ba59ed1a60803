/**
 * @file tests/xsa-230/main.c
 * @ref test-xsa-230
 *
 * @page test-xsa-230 XSA-230: in-use flags of an entry after a copy
 *
 * CVE-2017-12855. GTF_reading and GTF_writing tell a guest that another domain
 * still uses its page. At the end of a copy by grant, Xen cleared them although
 * a device mapping was left, since it only looked at the host mappings. The
 * guest then took the page for unused, and reused it while the other domain
 * could still read or write it.
 *
 * The test copies from and to a page while mappings of each kind exist, and
 * checks that the flags are those of the mappings and are cleared with the last
 * one.
 *
 * https://xenbits.xen.org/xsa/advisory-230.html
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <xtf.h>
#include <xtf/harness/gnttab_case.h>

const char test_title[] = "XSA-230: in-use flags of an entry after a copy";

static const uint8_t zeroes[PAGE_SIZE] __page_aligned_bss;

/* Copy from the granted page to a page that is not granted. */
static int read_by_copy(grant_ref_t ref)
{
    struct gnttab_copy op = {
        .source = { .u.ref = ref, .domid = DOMID_SELF },
        .dest = { .u.gmfn = virt_to_gfn(gnt_page[1]), .domid = DOMID_SELF },
        .len = PAGE_SIZE,
        .flags = GNTCOPY_source_gref,
    };

    return gnt_copy(&op);
}

static int write_by_copy(grant_ref_t ref)
{
    struct gnttab_copy op = {
        .source = { .u.gmfn = virt_to_gfn(zeroes), .domid = DOMID_SELF },
        .dest = { .u.ref = ref, .domid = DOMID_SELF },
        .len = PAGE_SIZE,
        .flags = GNTCOPY_dest_gref,
    };

    return gnt_copy(&op);
}

static void copy_while_mapped(unsigned int flags)
{
    unsigned int in_use = GTF_reading |
        (flags & GNTMAP_readonly ? 0 : GTF_writing);
    grant_ref_t ref = gnt_grant(gnt_page[0], 0);
    struct gnttab_map_grant_ref map = gnt_map_op(ref, flags, gnt_at());

    require_gntst(gnt_map(&map), GNTST_okay);
    expect_hex(gnttab_in_use(ref), in_use);

    require_gntst(read_by_copy(ref), GNTST_okay);
    expect_hex(gnttab_in_use(ref), in_use);
    expect_mem(gnt_page[1], gnt_pattern(0), PAGE_SIZE);

    /*
     * Xen looks the frame up again for the first writing use, and an HVM guest
     * has moved the page by then.
     */
    if ( IS_DEFINED(CONFIG_PV) || (in_use & GTF_writing) )
    {
        require_gntst(write_by_copy(ref), GNTST_okay);
        expect_hex(gnttab_in_use(ref), in_use);
        expect_fill(gnt_granted(ref), 0, PAGE_SIZE);
        expect_hex(gnttab_in_use(ref), in_use);
    }

    require_gntst(gnt_undo(&map), GNTST_okay);
    expect_hex(gnttab_in_use(ref), 0);
}

GNTTAB_CASE("XSA-230 copy: entry host-mapped writable -> GTF_reading and GTF_writing stay until unmapped")
{
    copy_while_mapped(GNTMAP_host_map);
}

GNTTAB_CASE("XSA-230 copy: entry host-mapped read-only -> GTF_reading stays until unmapped")
{
    copy_while_mapped(GNTMAP_host_map | GNTMAP_readonly);
}

/* An HVM guest has no device mappings. */
#ifdef CONFIG_PV
GNTTAB_CASE("XSA-230 copy: entry device-mapped writable -> GTF_reading and GTF_writing stay until unmapped")
{
    copy_while_mapped(GNTMAP_device_map);
}

GNTTAB_CASE("XSA-230 copy: entry device-mapped read-only -> GTF_reading stays until unmapped")
{
    copy_while_mapped(GNTMAP_device_map | GNTMAP_readonly);
}

GNTTAB_CASE("XSA-230 unmap_grant_ref: writable host mapping before writable device mapping -> flags stay")
{
    grant_ref_t ref = gnt_grant(gnt_page[0], 0);
    struct gnttab_map_grant_ref host =
        gnt_map_op(ref, GNTMAP_host_map, gnt_at());
    struct gnttab_map_grant_ref device =
        gnt_map_op(ref, GNTMAP_device_map, gnt_at());

    require_gntst(gnt_map(&host), GNTST_okay);
    require_gntst(gnt_map(&device), GNTST_okay);

    require_gntst(gnt_undo(&host), GNTST_okay);
    expect_hex(gnttab_in_use(ref), GTF_reading | GTF_writing);

    require_gntst(gnt_undo(&device), GNTST_okay);
    expect_hex(gnttab_in_use(ref), 0);
}

GNTTAB_CASE("XSA-230 unmap_grant_ref: writable mapping before read-only device mapping -> GTF_reading stays")
{
    grant_ref_t ref = gnt_grant(gnt_page[0], 0);
    struct gnttab_map_grant_ref rw = gnt_map_op(ref, GNTMAP_host_map, gnt_at());
    struct gnttab_map_grant_ref ro =
        gnt_map_op(ref, GNTMAP_device_map | GNTMAP_readonly, gnt_at());

    require_gntst(gnt_map(&rw), GNTST_okay);
    require_gntst(gnt_map(&ro), GNTST_okay);

    require_gntst(gnt_undo(&rw), GNTST_okay);
    expect_hex(gnttab_in_use(ref), GTF_reading);

    require_gntst(gnt_undo(&ro), GNTST_okay);
    expect_hex(gnttab_in_use(ref), 0);
}
#endif
