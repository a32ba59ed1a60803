/*
 * Which vCPU runs, and where Xen and it talk.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef XTF_VCPU_H
#define XTF_VCPU_H

#include <xtf/types.h>

#include <xen/xen.h>

/* The highest number of vCPUs that a test can use. */
#define SMP_MAX_VCPUS 4

/** The vCPU that runs this code; 0 is the boot vCPU. */
unsigned int this_vcpu(void);

/*
 * Where each vCPU's vcpu_info is: in shared_info until somebody moves it with
 * VCPUOP_register_vcpu_info, who then sets this too.
 */
extern vcpu_info_t *xtf_vcpu_info[SMP_MAX_VCPUS];

static inline vcpu_info_t *this_vcpu_info(void)
{
    return xtf_vcpu_info[this_vcpu()];
}

#endif /* XTF_VCPU_H */
