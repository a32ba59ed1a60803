/*
 * xsm_op(struct xen_flask_op) of the FLASK security module: what a domain may
 * ask of it.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef XEN_FLASK_OP_H
#define XEN_FLASK_OP_H

#define XEN_FLASK_INTERFACE_VERSION 1

/* The call returns 1 if FLASK is enforcing, 0 if it is permissive. */
#define FLASK_GETENFORCE            2

#endif /* XEN_FLASK_OP_H */
