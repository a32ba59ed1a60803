/**
 * @file tests/conductor/main.c
 * @ref test-conductor
 *
 * @page test-conductor conductor
 *
 * No test, but what runs tests of several roles where the runner boots Xen
 * itself: as domain 0, it makes a domain for each role, starts them, prints what
 * they print with the role in front of each line, and gives the worst of their
 * verdicts as its own.  Its boot module says which roles there are, and holds
 * their images.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <xtf.h>

#include <xtf/core/time.h>
#include <xtf/drivers/evtchn.h>
#include <xtf/peers/create.h>

#include <arch/setup.h>

#include "conductor.h"

const char test_title[] = "Conductor: a domain for each role";

struct role roles[MAX_ROLES];
unsigned int nr_roles;

/* How often the domains are looked at if no event comes. */
#define LOOK           MILLISECONDS(200)

/* How long the others may go on when one has ended with a failure, or died. */
#define AFTER_FAILURE  SECONDS(30)
#define AFTER_DEATH    SECONDS(2)

/* How long a domain may take to go when all of them have ended. */
#define END            SECONDS(20)

static bool read_plan(void)
{
    const struct plan *plan = _p(pv_start_info->mod_start);
    const uint64_t len = pv_start_info->mod_len;
    unsigned int i;

    if ( len < sizeof(*plan) || memcmp(plan->magic, PLAN_MAGIC, 8) ||
         !plan->nr_roles || plan->nr_roles > MAX_ROLES )
    {
        xtf_skip("Skip: needs the images of roles as its second boot module: "
                 "run a test that has roles\n");
        return false;
    }

    for ( i = 0; i < plan->nr_roles; ++i )
    {
        const struct plan_role *p = &plan->roles[i];
        const char *fault = "not in the module";

        if ( p->offset <= len && p->size <= len - p->offset )
            fault = image_read(&roles[i].image, _p(plan) + p->offset, p->size);
        if ( !fault && (p->pages > MAX_PAGES || !p->vcpus) )
            fault = "to have more memory than there can be, or no vCPU";
        if ( fault )
        {
            xtf_error("Error: the image of role %s is %s\n", p->role, fault);
            return false;
        }
        roles[i].plan = p;
    }
    nr_roles = plan->nr_roles;

    return true;
}

/* What the role is, the domids of all, and what is said to everybody. */
static void write_cmdline(struct role *role)
{
    const struct plan *plan = _p(pv_start_info->mod_start);
    size_t size = sizeof(role->cmdline);
    int len = snprintf(role->cmdline, size, "role=%s", role->plan->role);
    unsigned int i;

    for ( i = 0; i < nr_roles; ++i )
        len += snprintf(role->cmdline + len, size - len, " %s=%u",
                        roles[i].plan->role, roles[i].domid);
    snprintf(role->cmdline + len, size - len, " %s", plan->words);
}

/* Xen may lack what a role's environment needs: that is no fault. */
static bool make_domains(void)
{
    unsigned int i;
    int rc;

    for ( i = 0; i < nr_roles; ++i )
    {
        rc = role_create(&roles[i]);
        if ( rc == -EOPNOTSUPP && !domctl_known() )
            xtf_skip("Skip: needs domains for the roles, and this Xen's "
                     "XEN_DOMCTL_INTERFACE_VERSION is unknown\n");
        else if ( rc == -EOPNOTSUPP || rc == -EINVAL )
            xtf_skip("Skip: Xen cannot make the domain of role %s (%d): it "
                     "needs CONFIG_HVM=y for HVM, CONFIG_PV32=y for 32-bit PV "
                     "and CONFIG_SHADOW_PAGING=y for shadow paging\n",
                     roles[i].plan->role, rc);
        else if ( rc )
            xtf_error("Error: creating the domain of role %s returned %d\n",
                      roles[i].plan->role, rc);
        if ( rc )
            return false;
    }

    for ( i = 0; i < nr_roles; ++i )
    {
        write_cmdline(&roles[i]);
        rc = role_build(&roles[i]);
        if ( rc )
        {
            xtf_error("Error: building the domain of role %s returned %d\n",
                      roles[i].plan->role, rc);
            return false;
        }
    }

    for ( i = 0; i < nr_roles; ++i )
    {
        rc = role_start(&roles[i]);
        if ( rc )
        {
            xtf_error("Error: starting the domain of role %s returned %d\n",
                      roles[i].plan->role, rc);
            return false;
        }
    }

    return true;
}

/* Sleep until one of them has something to say, has ended, or time is over. */
static void wait_for_event(evtchn_port_t exc)
{
    evtchn_port_t ports[MAX_ROLES + 1] = { exc };
    struct sched_poll op = {
        .ports = ports, .nr_ports = 1, .timeout = time_now() + LOOK,
    };
    unsigned int i;

    for ( i = 0; i < nr_roles; ++i )
        if ( roles[i].state == ROLE_RUNS )
            ports[op.nr_ports++] = roles[i].console_here;

    hypercall_sched_op(SCHEDOP_poll, &op);

    for ( i = 0; i < op.nr_ports; ++i )
        evtchn_clear(ports[i]);
}

/* It has ended, and so that the others may wait for it in vain. */
static bool has_failed(const struct role *role)
{
    return role->state == ROLE_DESTROYED &&
        (!role->verdict || !strcmp(role->verdict, "ERROR") ||
         !strcmp(role->verdict, "FAILURE"));
}

static void watch(void)
{
    long exc = evtchn_bind_virq(VIRQ_DOM_EXC, 0);
    uint64_t end = 0;
    unsigned int i, running;

    if ( exc < 0 )
    {
        xtf_error("Error: binding VIRQ_DOM_EXC returned %ld\n", exc);
        return;
    }

    do {
        wait_for_event(exc);

        running = 0;
        for ( i = 0; i < nr_roles; ++i )
        {
            role_look(&roles[i]);
            running += roles[i].state == ROLE_RUNS;
            if ( !end && has_failed(&roles[i]) )
                end = time_now() + (roles[i].verdict ? AFTER_FAILURE
                                                     : AFTER_DEATH);
        }

        for ( i = 0; end && time_now() > end && i < nr_roles; ++i )
            role_end(&roles[i]);
    } while ( running );
}

/* A domain that stays is one whose pages something still refers to. */
static void expect_gone(const struct role *role)
{
    uint64_t end = time_now() + END;
    struct xen_domctl_getdomaininfo info;

    while ( domain_info(role->domid, &info) )
    {
        if ( time_now() > end )
        {
            xtf_failure("Failure: %s: the domain does not end: something still refers "
                        "to %" PRIu64 " pages of it\n", role->plan->role,
                        info.tot_pages);
            return;
        }
        time_sleep(MILLISECONDS(1));
    }
}

static void add_verdict(const struct role *role)
{
    if ( !role->verdict )
        return;

    if ( !strncmp(role->verdict, "SUCCESS", 7) )
        xtf_success(NULL);
    else if ( !strcmp(role->verdict, "SKIP") )
        xtf_skip(NULL);
    else if ( !strcmp(role->verdict, "ERROR") )
        xtf_error(NULL);
    else
        xtf_failure(NULL);
}

void test_main(void)
{
    unsigned int i;

    if ( !read_plan() || !make_domains() )
        return;

    watch();

    for ( i = 0; i < nr_roles; ++i )
    {
        expect_gone(&roles[i]);
        add_verdict(&roles[i]);
    }
}
