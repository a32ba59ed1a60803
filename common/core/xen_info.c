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

int xtf_probe_sysctl_interface_version(void)
{
    uint32_t version;

    /* Every call with another version than Xen's own fails with -EACCES. */
    for ( version = 0; version < 128; ++version )
    {
        xen_sysctl_t op = {
            .cmd = XEN_SYSCTL_getdomaininfolist,
            .interface_version = version,
        };

        if ( hypercall_sysctl(&op) != -EACCES )
            return version;
    }

    return -1;
}

uint64_t xen_free_pages(void)
{
    xen_sysctl_t op = {
        .cmd = XEN_SYSCTL_physinfo,
        .interface_version = xtf_probe_sysctl_interface_version(),
    };

    return hypercall_sysctl(&op) ? 0 : op.u.physinfo.free_pages;
}

bool xen_free_pages_reach(uint64_t pages)
{
    uint64_t deadline = time_now() + SECONDS(10);

    while ( xen_free_pages() < pages && time_now() < deadline )
        time_sleep(MILLISECONDS(100));

    return xen_free_pages() >= pages;
}
