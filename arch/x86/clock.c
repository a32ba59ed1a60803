/*
 * System time, by the clock that Xen keeps for each vCPU.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <xtf/atomic.h>
#include <xtf/framework.h>
#include <xtf/vcpu.h>

#include <arch/clock.h>
#include <arch/lib.h>

vcpu_time_info_t time_info_snapshot(const volatile vcpu_time_info_t *src)
{
    vcpu_time_info_t copy;

    do {
        copy.version = LOAD_ACQUIRE(&src->version);
        copy.tsc_timestamp = src->tsc_timestamp;
        copy.system_time = src->system_time;
        copy.tsc_to_system_mul = src->tsc_to_system_mul;
        copy.tsc_shift = src->tsc_shift;
        copy.flags = src->flags;
        smp_rmb();
    } while ( (copy.version & 1) || copy.version != src->version );

    return copy;
}

/* (a * mul) >> 32 without a 96-bit product. */
static uint64_t scale(uint64_t a, uint32_t mul)
{
    return (a >> 32) * mul + (((a & 0xffffffff) * mul) >> 32);
}

uint64_t time_from_tsc(const vcpu_time_info_t *info, uint64_t tsc)
{
    uint64_t delta = tsc - info->tsc_timestamp;

    if ( info->tsc_shift < 0 )
        delta >>= -info->tsc_shift;
    else
        delta <<= info->tsc_shift;

    return info->system_time + scale(delta, info->tsc_to_system_mul);
}

uint64_t arch_time_now(void)
{
    const volatile vcpu_time_info_t *src = &this_vcpu_info()->time;
    vcpu_time_info_t info;
    uint64_t tsc;

    /* The counter has to be read within the same version. */
    do {
        info = time_info_snapshot(src);
        tsc = rdtsc_ordered();
    } while ( ACCESS_ONCE(src->version) != info.version );

    return time_from_tsc(&info, tsc);
}
