/*
 * What cases about grants between this domain and a peer have in common.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef XTF_GNTTAB_PEER_H
#define XTF_GNTTAB_PEER_H

#include <xtf/mm/foreign.h>
#include <xtf/harness/gnttab_case.h>
#include <xtf/peers/peer.h>

/**
 * A peer with the version of the grant table that the case is for, and page i
 * full of peer_fill(i).  After the case everything is unmapped; then none of the
 * peer's entries and pages may be in use, and the next case gets it.
 *
 * NULL, and the case skipped, if there can be none.
 */
struct peer *gnt_peer(void);

/** gnt_begin(), and a peer for the case. */
bool gnt_peer_begin(unsigned int version);

/* Define cases for both versions, or for version 2, with a peer. */
#define PEER_CASE(case_name)                                            \
    XTF_PEER_BODY_OF(                                                   \
        XTF_CASE_ENTRY(case_name " (v1)", gnt_peer_begin, 1)            \
        XTF_CASE_ENTRY(case_name " (v2)", gnt_peer_begin, 2))
#define PEER_CASE_V2(case_name)                                         \
    XTF_PEER_BODY_OF(XTF_CASE_ENTRY(case_name, gnt_peer_begin, 2))

/* What fills the peer's page i. */
#define peer_fill(i) (0xa0 + (i))

/* The case ends the peer itself. */
void gnt_peer_ended(struct peer *peer);

/* The peer is not as it was: it is destroyed after the case, altogether. */
void gnt_peer_spoilt(struct peer *peer);

/* Reference i of a peer's table that no case needs for anything else. */
#define PEER_REF(i) (GNTTAB_NR_RESERVED_ENTRIES + (i))

/** Publish the peer's entry @p ref, like gnttab_publish(). */
void peer_publish(struct peer *peer, grant_ref_t ref, domid_t domid,
                  unsigned long gfn, unsigned int flags);
void peer_publish_transitive(struct peer *peer, grant_ref_t ref, domid_t domid,
                             domid_t trans_domid, grant_ref_t trans_ref);

void peer_publish_sub_page(struct peer *peer, grant_ref_t ref, domid_t domid,
                           unsigned long gfn, uint16_t off, uint16_t len);

/** Publish the peer's PEER_REF(i) for us to access its page i. */
grant_ref_t peer_grant(struct peer *peer, unsigned int i, unsigned int flags);

/** How the peer's entry is in use: GTF_reading, GTF_writing. */
unsigned int peer_in_use(const struct peer *peer, grant_ref_t ref);

/** A request of ours to map a grant of the peer's. */
struct gnttab_map_grant_ref gnt_map_of_peer(struct peer *peer, grant_ref_t ref,
                                            uint32_t flags, const void *at);

/** Have the peer map our @p ref at its PEER_HOLE_ADDR(hole): a status. */
int peer_map(struct peer *peer, grant_ref_t ref, uint32_t flags,
             unsigned int hole, struct gnttab_map_grant_ref *op);
int peer_unmap(struct peer *peer, const struct gnttab_map_grant_ref *map);

/** The peer's copy of struct gnttab_copy: a 32-bit guest's. */
struct gnttab_copy_32
{
    struct
    {
        uint32_t frame_or_ref;
        domid_t domid;
        uint16_t offset;
    } source, dest;
    uint16_t len, flags;
    int16_t status;
};

/** Have the peer copy: a status. */
int peer_copy(struct peer *peer, struct gnttab_copy_32 *op);

/** Grant a page of ours to the peer; it is revoked after the case. */
grant_ref_t grant_to_peer(struct peer *peer, const void *va,
                          unsigned int flags);

/* What these find wrong is reported where a test calls them. */
#ifndef XTF_FIXTURE
#define gnt_peer()          XTF_CALL(gnt_peer())
#define peer_map(...)       XTF_CALL(peer_map(__VA_ARGS__))
#define peer_unmap(...)     XTF_CALL(peer_unmap(__VA_ARGS__))
#define peer_copy(...)      XTF_CALL(peer_copy(__VA_ARGS__))
#endif

#endif /* XTF_GNTTAB_PEER_H */
