/*
 * Addresses that a hypercall cannot reach.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef XTF_UNMAPPED_H
#define XTF_UNMAPPED_H

#include <xtf/types.h>

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

#endif /* XTF_UNMAPPED_H */
