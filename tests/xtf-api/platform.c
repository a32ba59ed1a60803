/**
 * @file tests/xtf-api/platform.c
 *
 * What the calls for interrupt controllers, timers and services do.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <xtf.h>

CASE("hypercall_evtchn_alloc_unbound: takes the structure, and fills in the port")
{
    struct evtchn_alloc_unbound op = {
        .dom = DOMID_SELF, .remote_dom = DOMID_SELF,
    };

    require_ok(hypercall_evtchn_alloc_unbound(&op));
    expect_ne(op.port, 0);
    expect_ok(hypercall_evtchn_close(op.port));
}

CASE("xenstore_init: 0 with a xenstore, else -ENODEV")
{
    expect_errno(xenstore_init(), xenstore_available() ? 0 : -ENODEV);
}

#ifdef CONFIG_HVM

CASE("ioapic_set_mask: -EINVAL past the last pin")
{
    if ( ioapic_init() )
        skip_case("this domain has no I/O APIC");

    require_ne(ioapic_nr_pins, 0);
    expect_ok(ioapic_set_mask(ioapic_nr_pins - 1, false));
    expect_eq(ioapic_read_entry(ioapic_nr_pins - 1).mask, 0);
    expect_ok(ioapic_set_mask(ioapic_nr_pins - 1, true));
    expect_eq(ioapic_read_entry(ioapic_nr_pins - 1).mask, 1);
    expect_errno(ioapic_set_mask(ioapic_nr_pins, true), -EINVAL);
}

CASE("hpet_init_timer: the timer is set as asked, and the counter runs from 0")
{
    if ( hpet_init() )
        skip_case("this domain has no HPET");

    require_ne(hpet_nr_timers, 0);
    expect_errno(hpet_init_timer(hpet_nr_timers, 2, 1, false, false, false),
                 -EINVAL);
    expect_errno(hpet_init_timer(0, 32, 1, false, false, false), -EINVAL);

    require_ok(hpet_init_timer(0, 20, ~0u, false, true, true));
    expect_hex(hpet_read(HPET_Tn_CFG(0)) & (HPET_TN_LEVEL | HPET_TN_ENABLE),
               HPET_TN_LEVEL);
    expect_hex(hpet_read(HPET_Tn_CMP(0)), ~0u);
    expect_true(hpet_read(HPET_CFG) & HPET_CFG_ENABLE);
    while ( hpet_read_counter() < 1 )
        pause();

    expect_ok(hpet_init());
}

/* See fixed-apic.c */
void fixed_apic_send(unsigned int vector);

/* The vector that was sent last, illegal or not, stays in the register. */
static unsigned int last_vector(void)
{
    return apic_read(APIC_ICR) & 0xff;
}

CASE("apic_icr_write: an interrupt of illegal vector is an error, in each mode")
{
    if ( !cpu_has_apic || apic_init(APIC_MODE_XAPIC) )
        skip_case("this domain has no local APIC");

    expect_eq(CUR_APIC_MODE, APIC_MODE_XAPIC);
    expect_hex(apic_read(APIC_ESR), 0);

    fixed_apic_send(0xd);
    expect_hex(last_vector(), 0xd);
    apic_write(APIC_ESR, 0);
    expect_true(apic_read(APIC_ESR) & APIC_SIV);
    expect_false(apic_read(APIC_ESR) & ~(APIC_SIV | APIC_RIV));

    apic_icr_write(APIC_DEST_SELF | APIC_DM_FIXED | 0xe);
    expect_hex(last_vector(), 0xe);

    if ( !cpu_has_x2apic )
        return;

    require_ok(apic_init(APIC_MODE_X2APIC));
    expect_eq(CUR_APIC_MODE, APIC_MODE_X2APIC);
    apic_icr_write(APIC_DEST_SELF | APIC_DM_FIXED | 0xf);
    expect_hex(last_vector(), 0xf);
    require_ok(apic_init(APIC_MODE_XAPIC));
}

#endif
