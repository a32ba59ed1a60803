/*
 * hvm_op(cmd, arg): what an HVM guest can ask about itself.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef XEN_HVM_HVM_OP_H
#define XEN_HVM_HVM_OP_H

#include <xen/xen.h>
#include <xen/event_channel.h>

/* Sub-operations; behind each, what arg points at. */
#define HVMOP_set_param                 0 /* xen_hvm_param */
#define HVMOP_get_param                 1 /* xen_hvm_param */
#define HVMOP_flush_tlbs                5 /* NULL */
#define HVMOP_pagetable_dying           9 /* xen_hvm_pagetable_dying */
#define HVMOP_get_time                 10 /* xen_hvm_get_time */
#define HVMOP_xentrace                 11 /* xen_hvm_xentrace */
#define HVMOP_set_mem_access           12 /* Gone. */
#define HVMOP_get_mem_access           13 /* Gone. */
#define HVMOP_get_mem_type             15 /* xen_hvm_get_mem_type */
#define HVMOP_set_evtchn_upcall_vector 23 /* xen_hvm_evtchn_upcall_vector */
#define HVMOP_guest_request_vm_event   24 /* NULL */
#define HVMOP_altp2m                   25 /* xen_hvm_altp2m_op */

/* xen_hvm_altp2m_op.version, .cmd */
#define HVMOP_ALTP2M_INTERFACE_VERSION     0x00000001
#define HVMOP_altp2m_get_domain_state      1
#define HVMOP_altp2m_set_domain_state      2
#define HVMOP_altp2m_vcpu_enable_notify    3
#define HVMOP_altp2m_create_p2m            4
#define HVMOP_altp2m_destroy_p2m           5
#define HVMOP_altp2m_switch_p2m            6
#define HVMOP_altp2m_set_mem_access        7
#define HVMOP_altp2m_change_gfn            8
#define HVMOP_altp2m_set_mem_access_multi  9
#define HVMOP_altp2m_set_suppress_ve       10
#define HVMOP_altp2m_get_suppress_ve       11
#define HVMOP_altp2m_get_mem_access        12
#define HVMOP_altp2m_vcpu_disable_notify   13
#define HVMOP_altp2m_get_p2m_idx           14
#define HVMOP_altp2m_set_suppress_ve_multi 15
#define HVMOP_altp2m_set_visibility        16

#ifndef __ASSEMBLY__

struct xen_hvm_param {
    domid_t domid;
    uint16_t pad;
    uint32_t index; /* HVM_PARAM_* */
    uint64_t value;
};
typedef struct xen_hvm_param xen_hvm_param_t;

/* Hint for shadow paging: the top-level table at gpa goes away. */
struct xen_hvm_pagetable_dying {
    domid_t domid;
    uint16_t pad[3];
    uint64_t gpa;
};
typedef struct xen_hvm_pagetable_dying xen_hvm_pagetable_dying_t;

struct xen_hvm_get_time {
    uint64_t now; /* OUT: ns since boot. */
};
typedef struct xen_hvm_get_time xen_hvm_get_time_t;

/* A record for Xen's trace buffer, of up to seven words. */
struct xen_hvm_xentrace {
    uint16_t event, extra_bytes;
    uint8_t extra[7 * sizeof(uint32_t)];
};
typedef struct xen_hvm_xentrace xen_hvm_xentrace_t;

/* xen_hvm_get_mem_type.mem_type */
typedef enum {
    HVMMEM_ram_rw       = 0,
    HVMMEM_ram_ro       = 1,
    HVMMEM_mmio_dm      = 2, /* Accesses go to the device model. */
    HVMMEM_unused       = 3,
    HVMMEM_ioreq_server = 4,
} hvmmem_type_t;

struct xen_hvm_get_mem_type {
    domid_t domid;
    uint16_t mem_type; /* OUT: HVMMEM_* */
    uint16_t pad[2];
    uint64_t pfn;
};
typedef struct xen_hvm_get_mem_type xen_hvm_get_mem_type_t;

/*
 * The vector of this vCPU's upcalls, acknowledged at the local APIC. It goes
 * before HVM_PARAM_CALLBACK_IRQ. Vectors below 16 are -EINVAL, a vCPU that does
 * not exist -ENOENT.
 */
struct xen_hvm_evtchn_upcall_vector {
    uint32_t vcpu;
    uint8_t vector;
};
typedef struct xen_hvm_evtchn_upcall_vector xen_hvm_evtchn_upcall_vector_t;

/* Alternate views of the physical address space. */
struct xen_hvm_altp2m_domain_state {
    uint8_t state; /* 0: off, 1: on */
};
typedef struct xen_hvm_altp2m_domain_state xen_hvm_altp2m_domain_state_t;

struct xen_hvm_altp2m_vcpu_enable_notify {
    uint32_t vcpu_id;
    uint32_t pad;
    uint64_t gfn; /* The #VE information page. */
};
typedef struct xen_hvm_altp2m_vcpu_enable_notify
    xen_hvm_altp2m_vcpu_enable_notify_t;

struct xen_hvm_altp2m_vcpu_disable_notify {
    uint32_t vcpu_id;
};
typedef struct xen_hvm_altp2m_vcpu_disable_notify
    xen_hvm_altp2m_vcpu_disable_notify_t;

struct xen_hvm_altp2m_view {
    uint16_t view;
    uint16_t hvmmem_default_access;
};
typedef struct xen_hvm_altp2m_view xen_hvm_altp2m_view_t;

struct xen_hvm_altp2m_mem_access {
    uint16_t view;
    uint16_t access;
    uint32_t pad;
    uint64_t gfn;
};
typedef struct xen_hvm_altp2m_mem_access xen_hvm_altp2m_mem_access_t;

struct xen_hvm_altp2m_set_mem_access_multi {
    uint16_t view;
    uint16_t pad;
    uint32_t nr;
    uint64_t opaque; /* Zero. */
    const uint64_t *pfn_list;
    const uint8_t *access_list;
};

struct xen_hvm_altp2m_change_gfn {
    uint16_t view;
    uint16_t pad1;
    uint32_t pad2;
    uint64_t old_gfn;
    uint64_t new_gfn; /* All ones: as in the host's view. */
};
typedef struct xen_hvm_altp2m_change_gfn xen_hvm_altp2m_change_gfn_t;

struct xen_hvm_altp2m_suppress_ve {
    uint16_t view;
    uint8_t suppress_ve;
    uint8_t pad1;
    uint32_t pad2;
    uint64_t gfn;
};

struct xen_hvm_altp2m_suppress_ve_multi {
    uint16_t view;
    uint8_t suppress_ve;
    uint8_t pad1;
    int32_t first_error;
    uint64_t first_gfn;
    uint64_t last_gfn;
    uint64_t first_error_gfn;
};

struct xen_hvm_altp2m_get_vcpu_p2m_idx {
    uint32_t vcpu_id;
    uint16_t altp2m_idx; /* OUT */
};

struct xen_hvm_altp2m_set_visibility {
    uint16_t altp2m_idx;
    uint8_t visible;
    uint8_t pad;
};

struct xen_hvm_altp2m_op {
    uint32_t version;
    uint32_t cmd; /* HVMOP_altp2m_* */
    domid_t domain;
    uint16_t pad1;
    uint32_t pad2;
    union {
        struct xen_hvm_altp2m_domain_state domain_state;
        struct xen_hvm_altp2m_vcpu_enable_notify enable_notify;
        struct xen_hvm_altp2m_view view;
        struct xen_hvm_altp2m_mem_access mem_access;
        struct xen_hvm_altp2m_change_gfn change_gfn;
        struct xen_hvm_altp2m_set_mem_access_multi set_mem_access_multi;
        struct xen_hvm_altp2m_suppress_ve suppress_ve;
        struct xen_hvm_altp2m_suppress_ve_multi suppress_ve_multi;
        struct xen_hvm_altp2m_vcpu_disable_notify disable_notify;
        struct xen_hvm_altp2m_get_vcpu_p2m_idx get_vcpu_p2m_idx;
        struct xen_hvm_altp2m_set_visibility set_visibility;
        uint8_t pad[64];
    } u;
};
typedef struct xen_hvm_altp2m_op xen_hvm_altp2m_op_t;

#endif /* !__ASSEMBLY__ */

#endif /* XEN_HVM_HVM_OP_H */
