/**
 * @file tests/xsa-218/main.c
 * @ref test-xsa-218
 *
 * @page test-xsa-218 XSA-218: a mapping whose two halves are undone at once
 *
 * CVE-2017-10913, CVE-2017-10914.  Xen undoes a batch of mappings in two
 * passes: it removes the mappings, flushes the TLB, and then settles the
 * accounts.  It asked in the second pass whether a mapping had nothing left
 * and its handle could be given out again.  When one request undid the half
 * for the CPU and another the half for devices, both found nothing left, and
 * the handle was freed twice.  Later mappings then shared it, and only one of
 * them could be undone.  The other part of the advisory is a race between
 * processors, which one processor cannot probe.
 *
 * The test undoes both halves in one batch, then makes more mappings than
 * there are handles left over, and sees that the handles differ and that each
 * mapping can be undone.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <xtf/gnttab_case.h>
#include <xtf.h>

const char test_title[] = "XSA-218: both halves of a mapping undone at once";

#define BOTH (GNTMAP_host_map | GNTMAP_device_map)

/*
 * More mappings than Xen has handles ready: what was freed comes last, and what
 * was freed twice comes again and again.
 */
#define MANY 600

/* More than that of one entry are more than Xen counts. */
#define MANY_OF_ONE 100

static void expect_handles_differ(void)
{
    static uint8_t seen[MANY * 16 / 8];
    struct gnttab_map_grant_ref map;
    grant_ref_t ref = 0;
    unsigned int i;

    memset(seen, 0, sizeof(seen));

    for ( i = 0; i < MANY; ++i )
    {
        if ( i % MANY_OF_ONE == 0 )
            ref = gnt_grant(gnt_page[1], 0);

        map = gnt_map_op(ref, GNTMAP_device_map | GNTMAP_readonly, NULL);
        if ( gnt_map(&map) == GNTST_no_space )
            break;
        require_gntst(map.status, GNTST_okay);

        if ( map.handle >= sizeof(seen) * 8 )
            continue;

        require_msg(!(seen[map.handle / 8] & (1 << map.handle % 8)),
                    "handle %u is that of two mappings", map.handle);
        seen[map.handle / 8] |= 1 << map.handle % 8;
    }
}

static void undo_halves(unsigned int first)
{
    grant_ref_t ref = gnt_grant(gnt_page[0], 0);
    void *at = gnt_at();
    struct gnttab_map_grant_ref map = gnt_map_op(ref, BOTH, at);
    struct gnttab_unmap_grant_ref halves[2];

    require_gntst(gnt_map(&map), GNTST_okay);

    halves[first] = halves[!first] = gnt_unmap_op(&map);
    halves[first].dev_bus_addr = 0;
    halves[!first].host_addr = 0;

    expect_ok(gnt_unmap_batch(halves, 2));
    require_gntst(halves[0].status, GNTST_okay);
    require_gntst(halves[1].status, GNTST_okay);
    expect_hex(gnttab_in_use(ref), 0);
    expect_false(gnt_present(at));

    expect_handles_differ();
}

GNTTAB_CASE("XSA-218: unmap: the CPU's half and then the device's, in a batch")
{
    undo_halves(0);
}

GNTTAB_CASE("XSA-218: unmap: the device's half and then the CPU's, in a batch")
{
    undo_halves(1);
}

GNTTAB_CASE("XSA-218: unmap: the same mapping twice in a batch")
{
    grant_ref_t ref = gnt_grant(gnt_page[0], 0);
    struct gnttab_map_grant_ref map =
        gnt_map_op(ref, GNTMAP_host_map, gnt_at());
    struct gnttab_map_grant_ref other =
        gnt_map_op(ref, GNTMAP_host_map, gnt_at());
    struct gnttab_unmap_grant_ref twice[2];

    require_gntst(gnt_map(&map), GNTST_okay);
    require_gntst(gnt_map(&other), GNTST_okay);

    twice[0] = twice[1] = gnt_unmap_op(&map);
    expect_ok(gnt_unmap_batch(twice, 2));
    require_gntst(twice[0].status, GNTST_okay);
    expect_gntst(twice[1].status, GNTST_bad_handle);

    /* Only one of the two uses is gone. */
    expect_hex(gnttab_in_use(ref), GTF_reading | GTF_writing);
}
