/*
 * Driver for this domain's grant table, and for mapping other domains' grants.
 *
 * xtf_init_grant_table() makes the table reachable; after that, a page is
 * granted, and a grant is mapped, in a call each:
 *
 *     xtf_init_grant_table(1);
 *     ref = gnttab_grant_access(domid, virt_to_gfn(page), false);
 *     …
 *     gnttab_end_access(ref);
 *
 * The operations themselves are described in <xen/grant_table.h>.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef XTF_GRANT_TABLE_H
#define XTF_GRANT_TABLE_H

#include <xtf/types.h>

#include <arch/mm.h>
#include <arch/page.h>

#include <xen/grant_table.h>

/* Frames that the driver can map: as many as Xen allows a domain by default. */
#define GNTTAB_MAX_FRAMES        64
#define GNTTAB_MAX_STATUS_FRAMES 8

#define GNTTAB_V1_PER_PAGE       (PAGE_SIZE / sizeof(grant_entry_v1_t))
#define GNTTAB_V2_PER_PAGE       (PAGE_SIZE / sizeof(grant_entry_v2_t))
#define GNTTAB_STATUS_PER_PAGE   (PAGE_SIZE / sizeof(uint16_t))

/*
 * The table by three names: bytes, and the entries of either version.  Only
 * the first gnttab_nr_frames() pages are the table.  gnttab_status[ref] is the
 * status word of entry ref while version 2 is in effect.
 */
extern uint8_t gnttab_raw[GNTTAB_MAX_FRAMES * PAGE_SIZE];
extern grant_entry_v1_t gnttab_v1[GNTTAB_MAX_FRAMES * GNTTAB_V1_PER_PAGE];
extern grant_entry_v2_t gnttab_v2[GNTTAB_MAX_FRAMES * GNTTAB_V2_PER_PAGE];
extern uint16_t gnttab_status[GNTTAB_MAX_STATUS_FRAMES *
                              GNTTAB_STATUS_PER_PAGE];

/**
 * Does this Xen have grant tables?  Without CONFIG_GRANT_TABLE, each call of
 * GNTTABOP_ is -ENOSYS.
 */
bool gnttab_offered(void);

/**
 * Make the table reachable, in this version (1 or 2).
 *
 * It may be called again to change the version, which invalidates all entries
 * but the reserved ones, and frees all references.  With the version that is
 * already in effect it changes nothing.
 *
 * @return 0; -ENODEV if the host has no version 2; -EBUSY if another version
 *         is in effect and some entry is in use; another -errno of Xen's.
 */
int xtf_init_grant_table(unsigned int version);

/** The version in effect; 0 before xtf_init_grant_table(). */
unsigned int gnttab_version(void);

/** The table's size now, and the most it may have here, in pages. */
unsigned int gnttab_nr_frames(void);
unsigned int gnttab_max_frames(void);

/** The table's size in entries. */
unsigned int gnttab_nr_entries(void);

/**
 * Have at least @p nr pages of table.
 * @return 0, or -ENOSPC beyond gnttab_max_frames(), or another -errno.
 */
int gnttab_grow(unsigned int nr);

/* ---- References ---- */

/** A free reference, its entry invalid; -ENOSPC if the table is full. */
int gnttab_alloc_ref(void);

/** Give back a reference whose entry is invalid. */
void gnttab_free_ref(grant_ref_t ref);

/**
 * Publish entry @p ref in the order that the ABI asks for: all else is visible
 * before the flags are.  @p flags: a GTF_ type and its flags.  For a
 * transfer, @p frame is where the page shall appear.
 */
void gnttab_publish(grant_ref_t ref, domid_t domid, unsigned long frame,
                    unsigned int flags);

/** Version 2: publish bytes [off, off + len) of a frame, for copying only. */
void gnttab_publish_sub_page(grant_ref_t ref, domid_t domid,
                             unsigned long frame, unsigned int flags,
                             uint16_t off, uint16_t len);

/** Version 2: publish what @p trans_domid granted to this domain. */
void gnttab_publish_transitive(grant_ref_t ref, domid_t domid,
                               unsigned int flags, domid_t trans_domid,
                               grant_ref_t trans_ref);

/** How @p ref is in use: GTF_reading and GTF_writing, or 0. */
unsigned int gnttab_in_use(grant_ref_t ref);

/**
 * Make the entry invalid, unless it is in use.
 * @return 0, or -EBUSY and nothing changed.
 */
int gnttab_revoke(grant_ref_t ref);

/* The options that allow version 2. */
#define GNTTAB_V2_OPTION                                                \
    "gnttab=max-ver:2 (Xen) or max_grant_version=2 (domain)"

/** The name of a status GNTST_*. */
const char *gntst_strerror(int status);

/* ---- Names of Zephyr's driver ---- */

/**
 * Grant @p domid access to a frame.
 * @return the reference, or -ENOSPC.
 */
int gnttab_grant_access(domid_t domid, unsigned long gfn, bool readonly);

/** End that access.  @return 0; -EBUSY, nothing changed, while in use. */
int gnttab_end_access(grant_ref_t ref);

/**
 * Grant domain 0 access to a zeroed page, whose address goes to @p page.
 * Ending the access leaves the page allocated.
 * @return the reference; -ENOMEM; -ENOSPC.
 */
int gnttab_alloc_and_grant(void **page, bool readonly);

/**
 * A page of address space to map a grant at, with nothing there now.  For
 * gnttab_map_grant_ref.host_addr, take gnttab_host_addr() of it.
 * @return its address, or NULL.
 */
void *gnttab_get_page(void);

/** Free the page. Mappings there must be unmapped before. */
void gnttab_put_page(void *page);

/** The value of host_addr for a page of this kernel's address space. */
static inline uint64_t gnttab_host_addr(const void *va)
{
    return virt_to_host_addr(va);
}

/**
 * Map, unmap: the whole batch; each element's status is filled in.  An
 * element that Xen answers with GNTST_eagain is tried again a few times.
 * @return 0, or the hypercall's -errno.
 */
int gnttab_map_refs(struct gnttab_map_grant_ref *ops, unsigned int count);
int gnttab_unmap_refs(struct gnttab_unmap_grant_ref *ops, unsigned int count);

/** A sentence about a status GNTST_*. */
const char *gnttabop_error(int16_t status);

#endif /* XTF_GRANT_TABLE_H */
