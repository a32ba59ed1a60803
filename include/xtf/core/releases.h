/*
 * What differs between releases of Xen, although each keeps to the ABI.
 *
 * This is the one list; docs/releases.md has the commits and says what a guest
 * sees.  A test asks Xen for a feature where a feature tells; it asks here
 * where only the release does.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef XTF_RELEASES_H
#define XTF_RELEASES_H

#include <xtf/types.h>

/* X(name, major, minor): the first release with the change. */
#define XEN_CHANGES(X)                                                  \
    /* A PV guest's write of another value to EFER is #GP. */           \
    X(PV_EFER_WRITE_FAULTS,     4, 15)                                  \
    /* SCHEDOP_poll refuses a port that is not open: -EINVAL. */        \
    X(POLL_REFUSES_CLOSED_PORT, 4, 15)                                  \
    /* An unmap request with a wrong bus address: GNTST_bad_dev_addr. */\
    X(BAD_DEV_ADDR_HAS_STATUS,  4, 16)                                  \
    /* map_grant_ref without a free maptrack entry: GNTST_no_space. */  \
    X(MAPTRACK_FULL_IS_NO_SPACE, 4, 16)                                 \
    /* get_status_frames checks frame_list first: -EFAULT. */           \
    X(STATUS_FRAME_LIST_CHECKED, 4, 16)                                 \
    /* VCPUOP_register_vcpu_info at a bad offset: -ENXIO. */            \
    X(VCPU_INFO_OFFSET_IS_ENXIO, 4, 16)                                 \
    /* Xen's command line option gnttab=no-transfer. */                 \
    X(NO_TRANSFER_OPTION,       4, 17)                                  \
    /*                                                                  \
     * On shadow paging, a write to a read-only mapping of a grant is   \
     * tried again for ever (docs/findings.md).                         \
     */                                                                 \
    X(SHADOW_RETRIES_READONLY_WRITE, 4, 18)                             \
    /* set_singleshot_timer ignores VCPU_SSHOTTMR_future. */            \
    X(SSHOTTMR_FUTURE_IGNORED,  4, 18)                                  \
    /* acquire_resource of an unknown type: -EINVAL. */                 \
    X(UNKNOWN_RESOURCE_IS_EINVAL, 4, 18)                                \
    /* EVTCHNOP_status of a port that Xen consumes: 0. */               \
    X(XEN_PORT_HAS_STATUS,      4, 19)                                  \
    /* GNTTABOP_copy of no bytes looks at nothing: GNTST_okay. */       \
    X(COPY_OF_NOTHING_IS_OKAY,  4, 19)                                  \
    /* An HVM vCPU beyond 32 needs no vcpu_info to be initialised. */   \
    X(HVM_VCPU_NEEDS_NO_INFO,   4, 19)                                  \
    /* x86 has no GNTTABOP_cache_flush any more: -ENOSYS. */            \
    X(NO_CACHE_FLUSH,           4, 21)                                  \
    /* Xen may be built without the FIFO ABI: -EOPNOTSUPP. */           \
    X(FIFO_IS_OPTIONAL,         4, 21)                                  \
    /* gmfn_range to higher GFNs of the range itself keeps the pages. */\
    X(OVERLAPPING_RANGE_MOVES_UP, 4, 22)

enum xen_change
{
#define X(name, major, minor) XEN_ ## name,
    XEN_CHANGES(X)
#undef X
};

/** Does the running release of Xen (XENVER_version) have this change? */
bool xen_has(enum xen_change change);

#endif /* XTF_RELEASES_H */
