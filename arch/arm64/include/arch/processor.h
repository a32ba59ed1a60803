/*
 * Bits of PSTATE and of system registers, and the classes of exceptions.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef TOUCHSTONE_ARCH_PROCESSOR_H
#define TOUCHSTONE_ARCH_PROCESSOR_H

#include <xtf/numbers.h>

/* PSTATE, as in SPSR_EL1. */
#define PSTATE_EL0              0x0
#define PSTATE_EL1t             0x4
#define PSTATE_EL1h             0x5
#define PSTATE_MODE             0xf
#define PSTATE_F                (1 << 6)
#define PSTATE_I                (1 << 7)
#define PSTATE_A                (1 << 8)
#define PSTATE_D                (1 << 9)

/* ESR_EL1.EC, the class of a synchronous exception: 6 bits. */
#define ARM_EC_UNKNOWN          0x00    /* An undefined instruction. */
#define ARM_EC_WFX              0x01
#define ARM_EC_FP               0x07    /* FP or SIMD, and not enabled. */
#define ARM_EC_ILLEGAL          0x0e    /* An illegal execution state. */
#define ARM_EC_SVC              0x15
#define ARM_EC_HVC              0x16
#define ARM_EC_SMC              0x17
#define ARM_EC_SYSREG           0x18
#define ARM_EC_IABT_EL0         0x20
#define ARM_EC_IABT             0x21
#define ARM_EC_PC_ALIGN         0x22
#define ARM_EC_DABT_EL0         0x24
#define ARM_EC_DABT             0x25
#define ARM_EC_SP_ALIGN         0x26
#define ARM_EC_BRK              0x3c

/* What enters by another vector, in numbers that no class has. */
#define ARM_VEC_IRQ             0x40
#define ARM_VEC_FIQ             0x41
#define ARM_VEC_SERROR          0x42

/* ISS of aborts: a write; and the status, of which the low bits are a level. */
#define ARM_ISS_WNR             (1 << 6)
#define ARM_FSC_TRANSLATION(l)  (0x04 | (l))
#define ARM_FSC_PERMISSION(l)   (0x0c | (l))
#define ARM_FSC_EXTERNAL        0x10    /* What Xen injects. */
#define ARM_FSC_ALIGNMENT       0x21

/* SCTLR_EL1 */
#define SCTLR_M                 (1 << 0)
#define SCTLR_C                 (1 << 2)
#define SCTLR_SA                (1 << 3)
#define SCTLR_SA0               (1 << 4)
#define SCTLR_I                 (1 << 12)
#define SCTLR_nTWI              (1 << 16)
#define SCTLR_nTWE              (1 << 18)
/* Bits that are 1 in Armv8.0: 11, 20, 22, 23, 28, 29. */
#define SCTLR_RES1              0x30d00800

/* TCR_EL1: 48-bit addresses, 4k pages, Write-Back, Inner Shareable. */
#define TCR_T0SZ_48             (16 << 0)
#define TCR_EPD0                (1 << 7)
#define TCR_WBWA0               ((1 << 8) | (1 << 10))
#define TCR_SH0_INNER           (3 << 12)
#define TCR_T1SZ_48             (16 << 16)
#define TCR_WBWA1               ((1 << 24) | (1 << 26))
#define TCR_SH1_INNER           (3 << 28)
#define TCR_TG1_4K              (_AC(2, UL) << 30)
#define TCR_IPS_SHIFT           32
#define TCR_IPS_48              5

/* MAIR_EL1: attribute 0 is Normal, Write-Back; 1 is Device-nGnRE. */
#define MAIR_KERNEL             0x04ff

#endif /* TOUCHSTONE_ARCH_PROCESSOR_H */
