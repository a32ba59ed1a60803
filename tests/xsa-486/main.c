/**
 * @file tests/xsa-486/main.c
 * @ref test-xsa-486
 *
 * @page test-xsa-486 XSA-486
 *
 * CVE-2026-23558.  XENMEM_add_to_physmap places a status frame of the grant
 * table while another vCPU changes the table's version from 2 to 1, which frees
 * the status frames.  Such a frame stayed in the domain's physical memory after
 * it was freed, or the domain was ended.  Whichever comes first, a status frame
 * is at no place in version 1, and the domain goes on.
 *
 * https://xenbits.xen.org/xsa/advisory-486.html
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <xtf.h>
#include <xtf/harness/gnttab_case.h>
#include <xtf/harness/race.h>

const char test_title[] = "XSA-486: status frames placed while the version changes";

static uint64_t *places[2];
static volatile unsigned int nr_placed, nr_refused;

static int set_version(unsigned int version)
{
    struct gnttab_set_version op = { .version = version };

    return hypercall_grant_table_op(GNTTABOP_set_version, &op, 1);
}

static long place_status(const void *at)
{
    struct xen_add_to_physmap op = {
        .domid = DOMID_SELF, .space = XENMAPSPACE_grant_table,
        .idx = XENMAPIDX_grant_table_status, .gpfn = virt_to_gfn(at),
    };

    return hypercall_memory_op(XENMEM_add_to_physmap, &op);
}

static void change_or_place(unsigned int vcpu)
{
    unsigned int i, nr = 0;

    while ( race_next_round() )
    {
        long rc;

        if ( vcpu == 1 )
        {
            /* In version 1 the index is beyond the table. */
            rc = place_status(places[nr++ % 2]);
            race_check(rc == 0 || rc == -EINVAL || rc == -EBUSY,
                       "add_to_physmap returns %ld", rc);
            *(rc ? &nr_refused : &nr_placed) += 1;
            race_meet();
            continue;
        }

        race_linger();
        rc = set_version(1);
        race_check(rc == 0, "set_version to 1 returns %ld", rc);
        race_meet();

        /* Where no memory is, ones are read, which status words never hold. */
        for ( i = 0; i < ARRAY_SIZE(places); ++i )
            race_check(ACCESS_ONCE(*places[i]) == ~0ULL,
                       "a status frame is still placed in version 1");
        rc = set_version(2);
        race_check(rc == 0, "set_version to 2 returns %ld", rc);
    }
}

GNTTAB_CASE_V2("XSA-486 set_version race: another vCPU places a status frame -> placed nowhere in v1")
{
    unsigned int i;

    places[0] = gnt_at();
    places[1] = gnt_at();
    nr_placed = nr_refused = 0;

    for ( i = 0; i < 40; ++i )
        XTF_REQUIRE(race(2, change_or_place));

    skip_unless_both_seen(nr_placed, nr_refused);
}
