/**
 * @file tests/xsa-26/main.c
 * @ref test-xsa-26
 *
 * @page test-xsa-26 XSA-26: going back to version 1, again and again
 *
 * CVE-2012-5510.  When a guest leaves version 2 of its grant table, Xen frees
 * the status frames.  It freed them while they were still in the list of the
 * domain's pages, so that the list and the allocator's own ones soon ran into
 * each other, and the hypervisor crashed.
 *
 * The test changes the version back and forth, with a table of more than one
 * status frame, and allocates and frees memory in between so that the freed
 * pages are used again.  Each round must succeed, and find its status words
 * clear.  Without the fix, Xen crashes.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <xtf/gnttab_case.h>
#include <xtf.h>

const char test_title[] = "XSA-26: status frames freed by a change of version";

#define ROUNDS 24
#define NR_SPARE 16

static uint8_t spare[NR_SPARE][PAGE_SIZE] __page_aligned_bss;

/* Give pages back to Xen and take others: the allocator's lists move. */
static bool churn(void)
{
    bool ok = true;
    unsigned int i;

    for ( i = 0; i < NR_SPARE; ++i )
    {
#ifdef CONFIG_PV
        ok &= gnt_unreferenced(spare[i]);
#else
        ok &= !gnttab_vacate_page(spare[i]);
#endif
    }
#ifndef CONFIG_PV
    for ( i = 0; i < NR_SPARE; ++i )
        ok &= !gnttab_restore_page(spare[i]);
#endif

    return ok;
}

GNTTAB_CASE_V2("XSA-26: set_version: 2 to 1 and back, many times")
{
    unsigned int round, ref;

    /* Two status frames, if the host allows a table of as many frames. */
    gnttab_grow(min(gnttab_max_frames(),
                    (unsigned int)(GNTTAB_STATUS_PER_PAGE /
                                   GNTTAB_V2_PER_PAGE) + 1));

    for ( round = 0; round < ROUNDS; ++round )
    {
        require_ok(xtf_init_grant_table(1));
        require_true(churn());
        require_ok(xtf_init_grant_table(2));
        require_true(churn());

        for ( ref = GNTTAB_NR_RESERVED_ENTRIES; ref < gnttab_nr_entries();
              ++ref )
            require_msg(gnttab_status[ref] == 0,
                        "the status word of reference %u is %#x after round %u,"
                        " expected 0", ref, gnttab_status[ref], round);
    }
}
