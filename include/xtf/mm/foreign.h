/*
 * Other domains' memory in this kernel's address space, for a domain that may:
 * domain 0, or one that has been given the right.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef XTF_FOREIGN_H
#define XTF_FOREIGN_H

#include <xtf/types.h>

#include <xen/xen.h>

/**
 * Show frame @p gfn of an HVM domain at @p va, a page where nothing is (see
 * page_vacate()).  @return 0 or a -errno of Xen's.
 */
int foreign_map(void *va, domid_t domid, unsigned long gfn);

/**
 * Show a frame of a domain's grant table at @p va, a page where nothing is; the
 * table grows for it.
 * @param va     where, a page of address space
 * @param domid  the domain whose grant table it is
 * @param id     XENMEM_resource_grant_table_id_*
 * @param frame  number of the frame in the table
 * @return 0 or a -errno of Xen's.
 */
int foreign_map_grant_table(void *va, domid_t domid, uint32_t id,
                            unsigned int frame);

/** Have nothing at @p va again. */
int foreign_unmap(void *va);

#endif /* XTF_FOREIGN_H */
