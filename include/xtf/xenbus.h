/*
 * The ring to xenstored: bytes out, bytes in.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef XTF_XENBUS_H
#define XTF_XENBUS_H

#include <xtf/types.h>

#include <xen/event_channel.h>
#include <xen/io/xs_wire.h>

typedef struct xenstore_domain_interface xenbus_interface_t;

/** Use @p ring, whose other end is told through @p port. */
void init_xenbus(xenbus_interface_t *ring, evtchn_port_t port);

/* Its port, 0 without xenstore.  Code that rebinds it must update this. */
extern evtchn_port_t xenbus_port;

/** Is there a ring? */
bool xenbus_present(void);

/** Send @p len bytes, waiting for space. */
void xenbus_write(const void *buf, size_t len);

/** Receive exactly @p len bytes, waiting for them.  NULL discards them. */
void xenbus_read(void *buf, size_t len);

#endif /* XTF_XENBUS_H */
