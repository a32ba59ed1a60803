/**
 * @file tests/vcpu-areas-others/main.c
 * @ref test-vcpu-areas-others
 *
 * @page test-vcpu-areas-others vCPUs: areas of other vCPUs
 *
 * One vCPU registers the runstate area and the clock of another one that is
 * down, by virtual and by physical address, and takes them back.  What Xen
 * writes there is whole, and is that vCPU's.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <xtf.h>

#include <arch/mm.h>

const char test_title[] = "vCPUs: areas of others";

#define OTHER  1

/* In a page of their own, and neither at its start. */
static struct
{
    uint8_t before[64];
    struct vcpu_runstate_info runstate;
    struct vcpu_time_info times;
} page __page_aligned_bss;
#define runstate page.runstate
#define times    page.times

static bool need_vcpu(unsigned int nr)
{
    if ( smp_nr_vcpus() > nr )
        return true;
    xtf_case_skip("the domain has no vCPU %u", nr);

    return false;
}

static long register_runstate(unsigned int vcpu,
                              struct vcpu_runstate_info *at)
{
    struct vcpu_register_runstate_memory_area op = { .addr.v = at };

    return hypercall_vcpu_op(VCPUOP_register_runstate_memory_area, vcpu, &op);
}

static long register_time(unsigned int vcpu, struct vcpu_time_info *at)
{
    struct vcpu_register_time_memory_area op = { .addr.v = at };

    return hypercall_vcpu_op(VCPUOP_register_vcpu_time_memory_area, vcpu, &op);
}

static long register_phys(unsigned int cmd, unsigned int vcpu, uint64_t addr)
{
    struct vcpu_register_runstate_memory_area op = { .addr.p = addr };

    return hypercall_vcpu_op(cmd, vcpu, &op);
}

static uint64_t physical(const void *va)
{
    return (uint64_t)virt_to_gfn(va) << PAGE_SHIFT | (_u(va) & ~PAGE_MASK);
}

static bool has_feature(unsigned int bit)
{
    xen_feature_info_t info = { .submap_idx = bit / 32 };

    return !hypercall_xen_version(XENVER_get_features, &info) &&
        (info.submap & (1u << (bit % 32)));
}

static void nothing(void *arg)
{
}

/*
 * Xen may still be about to leave the vCPU, on another processor, when the
 * vCPU is down already: wait until its state says so, for a minute at most.
 */
static bool wait_until_offline(void)
{
    struct vcpu_runstate_info info = { .state = RUNSTATE_running };
    struct time_wait wait = {};

    while ( !hypercall_vcpu_op(VCPUOP_get_runstate_info, OTHER, &info) &&
            info.state != RUNSTATE_offline && time_wait(&wait) )
        ;

    return info.state == RUNSTATE_offline;
}

/* What Xen wrote is whole, and of a vCPU that is down. */
static void expect_offline(const struct vcpu_runstate_info *info)
{
    uint64_t sum = 0;
    unsigned int i;

    expect_eq(info->state, RUNSTATE_offline);
    expect_false(info->state_entry_time & XEN_RUNSTATE_UPDATE);
    expect_true(info->state_entry_time <= time_now());
    for ( i = 0; i < 4; ++i )
        sum += info->time[i];
    expect_true(sum <= time_now());
}

/*
 * It has run, and what Xen wrote is whole.  Xen may be about to write it, on
 * another processor, when the vCPU is down already.
 */
static void expect_has_run(const volatile struct vcpu_runstate_info *info)
{
    uint64_t end = time_now() + MILLISECONDS(500);

    while ( (!info->time[RUNSTATE_running] ||
             (info->state_entry_time & XEN_RUNSTATE_UPDATE)) &&
            time_now() < end )
        hypercall_yield();

    expect_true(info->time[RUNSTATE_running] > 0);
    expect_range(info->state, RUNSTATE_running, RUNSTATE_offline);
    expect_false(info->state_entry_time & XEN_RUNSTATE_UPDATE);
}

CASE("get_runstate_info: another vCPU, which is down -> RUNSTATE_offline")
{
    struct vcpu_runstate_info info;

    XTF_REQUIRE(need_vcpu(OTHER));
    require_true(wait_until_offline());
    memset(&info, 0xaa, sizeof(info));
    require_ok(hypercall_vcpu_op(VCPUOP_get_runstate_info, OTHER, &info));
    expect_offline(&info);
}

CASE("get_runstate_info: another vCPU, which has run -> its running time")
{
    struct vcpu_runstate_info info;

    XTF_REQUIRE(need_vcpu(OTHER));
    require_ok(smp_call(OTHER, nothing, NULL));
    require_ok(hypercall_vcpu_op(VCPUOP_get_runstate_info, OTHER, &info));
    expect_has_run(&info);
}

static void forget_runstate(void *unused)
{
    struct vcpu_register_runstate_memory_area op = { .addr.p = 0 };

    hypercall_vcpu_op(VCPUOP_register_runstate_memory_area, OTHER, &op);
}

CASE("register_runstate_memory_area: another vCPU -> written at once and when it runs")
{
    XTF_REQUIRE(need_vcpu(OTHER));
    require_true(wait_until_offline());
    memset(&runstate, 0xaa, sizeof(runstate));
    require_ok(register_runstate(OTHER, &runstate));
    xtf_case_cleanup(forget_runstate, NULL);
    expect_offline(&runstate);

    memset(&runstate, 0, sizeof(runstate));
    require_ok(smp_call(OTHER, nothing, NULL));
    expect_has_run(&runstate);
}

CASE("register_runstate_memory_area: runstate_update_flag enabled -> XEN_RUNSTATE_UPDATE cleared")
{
    XTF_REQUIRE(need_vcpu(OTHER));
    if ( hypercall_vm_assist(VMASST_CMD_enable,
                             VMASST_TYPE_runstate_update_flag) )
        skip_case("this guest has no VMASST_TYPE_runstate_update_flag");
    require_ok(register_runstate(OTHER, &runstate));
    xtf_case_cleanup(forget_runstate, NULL);
    memset(&runstate, 0, sizeof(runstate));
    require_ok(smp_call(OTHER, nothing, NULL));
    expect_has_run(&runstate);
    expect_ok(hypercall_vm_assist(VMASST_CMD_disable,
                                  VMASST_TYPE_runstate_update_flag));
}

/* A clock that Xen filled in, as a whole. */
static void expect_clock(const struct vcpu_time_info *clock)
{
    expect_false(clock->version & 1);
    expect_true(clock->tsc_to_system_mul != 0);
    expect_true(clock->system_time <= time_now());
}

CASE("register_vcpu_time_memory_area: another vCPU -> written at once")
{
    XTF_REQUIRE(need_vcpu(OTHER));
    memset(&times, 0, sizeof(times));
    if ( register_time(OTHER, &times) == -ENOSYS )
        skip_case("this guest cannot register a clock");
    expect_clock(&times);
    expect_ok(register_phys(VCPUOP_register_vcpu_time_memory_area, OTHER, 0));
}

CASE("register_runstate_phys_area: another vCPU, then ~0 -> written, then not any more")
{
    XTF_REQUIRE(need_vcpu(OTHER));
    if ( !has_feature(XENFEAT_runstate_phys_area) )
        skip_case("needs Xen 4.18 (XENFEAT_runstate_phys_area)");
    memset(&runstate, 0xaa, sizeof(runstate));
    require_ok(register_phys(VCPUOP_register_runstate_phys_area, OTHER,
                             physical(&runstate)));
    require_ok(smp_call(OTHER, nothing, NULL));
    expect_has_run(&runstate);

    /* Once it is down for good, nothing writes there any more. */
    require_ok(register_phys(VCPUOP_register_runstate_phys_area, OTHER,
                             ~0ull));
    memset(&runstate, 0x55, sizeof(runstate));
    require_ok(smp_call(OTHER, nothing, NULL));
    expect_fill(&runstate, 0x55, sizeof(runstate));
}

CASE("register_vcpu_time_phys_area: another vCPU, then ~0 -> written, then not any more")
{
    XTF_REQUIRE(need_vcpu(OTHER));
    if ( !has_feature(XENFEAT_vcpu_time_phys_area) )
        skip_case("needs Xen 4.18 (XENFEAT_vcpu_time_phys_area)");
    memset(&times, 0, sizeof(times));
    require_ok(register_phys(VCPUOP_register_vcpu_time_phys_area, OTHER,
                             physical(&times)));
    require_ok(smp_call(OTHER, nothing, NULL));
    expect_clock(&times);

    require_ok(register_phys(VCPUOP_register_vcpu_time_phys_area, OTHER,
                             ~0ull));
    memset(&times, 0x55, sizeof(times));
    require_ok(smp_call(OTHER, nothing, NULL));
    expect_fill(&times, 0x55, sizeof(times));
}

CASE("send_nmi: another vCPU with an argument -> -EINVAL")
{
    long rc;

    XTF_REQUIRE(need_vcpu(OTHER));
    rc = hypercall_vcpu_op(VCPUOP_send_nmi, OTHER, &rc);
    expect_errno(rc, -EINVAL);
    expect_errno(hypercall_vcpu_op(VCPUOP_send_nmi, smp_nr_vcpus(), NULL),
                 -ENOENT);
}
