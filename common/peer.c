/*
 * A second domain, made and run by the test itself.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <xtf/case.h>
#include <xtf/foreign.h>
#include <xtf/gnttab_case.h>
#include <xtf/hypercall.h>
#include <xtf/lib.h>
#include <xtf/peer.h>
#include <xtf/time.h>

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

extern const uint8_t peer_code[], peer_code_end[];

static uint8_t memory[MAX_PEERS][PEER_ALL_PAGES][PAGE_SIZE] __page_aligned_bss;
static uint8_t tables[MAX_PEERS][2][PAGE_SIZE] __page_aligned_bss;
static struct peer peers[MAX_PEERS];

/* What the running Xen calls XEN_DOMCTL_INTERFACE_VERSION; 0: not known. */
static uint32_t interface_version(void)
{
    static const uint32_t known[] = { 0x15, 0x16, 0x17 };
    static uint32_t version;
    unsigned int i;

    for ( i = 0; !version && i < ARRAY_SIZE(known); ++i )
    {
        xen_domctl_t op = {
            .cmd = XEN_DOMCTL_getdomaininfo, .interface_version = known[i],
        };

        if ( hypercall_domctl(&op) != -EACCES )
            version = known[i];
    }

    return version;
}

static bool wait_until(bool (*holds)(const struct peer *peer),
                       const struct peer *peer)
{
    struct time_wait wait = {};

    while ( !holds(peer) && time_wait(&wait) )
        ;

    return holds(peer);
}

static int domctl(const struct peer *peer, unsigned int cmd, xen_domctl_t *op)
{
    op->cmd = cmd;
    op->interface_version = interface_version();
    op->domain = peer->domid;

    return hypercall_domctl(op);
}

static int simple_domctl(const struct peer *peer, unsigned int cmd)
{
    xen_domctl_t op = { .cmd = cmd };

    return domctl(peer, cmd, &op);
}

/* Which end of createdomain's argument this Xen takes. */
static enum { TAIL_UNKNOWN, TAIL_15, TAIL_17 } tail_kind;

static int create_with(struct peer *peer, const struct peer_limits *limits,
                       unsigned int kind)
{
    const struct xen_arch_domainconfig arch = {
        .emulation_flags = XEN_X86_EMU_LAPIC,
    };
    xen_domctl_t op = {
        .u.createdomain = {
            .flags = XEN_DOMCTL_CDF_hvm | XEN_DOMCTL_CDF_hap,
            .max_vcpus = 1,
            .max_evtchn_port = 1023,
            .max_grant_frames = limits->grant_frames,
            .max_maptrack_frames = limits->maptrack_frames,
            .grant_opts = XEN_DOMCTL_GRANT_version(limits->version),
        },
    };
    int rc;

    if ( kind == TAIL_17 )
    {
        struct xen_domctl_createdomain_tail_17 tail = { .arch = arch };

        memcpy(&op.u.createdomain.cpupool_id, &tail, sizeof(tail));
    }
    else
        op.u.createdomain.arch = arch;

    peer->domid = 0;
    rc = domctl(peer, XEN_DOMCTL_createdomain, &op);
    peer->domid = op.domain;

    return rc;
}

/*
 * Not every release that changed the argument changed the version.  The wrong
 * end is refused: where Xen looks for the emulation flags there are none then.
 */
static int create_domain(struct peer *peer, const struct peer_limits *limits)
{
    unsigned int kind = tail_kind;
    int rc;

    if ( kind != TAIL_UNKNOWN )
        return create_with(peer, limits, kind);

    kind = interface_version() >= 0x17 ? TAIL_17 : TAIL_15;
    rc = create_with(peer, limits, kind);
    if ( rc == -EINVAL || rc == -EOPNOTSUPP )
    {
        kind = TAIL_15 + TAIL_17 - kind;
        rc = create_with(peer, limits, kind);
    }
    if ( !rc )
        tail_kind = kind;

    return rc;
}

static int give_memory(struct peer *peer)
{
    xen_domctl_t max_mem = { .u.max_mem.max_memkb = 4096 };
    xen_domctl_t max_vcpus = { .u.max_vcpus.max = 1 };
    xen_pfn_t gfns[PEER_ALL_PAGES];
    struct xen_memory_reservation op = {
        .extent_start = gfns,
        .nr_extents = PEER_ALL_PAGES,
        .domid = peer->domid,
    };
    unsigned int i;
    int rc;

    for ( i = 0; i < PEER_ALL_PAGES; ++i )
        gfns[i] = PEER_GFN + i;

    rc = domctl(peer, XEN_DOMCTL_max_mem, &max_mem) ?:
        domctl(peer, XEN_DOMCTL_max_vcpus, &max_vcpus);
    if ( rc )
        return rc;

    return hypercall_memory_op(XENMEM_populate_physmap, &op) == PEER_ALL_PAGES
        ? 0 : -ENOMEM;
}

static int map_memory(struct peer *peer)
{
    unsigned int i;
    int rc = 0;

    for ( i = 0; !rc && i < PEER_ALL_PAGES; ++i )
        rc = foreign_map(peer->own[i], peer->domid, PEER_GFN + i);

    /* In a domain 0 with shadow paging, such memory can only be read. */
    if ( !rc && gnt_probe_write(peer->own[0], 0) )
        rc = -EOPNOTSUPP;

    return rc ?: foreign_map_grant_table(
        peer->v1, peer->domid, XENMEM_resource_grant_table_id_shared, 0);
}

static void unmap_memory(struct peer *peer)
{
    unsigned int i;

    for ( i = 0; i < PEER_ALL_PAGES; ++i )
        foreign_unmap(peer->own[i]);
    foreign_unmap(peer->v1);
    if ( peer->status_mapped )
        foreign_unmap(peer->status);
    peer->status_mapped = false;
}

/* From the first instruction of peer_code. */
static int set_vcpu(struct peer *peer)
{
    static uint64_t context[DOMCTL_VCPU_CONTEXT_SIZE / sizeof(uint64_t)];
    xen_domctl_t op = { .u.vcpucontext.vcpu = 0 };

    context[DOMCTL_VCPU_CONTEXT_FLAGS / 8] = VGCF_online;
    context[DOMCTL_VCPU_CONTEXT_RIP / 8] = PEER_CODE;
    context[DOMCTL_VCPU_CONTEXT_RFLAGS / 8] = 2; /* Just what is always set. */
    op.u.vcpucontext.ctxt.p = context;

    return domctl(peer, XEN_DOMCTL_setvcpucontext, &op);
}

/* The places where a peer's memory is shown, empty from the first use on. */
static int find_room(struct peer *peer, unsigned int nr)
{
    unsigned int i;
    int rc = 0;

    if ( peer->own )
        return 0;

    for ( i = 0; !rc && i < PEER_ALL_PAGES; ++i )
        rc = gnttab_vacate_page(memory[nr][i]);
    for ( i = 0; !rc && i < ARRAY_SIZE(tables[nr]); ++i )
        rc = gnttab_vacate_page(tables[nr][i]);

    peer->own = memory[nr];
    peer->page = &memory[nr][PEER_OWN_PAGES];
    peer->v1 = (void *)tables[nr][0];
    peer->v2 = (void *)tables[nr][0];
    peer->status = (void *)tables[nr][1];

    return rc;
}

int peer_create_limited(struct peer **new, const struct peer_limits *limits)
{
    unsigned int nr;
    struct peer *peer;
    int rc;

    for ( nr = 0; nr < MAX_PEERS && peers[nr].created; ++nr )
        ;
    if ( nr == MAX_PEERS )
        return -ENOSPC;
    peer = &peers[nr];

    if ( !interface_version() )
        return -EOPNOTSUPP;

    rc = find_room(peer, nr) ?: create_domain(peer, limits);
    if ( rc )
        return rc;

    rc = give_memory(peer) ?: map_memory(peer);
    if ( !rc )
    {
        memcpy(peer->own[0], peer_code, peer_code_end - peer_code);
        rc = set_vcpu(peer);
    }
    if ( rc )
    {
        simple_domctl(peer, XEN_DOMCTL_destroydomain);
        unmap_memory(peer);
        return rc;
    }

    peer->created = true;
    peer->has_run = false;
    peer->version = 1;
    *new = peer;

    return 0;
}

int peer_create(struct peer **new)
{
    struct peer_limits limits = {
        .grant_frames = PEER_GRANT_FRAMES, .maptrack_frames = -1, .version = 2,
    };
    int rc = peer_create_limited(new, &limits);

    /* Xen does not say what it is that it lacks. */
    if ( rc == -EINVAL )
    {
        limits.version = 1;
        rc = peer_create_limited(new, &limits);
    }

    return rc == -EINVAL ? -EOPNOTSUPP : rc;
}

struct peer *peer_for_case(void)
{
    struct peer *peer = NULL;
    int rc = peer_create(&peer);

    if ( rc == -EPERM )
        xtf_case_skip("A second domain is needed, and this one is not the one "
                      "that may make it: domain 0");
    else if ( rc == -EOPNOTSUPP )
        xtf_case_skip("A second domain is needed: an HVM guest with nested "
                      "paging (CONFIG_HVM=y, hap=1; for a domain 0 that is "
                      "PVH, too), on a Xen from 4.17 to 4.20");
    else if ( rc )
        xtf_case_error(XTF_WHERE(""), "No second domain can be made: %d", rc);

    return peer;
}

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

    return simple_domctl(peer, cmd);
}

static bool is_suspended(const struct peer *peer)
{
    xen_domctl_t op = { .cmd = XEN_DOMCTL_getdomaininfo };

    return !domctl(peer, XEN_DOMCTL_getdomaininfo, &op) &&
        op.u.getdomaininfo.flags & XEN_DOMINF_shutdown;
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
    if ( rc || !wait_until(is_suspended, peer) ||
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

int peer_replace_pages(struct peer *peer)
{
    uint64_t had = peer_memory(peer);
    xen_pfn_t gfns[PEER_PAGES];
    struct xen_memory_reservation op = {
        .extent_start = gfns, .nr_extents = PEER_PAGES, .domid = peer->domid,
    };
    bool kept;
    unsigned int i;
    int rc = 0;

    for ( i = 0; !rc && i < PEER_PAGES; ++i )
    {
        gfns[i] = PEER_PAGE_GFN(i);
        rc = foreign_unmap(peer->page[i]);
    }
    if ( rc ||
         hypercall_memory_op(XENMEM_decrease_reservation, &op) != PEER_PAGES )
        return rc ?: -EINVAL;

    /* A page that something refers to is the domain's as long. */
    kept = peer_memory(peer) != had - PEER_PAGES;

    for ( i = 0; i < PEER_PAGES; ++i )
        gfns[i] = PEER_PAGE_GFN(i);
    if ( hypercall_memory_op(XENMEM_populate_physmap, &op) != PEER_PAGES )
        return -ENOMEM;
    for ( i = 0; !rc && i < PEER_PAGES; ++i )
        rc = foreign_map(peer->page[i], peer->domid, PEER_PAGE_GFN(i));

    return rc ?: kept ? -EBUSY : 0;
}

uint64_t peer_memory(const struct peer *peer)
{
    xen_domctl_t op = { .cmd = XEN_DOMCTL_getdomaininfo };

    return domctl(peer, XEN_DOMCTL_getdomaininfo, &op)
        ? 0 : op.u.getdomaininfo.tot_pages;
}

int peer_limit_memory(const struct peer *peer, uint64_t pages)
{
    xen_domctl_t op = { .u.max_mem.max_memkb = pages * (PAGE_SIZE / 1024) };

    return domctl(peer, XEN_DOMCTL_max_mem, &op);
}

int peer_pause(const struct peer *peer)
{
    return simple_domctl(peer, XEN_DOMCTL_pausedomain);
}

int peer_unpause(const struct peer *peer)
{
    return simple_domctl(peer, XEN_DOMCTL_unpausedomain);
}

int peer_kill(struct peer *peer)
{
    unmap_memory(peer);
    peer->created = false;

    return simple_domctl(peer, XEN_DOMCTL_destroydomain);
}

bool peer_exists(const struct peer *peer)
{
    xen_domctl_t op = { .cmd = XEN_DOMCTL_getdomaininfo };

    return !domctl(peer, XEN_DOMCTL_getdomaininfo, &op) &&
        op.domain == peer->domid;
}

static bool is_gone(const struct peer *peer)
{
    return !peer_exists(peer);
}

int peer_wait_gone(const struct peer *peer)
{
    return wait_until(is_gone, peer) ? 0 : -EBUSY;
}

int peer_destroy(struct peer *peer)
{
    return peer_kill(peer) ?: peer_wait_gone(peer);
}
