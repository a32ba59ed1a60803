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
 * Have fn(vcpu) run on the first @p nr vCPUs, from the same moment on, and wait
 * until all have returned.  The case fails with what the first race_check() that
 * did not hold has said.  @return false if the case cannot go on.
 */
#define race(nr, fn) xtf_race(XTF_HERE, nr, fn)
bool xtf_race(const struct xtf_where *w, unsigned int nr,
              void (*fn)(unsigned int vcpu));

/**
 * For a loop on each of these vCPUs: false after very many rounds of vCPU 0, or
 * when it has had its time.
 */
bool race_goes_on(void);

/** The same, but no vCPU begins a round before all are through with the last. */
bool race_next_round(void);

/** Within a round: wait for all the others. */
void race_meet(void);

/** Which round it is, from 1 on. */
unsigned int race_round(void);

/** Let some time pass: now less, now more, so that two meet everywhere. */
void race_linger(void);

/* On any vCPU: this holds, or else the format says what is wrong. */
#define race_check(cond, ...)                                           \
    do { if ( !(cond) ) race_wrong(XTF_HERE, __VA_ARGS__); } while ( 0 )
void race_wrong(const struct xtf_where *w, const char *fmt, ...)
    __printf(2, 3);

/**
 * smp_start() in a case: what the vCPU runs does not outlive the case.  When
 * that ends, *stop is set, unless @p stop is NULL, and the vCPU is waited for.
 */
int race_start(unsigned int vcpu, void (*fn)(void *), void *arg,
               volatile unsigned int *stop);

/*
 * Skip the case if one of two outcomes of a race, counted in @a and @b, was not
 * seen: a busy host kept the vCPUs apart, so that nothing is known.
 */
#define skip_unless_both_seen(a, b)                                     \
    do {                                                                \
        if ( !(a) || !(b) )                                             \
            skip_case("the vCPUs did not race (%u and %u times): the "  \
                      "host is too busy", a, b);                        \
    } while ( 0 )

#endif /* XTF_RACE_H */
