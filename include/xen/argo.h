/*
 * Argo: messages between domains through rings that only Xen writes;
 * argo_op(cmd, arg1, arg2, arg3, arg4).
 *
 * It exists if Xen was built with CONFIG_ARGO and started with argo=1;
 * otherwise every call returns -ENOSYS or -EOPNOTSUPP.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef XEN_ARGO_H
#define XEN_ARGO_H

#include <xen/xen.h>

/* As a ring's partner: anybody (a "wildcard" ring). */
#define XEN_ARGO_DOMID_ANY DOMID_INVALID

/* Limits: bytes of a ring, buffers of a message. */
#define XEN_ARGO_MAX_RING_SIZE xen_mk_ullong(0x1000000)
#define XEN_ARGO_MAXIOV        xen_mk_uint(8)

/* Messages in a ring, header included, are padded to a multiple of this. */
#define XEN_ARGO_MSG_SLOT_SIZE 0x10

/*
 * register_ring(xen_argo_register_ring, array of xen_argo_gfn_t, its length,
 * flags): makes these pages a ring, or refreshes one that exists.
 */
#define XEN_ARGO_OP_register_ring   1
/* flags: -EEXIST for a ring that exists. */
#define XEN_ARGO_REGISTER_FLAG_FAIL_EXIST 0x1

/* unregister_ring(xen_argo_unregister_ring, NULL, 0, 0) */
#define XEN_ARGO_OP_unregister_ring 2

/*
 * sendv(xen_argo_send_addr, array of xen_argo_iov, its length, message type):
 * returns the number of bytes sent. Of the destination's rings, one for just
 * this sender goes before a wildcard one. -EAGAIN: no room now; VIRQ_ARGO comes
 * when there is. -EMSGSIZE: never fits. -ECONNREFUSED: no such ring.
 */
#define XEN_ARGO_OP_sendv           3

/*
 * notify(xen_argo_ring_data or NULL, NULL, 0, 0): looks for notifications that
 * are due, and asks about other domains' rings.
 */
#define XEN_ARGO_OP_notify          4

/* xen_argo_ring_data_ent.flags, all set by Xen. */
#define XEN_ARGO_RING_EXISTS     (1U << 0)
#define XEN_ARGO_RING_SHARED     (1U << 1) /* A wildcard ring. */
#define XEN_ARGO_RING_EMPTY      (1U << 2)
#define XEN_ARGO_RING_SUFFICIENT (1U << 3) /* space_required is there. */
#define XEN_ARGO_RING_EMSGSIZE   (1U << 4) /* It can never be there. */
#define XEN_ARGO_RING_EBUSY      (1U << 5) /* Too many wait for space. */

#ifndef __ASSEMBLY__

typedef uint32_t xen_argo_port_t;
typedef uint64_t xen_argo_gfn_t; /* 64 bits for all guests; 4 KiB pages. */

/* One buffer of a message. */
typedef struct xen_argo_iov {
    const void *iov_hnd;
    uint32_t iov_len;
    uint32_t pad; /* Zero. */
} xen_argo_iov_t;

typedef struct xen_argo_addr {
    xen_argo_port_t aport;
    domid_t domain_id;
    uint16_t pad; /* Zero. */
} xen_argo_addr_t;

typedef struct xen_argo_send_addr {
    xen_argo_addr_t src;
    xen_argo_addr_t dst;
} xen_argo_send_addr_t;

/*
 * A ring, at the start of its first page. The receiver moves rx_ptr, Xen moves
 * tx_ptr; both are offsets into ring[] and multiples of XEN_ARGO_MSG_SLOT_SIZE.
 * Equal pointers mean empty.
 */
typedef struct xen_argo_ring {
    uint32_t rx_ptr;
    uint32_t tx_ptr;
    uint8_t reserved[56];
    uint8_t ring[];
} xen_argo_ring_t;

typedef struct xen_argo_register_ring {
    xen_argo_port_t aport;
    domid_t partner_id;
    uint16_t pad; /* Zero. */
    uint32_t len; /* Bytes of ring[]; a multiple of the slot size. */
} xen_argo_register_ring_t;

typedef struct xen_argo_unregister_ring {
    xen_argo_port_t aport;
    domid_t partner_id;
    uint16_t pad; /* Zero. */
} xen_argo_unregister_ring_t;

/* A question about one ring, and its answer. */
typedef struct xen_argo_ring_data_ent {
    xen_argo_addr_t ring;
    uint16_t flags;            /* OUT: XEN_ARGO_RING_* */
    uint16_t pad;              /* Zero. */
    uint32_t space_required;   /* Payload in bytes; 0: do not ask. */
    uint32_t max_message_size; /* OUT */
} xen_argo_ring_data_ent_t;

typedef struct xen_argo_ring_data {
    uint32_t nent;
    uint32_t pad; /* Zero. */
    xen_argo_ring_data_ent_t data[];
} xen_argo_ring_data_t;

/* What is before each message in a ring; it may wrap, as may the message. */
struct xen_argo_ring_message_header {
    uint32_t len; /* This header and the payload, without padding. */
    xen_argo_addr_t source;
    uint32_t message_type;
    uint8_t data[];
};

#endif /* !__ASSEMBLY__ */

#endif /* XEN_ARGO_H */
