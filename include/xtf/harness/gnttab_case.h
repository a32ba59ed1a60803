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
 * In an HVM guest, mapping a page of one's own moves it: it is no longer where
 * it was, and gone when it is unmapped.  gnt_granted() finds it in any case, and
 * the next case finds a new page.
 *
 * Such a case is run for each version of the grant table.  What it mapped and
 * granted is undone when it ends, and then nothing may be in use any more: no
 * entry, and for a PV guest no page.  A case thus fails if Xen forgets to give
 * back a pin or a reference, without saying anything about it.
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

/* Define cases for both versions.  The body follows. */
#define GNTTAB_CASE(case_name)                                          \
    static void XTF_CASE_BODY(void);                                    \
    XTF_CASE_ENTRY(case_name " (v1)", gnt_begin, 1)                     \
    XTF_CASE_ENTRY(case_name " (v2)", gnt_begin, 2)                     \
    static void XTF_CASE_BODY(void)

/* Define a case for one version. */
#define GNTTAB_CASE_V1(case_name)   XTF_CASE(case_name, gnt_begin, 1)
#define GNTTAB_CASE_V2(case_name)   XTF_CASE(case_name, gnt_begin, 2)

/**
 * Set up what is below, with this version of the table, and have it undone
 * after the case.  False, and the case skipped, if the version is not there.
 */
bool gnt_begin(unsigned int version);

/* Pages to grant.  Every case finds its pattern in them. */
#define GNT_PAGES 4
extern uint8_t gnt_page[GNT_PAGES][PAGE_SIZE];

/** The pattern of page @p nr: no two neighbours, and no two pages, alike. */
uint8_t gnt_pattern_byte(unsigned int nr, unsigned int off);

/** The pattern as a page of its own. */
const uint8_t *gnt_pattern(unsigned int nr);

/* Page nr holds what the case found in it. */
#define expect_page_unchanged(nr)                                       \
    xtf_expect_mem(XTF_WHERE("gnt_page[" #nr "]"),                      \
                   gnt_page[nr], gnt_pattern(nr), PAGE_SIZE)

/** This domain. */
domid_t gnt_self(void);

/** Grant a page to this domain; @p flags: more GTF_ flags, such as readonly. */
grant_ref_t gnt_grant(const void *va, unsigned int flags);

/**
 * What the page behind @p ref holds: the page itself for PV; for HVM a copy,
 * made through the grant, that is valid until the next call.
 */
const uint8_t *gnt_granted(grant_ref_t ref);

/* The page behind the grant ref holds what the case found in page nr. */
#define expect_granted_unchanged(ref, nr)                               \
    xtf_expect_mem(XTF_WHERE("page " #nr ", granted as " #ref),         \
                   gnt_granted(ref), gnt_pattern(nr), PAGE_SIZE)

/** A reference with an invalid entry, for the case to fill in. */
grant_ref_t gnt_ref(void);

/** A page of address space, with nothing there. */
void *gnt_at(void);

/* Outputs hold this before an operation, which no operation answers. */
#define GNT_UNTOUCHED 0x5a5a

/** A request to map @p ref at @p at. */
struct gnttab_map_grant_ref gnt_map_op(grant_ref_t ref, uint32_t flags,
                                       const void *at);

/** The request to undo a mapping. */
struct gnttab_unmap_grant_ref gnt_unmap_op(
    const struct gnttab_map_grant_ref *map);

/** Carry out a request, and return its status. */
int gnt_map(struct gnttab_map_grant_ref *op);
int gnt_unmap(struct gnttab_unmap_grant_ref *op);
int gnt_copy(struct gnttab_copy *op);

/** Carry out a batch, and return what the hypercall returned. */
int gnt_map_batch(struct gnttab_map_grant_ref *ops, unsigned int nr);
int gnt_unmap_batch(struct gnttab_unmap_grant_ref *ops, unsigned int nr);

/** Undo a mapping altogether, and return the status. */
int gnt_undo(const struct gnttab_map_grant_ref *map);

/** Undo all mappings now rather than after the case. */
void gnt_unmap_all(void);

/** Let go of a mapping that is gone by other means than gnt_unmap(). */
void gnt_forget(grant_handle_t handle);

/**
 * The address for the @p i-th of many mappings, below GNT_MANY.  An HVM guest
 * cannot access it: it is beyond all memory, and perhaps beyond 4G.
 */
#define GNT_MANY 300
uint64_t gnt_many_addr(unsigned int i);

/** Access one byte: the exception it met, or 0. */
exinfo_t gnt_probe_read(const void *va);
exinfo_t gnt_probe_write(void *va, uint8_t val);

/**
 * Is there anything at the page @p at of address space?  In an HVM guest, what
 * is not there does not fault, so there it is Xen that is asked.
 */
bool gnt_present(const void *at);

/**
 * Carry out grant_table_op() with an event pending from the start: Xen stops
 * after the first element, delivers it, and has the rest done afterwards.
 */
long gnt_op_preempted(unsigned int cmd, void *ops, unsigned int count);

/**
 * Does gnttab_max_maptrack_frames stand on Xen's command line?  Then a case
 * that needs many mappings may meet the limit, which is no defect.
 */
bool gnt_maptrack_limited(void);

#ifdef CONFIG_PV
/** Does Xen have GNTTABOP_cache_flush?  Where it should have, it has. */
bool gnt_has_cache_flush(void);

/* Skip the case on a release of Xen whose x86 port lacks the operation. */
#define skip_unless_cache_flush()                                       \
    do {                                                                \
        if ( !gnt_has_cache_flush() )                                   \
            skip_case("GNTTABOP_cache_flush is -ENOSYS on x86 since "   \
                      "Xen 4.21");                                      \
    } while ( 0 )

/** Can the frame of a page of this kernel be a page table?  It is none after. */
bool gnt_can_be_pagetable(void *va);
#endif

/**
 * Does nobody hold on to the page?  A PV guest can tell, as Xen takes a page
 * back only if nothing refers to it; in an HVM guest, always true.
 */
bool gnt_unreferenced(void *va);

/* What these find wrong is reported where a test calls them. */
#ifndef XTF_FIXTURE
#define gnt_map(op)         XTF_CALL(gnt_map(op))
#define gnt_unmap(op)       XTF_CALL(gnt_unmap(op))
#define gnt_copy(op)        XTF_CALL(gnt_copy(op))
#define gnt_undo(map)       XTF_CALL(gnt_undo(map))
#define gnt_granted(ref)    XTF_CALL(gnt_granted(ref))
#define gnt_unmap_all()     XTF_CALL_VOID(gnt_unmap_all())
#endif

#endif /* XTF_GNTTAB_CASE_H */
