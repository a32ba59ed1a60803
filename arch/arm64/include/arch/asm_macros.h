/*
 * Names for what differs between architectures in assembly.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef TOUCHSTONE_ARCH_ASM_MACROS_H
#define TOUCHSTONE_ARCH_ASM_MACROS_H

/* A word-sized datum. */
#define _WORD                   .quad

#endif /* TOUCHSTONE_ARCH_ASM_MACROS_H */
