/*
 * Exceptions as values, by the processor's vectors and error codes.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef TOUCHSTONE_ARCH_EXINFO_H
#define TOUCHSTONE_ARCH_EXINFO_H

#include <xtf/lib/exinfo.h>

#include <arch/processor.h>

/* By mnemonic: EXINFO_SYM(GP, 0). */
#define EXINFO_SYM(exc, ec)     EXINFO(X86_EXC_ ## exc, ec)

/* Of an access that no translation allows, whatever the rest of it says. */
#define EXC_MEMORY              X86_EXC_PF

/* A write to a page that is there, and read-only. */
#define EXINFO_READONLY_PAGE    EXINFO_SYM(PF, X86_PFEC_PRESENT | X86_PFEC_WRITE)

/* An undefined instruction. */
#define EXINFO_UNDEFINED        EXINFO_SYM(UD, 0)

#ifndef __ASSEMBLY__

/** Does an exception of this vector always have an error code? */
static inline bool exinfo_has_ec(exinfo_t info)
{
    const unsigned int vec = exinfo_vec(info);

    return vec < 32 && (X86_EXC_HAVE_EC & (1u << vec));
}

/* The mnemonics of vectors, as an array's initialiser. */
#define EXINFO_NAME_SIZE 4
#define EXINFO_NAMES                                                    \
    [X86_EXC_DE]  = "DE",   [X86_EXC_DB]  = "DB",   [X86_EXC_NMI] = "NMI", \
    [X86_EXC_BP]  = "BP",   [X86_EXC_OF]  = "OF",   [X86_EXC_BR]  = "BR", \
    [X86_EXC_UD]  = "UD",   [X86_EXC_NM]  = "NM",   [X86_EXC_DF]  = "DF", \
    [X86_EXC_CSO] = "CSO",  [X86_EXC_TS]  = "TS",   [X86_EXC_NP]  = "NP", \
    [X86_EXC_SS]  = "SS",   [X86_EXC_GP]  = "GP",   [X86_EXC_PF]  = "PF", \
    [X86_EXC_SPV] = "SPV",  [X86_EXC_MF]  = "MF",   [X86_EXC_AC]  = "AC", \
    [X86_EXC_MC]  = "MC",   [X86_EXC_XM]  = "XM",   [X86_EXC_VE]  = "VE", \
    [X86_EXC_CP]  = "CP",   [X86_EXC_HV]  = "HV",   [X86_EXC_VC]  = "VC", \
    [X86_EXC_SX]  = "SX",

#endif /* __ASSEMBLY__ */

#endif /* TOUCHSTONE_ARCH_EXINFO_H */
