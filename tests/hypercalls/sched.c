/*
 * Scheduling: sched_op, vcpu_op, set_timer_op.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */

#include "tour.h"

/* A vCPU number that no domain can have. */
#define NO_VCPU 99999

CASE("yield: no argument -> 0")
{
    expect_ok(hypercall_yield());
}

CASE("poll: 129 ports, port out of range, bad pointer, past timeout -> -EINVAL, -EINVAL, -EFAULT, 0")
{
    evtchn_port_t port = 0x7fffffff;
    struct sched_poll op = { .ports = &port, .nr_ports = 129 };

    expect_errno(hypercall_sched_op(SCHEDOP_poll, &op), -EINVAL);
    op.nr_ports = 1;
    expect_errno(hypercall_sched_op(SCHEDOP_poll, &op), -EINVAL);
    op.ports = BAD_PTR;
    expect_errno(hypercall_sched_op(SCHEDOP_poll, &op), -EFAULT);
    expect_errno(hypercall_sched_op(SCHEDOP_poll, BAD_PTR), -EFAULT);

    /* No ports and an expired timeout: returns at once. */
    op = (struct sched_poll){ .timeout = 1 };
    expect_ok(hypercall_sched_op(SCHEDOP_poll, &op));
}

CASE("shutdown, shutdown_code, remote_shutdown: bad pointer, unallocated domid -> -EFAULT, -ESRCH")
{
    struct sched_remote_shutdown op = { .domain_id = NO_DOMAIN };

    expect_errno(hypercall_sched_op(SCHEDOP_shutdown, BAD_PTR), -EFAULT);
    expect_errno(hypercall_sched_op(SCHEDOP_shutdown_code, BAD_PTR), -EFAULT);
    expect_errno(hypercall_sched_op(SCHEDOP_remote_shutdown, BAD_PTR), -EFAULT);
    expect_errno(hypercall_sched_op(SCHEDOP_remote_shutdown, &op), -ESRCH);
}

CASE("watchdog: create, refresh, stop, stop again -> id, 0, 0, -EINVAL")
{
    struct sched_watchdog op = { .id = 99, .timeout = 3600 };
    long id;

    expect_errno(hypercall_sched_op(SCHEDOP_watchdog, &op), -EINVAL);
    expect_errno(hypercall_sched_op(SCHEDOP_watchdog, BAD_PTR), -EFAULT);

    op.id = 0;
    id = hypercall_sched_op(SCHEDOP_watchdog, &op);
    require_msg(id > 0, "watchdog returned %ld, expected an id above 0", id);

    op.id = id;
    expect_ok(hypercall_sched_op(SCHEDOP_watchdog, &op));
    op.timeout = 0;
    expect_ok(hypercall_sched_op(SCHEDOP_watchdog, &op));
    expect_errno(hypercall_sched_op(SCHEDOP_watchdog, &op), -EINVAL);
}

CASE("pin_override: bad pointer -> -EFAULT in dom0, else -EPERM")
{
    expect_errno(hypercall_sched_op(SCHEDOP_pin_override, BAD_PTR),
                 is_dom0() ? -EFAULT : -EPERM);
}

CASE("sched_op: unknown command -> -ENOSYS")
{
    expect_errno(hypercall_sched_op(NO_OP, NULL), -ENOSYS);
}

CASE("is_up, up: vCPU 0, no such vCPU -> 1, 0, -ENOENT")
{
    expect_eq(hypercall_vcpu_op(VCPUOP_is_up, 0, NULL), 1);
    expect_ok(hypercall_vcpu_op(VCPUOP_up, 0, NULL));
    expect_errno(hypercall_vcpu_op(VCPUOP_is_up, NO_VCPU, NULL), -ENOENT);
}

CASE("get_runstate_info: vCPU 0, bad pointer -> RUNSTATE_running, -EFAULT")
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

CASE("register_runstate_memory_area: area, bad pointer, null -> area written, -EFAULT, 0")
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

    /* A null address unregisters the area. */
    area = (struct vcpu_register_runstate_memory_area){};
    expect_ok(hypercall_vcpu_op(VCPUOP_register_runstate_memory_area, 0,
                                &area));
}

static vcpu_time_info_t clock;

CASE("register_vcpu_time_memory_area: area, bad pointer, null -> area written, -EFAULT, 0")
{
    struct vcpu_register_time_memory_area area = {};
    long rc;

    area.addr.v = &clock;
    rc = hypercall_vcpu_op(VCPUOP_register_vcpu_time_memory_area, 0, &area);
    if ( rc == -ENOSYS && IS_DEFINED(CONFIG_HVM) )
        skip_case("needs a PV guest: this Xen returns -ENOSYS to HVM guests");
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

CASE("set_periodic_timer: below 1 ms, bad pointer, 1 hour -> -EINVAL, -EFAULT, 0")
{
    struct vcpu_set_periodic_timer op = { .period_ns = 999999 };

    expect_errno(hypercall_vcpu_op(VCPUOP_set_periodic_timer, 0, &op),
                 -EINVAL);
    expect_errno(hypercall_vcpu_op(VCPUOP_set_periodic_timer, 0, BAD_PTR),
                 -EFAULT);

    /* An hour: does not expire during the test. */
    op.period_ns = 3600000000000ull;
    expect_ok(hypercall_vcpu_op(VCPUOP_set_periodic_timer, 0, &op));
    expect_ok(hypercall_vcpu_op(VCPUOP_stop_periodic_timer, 0, NULL));
}

CASE("set_singleshot_timer, stop_singleshot_timer: far deadline, bad pointer -> 0, -EFAULT")
{
    /* From 2^50 ns ahead on, Xen assumes an overflow in the guest. */
    struct vcpu_set_singleshot_timer op = { .timeout_abs_ns = 1ull << 49 };

    expect_ok(hypercall_vcpu_op(VCPUOP_set_singleshot_timer, 0, &op));
    expect_ok(hypercall_vcpu_op(VCPUOP_stop_singleshot_timer, 0, NULL));
    expect_errno(hypercall_vcpu_op(VCPUOP_set_singleshot_timer, 0, BAD_PTR),
                 -EFAULT);
}

CASE("register_vcpu_info: crosses the page's end, not aligned, bad pointer -> -ENXIO, -ENXIO, -EFAULT")
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

CASE("vcpu_op: unknown command, no such vCPU -> -ENOSYS, -ENOENT")
{
    expect_errno(hypercall_vcpu_op(NO_OP, 0, NULL), -ENOSYS);
    expect_errno(hypercall_vcpu_op(NO_OP, NO_VCPU, NULL), -ENOENT);
}

CASE("set_timer_op: far deadline, 0 -> 0")
{
    expect_ok(hypercall_set_timer_op(1ull << 49));
    expect_ok(hypercall_set_timer_op(0));
}
