/*
 * Operations on this domain's grants that can run on any vCPU.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef GNTTAB_RACE_FIXTURE_H
#define GNTTAB_RACE_FIXTURE_H

#include <xtf.h>
#include <xtf/harness/gnttab_case.h>
#include <xtf/harness/race.h>

/* @return the byte that fills the page, or -1 if its bytes differ. */
int only_byte(const void *page);

/** One request, on any vCPU. @return its status. */
int race_map(struct gnttab_map_grant_ref *op);
int race_unmap(const struct gnttab_map_grant_ref *map);

/**
 * Unmap those that are mapped, in batches: Xen flushes the TLBs once a batch.
 */
#define RACE_BATCH 32
void race_unmap_all(const struct gnttab_map_grant_ref *maps, unsigned int nr);

/**
 * Copy a page from a grant to a page of this domain, or in the other direction.
 */
int race_copy_from(grant_ref_t ref, void *to);
int race_copy_to(grant_ref_t ref, void *from);

#endif /* GNTTAB_RACE_FIXTURE_H */
