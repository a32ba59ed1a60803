/**
 * @file tests/xsa-382/main.c
 * @ref test-xsa-382
 *
 * @page test-xsa-382 XSA-382: more status frames than there is room for
 *
 * CVE-2021-28699.  GNTTABOP_get_status_frames took the number of status frames
 * asked for as one of grant frames, and compared an eighth of it with the room
 * for the answer.  For a 32-bit guest, whose answers are translated in an area
 * of 1021 frames, Xen wrote beyond that area.
 *
 * The guest itself cannot have so many frames: to grow the table it would get
 * a list that has no room either.  But domain 0 may ask about another domain,
 * whose table it grew by XENMEM_acquire_resource.  Xen refuses, and writes no
 * frame.  The same for more status frames than there are, but no more than
 * there are grant frames.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <xtf/gnttab_case.h>
#include <xtf.h>

const char test_title[] = "XSA-382: more status frames than there are";

GNTTAB_CASE_V2("xsa-382: more status frames than there are")
{
    static uint64_t list[GNTTAB_MAX_FRAMES];
    unsigned int nr, i;

    /* So that there are two of one kind, and one of the other. */
    if ( gnttab_grow(2) )
        skip_case("This needs 2 grant frames: gnttab_max_frames=2");

    for ( nr = 2; nr <= gnttab_nr_frames(); ++nr )
    {
        struct gnttab_get_status_frames op = {
            .nr_frames = nr, .dom = DOMID_SELF, .frame_list = list,
        };

        if ( nr * GNTTAB_STATUS_PER_PAGE <=
             gnttab_nr_entries() + GNTTAB_STATUS_PER_PAGE - 1 )
            continue;

        memset(list, 0xff, sizeof(list));
        expect_ok(hypercall_grant_table_op(GNTTABOP_get_status_frames, &op,
                                           1));
        expect_gntst(op.status, GNTST_general_error);
        for ( i = 0; i < nr; ++i )
            expect_hex(list[i], ~0ull);
    }
}
