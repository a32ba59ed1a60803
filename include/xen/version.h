/*
 * xen_version(cmd, arg): what this Xen is.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef XEN_VERSION_H
#define XEN_VERSION_H

#include <xen/xen.h>
#include <xen/features.h>

/*
 * Sub-operations; behind each, what arg points at. Text is NUL-terminated.
 * Unprivileged guests may be told "<denied>" for some of it.
 */
#define XENVER_version             0 /* NULL; returns major << 16 | minor. */
#define XENVER_extraversion        1 /* xen_extraversion_t */
#define XENVER_compile_info        2 /* xen_compile_info */
#define XENVER_capabilities        3 /* xen_capabilities_info_t */
#define XENVER_changeset           4 /* xen_changeset_info_t */
#define XENVER_platform_parameters 5 /* xen_platform_parameters */
#define XENVER_get_features        6 /* xen_feature_info */
#define XENVER_pagesize            7 /* NULL; returns the size in bytes. */
#define XENVER_guest_handle        8 /* xen_domain_handle_t: own UUID. */
#define XENVER_commandline         9 /* xen_commandline_t */
#define XENVER_build_id           10 /* xen_build_id; NULL: returns its size. */

/* Sizes in bytes, the terminating NUL included. */
#define XEN_EXTRAVERSION_LEN      16
#define XEN_CAPABILITIES_INFO_LEN 1024
#define XEN_CHANGESET_INFO_LEN    64

#ifndef __ASSEMBLY__

typedef char xen_extraversion_t[XEN_EXTRAVERSION_LEN];
typedef char xen_capabilities_info_t[XEN_CAPABILITIES_INFO_LEN];
typedef char xen_changeset_info_t[XEN_CHANGESET_INFO_LEN];
typedef char xen_commandline_t[1024];

struct xen_compile_info {
    char compiler[64];
    char compile_by[16];
    char compile_domain[32];
    char compile_date[32];
};
typedef struct xen_compile_info xen_compile_info_t;

struct xen_platform_parameters {
    xen_ulong_t virt_start; /* Where Xen's part of a PV guest's space begins. */
};
typedef struct xen_platform_parameters xen_platform_parameters_t;

/* 32 features at a time. Beyond the last submap: -EINVAL. */
struct xen_feature_info {
    unsigned int submap_idx;
    uint32_t submap; /* OUT: bit XENFEAT_* % 32 */
};
typedef struct xen_feature_info xen_feature_info_t;

struct xen_build_id {
    uint32_t len; /* IN: room in buf, in bytes. */
    unsigned char buf[];
};
typedef struct xen_build_id xen_build_id_t;

#endif /* !__ASSEMBLY__ */

#endif /* XEN_VERSION_H */
