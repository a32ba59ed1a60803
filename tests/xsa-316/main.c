/**
 * @file tests/xsa-316/main.c
 * @ref test-xsa-316
 *
 * @page test-xsa-316 XSA-316: map_grant_ref failing with status 1
 *
 * CVE-2020-11743. A status is 0 for success and negative for failure. A
 * misplaced bracket made GNTTABOP_map_grant_ref return status 1 when the entry
 * did not allow the request. Backends that only checked for less than zero took
 * the mapping as made, used an address where nothing was mapped, and crashed: a
 * guest could take down the driver domain that serves it. The bracket came with
 * XSA-295, which bounded Xen's retries on an entry that the guest keeps
 * changing.
 *
 * The test has an entry refuse a mapping in each possible way: wrong type,
 * wrong domain, read-only, sub-page. The status must be GNTST_general_error,
 * the other outputs untouched, and the neighbours in a batch unaffected.
 *
 * https://xenbits.xen.org/xsa/advisory-316.html
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <xtf.h>
#include <xtf/harness/gnttab_case.h>

const char test_title[] = "XSA-316: map_grant_ref failing with status 1";

/* Map the entry alone, and in a batch with others. */
static void expect_refused(grant_ref_t ref, unsigned int flags)
{
    grant_ref_t good = gnt_grant(gnt_page[1], 0);
    void *at = gnt_at();
    struct gnttab_map_grant_ref map =
        gnt_map_op(ref, GNTMAP_host_map | flags, at);
    struct gnttab_map_grant_ref batch[3] = {
        gnt_map_op(ref, GNTMAP_host_map | flags, at),
        gnt_map_op(good, GNTMAP_host_map, gnt_at()),
        gnt_map_op(ref, GNTMAP_host_map | flags, at),
    };

    expect_gntst(gnt_map(&map), GNTST_general_error);
    expect_eq(map.handle, GNT_UNTOUCHED);
    expect_hex(map.dev_bus_addr, GNT_UNTOUCHED);
    expect_hex(gnttab_in_use(ref), 0);
    expect_false(gnt_present(at));

    require_ok(gnt_map_batch(batch, ARRAY_SIZE(batch)));
    expect_gntst(batch[0].status, GNTST_general_error);
    expect_gntst(batch[1].status, GNTST_okay);
    expect_gntst(batch[2].status, GNTST_general_error);
    expect_hex(gnttab_in_use(ref), 0);
    expect_hex(gnttab_in_use(good), GTF_reading | GTF_writing);
    expect_false(gnt_present(at));
}

GNTTAB_CASE("XSA-316 map_grant_ref: entry is GTF_invalid -> GNTST_general_error")
{
    expect_refused(gnt_ref(), 0);
}

GNTTAB_CASE("XSA-316 map_grant_ref: entry is GTF_invalid, GNTMAP_readonly -> GNTST_general_error")
{
    expect_refused(gnt_ref(), GNTMAP_readonly);
}

GNTTAB_CASE("XSA-316 map_grant_ref: entry is GTF_accept_transfer -> GNTST_general_error")
{
    grant_ref_t ref = gnt_ref();

    gnttab_publish(ref, gnt_self(), virt_to_gfn(gnt_page[0]),
                   GTF_accept_transfer);
    expect_refused(ref, 0);
}

GNTTAB_CASE("XSA-316 map_grant_ref: entry names another domain -> GNTST_general_error")
{
    grant_ref_t ref = gnt_ref();

    gnttab_publish(ref, gnt_self() + 1, virt_to_gfn(gnt_page[0]),
                   GTF_permit_access);
    expect_refused(ref, 0);
}

GNTTAB_CASE("XSA-316 map_grant_ref: entry names another domain, GNTMAP_readonly -> GNTST_general_error")
{
    grant_ref_t ref = gnt_ref();

    gnttab_publish(ref, gnt_self() + 1, virt_to_gfn(gnt_page[0]),
                   GTF_permit_access);
    expect_refused(ref, GNTMAP_readonly);
}

GNTTAB_CASE("XSA-316 map_grant_ref: writable on a GTF_readonly grant -> GNTST_general_error")
{
    expect_refused(gnt_grant(gnt_page[0], GTF_readonly), 0);
}

GNTTAB_CASE_V2("XSA-316 map_grant_ref: sub-page grant -> GNTST_general_error")
{
    grant_ref_t ref = gnt_ref();

    gnttab_publish_sub_page(ref, gnt_self(), virt_to_gfn(gnt_page[0]),
                            GTF_permit_access, 16, 64);
    expect_refused(ref, 0);
}

GNTTAB_CASE_V2("XSA-316 map_grant_ref: transitive grant -> GNTST_general_error")
{
    grant_ref_t ref = gnt_ref();

    gnttab_publish_transitive(ref, gnt_self(), GTF_transitive, NO_DOMAIN,
                              GNTTAB_NR_RESERVED_ENTRIES);
    expect_refused(ref, 0);
}

/* The entry is already in use by a read-only mapping. */
GNTTAB_CASE("XSA-316 map_grant_ref: writable on a GTF_readonly grant in use -> GNTST_general_error")
{
    grant_ref_t ref = gnt_grant(gnt_page[0], GTF_readonly);
    struct gnttab_map_grant_ref ro =
        gnt_map_op(ref, GNTMAP_host_map | GNTMAP_readonly, gnt_at());
    struct gnttab_map_grant_ref rw = gnt_map_op(ref, GNTMAP_host_map, gnt_at());

    require_gntst(gnt_map(&ro), GNTST_okay);
    expect_gntst(gnt_map(&rw), GNTST_general_error);
    expect_hex(gnttab_in_use(ref), GTF_reading);
}
