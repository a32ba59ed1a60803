/*
 * Exceptions as values of 32 bits: what all architectures have in common.
 *
 * <arch/exinfo.h> says what a vector and an error code are, and has names.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef XTF_LIB_EXINFO_H
#define XTF_LIB_EXINFO_H

/*
 * Bits 0-15 are the error code and 16-23 the vector.  EXPECTED tells an
 * exception from none (a vector and an error code may both be 0), and the AVAIL
 * bits are for tests to attach meanings of their own.
 */
#define EXINFO_EXPECTED         (1u << 31)
#define EXINFO_AVAIL1           (1u << 25)
#define EXINFO_AVAIL0           (1u << 24)

#define EXINFO(vec, ec) \
    (EXINFO_EXPECTED | (((vec) & 0xffu) << 16) | ((ec) & 0xffffu))

#ifndef __ASSEMBLY__

#include <xtf/types.h>

/** An exception, or 0 for none. */
typedef uint32_t exinfo_t;

/** The vector of an exception. */
static inline unsigned int exinfo_vec(exinfo_t info)
{
    return (info >> 16) & 0xff;
}

/** The error code of an exception, 0 if it has none. */
static inline unsigned int exinfo_ec(exinfo_t info)
{
    return info & 0xffff;
}

#endif /* __ASSEMBLY__ */

#endif /* XTF_LIB_EXINFO_H */
