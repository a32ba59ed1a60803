/*
 * sysctl(struct xen_sysctl): questions about the host, for dom0's tools.
 *
 * Unlike the rest of the ABI this one has a version that must match exactly:
 * -EACCES otherwise. XEN_SYSCTL_INTERFACE_VERSION is Xen 4.17's; a test must
 * find out the running one before it calls anything. Handles and 64-bit numbers
 * are the same for both guest widths, aligned to 8 bytes.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef XEN_SYSCTL_H
#define XEN_SYSCTL_H

#include <xen/xen.h>

#define XEN_SYSCTL_INTERFACE_VERSION 0x00000015

/* xen_sysctl.cmd */
#define XEN_SYSCTL_readconsole             1
#define XEN_SYSCTL_tbuf_op                 2
#define XEN_SYSCTL_physinfo                3
#define XEN_SYSCTL_sched_id                4
#define XEN_SYSCTL_perfc_op                5
#define XEN_SYSCTL_getdomaininfolist       6
#define XEN_SYSCTL_debug_keys              7
#define XEN_SYSCTL_getcpuinfo              8
#define XEN_SYSCTL_availheap               9
#define XEN_SYSCTL_get_pmstat             10
#define XEN_SYSCTL_cpu_hotplug            11
#define XEN_SYSCTL_pm_op                  12
#define XEN_SYSCTL_page_offline_op        14
#define XEN_SYSCTL_lockprof_op            15
#define XEN_SYSCTL_cputopoinfo            16
#define XEN_SYSCTL_numainfo               17
#define XEN_SYSCTL_cpupool_op             18
#define XEN_SYSCTL_scheduler_op           19
#define XEN_SYSCTL_coverage_op            20
#define XEN_SYSCTL_psr_cmt_op             21
#define XEN_SYSCTL_pcitopoinfo            22
#define XEN_SYSCTL_psr_alloc              23
#define XEN_SYSCTL_get_cpu_levelling_caps 25
#define XEN_SYSCTL_get_cpu_featureset     26
#define XEN_SYSCTL_livepatch_op           27
#define XEN_SYSCTL_get_cpu_policy         29

/* xen_sysctl_physinfo.capabilities: what the host can run. */
#define _XEN_SYSCTL_PHYSCAP_hvm                0
#define XEN_SYSCTL_PHYSCAP_hvm                 (1u << 0)
#define _XEN_SYSCTL_PHYSCAP_pv                 1
#define XEN_SYSCTL_PHYSCAP_pv                  (1u << 1)
#define _XEN_SYSCTL_PHYSCAP_directio           2
#define XEN_SYSCTL_PHYSCAP_directio            (1u << 2)
#define _XEN_SYSCTL_PHYSCAP_hap                3
#define XEN_SYSCTL_PHYSCAP_hap                 (1u << 3)
#define _XEN_SYSCTL_PHYSCAP_shadow             4
#define XEN_SYSCTL_PHYSCAP_shadow              (1u << 4)
#define _XEN_SYSCTL_PHYSCAP_iommu_hap_pt_share 5
#define XEN_SYSCTL_PHYSCAP_iommu_hap_pt_share  (1u << 5)
#define XEN_SYSCTL_PHYSCAP_vmtrace             (1u << 6)
#define XEN_SYSCTL_PHYSCAP_vpmu                (1u << 7)
#define XEN_SYSCTL_PHYSCAP_gnttab_v1           (1u << 8)
#define XEN_SYSCTL_PHYSCAP_gnttab_v2           (1u << 9)

/* xen_sysctl_livepatch_op.cmd, and of it the steps of action.cmd. */
#define XEN_SYSCTL_LIVEPATCH_UPLOAD 0
#define XEN_SYSCTL_LIVEPATCH_GET    1
#define XEN_SYSCTL_LIVEPATCH_LIST   2
#define XEN_SYSCTL_LIVEPATCH_ACTION 3

#define LIVEPATCH_ACTION_UNLOAD  1
#define LIVEPATCH_ACTION_REVERT  2
#define LIVEPATCH_ACTION_APPLY   3
#define LIVEPATCH_ACTION_REPLACE 4

#define LIVEPATCH_STATE_CHECKED  1
#define LIVEPATCH_STATE_APPLIED  2

#define XEN_LIVEPATCH_NAME_SIZE  128 /* The terminating NUL included. */

#ifndef __ASSEMBLY__

/*
 * A pointer in 64 bits. A 32-bit guest clears q before it sets p. As in Xen's
 * headers it is a structure, so that {{ pointer }} initialises it.
 */
#define XEN_SYSCTL_HANDLE(type) \
    struct { union { type *p; uint64_t q __attribute__((aligned(8))); }; }

typedef uint64_t xen_sysctl_u64 __attribute__((aligned(8)));

struct xen_sysctl_readconsole {
    uint8_t clear;       /* Empty the ring afterwards. */
    uint8_t incremental; /* Begin at index. */
    uint8_t pad0, pad1;
    uint32_t index;      /* IN and OUT. */
    XEN_SYSCTL_HANDLE(char) buffer;
    uint32_t count;      /* IN: room; OUT: read; in bytes. */
};

struct xen_sysctl_physinfo {
    uint32_t threads_per_core;
    uint32_t cores_per_socket;
    uint32_t nr_cpus;
    uint32_t max_cpu_id;
    uint32_t nr_nodes;
    uint32_t max_node_id;
    uint32_t cpu_khz;
    uint32_t capabilities; /* XEN_SYSCTL_PHYSCAP_* */
    uint32_t arch_capabilities;
    uint32_t pad;
    xen_sysctl_u64 total_pages;
    xen_sysctl_u64 free_pages;
    xen_sysctl_u64 scrub_pages;
    xen_sysctl_u64 outstanding_pages;
    xen_sysctl_u64 max_mfn;
    uint32_t hw_cap[8];
};

struct xen_sysctl_sched_id {
    uint32_t sched_id; /* OUT */
};

/* The entries of buffer differ between releases; none with max_domains 0. */
struct xen_sysctl_getdomaininfolist {
    domid_t first_domain;
    uint32_t max_domains;
    XEN_SYSCTL_HANDLE(void) buffer;
    uint32_t num_domains; /* OUT */
};

/* As if typed on Xen's console. */
struct xen_sysctl_debug_keys {
    XEN_SYSCTL_HANDLE(const char) keys;
    uint32_t nr_keys;
};

struct xen_sysctl_availheap {
    uint32_t min_bitwidth; /* Of machine addresses; 0: any. */
    uint32_t max_bitwidth; /* 0: any. */
    int32_t node;          /* -1: any. */
    xen_sysctl_u64 avail_bytes; /* OUT */
};

struct xen_livepatch_name {
    XEN_SYSCTL_HANDLE(char) name;
    uint16_t size;   /* The terminating NUL included. */
    uint16_t pad[3]; /* Zero. */
};

struct xen_livepatch_status {
    uint32_t state; /* LIVEPATCH_STATE_* */
    int32_t rc;     /* 0 or -errno; -EAGAIN while it is at work. */
};
typedef struct xen_livepatch_status xen_livepatch_status_t;

struct xen_sysctl_livepatch_upload {
    struct xen_livepatch_name name;
    xen_sysctl_u64 size;
    XEN_SYSCTL_HANDLE(uint8_t) payload; /* An ELF file. */
};

struct xen_sysctl_livepatch_get {
    struct xen_livepatch_name name;
    struct xen_livepatch_status status;
};

/* From Xen 4.17 on; before, there were no total sizes and no metadata. */
struct xen_sysctl_livepatch_list {
    uint32_t version; /* OUT: changes when the list does. */
    uint32_t idx;
    uint32_t nr;      /* IN: room; OUT: how many are left. */
    uint32_t pad;     /* Zero. */
    uint32_t name_total_size, metadata_total_size; /* OUT */
    XEN_SYSCTL_HANDLE(xen_livepatch_status_t) status;
    XEN_SYSCTL_HANDLE(char) name;
    XEN_SYSCTL_HANDLE(uint32_t) len;
    XEN_SYSCTL_HANDLE(char) metadata;
    XEN_SYSCTL_HANDLE(uint32_t) metadata_len;
};

struct xen_sysctl_livepatch_action {
    struct xen_livepatch_name name;
    uint32_t cmd;     /* LIVEPATCH_ACTION_* */
    uint32_t timeout; /* In ns; 0: Xen's choice. */
    uint32_t flags;
    uint32_t pad;     /* Zero. */
};

struct xen_sysctl_livepatch_op {
    uint32_t cmd; /* XEN_SYSCTL_LIVEPATCH_* */
    uint32_t pad; /* Zero. */
    union {
        struct xen_sysctl_livepatch_upload upload;
        struct xen_sysctl_livepatch_list list;
        struct xen_sysctl_livepatch_get get;
        struct xen_sysctl_livepatch_action action;
    } u;
};

struct xen_sysctl {
    uint32_t cmd; /* XEN_SYSCTL_* */
    uint32_t interface_version;
    union {
        struct xen_sysctl_readconsole readconsole;
        struct xen_sysctl_physinfo physinfo;
        struct xen_sysctl_sched_id sched_id;
        struct xen_sysctl_getdomaininfolist getdomaininfolist;
        struct xen_sysctl_debug_keys debug_keys;
        struct xen_sysctl_availheap availheap;
        struct xen_sysctl_livepatch_op livepatch;
        uint8_t pad[128];
    } u;
};
typedef struct xen_sysctl xen_sysctl_t;

#endif /* !__ASSEMBLY__ */

#endif /* XEN_SYSCTL_H */
