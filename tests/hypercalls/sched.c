/*
 * Scheduling: sched_op, vcpu_op, set_timer_op.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "tour.h"

/* More than a domain can have. */
#define NO_VCPU 99999

CASE("sched_op: yield")
{
    expect_ok(hypercall_yield());
}

CASE("sched_op: poll")
{
    evtchn_port_t port = 0x7fffffff;
    struct sched_poll op = { .ports = &port, .nr_ports = 129 };

    expect_errno(hypercall_sched_op(SCHEDOP_poll, &op), -EINVAL);
    op.nr_ports = 1;
    expect_errno(hypercall_sched_op(SCHEDOP_poll, &op), -EINVAL);
    op.ports = BAD_PTR;
    expect_errno(hypercall_sched_op(SCHEDOP_poll, &op), -EFAULT);
    expect_errno(hypercall_sched_op(SCHEDOP_poll, BAD_PTR), -EFAULT);

    /* No port, and a point in time that is past: back at once. */
    op = (struct sched_poll){ .timeout = 1 };
    expect_ok(hypercall_sched_op(SCHEDOP_poll, &op));
}

CASE("sched_op: shutdowns that do not happen")
{
    struct sched_remote_shutdown op = { .domain_id = NO_DOMAIN };

    expect_errno(hypercall_sched_op(SCHEDOP_shutdown, BAD_PTR), -EFAULT);
    expect_errno(hypercall_sched_op(SCHEDOP_shutdown_code, BAD_PTR), -EFAULT);
    expect_errno(hypercall_sched_op(SCHEDOP_remote_shutdown, BAD_PTR), -EFAULT);
    expect_errno(hypercall_sched_op(SCHEDOP_remote_shutdown, &op), -ESRCH);
}

CASE("sched_op: watchdog")
{
    struct sched_watchdog op = { .id = 99, .timeout = 3600 };
    long id;

    expect_errno(hypercall_sched_op(SCHEDOP_watchdog, &op), -EINVAL);
    expect_errno(hypercall_sched_op(SCHEDOP_watchdog, BAD_PTR), -EFAULT);

    op.id = 0;
    id = hypercall_sched_op(SCHEDOP_watchdog, &op);
    require_msg(id > 0, "a new watchdog is %ld", id);

    op.id = id;
    expect_ok(hypercall_sched_op(SCHEDOP_watchdog, &op));
    op.timeout = 0;
    expect_ok(hypercall_sched_op(SCHEDOP_watchdog, &op));
    expect_errno(hypercall_sched_op(SCHEDOP_watchdog, &op), -EINVAL);
}

CASE("sched_op: pin_override")
{
    expect_errno(hypercall_sched_op(SCHEDOP_pin_override, BAD_PTR),
                 is_dom0() ? -EFAULT : -EPERM);
}

CASE("sched_op: unknown operation")
{
    expect_errno(hypercall_sched_op(NO_OP, NULL), -ENOSYS);
}

CASE("vcpu_op: is_up, up")
{
    expect_eq(hypercall_vcpu_op(VCPUOP_is_up, 0, NULL), 1);
    expect_ok(hypercall_vcpu_op(VCPUOP_up, 0, NULL));
    expect_errno(hypercall_vcpu_op(VCPUOP_is_up, NO_VCPU, NULL), -ENOENT);
}

CASE("vcpu_op: get_runstate_info")
{
    struct {
        struct vcpu_runstate_info info;
        uint64_t guard;
    } buf = { .guard = 0x5a5a };

    buf.info.state = -1;
    expect_ok(hypercall_vcpu_op(VCPUOP_get_runstate_info, 0, &buf.info));
    expect_eq(buf.info.state, RUNSTATE_running);
    expect_ne(buf.info.state_entry_time, 0);
    expect_hex(buf.guard, 0x5a5a);
    expect_errno(hypercall_vcpu_op(VCPUOP_get_runstate_info, 0, BAD_PTR),
                 -EFAULT);
}

static struct vcpu_runstate_info runstate;

CASE("vcpu_op: register_runstate_memory_area")
{
    struct vcpu_register_runstate_memory_area area = {};

    runstate.state = -1;
    area.addr.v = &runstate;
    expect_ok(hypercall_vcpu_op(VCPUOP_register_runstate_memory_area, 0,
                                &area));
    expect_eq(ACCESS_ONCE(runstate.state), RUNSTATE_running);
    expect_ne(runstate.state_entry_time, 0);
    expect_errno(hypercall_vcpu_op(VCPUOP_register_runstate_memory_area, 0,
                                   BAD_PTR), -EFAULT);

    /* None at all is how to end it. */
    area = (struct vcpu_register_runstate_memory_area){};
    expect_ok(hypercall_vcpu_op(VCPUOP_register_runstate_memory_area, 0,
                                &area));
}

static vcpu_time_info_t clock;

CASE("vcpu_op: register_vcpu_time_memory_area")
{
    struct vcpu_register_time_memory_area area = {};
    long rc;

    area.addr.v = &clock;
    rc = hypercall_vcpu_op(VCPUOP_register_vcpu_time_memory_area, 0, &area);
    if ( rc == -ENOSYS && IS_DEFINED(CONFIG_HVM) )
        skip_case("this release has it for PV guests only");
    expect_ok(rc);
    expect_eq(ACCESS_ONCE(clock.version) % 2, 0);
    expect_ne(ACCESS_ONCE(clock.tsc_timestamp), 0);
    expect_eq(clock.tsc_to_system_mul,
              shared_info.vcpu_info[0].time.tsc_to_system_mul);
    expect_errno(hypercall_vcpu_op(VCPUOP_register_vcpu_time_memory_area, 0,
                                   BAD_PTR), -EFAULT);

    area = (struct vcpu_register_time_memory_area){};
    expect_ok(hypercall_vcpu_op(VCPUOP_register_vcpu_time_memory_area, 0,
                                &area));
}

CASE("vcpu_op: periodic timer")
{
    struct vcpu_set_periodic_timer op = { .period_ns = 999999 };

    expect_errno(hypercall_vcpu_op(VCPUOP_set_periodic_timer, 0, &op),
                 -EINVAL);
    expect_errno(hypercall_vcpu_op(VCPUOP_set_periodic_timer, 0, BAD_PTR),
                 -EFAULT);

    /* An hour: never due here. */
    op.period_ns = 3600000000000ull;
    expect_ok(hypercall_vcpu_op(VCPUOP_set_periodic_timer, 0, &op));
    expect_ok(hypercall_vcpu_op(VCPUOP_stop_periodic_timer, 0, NULL));
}

CASE("vcpu_op: single-shot timer")
{
    /* Half of what Xen takes for too far away. */
    struct vcpu_set_singleshot_timer op = { .timeout_abs_ns = 1ull << 49 };

    expect_ok(hypercall_vcpu_op(VCPUOP_set_singleshot_timer, 0, &op));
    expect_ok(hypercall_vcpu_op(VCPUOP_stop_singleshot_timer, 0, NULL));
    expect_errno(hypercall_vcpu_op(VCPUOP_set_singleshot_timer, 0, BAD_PTR),
                 -EFAULT);
}

CASE("vcpu_op: register_vcpu_info, refused")
{
    struct vcpu_register_vcpu_info op = {
        .mfn = virt_to_gfn(&shared_info), .offset = PAGE_SIZE - 4,
    };
    const long refused = xen_has(XEN_VCPU_INFO_OFFSET_IS_ENXIO) ? -ENXIO
                                                             : -EINVAL;

    expect_errno(hypercall_vcpu_op(VCPUOP_register_vcpu_info, 0, &op),
                 refused);
    op.offset = 1;
    expect_errno(hypercall_vcpu_op(VCPUOP_register_vcpu_info, 0, &op),
                 refused);
    expect_errno(hypercall_vcpu_op(VCPUOP_register_vcpu_info, 0, BAD_PTR),
                 -EFAULT);
}

CASE("vcpu_op: unknown operation, unknown vCPU")
{
    expect_errno(hypercall_vcpu_op(NO_OP, 0, NULL), -ENOSYS);
    expect_errno(hypercall_vcpu_op(NO_OP, NO_VCPU, NULL), -ENOENT);
}

CASE("set_timer_op: set and stop")
{
    expect_ok(hypercall_set_timer_op(1ull << 49));
    expect_ok(hypercall_set_timer_op(0));
}
