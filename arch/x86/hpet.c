/*
 * Driver for the HPET, for tests of XTF.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <xtf/numbers.h>

#include <arch/hpet.h>

#include <xen/errno.h>

/* A timer's route has five bits. */
#define HPET_MAX_GSI    31

unsigned int hpet_nr_timers;

uint32_t hpet_read(unsigned int reg)
{
    return *(volatile uint32_t *)_p(HPET_BASE_ADDRESS + reg);
}

void hpet_write(unsigned int reg, uint32_t val)
{
    *(volatile uint32_t *)_p(HPET_BASE_ADDRESS + reg) = val;
}

int hpet_init(void)
{
    uint32_t id = hpet_read(HPET_ID);

    hpet_nr_timers = 0;

    /* Nothing answers at unoccupied addresses, and the revision is never 0. */
    if ( id == ~0u || !(id & HPET_ID_REV_MASK) )
        return -ENODEV;

    hpet_nr_timers = MASK_EXTR(id, HPET_ID_NUM_TIM_MASK) + 1;

    return 0;
}

bool hpet_timer_can(unsigned int idx, unsigned int gsi, bool periodic)
{
    return idx < hpet_nr_timers && gsi <= HPET_MAX_GSI &&
        (hpet_read(HPET_Tn_ROUTE_CAP(idx)) & (1u << gsi)) &&
        (!periodic || (hpet_read(HPET_Tn_CFG(idx)) & HPET_TN_PERIODIC_CAP));
}

int hpet_init_timer(unsigned int idx, unsigned int gsi, uint32_t ticks,
                    bool periodic, bool level, bool masked)
{
    uint32_t cfg = HPET_TN_32BIT | MASK_INSR(gsi, HPET_TN_ROUTE_MASK);

    if ( idx >= hpet_nr_timers || gsi > HPET_MAX_GSI )
        return -EINVAL;

    if ( level )
        cfg |= HPET_TN_LEVEL;
    if ( !masked )
        cfg |= HPET_TN_ENABLE;

    hpet_write(HPET_CFG, 0);
    hpet_write(HPET_COUNTER, 0);
    hpet_write(HPET_COUNTER + 4, 0);

    if ( periodic )
    {
        /*
         * With SETVAL, the first write is the time of the first shot, and the
         * second one the period.
         */
        hpet_write(HPET_Tn_CFG(idx), cfg | HPET_TN_PERIODIC | HPET_TN_SETVAL);
        hpet_write(HPET_Tn_CMP(idx), ticks);
    }
    else
        hpet_write(HPET_Tn_CFG(idx), cfg);
    hpet_write(HPET_Tn_CMP(idx), ticks);

    hpet_write(HPET_CFG, HPET_CFG_ENABLE);

    return 0;
}

uint32_t hpet_read_counter(void)
{
    return hpet_read(HPET_COUNTER);
}

uint32_t hpet_period(void)
{
    return hpet_read(HPET_PERIOD);
}
