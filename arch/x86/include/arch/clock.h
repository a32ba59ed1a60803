/*
 * The clock that Xen keeps for each vCPU, in vcpu_info.time.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef TOUCHSTONE_ARCH_CLOCK_H
#define TOUCHSTONE_ARCH_CLOCK_H

#include <xtf/types.h>
#include <xtf/vcpu.h>

#include <xen/xen.h>

/**
 * The system time that @p info stands for at @p tsc.  @p info is a consistent
 * copy.
 */
uint64_t time_from_tsc(const vcpu_time_info_t *info, uint64_t tsc);

/** A consistent copy of *src, which Xen may be writing. */
vcpu_time_info_t time_info_snapshot(const volatile vcpu_time_info_t *src);

/** Has Xen said that system time is the same on all vCPUs? */
static inline bool clock_is_shared(void)
{
    return time_info_snapshot(&this_vcpu_info()->time).flags &
        XEN_PVCLOCK_TSC_STABLE_BIT;
}

#endif /* TOUCHSTONE_ARCH_CLOCK_H */
