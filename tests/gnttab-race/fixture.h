/*
 * Operations on this domain's grants that any vCPU can carry out.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef GNTTAB_RACE_FIXTURE_H
#define GNTTAB_RACE_FIXTURE_H

#include <xtf/gnttab_case.h>
#include <xtf/race.h>
#include <xtf.h>

/* A page with one and the same byte in it: which?  -1: it has others, too. */
int only_byte(const void *page);

/** Hypercalls of whichever vCPU, on one request: its status. */
int race_map(struct gnttab_map_grant_ref *op);
int race_unmap(const struct gnttab_map_grant_ref *map);

/** Undo what of these was done, in batches, for each of which Xen flushes TLBs. */
#define RACE_BATCH 32
void race_unmap_all(const struct gnttab_map_grant_ref *maps, unsigned int nr);

/** Copy a page from a grant of ours to our own page, or the other way. */
int race_copy_from(grant_ref_t ref, void *to);
int race_copy_to(grant_ref_t ref, void *from);

#endif /* GNTTAB_RACE_FIXTURE_H */
