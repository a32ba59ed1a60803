/*
 * Hypercalls of the control domain, and of every domain: console_io, vm_assist,
 * physdev_op, sysctl, domctl, xsm_op.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */

#include "tour.h"

CASE("console_io: write, read, bad pointer, unknown command -> 0, bytes or errno by privilege")
{
    char buf[16];

    if ( !is_dom0() )
        need_privilege_checks();

    /* A debug build of Xen allows every domain to write. */
    expect_either(hypercall_console_write("", 0), 0,
                  is_dom0() ? 0 : -EPERM);

    if ( !is_dom0() )
    {
        expect_errno(hypercall_console_io(CONSOLEIO_read, sizeof(buf), buf),
                     -EPERM);
        return;
    }

    expect_range(hypercall_console_io(CONSOLEIO_read, sizeof(buf), buf),
                 0, sizeof(buf));
    expect_errno(hypercall_console_write(BAD_PTR, 1), -EFAULT);
    expect_errno(hypercall_console_io(NO_OP, 0, NULL), -ENOSYS);
}

CASE("vm_assist: enable, disable, unknown command, unknown type -> 0, 0, -ENOSYS, -EINVAL")
{
    const unsigned int type = VMASST_TYPE_runstate_update_flag;

    expect_ok(hypercall_vm_assist(VMASST_CMD_enable, type));
    expect_ok(hypercall_vm_assist(VMASST_CMD_disable, type));
    expect_errno(hypercall_vm_assist(NO_OP, type), -ENOSYS);
    expect_errno(hypercall_vm_assist(VMASST_CMD_enable, 31), -EINVAL);
    expect_errno(hypercall_vm_assist(VMASST_CMD_enable, 64), -EINVAL);

    /* A type for PV guests only. */
    expect_errno(hypercall_vm_assist(VMASST_CMD_disable,
                                     VMASST_TYPE_architectural_iopl),
                 IS_DEFINED(CONFIG_PV) ? 0 : -EINVAL);
}

#ifdef CONFIG_PV
CASE("set_iopl, set_iobitmap: value out of range, bad pointer -> -EINVAL, -EFAULT")
{
    struct physdev_set_iopl iopl = { .iopl = 4 };
    struct physdev_set_iobitmap bitmap = { .nr_ports = 65537 };

    expect_errno(hypercall_physdev_op(PHYSDEVOP_set_iopl, &iopl), -EINVAL);
    expect_errno(hypercall_physdev_op(PHYSDEVOP_set_iopl, BAD_PTR), -EFAULT);
    expect_errno(hypercall_physdev_op(PHYSDEVOP_set_iobitmap, &bitmap),
                 -EINVAL);
}
#endif

CASE("eoi, irq_status_query: invalid IRQ, bad pointer -> -EINVAL, -EFAULT, or -ENOSYS without PIRQs")
{
    struct physdev_eoi eoi = { .irq = 0x7fffffff };
    struct physdev_irq_status_query query = { .irq = 0x7fffffff };
    struct xen_feature_info info = { .submap_idx = 0 };
    long no_irq = -EINVAL;

    /* An HVM guest without XENFEAT_hvm_pirqs has no PIRQs. */
    expect_ok(hypercall_xen_version(XENVER_get_features, &info));
    if ( IS_DEFINED(CONFIG_HVM) &&
         !(info.submap & (1u << XENFEAT_hvm_pirqs)) )
        no_irq = -ENOSYS;

    expect_errno(hypercall_physdev_op(PHYSDEVOP_eoi, &eoi), no_irq);
    expect_errno(hypercall_physdev_op(PHYSDEVOP_irq_status_query, &query),
                 no_irq);
    expect_errno(hypercall_physdev_op(PHYSDEVOP_eoi, BAD_PTR),
                 no_irq == -ENOSYS ? -ENOSYS : -EFAULT);
}

CASE("physdev_op: unknown command -> -ENOSYS")
{
    expect_errno(hypercall_physdev_op(NO_OP, NULL), -ENOSYS);
#ifdef CONFIG_HVM
    expect_errno(hypercall_physdev_op(PHYSDEVOP_set_iopl, BAD_PTR), -ENOSYS);
#endif
}

CASE("sysctl: wrong interface_version, bad pointer -> -EACCES, -EFAULT")
{
    xen_sysctl_t op = {
        .cmd = XEN_SYSCTL_physinfo, .interface_version = 0xffffff,
    };

    expect_errno(hypercall_sysctl(&op), -EACCES);
    expect_errno(hypercall_sysctl(BAD_PTR), -EFAULT);
}

CASE("sysctl: physinfo, sched_id, unknown command -> 0 or -ENOSYS in dom0, else -EPERM")
{
    const int version = xtf_probe_sysctl_interface_version();
    const bool dom0 = is_dom0();
    xen_sysctl_t op = {
        .cmd = XEN_SYSCTL_physinfo, .interface_version = version,
    };

    if ( !is_dom0() )
        need_privilege_checks();

    require_msg(version >= 0, "no sysctl interface version is accepted");
    expect_errno(hypercall_sysctl(&op), dom0 ? 0 : -EPERM);
    if ( dom0 )
    {
        expect_range(op.u.physinfo.nr_cpus, 1, 1 << 16);
        expect_ne(op.u.physinfo.total_pages, 0);
    }

    op = (xen_sysctl_t){
        .cmd = XEN_SYSCTL_sched_id, .interface_version = version,
    };
    expect_errno(hypercall_sysctl(&op), dom0 ? 0 : -EPERM);

    op = (xen_sysctl_t){ .cmd = 9999, .interface_version = version };
    expect_errno(hypercall_sysctl(&op), dom0 ? -ENOSYS : -EPERM);
}

CASE("domctl: wrong interface_version, bad pointer -> -EACCES, -EFAULT")
{
    uint32_t op[64];

    memset(op, 0xff, sizeof(op));
    expect_errno(hypercall_domctl(op), -EACCES);
    expect_errno(hypercall_domctl(BAD_PTR), -EFAULT);
}

CASE("xsm_op: bad pointer -> -ENOSYS, or -EFAULT with FLASK")
{
    expect_either(hypercall_xsm_op(BAD_PTR), -ENOSYS, -EFAULT);
}
