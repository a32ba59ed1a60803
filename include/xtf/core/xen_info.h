/*
 * What this Xen says about itself, to a domain that may ask.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef XTF_CORE_XEN_INFO_H
#define XTF_CORE_XEN_INFO_H

#include <xtf/types.h>

#include <xen/domctl.h>
#include <xen/sysctl.h>

/**
 * Call a toolstack's operation in the interface version of this Xen.  The
 * caller fills in *op except for what is said here.
 * @return 0 or a -errno: -EACCES if no version is Xen's.
 */
long xen_sysctl(uint32_t cmd, xen_sysctl_t *op);
long xen_domctl(uint32_t cmd, domid_t domid, xen_domctl_t *op);

/**
 * XEN_DOMCTL_INTERFACE_VERSION of this Xen, found by trying; -1 if it is not
 * below 128.  xtf_probe_sysctl_interface_version() is its twin.
 */
int xen_domctl_version(void);

/**
 * FLASK_GETENFORCE.
 * @return 1: FLASK decides what each domain may do; 0: it only logs what it
 *         would refuse; -ENOSYS: this Xen has no FLASK, or it is disabled; or
 *         another -errno of xsm_op.
 */
long xen_flask_enforcing(void);

/** XEN_SYSCTL_physinfo: the pages of memory that are free; 0 on an error. */
uint64_t xen_free_pages(void);

/** Wait, for ten seconds at most, until at least @p pages are free. */
bool xen_free_pages_reach(uint64_t pages);

#endif /* XTF_CORE_XEN_INFO_H */
