/**
 * @file tests/xsa-226/main.c
 * @ref test-xsa-226
 *
 * @page test-xsa-226 XSA-226: transitive grants
 *
 * CVE-2017-12135. A transitive grant (version 2) lets a domain copy what
 * another domain granted to the granting domain. Xen's pin counts were wrong:
 * Xen skipped the referenced grant when the transitive one was in use already,
 * did not drop what it had taken when an entry had changed meanwhile, and
 * retried by unbounded recursion. A change to version 1, which has no such
 * grants, ignored one among the reserved entries.
 *
 * With one domain, the test sees that a transitive grant whose trans_domid is
 * not usable fails however often it is tried, is never in use afterwards, and
 * can be reused; that it cannot be mapped; and that as a reserved entry it
 * keeps the table at version 2. The pin counts of a usable transitive grant
 * need a second domain: see gnttab-peer.
 *
 * https://xenbits.xen.org/xsa/advisory-226.html
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <xtf.h>
#include <xtf/harness/gnttab_case.h>

const char test_title[] = "XSA-226: transitive grants";

/*
 * A reserved entry, which a change of version keeps, that toolstacks leave
 * free.
 */
#define RESERVED_REF (GNTTAB_NR_RESERVED_ENTRIES - 1)

/* More than fits into an 8-bit pin count. */
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

static void expect_refused(domid_t trans_domid)
{
    grant_ref_t page = gnt_grant(gnt_page[0], 0), ref = gnt_ref();
    struct gnttab_copy from = copy_from(ref), to = copy_to(ref);
    unsigned int i;

    gnttab_publish_transitive(ref, gnt_self(), GTF_transitive, trans_domid,
                              page);

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

    /* The entry can be reused. */
    require_ok(gnttab_revoke(ref));
    gnttab_publish(ref, gnt_self(), virt_to_gfn(gnt_page[0]),
                   GTF_permit_access);
    require_gntst(gnt_copy(&from), GNTST_okay);
    expect_mem(gnt_page[1], gnt_pattern(0), PAGE_SIZE);
    expect_hex(gnttab_in_use(ref), 0);
}

GNTTAB_CASE_V2("XSA-226 copy: trans_domid is the granting domain, 300 times -> GNTST_general_error")
{
    expect_refused(gnt_self());
}

GNTTAB_CASE_V2("XSA-226 copy: trans_domid is unallocated, 300 times -> GNTST_general_error")
{
    expect_refused(NO_DOMAIN);
}

GNTTAB_CASE_V2("XSA-226 copy: trans_domid is DOMID_SELF, 300 times -> GNTST_general_error")
{
    expect_refused(DOMID_SELF);
}

GNTTAB_CASE_V2("XSA-226 map_grant_ref: transitive grant -> GNTST_general_error")
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

GNTTAB_CASE_V2("XSA-226 set_version: to 1 with a transitive reserved entry -> -ERANGE, entry unchanged")
{
    struct gnttab_get_version get = { .dom = DOMID_SELF };
    grant_ref_t page = gnt_grant(gnt_page[0], 0);
    grant_entry_v2_t was;

    if ( gnttab_v2[RESERVED_REF].hdr.flags )
        skip_case("needs reserved entry %u, which the toolstack has filled in",
                  RESERVED_REF);

    gnttab_publish_transitive(RESERVED_REF, gnt_self(), GTF_transitive,
                              gnt_self(), page);
    was = gnttab_v2[RESERVED_REF];

    /* If version 1 came into effect, the entry could not be compared. */
    require_errno(xtf_init_grant_table(1), -ERANGE);

    expect_mem(&gnttab_v2[RESERVED_REF], &was, sizeof(was));
    require_ok(hypercall_grant_table_op(GNTTABOP_get_version, &get, 1));
    expect_eq(get.version, 2);
    expect_ok(gnttab_revoke(RESERVED_REF));
}
