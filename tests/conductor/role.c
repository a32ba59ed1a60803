/*
 * The domain of a role, from its creation to its end.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <xtf/console.h>
#include <xtf/drivers/evtchn.h>
#include <xtf/hypercall.h>
#include <xtf/lib.h>
#include <xtf/mm/foreign.h>
#include <xtf/mm/page.h>
#include <xtf/peers/create.h>

#include <arch/page.h>

#include "conductor.h"

/* What a guest's last line says, from good to bad. */
static const char verdict_line[] = "Test result: ";

static uint8_t rings[MAX_ROLES][PAGE_SIZE] __page_aligned_bss;

int role_create(struct role *role)
{
    const struct domain_config config = {
        .hvm = role->image.pvh, .hap = role->plan->hap,
        .vcpus = role->plan->vcpus,
        .grant_frames = -1, .maptrack_frames = -1, .grant_version = 2,
        /* The console of a PVH domain is one page more. */
        .memory_kb = (role->plan->pages + 16) * (PAGE_SIZE / 1024),
    };
    struct domain_config less = config;
    long port;
    int rc = domain_create(&config, &role->domid);

    /* Xen does not say that it is version 2 that it lacks. */
    less.grant_version = 1;
    if ( rc == -EINVAL )
        rc = domain_create(&less, &role->domid);
    if ( rc )
        return rc;

    role->state = ROLE_RUNS;

    rc = role->image.pvh ? 0 : pv_prepare(role);
    if ( rc )
        return rc;

    port = evtchn_alloc_unbound(role->domid, DOMID_SELF);
    if ( port < 0 )
        return port;
    role->console_there = port;

    port = evtchn_bind_interdomain(role->domid, port);
    if ( port < 0 )
        return port;
    role->console_here = port;

    return 0;
}

int role_build(struct role *role)
{
    int rc = memory_populate(role, 0, role->plan->pages) ?: image_load(role);

    rc = rc ?: role->image.pvh ? rc ?: pvh_build(role) : pv_build(role);
    memory_hide();
    if ( rc )
        return rc;

    role->ring = (void *)rings[role - roles];

    return page_vacate(role->ring) ?:
        foreign_map(role->ring, role->domid, role->console_frame);
}

int role_start(struct role *role)
{
    return domain_do(role->domid, XEN_DOMCTL_unpausedomain);
}

static void take_line(struct role *role)
{
    static const char *const verdicts[] = {
        "SUCCESS", "SUCCESS with warnings", "SKIP", "ERROR", "FAILURE",
    };
    const char *text = role->line + sizeof(verdict_line) - 1;
    unsigned int i;

    role->line[role->len] = '\0';
    role->len = 0;
    printk("%s| %s\n", role->plan->role, role->line);

    if ( role->verdict ||
         strncmp(role->line, verdict_line, sizeof(verdict_line) - 1) )
        return;

    for ( i = 0; i < ARRAY_SIZE(verdicts); ++i )
        if ( !strcmp(text, verdicts[i]) )
            role->verdict = verdicts[i];
}

void role_forward(struct role *role)
{
    struct xencons_interface *ring = role->ring;
    uint32_t cons = ring->out_cons, prod = LOAD_ACQUIRE(&ring->out_prod);
    bool any = cons != prod;

    /* What a domain writes to its ring is its own affair: no more than fits. */
    if ( prod - cons > sizeof(ring->out) )
        cons = prod - sizeof(ring->out);

    for ( ; cons != prod; ++cons )
    {
        char c = ring->out[MASK_XENCONS_IDX(cons, ring->out)];

        if ( c == '\n' )
            take_line(role);
        else if ( c != '\r' && role->len < sizeof(role->line) - 1 )
            role->line[role->len++] = c;
    }

    STORE_RELEASE(&ring->out_cons, cons);
    if ( any )
        hypercall_evtchn_send(role->console_here);
}

static const char *reason_name(unsigned int reason)
{
    static const char *const names[] = {
        [SHUTDOWN_poweroff] = "halted", [SHUTDOWN_reboot] = "rebooted",
        [SHUTDOWN_suspend] = "suspended", [SHUTDOWN_crash] = "crashed",
    };

    return reason < ARRAY_SIZE(names) && names[reason] ? names[reason]
                                                       : "shut down";
}

static void destroy(struct role *role)
{
    int rc;

    foreign_unmap(role->ring);
    hypercall_evtchn_close(role->console_here);
    role->state = ROLE_DESTROYED;

    do {
        rc = domain_do(role->domid, XEN_DOMCTL_destroydomain);
    } while ( rc == -ERESTART );
    if ( rc )
        xtf_failure("Failure: %s: XEN_DOMCTL_destroydomain returned %d, "
                    "expected 0\n",
                    role->plan->role, rc);
}

void role_look(struct role *role)
{
    struct xen_domctl_getdomaininfo info;

    if ( role->state != ROLE_RUNS )
        return;
    if ( !domain_info(role->domid, &info) )
        panic("Domain %u, %s, is gone\n", role->domid, role->plan->role);

    role_forward(role);
    if ( !(info.flags & XEN_DOMINF_shutdown) )
        return;

    role_forward(role);
    if ( role->len )
        take_line(role);
    if ( !role->verdict )
        xtf_failure("Failure: %s: the domain %s without a verdict\n",
                    role->plan->role, reason_name((info.flags >> XEN_DOMINF_shutdownshift) &
                                XEN_DOMINF_shutdownmask));
    destroy(role);
}

void role_end(struct role *role)
{
    if ( role->state != ROLE_RUNS )
        return;

    role_forward(role);
    if ( role->len )
        take_line(role);
    if ( !role->verdict )
        xtf_failure("Failure: %s gave no verdict, and another role has failed\n",
                    role->plan->role);
    destroy(role);
}
