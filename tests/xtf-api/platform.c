/**
 * @file tests/xtf-api/platform.c
 *
 * What the calls for interrupt controllers, timers and services do.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <xtf.h>

CASE("hypercall_evtchn_alloc_unbound: the structure -> its port is filled in")
{
    struct evtchn_alloc_unbound op = {
        .dom = DOMID_SELF, .remote_dom = DOMID_SELF,
    };

    require_ok(hypercall_evtchn_alloc_unbound(&op));
    expect_ne(op.port, 0);
    expect_ok(hypercall_evtchn_close(op.port));
}

CASE("xenstore_init: domain with, without xenstore -> 0, -ENODEV")
{
    expect_errno(xenstore_init(), xenstore_available() ? 0 : -ENODEV);
}

#ifdef CONFIG_HVM

CASE("ioapic_set_mask: last pin, the one after -> 0, -EINVAL")
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

CASE("hpet_init_timer: valid, invalid timer and pin -> timer set, -EINVAL")
{
    unsigned int i;

    /* Dom0's is the machine's, if it has one, and not there to be written. */
    if ( xtf_get_domid() <= 0 )
        skip_case("needs an HVM domU, whose HPET Xen emulates");
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
    for ( i = 0; i < 1000000 && hpet_read_counter() < 1; ++i )
        pause();
    expect_ne(hpet_read_counter(), 0);
}

/* See fixed-apic.c */
void fixed_apic_send(unsigned int vector);

/* The vector that was sent last, illegal or not, stays in the register. */
static unsigned int last_vector(void)
{
    return apic_read(APIC_ICR) & 0xff;
}

CASE("apic_icr_write: illegal vector in xAPIC, x2APIC mode -> APIC_SIV")
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
