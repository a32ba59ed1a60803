/*
 * Several vCPUs that work on one grant table at the same time.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef GNTTAB_RACE_H
#define GNTTAB_RACE_H

#include <xtf/gnttab_case.h>
#include <xtf.h>

/**
 * Have fn(vcpu) run on the first @p nr vCPUs, from the same moment on, and wait
 * until all have returned.  The case fails with what the first race_check() that
 * did not hold has said.  @return false if the case cannot go on.
 */
bool race(unsigned int nr, void (*fn)(unsigned int vcpu));

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
    do { if ( !(cond) ) race_wrong(__VA_ARGS__); } while ( 0 )
void race_wrong(const char *fmt, ...) __printf(1, 2);

/* A page with one and the same byte in it: which?  -1: it has others, too. */
int only_byte(const void *page);

/** Hypercalls of whichever vCPU, on one request: its status. */
int race_map(struct gnttab_map_grant_ref *op);
int race_unmap(const struct gnttab_map_grant_ref *map);

/** Undo what of these was done, in batches, for each of which Xen flushes TLBs. */
#define RACE_BATCH 32
void race_unmap_all(const struct gnttab_map_grant_ref *maps, unsigned int nr);

/** Copy a page from a grant of ours to our own page, or the other way. */
int race_copy_from(grant_ref_t ref, void *to);
int race_copy_to(grant_ref_t ref, void *from);

#endif /* GNTTAB_RACE_H */
