/*
 * How the program in dom0 has the microkernel do something: by keys of the
 * microkernel's own directory of xenstore.
 *
 *     data/gntdev/port       the microkernel's port for dom0 to bind; each side
 *                            notifies the other through it of what it wrote
 *     data/gntdev/request    dom0: "<number> <operation> <a> <b> <c>"
 *     data/gntdev/answer     the microkernel: "<number> <result>"
 *
 * Numbers are decimal; a result may be negative.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef GNTDEV_REQUESTS_H
#define GNTDEV_REQUESTS_H

#define GNTDEV_PORT     "data/gntdev/port"
#define GNTDEV_REQ      "data/gntdev/request"
#define GNTDEV_ANSWER   "data/gntdev/answer"

/* The microkernel has this many pages to grant, and maps as many at once. */
#define GNTDEV_PAGES    8

enum gntdev_request
{
    /* Unmap, close and revoke all: the number of entries that stay in use. */
    REQ_RESET,

    /* Grant page a to dom0, read-only if b: the reference, or -errno. */
    REQ_GRANT,

    /* Revoke reference a: 0 or -errno. */
    REQ_REVOKE,

    /* GTF_reading and GTF_writing of reference a. */
    REQ_IN_USE,

    /* Fill page a with byte b. */
    REQ_FILL,

    /* How many bytes of page a are b. */
    REQ_COUNT,

    /* The byte at offset b of page a; set it to c. */
    REQ_PEEK,
    REQ_POKE,

    /* Allocate a port for dom0 to bind: its number, or -errno. */
    REQ_PORT,

    /* Whether port a was notified since the last such request. */
    REQ_NOTIFIED,

    /* Map reference a of dom0's as mapping c, read-only if b: GNTST_. */
    REQ_MAP,

    /* Unmap mapping a: GNTST_. */
    REQ_UNMAP,

    /* The byte at offset b of mapping a; set it to c. */
    REQ_MAP_PEEK,
    REQ_MAP_POKE,

    /* GNTTABOP_copy of reference a of dom0's to page b: GNTST_. */
    REQ_COPY,

    /* The last request. */
    REQ_END,
};

#endif /* GNTDEV_REQUESTS_H */
