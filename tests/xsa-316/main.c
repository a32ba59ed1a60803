/**
 * @file tests/xsa-316/main.c
 * @ref test-xsa-316
 *
 * @page test-xsa-316 XSA-316: a mapping that failed with status 1
 *
 * CVE-2020-11743.  A status is 0 for success and negative for failure.  A
 * bracket in the wrong place made GNTTABOP_map_grant_ref answer 1 when the
 * entry did not allow the request.  Backends that asked for less than zero
 * took the mapping as made, used an address where nothing was, and crashed: a
 * guest could take down the driver domain that serves it.  The bracket had
 * moved with XSA-295, which bounded Xen's retries on an entry that the guest
 * keeps changing.
 *
 * The test makes an entry refuse a mapping in each way that it can: wrong
 * type, wrong domain, read-only, part of a page.  The status must be
 * GNTST_general_error, the other outputs untouched, and the requests beside it
 * in a batch must not notice.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <xtf/gnttab_case.h>
#include <xtf.h>

const char test_title[] = "XSA-316: status of a mapping that is refused";

/* Map the entry as it is now, alone and among others. */
static void refused(grant_ref_t ref, unsigned int flags)
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

GNTTAB_CASE("XSA-316: map: an invalid entry")
{
    refused(gnt_ref(), 0);
}

GNTTAB_CASE("XSA-316: map: an invalid entry, read-only")
{
    refused(gnt_ref(), GNTMAP_readonly);
}

GNTTAB_CASE("XSA-316: map: an entry that waits for a page")
{
    grant_ref_t ref = gnt_ref();

    gnttab_publish(ref, gnt_self(), virt_to_gfn(gnt_page[0]),
                   GTF_accept_transfer);
    refused(ref, 0);
}

GNTTAB_CASE("XSA-316: map: an entry for another domain")
{
    grant_ref_t ref = gnt_ref();

    gnttab_publish(ref, gnt_self() + 1, virt_to_gfn(gnt_page[0]),
                   GTF_permit_access);
    refused(ref, 0);
}

GNTTAB_CASE("XSA-316: map: an entry for another domain, read-only")
{
    grant_ref_t ref = gnt_ref();

    gnttab_publish(ref, gnt_self() + 1, virt_to_gfn(gnt_page[0]),
                   GTF_permit_access);
    refused(ref, GNTMAP_readonly);
}

GNTTAB_CASE("XSA-316: map: a read-only entry, writable")
{
    refused(gnt_grant(gnt_page[0], GTF_readonly), 0);
}

GNTTAB_CASE_V2("XSA-316: map: an entry for part of a page")
{
    grant_ref_t ref = gnt_ref();

    gnttab_publish_sub_page(ref, gnt_self(), virt_to_gfn(gnt_page[0]),
                            GTF_permit_access, 16, 64);
    refused(ref, 0);
}

GNTTAB_CASE_V2("XSA-316: map: a transitive entry")
{
    grant_ref_t ref = gnt_ref();

    gnttab_publish_transitive(ref, gnt_self(), GTF_transitive, GNT_NO_DOMAIN,
                              GNTTAB_NR_RESERVED_ENTRIES);
    refused(ref, 0);
}

/* The read-only mapping is made, and what comes on top of it is refused. */
GNTTAB_CASE("XSA-316: map: a read-only entry in use, writable")
{
    grant_ref_t ref = gnt_grant(gnt_page[0], GTF_readonly);
    struct gnttab_map_grant_ref ro =
        gnt_map_op(ref, GNTMAP_host_map | GNTMAP_readonly, gnt_at());
    struct gnttab_map_grant_ref rw = gnt_map_op(ref, GNTMAP_host_map, gnt_at());

    require_gntst(gnt_map(&ro), GNTST_okay);
    expect_gntst(gnt_map(&rw), GNTST_general_error);
    expect_hex(gnttab_in_use(ref), GTF_reading);
}
