/*
 * Event channels: event_channel_op(cmd, arg), and both ABIs by which pending
 * events reach a guest (2-level in <xen/xen.h>'s shared_info, FIFO below).
 *
 * A port is a domain's name for one end of a channel. Port 0 is never
 * allocated. On failure a call returns a negative errno and allocates nothing.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef XEN_EVENT_CHANNEL_H
#define XEN_EVENT_CHANNEL_H

#include <xen/xen.h>

/* Sub-operations, each with an argument of type struct evtchn_<name>. */
#define EVTCHNOP_bind_interdomain  0
#define EVTCHNOP_bind_virq         1
#define EVTCHNOP_bind_pirq         2
#define EVTCHNOP_close             3
#define EVTCHNOP_send              4
#define EVTCHNOP_status            5
#define EVTCHNOP_alloc_unbound     6
#define EVTCHNOP_bind_ipi          7
#define EVTCHNOP_bind_vcpu         8
#define EVTCHNOP_unmask            9
#define EVTCHNOP_reset            10
#define EVTCHNOP_init_control     11
#define EVTCHNOP_expand_array     12
#define EVTCHNOP_set_priority     13

/* evtchn_status.status */
#define EVTCHNSTAT_closed      0
#define EVTCHNSTAT_unbound     1 /* Waits for bind_interdomain. */
#define EVTCHNSTAT_interdomain 2
#define EVTCHNSTAT_pirq        3
#define EVTCHNSTAT_virq        4
#define EVTCHNSTAT_ipi         5

/* evtchn_bind_pirq.flags */
#define BIND_PIRQ__WILL_SHARE 1

/* 2-level ABI: ports of a guest of this width (32-bit 1024, 64-bit 4096). */
#define EVTCHN_2L_NR_CHANNELS (sizeof(xen_ulong_t) * sizeof(xen_ulong_t) * 64)

/* FIFO ABI: priorities, of which 0 is served first. */
#define EVTCHN_FIFO_PRIORITY_MAX     0
#define EVTCHN_FIFO_PRIORITY_DEFAULT 7
#define EVTCHN_FIFO_PRIORITY_MIN     15
#define EVTCHN_FIFO_MAX_QUEUES       (EVTCHN_FIFO_PRIORITY_MIN + 1)

/*
 * FIFO ABI: bit numbers in an event word. The guest sets and clears MASKED and
 * clears PENDING; Xen sets PENDING and LINKED; the guest clears LINKED when it
 * takes the word off its queue. BUSY: Xen is on its way to link the word.
 */
#define EVTCHN_FIFO_PENDING 31
#define EVTCHN_FIFO_MASKED  30
#define EVTCHN_FIFO_LINKED  29
#define EVTCHN_FIFO_BUSY    28

/* Low bits of an event word: the next port of the queue, 0 at its end. */
#define EVTCHN_FIFO_LINK_BITS   17
#define EVTCHN_FIFO_LINK_MASK   ((1 << EVTCHN_FIFO_LINK_BITS) - 1)
#define EVTCHN_FIFO_NR_CHANNELS (1 << EVTCHN_FIFO_LINK_BITS)

#ifndef __ASSEMBLY__

typedef uint32_t evtchn_port_t;
typedef uint32_t event_word_t;

/*
 * New port in dom, to which remote_dom may connect. dom other than DOMID_SELF
 * takes privilege. -ENOSPC: no port left; -ESRCH: no such domain.
 */
struct evtchn_alloc_unbound {
    domid_t dom, remote_dom;
    evtchn_port_t port; /* OUT */
};
typedef struct evtchn_alloc_unbound evtchn_alloc_unbound_t;

/*
 * New local port, connected to an unbound one that was made for the caller. It
 * is pending at once, since the peer may have sent before anyone listened.
 */
struct evtchn_bind_interdomain {
    domid_t remote_dom;
    evtchn_port_t remote_port;
    evtchn_port_t local_port; /* OUT */
};
typedef struct evtchn_bind_interdomain evtchn_bind_interdomain_t;

/* New port for a VIRQ. Global ones take vcpu 0; a second binding: -EEXIST. */
struct evtchn_bind_virq {
    uint32_t virq; /* VIRQ_* */
    uint32_t vcpu;
    evtchn_port_t port; /* OUT */
};
typedef struct evtchn_bind_virq evtchn_bind_virq_t;

/* New port for a physical interrupt, one a domain. */
struct evtchn_bind_pirq {
    uint32_t pirq;
    uint32_t flags; /* BIND_PIRQ__* */
    evtchn_port_t port; /* OUT */
};
typedef struct evtchn_bind_pirq evtchn_bind_pirq_t;

/* New port that wakes vcpu when sent; the vCPU cannot be changed. */
struct evtchn_bind_ipi {
    uint32_t vcpu;
    evtchn_port_t port; /* OUT */
};
typedef struct evtchn_bind_ipi evtchn_bind_ipi_t;

/* Frees a local port. The other end of a channel becomes unbound again. */
struct evtchn_close {
    evtchn_port_t port;
};
typedef struct evtchn_close evtchn_close_t;

/* Makes the other end pending; from an unbound port that silently succeeds. */
struct evtchn_send {
    evtchn_port_t port;
};
typedef struct evtchn_send evtchn_send_t;

/* What a port is; u is valid as status says. */
struct evtchn_status {
    domid_t dom;
    evtchn_port_t port;
    uint32_t status; /* OUT: EVTCHNSTAT_* */
    uint32_t vcpu;   /* OUT: whom it notifies. */
    union {
        struct {
            domid_t dom; /* Who may connect. */
        } unbound;
        struct {
            domid_t dom;
            evtchn_port_t port;
        } interdomain;
        uint32_t pirq;
        uint32_t virq;
    } u;
};
typedef struct evtchn_status evtchn_status_t;

/*
 * Which vCPU a port notifies; a new port notifies vCPU 0. IPIs and per-vCPU
 * VIRQs keep theirs (-EINVAL).
 */
struct evtchn_bind_vcpu {
    evtchn_port_t port;
    uint32_t vcpu;
};
typedef struct evtchn_bind_vcpu evtchn_bind_vcpu_t;

/* Clears a port's mask and, if it is pending, notifies. */
struct evtchn_unmask {
    evtchn_port_t port;
};
typedef struct evtchn_unmask evtchn_unmask_t;

/* Closes all ports of dom and, for DOMID_SELF, goes back to the 2-level ABI. */
struct evtchn_reset {
    domid_t dom;
};
typedef struct evtchn_reset evtchn_reset_t;

/*
 * Places vcpu's control block (8-byte aligned, within the page); the first call
 * turns the domain to the FIFO ABI.
 */
struct evtchn_init_control {
    uint64_t control_gfn;
    uint32_t offset;
    uint32_t vcpu;
    uint8_t link_bits; /* OUT: EVTCHN_FIFO_LINK_BITS */
    uint8_t _pad[7];
};
typedef struct evtchn_init_control evtchn_init_control_t;

/* Adds one page (1024 event words) to the end of the FIFO event array. */
struct evtchn_expand_array {
    uint64_t array_gfn;
};
typedef struct evtchn_expand_array evtchn_expand_array_t;

/* Takes effect at the next time the port becomes pending. */
struct evtchn_set_priority {
    evtchn_port_t port;
    uint32_t priority; /* 0 to EVTCHN_FIFO_PRIORITY_MIN, else -EINVAL. */
};
typedef struct evtchn_set_priority evtchn_set_priority_t;

/* The argument of __HYPERVISOR_event_channel_op_compat. */
struct evtchn_op {
    uint32_t cmd; /* EVTCHNOP_*, up to unmask. */
    union {
        evtchn_alloc_unbound_t alloc_unbound;
        evtchn_bind_interdomain_t bind_interdomain;
        evtchn_bind_virq_t bind_virq;
        evtchn_bind_pirq_t bind_pirq;
        evtchn_bind_ipi_t bind_ipi;
        evtchn_close_t close;
        evtchn_send_t send;
        evtchn_status_t status;
        evtchn_bind_vcpu_t bind_vcpu;
        evtchn_unmask_t unmask;
    } u;
};
typedef struct evtchn_op evtchn_op_t;

/* One a vCPU. ready: a bit for each queue that Xen linked something to. */
struct evtchn_fifo_control_block {
    uint32_t ready;
    uint32_t _rsvd;
    uint32_t head[EVTCHN_FIFO_MAX_QUEUES]; /* First port of each queue. */
};
typedef struct evtchn_fifo_control_block evtchn_fifo_control_block_t;

#endif /* !__ASSEMBLY__ */

#endif /* XEN_EVENT_CHANNEL_H */
