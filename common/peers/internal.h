/*
 * What making a peer's domain and running it have in common.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef COMMON_PEER_H
#define COMMON_PEER_H

#include <xtf/peers/peer.h>

/** An operation on the peer's domain, with an argument or without. */
int peer_domctl(const struct peer *peer, unsigned int cmd, xen_domctl_t *op);
int peer_simple_domctl(const struct peer *peer, unsigned int cmd);

/** What Xen tells of the domain.  @return whether there is one. */
bool peer_info(const struct peer *peer, struct xen_domctl_getdomaininfo *info);

/** Block until this holds, or for a minute.  @return whether it does. */
bool peer_wait_until(bool (*holds)(const struct peer *peer),
                     const struct peer *peer);

#endif /* COMMON_PEER_H */
