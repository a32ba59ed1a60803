/*
 * The I/O APIC of an HVM guest, for tests of XTF.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef XTF_X86_IOAPIC_H
#define XTF_X86_IOAPIC_H

#include <stdbool.h>
#include <stdint.h>

#define IOAPIC_DEFAULT_BASE     0xfec00000ul

/* Registers, through an index and a data window. */
#define IOAPIC_REG_ID           0x00
#define IOAPIC_REG_VERSION      0x01
#define   IOAPIC_VERSION_MASK   0x000000ff
#define   IOAPIC_MAX_ENTRY_MASK 0x00ff0000
#define IOAPIC_REG_RTE(pin)     (0x10 + (pin) * 2) /* Low half; the high one follows */

/* An entry of the redirection table. */
union ioapic_rte
{
    uint64_t raw;
    struct
    {
        uint32_t lo, hi;
    };
    struct
    {
        uint64_t vector:8;
        uint64_t delivery_mode:3;   /* As in the local APIC's ICR */
        uint64_t dest_mode:1;       /* Logical */
        uint64_t delivery_status:1;
        uint64_t polarity:1;        /* Active low */
        uint64_t remote_irr:1;
        uint64_t trigger:1;         /* Level */
        uint64_t mask:1;
        uint64_t :39;
        uint64_t dest:8;
    };
};

/**
 * Find the I/O APIC and mask all of its pins.
 *
 * @return 0, or -ENODEV if there is none.
 */
int ioapic_init(void);

/** How many pins it has.  0 before ioapic_init(). */
extern unsigned int ioapic_nr_pins;

uint32_t ioapic_read(unsigned int reg);
void ioapic_write(unsigned int reg, uint32_t val);

/**
 * A pin's whole entry.  While the halves of an unmasked one are being written,
 * the pin is masked.
 */
union ioapic_rte ioapic_read_entry(unsigned int pin);
void ioapic_write_entry(unsigned int pin, union ioapic_rte rte);

/** Mask or unmask a pin.  @return 0, or -EINVAL if there is no such pin. */
int ioapic_set_mask(unsigned int pin, bool mask);

#endif /* XTF_X86_IOAPIC_H */
