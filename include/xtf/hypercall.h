/*
 * The hypercalls, one typed wrapper each.
 *
 * A wrapper passes its arguments on and returns what Xen returned: 0 or a
 * positive result, or -errno by the names of <xen/errno.h>.  What an operation
 * does, and which errors it has, stands with its structure in include/xen/.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef XTF_HYPERCALL_H
#define XTF_HYPERCALL_H

#include <xtf/compiler.h>
#include <xtf/numbers.h>
#include <xtf/types.h>

#include <arch/hypercall.h>

#include <xen/argo.h>
#include <xen/callback.h>
#include <xen/domctl.h>
#include <xen/errno.h>
#include <xen/event_channel.h>
#include <xen/features.h>
#include <xen/grant_table.h>
#include <xen/hvm/hvm_op.h>
#include <xen/hvm/params.h>
#include <xen/memory.h>
#include <xen/nmi.h>
#include <xen/physdev.h>
#include <xen/sched.h>
#include <xen/sysctl.h>
#include <xen/vcpu.h>
#include <xen/version.h>
#include <xen/xen.h>

/* PV only.  @p done may be NULL; else it receives how many were carried out. */
static inline long hypercall_mmu_update(
    const mmu_update_t reqs[], unsigned int count, unsigned int *done,
    unsigned int foreigndom)
{
    return HYPERCALL4(long, __HYPERVISOR_mmu_update,
                      reqs, count, done, foreigndom);
}

/* PV only: the frames (MFNs) of a GDT with @p entries descriptors. */
static inline long hypercall_set_gdt(
    const unsigned long *frames, unsigned int entries)
{
    return HYPERCALL2(long, __HYPERVISOR_set_gdt, frames, entries);
}

/* PV only: where the kernel is entered from user mode. */
static inline long hypercall_stack_switch(unsigned long ss, unsigned long sp)
{
    return HYPERCALL2(long, __HYPERVISOR_stack_switch, ss, sp);
}

#define hypercall_stack_switch(ss, sp) hypercall_stack_switch(ss, _u(sp))

static inline long hypercall_fpu_taskswitch(bool set)
{
    return HYPERCALL1(long, __HYPERVISOR_fpu_taskswitch, set);
}

static inline long hypercall_set_debugreg(unsigned int reg, unsigned long val)
{
    return HYPERCALL2(long, __HYPERVISOR_set_debugreg, reg, val);
}

static inline unsigned long hypercall_get_debugreg(unsigned int reg)
{
    return HYPERCALL1(unsigned long, __HYPERVISOR_get_debugreg, reg);
}

static inline long hypercall_memory_op(unsigned int cmd, void *arg)
{
    return HYPERCALL2(long, __HYPERVISOR_memory_op, cmd, arg);
}

static inline long hypercall_multicall(struct multicall_entry list[],
                                       unsigned int count)
{
    return HYPERCALL2(long, __HYPERVISOR_multicall, list, count);
}

/* PV only: the L1 entry that maps @p va.  @p flags: UVMF_* */
static inline long hypercall_update_va_mapping(
    const void *va, uint64_t npte, unsigned long flags)
{
#ifdef CONFIG_64BIT
    return HYPERCALL3(long, __HYPERVISOR_update_va_mapping, va, npte, flags);
#else
    return HYPERCALL4(long, __HYPERVISOR_update_va_mapping,
                      va, npte, npte >> 32, flags);
#endif
}

/* Addresses are passed as pointers and as integers alike. */
#define hypercall_update_va_mapping(va, npte, flags) \
    hypercall_update_va_mapping(_p(va), npte, flags)

static inline long hypercall_set_timer_op(uint64_t deadline)
{
#ifdef CONFIG_64BIT
    return HYPERCALL1(long, __HYPERVISOR_set_timer_op, deadline);
#else
    return HYPERCALL2(long, __HYPERVISOR_set_timer_op,
                      deadline, deadline >> 32);
#endif
}

static inline long hypercall_xen_version(unsigned int cmd, void *arg)
{
    return HYPERCALL2(long, __HYPERVISOR_xen_version, cmd, arg);
}

static inline long hypercall_console_io(unsigned int cmd, size_t count,
                                        char *buf)
{
    return HYPERCALL3(long, __HYPERVISOR_console_io, cmd, count, buf);
}

/* -EPERM for a domU on a release build of Xen. */
static inline long hypercall_console_write(const char *buf, size_t count)
{
    return HYPERCALL3(long, __HYPERVISOR_console_io,
                      CONSOLEIO_write, count, buf);
}

static inline long hypercall_grant_table_op(unsigned int cmd, void *args,
                                            unsigned int count)
{
    return HYPERCALL3(long, __HYPERVISOR_grant_table_op, cmd, args, count);
}

static inline long hypercall_vm_assist(unsigned int cmd, unsigned int type)
{
    return HYPERCALL2(long, __HYPERVISOR_vm_assist, cmd, type);
}

static inline long hypercall_vcpu_op(unsigned int cmd, unsigned int vcpu,
                                     void *extra)
{
    return HYPERCALL3(long, __HYPERVISOR_vcpu_op, cmd, vcpu, extra);
}

/* PV only.  @p done as for mmu_update. */
static inline long hypercall_mmuext_op(
    const mmuext_op_t ops[], unsigned int count, unsigned int *done,
    unsigned int foreigndom)
{
    return HYPERCALL4(long, __HYPERVISOR_mmuext_op,
                      ops, count, done, foreigndom);
}

static inline long hypercall_xsm_op(void *op)
{
    return HYPERCALL1(long, __HYPERVISOR_xsm_op, op);
}

static inline long hypercall_nmi_op(unsigned int cmd, void *arg)
{
    return HYPERCALL2(long, __HYPERVISOR_nmi_op, cmd, arg);
}

static inline long hypercall_sched_op(unsigned int cmd, void *arg)
{
    return HYPERCALL2(long, __HYPERVISOR_sched_op, cmd, arg);
}

static inline long hypercall_callback_op(unsigned int cmd, const void *arg)
{
    return HYPERCALL2(long, __HYPERVISOR_callback_op, cmd, arg);
}

static inline long hypercall_event_channel_op(unsigned int cmd, void *arg)
{
    return HYPERCALL2(long, __HYPERVISOR_event_channel_op, cmd, arg);
}

static inline long hypercall_physdev_op(unsigned int cmd, void *arg)
{
    return HYPERCALL2(long, __HYPERVISOR_physdev_op, cmd, arg);
}

static inline long hypercall_hvm_op(unsigned int cmd, void *arg)
{
    return HYPERCALL2(long, __HYPERVISOR_hvm_op, cmd, arg);
}

static inline long hypercall_sysctl(xen_sysctl_t *arg)
{
    return HYPERCALL1(long, __HYPERVISOR_sysctl, arg);
}

static inline long hypercall_domctl(void *arg)
{
    return HYPERCALL1(long, __HYPERVISOR_domctl, arg);
}

static inline long hypercall_argo_op(unsigned int cmd, void *arg1, void *arg2,
                                     unsigned long arg3, unsigned long arg4)
{
    return HYPERCALL5(long, __HYPERVISOR_argo_op, cmd, arg1, arg2, arg3, arg4);
}

/*
 * Calls that tests make often, with fewer arguments.
 */

/** End the domain for @p reason, SHUTDOWN_*.  The caller does not go on. */
static inline long hypercall_shutdown(unsigned int reason)
{
    struct sched_shutdown op = { .reason = reason };

    return hypercall_sched_op(SCHEDOP_shutdown, &op);
}

static inline long hypercall_yield(void)
{
    return hypercall_sched_op(SCHEDOP_yield, NULL);
}

/** Wait until @p port is pending; for that it must be masked or upcalls off. */
static inline long hypercall_poll(evtchn_port_t port)
{
    struct sched_poll op = { .ports = &port, .nr_ports = 1 };

    return hypercall_sched_op(SCHEDOP_poll, &op);
}

/** Have callback @p type of a PV guest enter at @p entry. */
static inline long hypercall_register_callback(
    const struct callback_register *arg)
{
    return hypercall_callback_op(CALLBACKOP_register, arg);
}

static inline long hypercall_evtchn_close(evtchn_port_t port)
{
    struct evtchn_close op = { .port = port };

    return hypercall_event_channel_op(EVTCHNOP_close, &op);
}

static inline long hypercall_evtchn_send(evtchn_port_t port)
{
    struct evtchn_send op = { .port = port };

    return hypercall_event_channel_op(EVTCHNOP_send, &op);
}

/** Fills in the rest of @p status for its dom and port. */
static inline long hypercall_evtchn_status(struct evtchn_status *status)
{
    return hypercall_event_channel_op(EVTCHNOP_status, status);
}

static inline long hypercall_evtchn_unmask(evtchn_port_t port)
{
    struct evtchn_unmask op = { .port = port };

    return hypercall_event_channel_op(EVTCHNOP_unmask, &op);
}

/** A new port in op->dom that op->remote_dom may bind to: fills in op->port. */
static inline long hypercall_evtchn_alloc_unbound(
    struct evtchn_alloc_unbound *op)
{
    return hypercall_event_channel_op(EVTCHNOP_alloc_unbound, op);
}

/** Set parameter @p idx (HVM_PARAM_*) of this domain. */
static inline int hvm_set_param(unsigned int idx, uint64_t value)
{
    struct xen_hvm_param op = {
        .domid = DOMID_SELF, .index = idx, .value = value,
    };

    return hypercall_hvm_op(HVMOP_set_param, &op);
}

/** Read parameter @p idx of this domain into @p value, untouched on error. */
static inline int hvm_get_param(unsigned int idx, uint64_t *value)
{
    struct xen_hvm_param op = { .domid = DOMID_SELF, .index = idx };
    int rc = hypercall_hvm_op(HVMOP_get_param, &op);

    if ( rc == 0 )
        *value = op.value;

    return rc;
}

/* Those with structures of the architecture. */
#include <arch/hypercalls.h>

#endif /* XTF_HYPERCALL_H */
