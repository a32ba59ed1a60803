/*
 * What the stations of the tour share.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef TOUR_H
#define TOUR_H

#include <xtf.h>

/*
 * An address at which no guest has memory: above the RAM below 4G that an HVM
 * guest gets, unmapped in a PV guest's tables, below where Xen begins.
 */
#define BAD_PTR _p(0xf0000000)

/* No domain has this ID, nor does Xen give it any. */
#define NO_DOMAIN 0x7eee

/* A sub-operation that none of the hypercalls has. */
#define NO_OP 62

/* Is this domain the hardware domain, whom Xen lets do about everything? */
static inline bool is_dom0(void)
{
    struct xen_feature_info info = { .submap_idx = 0 };

    return !hypercall_xen_version(XENVER_get_features, &info) &&
        (info.submap & (1u << XENFEAT_dom0));
}

/* One of two answers, where it depends on how Xen was built or configured. */
#define expect_either(got, a, b)                                        \
({                                                                      \
    long got_ = (got);                                                  \
                                                                        \
    expect_msg(got_ == (a) || got_ == (b),                              \
               "%s is %ld, expected %s or %s", #got, got_, #a, #b);     \
})

#endif /* TOUR_H */
