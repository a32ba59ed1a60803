/*
 * Races: several vCPUs that do something at the same time, many times over.
 *
 *     static void sender(unsigned int vcpu)
 *     {
 *         while ( race_goes_on() )
 *             race_check(send(vcpu) == 0, "vCPU %u cannot send", vcpu);
 *     }
 *
 *     CASE("send: on all vCPUs at once")
 *     {
 *         race(4, sender);
 *     }
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef XTF_RACE_H
#define XTF_RACE_H

#include <xtf/harness/case.h>
#include <xtf/core/smp.h>

/**
 * Run fn(vcpu) on vCPUs 0 to @p nr - 1, from the same moment on, and wait until
 * all have returned.  The case fails with the message of the first race_check()
 * that did not hold.  Only vCPU 0 may use expectations in @p fn.
 * @return false if the case is skipped, for want of vCPUs, or has failed.
 */
#define race(nr, fn) xtf_race(XTF_HERE, nr, fn)
bool xtf_race(const struct xtf_where *w, unsigned int nr,
              void (*fn)(unsigned int vcpu));

/**
 * The condition of a loop in @p fn: false after 2000 rounds of vCPU 0; after
 * 100 ms of time and at least 8 rounds; or after a race_check() that did not
 * hold.  The vCPUs' rounds are independent.
 */
bool race_goes_on(void);

/**
 * The same, but no vCPU begins a round before all vCPUs have ended the one
 * before.  All vCPUs of the race must call it.
 */
bool race_next_round(void);

/** Within a round: wait until all vCPUs of the race have called this. */
void race_meet(void);

/** The number of the round, which starts at 1. */
unsigned int race_round(void);

/**
 * Wait for a time that differs by vCPU and round, from none to that of a
 * hypercall, so that over many rounds the vCPUs meet at different points.
 */
void race_linger(void);

/*
 * The expectation for code on any vCPU of a race: the format says what is wrong
 * if cond is false.  The race ends soon after; only the first message is kept.
 */
#define race_check(cond, ...)                                           \
    do { if ( !(cond) ) race_wrong(XTF_HERE, __VA_ARGS__); } while ( 0 )
void race_wrong(const struct xtf_where *w, const char *fmt, ...)
    __printf(2, 3);

/**
 * Run fn(arg) on vCPU @p vcpu, at the latest until the case ends: then *stop is
 * set to 1, unless @p stop is NULL, and the vCPU is waited for.  It is an error
 * of the case if @p fn does not return.
 * @return what smp_start() returned: 0 or -errno.
 */
int race_start(unsigned int vcpu, void (*fn)(void *), void *arg,
               volatile unsigned int *stop);

/*
 * Skip the case if one of two outcomes of a race, counted in @a and @b, never
 * happened: the vCPUs of a busy host did not meet, so nothing was tested.
 */
#define skip_unless_both_seen(a, b)                                     \
    do {                                                                \
        if ( !(a) || !(b) )                                             \
            skip_case("the vCPUs did not race (%u and %u times): the "  \
                      "host is too busy", a, b);                        \
    } while ( 0 )

#endif /* XTF_RACE_H */
