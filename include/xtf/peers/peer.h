/*
 * A second domain, made by the test itself: a peer to grant to and be granted
 * by, without any toolstack.  For that the test must be domain 0.
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
 * The peer is a PVH domain with one vCPU, 32-bit, without paging.  It carries
 * out hypercalls for the test, which waits for it or goes on meanwhile, and is
 * suspended in between.
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

/* How many peers can there be at once, and the size of their grant tables. */
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

/* What a domain is created with. */
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

/** peer_create() in a case, which is skipped, or an error, if there is none: NULL. */
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
 * Have the peer make a hypercall, with up to five arguments.
 * @return what the hypercall returned.  The peer's end is an error of the case.
 */
long peer_hypercall(struct peer *peer, unsigned int call,
                    const uint32_t args[5]);

/**
 * Have the peer make these hypercalls beside the test, one after the other, and
 * if @p repeat over and over.  Then peer_finish() it, or end it; what repeats
 * is at the latest finished when the case ends.
 */
void peer_start(struct peer *peer, const struct peer_request *requests,
                unsigned int nr, bool repeat);

/** How often has it been through since peer_start()? */
unsigned int peer_rounds(const struct peer *peer);

/**
 * Have it come to the end of its requests, and wait for that.
 * @return what the last one returned.  The peer's end is an error of the case.
 */
long peer_finish(struct peer *peer);

/** The peer's page at PEER_ARGS, for the arguments of its hypercalls. */
void *peer_args(const struct peer *peer);

/**
 * Have it make a hypercall on one structure, whose size is that of a 32-bit
 * guest, or on an array of at most a page: call(cmd, ops, nr).
 */
long peer_op(struct peer *peer, unsigned int call, unsigned int cmd,
             void *op, size_t size);
long peer_batch(struct peer *peer, unsigned int call, unsigned int cmd,
                void *ops, size_t size, unsigned int nr);

/** What the peer finds at an address of its own, and what it puts there. */
void peer_read(struct peer *peer, uint32_t addr, void *buf, size_t len);
void peer_write(struct peer *peer, uint32_t addr, const void *buf, size_t len);

/** Change its grant table's version.  @return what Xen returned. */
int peer_set_version(struct peer *peer, unsigned int version);

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

/** How many pages it has; and how many it may have. */
uint64_t peer_memory(const struct peer *peer);
int peer_limit_memory(const struct peer *peer, uint64_t pages);

/** Keep it from running, and let it again: 0 or a -errno of Xen's. */
int peer_pause(const struct peer *peer);
int peer_unpause(const struct peer *peer);

/** Destroy the domain, as far as others let it. */
int peer_kill(struct peer *peer);

/** Is the domain still there, perhaps dying since something holds its pages? */
bool peer_exists(const struct peer *peer);

/**
 * Wait for the end of a peer that was killed, for a minute at most.
 * @return 0; -EBUSY: it is there still.
 */
int peer_wait_gone(const struct peer *peer);

/** peer_kill() and peer_wait_gone().  @return 0 or the -errno of either. */
int peer_destroy(struct peer *peer);

/* What these find wrong is reported where a test calls them. */
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
#endif

#endif /* XTF_PEER_H */
