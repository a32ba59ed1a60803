/*
 * Copies between the pages of the fixture, and their expected result.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef GNTTAB_COPY_H
#define GNTTAB_COPY_H

#include <xtf.h>
#include <xtf/harness/gnttab_case.h>

/* The pages of the last copy_op(): struct gnttab_copy only holds frames. */
static unsigned int copy_from, copy_to;

/* Copy len bytes from gnt_page[from] to gnt_page[to], both as frames. */
static inline struct gnttab_copy copy_op(unsigned int from, uint16_t from_off,
                                         unsigned int to, uint16_t to_off,
                                         uint16_t len)
{
    struct gnttab_copy op;

    copy_from = from;
    copy_to = to;

    /* Clear the padding, since some cases compare requests as bytes. */
    memset(&op, 0, sizeof(op));
    op.source.u.gmfn = virt_to_gfn(gnt_page[from]);
    op.source.domid = DOMID_SELF;
    op.source.offset = from_off;
    op.dest.u.gmfn = virt_to_gfn(gnt_page[to]);
    op.dest.domid = DOMID_SELF;
    op.dest.offset = to_off;
    op.len = len;

    return op;
}

/* The expected content of the destination page of the last copy_op(). */
static inline const uint8_t *copy_result(const struct gnttab_copy *op)
{
    static uint8_t want[PAGE_SIZE];
    unsigned int i;

    memcpy(want, gnt_pattern(copy_to), PAGE_SIZE);
    for ( i = 0; i < op->len; ++i )
        want[op->dest.offset + i] =
            gnt_pattern_byte(copy_from, op->source.offset + i);

    return want;
}

#define expect_copied(op)                                               \
    xtf_expect_mem(XTF_WHERE("destination page"),                       \
                   gnt_page[copy_to], copy_result(&(op)), PAGE_SIZE)

/* The request fails with this status, and no page changes. */
#define expect_copy_refused(op, want)                                   \
do {                                                                    \
    expect_gntst(gnt_copy(&(op)), want);                                \
    expect_page_unchanged(0);                                           \
    expect_page_unchanged(1);                                           \
} while ( 0 )

#endif /* GNTTAB_COPY_H */
