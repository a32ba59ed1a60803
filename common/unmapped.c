/*
 * A page made to be missing: see <xtf/unmapped.h>.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <xtf/grant_table.h>
#include <xtf/lib.h>
#include <xtf/unmapped.h>

#include <arch/page.h>

static uint8_t pages[2][PAGE_SIZE] __page_aligned_bss;

void *unmapped_page(void)
{
    static bool vacated;

    if ( !vacated )
    {
        int rc = gnttab_vacate_page(pages[1]);

        if ( rc )
            panic("Cannot take a page away: %d\n", rc);
        vacated = true;
    }

    return pages[1];
}
