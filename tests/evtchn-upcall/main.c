/**
 * @file tests/evtchn-upcall/main.c
 * @ref test-evtchn-upcall
 *
 * @page test-evtchn-upcall Event channels: upcalls
 *
 * How Xen enters the guest when an event is pending: by the event callback of a
 * PV guest, by the callback vector of an HVM guest, or by an interrupt of the
 * HVM vCPU's local APIC (HVMOP_set_evtchn_upcall_vector).  The test handles
 * upcalls itself, without the framework's event channel driver.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <xtf.h>

#include <arch/apic.h>
#include <arch/cpuid.h>
#include <arch/idt.h>
#include <arch/irqflags.h>
#include <arch/mm.h>

const char test_title[] = "Event channels: upcalls";

/* The number of entries by each vector. */
static unsigned int entered[256];
static bool was_masked, leave_pending;

/*
 * What enters by the vector of a vCPU may find that the event has been taken, so
 * that such an entry counts in any case, up to so many repeated ones, too: see
 * evtchn_take_upcall().
 */
#define REPEATED 2

void do_evtchn(struct cpu_regs *regs)
{
    bool pending = leave_pending || evtchn_take_upcall();

    if ( pending || regs->entry_vector != UPCALL_VECTOR )
        entered[regs->entry_vector & 0xff]++;
    was_masked = !local_irq_enabled();
    leave_pending = false;
}

/* A new, unmasked port; the counters are 0. */
static long fresh_port(void)
{
    long port;

    memset(entered, 0, sizeof(entered));
    if ( evtchn_start(EVTCHN_2L) )
        return -1;

    port = evtchn_bind_ipi(0);
    evtchn_unmask(port);

    return port;
}

static void upcalls_on_and_off(void)
{
    local_irq_enable();
    local_irq_disable();
}

CASE("upcall: port pending -> entered once, event delivery disabled")
{
    long port = fresh_port();

    require_ok(hypercall_evtchn_send(port));
    expect_eq(entered[X86_VEC_XEN_CALLBACK], 0);
    upcalls_on_and_off();
    expect_eq(entered[X86_VEC_XEN_CALLBACK], 1);
    expect_true(was_masked);
    upcalls_on_and_off();
    expect_eq(entered[X86_VEC_XEN_CALLBACK], 1);
}

CASE("upcall: first entry leaves evtchn_upcall_pending set -> entered a second time")
{
    long port = fresh_port();

    leave_pending = true;
    require_ok(hypercall_evtchn_send(port));
    upcalls_on_and_off();
    expect_eq(entered[X86_VEC_XEN_CALLBACK], 2);
}

CASE("upcall: guest sets evtchn_upcall_pending, no port pending -> entered once")
{
    require_true(fresh_port() > 0);

    this_vcpu_info()->evtchn_upcall_pending = 1;
    local_irq_enable();
    hypercall_xen_version(XENVER_version, NULL);
    local_irq_disable();
    expect_eq(entered[X86_VEC_XEN_CALLBACK], 1);
}

CASE("upcall: two ports pending -> entered once")
{
    long port = fresh_port(), other = evtchn_bind_ipi(0);

    require_ok(evtchn_unmask(other));
    require_ok(hypercall_evtchn_send(port));
    require_ok(hypercall_evtchn_send(other));
    upcalls_on_and_off();
    expect_eq(entered[X86_VEC_XEN_CALLBACK], 1);
}

static long set_vector(uint32_t vcpu, uint8_t vector)
{
    xen_hvm_evtchn_upcall_vector_t op = { .vcpu = vcpu, .vector = vector };

    return hypercall_hvm_op(HVMOP_set_evtchn_upcall_vector, &op);
}

#ifdef CONFIG_PV

CASE("set_evtchn_upcall_vector: PV guest -> error")
{
    expect_true(set_vector(0, X86_VEC_XEN_APIC) < 0);
}

CASE("callback_op: unknown type, unknown command -> -ENOSYS, -ENOSYS or -EINVAL")
{
    struct callback_register cb = { .type = 100 };

    expect_errno(hypercall_register_callback(&cb), -ENOSYS);

    /* Xen returns -ENOSYS to a 64-bit guest, but -EINVAL to a 32-bit one. */
    expect_errno(hypercall_callback_op(99, &cb),
                 IS_DEFINED(CONFIG_64BIT) ? -ENOSYS : -EINVAL);
}

CASE("callback_op: unregister CALLBACKTYPE_event -> -EINVAL, callback still used")
{
    struct callback_unregister cb = { .type = CALLBACKTYPE_event };
    long port = fresh_port();

    expect_errno(hypercall_callback_op(CALLBACKOP_unregister, &cb), -EINVAL);
    require_ok(hypercall_evtchn_send(port));
    upcalls_on_and_off();
    expect_eq(entered[X86_VEC_XEN_CALLBACK], 1);
}

CASE("callback_op: argument at an unmapped address -> -EFAULT")
{
    expect_errno(hypercall_callback_op(CALLBACKOP_register, UNMAPPED_POINTER),
                 -EFAULT);
}

#else

CASE("set_evtchn_upcall_vector: vector below 16 -> -EINVAL")
{
    expect_errno(set_vector(0, 0), -EINVAL);
    expect_errno(set_vector(0, 15), -EINVAL);
}

CASE("set_evtchn_upcall_vector: vCPU does not exist -> -ENOENT")
{
    expect_errno(set_vector(smp_nr_vcpus(), X86_VEC_XEN_APIC), -ENOENT);
    expect_errno(set_vector(~0u, X86_VEC_XEN_APIC), -ENOENT);
}

CASE("set_evtchn_upcall_vector: argument at an unmapped address -> -EFAULT")
{
    expect_errno(hypercall_hvm_op(HVMOP_set_evtchn_upcall_vector,
                                  UNMAPPED_POINTER), -EFAULT);
}

/*
 * The cases from here on set the vector, which cannot be unset.  A PVH domain
 * keeps its callback vector as well, so upcalls enter by both.
 */
#undef XTF_CASE_STAGE
#define XTF_CASE_STAGE 1

CASE("set_evtchn_upcall_vector: local APIC enabled -> events enter by that vector")
{
    long port;
    unsigned int i;

    if ( !cpu_has_apic || apic_init(APIC_MODE_XAPIC) )
        skip_case("needs a local APIC");

    port = fresh_port();
    require_ok(set_vector(0, X86_VEC_XEN_APIC));
    upcalls_on_and_off();
    port = fresh_port();

    for ( i = 1; i <= 5; ++i )
    {
        const unsigned int before = entered[X86_VEC_XEN_APIC];

        require_ok(hypercall_evtchn_send(port));
        upcalls_on_and_off();
        expect_true(entered[X86_VEC_XEN_APIC] > before);

        evtchn_clear(port);
        this_vcpu_info()->evtchn_pending_sel = 0;
    }
    expect_range(entered[X86_VEC_XEN_APIC], 5, 5 + REPEATED);
}

CASE("set_evtchn_upcall_vector: task priority 0xf0 -> entered once it is lowered")
{
    long port;

    if ( !cpu_has_apic || apic_init(APIC_MODE_XAPIC) )
        skip_case("needs a local APIC");

    port = fresh_port();
    require_ok(set_vector(0, X86_VEC_XEN_APIC));
    upcalls_on_and_off();
    port = fresh_port();
    apic_write(APIC_TASKPRI, 0xf0);
    require_ok(hypercall_evtchn_send(port));
    upcalls_on_and_off();
    expect_eq(entered[X86_VEC_XEN_APIC], 0);

    apic_write(APIC_TASKPRI, 0);
    upcalls_on_and_off();
    expect_range(entered[X86_VEC_XEN_APIC], 1, 1 + REPEATED);
}

#endif
