/*
 * A mapping to unmap, as most cases of this test need it.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef GNTTAB_UNMAP_H
#define GNTTAB_UNMAP_H

#include <xtf.h>
#include <xtf/harness/gnttab_case.h>

/* A mapping of gnt_page[nr] for the case to unmap. */
struct mapping
{
    grant_ref_t ref;
    uint8_t *at;
    struct gnttab_map_grant_ref map;
};

static inline struct mapping mapped(unsigned int nr, unsigned int flags)
{
    struct mapping m = { .ref = gnt_grant(gnt_page[nr], 0), .at = gnt_at() };

    m.map = gnt_map_op(m.ref, flags, m.at);
    expect_gntst(gnt_map(&m.map), GNTST_okay);

    return m;
}

#define expect_still_mapped(m)                                          \
do {                                                                    \
    expect_hex(gnttab_in_use((m).ref), GTF_reading | GTF_writing);      \
    expect_true(gnt_present((m).at));                                   \
} while ( 0 )

#endif /* GNTTAB_UNMAP_H */
