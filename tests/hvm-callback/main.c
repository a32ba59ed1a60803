/**
 * @file tests/hvm-callback/main.c
 * @ref test-hvm-callback
 *
 * @page test-hvm-callback Event channels: HVM_PARAM_CALLBACK_IRQ
 *
 * Guests set the callback more than once: firmware, a boot loader and the
 * kernel have their own, and a kernel tries one kind after another.  Each
 * value is taken and reads back, also one that means nothing here, and must
 * not take events away from a guest that has no other way for them (PVH), or
 * that are pending at that moment.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <xtf.h>

#include <arch/apic.h>
#include <arch/cpuid.h>
#include <arch/idt.h>
#include <arch/irqflags.h>
#include <arch/traps.h>

const char test_title[] = "Event channels: HVM_PARAM_CALLBACK_IRQ";

#define VECTOR(v) (((uint64_t)HVM_PARAM_CALLBACK_TYPE_VECTOR << 56) | (v))

static unsigned int entered[256];

/* The vector of a vCPU may come late, when the event has been taken. */
static void take(const struct cpu_regs *regs)
{
    bool pending = evtchn_take_upcall();

    if ( pending || regs->entry_vector == X86_VEC_XEN_APIC )
        entered[regs->entry_vector & 0xff]++;
}

void do_evtchn(struct cpu_regs *regs)
{
    take(regs);
}

bool do_unhandled_exception(struct cpu_regs *regs)
{
    if ( regs->entry_vector != X86_VEC_AVAIL )
        return false;
    take(regs);

    return true;
}

static void restore(void *arg)
{
    hvm_set_param(HVM_PARAM_CALLBACK_IRQ, VECTOR(X86_VEC_XEN_CALLBACK));
    evtchn_start(EVTCHN_2L);
}

/* An unmasked port, and no entry counted; the callback is put back. */
static long fresh_port(void)
{
    long port;

    if ( evtchn_start(EVTCHN_2L) )
        return -1;
    port = evtchn_bind_ipi(0);
    evtchn_unmask(port);
    this_vcpu_info()->evtchn_upcall_pending = 0;
    this_vcpu_info()->evtchn_pending_sel = 0;
    local_irq_enable();
    local_irq_disable();
    memset(entered, 0, sizeof(entered));
    xtf_case_cleanup(restore, NULL);

    return port;
}

static void send_and_take(long port)
{
    expect_ok(hypercall_evtchn_send(port));
    local_irq_enable();
    local_irq_disable();
    evtchn_clear(port);
    this_vcpu_info()->evtchn_pending_sel = 0;
}

/* A PVH guest starts with start_info, and has no interrupt controllers. */
static bool is_pvh(void)
{
    return pvh_start_info;
}

/* GSI 0 is none; 1 the keyboard's; PCI device 3 INTB; types that are none. */
static const uint64_t values[] = {
    0, 1, (1ull << 56) | (3 << 11) | 1, 0xffull << 56, (3ull << 56) | 0x22,
};

CASE("set_param: HVM_PARAM_CALLBACK_IRQ is GSI, INTx or unknown -> 0, value reads back")
{
    unsigned int i;
    uint64_t val;

    require_true(fresh_port() > 0);
    for ( i = 0; i < ARRAY_SIZE(values); ++i )
    {
        expect_ok(hvm_set_param(HVM_PARAM_CALLBACK_IRQ, values[i]));
        val = ~0ull;
        expect_ok(hvm_get_param(HVM_PARAM_CALLBACK_IRQ, &val));
        expect_hex(val, values[i]);
    }
}

CASE("set_param: HVM_PARAM_CALLBACK_IRQ is no vector, PVH -> upcalls by the former vector")
{
    unsigned int i;
    long port = fresh_port();

    if ( !is_pvh() )
        skip_case("a PVH guest is needed: another has interrupt controllers");

    for ( i = 0; i < ARRAY_SIZE(values); ++i )
    {
        require_ok(hvm_set_param(HVM_PARAM_CALLBACK_IRQ, values[i]));
        send_and_take(port);
        expect_msg(entered[X86_VEC_XEN_CALLBACK] == i + 1,
                   "after value %#llx, %u events of %u have entered",
                   (unsigned long long)values[i],
                   entered[X86_VEC_XEN_CALLBACK], i + 1);
    }
}

CASE("set_param: HVM_PARAM_CALLBACK_IRQ is another vector -> upcalls by that vector only")
{
    long port = fresh_port();

    require_ok(hvm_set_param(HVM_PARAM_CALLBACK_IRQ, VECTOR(X86_VEC_AVAIL)));
    send_and_take(port);
    expect_eq(entered[X86_VEC_AVAIL], 1);
    expect_eq(entered[X86_VEC_XEN_CALLBACK], 0);

    require_ok(hvm_set_param(HVM_PARAM_CALLBACK_IRQ,
                             VECTOR(X86_VEC_XEN_CALLBACK)));
    send_and_take(port);
    expect_eq(entered[X86_VEC_AVAIL], 1);
    expect_eq(entered[X86_VEC_XEN_CALLBACK], 1);
}

CASE("set_param: HVM_PARAM_CALLBACK_IRQ set with an upcall pending -> upcall by the new vector")
{
    long port = fresh_port();

    require_ok(hypercall_evtchn_send(port));
    require_ok(hvm_set_param(HVM_PARAM_CALLBACK_IRQ, VECTOR(X86_VEC_AVAIL)));
    local_irq_enable();
    local_irq_disable();
    expect_eq(entered[X86_VEC_AVAIL], 1);
    expect_eq(entered[X86_VEC_XEN_CALLBACK], 0);
}

static long set_upcall_vector(uint8_t vector)
{
    xen_hvm_evtchn_upcall_vector_t op = { .vcpu = 0, .vector = vector };

    return hypercall_hvm_op(HVMOP_set_evtchn_upcall_vector, &op);
}

/*
 * From here on the vCPU has a vector of its own, for good; then an event may
 * enter by either.  Xen raises an event that is pending when it is set since
 * commit 7b5b8ca7dffd (4.17).
 */
#undef XTF_CASE_STAGE
#define XTF_CASE_STAGE 1

CASE("set_evtchn_upcall_vector: upcall pending -> upcall by that vector")
{
    long port;

    if ( !cpu_has_apic || apic_init(APIC_MODE_XAPIC) )
        skip_case("there is no local APIC");

    port = fresh_port();
    require_ok(hypercall_evtchn_send(port));
    require_ok(set_upcall_vector(X86_VEC_XEN_APIC));
    local_irq_enable();
    local_irq_disable();
    expect_true(entered[X86_VEC_XEN_APIC] >= 1);
}

CASE("set_param: HVM_PARAM_CALLBACK_IRQ is no vector, vCPU has an upcall vector -> upcalls by the upcall vector")
{
    unsigned int i;
    long port;

    if ( !cpu_has_apic || apic_init(APIC_MODE_XAPIC) )
        skip_case("there is no local APIC");

    port = fresh_port();
    for ( i = 0; i < ARRAY_SIZE(values); ++i )
    {
        const unsigned int before = entered[X86_VEC_XEN_APIC];

        require_ok(hvm_set_param(HVM_PARAM_CALLBACK_IRQ, values[i]));
        send_and_take(port);
        expect_msg(entered[X86_VEC_XEN_APIC] > before,
                   "after value %#llx, an event does not enter by the vCPU's "
                   "vector", (unsigned long long)values[i]);
    }
}
