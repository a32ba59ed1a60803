/*
 * Having other vCPUs run code.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <xtf/atomic.h>
#include <xtf/hypercall.h>
#include <xtf/lib.h>
#include <xtf/core/smp.h>
#include <xtf/core/time.h>
#include <xtf/framework.h>

static struct
{
    bool initialised;
    void (*volatile fn)(void *);
    void *volatile arg;
} work[SMP_MAX_VCPUS];

unsigned int smp_nr_vcpus(void)
{
    unsigned int nr = 0;

    while ( arch_vcpu_is_up(nr) >= 0 )
        nr++;

    return nr;
}

/* Where a secondary vCPU starts, and stays. */
static void __noreturn smp_main(unsigned int vcpu)
{
    for ( ;; )
    {
        if ( work[vcpu].fn )
        {
            work[vcpu].fn(work[vcpu].arg);
            arch_secondary_idle();
            STORE_RELEASE(&work[vcpu].fn, NULL);
        }

        /*
         * smp_start() looks for us being down before it gives us more, so
         * what comes here cannot miss it.
         */
        arch_vcpu_down(vcpu);
    }
}

int smp_init(unsigned int vcpu)
{
    long rc;

    if ( arch_vcpu_is_up(vcpu) < 0 )
        return -ENOENT;

    if ( vcpu >= SMP_MAX_VCPUS )
        return -E2BIG;

    if ( vcpu == 0 || work[vcpu].initialised )
        return 0;

    rc = arch_init_vcpu(vcpu, smp_main);
    work[vcpu].initialised = !rc;

    return rc;
}

static bool is_down(unsigned int vcpu)
{
    return !arch_vcpu_is_up(vcpu);
}

int smp_start(unsigned int vcpu, void (*fn)(void *), void *arg)
{
    int rc = smp_init(vcpu);

    if ( rc )
        return rc;

    if ( vcpu == this_vcpu() || LOAD_ACQUIRE(&work[vcpu].fn) )
        return -EBUSY;

    smp_wait(vcpu);

    work[vcpu].arg = arg;
    STORE_RELEASE(&work[vcpu].fn, fn);

    return arch_vcpu_up(vcpu);
}

void smp_wait(unsigned int vcpu)
{
    struct time_wait wait = {};

    while ( LOAD_ACQUIRE(&work[vcpu].fn) || !is_down(vcpu) )
        time_wait(&wait);
}

bool smp_wait_down(unsigned int vcpu)
{
    struct time_wait wait = {};

    while ( (LOAD_ACQUIRE(&work[vcpu].fn) || !is_down(vcpu)) &&
            time_wait(&wait) )
        ;

    return !LOAD_ACQUIRE(&work[vcpu].fn) && is_down(vcpu);
}

int smp_call(unsigned int vcpu, void (*fn)(void *), void *arg)
{
    int rc;

    if ( vcpu == this_vcpu() )
    {
        fn(arg);
        return 0;
    }

    rc = smp_start(vcpu, fn, arg);
    if ( !rc )
        smp_wait(vcpu);

    return rc;
}

bool smp_wait_for_count(const volatile unsigned int *count,
                        unsigned int least)
{
    struct time_wait wait = {};

    while ( *count < least && time_wait(&wait) )
        ;

    return *count >= least;
}
