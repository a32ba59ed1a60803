/*
 * What the cases of the program stand on: the microkernel's side by requests,
 * the devices, and a case that must leave nothing behind.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef GNTDEV_PEER_H
#define GNTDEV_PEER_H

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <dom0/process.h>

#include <xen/grant_table.h>
#include <xen/sys/evtchn.h>
#include <xen/sys/gntalloc.h>
#include <xen/sys/gntdev.h>

#include "../requests.h"

#define PAGE 4096u

/* A domid that no domain has. */
#define NO_SUCH_DOMAIN (DOMID_FIRST_RESERVED - 1)

/* A case with gntdev open as `gntdev`, and its twin for gntalloc. */
#define GNTDEV_CASE(title)      XTF_CASE(title, begin_gntdev, 0)
#define GNTALLOC_CASE(title)    XTF_CASE(title, begin_gntalloc, 0)

bool begin_gntdev(unsigned int unused);
bool begin_gntalloc(unsigned int unused);

extern int gntdev, gntalloc, evtchn;

/** Have the microkernel do something: its answer. */
long peer(enum gntdev_request what, long a, long b, long c);

/** Tell the microkernel that there is nothing more to do. */
void peer_end(void);

/** The microkernel grants page @p nr, full of fill(nr): the reference. */
uint32_t peer_grant(unsigned int nr, bool readonly);

/** The byte that page @p nr is full of when it is granted. */
static inline uint8_t fill(unsigned int nr)
{
    return 0x10 + nr;
}

/** Wait until reference @p ref is no longer in use: what it is in use as. */
long peer_in_use(uint32_t ref);

/** A port of the microkernel, bound by this process. */
struct channel
{
    long remote, local;
};
struct channel peer_channel(void);

/** Whether the microkernel was notified through a channel, soon. */
bool peer_notified(struct channel channel);

/** IOCTL_GNTDEV_MAP_GRANT_REF of the microkernel's references. */
long map_refs(const uint32_t *refs, unsigned int nr, uint64_t *index);
long map_refs_of(unsigned int domid, const uint32_t *refs, unsigned int nr,
                 uint64_t *index);

/**
 * The same, then mmap() of all pages, which the end of the case unmaps if the
 * case has not: their address, or NULL after a failure.
 */
uint8_t *map_pages(const uint32_t *refs, unsigned int nr, int prot,
                   uint64_t *index);

/** mmap() of a map: its address, or NULL with -errno in *error. */
uint8_t *mmap_of(int fd, uint64_t index, unsigned int nr, int prot,
                 long *error);

/** munmap() of what the two above mapped: 0 or -errno. */
long unmap_pages(void *at, unsigned int nr);

/** IOCTL_GNTDEV_UNMAP_GRANT_REF. */
long unmap_refs(uint64_t index, unsigned int nr);

/** IOCTL_GNTDEV_SET_UNMAP_NOTIFY. */
long set_notify(uint64_t index, uint32_t action, long port);

#endif /* GNTDEV_PEER_H */
