/*
 * What a case needs and not every domain or Xen has.  Each of these macros
 * returns from the body of the case if the need is not met, with the case
 * skipped and a reason that names the option that brings it.
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
#include <xtf/core/xen_info.h>

/*
 * Skip the case unless @cond; the format says what it needs, without "needs".
 */
#define NEED(cond, ...)                                                 \
    do { if ( !(cond) ) skip_case("needs " __VA_ARGS__); } while ( 0 )

/* @n vCPUs that this kernel can use, the first included. */
#define need_vcpus(n)                                                   \
    NEED(smp_nr_vcpus() >= (n), "%u vCPUs", (n) + 0u)

/* To be domain 0; @why, a string literal, is the reason. */
#define need_domain_0(why)                                              \
    NEED(xtf_get_domid() == 0, "domain 0: " why)

/* To be another domain than domain 0. */
#define need_unprivileged()                                             \
    NEED(xtf_get_domid() != 0, "an unprivileged domain")

/*
 * A Xen that refuses what a domain is not privileged to do.  Where FLASK is
 * permissive, Xen allows it.
 */
#define need_privilege_checks()                                         \
    NEED(xen_flask_enforcing() != 0,                                    \
         "a Xen that refuses what takes privilege: flask=enforcing")

/*
 * An event channel for a domid that is not allocated; @rc: what
 * EVTCHNOP_alloc_unbound returned.  The ABI does not promise one, and security
 * modules refuse it, since they cannot tell what such a domain may do.  Only
 * domain 0 may ask for Xen's command line.
 */
#define need_port_for_unallocated_domid(rc)                             \
    NEED((rc) > 0 ||                                                    \
         (xen_flask_enforcing() < 0 && !xtf_xen_cmdline("xsm=silo") &&  \
          !(xtf_get_domid() != 0 && (rc) == -ESRCH)),                   \
         "a Xen without FLASK or SILO: xsm=dummy")

/*
 * A domid of another domain that exists: only domain 0, which most systems
 * have, can be known to.
 */
#define need_domain_beside_this()                                       \
    NEED(xtf_get_domid() != 0 && xtf_dom0_exists(),                     \
         "an unprivileged domain beside dom0, the only other domain that can " \
         "be known to exist")

/* Argo rings whose partner is XEN_ARGO_DOMID_ANY. */
#define need_wildcard_rings()                                           \
    NEED(argo_wildcard_allowed(), "wildcard rings: " ARGO_WILDCARD_OPTION)

/*
 * The FIFO ABI of event channels; @rc: what evtchn_start(EVTCHN_FIFO) or
 * EVTCHNOP_init_control returned, -ENOSYS without it.
 */
#define NEEDS_FIFO          "a Xen that offers the FIFO ABI: " \
                            "CONFIG_EVTCHN_FIFO"
#define need_fifo(rc)       NEED((rc) != -ENOSYS, NEEDS_FIFO)
#define need_fifo_offered() NEED(evtchn_fifo_offered(), NEEDS_FIFO)

/* Grant tables at all. */
#define NEEDS_GNTTAB        "a Xen with grant tables: CONFIG_GRANT_TABLE=y"
#define need_gnttab()       NEED(gnttab_offered(), NEEDS_GNTTAB)

/* Version 2 of the grant table; @has: whether this domain has it. */
#define NEEDS_GNTTAB_V2     "grant table v2: " GNTTAB_V2_OPTION
#define need_gnttab_v2(has) NEED(has, NEEDS_GNTTAB_V2)

/*
 * For a case in version 1 that changes to version 2: version 2 must be there.
 * Afterwards version 1 is in effect, and all entries are invalid.
 */
#define need_change_to_gnttab_v2()                                      \
    do {                                                                \
        int rc_ = xtf_init_grant_table(2);                              \
                                                                        \
        need_gnttab_v2(rc_ != -ENODEV);                                 \
        require_ok(rc_ ?: xtf_init_grant_table(1));                     \
    } while ( 0 )

/*
 * A grant table of @n frames.  Grows the table to that size: the case fails if
 * the limit allows that and Xen refuses.
 */
#define need_grant_frames(n)                                            \
    do {                                                                \
        NEED(gnttab_max_frames() >= (n), "a limit of %u grant frames: " \
             "gnttab_max_frames=%u", (n) + 0u, (n) + 0u);               \
        require_ok(gnttab_grow(n));                                     \
    } while ( 0 )

#endif /* XTF_NEEDS_H */
