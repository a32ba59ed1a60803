/*
 * The xenstore protocol, and the page that a guest speaks it through.
 *
 * A message is an xsd_sockmsg and len bytes of payload; the answer has the same
 * req_id and type, or type XS_ERROR and the error's name as payload.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef XEN_IO_XS_WIRE_H
#define XEN_IO_XS_WIRE_H

/* Limits in bytes; paths without the terminating NUL. */
#define XENSTORE_PAYLOAD_MAX  4096
#define XENSTORE_ABS_PATH_MAX 3072
#define XENSTORE_REL_PATH_MAX 2048

#define XENSTORE_RING_SIZE     1024
#define MASK_XENSTORE_IDX(idx) ((idx) & (XENSTORE_RING_SIZE - 1))

/* xenstore_domain_interface.server_features */
#define XENSTORE_SERVER_FEATURE_RECONNECTION 1 /* connection is valid. */
#define XENSTORE_SERVER_FEATURE_ERROR        2 /* error is valid. */

/* xenstore_domain_interface.connection */
#define XENSTORE_CONNECTED 0
#define XENSTORE_RECONNECT 1 /* Asked for by the guest, not finished. */

/* xenstore_domain_interface.error */
#define XENSTORE_ERROR_NONE    0
#define XENSTORE_ERROR_COMM    1
#define XENSTORE_ERROR_RINGIDX 2 /* Indices more than a ring apart. */
#define XENSTORE_ERROR_PROTO   3

#ifndef __ASSEMBLY__

#include <stdint.h>

/* xsd_sockmsg.type */
enum xsd_sockmsg_type {
    XS_CONTROL           = 0,
    XS_DIRECTORY         = 1,
    XS_READ              = 2,
    XS_GET_PERMS         = 3,
    XS_WATCH             = 4,
    XS_UNWATCH           = 5,
    XS_TRANSACTION_START = 6,
    XS_TRANSACTION_END   = 7,
    XS_INTRODUCE         = 8,
    XS_RELEASE           = 9,
    XS_GET_DOMAIN_PATH   = 10,
    XS_WRITE             = 11,
    XS_MKDIR             = 12,
    XS_RM                = 13,
    XS_SET_PERMS         = 14,
    XS_WATCH_EVENT       = 15, /* Comes unasked, with req_id 0. */
    XS_ERROR             = 16,
    XS_IS_DOMAIN_INTRODUCED = 17,
    XS_RESUME            = 18,
    XS_SET_TARGET        = 19,
    XS_RESET_WATCHES     = 21,
    XS_DIRECTORY_PART    = 22,
    XS_TYPE_COUNT        = 23,
    XS_INVALID           = 0xffff,
};
#define XS_DEBUG XS_CONTROL

/* Flags of the old form of XS_WRITE. */
#define XS_WRITE_NONE        "NONE"
#define XS_WRITE_CREATE      "CREATE"
#define XS_WRITE_CREATE_EXCL "CREATE|EXCL"

struct xsd_sockmsg {
    uint32_t type;   /* XS_* */
    uint32_t req_id; /* Chosen by who asks. */
    uint32_t tx_id;  /* Transaction; 0: none. */
    uint32_t len;    /* Payload in bytes. */
};

/* XS_WATCH_EVENT's payload: these strings, in this order. */
enum xs_watch_type {
    XS_WATCH_PATH  = 0,
    XS_WATCH_TOKEN = 1,
};

typedef uint32_t XENSTORE_RING_IDX;

/* The guest writes req and reads rsp. */
struct xenstore_domain_interface {
    char req[XENSTORE_RING_SIZE];
    char rsp[XENSTORE_RING_SIZE];
    XENSTORE_RING_IDX req_cons, req_prod;
    XENSTORE_RING_IDX rsp_cons, rsp_prod;
    uint32_t server_features; /* XENSTORE_SERVER_FEATURE_* */
    uint32_t connection;
    uint32_t error;
};

#endif /* !__ASSEMBLY__ */

#endif /* XEN_IO_XS_WIRE_H */
