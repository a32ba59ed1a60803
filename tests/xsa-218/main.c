/**
 * @file tests/xsa-218/main.c
 * @ref test-xsa-218
 *
 * @page test-xsa-218 XSA-218: host and device mapping unmapped in one batch
 *
 * CVE-2017-10913, CVE-2017-10914. Xen unmaps a batch in two passes: it removes
 * the mappings, flushes the TLB, and then drops the references. In the second
 * pass it asked whether anything was left of a mapping, and if not, freed the
 * handle. When one element unmapped the host mapping and another the device
 * mapping of one handle, both found nothing left and the handle was freed
 * twice. Later mappings then shared the handle, and only one of them could be
 * unmapped. The other part of the advisory is a race between vCPUs, which
 * gnttab-race reproduces.
 *
 * The test unmaps both in one batch, then makes more mappings than there are
 * free handles, and checks that the handles differ.
 *
 * https://xenbits.xen.org/xsa/advisory-218.html
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <xtf.h>
#include <xtf/harness/gnttab_case.h>

const char test_title[] =
    "XSA-218: host and device mapping unmapped in one batch";

#define BOTH (GNTMAP_host_map | GNTMAP_device_map)

/*
 * More mappings than Xen has free handles: a freed handle is allocated last,
 * and one that was freed twice is allocated again and again.
 */
#define MANY 600

/* Xen may not count more mappings than this of one entry. */
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
                    "handle %u belongs to two mappings", map.handle);
        seen[map.handle / 8] |= 1 << map.handle % 8;
    }
}

static void unmap_both(unsigned int first)
{
    grant_ref_t ref = gnt_grant(gnt_page[0], 0);
    void *at = gnt_at();
    struct gnttab_map_grant_ref map = gnt_map_op(ref, BOTH, at);
    struct gnttab_unmap_grant_ref ops[2];

    require_gntst(gnt_map(&map), GNTST_okay);

    ops[first] = ops[!first] = gnt_unmap_op(&map);
    ops[first].dev_bus_addr = 0;
    ops[!first].host_addr = 0;

    expect_ok(gnt_unmap_batch(ops, 2));
    require_gntst(ops[0].status, GNTST_okay);
    require_gntst(ops[1].status, GNTST_okay);
    expect_hex(gnttab_in_use(ref), 0);
    expect_false(gnt_present(at));

    expect_handles_differ();
}

GNTTAB_CASE("XSA-218 unmap_grant_ref: host then device mapping in one batch -> handle freed once")
{
    unmap_both(0);
}

GNTTAB_CASE("XSA-218 unmap_grant_ref: device then host mapping in one batch -> handle freed once")
{
    unmap_both(1);
}

GNTTAB_CASE("XSA-218 unmap_grant_ref: same mapping twice in one batch -> GNTST_okay, then GNTST_bad_handle")
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

    /* Only one of the two mappings is gone. */
    expect_hex(gnttab_in_use(ref), GTF_reading | GTF_writing);
}
