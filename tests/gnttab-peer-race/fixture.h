/*
 * Hypercalls that the peer repeats while the test runs.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef GNTTAB_PEER_RACE_FIXTURE_H
#define GNTTAB_PEER_RACE_FIXTURE_H

#include <xtf.h>
#include <xtf/harness/race.h>
#include <xtf/peers/gnttab_peer.h>

/* The peer that these functions use. */
extern struct peer *race_peer;

/** Have the peer map this grant of dom0 and unmap it, over and over. */
void peer_loop_map(grant_ref_t ref);

/**
 * Have the peer copy a page from this grant of dom0 to its page 1, or back,
 * over and over.
 */
void peer_loop_copy_from(grant_ref_t ref);
void peer_loop_copy_to(grant_ref_t ref);

/**
 * Stop the peer, and expect that it went through its requests at least once.
 */
void expect_peer_ran(void);

/**
 * Copy from the peer's grant to a page of dom0, on any vCPU. @return the
 * status.
 */
int copy_from_peer(grant_ref_t ref, const void *to, unsigned int len);

#endif /* GNTTAB_PEER_RACE_FIXTURE_H */
