/*
 * vcpu_op(cmd, vcpu, arg): a domain's own vCPUs and their timers.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef XEN_VCPU_H
#define XEN_VCPU_H

#include <xen/xen.h>

/* Sub-operations; behind each, what arg points at. */
#define VCPUOP_initialise                     0 /* vcpu_guest_context (HVM:
                                                   vcpu_hvm_context); once. */
#define VCPUOP_up                             1 /* NULL */
#define VCPUOP_down                           2 /* NULL; asynchronous. */
#define VCPUOP_is_up                          3 /* NULL; returns 0 or 1. */
#define VCPUOP_get_runstate_info              4 /* vcpu_runstate_info */
#define VCPUOP_register_runstate_memory_area  5
#define VCPUOP_set_periodic_timer             6 /* vcpu_set_periodic_timer */
#define VCPUOP_stop_periodic_timer            7 /* NULL */
#define VCPUOP_set_singleshot_timer           8 /* vcpu_set_singleshot_timer */
#define VCPUOP_stop_singleshot_timer          9 /* NULL */
#define VCPUOP_register_vcpu_info            10 /* vcpu_register_vcpu_info */
#define VCPUOP_send_nmi                      11 /* NULL */
#define VCPUOP_get_physid                    12 /* vcpu_get_physid; dom0 */
#define VCPUOP_register_vcpu_time_memory_area 13
/* The same two areas by physical address, from Xen 4.18 on. */
#define VCPUOP_register_runstate_phys_area   14
#define VCPUOP_register_vcpu_time_phys_area  15

/* vcpu_runstate_info.state, and index of its time[]. */
#define RUNSTATE_running  0
#define RUNSTATE_runnable 1 /* Wants a physical CPU, has none. */
#define RUNSTATE_blocked  2
#define RUNSTATE_offline  3 /* Neither runnable nor blocked. */

/* Set in state_entry_time during an update; VMASST_TYPE_runstate_update_flag */
#define XEN_RUNSTATE_UPDATE (xen_mk_ullong(1) << 63)

/* vcpu_set_singleshot_timer.flags: -ETIME for a time that is past. */
#define _VCPU_SSHOTTMR_future 0
#define VCPU_SSHOTTMR_future  (1U << _VCPU_SSHOTTMR_future)

#ifndef __ASSEMBLY__

struct vcpu_runstate_info {
    int state;                 /* RUNSTATE_* */
    uint64_t state_entry_time; /* System time in ns. */
    uint64_t time[4];          /* ns spent in each state. */
};
typedef struct vcpu_runstate_info vcpu_runstate_info_t;

/*
 * Xen writes it whenever the vCPU is scheduled; x86: a virtual address. With
 * ..._phys_area, addr.p is a guest physical address (PV: a machine address) of
 * an area that is aligned to xen_ulong_t and does not cross its page (-ENXIO);
 * all ones: no area any more.
 */
struct vcpu_register_runstate_memory_area {
    union {
        vcpu_runstate_info_t *h;
        struct vcpu_runstate_info *v;
        uint64_t p;
    } addr;
};
typedef struct vcpu_register_runstate_memory_area
    vcpu_register_runstate_memory_area_t;

/* VIRQ_TIMER each period_ns, of which less than 1 ms is -EINVAL. */
struct vcpu_set_periodic_timer {
    uint64_t period_ns;
};
typedef struct vcpu_set_periodic_timer vcpu_set_periodic_timer_t;

/* VIRQ_TIMER at a system time; one that is past fires at once. */
struct vcpu_set_singleshot_timer {
    uint64_t timeout_abs_ns;
    uint32_t flags; /* VCPU_SSHOTTMR_* */
};
typedef struct vcpu_set_singleshot_timer vcpu_set_singleshot_timer_t;

/*
 * A place for vcpu_info outside of shared_info, given once (again: -EINVAL). It
 * is naturally aligned and does not cross its page (-ENXIO).
 */
struct vcpu_register_vcpu_info {
    uint64_t mfn;    /* GFN for an HVM guest. */
    uint32_t offset; /* In the page, in bytes. */
    uint32_t rsvd;
};
typedef struct vcpu_register_vcpu_info vcpu_register_vcpu_info_t;

struct vcpu_get_physid {
    uint64_t phys_id; /* OUT */
};
typedef struct vcpu_get_physid vcpu_get_physid_t;
#define xen_vcpu_physid_to_x86_apicid(physid) ((uint32_t)(physid))
#define xen_vcpu_physid_to_x86_acpiid(physid) ((uint32_t)((physid) >> 32))

/* A second copy of the vCPU's clock, which user mode may be shown. */
struct vcpu_register_time_memory_area {
    union {
        vcpu_time_info_t *h;
        struct vcpu_time_info *v;
        uint64_t p;
    } addr;
};
typedef struct vcpu_register_time_memory_area vcpu_register_time_memory_area_t;

#endif /* !__ASSEMBLY__ */

#endif /* XEN_VCPU_H */
