/*
 * What a case needs, where not every domain or Xen has it: each of these ends
 * the case as skipped, with the option that would bring it.
 *
 *     EVTCHN_CASE("send: from another vCPU -> delivered")
 *     {
 *         need_vcpus(2);
 *         ...
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef XTF_NEEDS_H
#define XTF_NEEDS_H

#include <xtf/drivers/argo.h>
#include <xtf/harness/case.h>
#include <xtf/grant_table.h>
#include <xtf/lib.h>
#include <xtf/core/smp.h>

#define NEED(cond, ...)                                                 \
    do { if ( !(cond) ) skip_case("needs " __VA_ARGS__); } while ( 0 )

#define need_vcpus(n)                                                   \
    NEED(smp_nr_vcpus() >= (n), "%u vCPUs", (n) + 0u)

#define need_domain_0(why)                                              \
    NEED(xtf_get_domid() == 0, "domain 0: " why)

#define need_unprivileged()                                             \
    NEED(xtf_get_domid() != 0, "an unprivileged domain")

/* Domain 0 does in most systems; that another one exists is not known. */
#define need_domain_beside_this()                                       \
    NEED(xtf_get_domid() != 0 && xtf_dom0_exists(),                     \
         "an unprivileged domain beside dom0, the only other domain that can " \
         "be known to exist")

#define need_wildcard_rings()                                           \
    NEED(argo_wildcard_allowed(), "wildcard rings: " ARGO_WILDCARD_OPTION)

/* By what evtchn_start(EVTCHN_FIFO) or EVTCHNOP_init_control returned. */
#define NEEDS_FIFO          "a Xen that offers the FIFO ABI"
#define need_fifo(rc)       NEED((rc) != -ENOSYS, NEEDS_FIFO)

#define NEEDS_GNTTAB_V2     "grant table v2: " GNTTAB_V2_OPTION
#define need_gnttab_v2(has) NEED(has, NEEDS_GNTTAB_V2)

/* A case in version 1 that changes to version 2.  Leaves the table empty. */
#define need_change_to_gnttab_v2()                                      \
    do {                                                                \
        int rc_ = xtf_init_grant_table(2);                              \
                                                                        \
        need_gnttab_v2(rc_ != -ENODEV);                                 \
        require_ok(rc_ ?: xtf_init_grant_table(1));                     \
    } while ( 0 )

/* Grows the table, too: what the limit allows must succeed. */
#define need_grant_frames(n)                                            \
    do {                                                                \
        NEED(gnttab_max_frames() >= (n), "a limit of %u grant frames: " \
             "gnttab_max_frames=%u", (n) + 0u, (n) + 0u);               \
        require_ok(gnttab_grow(n));                                     \
    } while ( 0 )

#endif /* XTF_NEEDS_H */
