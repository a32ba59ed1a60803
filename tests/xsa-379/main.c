/**
 * @file tests/xsa-379/main.c
 * @ref test-xsa-379
 *
 * @page test-xsa-379 XSA-379, XSA-384, XSA-387: status frames left mapped
 *
 * CVE-2021-28697, CVE-2021-28701, CVE-2021-28703. An HVM guest maps the status
 * frames of its grant table at GFNs of its choice, and when it leaves version
 * 2, Xen removes and frees them. Xen records one GFN for each frame. In three
 * ways, racing requests on several vCPUs could map a frame at two GFNs, or map
 * it while it was being freed, and the guest kept a page that Xen allocated to
 * another domain.
 *
 * One vCPU cannot run those races, but can check the rules that they broke: a
 * status frame is at one GFN at most, in whichever way it is moved; after
 * version 2 it is at none; and in version 1 there is none to map. The race of
 * two vCPUs that map one frame is in gnttab-race.
 *
 * https://xenbits.xen.org/xsa/advisory-379.html
 * https://xenbits.xen.org/xsa/advisory-384.html
 * https://xenbits.xen.org/xsa/advisory-387.html
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <xtf.h>
#include <xtf/harness/gnttab_case.h>

const char test_title[] =
    "XSA-379, XSA-384, XSA-387: status frames left mapped";

static long add_to_physmap(unsigned int space, unsigned long idx, void *at)
{
    struct xen_add_to_physmap op = {
        .domid = DOMID_SELF, .space = space, .idx = idx,
        .gpfn = virt_to_gfn(at),
    };

    return hypercall_memory_op(XENMEM_add_to_physmap, &op);
}

static long place_status(void *at)
{
    return add_to_physmap(XENMAPSPACE_grant_table,
                          XENMAPIDX_grant_table_status, at);
}

/*
 * Read by the CPU: Xen's operations fail for a freed page, although the guest
 * may still reach it, which is the defect. An unpopulated GFN reads as all
 * ones, which status words never hold.
 */
static bool reachable(const void *place)
{
    return ACCESS_ONCE(*(const uint64_t *)place) != ~0ULL;
}

static unsigned int count_reachable(void *const *places, unsigned int nr)
{
    unsigned int i, nr_reachable = 0;

    for ( i = 0; i < nr; ++i )
        nr_reachable += reachable(places[i]);

    return nr_reachable;
}

/* Change to version 1: then no GFN has a status frame. */
static void expect_gone(void *const *places, unsigned int nr)
{
    require_ok(xtf_init_grant_table(1));
    expect_eq(count_reachable(places, nr), 0);
}

GNTTAB_CASE_V2("XSA-379 set_version: to 1, status frame at one GFN -> removed")
{
    void *places[] = { gnttab_status };

    expect_eq(count_reachable(places, 1), 1);
    expect_gone(places, 1);
}

GNTTAB_CASE_V2("XSA-379 add_to_physmap: status frame at three GFNs in turn -> at the last GFN only")
{
    void *places[] = { gnttab_status, gnt_at(), gnt_at() };

    expect_eq(count_reachable(places, 3), 1);

    require_ok(place_status(places[1]));
    expect_true(reachable(places[1]));
    expect_eq(count_reachable(places, 3), 1);

    require_ok(place_status(places[2]));
    expect_true(reachable(places[2]));
    expect_eq(count_reachable(places, 3), 1);

    expect_gone(places, 3);
}

GNTTAB_CASE_V2("XSA-379 add_to_physmap_batch: status frame at two GFNs -> at one GFN only")
{
    void *places[] = { gnttab_status, gnt_at(), gnt_at() };
    xen_ulong_t idxs[2] = {
        XENMAPIDX_grant_table_status, XENMAPIDX_grant_table_status,
    };
    xen_pfn_t gpfns[2] = { virt_to_gfn(places[1]), virt_to_gfn(places[2]) };
    int errs[2] = { 1, 1 };
    struct xen_add_to_physmap_batch op = {
        .domid = DOMID_SELF, .space = XENMAPSPACE_grant_table, .size = 2,
        .idxs = idxs, .gpfns = gpfns, .errs = errs,
    };

    require_ok(hypercall_memory_op(XENMEM_add_to_physmap_batch, &op));
    expect_ok(errs[0]);
    expect_ok(errs[1]);
    expect_eq(count_reachable(places, 3), 1);

    expect_gone(places, 3);
}

/* Xen may refuse to move a status frame by XENMAPSPACE_gmfn. */
GNTTAB_CASE_V2("XSA-379 add_to_physmap: status frame moved by XENMAPSPACE_gmfn -> at one GFN only")
{
    void *places[] = { gnttab_status, gnt_at() };

    add_to_physmap(XENMAPSPACE_gmfn, virt_to_gfn(places[0]), places[1]);
    expect_eq(count_reachable(places, 2), 1);

    expect_gone(places, 2);
}

GNTTAB_CASE_V2("XSA-379 add_to_physmap: status frame at the GFN of a grant frame -> at one GFN only")
{
    void *places[] = { gnttab_status, gnt_at() };

    require_ok(add_to_physmap(XENMAPSPACE_grant_table, 0, places[1]));
    require_ok(place_status(places[1]));
    expect_eq(count_reachable(places, 2), 1);

    /* Map the grant frame where the driver expects it. */
    require_ok(add_to_physmap(XENMAPSPACE_grant_table, 0, gnttab_raw));
    expect_gone(places, 2);
}

GNTTAB_CASE_V2("XSA-387 add_to_physmap: status frame removed and mapped again -> at one GFN only")
{
    void *places[] = { gnttab_status, gnt_at() };
    struct xen_remove_from_physmap op = {
        .domid = DOMID_SELF, .gpfn = virt_to_gfn(gnttab_status),
    };

    require_ok(hypercall_memory_op(XENMEM_remove_from_physmap, &op));
    expect_eq(count_reachable(places, 2), 0);
    require_ok(place_status(places[1]));
    expect_eq(count_reachable(places, 2), 1);

    expect_gone(places, 2);
}

GNTTAB_CASE_V1("XSA-384 add_to_physmap: status frame in version 1 -> -EINVAL")
{
    void *at = gnt_at();

    expect_errno(place_status(at), -EINVAL);
    expect_false(reachable(at));
}
