/*
 * What this Xen says about itself, to a domain that may ask.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef XTF_CORE_XEN_INFO_H
#define XTF_CORE_XEN_INFO_H

#include <xtf/types.h>

/** XEN_SYSCTL_physinfo: the pages of memory that are free; 0 on an error. */
uint64_t xen_free_pages(void);

/** Wait, for ten seconds at most, until at least @p pages are free. */
bool xen_free_pages_reach(uint64_t pages);

#endif /* XTF_CORE_XEN_INFO_H */
