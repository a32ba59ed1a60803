/*
 * The name that some tests know <arch/tss.h> by.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <arch/tss.h>
