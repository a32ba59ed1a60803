/*
 * The forced emulation prefix: UD2 and the letters "xen" before an
 * instruction have Xen emulate it, if it was built and booted to do so.  A PV
 * guest's CPUID is always emulated that way.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef TOUCHSTONE_ARCH_FEP_H
#define TOUCHSTONE_ARCH_FEP_H

/* The prefix, in asm() and in .S files. */
#ifdef __ASSEMBLY__
# define _ASM_XEN_FEP           ud2a; .ascii "xen";
#else
# define _ASM_XEN_FEP           "ud2a; .ascii \"xen\";"
#endif

#ifndef __ASSEMBLY__

#include <xtf/types.h>

/* Does the prefix work for any instruction here? */
extern bool xtf_has_fep;

#endif

#endif /* TOUCHSTONE_ARCH_FEP_H */
