/*
 * More than one vCPU: which one runs, how many there are, and having code run
 * on another.
 *
 * A vCPU other than the boot vCPU is down except while it runs a function for
 * somebody: it takes no events then, and no port is needed to wake it.
 * Consoles, expectations and exec_user() belong to the boot vCPU alone.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef XTF_SMP_H
#define XTF_SMP_H

#include <xtf/vcpu.h>

/**
 * How many vCPUs the domain has, whether up or not.  It may be more than
 * SMP_MAX_VCPUS.
 */
unsigned int smp_nr_vcpus(void);

/** Of those, the ones that smp_start() can use: at most SMP_MAX_VCPUS. */
static inline unsigned int smp_usable_vcpus(void)
{
    unsigned int nr = smp_nr_vcpus();

    return nr < SMP_MAX_VCPUS ? nr : SMP_MAX_VCPUS;
}

/**
 * Give @p vcpu its stack, tables and registers: VCPUOP_initialise.  It stays
 * down.  Does nothing for a vCPU that has them.
 *
 * @return 0; -ENOENT if the domain has no such vCPU, -E2BIG if it is beyond
 *         SMP_MAX_VCPUS; else what VCPUOP_initialise answered.
 */
int smp_init(unsigned int vcpu);

/**
 * Have @p vcpu run fn(arg), with upcalls off, and go down again.  Returns as
 * soon as it has been told to.
 *
 * @return 0 or as smp_init(); -EBUSY if it still runs something.
 */
int smp_start(unsigned int vcpu, void (*fn)(void *), void *arg);

/** Wait until @p vcpu is through with what smp_start() gave it, and down. */
void smp_wait(unsigned int vcpu);

/** The same, for a minute at most.  @return whether it is down. */
bool smp_wait_down(unsigned int vcpu);

/** smp_start() and smp_wait() in one; on the caller's own vCPU just fn(arg). */
int smp_call(unsigned int vcpu, void (*fn)(void *), void *arg);

/**
 * Give way to other vCPUs until *count is @p least or more, for a minute at
 * most.
 * @return whether it is.
 */
bool smp_wait_for_count(const volatile unsigned int *count,
                        unsigned int least);

/** smp_wait_for_count() until *flag is not 0. */
static inline bool smp_wait_for(const volatile unsigned int *flag)
{
    return smp_wait_for_count(flag, 1);
}

#endif /* XTF_SMP_H */
