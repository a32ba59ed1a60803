/*
 * Exceptions as values: a vector and an error code in 32 bits.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef TOUCHSTONE_ARCH_EXINFO_H
#define TOUCHSTONE_ARCH_EXINFO_H

#include <arch/processor.h>

/*
 * Bits 0-15 are the error code and 16-23 the vector.  EXPECTED tells an
 * exception from none (#DE without error code would be 0), and the AVAIL bits
 * are for tests to attach meanings of their own.
 */
#define EXINFO_EXPECTED         (1u << 31)
#define EXINFO_AVAIL1           (1u << 25)
#define EXINFO_AVAIL0           (1u << 24)

#define EXINFO(vec, ec) \
    (EXINFO_EXPECTED | (((vec) & 0xffu) << 16) | ((ec) & 0xffffu))

/* By mnemonic: EXINFO_SYM(GP, 0). */
#define EXINFO_SYM(exc, ec)     EXINFO(X86_EXC_ ## exc, ec)

#ifndef __ASSEMBLY__

#include <xtf/types.h>

typedef uint32_t exinfo_t;

static inline unsigned int exinfo_vec(exinfo_t info)
{
    return (info >> 16) & 0xff;
}

static inline unsigned int exinfo_ec(exinfo_t info)
{
    return info & 0xffff;
}

#endif /* __ASSEMBLY__ */

#endif /* TOUCHSTONE_ARCH_EXINFO_H */
