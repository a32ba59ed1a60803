/*
 * What a domain can find out about itself and about the Xen that it runs on.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <xtf/hypercall.h>
#include <xtf/lib.h>
#include <xtf/core/releases.h>
#include <xtf/core/time.h>
#include <xtf/core/xen_info.h>

#include <xen/xsm/flask_op.h>

int xtf_get_domid(void)
{
    struct evtchn_alloc_unbound ub = {
        .dom = DOMID_SELF, .remote_dom = DOMID_SELF,
    };
    struct evtchn_status status = { .dom = DOMID_SELF };
    int domid = -1;

    if ( hypercall_evtchn_alloc_unbound(&ub) )
        return -1;

    /* The status of an unbound port names its peer, here ourselves. */
    status.port = ub.port;
    if ( !hypercall_evtchn_status(&status) &&
         status.status == EVTCHNSTAT_unbound )
        domid = status.u.unbound.dom;

    hypercall_evtchn_close(ub.port);

    return domid;
}

bool xtf_dom0_exists(void)
{
    struct gnttab_query_size op = { .dom = 0 };

    /* Of a domain that is there, an unprivileged one learns that it may not. */
    return !hypercall_grant_table_op(GNTTABOP_query_size, &op, 1) &&
        op.status != GNTST_bad_domain;
}

bool xen_has(enum xen_change change)
{
    static const uint32_t since[] = {
#define X(name, major, minor) [XEN_ ## name] = (major) << 16 | (minor),
        XEN_CHANGES(X)
#undef X
    };

    return hypercall_xen_version(XENVER_version, NULL) >= (long)since[change];
}

const char *xtf_xen_cmdline(const char *text)
{
    static xen_commandline_t line;
    const char *at = line, *last = NULL;

    /* Others than the privileged get a placeholder, or an error. */
    if ( hypercall_xen_version(XENVER_commandline, line) < 0 )
        return NULL;

    for ( ; (at = strstr(at, text)); ++at )
        last = at;

    return last;
}

/*
 * The toolstack's interfaces change with releases.  Every call with another
 * version than Xen's own fails with -EACCES.
 */
static int find_version(long (*call)(uint32_t version))
{
    uint32_t version;

    for ( version = 0; version < 128; ++version )
        if ( call(version) != -EACCES )
            return version;

    return -1;
}

static long try_sysctl(uint32_t version)
{
    xen_sysctl_t op = {
        .cmd = XEN_SYSCTL_getdomaininfolist, .interface_version = version,
    };

    return hypercall_sysctl(&op);
}

static long try_domctl(uint32_t version)
{
    xen_domctl_t op = {
        .cmd = XEN_DOMCTL_getdomaininfo, .interface_version = version,
    };

    return hypercall_domctl(&op);
}

int xtf_probe_sysctl_interface_version(void)
{
    static int version = -2;

    if ( version == -2 )
        version = find_version(try_sysctl);

    return version;
}

int xen_domctl_version(void)
{
    static int version = -2;

    if ( version == -2 )
        version = find_version(try_domctl);

    return version;
}

long xen_sysctl(uint32_t cmd, xen_sysctl_t *op)
{
    op->cmd = cmd;
    op->interface_version = xtf_probe_sysctl_interface_version();

    return hypercall_sysctl(op);
}

long xen_domctl(uint32_t cmd, domid_t domid, xen_domctl_t *op)
{
    op->cmd = cmd;
    op->interface_version = xen_domctl_version();
    op->domain = domid;

    return hypercall_domctl(op);
}

uint64_t xen_free_pages(void)
{
    xen_sysctl_t op = {};

    return xen_sysctl(XEN_SYSCTL_physinfo, &op) ? 0 : op.u.physinfo.free_pages;
}

bool xen_free_pages_reach(uint64_t pages)
{
    uint64_t deadline = time_now() + SECONDS(10);

    while ( xen_free_pages() < pages && time_now() < deadline )
        time_sleep(MILLISECONDS(100));

    return xen_free_pages() >= pages;
}

long xen_flask_enforcing(void)
{
    struct
    {
        uint32_t cmd, interface_version;
        uint64_t room[16]; /* Xen copies the largest argument of all. */
    } op = {
        .cmd = FLASK_GETENFORCE,
        .interface_version = XEN_FLASK_INTERFACE_VERSION,
    };

    return hypercall_xsm_op(&op);
}
