/*
 * The registers of an interrupted context, as the entry code leaves them.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef TOUCHSTONE_ARCH_REGS_H
#define TOUCHSTONE_ARCH_REGS_H

/* Bytes of struct cpu_regs, and where entry.S puts what, in its order. */
#define CPU_REGS_SIZE           304
#define CPU_REGS_SP             248
#define CPU_REGS_FLAGS          264
#define CPU_REGS_SYNDROME       272
#define CPU_REGS_ENTRY          288

#ifndef __ASSEMBLY__

#include <xtf/types.h>

struct cpu_regs
{
    uint64_t x[31];
    uint64_t sp;
    uint64_t ip;                /* ELR_EL1 */
    uint64_t flags;             /* SPSR_EL1 */

    /* EC of ESR_EL1, or the ARM_VEC_ of what is no synchronous exception. */
    uint32_t entry_vector;
    uint32_t error_code;        /* ISS of ESR_EL1 */
    uint64_t fault_address;     /* FAR_EL1 */
    uint64_t entry;             /* 0 to 15: which vector of the table. */
    uint64_t spare;
};

#endif /* __ASSEMBLY__ */

#endif /* TOUCHSTONE_ARCH_REGS_H */
