/*
 * PIRQs that a real device raises.
 *
 * The device is the PC's keyboard controller.  A byte that is put into its own
 * output buffer by command raises its interrupt until the byte is read.  Only
 * a PV dom0 can use it: an HVM guest, PVH dom0 included, takes host interrupts
 * by its local APIC and not as events.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <xtf.h>
#include <xtf/harness/needs.h>

#include <arch/lib.h>
#include <arch/mm.h>

#ifdef CONFIG_PV

#define KBD_IRQ      1
#define KBD_DATA     0x60
#define KBD_STATUS   0x64
#define KBD_COMMAND  0x64

#define STATUS_OUTPUT_FULL 0x01
#define STATUS_INPUT_FULL  0x02

#define CMD_WRITE_MODE   0x60
#define CMD_WRITE_OUTPUT 0xd2

/* The mouse off, and a keyboard's interrupt off or on. */
#define MODE_QUIET     0x24
#define MODE_INTERRUPT 0x25

static void kbd_write(uint8_t val, uint16_t port)
{
    unsigned int i;

    for ( i = 0; i < 1000 && (inb(KBD_STATUS) & STATUS_INPUT_FULL); ++i )
        continue;

    outb(val, port);
}

/* Raise the interrupt line, if enabled; kbd_acknowledge() lowers it again. */
static void kbd_raise(uint8_t byte)
{
    kbd_write(CMD_WRITE_OUTPUT, KBD_COMMAND);
    kbd_write(byte, KBD_DATA);
}

/* Lower the interrupt line.  @return the byte that was read. */
static uint8_t kbd_acknowledge(void)
{
    return inb(KBD_DATA);
}

static void kbd_drain(void)
{
    unsigned int i;

    for ( i = 0; i < 16 && (inb(KBD_STATUS) & STATUS_OUTPUT_FULL); ++i )
        kbd_acknowledge();
}

static void kbd_set_mode(uint8_t mode)
{
    kbd_write(CMD_WRITE_MODE, KBD_COMMAND);
    kbd_write(mode, KBD_DATA);
}

/* PHYSDEVOP_set_iopl applies to the calling vCPU; this test uses vCPU 0. */
static bool may_use_ports(void)
{
    physdev_set_iopl_t op = { .iopl = 1 };
    physdev_map_pirq_t map = {
        .domid = DOMID_SELF, .type = MAP_PIRQ_TYPE_GSI,
        .index = KBD_IRQ, .pirq = KBD_IRQ,
    };

    /* PHYSDEVOP_map_pirq of a GSI succeeds in dom0 alone. */
    return !hypercall_physdev_op(PHYSDEVOP_set_iopl, &op) &&
        !hypercall_physdev_op(PHYSDEVOP_map_pirq, &map) &&
        inb(KBD_STATUS) != 0xff;
}

/*
 * True if there is a keyboard controller that this domain may use.  It has
 * then no byte to read and its interrupt is enabled.
 */
static bool kbd_start(void)
{
    bool answers;

    if ( !may_use_ports() )
        return false;

    /*
     * With the interrupt disabled: Xen may keep one that arrives now for the
     * next bind_pirq.
     */
    kbd_set_mode(MODE_QUIET);
    kbd_drain();
    kbd_raise(0x55);
    answers = kbd_acknowledge() == 0x55;
    kbd_drain();
    kbd_set_mode(MODE_INTERRUPT);

    return answers;
}

static long bind_kbd(void)
{
    return evtchn_bind_pirq(KBD_IRQ, 0);
}

/*
 * Another processor may take the interrupt.  Xen there sets the pending bit
 * before it sets evtchn_upcall_pending.
 */
static bool wait_for_upcall(unsigned int vcpu)
{
    const uint64_t end = time_now() + SECONDS(60);

    while ( !ACCESS_ONCE(xtf_vcpu_info[vcpu]->evtchn_upcall_pending) &&
            time_now() < end )
        time_sleep(MILLISECONDS(1));

    return xtf_vcpu_info[vcpu]->evtchn_upcall_pending;
}

#define need_kbd()                                                      \
    if ( !kbd_start() )                                                 \
        skip_case("needs a PV dom0 on a machine with a keyboard controller")

EVTCHN_CASE("PIRQ: device raises its interrupt -> its port alone is pending")
{
    long port, other;

    need_kbd();
    other = evtchn_alloc();
    port = bind_kbd();
    require_msg(port > 0, "bind_pirq returned %ld, expected a port", port);
    expect_false(evtchn_is_pending(port));

    kbd_raise(0x11);
    expect_true(evtchn_wait(port, SECONDS(60)));
    expect_false(evtchn_is_pending(other));
    expect_true(evtchn_is_masked(port));
    expect_hex(kbd_acknowledge(), 0x11);
    expect_port(port, PORT_PIRQ(KBD_IRQ), 0);
}

EVTCHN_CASE("PIRQ: device raises its interrupt 5 times -> each delivered once")
{
    unsigned int i;
    long port;

    need_kbd();
    port = bind_kbd();
    require_ok(evtchn_unmask(port));

    for ( i = 0; i < 5; ++i )
    {
        kbd_raise(0x20 + i);
        expect_true(wait_for_upcall(0));
        expect_hex(kbd_acknowledge(), 0x20 + i);
        evtchn_deliver();
        expect_delivered(port);
    }

    evtchn_deliver();
    expect_none_delivered();
}

EVTCHN_CASE("PIRQ: port masked -> pending, delivered after unmask")
{
    long port;

    need_kbd();
    port = bind_kbd();
    kbd_raise(0x31);
    expect_true(evtchn_wait(port, SECONDS(60)));
    kbd_acknowledge();
    evtchn_deliver();
    expect_none_delivered();

    require_ok(evtchn_unmask(port));
    evtchn_deliver();
    expect_delivered(port);
}

EVTCHN_CASE("PIRQ: port rebound to the last vCPU, later reset and bound again -> notifies that vCPU, vCPU 0")
{
    const unsigned int last = smp_usable_vcpus() - 1;
    long port;

    need_kbd();
    need_vcpus(2);

    port = bind_kbd();
    require_ok(evtchn_unmask(port));
    require_ok(evtchn_bind_vcpu(port, last));
    kbd_raise(0x41);
    expect_true(wait_for_upcall(last));
    kbd_acknowledge();
    expect_true(evtchn_is_pending(port));
    expect_false(xtf_vcpu_info[0]->evtchn_upcall_pending);

    require_ok(evtchn_reset());
    require_ok(evtchn_start(evtchn_abi));
    port = bind_kbd();
    require_ok(evtchn_unmask(port));
    kbd_raise(0x42);
    expect_true(wait_for_upcall(0));
    kbd_acknowledge();
    evtchn_deliver();
    expect_delivered(port);
}

EVTCHN_CASE("PIRQ: port closed, later bound again -> no port pending, delivered")
{
    long port, other;

    need_kbd();
    port = bind_kbd();
    require_ok(hypercall_evtchn_close(port));
    other = evtchn_bind_ipi(0);
    expect_eq(other, port);
    kbd_raise(0x51);
    time_sleep(MILLISECONDS(5));
    kbd_acknowledge();
    expect_false(evtchn_is_pending(other));

    port = bind_kbd();
    require_msg(port > 0, "bind_pirq returned %ld, expected a port", port);
    /* Xen may raise the interrupt that arrived while the PIRQ was unbound. */
    evtchn_wait(port, MILLISECONDS(200));
    evtchn_clear(port);
    kbd_raise(0x52);
    expect_true(evtchn_wait(port, SECONDS(60)));
    kbd_acknowledge();
}

CASE_2L("bind_pirq: BIND_PIRQ__WILL_SHARE, PIRQ already bound without it -> -EEXIST")
{
    long port;

    need_kbd();
    port = bind_kbd();
    expect_ev_error(evtchn_bind_pirq(KBD_IRQ, BIND_PIRQ__WILL_SHARE), -EEXIST);
    expect_port(port, PORT_PIRQ(KBD_IRQ), 0);
}

static long eoi(uint32_t irq)
{
    physdev_eoi_t op = { .irq = irq };

    return hypercall_physdev_op(PHYSDEVOP_eoi, &op);
}

EVTCHN_CASE("PHYSDEVOP_eoi: PIRQ bound, PIRQ out of range -> port unchanged, -EINVAL")
{
    long port;

    need_kbd();
    port = bind_kbd();
    expect_ok(eoi(KBD_IRQ));
    expect_false(evtchn_is_pending(port));

    kbd_raise(0x61);
    expect_true(evtchn_wait(port, SECONDS(60)));
    kbd_acknowledge();
    expect_ok(eoi(KBD_IRQ));
    expect_true(evtchn_is_pending(port));
    expect_true(evtchn_is_masked(port));

    expect_ev_error(eoi(~0u), -EINVAL);
    expect_ev_error(eoi(1u << 31), -EINVAL);
    expect_ev_error(hypercall_physdev_op(PHYSDEVOP_eoi, UNMAPPED_POINTER),
                    -EFAULT);
}

static long query(uint32_t irq, uint32_t *flags)
{
    physdev_irq_status_query_t op = { .irq = irq, .flags = 0x5a5a5a5a };
    long rc = hypercall_physdev_op(PHYSDEVOP_irq_status_query, &op);

    *flags = op.flags;

    return rc;
}

CASE_2L("PHYSDEVOP_irq_status_query: PIRQ bound, PIRQ out of range -> not shared, -EINVAL")
{
    uint32_t flags;
    long port;

    need_kbd();
    port = evtchn_bind_pirq(KBD_IRQ, BIND_PIRQ__WILL_SHARE);
    require_msg(port > 0, "bind_pirq returned %ld, expected a port", port);
    require_ok(query(KBD_IRQ, &flags));
    expect_hex(flags & ~XENIRQSTAT_needs_eoi, 0);

    expect_ev_error(query(~0u, &flags), -EINVAL);
    expect_hex(flags, 0x5a5a5a5a);
}

/*
 * PHYSDEVOP_pirq_eoi_gmfn_v1 gives the domain a bitmap of the PIRQs that need
 * an EOI.  It cannot be unregistered, so this case comes last.
 */
#undef XTF_CASE_STAGE
#define XTF_CASE_STAGE 1

static uint8_t eoi_map[PAGE_SIZE] __page_aligned_bss;

static long set_eoi_map(const void *va)
{
    physdev_pirq_eoi_gmfn_t op = { .gmfn = virt_to_gfn(va) };

    return hypercall_physdev_op(PHYSDEVOP_pirq_eoi_gmfn_v1, &op);
}

EVTCHN_CASE("PHYSDEVOP_eoi: after PHYSDEVOP_pirq_eoi_gmfn_v1 -> unmasks the port")
{
    static bool set;
    long port;

    need_kbd();
    if ( !set )
        require_ok(set_eoi_map(eoi_map));
    set = true;

    port = bind_kbd();
    expect_true(evtchn_is_masked(port));
    kbd_raise(0x71);
    expect_true(evtchn_wait(port, SECONDS(60)));
    kbd_acknowledge();
    require_ok(eoi(KBD_IRQ));
    expect_false(evtchn_is_masked(port));
    evtchn_deliver();
    expect_delivered(port);

    /* An edge-triggered PIRQ needs no EOI.  A domain has one bitmap only. */
    expect_eq(test_bit(KBD_IRQ, eoi_map), 0);
    expect_errno(set_eoi_map(eoi_map), -EBUSY);
}

#endif
