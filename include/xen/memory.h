/*
 * memory_op(cmd, arg): what memory a domain has, and what is where in it.
 *
 * GFN: a frame number as the guest sees it. MFN: the machine's. GMFN: an MFN
 * for a PV guest, a GFN for an HVM one. PFN: the guest kernel's own numbering.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef XEN_MEMORY_H
#define XEN_MEMORY_H

#include <xen/xen.h>
#include <xen/physdev.h>

/*
 * Sub-operations. The first three take xen_memory_reservation and return how
 * many extents were done, which on failure is fewer than asked for.
 */
#define XENMEM_increase_reservation     0
#define XENMEM_decrease_reservation     1
#define XENMEM_populate_physmap         6
/* No argument; returns the highest MFN of RAM. */
#define XENMEM_maximum_ram_page         2
/* These three take xen_memory_domain and return the answer, or an errno. */
#define XENMEM_current_reservation      3
#define XENMEM_maximum_reservation      4
#define XENMEM_maximum_gpfn            14
/* PV: the machine-to-physical table. */
#define XENMEM_machphys_mfn_list        5 /* xen_machphys_mfn_list */
#define XENMEM_machphys_mapping        12 /* xen_machphys_mapping */
#define XENMEM_machphys_compat_mfn_list 25 /* The one of 32-bit guests. */
/* HVM: changes of the guest's physical address space. */
#define XENMEM_add_to_physmap           7 /* xen_add_to_physmap */
#define XENMEM_add_to_physmap_batch    23 /* xen_add_to_physmap_batch */
#define XENMEM_remove_from_physmap     15 /* xen_remove_from_physmap */
/* Memory maps: the domain's; the host's (dom0 only); setting a domain's. */
#define XENMEM_memory_map               9 /* xen_memory_map */
#define XENMEM_machine_memory_map      10 /* xen_memory_map */
#define XENMEM_set_memory_map          13 /* xen_foreign_memory_map */
/* PV: gives extents back and gets others at once. */
#define XENMEM_exchange                11 /* xen_memory_exchange */
/* HVM: populate on demand; privileged. */
#define XENMEM_set_pod_target          16 /* xen_pod_target */
#define XENMEM_get_pod_target          17 /* xen_pod_target */
#define XENMEM_get_vnumainfo           26 /* xen_vnuma_topology_info */
/* Privileged: maps pages that Xen keeps for a domain. */
#define XENMEM_acquire_resource        28 /* xen_mem_acquire_resource */
/* For tools; here so that a test can see a guest refused. */
#define XENMEM_get_sharing_freed_pages    18
#define XENMEM_get_sharing_shared_pages   19
#define XENMEM_paging_op                  20
#define XENMEM_access_op                  21
#define XENMEM_sharing_op                 22
#define XENMEM_claim_pages                24
#define XENMEM_reserved_device_memory_map 27

/*
 * xen_memory_reservation.mem_flags: bits 7:0 the width in bits that machine
 * addresses may have (0: any); bits 15:8 a NUMA node + 1 (0: any).
 */
#define XENMEMF_address_bits(bits)     (bits)
#define XENMEMF_get_address_bits(flag) ((flag) & 0xffu)
#define XENMEMF_node(nid)              (((nid) + 1) << 8)
#define XENMEMF_get_node(flag)         ((((flag) >> 8) - 1) & 0xffu)
#define XENMEMF_populate_on_demand     (1 << 16)
#define XENMEMF_exact_node_request     (1 << 17)
#define XENMEMF_exact_node(nid) (XENMEMF_node(nid) | XENMEMF_exact_node_request)
#define XENMEMF_vnode                  (1 << 18) /* The node is virtual. */

/* xen_add_to_physmap.space: what idx counts. */
#define XENMAPSPACE_shared_info  0
#define XENMAPSPACE_grant_table  1 /* Pages of the grant table. */
#define XENMAPSPACE_gmfn         2 /* Own GFNs: moves a page. */
#define XENMAPSPACE_gmfn_range   3 /* The same, size pages; not in a batch. */
#define XENMAPSPACE_gmfn_foreign 4 /* Another domain's GFNs; only in a batch. */
#define XENMAPSPACE_dev_mmio     5 /* Not on x86. */

/* Or-ed to idx in space grant_table: a page of version 2's status array. */
#define XENMAPIDX_grant_table_status 0x80000000

/* xen_mem_acquire_resource.type, and the ids and frames of some. */
#define XENMEM_resource_ioreq_server                 0
#define XENMEM_resource_ioreq_server_frame_bufioreq  0
#define XENMEM_resource_ioreq_server_frame_ioreq(n)  (1 + (n))
#define XENMEM_resource_grant_table                  1
#define XENMEM_resource_grant_table_id_shared        0
#define XENMEM_resource_grant_table_id_status        1
#define XENMEM_resource_vmtrace_buf                  2

#ifndef __ASSEMBLY__

/*
 * nr_extents naturally aligned extents of 2^extent_order pages each.
 * extent_start: increase writes MFNs, and may be NULL; decrease reads GMFNs;
 * populate reads PFNs and, for a PV guest, writes MFNs over them.
 */
struct xen_memory_reservation {
    xen_pfn_t *extent_start;
    xen_ulong_t nr_extents;
    unsigned int extent_order;
    unsigned int mem_flags; /* XENMEMF_* */
    domid_t domid;
};
typedef struct xen_memory_reservation xen_memory_reservation_t;

/*
 * in and out have the same domid and the same number of pages; out.extent_start
 * lists PFNs and is overwritten with MFNs. nr_exchanged must be 0 at the call,
 * and counts the input extents done when it returns, also on error.
 */
struct xen_memory_exchange {
    struct xen_memory_reservation in;
    struct xen_memory_reservation out;
    xen_ulong_t nr_exchanged;
};
typedef struct xen_memory_exchange xen_memory_exchange_t;

struct xen_memory_domain {
    domid_t domid;
};

/* MFNs of the 2 MiB extents that make up the table; 0 for a hole. */
struct xen_machphys_mfn_list {
    unsigned int max_extents;
    xen_pfn_t *extent_start;
    unsigned int nr_extents; /* OUT */
};
typedef struct xen_machphys_mfn_list xen_machphys_mfn_list_t;

/* Where the table is in virtual addresses, and the last MFN it covers. */
struct xen_machphys_mapping {
    xen_ulong_t v_start, v_end; /* OUT */
    xen_ulong_t max_mfn;        /* OUT */
};
typedef struct xen_machphys_mapping xen_machphys_mapping_t;

/* Makes the idx-th page of space appear at gpfn. */
struct xen_add_to_physmap {
    domid_t domid;
    uint16_t size; /* gmfn_range: how many pages. */
    unsigned int space;
    xen_ulong_t idx;
    union {
        xen_pfn_t gpfn;
        xen_pfn_t gfn; /* The same by another name. */
    };
};
typedef struct xen_add_to_physmap xen_add_to_physmap_t;

/* The same for size pages at once, an errno each. */
struct xen_add_to_physmap_batch {
    domid_t domid;
    uint16_t space;
    uint16_t size;
    union xen_add_to_physmap_batch_extra {
        domid_t foreign_domid; /* gmfn_foreign */
        uint16_t res0;         /* Other spaces: zero. */
    } u;
    const xen_ulong_t *idxs;
    const xen_pfn_t *gpfns;
    int *errs; /* OUT: size entries. */
};
typedef struct xen_add_to_physmap_batch xen_add_to_physmap_batch_t;

struct xen_remove_from_physmap {
    domid_t domid;
    union {
        xen_pfn_t gpfn;
        xen_pfn_t gfn;
    };
};
typedef struct xen_remove_from_physmap xen_remove_from_physmap_t;

/* buffer: 20-byte E820 entries (64-bit start, 64-bit size, 32-bit type). */
struct xen_memory_map {
    unsigned int nr_entries; /* IN: room; OUT: filled. */
    void *buffer;
};
typedef struct xen_memory_map xen_memory_map_t;

struct xen_foreign_memory_map {
    domid_t domid;
    struct xen_memory_map map;
};
typedef struct xen_foreign_memory_map xen_foreign_memory_map_t;

struct xen_pod_target {
    uint64_t target_pages;    /* IN */
    uint64_t tot_pages;       /* OUT, as the rest. */
    uint64_t pod_cache_pages;
    uint64_t pod_entries;
    domid_t domid;
};
typedef struct xen_pod_target xen_pod_target_t;

/*
 * nr_frames == 0 with frame_list NULL asks for the resource's size. HVM callers
 * name the GFNs to map at; PV callers get the MFNs.
 */
struct xen_mem_acquire_resource {
    domid_t domid;
    uint16_t type; /* XENMEM_resource_* */
    uint32_t id;
    uint32_t nr_frames;
    uint32_t pad;   /* Zero. */
    uint64_t frame; /* The first one. */
    xen_pfn_t *frame_list;
};
typedef struct xen_mem_acquire_resource xen_mem_acquire_resource_t;

struct xen_vmemrange {
    uint64_t start, end;
    unsigned int flags; /* Zero. */
    unsigned int nid;
};
typedef struct xen_vmemrange xen_vmemrange_t;

/* The counts are IN: room; OUT: filled, or needed with -ENOBUFS. */
struct xen_vnuma_topology_info {
    domid_t domid;
    uint16_t pad; /* Zero. */
    unsigned int nr_vnodes;
    unsigned int nr_vcpus;
    unsigned int nr_vmemranges;
    union {
        unsigned int *h; /* nr_vnodes * nr_vnodes */
        uint64_t pad;
    } vdistance;
    union {
        unsigned int *h; /* nr_vcpus */
        uint64_t pad;
    } vcpu_to_vnode;
    union {
        xen_vmemrange_t *h; /* nr_vmemranges */
        uint64_t pad;
    } vmemrange;
};
typedef struct xen_vnuma_topology_info xen_vnuma_topology_info_t;

#endif /* !__ASSEMBLY__ */

#endif /* XEN_MEMORY_H */
