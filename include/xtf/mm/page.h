/*
 * Pages of the kernel's own data that are taken out of its address space, and
 * put back.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef XTF_MM_PAGE_H
#define XTF_MM_PAGE_H

#include <xtf/types.h>

/**
 * Turn a page of the kernel's own data (page-aligned, without an initial value)
 * into mere address space: nothing is there.  A PV guest keeps the frame,
 * unmapped; an HVM guest returns it to Xen.
 *
 * page_restore() puts memory there again: the same frame for PV, a new one for
 * HVM.  Both return 0 or a -errno.
 */
int page_vacate(void *va);
int page_restore(void *va);

/**
 * Return the frame of such a page to Xen, and have Xen allocate one for it
 * again.  In an HVM guest, page_restore() gives up another page if the domain
 * is at its limit of memory; page_populate() does not.
 * @return 0; -ENOMEM; another -errno of the mapping's.
 */
int page_release(void *va);
int page_populate(void *va);

/**
 * The start of a page that is not there, for bad pointers: a PV guest does not
 * map it, an HVM guest has no memory at it, which also holds without paging.
 * The page before it is memory that nothing else uses, so that a structure may
 * begin on the one and end on the other.
 */
void *unmapped_page(void);

/** An array of @p bytes, at most a page, that ends there. */
static inline void *unmapped_after(size_t bytes)
{
    return (char *)unmapped_page() - bytes;
}

#endif /* XTF_MM_PAGE_H */
