/*
 * An empty heap of Xen's: what an operation does when Xen itself has no memory
 * left, or a few pages only.
 *
 * The domain takes all memory that Xen has, and gives single pages back to it.
 * For that it must be allowed more than Xen has, as domain 0 is by dom0_mem=
 * with a large max:.
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
 * Only whole pages can be taken.  Xen carves small structures out of pages, and
 * has room left in some of them: an operation that needs no more than that
 * succeeds though the heap is empty, unless exhaust_fill() was there before.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef XTF_EXHAUST_H
#define XTF_EXHAUST_H

#include <xtf/harness/case.h>
#include <xtf/types.h>

/* What a test has for XEN-CMDLINE in its Makefile. */
#define EXHAUST_OPTION "dom0_mem=max:4G on Xen's command line"

/* What a toolstack would do for a domain that is not dom0. */
#define EXHAUST_DOMU   "`xl mem-max' with more than Xen has"

/* How many pages can be given back at a time. */
#define EXHAUST_SPARE 64

/**
 * Take all of Xen's memory.  It is all given back after the case.
 * @return whether Xen has none any more; if not, the case is skipped, or an
 *         error.
 */
bool exhaust_for_case(void);

/** Let Xen have @p nr more pages, of those that were taken. */
void exhaust_release(unsigned int nr);

/**
 * Take all that Xen has again.
 * @return how many pages of those released so far it has put to use; negative
 *         if there are more than were released.
 */
int exhaust_used(void);

/**
 * Carry out an operation with no page to be had, with one, with two, … until
 * it answers anything else than @p error.  Whenever it fails it must have left
 * all of the pages, except for @p keeps in all that it finds again the next time;
 * and @p unchanged is called, which may be NULL, to check the rest.
 * @return the last answer, which is @p error only if a check has failed or more
 *         memory is of no use.
 */
long exhaust_until(long (*op)(void), long error, int keeps,
                   void (*unchanged)(void));

/**
 * Have Xen use up what room it has for small structures in pages in use, until
 * the case ends or until exhaust_unfill().  It is done with up to 60 rings of
 * Argo, as far as there is Argo; and best after the memory was taken.
 * @return whether there is no room any more.
 */
bool exhaust_fill(void);
void exhaust_unfill(void);

/* What this finds wrong is reported where a test calls it. */
#ifndef XTF_FIXTURE
#define exhaust_until(...)  XTF_CALL(exhaust_until(__VA_ARGS__))
#endif

#endif /* XTF_EXHAUST_H */
