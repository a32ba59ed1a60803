/*
 * dm_op(domid, nr_bufs, bufs): what a device model does to its HVM guest; here,
 * servers of emulated I/O.  bufs[0] holds a struct xen_dm_op.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef XEN_HVM_DM_OP_H
#define XEN_HVM_DM_OP_H

#include <xen/xen.h>
#include <xen/event_channel.h>

/* xen_dm_op.op; behind each, the member of u. */
#define XEN_DMOP_create_ioreq_server    1 /* create_ioreq_server */
#define XEN_DMOP_get_ioreq_server_info  2 /* get_ioreq_server_info */
#define XEN_DMOP_set_ioreq_server_state 5 /* set_ioreq_server_state */
#define XEN_DMOP_destroy_ioreq_server   6 /* destroy_ioreq_server */

/* create_ioreq_server.handle_bufioreq */
#define HVM_IOREQSRV_BUFIOREQ_OFF    0
#define HVM_IOREQSRV_BUFIOREQ_LEGACY 1
#define HVM_IOREQSRV_BUFIOREQ_ATOMIC 2

/* get_ioreq_server_info.flags: no frames are asked for. */
#define _XEN_DMOP_no_gfns 0
#define XEN_DMOP_no_gfns  (1u << _XEN_DMOP_no_gfns)

#ifndef __ASSEMBLY__

typedef uint16_t ioservid_t;

/*
 * Makes a server for the caller. Each vCPU of the guest gets a port that Xen
 * consumes and the caller may bind to, vCPU 0 another one for buffered I/O.
 */
struct xen_dm_op_create_ioreq_server {
    uint8_t handle_bufioreq; /* HVM_IOREQSRV_BUFIOREQ_* */
    uint8_t pad[3];
    ioservid_t id;           /* OUT */
};
typedef struct xen_dm_op_create_ioreq_server xen_dm_op_create_ioreq_server_t;

struct xen_dm_op_get_ioreq_server_info {
    ioservid_t id;
    uint16_t flags;              /* XEN_DMOP_no_gfns */
    evtchn_port_t bufioreq_port; /* OUT */
    uint64_t ioreq_gfn __attribute__((__aligned__(8)));    /* OUT */
    uint64_t bufioreq_gfn __attribute__((__aligned__(8))); /* OUT */
};
typedef struct xen_dm_op_get_ioreq_server_info
    xen_dm_op_get_ioreq_server_info_t;

struct xen_dm_op_set_ioreq_server_state {
    ioservid_t id;
    uint8_t enabled;
    uint8_t pad;
};
typedef struct xen_dm_op_set_ioreq_server_state
    xen_dm_op_set_ioreq_server_state_t;

struct xen_dm_op_destroy_ioreq_server {
    ioservid_t id;
    uint16_t pad;
};
typedef struct xen_dm_op_destroy_ioreq_server xen_dm_op_destroy_ioreq_server_t;

/* A reference has more members; Xen copies as much as an operation needs. */
struct xen_dm_op {
    uint32_t op; /* XEN_DMOP_* */
    uint32_t pad;
    union {
        xen_dm_op_create_ioreq_server_t create_ioreq_server;
        xen_dm_op_get_ioreq_server_info_t get_ioreq_server_info;
        xen_dm_op_set_ioreq_server_state_t set_ioreq_server_state;
        xen_dm_op_destroy_ioreq_server_t destroy_ioreq_server;
        uint64_t any[3] __attribute__((__aligned__(8)));
    } u;
};

struct xen_dm_op_buf {
    void *h;
    xen_ulong_t size;
};
typedef struct xen_dm_op_buf xen_dm_op_buf_t;

#endif /* !__ASSEMBLY__ */

#endif /* XEN_HVM_DM_OP_H */
