/**
 * @file tests/vcpu-beyond-32/main.c
 * @ref test-vcpu-beyond-32
 *
 * @page test-vcpu-beyond-32 vCPUs: vcpu_info registered while an event is pending
 *
 * One vCPU registers the vcpu_info of another one for which an event is pending.
 * A vCPU from number 32 on has no place in shared_info: before it has a
 * vcpu_info of its own, a PV guest cannot initialise it, and an event for it
 * waits.  No event is lost by the move.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <xtf.h>

#include <arch/mm.h>

const char test_title[] = "vCPUs: vcpu_info while an event is pending";

#define OTHER  1
#define BEYOND 33

static uint8_t infos[2][PAGE_SIZE] __page_aligned_bss;

static bool need_vcpu(unsigned int nr)
{
    if ( smp_nr_vcpus() > nr )
        return true;
    xtf_case_skip("the domain has no vCPU %u", nr);

    return false;
}

CASE("initialise: vCPU 33 without vcpu_info -> -EINVAL (PV)")
{
    XTF_REQUIRE(need_vcpu(BEYOND));

    /* An HVM guest may since Xen 4.19, and its context is looked at. */
    expect_errno(hypercall_vcpu_op(VCPUOP_initialise, BEYOND,
                                   UNMAPPED_POINTER),
                 IS_DEFINED(CONFIG_HVM) && xen_has(XEN_HVM_VCPU_NEEDS_NO_INFO) ? -EFAULT
                                                                   : -EINVAL);
    expect_eq(hypercall_vcpu_op(VCPUOP_is_up, BEYOND, NULL), 0);
}

static long place_info(unsigned int vcpu, const void *at)
{
    vcpu_register_vcpu_info_t op = { .mfn = virt_to_gfn(at) };

    return hypercall_vcpu_op(VCPUOP_register_vcpu_info, vcpu, &op);
}

/* An event for a vCPU is pending, and then its vcpu_info is registered. */
static void place_with_event(unsigned int vcpu, void *at)
{
    vcpu_info_t *info = at;
    long port = evtchn_bind_ipi(vcpu);

    require_msg(port > 0, "EVTCHNOP_bind_ipi returned %ld", port);
    require_ok(evtchn_unmask(port));
    require_ok(hypercall_evtchn_send(port));
    expect_true(evtchn_is_pending(port));

    require_ok(place_info(vcpu, at));
    expect_eq(info->evtchn_upcall_pending, 1);

    /* Xen cannot know which words were looked at: all of them may be. */
    expect_true(info->evtchn_pending_sel == ~0ul);
    expect_true(evtchn_is_pending(port));

    /* Its clock is there at once. */
    expect_true(info->time.tsc_to_system_mul != 0);
    expect_false(info->time.version & 1);

    /* A further event sets what the guest has cleared. */
    info->evtchn_upcall_pending = 0;
    info->evtchn_pending_sel = 0;
    evtchn_clear(port);
    require_ok(hypercall_evtchn_send(port));
    expect_eq(info->evtchn_upcall_pending, 1);
    expect_true(info->evtchn_pending_sel == 1ul << (port / (8 * sizeof(long))));
}

CASE_2L("register_vcpu_info: vCPU 33, event pending -> evtchn_upcall_pending set")
{
    XTF_REQUIRE(need_vcpu(BEYOND));
    place_with_event(BEYOND, infos[1]);
}

CASE("initialise: vCPU 33 with vcpu_info, context not mapped -> -EFAULT")
{
    XTF_REQUIRE(need_vcpu(BEYOND));
    expect_errno(hypercall_vcpu_op(VCPUOP_initialise, BEYOND,
                                   UNMAPPED_POINTER), -EFAULT);
}

/* This cannot be undone: the last case. */
CASE_2L("register_vcpu_info: another vCPU, event pending -> evtchn_upcall_pending set")
{
    XTF_REQUIRE(need_vcpu(OTHER));
    place_with_event(OTHER, infos[0]);
    xtf_vcpu_info[OTHER] = (vcpu_info_t *)infos[0];
}
