/*
 * Linux: /dev/xen/gntalloc, through which a process grants pages to other
 * domains.
 *
 * A request of ioctl() returns 0, or -1 with an errno; docs/abi/gntdev.md.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef XEN_SYS_GNTALLOC_H
#define XEN_SYS_GNTALLOC_H

/* What Linux makes of a request's number and the size of its structure. */
#define GNTALLOC_REQUEST(nr, size)  (((size) << 16) | ('G' << 8) | (nr))

/* ioctl_gntalloc_alloc_gref.flags */
#define GNTALLOC_FLAG_WRITABLE 1

/* ioctl_gntalloc_unmap_notify.action */
#define UNMAP_NOTIFY_CLEAR_BYTE 0x1 /* Zero the byte at index. */
#define UNMAP_NOTIFY_SEND_EVENT 0x2 /* Notify event_channel_port. */

#ifndef __ASSEMBLY__

#include <stdint.h>

/* Allocate zeroed pages and grant them; mmap() at offset index to use them. */
#define IOCTL_GNTALLOC_ALLOC_GREF \
    GNTALLOC_REQUEST(5, sizeof(struct ioctl_gntalloc_alloc_gref))
struct ioctl_gntalloc_alloc_gref {
    uint16_t domid;         /* The mapping domain. */
    uint16_t flags;
    uint32_t count;
    uint64_t index;         /* OUT: of the first page. */
    uint32_t gref_ids[1];   /* OUT: count of these. */
};

/* End the grants of count pages, when nobody has them mapped any more. */
#define IOCTL_GNTALLOC_DEALLOC_GREF \
    GNTALLOC_REQUEST(6, sizeof(struct ioctl_gntalloc_dealloc_gref))
struct ioctl_gntalloc_dealloc_gref {
    uint64_t index;
    uint32_t count;
};

/* What shall happen when the page that holds byte index is given up. */
#define IOCTL_GNTALLOC_SET_UNMAP_NOTIFY \
    GNTALLOC_REQUEST(7, sizeof(struct ioctl_gntalloc_unmap_notify))
struct ioctl_gntalloc_unmap_notify {
    uint64_t index;
    uint32_t action;
    uint32_t event_channel_port;
};

#endif /* !__ASSEMBLY__ */
#endif /* XEN_SYS_GNTALLOC_H */
