/*
 * Driver for the I/O APIC, for tests of XTF.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <xtf/numbers.h>

#include <arch/ioapic.h>

#include <xen/errno.h>

/* Offsets in the I/O APIC's page. */
#define IOREGSEL    0x00
#define IOWIN       0x10

unsigned int ioapic_nr_pins;

static volatile uint32_t *ioapic_mmio(unsigned int offset)
{
    return _p(IOAPIC_DEFAULT_BASE + offset);
}

uint32_t ioapic_read(unsigned int reg)
{
    *ioapic_mmio(IOREGSEL) = reg;

    return *ioapic_mmio(IOWIN);
}

void ioapic_write(unsigned int reg, uint32_t val)
{
    *ioapic_mmio(IOREGSEL) = reg;
    *ioapic_mmio(IOWIN) = val;
}

int ioapic_init(void)
{
    uint32_t version = ioapic_read(IOAPIC_REG_VERSION);

    /* Nothing answers at unoccupied addresses. */
    if ( version == ~0u || !(version & IOAPIC_VERSION_MASK) )
        return -ENODEV;

    ioapic_nr_pins = MASK_EXTR(version, IOAPIC_MAX_ENTRY_MASK) + 1;

    for ( unsigned int pin = 0; pin < ioapic_nr_pins; pin++ )
        ioapic_set_mask(pin, true);

    return 0;
}

union ioapic_rte ioapic_read_entry(unsigned int pin)
{
    return (union ioapic_rte){
        .lo = ioapic_read(IOAPIC_REG_RTE(pin)),
        .hi = ioapic_read(IOAPIC_REG_RTE(pin) + 1),
    };
}

void ioapic_write_entry(unsigned int pin, union ioapic_rte rte)
{
    ioapic_set_mask(pin, true);
    ioapic_write(IOAPIC_REG_RTE(pin) + 1, rte.hi);
    ioapic_write(IOAPIC_REG_RTE(pin), rte.lo);
}

int ioapic_set_mask(unsigned int pin, bool mask)
{
    union ioapic_rte rte;

    if ( pin >= ioapic_nr_pins )
        return -EINVAL;

    rte = (union ioapic_rte){ .lo = ioapic_read(IOAPIC_REG_RTE(pin)) };
    rte.mask = mask;
    ioapic_write(IOAPIC_REG_RTE(pin), rte.lo);

    return 0;
}
