/*
 * The clock: system time by the virtual counter.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef TOUCHSTONE_ARCH_CLOCK_H
#define TOUCHSTONE_ARCH_CLOCK_H

#include <xtf/types.h>

/** Is system time the same on all vCPUs?  They have one counter. */
static inline bool clock_is_shared(void)
{
    return true;
}

#endif /* TOUCHSTONE_ARCH_CLOCK_H */
