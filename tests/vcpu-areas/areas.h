/*
 * What the cases about registered areas share.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef AREAS_H
#define AREAS_H

#include <xtf.h>

#include <arch/lib.h>
#include <arch/mm.h>

/* Areas are put in these two pages, which hold this byte elsewhere. */
#define UNUSED 0xa5
extern uint8_t pages[2 * PAGE_SIZE];

/* What Xen demands of an area's alignment. */
#define ALIGNMENT sizeof(long)

/** Fill both pages, for an area at @p offset. */
uint8_t *fresh_area(unsigned int offset);

/* No byte outside of [offset, offset + size) of the two pages has changed. */
#define expect_only(offset, size)                                       \
    expect_only_changed(XTF_WHERE("the two pages around the area"),     \
                        offset, size)
bool expect_only_changed(const struct xtf_where *w, unsigned int offset,
                         unsigned int size);

/** Does XENVER_get_features have XENFEAT_* number @p bit? */
bool has_feature(unsigned int bit);

/**
 * The @p i-th offset at which an area of @p size is tried: all aligned ones
 * from where it ends with the first page to where it begins the second, then
 * some within the first.  @return false after the last.
 */
bool area_offset(unsigned int i, size_t size, unsigned int *offset);

/** Does an area of @p size at @p offset cross from one page to the other? */
static inline bool crosses(unsigned int offset, size_t size)
{
    return offset < PAGE_SIZE && offset + size > PAGE_SIZE;
}

#endif /* AREAS_H */
