/**
 * @file tests/smp/main.c
 * @ref test-smp
 *
 * @page test-smp vCPUs: start, stop and state of each
 *
 * Every vCPU of the domain is started.  Each must run on its own stack, take
 * exceptions there, have its own upcall mask and clock, and stop and start
 * again any number of times.  The event channel tests with several vCPUs depend
 * on this.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <xtf.h>
#include <xtf/harness/needs.h>

#include <arch/probe.h>
#include <arch/irqflags.h>

const char test_title[] = "vCPUs: start, stop and state of each";

#define LAST_USABLE (smp_usable_vcpus() - 1)

static void say_who(void *arg)
{
    *(unsigned int *)arg = this_vcpu();
}

CASE("is_up: boot vCPU -> 1, smp_call() runs on it, smp_start() -EBUSY")
{
    unsigned int who = ~0u;

    expect_eq(this_vcpu(), 0);
    expect_eq(hypercall_vcpu_op(VCPUOP_is_up, 0, NULL), 1);
    expect_ok(smp_call(0, say_who, &who));
    expect_eq(who, 0);
    expect_errno(smp_start(0, say_who, &who), -EBUSY);
}

CASE("is_up, smp_init(): vCPU number smp_nr_vcpus() -> -ENOENT")
{
    expect_errno(hypercall_vcpu_op(VCPUOP_is_up, smp_nr_vcpus(), NULL),
                 -ENOENT);
    expect_errno(smp_init(smp_nr_vcpus()), -ENOENT);
}

CASE("up: vCPU not initialised -> -EINVAL, after smp_init() still down")
{
    need_vcpus(2);

    expect_errno(hypercall_vcpu_op(VCPUOP_up, 1, NULL), -EINVAL);
    expect_ok(smp_init(1));
    expect_eq(hypercall_vcpu_op(VCPUOP_is_up, 1, NULL), 0);
}

/* A vCPU stays initialised: the cases from here on initialise all. */
#undef XTF_CASE_STAGE
#define XTF_CASE_STAGE 1

CASE("smp_call(): each vCPU -> function runs there, vCPU down afterwards")
{
    unsigned int vcpu, who;

    need_vcpus(2);

    for ( vcpu = 1; vcpu <= LAST_USABLE; ++vcpu )
    {
        who = ~0u;
        require_ok(smp_call(vcpu, say_who, &who));
        expect_eq(who, vcpu);
        expect_eq(hypercall_vcpu_op(VCPUOP_is_up, vcpu, NULL), 0);
    }
}

CASE("smp_call(): vCPU 1, 100 times -> function runs there each time")
{
    unsigned int i, who, right = 0;

    need_vcpus(2);

    for ( i = 0; i < 100; ++i )
    {
        who = ~0u;
        require_ok(smp_call(1, say_who, &who));
        right += who == 1;
    }

    expect_eq(right, 100);
}

static unsigned int arrived, go;

static void meet(void *arg)
{
    fetch_add(&arrived, 1);
    smp_wait_for(&go);
}

CASE("smp_start(): all vCPUs -> run at the same time, second smp_start() -EBUSY")
{
    unsigned int vcpu;

    need_vcpus(2);
    arrived = go = 0;

    for ( vcpu = 1; vcpu <= LAST_USABLE; ++vcpu )
        require_ok(smp_start(vcpu, meet, NULL));

    require_true(smp_wait_for_count(&arrived, LAST_USABLE));

    expect_eq(hypercall_vcpu_op(VCPUOP_is_up, LAST_USABLE, NULL), 1);
    expect_errno(smp_start(1, meet, NULL), -EBUSY);

    go = 1;
    for ( vcpu = 1; vcpu <= LAST_USABLE; ++vcpu )
        smp_wait(vcpu);

    expect_eq(arrived, LAST_USABLE);
}

static void fault(void *arg)
{
    *(exinfo_t *)arg = probe_undefined();
}

CASE("exception: undefined instruction on each vCPU -> handled on that vCPU")
{
    exinfo_t info;
    unsigned int vcpu;

    need_vcpus(2);

    for ( vcpu = 1; vcpu <= LAST_USABLE; ++vcpu )
    {
        info = 0;
        require_ok(smp_call(vcpu, fault, &info));
        expect_exception(info, EXINFO_UNDEFINED);
    }
}

static void overflow(void *arg)
{
    uint8_t *below = _p(_u(__builtin_frame_address(0)) & PAGE_MASK);

    /* The guard page is one or two pages below this frame. */
    *(exinfo_t *)arg = probe_write8(below - PAGE_SIZE, 0) ?:
        probe_write8(below - 2 * PAGE_SIZE, 0);
}

CASE("exception: write below the stack of vCPU 1 -> memory fault")
{
    exinfo_t info = 0;

    need_vcpus(2);
    if ( CONFIG_PAGING_LEVELS == 0 )
        skip_case("needs paging");

    require_ok(smp_call(1, overflow, &info));
    expect_eq(exinfo_vec(info), EXC_MEMORY);
}

static void irq_state(void *arg)
{
    bool *state = arg;

    state[0] = local_irq_enabled();
    local_irq_enable();
    state[1] = local_irq_enabled();
}

CASE("upcall mask: event delivery enabled on vCPU 1 -> still disabled on vCPU 0")
{
    bool state[2];
    unsigned int round;

    need_vcpus(2);

    for ( round = 0; round < 2; ++round )
    {
        state[0] = true, state[1] = false;
        require_ok(smp_call(1, irq_state, state));
        expect_false(state[0]);
        expect_true(state[1]);
        expect_false(local_irq_enabled());
    }
}

static void watch_clock(void *arg)
{
    const uint64_t start = time_now();

    *(unsigned int *)arg = start && time_now() != start;
}

CASE("system time: each vCPU -> advances")
{
    unsigned int vcpu, ok;

    need_vcpus(2);

    for ( vcpu = 1; vcpu <= LAST_USABLE; ++vcpu )
    {
        ok = 0;
        require_ok(smp_call(vcpu, watch_clock, &ok));
        expect_true(ok);
        expect_ne(xtf_vcpu_info[vcpu]->time.tsc_to_system_mul, 0);
    }
}

static void read_clock(void *arg)
{
    *(uint64_t *)arg = time_now();
}

CASE("system time: XEN_PVCLOCK_TSC_STABLE_BIT set -> monotonic across vCPUs")
{
    uint64_t t[3];
    unsigned int vcpu;

    need_vcpus(2);
    if ( !clock_is_shared() )
        skip_case("needs XEN_PVCLOCK_TSC_STABLE_BIT: clocksource=tsc on Xen's "
                  "command line");

    for ( vcpu = 1; vcpu <= LAST_USABLE; ++vcpu )
    {
        t[0] = time_now();
        require_ok(smp_call(vcpu, read_clock, &t[1]));
        t[2] = time_now();

        expect_msg(t[0] <= t[1] && t[1] <= t[2],
                   "system time of vCPU %u is %llu, expected between %llu "
                   "and %llu of vCPU 0",
                   vcpu, (unsigned long long)t[1], (unsigned long long)t[0],
                   (unsigned long long)t[2]);
    }
}
