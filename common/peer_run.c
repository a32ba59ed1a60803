/*
 * What a second domain does for the test.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <xtf/atomic.h>
#include <xtf/case.h>
#include <xtf/foreign.h>
#include <xtf/hypercall.h>
#include <xtf/lib.h>
#include <xtf/peer.h>

#include "peer.h"

struct peer_mailbox
{
    uint32_t request, done; /* Different: there is something to do. */
    uint32_t call;
    uint32_t args[5];
    int32_t result;
    struct sched_shutdown reason; /* How it stops: SHUTDOWN_suspend. */
};

BUILD_BUG_ON(offsetof(struct peer_mailbox, request) != PEER_MAIL_REQUEST);
BUILD_BUG_ON(offsetof(struct peer_mailbox, done) != PEER_MAIL_DONE);
BUILD_BUG_ON(offsetof(struct peer_mailbox, call) != PEER_MAIL_CALL);
BUILD_BUG_ON(offsetof(struct peer_mailbox, args) != PEER_MAIL_ARGS);
BUILD_BUG_ON(offsetof(struct peer_mailbox, result) != PEER_MAIL_RESULT);
BUILD_BUG_ON(offsetof(struct peer_mailbox, reason) != PEER_MAIL_REASON);

static struct peer_mailbox *mailbox_of(struct peer *peer)
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

long peer_hypercall(struct peer *peer, unsigned int call,
                    const uint32_t args[5])
{
    struct peer_mailbox *mail = mailbox_of(peer);
    int rc;

    mail->call = call;
    memcpy(mail->args, args, sizeof(mail->args));
    mail->reason.reason = SHUTDOWN_suspend;
    mail->request = mail->done + 1;

    rc = let_run(peer);
    if ( rc || !peer_wait_until(is_suspended, peer) ||
         ACCESS_ONCE(mail->done) != mail->request )
        xtf_case_error(XTF_WHERE(""), "Domain %u does not finish its "
                       "hypercall %u", peer->domid, call);

    return mail->result;
}

static void *args_of(struct peer *peer)
{
    return peer->own[(PEER_ARGS - PEER_CODE) / PAGE_SIZE];
}

long peer_batch(struct peer *peer, unsigned int call, unsigned int cmd,
                void *ops, size_t size, unsigned int nr)
{
    void *args = args_of(peer);
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
    memcpy(buf, args_of(peer), len);
}

void peer_write(struct peer *peer, uint32_t addr, const void *buf, size_t len)
{
    ASSERT(len <= PAGE_SIZE);

    memcpy(args_of(peer), buf, len);
    peer_hypercall(peer, PEER_CALL_MOVE,
                   (const uint32_t[5]){ 0, len, 0, PEER_ARGS, addr });
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
