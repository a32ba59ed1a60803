/**
 * @file tests/xsa-26/main.c
 * @ref test-xsa-26
 *
 * @page test-xsa-26 XSA-26: status frames freed by set_version
 *
 * CVE-2012-5510. When a guest returns from version 2 to version 1, Xen frees
 * the status frames. Xen freed them while they were still in the domain's list
 * of pages, so that this list and those of the allocator became mixed up, and
 * the hypervisor crashed.
 *
 * The test changes the version back and forth, with a table of more than one
 * status frame, and has memory allocated and freed in between so that the freed
 * pages are reused. Each round must succeed, with all status words clear.
 * Without the fix Xen crashes.
 *
 * https://xenbits.xen.org/xsa/advisory-26.html
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <xtf.h>
#include <xtf/harness/gnttab_case.h>

const char test_title[] = "XSA-26: status frames freed by set_version";

#define ROUNDS 24
#define NR_SPARE 16

static uint8_t spare[NR_SPARE][PAGE_SIZE] __page_aligned_bss;

/* Free pages to Xen and allocate others, to change the allocator's lists. */
static bool churn(void)
{
    bool ok = true;
    unsigned int i;

    for ( i = 0; i < NR_SPARE; ++i )
    {
#ifdef CONFIG_PV
        ok &= gnt_unreferenced(spare[i]);
#else
        ok &= !page_vacate(spare[i]);
#endif
    }
#ifndef CONFIG_PV
    for ( i = 0; i < NR_SPARE; ++i )
        ok &= !page_restore(spare[i]);
#endif

    return ok;
}

GNTTAB_CASE_V2("XSA-26 set_version: from 2 to 1 and back 24 times -> 0, status words clear")
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
                        "status word of reference %u is %#x after round %u, "
                        "expected 0", ref, gnttab_status[ref], round);
    }
}
