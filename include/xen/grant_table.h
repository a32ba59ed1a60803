/*
 * Grant tables: how a domain lets another one reach its pages;
 * grant_table_op(cmd, args, count), args an array of count structures.
 *
 * Almost every operation answers an entry in its own status field (GNTST_*),
 * and the hypercall returns 0 then; it returns a negative errno when it cannot
 * read or write the array itself or does not know cmd. An entry's later
 * neighbours are still worked on after one has failed.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef XEN_GRANT_TABLE_H
#define XEN_GRANT_TABLE_H

#include <xen/xen.h>

/*
 * The first entries survive a change of the table's version, and the host may
 * have filled some before the domain started.
 */
#define GNTTAB_NR_RESERVED_ENTRIES 8
#define GNTTAB_RESERVED_CONSOLE    0
#define GNTTAB_RESERVED_XENSTORE   1

/* Grant entry flags: bits 1:0, the type. */
#define GTF_invalid         (0U << 0)
#define GTF_permit_access   (1U << 0) /* domid may map and copy frame. */
#define GTF_accept_transfer (2U << 0) /* domid may give a page, once. */
#define GTF_transitive      (3U << 0) /* v2: domid may copy another's grant. */
#define GTF_type_mask       (3U << 0)

/* Flags of the types permit_access and transitive. */
#define _GTF_readonly 2
#define GTF_readonly  (1U << _GTF_readonly)
/* Set by Xen while in use. v1: in the entry; v2: in the status array. */
#define _GTF_reading  3
#define GTF_reading   (1U << _GTF_reading)
#define _GTF_writing  4
#define GTF_writing   (1U << _GTF_writing)

/* Flags of permit_access only: cacheability bits as in an x86 PTE. */
#define _GTF_PWT      5
#define GTF_PWT       (1U << _GTF_PWT)
#define _GTF_PCD      6
#define GTF_PCD       (1U << _GTF_PCD)
#define _GTF_PAT      7
#define GTF_PAT       (1U << _GTF_PAT)
/* v2: only part of the page is granted, so it can be copied, not mapped. */
#define _GTF_sub_page 8
#define GTF_sub_page  (1U << _GTF_sub_page)

/*
 * Flags of accept_transfer, both set by Xen: from committed on the guest leaves
 * the entry alone; with completed, frame is the new page.
 */
#define _GTF_transfer_committed 2
#define GTF_transfer_committed  (1U << _GTF_transfer_committed)
#define _GTF_transfer_completed 3
#define GTF_transfer_completed  (1U << _GTF_transfer_completed)

/* Sub-operations, each with an array of struct gnttab_<name>. */
#define GNTTABOP_map_grant_ref      0
#define GNTTABOP_unmap_grant_ref    1
#define GNTTABOP_setup_table        2
#define GNTTABOP_dump_table         3
#define GNTTABOP_transfer           4
#define GNTTABOP_copy               5
#define GNTTABOP_query_size         6
#define GNTTABOP_unmap_and_replace  7
#define GNTTABOP_set_version        8
#define GNTTABOP_get_status_frames  9
#define GNTTABOP_get_version       10
#define GNTTABOP_swap_grant_ref    11
#define GNTTABOP_cache_flush       12

/* gnttab_map_grant_ref.flags; at least one of device_map and host_map. */
#define _GNTMAP_device_map      0
#define GNTMAP_device_map       (1 << _GNTMAP_device_map)
#define _GNTMAP_host_map        1
#define GNTMAP_host_map         (1 << _GNTMAP_host_map)
#define _GNTMAP_readonly        2
#define GNTMAP_readonly         (1 << _GNTMAP_readonly)
/* PV: user mode may access the mapping, too. */
#define _GNTMAP_application_map 3
#define GNTMAP_application_map  (1 << _GNTMAP_application_map)
/* PV: host_addr is the machine address of the PTE, not a virtual address. */
#define _GNTMAP_contains_pte    4
#define GNTMAP_contains_pte     (1 << _GNTMAP_contains_pte)
/* PV: bits from 16 on go to the PTE's available bits. */
#define _GNTMAP_guest_avail0    16
#define GNTMAP_guest_avail_mask ((uint32_t)~0 << _GNTMAP_guest_avail0)

/* gnttab_copy.flags: which ends are grants and not frames of the caller. */
#define _GNTCOPY_source_gref 0
#define GNTCOPY_source_gref  (1 << _GNTCOPY_source_gref)
#define _GNTCOPY_dest_gref   1
#define GNTCOPY_dest_gref    (1 << _GNTCOPY_dest_gref)

/* gnttab_cache_flush.op */
#define GNTTAB_CACHE_CLEAN       (1u << 0)
#define GNTTAB_CACHE_INVAL       (1u << 1)
#define GNTTAB_CACHE_SOURCE_GREF (1u << 31) /* a.ref, not a.dev_bus_addr. */

/* An entry's status. */
#define GNTST_okay              0
#define GNTST_general_error     (-1)
#define GNTST_bad_domain        (-2)  /* No such domain. */
#define GNTST_bad_gntref        (-3)  /* Reference beyond the table. */
#define GNTST_bad_handle        (-4)  /* Not a mapping of the caller. */
#define GNTST_bad_virt_addr     (-5)  /* Wrong host_addr. */
#define GNTST_bad_dev_addr      (-6)  /* Wrong dev_bus_addr. */
#define GNTST_no_device_space   (-7)  /* The IOMMU has no room. */
#define GNTST_permission_denied (-8)
#define GNTST_bad_page          (-9)  /* The frame cannot be used so. */
#define GNTST_bad_copy_arg     (-10)  /* Crosses its page or its sub-page. */
#define GNTST_address_too_big  (-11)  /* Out of the transfer target's reach. */
#define GNTST_eagain           (-12)  /* Paged out or in use; try again. */
#define GNTST_no_space         (-13)  /* No handle left. */

#ifndef __ASSEMBLY__

typedef uint32_t grant_ref_t;    /* Index into a domain's grant table. */
typedef uint32_t grant_handle_t; /* The mapper's name for a mapping. */
typedef uint16_t grant_status_t; /* v2: GTF_reading, GTF_writing. */

/*
 * Version 1. To publish: domid and frame, write barrier, flags. To revoke:
 * compare-and-exchange flags to 0 from a value without reading and writing.
 * frame is 32 bits, so frames above 16 TiB need version 2.
 */
struct grant_entry_v1 {
    uint16_t flags; /* GTF_* */
    domid_t domid;  /* Who may use it. */
    uint32_t frame; /* GFN; PV: MFN. */
};
typedef struct grant_entry_v1 grant_entry_v1_t;

struct grant_entry_header {
    uint16_t flags;
    domid_t domid;
};
typedef struct grant_entry_header grant_entry_header_t;

/*
 * Version 2. What is in use is shown in an array of grant_status_t beside the
 * table. To revoke: clear flags, barrier, then see that the status is 0.
 */
union grant_entry_v2 {
    grant_entry_header_t hdr;
    struct {
        grant_entry_header_t hdr;
        uint32_t pad0;
        uint64_t frame;
    } full_page;
    struct { /* GTF_sub_page: bytes [page_off, page_off + length). */
        grant_entry_header_t hdr;
        uint16_t page_off;
        uint16_t length;
        uint64_t frame;
    } sub_page;
    struct { /* GTF_transitive: what trans_domid granted to us as gref. */
        grant_entry_header_t hdr;
        domid_t trans_domid;
        uint16_t pad0;
        grant_ref_t gref;
    } transitive;
    uint32_t __spacer[4];
};
typedef union grant_entry_v2 grant_entry_v2_t;

/*
 * Maps the grant (dom, ref). HVM: host_addr is the guest-physical address of a
 * page; PV: a virtual address with page table, or see GNTMAP_contains_pte.
 */
struct gnttab_map_grant_ref {
    uint64_t host_addr;
    uint32_t flags; /* GNTMAP_* */
    grant_ref_t ref;
    domid_t dom;
    int16_t status;        /* OUT */
    grant_handle_t handle; /* OUT */
    uint64_t dev_bus_addr; /* OUT */
};
typedef struct gnttab_map_grant_ref gnttab_map_grant_ref_t;

/* An address that is 0 is left as it is; both 0 unmaps nothing. */
struct gnttab_unmap_grant_ref {
    uint64_t host_addr;
    uint64_t dev_bus_addr;
    grant_handle_t handle;
    int16_t status; /* OUT */
};
typedef struct gnttab_unmap_grant_ref gnttab_unmap_grant_ref_t;

/*
 * Grows the table to nr_frames pages and tells where they are. count must be 1.
 * HVM guests place them with XENMEM_add_to_physmap.
 */
struct gnttab_setup_table {
    domid_t dom;
    uint32_t nr_frames;
    int16_t status; /* OUT */
    xen_pfn_t *frame_list; /* OUT: nr_frames entries. */
};
typedef struct gnttab_setup_table gnttab_setup_table_t;

/* Prints dom's table on Xen's console. Privileged. */
struct gnttab_dump_table {
    domid_t dom;
    int16_t status; /* OUT */
};
typedef struct gnttab_dump_table gnttab_dump_table_t;

/*
 * PV: gives page mfn to domid, which waits with an accept_transfer entry. On an
 * error other than bad_page the page may be gone all the same.
 */
struct gnttab_transfer {
    xen_pfn_t mfn;
    domid_t domid;
    grant_ref_t ref;
    int16_t status; /* OUT */
};
typedef struct gnttab_transfer gnttab_transfer_t;

/* Copies len bytes; neither end may cross its page. */
struct gnttab_copy {
    struct gnttab_copy_ptr {
        union {
            grant_ref_t ref;
            xen_pfn_t gmfn;
        } u;
        domid_t domid; /* For a frame: DOMID_SELF. */
        uint16_t offset;
    } source, dest;
    uint16_t len;
    uint16_t flags; /* GNTCOPY_* */
    int16_t status; /* OUT */
};
typedef struct gnttab_copy gnttab_copy_t;

/* The table's size, in pages. count must be 1. */
struct gnttab_query_size {
    domid_t dom;
    uint32_t nr_frames;     /* OUT */
    uint32_t max_nr_frames; /* OUT */
    int16_t status;         /* OUT */
};
typedef struct gnttab_query_size gnttab_query_size_t;

/* PV: as unmap, and the PTE of new_addr moves to where host_addr's was. */
struct gnttab_unmap_and_replace {
    uint64_t host_addr;
    uint64_t new_addr;
    grant_handle_t handle;
    int16_t status; /* OUT */
};
typedef struct gnttab_unmap_and_replace gnttab_unmap_and_replace_t;

/*
 * Changes the table's version. It has no status: the hypercall itself returns a
 * negative errno. -EINVAL: neither 1 nor 2; -ENOSYS: the host allows no version
 * 2; -EBUSY: some entry after the reserved ones is in use; -ERANGE: a reserved
 * one does not fit version 1. The other entries are lost.
 */
struct gnttab_set_version {
    uint32_t version; /* OUT: the one in effect. */
};
typedef struct gnttab_set_version gnttab_set_version_t;

/* v2: where the pages with the status array are. */
struct gnttab_get_status_frames {
    uint32_t nr_frames;
    domid_t dom;
    int16_t status; /* OUT */
    uint64_t *frame_list; /* OUT: nr_frames entries, 64 bits for all guests. */
};
typedef struct gnttab_get_status_frames gnttab_get_status_frames_t;

/* Like set_version, it answers by the hypercall's return value. */
struct gnttab_get_version {
    domid_t dom;
    uint16_t pad;
    uint32_t version; /* OUT */
};
typedef struct gnttab_get_version gnttab_get_version_t;

/* Swaps two own entries, neither in use. */
struct gnttab_swap_grant_ref {
    grant_ref_t ref_a;
    grant_ref_t ref_b;
    int16_t status; /* OUT */
};
typedef struct gnttab_swap_grant_ref gnttab_swap_grant_ref_t;

/* Cache maintenance on part of a page. Answers by the return value. */
struct gnttab_cache_flush {
    union {
        uint64_t dev_bus_addr;
        grant_ref_t ref;
    } a;
    uint16_t offset; /* In the page, in bytes. */
    uint16_t length; /* In bytes. */
    uint32_t op;     /* GNTTAB_CACHE_* */
};
typedef struct gnttab_cache_flush gnttab_cache_flush_t;

#endif /* !__ASSEMBLY__ */

#endif /* XEN_GRANT_TABLE_H */
