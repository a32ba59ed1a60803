/*
 * What a test defines.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef XTF_TEST_H
#define XTF_TEST_H

#include <xtf/types.h>

/* The line under the banner. */
extern const char test_title[];

/* The names of a test's roles, TEST_ROLES: see <xtf/peers/roles.h>. */
extern const char test_roles[];

/** The test.  Left out, all of the image's cases are run. */
void test_main(void);

/* Defined as true: SKIP unless the forced emulation prefix works. */
extern bool test_needs_fep;

#endif /* XTF_TEST_H */
