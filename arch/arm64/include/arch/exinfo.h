/*
 * Exceptions as values: the vector is a class or an ARM_VEC_, the error code the
 * low bits of the syndrome, which hold the status of an abort.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef TOUCHSTONE_ARCH_EXINFO_H
#define TOUCHSTONE_ARCH_EXINFO_H

#include <xtf/lib/exinfo.h>

#include <arch/processor.h>

/* By name: EXINFO_SYM(DABT, ARM_ISS_WNR | ARM_FSC_PERMISSION(3)). */
#define EXINFO_SYM(exc, ec)     EXINFO(ARM_EC_ ## exc, ec)

/* Of an access that no translation allows, whatever the rest of it says. */
#define EXC_MEMORY              ARM_EC_DABT

/*
 * A write to a page that is there, and read-only in the tables of Xen, which
 * injects the exception without a status.
 */
#define EXINFO_READONLY_PAGE    EXINFO_SYM(DABT, 0)

/* An undefined instruction. */
#define EXINFO_UNDEFINED        EXINFO_SYM(UNKNOWN, 0)

#ifndef __ASSEMBLY__

/** Does an exception of this class always have a syndrome? */
static inline bool exinfo_has_ec(exinfo_t info)
{
    const unsigned int vec = exinfo_vec(info);

    return vec >= ARM_EC_IABT_EL0 && vec <= ARM_EC_DABT;
}

/* The names of classes, as an array's initialiser. */
#define EXINFO_NAME_SIZE 10
#define EXINFO_NAMES                                                    \
    [ARM_EC_UNKNOWN]  = "UNDEF",    [ARM_EC_WFX]      = "WFX",          \
    [ARM_EC_FP]       = "FP",       [ARM_EC_ILLEGAL]  = "ILLEGAL",      \
    [ARM_EC_SVC]      = "SVC",      [ARM_EC_HVC]      = "HVC",          \
    [ARM_EC_SMC]      = "SMC",      [ARM_EC_SYSREG]   = "SYSREG",       \
    [ARM_EC_IABT_EL0] = "IABT_EL0", [ARM_EC_IABT]     = "IABT",         \
    [ARM_EC_PC_ALIGN] = "PC_ALIGN", [ARM_EC_DABT_EL0] = "DABT_EL0",     \
    [ARM_EC_DABT]     = "DABT",     [ARM_EC_SP_ALIGN] = "SP_ALIGN",     \
    [ARM_EC_BRK]      = "BRK",      [ARM_VEC_IRQ]     = "IRQ",          \
    [ARM_VEC_FIQ]     = "FIQ",      [ARM_VEC_SERROR]  = "SERROR",

#endif /* __ASSEMBLY__ */

#endif /* TOUCHSTONE_ARCH_EXINFO_H */
