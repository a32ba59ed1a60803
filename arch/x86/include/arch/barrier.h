/*
 * The name that some tests know the barriers of <arch/atomic.h> by.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <arch/atomic.h>
