/*
 * Races: several vCPUs that do something at the same time, many times over.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <xtf/hypercall.h>
#include <xtf/lib.h>
#include <xtf/harness/race.h>
#include <xtf/core/time.h>

/* How long a race goes on at most, and how short it may be all the same. */
#define MAX_ROUNDS 2000
#define MAX_TIME   MILLISECONDS(100)
#define MIN_ROUNDS 8

static void (*race_fn)(unsigned int vcpu);
static unsigned int nr_racers;
static volatile unsigned int rounds;
static uint64_t end;
static volatile unsigned int over, arrived, generation;

/* What was true of `over` when all had come, as vCPU 0 may be ahead since. */
static volatile unsigned int over_for_all;

static volatile unsigned int nr_wrong;
static char wrong[160];
static struct xtf_where wrong_at;

void race_wrong(const struct xtf_where *w, const char *fmt, ...)
{
    va_list args;

    if ( fetch_add(&nr_wrong, 1) )
        return;

    wrong_at = *w;
    va_start(args, fmt);
    vsnprintf(wrong, sizeof(wrong), fmt, args);
    va_end(args);
}

unsigned int race_round(void)
{
    return rounds;
}

/* On vCPU 0 alone, whose clock it is. */
static void look_at_clock(void)
{
    if ( rounds >= MAX_ROUNDS || nr_wrong ||
         (rounds >= MIN_ROUNDS && time_now() >= end) )
        over = 1;
}

bool race_goes_on(void)
{
    if ( this_vcpu() == 0 )
    {
        look_at_clock();
        rounds++;
    }

    return !over;
}

/* Wait for all.  The last one counts the round: no vCPU is in a round then. */
static void gather(bool next)
{
    unsigned int now = generation, spins;

    if ( fetch_add(&arrived, 1) + 1 == nr_racers )
    {
        arrived = 0;
        rounds += next;
        over_for_all = over;
        STORE_RELEASE(&generation, now + 1);
        return;
    }

    for ( spins = 1; LOAD_ACQUIRE(&generation) == now; ++spins )
        if ( spins % 1024 == 0 )
            hypercall_yield();
}

void race_meet(void)
{
    gather(false);
}

bool race_next_round(void)
{
    if ( this_vcpu() == 0 )
        look_at_clock();
    gather(true);

    return !over_for_all;
}

void race_linger(void)
{
    unsigned int x = (rounds * 37 + this_vcpu() * 101) % 256;
    unsigned int nr = x * x / 2;

    /* From nothing to what a hypercall may take, but rather a little. */
    while ( nr-- )
        barrier();
}

static void run(void *unused)
{
    race_meet();
    race_fn(this_vcpu());
}

bool xtf_race(const struct xtf_where *w, unsigned int nr,
              void (*fn)(unsigned int vcpu))
{
    const struct xtf_where *outer;
    unsigned int vcpu;
    bool ok;
    int rc;

    if ( smp_nr_vcpus() < nr )
    {
        xtf_case_skip("needs %u vCPUs", nr);
        return false;
    }

    race_fn = fn;
    nr_racers = nr;
    rounds = over = arrived = nr_wrong = 0;
    end = time_now() + MAX_TIME;

    for ( vcpu = 1; vcpu < nr; ++vcpu )
    {
        rc = smp_start(vcpu, run, NULL);
        if ( rc )
            panic("vCPU %u cannot be started: %d\n", vcpu, rc);
    }
    run(NULL);
    for ( vcpu = 1; vcpu < nr; ++vcpu )
        smp_wait(vcpu);

    /* Both the line of the race and that of the check are worth knowing. */
    outer = xtf_enter(w);
    ok = xtf_expect_msg(nr_wrong ? &wrong_at : w, !nr_wrong,
                        "%s, in round %u (%u in all are wrong)", wrong, rounds,
                        nr_wrong);
    xtf_leave(outer);

    return ok;
}

/* What is running on each vCPU, and stops when this is set. */
static struct
{
    volatile unsigned int *stop;
    bool registered;
} started[SMP_MAX_VCPUS];

static void end_vcpu(void *arg)
{
    unsigned int vcpu = (unsigned long)arg;

    started[vcpu].registered = false;
    if ( started[vcpu].stop )
        *started[vcpu].stop = 1;
    if ( !smp_wait_down(vcpu) )
        xtf_case_error(XTF_HERE, "vCPU %u does not end what it runs", vcpu);
}

int race_start(unsigned int vcpu, void (*fn)(void *), void *arg,
               volatile unsigned int *stop)
{
    ASSERT(vcpu < SMP_MAX_VCPUS);

    started[vcpu].stop = stop;
    if ( !started[vcpu].registered )
        xtf_case_cleanup(end_vcpu, _p(vcpu));
    started[vcpu].registered = true;

    return smp_start(vcpu, fn, arg);
}
