/*
 * Linux: /dev/xen/gntdev, through which a process maps and copies grants of
 * other domains.
 *
 * A request of ioctl() returns 0, or -1 with an errno: EFAULT if the kernel
 * cannot access the structure, ENOTTY for a request that it does not know.
 * docs/abi/gntdev.md has the other outcomes.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef XEN_SYS_GNTDEV_H
#define XEN_SYS_GNTDEV_H

/* What Linux makes of a request's number and the size of its structure. */
#define GNTDEV_REQUEST(nr, size)    (((size) << 16) | ('G' << 8) | (nr))

/* ioctl_gntdev_unmap_notify.action */
#define UNMAP_NOTIFY_CLEAR_BYTE 0x1 /* Zero the byte at index. */
#define UNMAP_NOTIFY_SEND_EVENT 0x2 /* Notify event_channel_port. */

#ifndef __ASSEMBLY__

#include <stdint.h>

struct ioctl_gntdev_grant_ref {
    uint32_t domid;     /* The granting domain. */
    uint32_t ref;
};

/*
 * Reserve a map: room for count grants, one a page.  The grants themselves are
 * mapped by mmap() of all its pages at once, at offset index.
 */
#define IOCTL_GNTDEV_MAP_GRANT_REF \
    GNTDEV_REQUEST(0, sizeof(struct ioctl_gntdev_map_grant_ref))
struct ioctl_gntdev_map_grant_ref {
    uint32_t count;
    uint32_t pad;
    uint64_t index;     /* OUT */
    struct ioctl_gntdev_grant_ref refs[1];  /* count of these */
};

/* Give up a map.  Pages that are mmapped stay until they are unmapped. */
#define IOCTL_GNTDEV_UNMAP_GRANT_REF \
    GNTDEV_REQUEST(1, sizeof(struct ioctl_gntdev_unmap_grant_ref))
struct ioctl_gntdev_unmap_grant_ref {
    uint64_t index;
    uint32_t count;
    uint32_t pad;
};

/* Which map is mmapped at an address. */
#define IOCTL_GNTDEV_GET_OFFSET_FOR_VADDR \
    GNTDEV_REQUEST(2, sizeof(struct ioctl_gntdev_get_offset_for_vaddr))
struct ioctl_gntdev_get_offset_for_vaddr {
    uint64_t vaddr;
    uint64_t offset;    /* OUT: its index. */
    uint32_t count;     /* OUT */
    uint32_t pad;
};

/* Limit the grants of this file.  Linux has no such request since 2.6.39. */
#define IOCTL_GNTDEV_SET_MAX_GRANTS \
    GNTDEV_REQUEST(3, sizeof(struct ioctl_gntdev_set_max_grants))
struct ioctl_gntdev_set_max_grants {
    uint32_t count;
};

/*
 * What shall happen when the page that holds byte index of the file is
 * unmapped, by whatever means.  It replaces what was said of the same map.
 */
#define IOCTL_GNTDEV_SET_UNMAP_NOTIFY \
    GNTDEV_REQUEST(7, sizeof(struct ioctl_gntdev_unmap_notify))
struct ioctl_gntdev_unmap_notify {
    uint64_t index;
    uint32_t action;
    uint32_t event_channel_port;    /* One that this dom0 has bound. */
};

/* A piece of at most 64 KiB; a foreign side lies within one granted page. */
struct gntdev_grant_copy_segment {
    union {
        void *virt;
        struct {
            uint32_t ref;
            uint16_t offset;
            uint16_t domid;
        } foreign;
    } source, dest;
    uint16_t len;
    uint16_t flags;     /* GNTCOPY_source_gref, GNTCOPY_dest_gref */
    int16_t status;     /* OUT: GNTST_ */
};

/* Copy pieces between this process and granted pages. */
#define IOCTL_GNTDEV_GRANT_COPY \
    GNTDEV_REQUEST(8, sizeof(struct ioctl_gntdev_grant_copy))
struct ioctl_gntdev_grant_copy {
    unsigned int count;
    struct gntdev_grant_copy_segment *segments;
};

/* ioctl_gntdev_dmabuf_exp_from_refs.flags, if not cached as usual. */
#define GNTDEV_DMA_FLAG_WC       (1 << 0)
#define GNTDEV_DMA_FLAG_COHERENT (1 << 1)

/* A dma-buf made of grants.  This and the rest: CONFIG_XEN_GNTDEV_DMABUF. */
#define IOCTL_GNTDEV_DMABUF_EXP_FROM_REFS \
    GNTDEV_REQUEST(9, sizeof(struct ioctl_gntdev_dmabuf_exp_from_refs))
struct ioctl_gntdev_dmabuf_exp_from_refs {
    uint32_t flags;
    uint32_t count;
    uint32_t fd;        /* OUT */
    uint32_t domid;
    uint32_t refs[1];   /* count of these */
};

/* Wait until such a dma-buf is released. */
#define IOCTL_GNTDEV_DMABUF_EXP_WAIT_RELEASED \
    GNTDEV_REQUEST(10, sizeof(struct ioctl_gntdev_dmabuf_exp_wait_released))
struct ioctl_gntdev_dmabuf_exp_wait_released {
    uint32_t fd;
    uint32_t wait_to_ms;
};

/* Grant a dma-buf's pages to a domain. */
#define IOCTL_GNTDEV_DMABUF_IMP_TO_REFS \
    GNTDEV_REQUEST(11, sizeof(struct ioctl_gntdev_dmabuf_imp_to_refs))
struct ioctl_gntdev_dmabuf_imp_to_refs {
    uint32_t fd;
    uint32_t count;
    uint32_t domid;
    uint32_t reserved;
    uint32_t refs[1];   /* OUT: count of these */
};

/* Revoke them. */
#define IOCTL_GNTDEV_DMABUF_IMP_RELEASE \
    GNTDEV_REQUEST(12, sizeof(struct ioctl_gntdev_dmabuf_imp_release))
struct ioctl_gntdev_dmabuf_imp_release {
    uint32_t fd;
    uint32_t reserved;
};

#endif /* !__ASSEMBLY__ */
#endif /* XEN_SYS_GNTDEV_H */
