/**
 * @file tests/broken-cases/main.c
 * @ref test-broken-cases
 *
 * @page test-broken-cases Broken cases
 *
 * Cases that do not end as cases should, by each macro that defines some.  The
 * first word of a title says what must come of it, on a correct hypervisor:
 *
 * - empty: ERROR, since the body checks nothing, whatever its fixture checks
 * - fails, skips: FAIL, SKIP, and nothing but what the body itself says
 * - leaks: FAIL, by a check of the fixture's
 * - after: PASS, although the cases before it ended in their midst
 *
 * Category `broken`: build/tests/runner/check_broken.py runs it, and holds the
 * result to that.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <xtf.h>
#include <xtf/harness/race.h>
#include <xtf/peers/gnttab_peer.h>

#include <arch/pagetable.h>
#include <arch/symbolic-const.h>

const char test_title[] = "Broken cases";

CASE("empty: CASE")
{
}

GNTTAB_CASE("empty: GNTTAB_CASE")
{
}

GNTTAB_CASE_V1("empty: GNTTAB_CASE_V1")
{
}

GNTTAB_CASE_V2("empty: GNTTAB_CASE_V2")
{
}

/* Each of these looks at what the hypercall returns, and so does the end. */
GNTTAB_CASE("empty: GNTTAB_CASE, helpers of the fixture")
{
    grant_ref_t ref = gnt_grant(gnt_page[0], 0);
    struct gnttab_map_grant_ref map = gnt_map_op(ref, GNTMAP_host_map,
                                                 gnt_at());

    gnt_map(&map);
    gnt_undo(&map);
}

EVTCHN_CASE("empty: EVTCHN_CASE")
{
}

CASE_2L("empty: CASE_2L")
{
}

CASE_FIFO("empty: CASE_FIFO")
{
}

PEER_CASE("empty: PEER_CASE")
{
}

PEER_CASE_V2("empty: PEER_CASE_V2")
{
}

static void check_in_cleanup(void *unused)
{
    expect_eq(1, 1);
}

CASE("empty: a check in a cleanup")
{
    xtf_case_cleanup(check_in_cleanup, NULL);
}

GNTTAB_CASE("skips: with a grant that is mapped")
{
    grant_ref_t ref = gnt_grant(gnt_page[0], 0);
    struct gnttab_map_grant_ref map = gnt_map_op(ref, GNTMAP_host_map,
                                                 gnt_at());

    require_gntst(gnt_map(&map), GNTST_okay);
    skip_case("said so");
}

PEER_CASE("skips: with a grant that the peer maps")
{
    struct gnttab_map_grant_ref map;

    require_gntst(peer_map(peer, grant_to_peer(peer, gnt_page[0], 0),
                           GNTMAP_host_map, 0, &map), GNTST_okay);
    skip_case("said so");
}

PEER_CASE("fails: with a grant that the peer maps")
{
    struct gnttab_map_grant_ref map;

    require_gntst(peer_map(peer, grant_to_peer(peer, gnt_page[0], 0),
                           GNTMAP_host_map, 0, &map), GNTST_okay);
    require_msg(false, "said so");
}

PEER_CASE("fails: with a peer that goes on")
{
    struct gnttab_copy_32 copy = {
        .source = { grant_to_peer(peer, gnt_page[0], 0), gnt_self(), 0 },
        .dest = { PEER_PAGE_GFN(1), DOMID_SELF, 0 },
        .len = PAGE_SIZE, .flags = GNTCOPY_source_gref,
    };
    struct peer_request request = {
        .call = __HYPERVISOR_grant_table_op,
        .args = { GNTTABOP_copy, PEER_ARGS, 1 },
    };

    memcpy(peer_args(peer), &copy, sizeof(copy));
    peer_start(peer, &request, 1, true);
    require_msg(false, "said so");
}

static volatile unsigned int stop, rounds;

static void go_on(void *unused)
{
    while ( !stop )
        rounds++;
}

CASE_2L("skips: with a vCPU that goes on")
{
    stop = rounds = 0;
    require_ok(race_start(1, go_on, NULL, &stop));
    require_true(smp_wait_for(&rounds));
    skip_case("said so");
}

#ifdef CONFIG_PV
/* The frame is mapped a second time, by the kernel itself. */
static void map_again(void)
{
    static uint8_t other[PAGE_SIZE] __page_aligned_bss;

    expect_ok(set_l1e(other, pte_from_virt(gnt_page[0], PF_SYM(AD, RW, P))));
}

GNTTAB_CASE_V1("leaks: a reference to a page")
{
    map_again();
}

GNTTAB_CASE_V1("skips: with a reference to a page")
{
    map_again();
    skip_case("said so");
}
#endif

/* Unmapped behind the fixture's back, which finds that it cannot. */
GNTTAB_CASE_V1("leaks: a mapping that is gone")
{
    grant_ref_t ref = gnt_grant(gnt_page[0], 0);
    struct gnttab_map_grant_ref map = gnt_map_op(ref, GNTMAP_host_map,
                                                 gnt_at());
    struct gnttab_unmap_grant_ref unmap;

    require_gntst(gnt_map(&map), GNTST_okay);
    unmap = gnt_unmap_op(&map);
    expect_ok(hypercall_grant_table_op(GNTTABOP_unmap_grant_ref, &unmap, 1));
}

#undef XTF_CASE_STAGE
#define XTF_CASE_STAGE 1

GNTTAB_CASE("after: a grant is mapped")
{
    grant_ref_t ref = gnt_grant(gnt_page[0], 0);
    struct gnttab_map_grant_ref map = gnt_map_op(ref, GNTMAP_host_map,
                                                 gnt_at());

    require_gntst(gnt_map(&map), GNTST_okay);
    expect_hex(gnttab_in_use(ref), GTF_reading | GTF_writing);
}

PEER_CASE("after: a peer maps a grant")
{
    struct gnttab_map_grant_ref map;

    require_gntst(peer_map(peer, grant_to_peer(peer, gnt_page[0], 0),
                           GNTMAP_host_map, 0, &map), GNTST_okay);
    expect_gntst(peer_unmap(peer, &map), GNTST_okay);
}

static void nothing(void *unused)
{
}

EVTCHN_CASE("after: vCPU 1 does something else")
{
    require_ok(smp_call(1, nothing, NULL));
}
