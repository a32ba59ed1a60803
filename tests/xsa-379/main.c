/**
 * @file tests/xsa-379/main.c
 * @ref test-xsa-379
 *
 * @page test-xsa-379 XSA-379, XSA-384, XSA-387: status frames that stay
 *
 * CVE-2021-28697, CVE-2021-28701, CVE-2021-28703.  An HVM guest puts the
 * status frames of its grant table where it wants to have them in its address
 * space, and when it leaves version 2, Xen takes them away and frees them.
 * Xen knows of one place for each frame. Three times, requests by several
 * processors at once could put a frame at two places, or put it somewhere
 * while it was being freed: the guest then kept a page of memory that Xen gave
 * to somebody else.
 *
 * One processor cannot run those races, but it can hold Xen to what they
 * broke: a status frame is at one place at most, whatever way it is moved;
 * when version 2 is left, it is at none; and in version 1 there is none to be
 * had.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <xtf/gnttab_case.h>
#include <xtf.h>

const char test_title[] = "XSA-379, 384, 387: status frames that stay";

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
 * Ask the CPU: for Xen's operations, a page that was freed is not there, and
 * that is just what the guest must not be able to reach.  Where nothing is,
 * ones are read, which status words do not hold.
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

/* Leave version 2: nothing is at any of the places then. */
static void expect_gone(void *const *places, unsigned int nr)
{
    require_ok(xtf_init_grant_table(1));
    expect_eq(count_reachable(places, nr), 0);
}

GNTTAB_CASE_V2("XSA-379: status frames: placed once")
{
    void *places[] = { gnttab_status };

    expect_eq(count_reachable(places, 1), 1);
    expect_gone(places, 1);
}

GNTTAB_CASE_V2("XSA-379: status frames: placed twice")
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

GNTTAB_CASE_V2("XSA-379: status frames: placed twice by one request")
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

/* Xen may refuse to move it like a page of memory. */
GNTTAB_CASE_V2("XSA-379: status frames: moved like a page of memory")
{
    void *places[] = { gnttab_status, gnt_at() };

    add_to_physmap(XENMAPSPACE_gmfn, virt_to_gfn(places[0]), places[1]);
    expect_eq(count_reachable(places, 2), 1);

    expect_gone(places, 2);
}

GNTTAB_CASE_V2("XSA-379: status frames: placed over another frame of the table")
{
    void *places[] = { gnttab_status, gnt_at() };

    require_ok(add_to_physmap(XENMAPSPACE_grant_table, 0, places[1]));
    require_ok(place_status(places[1]));
    expect_eq(count_reachable(places, 2), 1);

    /* The table goes back to where the driver has it. */
    require_ok(add_to_physmap(XENMAPSPACE_grant_table, 0, gnttab_raw));
    expect_gone(places, 2);
}

GNTTAB_CASE_V2("XSA-387: status frames: taken out, and placed again")
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

GNTTAB_CASE_V1("XSA-384: status frames: none in version 1")
{
    void *at = gnt_at();

    expect_errno(place_status(at), -EINVAL);
    expect_false(reachable(at));
}
