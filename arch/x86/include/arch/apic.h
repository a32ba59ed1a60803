/*
 * The local APIC of an HVM guest, in either of its modes.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef XTF_X86_APIC_H
#define XTF_X86_APIC_H

#include <stdint.h>

#include <xtf/compiler.h>
#include <xtf/numbers.h>

#include <arch/msr.h>

#define APIC_DEFAULT_BASE       0xfee00000ul

/* Registers, as offsets in the xAPIC's page. */
#define APIC_ID                 0x020
#define   APIC_XAPIC_ID_SHIFT   24
#define APIC_LVR                0x030
#define   APIC_LVR_VERSION_MASK 0x000000ff
#define   APIC_LVR_MAXLVT_MASK  0x00ff0000
#define APIC_TASKPRI            0x080
#define APIC_TPR                APIC_TASKPRI
#define APIC_PROCPRI            0x0a0
#define APIC_EOI                0x0b0
#define APIC_LDR                0x0d0
#define APIC_DFR                0x0e0 /* xAPIC only */
#define APIC_SPIV               0x0f0
#define   APIC_SPIV_APIC_ENABLED 0x00000100
#define APIC_ISR                0x100 /* Eight registers each */
#define APIC_TMR                0x180
#define APIC_IRR                0x200
#define APIC_ESR                0x280
#define   APIC_SIV              0x00000020 /* Sent an illegal vector */
#define   APIC_RIV              0x00000040 /* Received an illegal vector */
#define   APIC_IRA              0x00000080 /* Illegal register address */
#define APIC_CMCI               0x2f0
#define APIC_ICR                0x300
#define   APIC_DM_FIXED         0x00000000
#define   APIC_DM_LOWEST        0x00000100
#define   APIC_DM_SMI           0x00000200
#define   APIC_DM_NMI           0x00000400
#define   APIC_DM_INIT          0x00000500
#define   APIC_DM_STARTUP       0x00000600
#define   APIC_DM_EXTINT        0x00000700
#define   APIC_DEST_LOGICAL     0x00000800
#define   APIC_ICR_BUSY         0x00001000 /* xAPIC only */
#define   APIC_INT_ASSERT       0x00004000
#define   APIC_INT_LEVELTRIG    0x00008000
#define   APIC_DEST_SELF        0x00040000
#define   APIC_DEST_ALL         0x00080000
#define   APIC_DEST_ALLBUT      0x000c0000
#define APIC_ICR2               0x310 /* xAPIC only */
#define APIC_LVTT               0x320
#define   APIC_TIMER_ONESHOT    0x00000000
#define   APIC_TIMER_PERIODIC   0x00020000
#define   APIC_TIMER_TSC_DEADLINE 0x00040000
#define APIC_LVTTHMR            0x330
#define APIC_LVTPC              0x340
#define APIC_LVT0               0x350
#define APIC_LVT1               0x360
#define APIC_LVTERR             0x370
#define   APIC_LVT_MASKED       0x00010000
#define APIC_TMICT              0x380
#define APIC_TMCCT              0x390
#define APIC_TDCR               0x3e0
#define   APIC_TDR_DIV_1        0x0000000b
#define APIC_SELF_IPI           0x3f0 /* x2APIC only */

enum apic_mode
{
    APIC_MODE_DISABLED,
    APIC_MODE_XAPIC,
    APIC_MODE_X2APIC,
};

/** The mode that apic_init() chose last. */
extern enum apic_mode cur_apic_mode;

/*
 * The mode that the functions below go by.  A test which uses one mode only
 * may define TEST_APIC_MODE to be it, ahead of all headers: then they take no
 * look at memory, and work in user mode.
 */
#ifdef TEST_APIC_MODE
# define CUR_APIC_MODE          TEST_APIC_MODE
#else
# define CUR_APIC_MODE          cur_apic_mode
#endif

/**
 * Put this CPU's APIC into a mode, and software-enable it with spurious vector
 * 0xff.
 *
 * @return 0, -ENODEV if there is no APIC, or no such mode of it.
 */
int apic_init(enum apic_mode mode);

/** Read or write an xAPIC register in its page, whatever the mode. */
static __always_inline uint32_t apic_mmio_read(unsigned int reg)
{
    return *(volatile uint32_t *)_p(APIC_DEFAULT_BASE + reg);
}

static __always_inline void apic_mmio_write(unsigned int reg, uint32_t val)
{
    *(volatile uint32_t *)_p(APIC_DEFAULT_BASE + reg) = val;
}

/** Read or write a register in the current mode. */
static __always_inline uint32_t apic_read(unsigned int reg)
{
    if ( CUR_APIC_MODE == APIC_MODE_X2APIC )
        return rdmsr(MSR_X2APIC_REGS + (reg >> 4));

    return apic_mmio_read(reg);
}

static __always_inline void apic_write(unsigned int reg, uint32_t val)
{
    if ( CUR_APIC_MODE == APIC_MODE_X2APIC )
        wrmsr(MSR_X2APIC_REGS + (reg >> 4), val);
    else
        apic_mmio_write(reg, val);
}

/**
 * Send an interrupt: the low half is the command, the high half the
 * destination in the format of the current mode (bits 56-63 for xAPIC, 32-63
 * for x2APIC).  Does not wait for delivery.
 */
static __always_inline void apic_icr_write(uint64_t val)
{
    if ( CUR_APIC_MODE == APIC_MODE_X2APIC )
        wrmsr(MSR_X2APIC_ICR, val);
    else
    {
        /* The low half sends. */
        apic_mmio_write(APIC_ICR2, val >> 32);
        apic_mmio_write(APIC_ICR, val);
    }
}

#endif /* XTF_X86_APIC_H */
