/**
 * @file tests/xsa-226/main.c
 * @ref test-xsa-226
 *
 * @page test-xsa-226 XSA-226: transitive grants
 *
 * CVE-2017-12135.  A transitive grant (version 2) lets a third domain copy
 * what was granted to the second.  Xen's handling kept wrong counts: it
 * skipped the grant behind the grant when the first was in use already, did
 * not give back what it had taken when an entry had changed meanwhile, and
 * tried again by calling itself without a bound.  Going back to version 1,
 * which has no such grants, took no notice of one among the reserved entries.
 *
 * What one domain can see of it: a transitive grant that leads nowhere, or
 * back to its own domain, is refused however often, never stays in use, and
 * can be used anew; it cannot be mapped; and as a reserved entry it keeps the
 * table at version 2.  The counts of a transitive grant that works need a
 * second domain.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <xtf/gnttab_case.h>
#include <xtf.h>

const char test_title[] = "XSA-226: transitive grants";

/* One of the entries that a change of version keeps, and that is not in use. */
#define RESERVED_REF (GNTTAB_NR_RESERVED_ENTRIES - 1)

/* More often than a use can be counted. */
#define MANY 300

static struct gnttab_copy copy_from(grant_ref_t ref)
{
    return (struct gnttab_copy) {
        .source = { .u.ref = ref, .domid = gnt_self() },
        .dest = { .u.gmfn = virt_to_gfn(gnt_page[1]), .domid = DOMID_SELF },
        .len = PAGE_SIZE,
        .flags = GNTCOPY_source_gref,
    };
}

static struct gnttab_copy copy_to(grant_ref_t ref)
{
    return (struct gnttab_copy) {
        .source = { .u.gmfn = virt_to_gfn(gnt_page[1]), .domid = DOMID_SELF },
        .dest = { .u.ref = ref, .domid = gnt_self() },
        .len = PAGE_SIZE,
        .flags = GNTCOPY_dest_gref,
    };
}

static void refused(domid_t behind)
{
    grant_ref_t page = gnt_grant(gnt_page[0], 0), ref = gnt_ref();
    struct gnttab_copy from = copy_from(ref), to = copy_to(ref);
    unsigned int i;

    gnttab_publish_transitive(ref, gnt_self(), GTF_transitive, behind, page);

    for ( i = 0; i < MANY; ++i )
    {
        require_gntst(gnt_copy(&from), GNTST_general_error);
        require_hex(gnttab_in_use(ref), 0);
        require_gntst(gnt_copy(&to), GNTST_general_error);
        require_hex(gnttab_in_use(ref), 0);
    }
    expect_hex(gnttab_in_use(page), 0);
    expect_page_unchanged(0);
    expect_page_unchanged(1);

    /* The entry is as good as new. */
    require_ok(gnttab_revoke(ref));
    gnttab_publish(ref, gnt_self(), virt_to_gfn(gnt_page[0]),
                   GTF_permit_access);
    require_gntst(gnt_copy(&from), GNTST_okay);
    expect_mem(gnt_page[1], gnt_pattern(0), PAGE_SIZE);
    expect_hex(gnttab_in_use(ref), 0);
}

GNTTAB_CASE_V2("XSA-226: copy: a transitive grant back to its own domain")
{
    refused(gnt_self());
}

GNTTAB_CASE_V2("XSA-226: copy: a transitive grant to no domain")
{
    refused(GNT_NO_DOMAIN);
}

GNTTAB_CASE_V2("XSA-226: copy: a transitive grant to DOMID_SELF")
{
    refused(DOMID_SELF);
}

GNTTAB_CASE_V2("XSA-226: map: a transitive grant")
{
    grant_ref_t page = gnt_grant(gnt_page[0], 0), ref = gnt_ref();
    void *at = gnt_at();
    struct gnttab_map_grant_ref map = gnt_map_op(ref, GNTMAP_host_map, at);

    gnttab_publish_transitive(ref, gnt_self(), GTF_transitive, gnt_self(),
                              page);

    expect_gntst(gnt_map(&map), GNTST_general_error);
    expect_hex(gnttab_in_use(ref), 0);
    expect_hex(gnttab_in_use(page), 0);
    expect_false(gnt_present(at));
}

GNTTAB_CASE_V2("XSA-226: set_version: 1, with a transitive reserved entry")
{
    struct gnttab_get_version get = { .dom = DOMID_SELF };
    grant_ref_t page = gnt_grant(gnt_page[0], 0);
    grant_entry_v2_t was;

    if ( gnttab_v2[RESERVED_REF].hdr.flags )
        skip_case("Reference %u is in use", RESERVED_REF);

    gnttab_publish_transitive(RESERVED_REF, gnt_self(), GTF_transitive,
                              gnt_self(), page);
    was = gnttab_v2[RESERVED_REF];

    /* With version 1 in effect, there is no such entry to look at. */
    require_errno(xtf_init_grant_table(1), -ERANGE);

    expect_mem(&gnttab_v2[RESERVED_REF], &was, sizeof(was));
    require_ok(hypercall_grant_table_op(GNTTABOP_get_version, &get, 1));
    expect_eq(get.version, 2);
    expect_ok(gnttab_revoke(RESERVED_REF));
}
