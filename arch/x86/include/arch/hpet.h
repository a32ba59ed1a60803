/*
 * The HPET of an HVM guest, for tests of XTF.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef XTF_X86_HPET_H
#define XTF_X86_HPET_H

#include <stdbool.h>
#include <stdint.h>

#define HPET_BASE_ADDRESS       0xfed00000ul

/* Registers, 64 bits wide. */
#define HPET_ID                 0x000
#define   HPET_ID_REV_MASK      0x000000ff
#define   HPET_ID_NUM_TIM_MASK  0x00001f00 /* Index of the last timer */
#define   HPET_ID_COUNT_SIZE    0x00002000 /* 64-bit counter */
#define   HPET_ID_LEG_RT_CAP    0x00008000
#define HPET_PERIOD             0x004 /* The upper half of ID: femtoseconds a tick */
#define HPET_CFG                0x010
#define   HPET_CFG_ENABLE       0x00000001
#define   HPET_CFG_LEG_RT       0x00000002
#define HPET_STATUS             0x020
#define HPET_COUNTER            0x0f0
#define HPET_Tn_CFG(n)          (0x100 + (n) * 0x20)
#define   HPET_TN_LEVEL         0x00000002
#define   HPET_TN_ENABLE        0x00000004
#define   HPET_TN_PERIODIC      0x00000008
#define   HPET_TN_PERIODIC_CAP  0x00000010
#define   HPET_TN_64BIT_CAP     0x00000020
#define   HPET_TN_SETVAL        0x00000040
#define   HPET_TN_32BIT         0x00000100
#define   HPET_TN_ROUTE_MASK    0x00003e00
#define HPET_Tn_ROUTE_CAP(n)    (0x104 + (n) * 0x20) /* The upper half of CFG: bitmap of pins */
#define HPET_Tn_CMP(n)          (0x108 + (n) * 0x20)

/**
 * Read or write 32 bits at an offset; both halves of a register are writeable
 * alone.
 */
uint32_t hpet_read(unsigned int reg);
void hpet_write(unsigned int reg, uint32_t val);

/**
 * Find the HPET.  Nothing is written to it: a PVH dom0 may see the machine's,
 * which Xen uses.
 *
 * @return 0, or -ENODEV if there is none.
 */
int hpet_init(void);

/**
 * Start the counter from 0 with a timer armed, 32 bits wide.
 *
 * What the timer lacks is asked of it all the same; see hpet_timer_can().
 *
 * @param idx       The timer, below hpet_nr_timers.
 * @param gsi       The I/O APIC pin to raise.
 * @param ticks     When it fires, in ticks of the counter.
 * @param periodic  Again and again, rather than once?
 * @param level     Level-triggered, rather than an edge?
 * @param masked    Only compare, and raise no interrupt?
 * @return 0, or -EINVAL if there is no such timer or pin number.
 */
int hpet_init_timer(unsigned int idx, unsigned int gsi, uint32_t ticks,
                    bool periodic, bool level, bool masked);

/** Does a timer have a route to this pin and, if asked for, periodic mode? */
bool hpet_timer_can(unsigned int idx, unsigned int gsi, bool periodic);

/** The main counter's lower half. */
uint32_t hpet_read_counter(void);

/** Femtoseconds a tick of the counter. */
uint32_t hpet_period(void);

/** How many timers there are.  0 before hpet_init(), and without an HPET. */
extern unsigned int hpet_nr_timers;

#endif /* XTF_X86_HPET_H */
