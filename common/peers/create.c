/*
 * Making a domain by domctl: what all kinds of domains begin with.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <xtf/core/xen_info.h>
#include <xtf/peers/create.h>

#include <xen/errno.h>

bool domctl_known(void)
{
    return xen_domctl_version() >= DOMCTL_OLDEST_KNOWN &&
        xen_domctl_version() <= DOMCTL_NEWEST_KNOWN;
}

int domain_do(domid_t domid, unsigned int cmd)
{
    xen_domctl_t op = {};

    return xen_domctl(cmd, domid, &op);
}

bool domain_info(domid_t domid, struct xen_domctl_getdomaininfo *info)
{
    xen_domctl_t op = {};

    if ( xen_domctl(XEN_DOMCTL_getdomaininfo, domid, &op) ||
         op.domain != domid )
        return false;
    *info = op.u.getdomaininfo;

    return true;
}

static int create(const struct domain_config *config, domid_t *domid)
{
    const struct xen_arch_domainconfig arch = {
        .emulation_flags = config->hvm ? XEN_X86_EMU_LAPIC : 0,
    };
    /* Both structures have these fields at the same offsets. */
    xen_domctl_t op = {
        .u.createdomain = {
            .flags = (config->hvm ? XEN_DOMCTL_CDF_hvm : 0) |
                (config->hvm && config->hap ? XEN_DOMCTL_CDF_hap : 0),
            .max_vcpus = config->vcpus,
            .max_evtchn_port = 1023,
            .max_grant_frames = config->grant_frames,
            .max_maptrack_frames = config->maptrack_frames,
            .grant_opts = XEN_DOMCTL_GRANT_version(config->grant_version),
        },
    };
    int rc;

    if ( xen_domctl_version() >= 0x17 )
        op.u.createdomain_17.arch = arch;
    else
        op.u.createdomain.arch = arch;

    rc = xen_domctl(XEN_DOMCTL_createdomain,
                    xen_domctl_version() >= 0x18 ? DOMID_ANY : 0, &op);
    *domid = op.domain;

    return rc;
}

int domain_create(const struct domain_config *config, domid_t *domid)
{
    xen_domctl_t max_mem = { .u.max_mem.max_memkb = config->memory_kb };
    xen_domctl_t max_vcpus = { .u.max_vcpus.max = config->vcpus };
    int rc;

    if ( !domctl_known() )
        return -EOPNOTSUPP;

    rc = create(config, domid);
    if ( rc )
        return rc;

    rc = xen_domctl(XEN_DOMCTL_max_mem, *domid, &max_mem) ?:
        xen_domctl(XEN_DOMCTL_max_vcpus, *domid, &max_vcpus);
    if ( rc )
        domain_do(*domid, XEN_DOMCTL_destroydomain);

    return rc;
}
