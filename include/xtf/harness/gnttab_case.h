/*
 * What cases about grants have in common: this domain grants pages to itself.
 *
 *     GNTTAB_CASE("map: read-only")
 *     {
 *         grant_ref_t ref = gnt_grant(gnt_page[0], 0);
 *         struct gnttab_map_grant_ref map =
 *             gnt_map_op(ref, GNTMAP_host_map | GNTMAP_readonly, gnt_at());
 *
 *         require_gntst(gnt_map(&map), GNTST_okay);
 *         expect_hex(gnttab_in_use(ref), GTF_reading);
 *     }
 *
 * In an HVM guest, mapping a page that the domain itself owns moves the page:
 * it is no longer at its old address, and is lost when it is unmapped.
 * gnt_granted() finds the page in any case, and the next case has a new page.
 *
 * Such a case runs for each version of the grant table.  What it mapped and
 * granted is unmapped and revoked when it ends.  Then no entry may be in use,
 * and no page of a PV guest may be referenced.  A case thus fails if Xen
 * forgets to drop a pin or a reference, without a check of its own.
 *
 * Statuses are the GNTST_ values, requests the structures of
 * <xen/grant_table.h>.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef XTF_GNTTAB_CASE_H
#define XTF_GNTTAB_CASE_H

#include <xtf/harness/case.h>
#include <xtf/grant_table.h>

#include <arch/exinfo.h>
#include <arch/mm.h>
#include <arch/pagetable.h>

/* Define two cases, for version 1 and for version 2.  The body follows. */
#define GNTTAB_CASE(case_name)                                          \
    static void XTF_CASE_BODY(void);                                    \
    XTF_CASE_ENTRY(case_name " (v1)", gnt_begin, 1)                     \
    XTF_CASE_ENTRY(case_name " (v2)", gnt_begin, 2)                     \
    static void XTF_CASE_BODY(void)

/* Define a case for one version. */
#define GNTTAB_CASE_V1(case_name)   XTF_CASE(case_name, gnt_begin, 1)
#define GNTTAB_CASE_V2(case_name)   XTF_CASE(case_name, gnt_begin, 2)

/**
 * Set up the fixture with version @p version of the table, 1 or 2, and register
 * its cleanup.
 * @return false if the case cannot go on: it is skipped if the domain has no
 *         such version, and an error if the set-up failed.
 */
bool gnt_begin(unsigned int version);

/* Pages to grant.  At the start of a case, page i holds gnt_pattern(i). */
#define GNT_PAGES 4
extern uint8_t gnt_page[GNT_PAGES][PAGE_SIZE];

/**
 * The byte at offset @p off of the pattern of page @p nr.  Neighbouring bytes
 * differ, and so do bytes at the same offset of different pages.
 */
uint8_t gnt_pattern_byte(unsigned int nr, unsigned int off);

/** The whole pattern of page @p nr, below GNT_PAGES: PAGE_SIZE bytes. */
const uint8_t *gnt_pattern(unsigned int nr);

/* Page nr holds what the case found in it. */
#define expect_page_unchanged(nr)                                       \
    xtf_expect_mem(XTF_WHERE("gnt_page[" #nr "]"),                      \
                   gnt_page[nr], gnt_pattern(nr), PAGE_SIZE)

/** The domid of this domain.  The first call opens a port and closes it. */
domid_t gnt_self(void);

/**
 * Grant the page at @p va to this domain, until the case ends.
 * @param va     an address in the page
 * @param flags  flags besides GTF_permit_access, such as GTF_readonly, or 0
 * @return the grant reference.
 */
grant_ref_t gnt_grant(const void *va, unsigned int flags);

/**
 * The PAGE_SIZE bytes of the page that @p ref grants.  For a PV guest it is the
 * page itself.  For an HVM guest it is a copy by GNTTABOP_copy, valid until the
 * next call; the case fails if the copy does.
 */
const uint8_t *gnt_granted(grant_ref_t ref);

/* The page behind the grant ref holds what the case found in page nr. */
#define expect_granted_unchanged(ref, nr)                               \
    xtf_expect_mem(XTF_WHERE("page " #nr ", granted as " #ref),         \
                   gnt_granted(ref), gnt_pattern(nr), PAGE_SIZE)

/**
 * Allocate a reference whose entry is GTF_invalid, for the case to publish.
 * The entry is revoked and the reference freed when the case ends.
 */
grant_ref_t gnt_ref(void);

/**
 * Allocate a page of address space with nothing mapped there, until the case
 * ends.  A case may have 64.
 */
void *gnt_at(void);

/* Output fields hold this before an operation: no operation writes it. */
#define GNT_UNTOUCHED 0x5a5a

/**
 * A request to map @p ref of this domain at @p at, to be changed as the case
 * needs.  Its output fields are GNT_UNTOUCHED.
 * @param ref    the grant reference
 * @param flags  GNTMAP_ flags
 * @param at     where to map it, a page of address space
 */
struct gnttab_map_grant_ref gnt_map_op(grant_ref_t ref, uint32_t flags,
                                       const void *at);

/**
 * A request that unmaps @p map entirely: its host mapping if it has
 * GNTMAP_host_map, its device mapping if it has GNTMAP_device_map.
 */
struct gnttab_unmap_grant_ref gnt_unmap_op(
    const struct gnttab_map_grant_ref *map);

/**
 * GNTTABOP_map_grant_ref, GNTTABOP_unmap_grant_ref, GNTTABOP_copy of one
 * request.  The case fails if the hypercall itself does not return 0.  A
 * mapping is noted, to be unmapped when the case ends.
 * @return the status in the request, a GNTST_ value.
 */
int gnt_map(struct gnttab_map_grant_ref *op);
int gnt_unmap(struct gnttab_unmap_grant_ref *op);
int gnt_copy(struct gnttab_copy *op);

/**
 * The same of @p nr requests in one hypercall, each with its own status.
 * @return what the hypercall returned: 0 or -errno.
 */
int gnt_map_batch(struct gnttab_map_grant_ref *ops, unsigned int nr);
int gnt_unmap_batch(struct gnttab_unmap_grant_ref *ops, unsigned int nr);

/** gnt_unmap() of gnt_unmap_op(@p map).  @return the status, a GNTST_ value. */
int gnt_undo(const struct gnttab_map_grant_ref *map);

/**
 * Unmap all mappings of the case now.  The case fails if one cannot be
 * unmapped.
 */
void gnt_unmap_all(void);

/**
 * Do not unmap the mapping with this handle when the case ends, since it was
 * removed by other means than gnt_unmap().
 */
void gnt_forget(grant_handle_t handle);

/**
 * The host_addr for mapping @p i of many; @p i is below GNT_MANY.  An HVM guest
 * cannot access it: it is above all memory, and perhaps above 4 GiB.
 */
#define GNT_MANY 300
uint64_t gnt_many_addr(unsigned int i);

/** Access the byte at @p va.  @return the exception that it raised, or 0. */
exinfo_t gnt_probe_read(const void *va);
exinfo_t gnt_probe_write(void *va, uint8_t val);

/**
 * True if something is mapped at @p at.  In an HVM guest an access to an
 * unmapped address does not fault, so GNTTABOP_copy tells.
 */
bool gnt_present(const void *at);

/**
 * grant_table_op(@p cmd, @p ops, @p count) with an event pending from the
 * start: Xen is preempted after the first element, delivers the event, and
 * does the rest in a hypercall continuation.
 * @return what the hypercall returned: 0 or -errno.
 */
long gnt_op_preempted(unsigned int cmd, void *ops, unsigned int count);

/**
 * True if gnttab_max_maptrack_frames= is on Xen's command line.  A case that
 * needs many mappings may then exhaust the maptrack entries, which is correct.
 */
bool gnt_maptrack_limited(void);

#ifdef CONFIG_PV
/**
 * True if Xen allows GNTTABOP_transfer, which is -EOPNOTSUPP with
 * gnttab=no-transfer.
 */
bool gnt_has_transfer(void);

/* Skip the case on a host where the operation is turned off. */
#define need_transfer()                                                 \
    do {                                                                \
        if ( !gnt_has_transfer() )                                      \
            skip_case("needs GNTTABOP_transfer: gnttab=transfer (Xen)"); \
    } while ( 0 )

/**
 * True if Xen has GNTTABOP_cache_flush.  On a release that must have it this is
 * true without a call, so that its absence fails a case.
 */
bool gnt_has_cache_flush(void);

/* Skip the case on a release of Xen whose x86 port lacks the operation. */
#define skip_unless_cache_flush()                                       \
    do {                                                                \
        if ( !gnt_has_cache_flush() )                                   \
            skip_case("GNTTABOP_cache_flush is -ENOSYS on x86 since "   \
                      "Xen 4.21");                                      \
    } while ( 0 )

/**
 * True if Xen pins the frame of the page at @p va as a page table, by
 * MMUEXT_PIN_L1_TABLE.  It is unpinned again, and keeps its content.
 */
bool gnt_can_be_pagetable(void *va);
#endif

/**
 * True if nothing but this kernel's own mapping refers to the page at @p va:
 * then XENMEM_exchange takes its frame.  The page then has another frame.
 * Always true in an HVM guest, which cannot tell.
 */
bool gnt_unreferenced(void *va);

/* What these find wrong is reported at the line of the test that calls them. */
#ifndef XTF_FIXTURE
#define gnt_map(op)         XTF_CALL(gnt_map(op))
#define gnt_unmap(op)       XTF_CALL(gnt_unmap(op))
#define gnt_copy(op)        XTF_CALL(gnt_copy(op))
#define gnt_undo(map)       XTF_CALL(gnt_undo(map))
#define gnt_granted(ref)    XTF_CALL(gnt_granted(ref))
#define gnt_unmap_all()     XTF_CALL_VOID(gnt_unmap_all())
#endif

#endif /* XTF_GNTTAB_CASE_H */
