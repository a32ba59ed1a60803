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
 * A peer whose grant table has this domain's version, and whose page i is full
 * of peer_fill(i).  After the case all grants are unmapped; then no entry and
 * no page of the peer may be in use, and the next case gets the same peer.
 * @return NULL if there can be no peer: the case is skipped or an error.
 */
struct peer *gnt_peer(void);

/**
 * gnt_begin(@p version), and gnt_peer() as case_peer.
 * @return false if the case cannot go on; it then has a verdict.
 */
bool gnt_peer_begin(unsigned int version);

/*
 * Define cases for both versions, or for version 2, with a peer.  The body that
 * follows has it as `struct peer *peer`.
 */
#define PEER_CASE(case_name)                                            \
    XTF_PEER_BODY_OF(                                                   \
        XTF_CASE_ENTRY(case_name " (v1)", gnt_peer_begin, 1)            \
        XTF_CASE_ENTRY(case_name " (v2)", gnt_peer_begin, 2))
#define PEER_CASE_V2(case_name)                                         \
    XTF_PEER_BODY_OF(XTF_CASE_ENTRY(case_name, gnt_peer_begin, 2))

/* Each byte of the peer's page i, at the start of a case. */
#define peer_fill(i) (0xa0 + (i))

/** The case destroys the peer itself: nothing is checked or unmapped for it. */
void gnt_peer_ended(struct peer *peer);

/**
 * The case has changed the peer in a way that cannot be restored: it is checked
 * after the case, then destroyed, and the next case gets another peer.
 */
void gnt_peer_spoilt(struct peer *peer);

/* The i-th reference of a peer's table behind the reserved entries. */
#define PEER_REF(i) (GNTTAB_NR_RESERVED_ENTRIES + (i))

/**
 * Publish the peer's entry @p ref for @p domid, by writing to its table: the
 * domid and the frame are visible before the flags.
 * @param peer   the granting domain
 * @param ref    the entry
 * @param domid  the domain that may use the grant
 * @param gfn    a frame of the peer, such as PEER_PAGE_GFN(i)
 * @param flags  a GTF_ type and its flags
 */
void peer_publish(struct peer *peer, grant_ref_t ref, domid_t domid,
                  unsigned long gfn, unsigned int flags);
/** The same in version 2: what @p trans_domid granted to the peer. */
void peer_publish_transitive(struct peer *peer, grant_ref_t ref, domid_t domid,
                             domid_t trans_domid, grant_ref_t trans_ref);

/** The same in version 2: bytes [off, off + len) of the frame. */
void peer_publish_sub_page(struct peer *peer, grant_ref_t ref, domid_t domid,
                           unsigned long gfn, uint16_t off, uint16_t len);

/**
 * Publish the peer's PEER_REF(i): a grant of its page i to this domain.
 * @param peer   the granting domain
 * @param i      the page, from 0
 * @param flags  flags besides GTF_permit_access, such as GTF_readonly, or 0
 * @return PEER_REF(i).
 */
grant_ref_t peer_grant(struct peer *peer, unsigned int i, unsigned int flags);

/**
 * How the peer's entry is in use: GTF_reading, GTF_writing, or 0; always 0 for
 * an entry of type GTF_accept_transfer.
 */
unsigned int peer_in_use(const struct peer *peer, grant_ref_t ref);

/** gnt_map_op() of the peer's reference @p ref, for gnt_map(). */
struct gnttab_map_grant_ref gnt_map_of_peer(struct peer *peer, grant_ref_t ref,
                                            uint32_t flags, const void *at);

/**
 * The peer maps this domain's @p ref at its PEER_HOLE_ADDR(hole); *op is the
 * request, filled in.  The case fails if the hypercall does not return 0.
 * @return the status, a GNTST_ value.
 */
int peer_map(struct peer *peer, grant_ref_t ref, uint32_t flags,
             unsigned int hole, struct gnttab_map_grant_ref *op);
/** The peer unmaps what peer_map() mapped.  @return the status. */
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

/** The peer calls GNTTABOP_copy.  @return the status, a GNTST_ value. */
int peer_copy(struct peer *peer, struct gnttab_copy_32 *op);

/**
 * Grant the page at @p va of this domain to the peer, until the case ends.
 * @param peer   the domain that may use the grant
 * @param va     an address in the page
 * @param flags  flags besides GTF_permit_access, or 0
 * @return this domain's grant reference.
 */
grant_ref_t grant_to_peer(struct peer *peer, const void *va,
                          unsigned int flags);

/* What these find wrong is reported at the line of the test that calls them. */
#ifndef XTF_FIXTURE
#define gnt_peer()          XTF_CALL(gnt_peer())
#define peer_map(...)       XTF_CALL(peer_map(__VA_ARGS__))
#define peer_unmap(...)     XTF_CALL(peer_unmap(__VA_ARGS__))
#define peer_copy(...)      XTF_CALL(peer_copy(__VA_ARGS__))
#endif

#endif /* XTF_GNTTAB_PEER_H */
