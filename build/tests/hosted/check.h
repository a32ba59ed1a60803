/*
 * What the host-side checks share: counting and printing, without a C library.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef CHECK_H
#define CHECK_H

#define XTF_NO_BUILTIN_STRINGS
#include <xtf/lib.h>
#include <xtf/libc.h>

/* What a buffer holds where nothing should have been written. */
#define GUARD 0xa5

extern unsigned int passed, failed;

/**
 * Print.  Not by what is under test, so that a broken snprintf() cannot hide
 * its own failures.
 */
void say(const char *str);
void say_number(long long val);

/**
 * Count ok as passed or failed.  The first failures are printed, with some
 * number that tells cases apart.
 */
bool check(bool ok, const char *what, long long detail);

#define CHECK(cond, detail) check(cond, #cond, detail)

/** A pseudo-random number below n, the same sequence in each run. */
unsigned int rnd(unsigned int n);

/** Are n bytes equal?  Are n bytes all c? */
bool same(const void *a, const void *b, size_t n);
bool all(const void *buf, unsigned char c, size_t n);

/* The checks, a file each. */
void check_printf(void);
void check_strings(void);
void check_primitives(void);
void check_fdt(void);

#endif /* CHECK_H */
