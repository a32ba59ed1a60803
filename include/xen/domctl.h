/*
 * domctl(struct xen_domctl): making, changing and ending other domains, for
 * dom0's tools.
 *
 * As with sysctl, the version must match exactly (-EACCES), and a test has to
 * find out the running one. XEN_DOMCTL_INTERFACE_VERSION and the layouts here
 * are those of Xen 4.17, unless a name says otherwise; those used are the same
 * up to 0x18 (Xen 4.22). Handles and 64-bit numbers are the same for both
 * widths of callers.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef XEN_DOMCTL_H
#define XEN_DOMCTL_H

#include <xen/xen.h>

#define XEN_DOMCTL_INTERFACE_VERSION 0x00000015

/* xen_domctl.cmd: those used here. Of the structure, domain says which one. */
#define XEN_DOMCTL_createdomain      1 /* domain is IN and OUT; for any unused
                                          ID: 0, from 0x18 on DOMID_ANY. */
#define XEN_DOMCTL_destroydomain     2
#define XEN_DOMCTL_pausedomain       3
#define XEN_DOMCTL_unpausedomain     4
#define XEN_DOMCTL_getdomaininfo     5 /* domain is OUT, too. */
#define XEN_DOMCTL_max_mem          11
#define XEN_DOMCTL_setvcpucontext   12
#define XEN_DOMCTL_max_vcpus        15
#define XEN_DOMCTL_hypercall_init   22 /* Of a PV domain's page. */
#define XEN_DOMCTL_resumedomain     27 /* After its SCHEDOP_shutdown. */
#define XEN_DOMCTL_set_address_size 35 /* PV, while it has no memory. */

/* xen_domctl_createdomain.flags */
#define XEN_DOMCTL_CDF_hvm          (1U << 0)
#define XEN_DOMCTL_CDF_hap          (1U << 1)
#define XEN_DOMCTL_CDF_s3_integrity (1U << 2)
#define XEN_DOMCTL_CDF_oos_off      (1U << 3)
#define XEN_DOMCTL_CDF_xs_domain    (1U << 4)
#define XEN_DOMCTL_CDF_iommu        (1U << 5)
#define XEN_DOMCTL_CDF_nested_virt  (1U << 6)
#define XEN_DOMCTL_CDF_vpmu         (1U << 7)

/* xen_domctl_createdomain.grant_opts: the highest version of its table. */
#define XEN_DOMCTL_GRANT_version_mask 0xf
#define XEN_DOMCTL_GRANT_version(v)   ((v) & XEN_DOMCTL_GRANT_version_mask)

/* xen_arch_domainconfig.emulation_flags: a PVH domain has this one alone. */
#define XEN_X86_EMU_LAPIC           (1U << 0)

/* xen_domctl_getdomaininfo.flags */
#define XEN_DOMINF_dying            (1U << 0)
#define XEN_DOMINF_hvm_guest        (1U << 1)
#define XEN_DOMINF_shutdown         (1U << 2)
#define XEN_DOMINF_paused           (1U << 3)
#define XEN_DOMINF_blocked          (1U << 4)
#define XEN_DOMINF_running          (1U << 5)
#define XEN_DOMINF_shutdownmask     255 /* SHUTDOWN_*, shifted by ... */
#define XEN_DOMINF_shutdownshift    16

#ifndef __ASSEMBLY__

/* A pointer in 64 bits. A 32-bit caller clears q before it sets p. */
#define XEN_DOMCTL_HANDLE(type) \
    union { type *p; uint64_t q __attribute__((aligned(8))); }

typedef uint64_t xen_domctl_u64 __attribute__((aligned(8)));

struct xen_arch_domainconfig {
    uint32_t emulation_flags; /* XEN_X86_EMU_* */
    uint32_t misc_flags;
};

struct xen_domctl_createdomain {
    uint32_t ssidref;
    xen_domain_handle_t handle;
    uint32_t flags;              /* XEN_DOMCTL_CDF_* */
    uint32_t iommu_opts;
    uint32_t max_vcpus;
    uint32_t max_evtchn_port;
    int32_t max_grant_frames;    /* -1: the host's default. */
    int32_t max_maptrack_frames; /* -1: the host's default. */
    uint32_t grant_opts;         /* XEN_DOMCTL_GRANT_* */
    uint32_t vmtrace_size;
    uint32_t cpupool_id;
    struct xen_arch_domainconfig arch;
};

/* The same from interface version 0x17 (Xen 4.19) on. */
struct xen_domctl_createdomain_17 {
    uint32_t ssidref;
    xen_domain_handle_t handle;
    uint32_t flags;
    uint32_t iommu_opts;
    uint32_t max_vcpus;
    uint32_t max_evtchn_port;
    int32_t max_grant_frames;
    int32_t max_maptrack_frames;
    uint32_t grant_opts;
    struct {
        uint16_t opts;
        uint16_t nr;             /* From Xen 4.21 on; opts has 32 bits before. */
    } altp2m;
    uint32_t vmtrace_size;
    uint32_t cpupool_id;
    struct xen_arch_domainconfig arch;
};

/* Of a domain that is gone, it tells about the next one, or -ESRCH. */
struct xen_domctl_getdomaininfo {
    domid_t domain;
    uint16_t pad1;
    uint32_t flags; /* XEN_DOMINF_* */
    xen_domctl_u64 tot_pages;
    xen_domctl_u64 max_pages;
    xen_domctl_u64 outstanding_pages;
    xen_domctl_u64 shr_pages;
    xen_domctl_u64 paged_pages;
    xen_domctl_u64 shared_info_frame;
    xen_domctl_u64 cpu_time;
    uint32_t nr_online_vcpus;
    uint32_t max_vcpu_id;
    uint32_t ssidref;
    xen_domain_handle_t handle;
    uint32_t cpupool;
    uint8_t gpaddr_bits;
    uint8_t pad2[7];
    struct xen_arch_domainconfig arch_config;
};

struct xen_domctl_max_mem {
    xen_domctl_u64 max_memkb;
};

/* max must be what the domain was created with. */
struct xen_domctl_max_vcpus {
    uint32_t max;
};

/*
 * ctxt: a vcpu_guest_context, which is a 64-bit guest's unless the domain is a
 * 32-bit PV one. Of an HVM domain, general registers and flags are used.
 */
struct xen_domctl_vcpucontext {
    uint32_t vcpu;
    XEN_DOMCTL_HANDLE(void) ctxt;
};

/* gmfn: where the hypercall page shall be; an MFN, for a PV domain. */
struct xen_domctl_hypercall_init {
    xen_domctl_u64 gmfn;
};

/* The width of a PV domain's kernel: 32 or 64. */
struct xen_domctl_address_size {
    uint32_t size;
};

struct xen_domctl {
    uint32_t cmd; /* XEN_DOMCTL_* */
    uint32_t interface_version;
    domid_t domain;
    uint16_t _pad[3];
    union {
        struct xen_domctl_createdomain createdomain;
        struct xen_domctl_createdomain_17 createdomain_17;
        struct xen_domctl_getdomaininfo getdomaininfo;
        struct xen_domctl_max_mem max_mem;
        struct xen_domctl_vcpucontext vcpucontext;
        struct xen_domctl_max_vcpus max_vcpus;
        struct xen_domctl_hypercall_init hypercall_init;
        struct xen_domctl_address_size address_size;
        uint8_t pad[128];
    } u;
};
typedef struct xen_domctl xen_domctl_t;

/*
 * The vcpu_guest_context of a 64-bit guest, for callers of either width: where
 * in it are the flags (VGCF_*) and registers that an HVM domain starts with.
 */
#define DOMCTL_VCPU_CONTEXT_SIZE   5168
#define DOMCTL_VCPU_CONTEXT_FLAGS  512
#define DOMCTL_VCPU_CONTEXT_RIP    648
#define DOMCTL_VCPU_CONTEXT_RFLAGS 664

#endif /* !__ASSEMBLY__ */

#endif /* XEN_DOMCTL_H */
