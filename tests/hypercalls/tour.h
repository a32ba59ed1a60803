/*
 * Declarations that the files of this test share.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef TOUR_H
#define TOUR_H

#include <xtf.h>
#include <xtf/harness/needs.h>
#include <xtf/mm/page.h>

/* An unmapped address in every guest. */
#define BAD_PTR unmapped_page()

/* A command that no hypercall has. */
#define NO_OP 62

/* True if this domain is the hardware domain. */
static inline bool is_dom0(void)
{
    struct xen_feature_info info = { .submap_idx = 0 };

    return !hypercall_xen_version(XENVER_get_features, &info) &&
        (info.submap & (1u << XENFEAT_dom0));
}

/* One of two results, where it depends on Xen's build or configuration. */
#define expect_either(got, a, b)                                        \
({                                                                      \
    long got_ = (got);                                                  \
                                                                        \
    expect_msg(got_ == (a) || got_ == (b),                              \
               "%s is %ld, expected %s or %s", #got, got_, #a, #b);     \
})

#endif /* TOUR_H */
