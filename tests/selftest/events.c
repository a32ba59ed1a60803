/*
 * The shared info page, and event channel upcalls.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "selftest.h"

static const volatile struct vcpu_time_info *time_info(void)
{
#ifdef CONFIG_PV
    return &shared_info.vcpu_info[0].time;
#else
    return (const volatile void *)&shared_info.vcpu_info[0].time;
#endif
}

CASE("shared_info: mapped at boot -> version, TSC stamp, scale and wall clock are set")
{
    const volatile struct vcpu_time_info *t = time_info();

    /* An odd version is an update in progress, which its vCPU never sees. */
    expect_eq(t->version % 2, 0);
    expect_ne(t->version, 0);
    expect_ne(t->tsc_timestamp, 0);
    expect_ne(t->tsc_to_system_mul, 0);
    expect_ne(shared_info.wc_sec, 0);
}

static long loop_port, peer_port;
/*
 * There may be more upcalls than events, but not fewer: a previous upcall may
 * have handled the event already.
 */
static unsigned int nr_upcalls, nr_events;
static bool enabled_within, from_user;

static void note_upcall(struct cpu_regs *regs)
{
    nr_upcalls++;
    enabled_within |= local_irq_enabled();
    from_user |= cpu_regs_user(regs);
    shared_info.vcpu_info[0].evtchn_pending_sel = 0;

    if ( test_and_clear_bit(peer_port, shared_info.evtchn_pending) )
        nr_events++;
}

static void close_loop(void *unused)
{
    local_irq_disable();
    upcall_hook = NULL;
    hypercall_evtchn_close(loop_port);
    hypercall_evtchn_close(peer_port);
    clear_bit(peer_port, shared_info.evtchn_pending);
    shared_info.vcpu_info[0].evtchn_upcall_pending = 0;
}

/* A channel of this domain to itself: a send to loop_port raises peer_port. */
static bool open_loop(void)
{
    struct evtchn_bind_interdomain bind = { .remote_dom = DOMID_SELF };

    peer_port = evtchn_alloc_unbound(DOMID_SELF, DOMID_SELF);
    if ( !expect_true(peer_port > 0) )
        return false;

    bind.remote_port = peer_port;
    if ( !expect_ok(hypercall_event_channel_op(EVTCHNOP_bind_interdomain,
                                               &bind)) )
        return false;

    loop_port = bind.local_port;
    clear_bit(loop_port, shared_info.evtchn_pending);
    clear_bit(peer_port, shared_info.evtchn_pending);
    clear_bit(peer_port, shared_info.evtchn_mask);
    shared_info.vcpu_info[0].evtchn_pending_sel = 0;
    shared_info.vcpu_info[0].evtchn_upcall_pending = 0;
    xtf_case_cleanup(close_loop, NULL);
    upcall_hook = note_upcall;
    nr_upcalls = nr_events = 0;
    enabled_within = from_user = false;

    return true;
}

CASE("local_irq_enable(): event pending -> handled once, event delivery disabled meanwhile")
{
    if ( !open_loop() )
        return;

    local_irq_disable();
    expect_false(local_irq_enabled());
    expect_ok(hypercall_evtchn_send(loop_port));
    expect_eq(nr_upcalls, 0);
    expect_true(test_bit(peer_port, shared_info.evtchn_pending));
    expect_eq(shared_info.vcpu_info[0].evtchn_upcall_pending, 1);

    local_irq_enable();
    expect_eq(nr_events, 1);
    expect_false(enabled_within);
    expect_true(local_irq_enabled());

    /* The event is not handled a second time. */
    hypercall_yield();
    expect_eq(nr_events, 1);
}

CASE("local_irq_enable(), local_irq_disable(): event sent -> handled at once, not handled")
{
    if ( !open_loop() )
        return;

    local_irq_enable();
    expect_eq(nr_events, 0);
    expect_ok(hypercall_evtchn_send(loop_port));
    expect_eq(nr_events, 1);
    expect_ok(hypercall_evtchn_send(loop_port));
    expect_eq(nr_events, 2);
    expect_true(local_irq_enabled());

    local_irq_disable();
    expect_ok(hypercall_evtchn_send(loop_port));
    expect_eq(nr_events, 2);
    expect_false(local_irq_enabled());
}

CASE("upcall: kernel mode -> registers and flags unchanged")
{
    unsigned long b = 0x11111111, s = 0x44444444, d = 0x55555555, flags;

    if ( !open_loop() )
        return;

    expect_ok(hypercall_evtchn_send(loop_port));
#ifdef CONFIG_HVM
    asm volatile ("stc; sti; nop; cli; pushf; pop %[flags]"
                  : "+b" (b), "+S" (s), "+D" (d), [flags] "=r" (flags)
                  :: "memory", "cc");
#else
    /* Xen checks the mask when it returns to the guest. */
    shared_info.vcpu_info[0].evtchn_upcall_mask = 0;
    asm volatile ("stc; 1: ud2; 2: pushf; pop %[flags];"
                  _ASM_EXTABLE(1b, 2b)
                  : "+b" (b), "+S" (s), "+D" (d), [flags] "=r" (flags)
                  :: "memory", "cc");
    local_irq_disable();
#endif

    expect_eq(nr_events, 1);
    expect_hex(b, 0x11111111);
    expect_hex(s, 0x44444444);
    expect_hex(d, 0x55555555);
    expect_true(flags & X86_EFLAGS_CF);
}

static unsigned long __user_text returns_magic(void)
{
    return 0x89abcdef;
}

static void restore_mask(void *unused)
{
    exec_user_efl_or_mask = 0;
}

CASE("upcall: user mode -> handled, user mode continues")
{
    if ( !open_loop() )
        return;

    /* Pending already when user mode is entered. */
    xtf_case_cleanup(restore_mask, NULL);
    expect_ok(hypercall_evtchn_send(loop_port));
    expect_eq(nr_upcalls, 0);
    exec_user_efl_or_mask = X86_EFLAGS_IF;
    expect_hex(exec_user(returns_magic), 0x89abcdef);

    expect_eq(nr_events, 1);
    expect_true(from_user);
    expect_false(local_irq_enabled());
}

CASE("hypercall_poll(): port pending, event delivery disabled -> 0, no upcall")
{
    if ( !open_loop() )
        return;

    expect_ok(hypercall_evtchn_send(loop_port));
    expect_ok(hypercall_poll(peer_port));
    expect_eq(nr_upcalls, 0);
}
