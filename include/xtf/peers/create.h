/*
 * Domains made by domctl, without any toolstack, for which the caller must be
 * domain 0: what making each kind of domain begins with.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef XTF_PEERS_CREATE_H
#define XTF_PEERS_CREATE_H

#include <xtf/types.h>

#include <xen/domctl.h>

/*
 * The interface versions whose structures <xen/domctl.h> describes: Xen 4.17,
 * 4.18, 4.19 to 4.21, and from 4.22 on.
 */
#define DOMCTL_OLDEST_KNOWN 0x15
#define DOMCTL_NEWEST_KNOWN 0x18

/** True if XEN_DOMCTL_INTERFACE_VERSION of this Xen is one of those. */
bool domctl_known(void);

/* What a domain is created with. */
struct domain_config
{
    bool hvm;                           /* A PVH domain; PV otherwise. */
    bool hap;                           /* HVM: nested paging. */
    unsigned int vcpus;
    int grant_frames, maptrack_frames;  /* -1: the host's default. */
    unsigned int grant_version;         /* Of its grant table, at most. */
    uint64_t memory_kb;                 /* The most it may have. */
};

/**
 * XEN_DOMCTL_createdomain, max_mem and max_vcpus.  The domain is paused and has
 * no memory.
 * @return 0, with the domain in *domid; -EOPNOTSUPP: domctl_known() is false; or
 *         another -errno, with no domain left.
 */
int domain_create(const struct domain_config *config, domid_t *domid);

/** An operation on the domain that takes no argument.  @return 0 or -errno. */
int domain_do(domid_t domid, unsigned int cmd);

/** XEN_DOMCTL_getdomaininfo.  @return true if there is such a domain. */
bool domain_info(domid_t domid, struct xen_domctl_getdomaininfo *info);

#endif /* XTF_PEERS_CREATE_H */
