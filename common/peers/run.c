/*
 * What a second domain does for the test.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#define XTF_FIXTURE

#include <xtf/atomic.h>
#include <xtf/harness/case.h>
#include <xtf/mm/foreign.h>
#include <xtf/hypercall.h>
#include <xtf/lib.h>
#include <xtf/peers/peer.h>

#include "internal.h"

struct peer_mailbox
{
    uint32_t request, done;       /* Different: there is something to do. */
    uint32_t end;                 /* Where the list ends, as it sees that. */
    uint32_t repeat, rounds;
    struct sched_shutdown reason; /* How it stops: SHUTDOWN_suspend. */
    struct peer_request list[PEER_MAX_REQUESTS];
};

#define CHECK_OFFSET(type, field, offset)                               \
    BUILD_BUG_ON(offsetof(struct type, field) != offset)

CHECK_OFFSET(peer_mailbox, request, PEER_MAIL_REQUEST);
CHECK_OFFSET(peer_mailbox, done, PEER_MAIL_DONE);
CHECK_OFFSET(peer_mailbox, end, PEER_MAIL_END);
CHECK_OFFSET(peer_mailbox, repeat, PEER_MAIL_REPEAT);
CHECK_OFFSET(peer_mailbox, rounds, PEER_MAIL_ROUNDS);
CHECK_OFFSET(peer_mailbox, reason, PEER_MAIL_REASON);
CHECK_OFFSET(peer_mailbox, list, PEER_MAIL_LIST);
CHECK_OFFSET(peer_request, call, PEER_REQ_CALL);
CHECK_OFFSET(peer_request, args, PEER_REQ_ARGS);
CHECK_OFFSET(peer_request, result, PEER_REQ_RESULT);
BUILD_BUG_ON(sizeof(struct peer_request) != PEER_REQ_SIZE);

static struct peer_mailbox *mailbox_of(const struct peer *peer)
{
    return (void *)peer->own[(PEER_MAILBOX - PEER_CODE) / PAGE_SIZE];
}

/* It was paused when it was made, and has suspended itself ever since. */
static int let_run(struct peer *peer)
{
    unsigned int cmd = peer->has_run ? XEN_DOMCTL_resumedomain
                                     : XEN_DOMCTL_unpausedomain;

    peer->has_run = true;

    return peer_simple_domctl(peer, cmd);
}

static bool is_suspended(const struct peer *peer)
{
    struct xen_domctl_getdomaininfo info;

    return peer_info(peer, &info) && info.flags & XEN_DOMINF_shutdown;
}

/* Requests that repeat end with the case. */
static void stop_peer(void *arg)
{
    struct peer *peer = arg;

    peer->stops = false;
    if ( peer->busy )
        peer_finish(peer);
}

void peer_start(struct peer *peer, const struct peer_request *requests,
                unsigned int nr, bool repeat)
{
    struct peer_mailbox *mail = mailbox_of(peer);
    int rc;

    ASSERT(nr && nr <= PEER_MAX_REQUESTS);

    memcpy(mail->list, requests, nr * sizeof(*requests));
    mail->end = PEER_MAILBOX + PEER_MAIL_LIST + nr * PEER_REQ_SIZE;
    mail->repeat = repeat;
    mail->rounds = 0;
    mail->reason.reason = SHUTDOWN_suspend;
    mail->request = mail->done + 1;

    rc = let_run(peer);
    if ( rc )
        xtf_case_error(XTF_HERE,
                       "domain %u does not run: unpausing it returned %d",
                       peer->domid, rc);

    peer->busy = !rc;
    if ( repeat && !peer->stops )
    {
        peer->stops = true;
        xtf_case_cleanup(stop_peer, peer);
    }
}

unsigned int peer_rounds(const struct peer *peer)
{
    return ACCESS_ONCE(mailbox_of(peer)->rounds);
}

long peer_finish(struct peer *peer)
{
    struct peer_mailbox *mail = mailbox_of(peer);
    const struct peer_request *last;

    peer->busy = false;
    ACCESS_ONCE(mail->repeat) = false;
    if ( !peer_wait_until(is_suspended, peer) ||
         ACCESS_ONCE(mail->done) != mail->request )
        xtf_case_error(XTF_HERE, "Domain %u does not finish its "
                       "hypercall %u", peer->domid, mail->list[0].call);

    last = &mail->list[(mail->end - PEER_MAILBOX - PEER_MAIL_LIST) /
                       PEER_REQ_SIZE - 1];

    return last->result;
}

long peer_hypercall(struct peer *peer, unsigned int call,
                    const uint32_t args[5])
{
    struct peer_request request = { .call = call };

    memcpy(request.args, args, sizeof(request.args));
    peer_start(peer, &request, 1, false);

    return peer_finish(peer);
}

void *peer_args(const struct peer *peer)
{
    return peer->own[(PEER_ARGS - PEER_CODE) / PAGE_SIZE];
}

long peer_batch(struct peer *peer, unsigned int call, unsigned int cmd,
                void *ops, size_t size, unsigned int nr)
{
    void *args = peer_args(peer);
    long rc;

    ASSERT(size * nr <= PAGE_SIZE);

    memcpy(args, ops, size * nr);
    rc = peer_hypercall(peer, call, (const uint32_t[5]){ cmd, PEER_ARGS, nr });
    memcpy(ops, args, size * nr);

    return rc;
}

long peer_op(struct peer *peer, unsigned int call, unsigned int cmd,
             void *op, size_t size)
{
    return peer_batch(peer, call, cmd, op, size, 1);
}

void peer_read(struct peer *peer, uint32_t addr, void *buf, size_t len)
{
    ASSERT(len <= PAGE_SIZE);

    peer_hypercall(peer, PEER_CALL_MOVE,
                   (const uint32_t[5]){ 0, len, 0, addr, PEER_ARGS });
    memcpy(buf, peer_args(peer), len);
}

void peer_write(struct peer *peer, uint32_t addr, const void *buf, size_t len)
{
    ASSERT(len <= PAGE_SIZE);

    memcpy(peer_args(peer), buf, len);
    peer_hypercall(peer, PEER_CALL_MOVE,
                   (const uint32_t[5]){ 0, len, 0, PEER_ARGS, addr });
}

bool peers_interact(struct peer *peer, const struct peer *other)
{
    /* The module decides before the reference is looked at. */
    struct gnttab_map_grant_ref op = {
        .dom = other->domid, .ref = ~0u, .flags = GNTMAP_host_map,
    };

    expect_ok(peer_op(peer, __HYPERVISOR_grant_table_op,
                      GNTTABOP_map_grant_ref, &op, sizeof(op)));

    return op.status != GNTST_permission_denied;
}

int peer_set_version(struct peer *peer, unsigned int version)
{
    struct gnttab_set_version op = { .version = version };
    int rc = 0;

    /* Xen keeps the status frames as long as they are mapped. */
    if ( version == 1 && peer->status_mapped )
    {
        rc = foreign_unmap(peer->status);
        peer->status_mapped = false;
    }

    rc = rc ?: peer_op(peer, __HYPERVISOR_grant_table_op,
                       GNTTABOP_set_version, &op, sizeof(op));
    if ( rc )
        return rc;

    peer->version = version;
    if ( version == 2 && !peer->status_mapped )
    {
        rc = foreign_map_grant_table(
            peer->status, peer->domid,
            XENMEM_resource_grant_table_id_status, 0);
        peer->status_mapped = !rc;
    }

    return rc;
}
