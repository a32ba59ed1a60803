/**
 * @file tests/evtchn-upcall-state/main.c
 * @ref test-evtchn-upcall-state
 *
 * @page test-evtchn-upcall-state Event channels: upcalls and the state of interrupts
 *
 * What an HVM guest's interrupts are doing when an event comes: the local APIC
 * is off or disabled by software, its vector is masked or of lower priority than
 * one in service, an NMI comes at the same moment, interrupts are off, in the
 * shadow of STI, or the vCPU is halted.  The event is delivered once, as soon as
 * the state allows it, and leaves no interrupt behind that nobody asked for.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <xtf.h>

#include <arch/apic.h>
#include <arch/cpuid.h>
#include <arch/idt.h>
#include <arch/irqflags.h>
#include <arch/traps.h>

const char test_title[] = "Event channels: upcalls and the state of interrupts";

#define VECTOR X86_VEC_XEN_APIC
#define OTHER_VECTOR 0x60

/* What was entered, in order. */
static uint8_t order[16];
static volatile unsigned int nr_entered;

static void note(uint8_t vector)
{
    if ( nr_entered < ARRAY_SIZE(order) )
        order[nr_entered] = vector;
    nr_entered++;
}

static unsigned int count(uint8_t vector)
{
    unsigned int i, nr = 0;

    for ( i = 0; i < nr_entered && i < ARRAY_SIZE(order); ++i )
        nr += order[i] == vector;

    return nr;
}

/*
 * An interrupt of the local APIC counts whether or not an event is pending, and
 * may come twice: see evtchn_take_upcall().
 */
#define expect_entered(vector) expect_range(count(vector), 1, 2)

void do_evtchn(struct cpu_regs *regs)
{
    bool pending = evtchn_take_upcall();

    if ( pending || regs->entry_vector != X86_VEC_XEN_CALLBACK )
        note(regs->entry_vector);
}

bool do_unhandled_exception(struct cpu_regs *regs)
{
    if ( regs->entry_vector != X86_EXC_NMI &&
         regs->entry_vector != OTHER_VECTOR )
        return false;

    note(regs->entry_vector);
    if ( regs->entry_vector == OTHER_VECTOR )
        apic_write(APIC_EOI, 0);

    return true;
}

/* A fresh, unmasked port, and no entry counted. */
static long fresh_port(void)
{
    long port;

    local_irq_disable();
    if ( evtchn_start(EVTCHN_2L) )
        return -1;
    port = evtchn_bind_ipi(0);
    evtchn_unmask(port);
    this_vcpu_info()->evtchn_upcall_pending = 0;
    local_irq_enable();
    local_irq_disable();
    nr_entered = 0;

    return port;
}

static bool set_vector(uint8_t vector)
{
    xen_hvm_evtchn_upcall_vector_t op = { .vcpu = 0, .vector = vector };

    return !hypercall_hvm_op(HVMOP_set_evtchn_upcall_vector, &op);
}

static void irqs_on_and_off(void)
{
    local_irq_enable();
    local_irq_disable();
}

/* Is a vector requested of the local APIC? */
static bool in_irr(uint8_t vector)
{
    return apic_read(APIC_IRR + (vector / 32) * 0x10) & (1u << (vector % 32));
}

static bool requested(void)
{
    return in_irr(VECTOR);
}

static bool have_apic(void)
{
    if ( cpu_has_apic && !apic_init(APIC_MODE_XAPIC) )
        return true;
    xtf_case_skip("there is no local APIC");

    return false;
}

/*
 * By the domain's callback vector.
 */

CASE("upcall: NMI and event at the same time -> NMI first")
{
    long port;

    XTF_REQUIRE(have_apic());
    port = fresh_port();
    require_ok(hypercall_evtchn_send(port));
    apic_mmio_write(APIC_ICR2, 0);

    /* In the shadow of STI the event is still held off: both come after it. */
    asm volatile ("sti; movl %[cmd], (%[icr]); cli"
                  :: [cmd] "r" (APIC_DEST_SELF | APIC_DM_NMI),
                     [icr] "r" (APIC_DEFAULT_BASE + APIC_ICR) : "memory");

    if ( !count(X86_EXC_NMI) )
        skip_case("this APIC sends no NMI to its own processor");
    expect_eq(nr_entered, 2);
    expect_eq(order[0], X86_EXC_NMI);
    expect_eq(order[1], X86_VEC_XEN_CALLBACK);
}

CASE("upcall: NMI while interrupts are off -> event stays pending")
{
    long port = fresh_port();

    require_ok(hypercall_evtchn_send(port));
    if ( hypercall_vcpu_op(VCPUOP_send_nmi, 0, NULL) == -ENOSYS )
        skip_case("this guest has no VCPUOP_send_nmi");
    expect_eq(count(X86_EXC_NMI), 1);
    expect_eq(count(X86_VEC_XEN_CALLBACK), 0);
    irqs_on_and_off();
    expect_eq(count(X86_VEC_XEN_CALLBACK), 1);
}

CASE("upcall: event pending in the shadow of STI -> after one more instruction")
{
    long port = fresh_port();
    unsigned int before = ~0u, after = ~0u;

    require_ok(hypercall_evtchn_send(port));
    asm volatile ("sti; mov %[nr], %[before]; nop; mov %[nr], %[after]; cli"
                  : [before] "=&r" (before), [after] "=&r" (after)
                  : [nr] "m" (nr_entered) : "memory");
    expect_eq(before, 0);
    expect_eq(after, 1);
    expect_eq(nr_entered, 1);
}

CASE("upcall: STI and HLT with an event pending -> delivered at once")
{
    long port = fresh_port();

    require_ok(hypercall_evtchn_send(port));
    asm volatile ("sti; hlt; cli" ::: "memory");
    expect_eq(nr_entered, 1);
}

CASE("upcall: five events while interrupts are off -> delivered once")
{
    long port = fresh_port();
    unsigned int i;

    for ( i = 0; i < 5; ++i )
    {
        require_ok(hypercall_evtchn_send(port));
        evtchn_clear(port);
        this_vcpu_info()->evtchn_pending_sel = 0;
    }
    expect_eq(nr_entered, 0);
    irqs_on_and_off();
    expect_eq(nr_entered, 1);
}

CASE("upcall: callback vector with TPR 0xf0 -> delivered")
{
    long port;

    XTF_REQUIRE(have_apic());
    port = fresh_port();
    apic_write(APIC_TASKPRI, 0xf0);
    require_ok(hypercall_evtchn_send(port));
    irqs_on_and_off();
    apic_write(APIC_TASKPRI, 0);
    expect_eq(count(X86_VEC_XEN_CALLBACK), 1);
}

CASE("upcall: callback vector with the local APIC disabled or off -> delivered")
{
    long port;

    XTF_REQUIRE(have_apic());
    port = fresh_port();
    apic_write(APIC_SPIV, 0xff);
    require_ok(hypercall_evtchn_send(port));
    irqs_on_and_off();
    expect_eq(count(X86_VEC_XEN_CALLBACK), 1);

    port = fresh_port();
    apic_init(APIC_MODE_DISABLED);
    require_ok(hypercall_evtchn_send(port));
    irqs_on_and_off();
    apic_init(APIC_MODE_XAPIC);
    expect_eq(count(X86_VEC_XEN_CALLBACK), 1);
}

/*
 * By an interrupt of the local APIC.  From here on the vector is set, which
 * cannot be undone.  The callback vector stays, and enters as well.
 */

CASE("set_evtchn_upcall_vector: local APIC software-disabled -> vector not in IRR")
{
    XTF_REQUIRE(have_apic());
    require_true(fresh_port() > 0);
    apic_write(APIC_SPIV, 0xff);
    require_true(set_vector(VECTOR));
    expect_false(requested());
    apic_write(APIC_SPIV, APIC_SPIV_APIC_ENABLED | 0xff);

    /* Xen says by a spurious upcall that it may be late; none is left. */
    irqs_on_and_off();
    nr_entered = 0;
    irqs_on_and_off();
    expect_eq(nr_entered, 0);
}

CASE("set_evtchn_upcall_vector: event pending, APIC software-disabled -> delivered when enabled")
{
    long port;

    XTF_REQUIRE(have_apic());
    port = fresh_port();
    apic_write(APIC_SPIV, 0xff);
    require_ok(hypercall_evtchn_send(port));
    require_true(set_vector(VECTOR));

    /* A disabled APIC takes no interrupt; a guest that enables it looks. */
    expect_false(requested());
    apic_write(APIC_SPIV, APIC_SPIV_APIC_ENABLED | 0xff);
    expect_true(requested());
    irqs_on_and_off();
    expect_entered(VECTOR);
    expect_false(requested());
}

CASE("set_evtchn_upcall_vector: event pending, APIC enabled -> delivered")
{
    long port;

    XTF_REQUIRE(have_apic());
    port = fresh_port();
    require_ok(hypercall_evtchn_send(port));
    require_true(set_vector(VECTOR));
    expect_true(requested());
    irqs_on_and_off();
    expect_entered(VECTOR);
}

CASE("set_evtchn_upcall_vector: another vector, event pending -> delivered by that one, too")
{
    long port;

    XTF_REQUIRE(have_apic());
    port = fresh_port();
    require_true(set_vector(VECTOR));
    require_ok(hypercall_evtchn_send(port));
    expect_false(in_irr(OTHER_VECTOR));
    require_true(set_vector(OTHER_VECTOR));
    expect_true(in_irr(OTHER_VECTOR));
    irqs_on_and_off();
    expect_entered(OTHER_VECTOR);
    expect_entered(VECTOR);
    require_true(set_vector(VECTOR));
}

/* HVM_PARAM_CALLBACK_IRQ: type 0 is a GSI, type 1 an INTx line of a device. */
CASE("set_param: HVM_PARAM_CALLBACK_IRQ a GSI or INTx in a PVH domain -> still by vector")
{
    static const uint64_t vias[] = { 9, (1ull << 56) | (3 << 11) };
    unsigned int i;

    if ( !pvh_start_info )
        skip_case("needs a PVH domain: another one has these interrupts");

    for ( i = 0; i < ARRAY_SIZE(vias); ++i )
    {
        long port = fresh_port();

        hvm_set_param(HVM_PARAM_CALLBACK_IRQ, vias[i]);
        require_ok(hypercall_evtchn_send(port));
        irqs_on_and_off();
        expect_eq(count(X86_VEC_XEN_CALLBACK), 1);
    }
}

CASE("upcall: upcall vector, APIC software-disabled -> delivered when enabled")
{
    long port;

    XTF_REQUIRE(have_apic());
    port = fresh_port();
    apic_write(APIC_SPIV, 0xff);
    require_ok(hypercall_evtchn_send(port));
    expect_false(requested());
    apic_write(APIC_SPIV, APIC_SPIV_APIC_ENABLED | 0xff);
    expect_true(requested());
    irqs_on_and_off();
    expect_entered(VECTOR);
}

CASE("upcall: upcall vector, APIC globally disabled -> delivered when enabled")
{
    long port;

    XTF_REQUIRE(have_apic());
    port = fresh_port();
    apic_init(APIC_MODE_DISABLED);
    require_ok(hypercall_evtchn_send(port));

    /* Switched on it has lost its state, and is disabled by software. */
    require_ok(apic_init(APIC_MODE_XAPIC));
    expect_true(requested());
    irqs_on_and_off();
    expect_entered(VECTOR);
}

CASE("upcall: APIC enabled with nothing pending -> upcall vector not in IRR")
{
    XTF_REQUIRE(have_apic());
    require_true(fresh_port() > 0);
    apic_write(APIC_SPIV, 0xff);
    apic_write(APIC_SPIV, APIC_SPIV_APIC_ENABLED | 0xff);
    expect_false(requested());
    irqs_on_and_off();
    expect_eq(nr_entered, 0);
}

CASE("upcall: three events while the upcall vector is in IRR -> delivered once")
{
    long port;
    unsigned int i;

    XTF_REQUIRE(have_apic());
    port = fresh_port();
    for ( i = 0; i < 3; ++i )
    {
        require_ok(hypercall_evtchn_send(port));
        evtchn_clear(port);
        this_vcpu_info()->evtchn_pending_sel = 0;
        this_vcpu_info()->evtchn_upcall_pending = 0;
    }
    expect_true(requested());
    irqs_on_and_off();
    expect_entered(VECTOR);
    expect_eq(count(X86_VEC_XEN_CALLBACK), 0);
}

CASE("upcall: upcall vector in x2APIC mode -> delivered")
{
    long port;

    if ( !cpu_has_x2apic )
        skip_case("there is no x2APIC");
    XTF_REQUIRE(have_apic());
    require_ok(apic_init(APIC_MODE_X2APIC));
    port = fresh_port();
    require_ok(hypercall_evtchn_send(port));
    expect_true(requested());
    irqs_on_and_off();
    expect_entered(VECTOR);
    require_ok(apic_init(APIC_MODE_XAPIC));
}
