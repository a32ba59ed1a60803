/*
 * hvm_op, which only HVM guests have.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */

#include "tour.h"

#ifdef CONFIG_HVM

CASE("get_param: valid, invalid, forbidden parameter, bad pointer -> value, -EINVAL, -EPERM, -EFAULT")
{
    uint64_t val = 0x5a5a;

    /* The runtime has set this value. */
    expect_ok(hvm_get_param(HVM_PARAM_CALLBACK_IRQ, &val));
    expect_hex(val, (uint64_t)HVM_PARAM_CALLBACK_TYPE_VECTOR << 56 |
               X86_VEC_XEN_CALLBACK);

    val = 0x5a5a;
    expect_errno(hvm_get_param(HVM_NR_PARAMS + 100, &val), -EINVAL);
    expect_errno(hvm_get_param(HVM_PARAM_PAE_ENABLED, &val), -EINVAL);
    expect_errno(hvm_get_param(HVM_PARAM_IDENT_PT, &val), -EPERM);
    expect_hex(val, 0x5a5a);

    expect_errno(hypercall_hvm_op(HVMOP_get_param, BAD_PTR), -EFAULT);
}

CASE("set_param: valid value -> read back, else -EINVAL, -ESRCH, -EFAULT")
{
    struct xen_hvm_param op = {
        .domid = NO_DOMAIN, .index = HVM_PARAM_CALLBACK_IRQ,
    };
    uint64_t old = 0, val = 0;

    require_ok(hvm_get_param(HVM_PARAM_X87_FIP_WIDTH, &old));
    expect_ok(hvm_set_param(HVM_PARAM_X87_FIP_WIDTH, 4));
    expect_ok(hvm_get_param(HVM_PARAM_X87_FIP_WIDTH, &val));
    expect_eq(val, 4);
    expect_errno(hvm_set_param(HVM_PARAM_X87_FIP_WIDTH, 5), -EINVAL);
    expect_ok(hvm_get_param(HVM_PARAM_X87_FIP_WIDTH, &val));
    expect_eq(val, 4);
    expect_ok(hvm_set_param(HVM_PARAM_X87_FIP_WIDTH, old));

    expect_errno(hvm_set_param(HVM_NR_PARAMS + 100, 0), -EINVAL);
    expect_errno(hypercall_hvm_op(HVMOP_set_param, &op), -ESRCH);
    expect_errno(hypercall_hvm_op(HVMOP_set_param, BAD_PTR), -EFAULT);
}

CASE("get_time: twice, bad pointer -> not less the second time, -EFAULT")
{
    struct xen_hvm_get_time a = { 0 }, b = { 0 };

    expect_ok(hypercall_hvm_op(HVMOP_get_time, &a));
    expect_ok(hypercall_hvm_op(HVMOP_get_time, &b));
    expect_ne(a.now, 0);
    expect_msg(b.now >= a.now, "get_time is %" PRIu64 ", then %" PRIu64
               ", expected not less",
               a.now, b.now);
    expect_errno(hypercall_hvm_op(HVMOP_get_time, BAD_PTR), -EFAULT);
}

CASE("flush_tlbs: null, other pointer -> 0, -EINVAL")
{
    int arg;

    expect_ok(hypercall_hvm_op(HVMOP_flush_tlbs, NULL));
    expect_errno(hypercall_hvm_op(HVMOP_flush_tlbs, &arg), -EINVAL);
}

CASE("get_mem_type: RAM, unpopulated GFN, unallocated domid -> ram_rw, mmio_dm, -ESRCH")
{
    struct xen_hvm_get_mem_type op = {
        .domid = DOMID_SELF, .mem_type = 0x5a5a,
        .pfn = virt_to_pfn(boot_stack),
    };

    expect_ok(hypercall_hvm_op(HVMOP_get_mem_type, &op));
    expect_eq(op.mem_type, HVMMEM_ram_rw);

    op.pfn = _u(BAD_PTR) >> PAGE_SHIFT;
    expect_ok(hypercall_hvm_op(HVMOP_get_mem_type, &op));
    expect_eq(op.mem_type, HVMMEM_mmio_dm);

    op.domid = NO_DOMAIN;
    expect_errno(hypercall_hvm_op(HVMOP_get_mem_type, &op), -ESRCH);
    expect_errno(hypercall_hvm_op(HVMOP_get_mem_type, BAD_PTR), -EFAULT);
}

CASE("set_evtchn_upcall_vector: vector 15, no such vCPU, bad pointer -> -EINVAL, -ENOENT, -EFAULT")
{
    struct xen_hvm_evtchn_upcall_vector op = { .vcpu = 0, .vector = 0xf };

    /* Vectors below 16 are illegal for a local APIC. */
    expect_errno(hypercall_hvm_op(HVMOP_set_evtchn_upcall_vector, &op),
                 -EINVAL);
    op = (struct xen_hvm_evtchn_upcall_vector){ 99999, X86_VEC_AVAIL };
    expect_errno(hypercall_hvm_op(HVMOP_set_evtchn_upcall_vector, &op),
                 -ENOENT);
    expect_errno(hypercall_hvm_op(HVMOP_set_evtchn_upcall_vector, BAD_PTR),
                 -EFAULT);
}

CASE("xentrace, guest_request_vm_event, pagetable_dying: bad argument -> -EINVAL, -EINVAL, -ESRCH")
{
    struct xen_hvm_xentrace trace = {
        .extra_bytes = sizeof(trace.extra) + 1,
    };
    struct xen_hvm_pagetable_dying dying = { .domid = NO_DOMAIN };

    expect_errno(hypercall_hvm_op(HVMOP_xentrace, &trace), -EINVAL);
    expect_errno(hypercall_hvm_op(HVMOP_guest_request_vm_event, &trace),
                 -EINVAL);
    expect_errno(hypercall_hvm_op(HVMOP_pagetable_dying, &dying), -ESRCH);
}

CASE("hvm_op: unknown command -> -ENOSYS")
{
    expect_errno(hypercall_hvm_op(NO_OP, NULL), -ENOSYS);
}

#else /* CONFIG_PV */

CASE("hvm_op: PV guest -> -EINVAL or -ENOSYS")
{
    struct xen_hvm_param op = { .domid = DOMID_SELF };

    /* A Xen without CONFIG_HVM returns -ENOSYS. */
    expect_either(hypercall_hvm_op(HVMOP_get_param, &op), -EINVAL, -ENOSYS);
    expect_either(hypercall_hvm_op(HVMOP_set_param, &op), -EINVAL, -ENOSYS);
    expect_either(hypercall_hvm_op(HVMOP_flush_tlbs, NULL), -EINVAL, -ENOSYS);
    expect_errno(hypercall_hvm_op(NO_OP, NULL), -ENOSYS);
}

#endif
