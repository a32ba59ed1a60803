/*
 * A second domain, made by the test itself by domctl, without any toolstack: a
 * peer to grant to and be granted by.  For that the test must be domain 0.
 *
 *     struct peer *peer;
 *     int rc = peer_create(&peer);
 *
 *     …
 *     rc = peer_op(peer, __HYPERVISOR_grant_table_op,
 *                  GNTTABOP_map_grant_ref, &map, sizeof(map));
 *     …
 *     peer_destroy(peer);
 *
 * The peer is a PVH domain with one vCPU, 32-bit, without paging.  It makes
 * hypercalls for the test, which waits for it or continues, and is suspended in
 * between.  Its arguments are those of a 32-bit guest.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef XTF_PEER_H
#define XTF_PEER_H

#include <xtf/grant_table.h>
#include <xtf/types.h>

#include <arch/page.h>
#include <arch/peer.h>

#include <xen/domctl.h>

/* A hypercall with its arguments, and what it returned last. */
struct peer_request
{
    uint32_t call, args[5];
    int32_t result;
};

#define PEER_MAX_REQUESTS  4

/* The most peers at a time, and the size of their grant tables in frames. */
#define MAX_PEERS          4
#define PEER_GRANT_FRAMES  2

struct peer
{
    domid_t domid;

    /* Its PEER_PAGES pages for the test; page i is its frame PEER_PAGE_GFN(i). */
    uint8_t (*page)[PAGE_SIZE];

    /* The first page of its grant table, and of version 2's status words. */
    grant_entry_v1_t *v1;
    grant_entry_v2_t *v2;
    uint16_t *status;
    unsigned int version;

    uint8_t (*own)[PAGE_SIZE];
    bool created, has_run, status_mapped;

    /* Something was started and not finished; a cleanup will finish it. */
    bool busy, stops;
};

/**
 * Make a peer, whose grant table has version 1.
 * @return 0; -EPERM: this domain may not; -EOPNOTSUPP: Xen speaks a version of
 *         domctl that this does not know, or has no HVM guests with nested
 *         paging; or another -errno of what went wrong.
 */
int peer_create(struct peer **peer);

/* The parameters that a domain is created with. */
struct peer_limits
{
    int grant_frames, maptrack_frames; /* -1: the host's default. */
    unsigned int version;              /* Of its grant table, at most. */
};

/**
 * The same with these limits.  @return as above, but -EINVAL if Xen does not
 * take them, or lacks what -EOPNOTSUPP stands for.
 */
int peer_create_limited(struct peer **peer, const struct peer_limits *limits);

/**
 * peer_create() in a case.  The caller destroys the peer, by peer_destroy() or
 * in a cleanup.
 * @return NULL if it failed: the case is skipped for -EPERM and -EOPNOTSUPP,
 *         and an error otherwise.
 */
struct peer *peer_for_case(void);

/*
 * The peer of a case.  A set-up function has case_peer; a macro for such cases
 * declares their body by XTF_PEER_BODY, which sees it as `peer`:
 *
 *     #define PEER_CASE(name)                                             \
 *         XTF_PEER_BODY_OF(XTF_CASE_ENTRY(name, begin_with_peer, 0))
 *
 *     PEER_CASE("…") { …(peer); }
 */
extern struct peer *case_peer;

#define XTF_PEER_BODY       XTF_PASTE(with_peer_, __LINE__)
#define XTF_PEER_BODY_OF(entries)                                       \
    static void XTF_PEER_BODY(struct peer *peer);                       \
    static void XTF_CASE_BODY(void) { XTF_PEER_BODY(case_peer); }       \
    entries                                                             \
    static void XTF_PEER_BODY(struct peer *peer)

/**
 * The peer makes hypercall number @p call (__HYPERVISOR_…); unused arguments
 * are 0.  The case is an error if the peer dies.
 * @return what the hypercall returned.
 */
long peer_hypercall(struct peer *peer, unsigned int call,
                    const uint32_t args[5]);

/**
 * The peer makes these hypercalls, one after the other, while the test
 * continues; with @p repeat it starts over after the last.  It runs until
 * peer_finish(), or until the case ends.
 * @param peer      a peer that makes no requests yet
 * @param requests  copied to the peer
 * @param nr        number of requests, 1 to PEER_MAX_REQUESTS
 * @param repeat    whether the peer starts over
 */
void peer_start(struct peer *peer, const struct peer_request *requests,
                unsigned int nr, bool repeat);

/** How many times the peer has made all requests since peer_start(). */
unsigned int peer_rounds(const struct peer *peer);

/**
 * Wait until the peer has made the last of its requests, which then do not
 * repeat.  The case is an error if the peer dies.
 * @return what the last request returned.
 */
long peer_finish(struct peer *peer);

/** This domain's mapping of the peer's page at PEER_ARGS, for arguments. */
void *peer_args(const struct peer *peer);

/**
 * The peer makes the hypercall call(cmd, op, 1), of which most take no third
 * argument.  The structure is copied to the peer and back.
 * @param peer  the peer
 * @param call  number of the hypercall, __HYPERVISOR_…
 * @param cmd   the operation
 * @param op    the structure, in the layout of a 32-bit guest
 * @param size  bytes of the structure
 * @return what the hypercall returned.
 */
long peer_op(struct peer *peer, unsigned int call, unsigned int cmd,
             void *op, size_t size);
/**
 * The same of call(cmd, ops, nr): @p nr structures, together at most a page.
 */
long peer_batch(struct peer *peer, unsigned int call, unsigned int cmd,
                void *ops, size_t size, unsigned int nr);

/** The peer reads or writes @p len bytes at the guest-physical @p addr. */
void peer_read(struct peer *peer, uint32_t addr, void *buf, size_t len);
void peer_write(struct peer *peer, uint32_t addr, const void *buf, size_t len);

/** The peer calls GNTTABOP_set_version.  @return 0 or -errno. */
int peer_set_version(struct peer *peer, unsigned int version);

/**
 * True if the security module lets these two unprivileged domains grant pages
 * to each other, and the like.  With xsm=silo it does not: each of them reaches
 * domain 0 alone.
 */
bool peers_interact(struct peer *peer, const struct peer *other);

/* For a case, which includes <xtf/harness/needs.h>. */
#define need_peers_that_interact(peer, other)                           \
    NEED(peers_interact(peer, other),                                   \
         "a Xen that lets unprivileged domains reach each other: xsm=dummy")

/**
 * Take all pages for the test from it, and give it others.
 * @return 0; -EBUSY: done, but something still refers to one that it had; or
 *         another -errno.
 */
int peer_replace_pages(struct peer *peer);

/**
 * Have it ready for the next case, by peer_replace_pages().  If it cannot be,
 * the case fails, since a page is referenced although @p unused says why none
 * should be, or it is an error; and the domain is destroyed.
 * @return whether it can be used again.
 */
bool peer_renew(struct peer *peer, const char *unused);

/** The number of pages that the peer has. */
uint64_t peer_memory(const struct peer *peer);

/** Set the number of pages that it may have.  @return 0 or -errno. */
int peer_limit_memory(const struct peer *peer, uint64_t pages);

/** XEN_DOMCTL_pausedomain, XEN_DOMCTL_unpausedomain: 0 or -errno. */
int peer_pause(const struct peer *peer);
int peer_unpause(const struct peer *peer);

/**
 * XEN_DOMCTL_destroydomain.  The domain stays, dying, while another domain maps
 * its pages.
 * @return 0 or -errno.
 */
int peer_kill(struct peer *peer);

/** True if the domain exists, also while it is dying. */
bool peer_exists(const struct peer *peer);

/**
 * Wait for the end of a peer that was killed, for a minute at most.
 * @return 0; -EBUSY: it is there still.
 */
int peer_wait_gone(const struct peer *peer);

/** peer_kill() and peer_wait_gone().  @return 0 or the -errno of either. */
int peer_destroy(struct peer *peer);

/* What these find wrong is reported at the line of the test that calls them. */
#ifndef XTF_FIXTURE
#define peer_for_case()     XTF_CALL(peer_for_case())
#define peer_hypercall(...) XTF_CALL(peer_hypercall(__VA_ARGS__))
#define peer_start(...)     XTF_CALL_VOID(peer_start(__VA_ARGS__))
#define peer_finish(peer)   XTF_CALL(peer_finish(peer))
#define peer_op(...)        XTF_CALL(peer_op(__VA_ARGS__))
#define peer_batch(...)     XTF_CALL(peer_batch(__VA_ARGS__))
#define peer_read(...)      XTF_CALL_VOID(peer_read(__VA_ARGS__))
#define peer_write(...)     XTF_CALL_VOID(peer_write(__VA_ARGS__))
#define peer_renew(...)     XTF_CALL(peer_renew(__VA_ARGS__))
#define peers_interact(...) XTF_CALL(peers_interact(__VA_ARGS__))
#endif

#endif /* XTF_PEER_H */
