/*
 * What the peer does beside the test.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef GNTTAB_PEER_RACE_FIXTURE_H
#define GNTTAB_PEER_RACE_FIXTURE_H

#include <xtf/gnttab_peer.h>
#include <xtf/race.h>
#include <xtf.h>

/* The peer that all of these are about. */
extern struct peer *other;

/** From now on it maps this grant of ours, and unmaps it again. */
void have_it_map(grant_ref_t ref);

/** From now on it copies a page from this grant of ours to its page 1, or back. */
void have_it_copy_from(grant_ref_t ref);
void have_it_copy_to(grant_ref_t ref);

/** Have it stop.  It has done all that once at least. */
void expect_it_ran(void);

/** Copy from its grant to a page of ours, on any vCPU: a status. */
int copy_from_it(grant_ref_t ref, const void *to, unsigned int len);

#endif /* GNTTAB_PEER_RACE_FIXTURE_H */
