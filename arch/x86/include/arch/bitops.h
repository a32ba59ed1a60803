/*
 * The name that some tests know <xtf/bitops.h> by.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <xtf/bitops.h>
