/*
 * The Arm part of the ABI: basic types, the architecture's part of the shared
 * pages.  Included by <xen/xen.h>.
 *
 * A hypercall is HVC with the tag below; where it takes the address of a frame,
 * that is a guest physical one.  Memory that is shared with Xen or with another
 * domain has to be Normal, Write-Back and Inner Shareable.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef XEN_ARCH_ARM_XEN_H
#define XEN_ARCH_ARM_XEN_H

#define XEN_HYPERCALL_TAG 0xea1

/*
 * vCPUs whose vcpu_info is in shared_info.  Another one has none until
 * VCPUOP_register_vcpu_info is called for it.
 */
#define XEN_LEGACY_MAX_VCPUS 1

#ifndef __ASSEMBLY__

#include <stdint.h>

typedef uint64_t xen_pfn_t;
typedef uint64_t xen_ulong_t;
typedef uint64_t xen_callback_t;

/* The field vcpu_info.evtchn_upcall_mask is padding: PSTATE.I masks upcalls. */
struct arch_vcpu_info {
};

struct arch_shared_info {
};
typedef struct arch_shared_info arch_shared_info_t;

#endif /* !__ASSEMBLY__ */

#endif /* XEN_ARCH_ARM_XEN_H */
