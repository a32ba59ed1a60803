/**
 * @file tests/xtf-api/fixed-apic.c
 *
 * The APIC's functions for a test that uses one mode only.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#define TEST_APIC_MODE APIC_MODE_XAPIC

#include <xtf.h>

BUILD_BUG_ON(CUR_APIC_MODE != APIC_MODE_XAPIC);

/** Send this CPU an interrupt, whatever cur_apic_mode says. */
void fixed_apic_send(unsigned int vector)
{
    enum apic_mode was = cur_apic_mode;

    cur_apic_mode = APIC_MODE_X2APIC;
    apic_icr_write(APIC_DEST_SELF | APIC_DM_FIXED | vector);
    cur_apic_mode = was;
}
