/*
 * Xen heap exhausted: what an operation does when Xen itself has no memory
 * left, or only a few pages.
 *
 * The domain takes all memory that Xen has, by XENMEM_populate_physmap or
 * XENMEM_increase_reservation, and frees single pages again.  For that its
 * limit must be above what Xen has: EXHAUST_OPTION, EXHAUST_DOMU.
 *
 *     static long grow(void) { … }
 *     static void as_before(void) { … }
 *
 *     XTF_REQUIRE(exhaust_for_case());
 *     expect_ok(exhaust_until(grow, -ENOMEM, 0, as_before));
 *     …
 *     shrink();
 *     expect_eq(exhaust_used(), 0);
 *
 * Only whole pages can be taken.  Xen allocates small structures from pages
 * that it shares among them: an operation that needs no more than the free
 * space of such a page succeeds with an empty heap, unless exhaust_fill() was
 * called.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef XTF_EXHAUST_H
#define XTF_EXHAUST_H

#include <xtf/harness/case.h>
#include <xtf/types.h>

/* The option that a test sets as XEN-CMDLINE in its Makefile. */
#define EXHAUST_OPTION "dom0_mem=max:4G on Xen's command line"

/* The toolstack's command for a domain other than domain 0. */
#define EXHAUST_DOMU   "`xl mem-max' with more than Xen has"

/* The number of single pages that exhaust_release() can free in all. */
#define EXHAUST_SPARE 64

/**
 * Take all of Xen's memory, until the case ends.
 * @return true if Xen has no free page.  Otherwise the case is skipped: the
 *         domain's limit is too low, or Xen has more than can be tracked.
 */
bool exhaust_for_case(void);

/** Free @p nr of the single pages, at most EXHAUST_SPARE in all, for Xen. */
void exhaust_release(unsigned int nr);

/**
 * Take again all pages that Xen has free.
 * @return the number of released pages that Xen now uses; negative if Xen freed
 *         more than that.
 */
int exhaust_used(void);

/**
 * Call op() with no page free, then with one, with two and so on, until it
 * does not return @p error.  The case fails if a call that failed uses more
 * pages than before.
 * @param op         the call, which returns 0 or a -errno
 * @param error      what it returns where Xen lacks memory: -ENOMEM or so
 * @param keeps      pages that a failed call may keep for the next one, in all
 * @param unchanged  called after each failure, to check the rest; may be NULL
 * @return what op() returned last: @p error only if a check has failed, or if
 *         more memory makes no difference.
 */
long exhaust_until(long (*op)(void), long error, int keeps,
                   void (*unchanged)(void));

/**
 * Use up the free space for small structures in pages that Xen already uses,
 * until exhaust_unfill() or the end of the case, by at most 60 Argo rings.
 * Call it after exhaust_for_case().
 * @return true if register_ring now fails with -ENOMEM; false without Argo, or
 *         if the rings did not suffice.
 */
bool exhaust_fill(void);
/** Unregister the rings of exhaust_fill(). */
void exhaust_unfill(void);

/* What this finds wrong is reported at the line of the test that calls it. */
#ifndef XTF_FIXTURE
#define exhaust_until(...)  XTF_CALL(exhaust_until(__VA_ARGS__))
#endif

#endif /* XTF_EXHAUST_H */
