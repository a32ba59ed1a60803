/**
 * @file tests/xsa-382/main.c
 * @ref test-xsa-382
 *
 * @page test-xsa-382 XSA-382: get_status_frames beyond the translation area
 *
 * CVE-2021-28699. GNTTABOP_get_status_frames took the number of status frames
 * for one of grant frames, and compared an eighth of it with the space for the
 * result. For a 32-bit guest, whose results are translated in an area of 1021
 * frames, Xen wrote beyond that area.
 *
 * A guest cannot have so many status frames itself: to grow its table it would
 * get a list that does not fit either. But domain 0 may query another domain,
 * whose table it has grown by XENMEM_acquire_resource. Xen must refuse, and
 * write no frame. The same holds for more status frames than exist, but no more
 * than there are grant frames.
 *
 * https://xenbits.xen.org/xsa/advisory-382.html
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <xtf.h>
#include <xtf/harness/gnttab_case.h>
#include <xtf/harness/needs.h>

const char test_title[] =
    "XSA-382: get_status_frames beyond the translation area";

GNTTAB_CASE_V2("XSA-382 get_status_frames: nr_frames above the status frames -> GNTST_general_error")
{
    static uint64_t list[GNTTAB_MAX_FRAMES];
    unsigned int nr, i;

    /* Two grant frames have one status frame. */
    need_grant_frames(2);

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
