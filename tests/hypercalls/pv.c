/*
 * Hypercalls for PV guests only: page tables, descriptors, traps, callbacks.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */

#include "tour.h"

#ifdef CONFIG_HVM

CASE("set_trap_table and other PV hypercalls: HVM guest -> -ENOSYS")
{
    uint64_t word = 0;

    expect_errno(hypercall_set_trap_table(_p(&word)), -ENOSYS);
    expect_errno(hypercall_mmu_update(NULL, 0, NULL, DOMID_SELF), -ENOSYS);
    expect_errno(hypercall_set_gdt(NULL, 0), -ENOSYS);
    expect_errno(hypercall_stack_switch(0, 0), -ENOSYS);
    expect_errno(hypercall_fpu_taskswitch(false), -ENOSYS);
    expect_errno(hypercall_set_debugreg(0, 0), -ENOSYS);
    expect_errno(hypercall_get_debugreg(0), -ENOSYS);
    expect_errno(hypercall_update_descriptor(0, (user_desc){}), -ENOSYS);
    expect_errno(hypercall_update_va_mapping(NULL, 0, 0), -ENOSYS);
    expect_errno(hypercall_nmi_op(XENNMI_unregister_callback, NULL), -ENOSYS);
    expect_errno(hypercall_callback_op(CALLBACKOP_register, NULL), -ENOSYS);

    expect_errno(HYPERCALL0(long, __HYPERVISOR_set_callbacks), -ENOSYS);
    expect_errno(HYPERCALL0(long, __HYPERVISOR_sched_op_compat), -ENOSYS);
    expect_errno(HYPERCALL0(long, __HYPERVISOR_set_segment_base), -ENOSYS);
    expect_errno(HYPERCALL0(long, __HYPERVISOR_event_channel_op_compat),
                 -ENOSYS);
    expect_errno(HYPERCALL0(long, __HYPERVISOR_physdev_op_compat), -ENOSYS);
}

CASE("iret: HVM guest -> entry of the hypercall page is UD2")
{
    /* An HVM guest uses the instruction instead. */
    expect_mem(hypercall_page + __HYPERVISOR_iret * 32, "\x0f\x0b", 2);
}

CASE("mmuext_op: HVM guest, DOMID_SELF -> -EINVAL, or -ENOSYS without CONFIG_PV")
{
    mmuext_op_t op = { .cmd = MMUEXT_TLB_FLUSH_LOCAL };

    /* HVM control domains have it to build PV domains. */
    expect_either(hypercall_mmuext_op(&op, 1, NULL, DOMID_SELF),
                  -EINVAL, -ENOSYS);
}

#else /* CONFIG_PV */

CASE("set_trap_table: empty list, bad pointer -> 0, -EFAULT")
{
    const struct trap_info end = {};

    expect_ok(hypercall_set_trap_table(&end));
    expect_errno(hypercall_set_trap_table(BAD_PTR), -EFAULT);
}

static uint8_t page[PAGE_SIZE] __page_aligned_bss;

/* The machine address of the L1 entry that maps @va. */
static uint64_t pte_maddr(const void *va)
{
    const intpte_t *table = _p(pv_start_info->pt_base);

#if CONFIG_PAGING_LEVELS == 4
    table = maddr_to_virt(pte_to_paddr(table[l4_table_offset(_u(va))]));
#endif
    table = maddr_to_virt(pte_to_paddr(table[l3_table_offset(_u(va))]));
    table = maddr_to_virt(pte_to_paddr(table[l2_table_offset(_u(va))]));

    return virt_to_maddr(&table[l1_table_offset(_u(va))]);
}

CASE("mmu_update: L1 entry made read-only, writable -> entry changed")
{
    mmu_update_t op = {
        .ptr = pte_maddr(page) | MMU_NORMAL_PT_UPDATE,
        .val = pte_from_virt(page, PF_SYM(AD, U, P)),
    };
    unsigned int done = 0x5a5a;
    const intpte_t *pte = maddr_to_virt(pte_maddr(page));

    expect_ok(hypercall_mmu_update(&op, 1, &done, DOMID_SELF));
    expect_eq(done, 1);
    expect_hex(*pte & PF_SYM(RW, P), PF_SYM(P));

    op.val = pte_from_virt(page, PF_SYM(AD, U, RW, P));
    expect_ok(hypercall_mmu_update(&op, 1, NULL, DOMID_SELF));
    expect_hex(*pte & PF_SYM(RW, P), PF_SYM(RW, P));
}

CASE("mmu_update: count 0, bad pointer, unallocated domid -> 0, -EFAULT, -ESRCH")
{
    mmu_update_t op = { .ptr = 7 };
    unsigned int done = 0x5a5a;

    expect_ok(hypercall_mmu_update(&op, 0, &done, DOMID_SELF));
    expect_eq(done, 0);
    expect_errno(hypercall_mmu_update(BAD_PTR, 1, &done, DOMID_SELF), -EFAULT);
    expect_eq(done, 0);

    /* The list may be for another domain. */
    expect_errno(hypercall_mmu_update(&op, 1, &done, NO_DOMAIN), -ESRCH);
}

CASE("update_va_mapping: entry made read-only and NX, writable -> entry changed")
{
    const intpte_t *pte = maddr_to_virt(pte_maddr(page));

    expect_ok(hypercall_update_va_mapping(
        page, pte_from_virt(page, PF_SYM(NX, AD, U, P)), UVMF_INVLPG));
    expect_hex(*pte & PF_SYM(RW, P), PF_SYM(P));
    if ( cpu_has_nx )
        expect_hex(*pte & PF_SYM(NX), PF_SYM(NX));
    expect_ok(hypercall_update_va_mapping(
        page, pte_from_virt(page, PF_SYM(AD, U, RW, P)),
        UVMF_TLB_FLUSH | UVMF_ALL));
    expect_hex(*pte & PF_SYM(RW, P), PF_SYM(RW, P));
}

CASE("update_va_mapping: address of Xen's M2P -> -EINVAL")
{
    /* Xen maps the M2P read-only at this address. */
    expect_errno(hypercall_update_va_mapping(m2p, 0, 0), -EINVAL);
}

CASE("mmuext_op: three TLB flushes -> 0, all done")
{
    mmuext_op_t ops[] = {
        { .cmd = MMUEXT_TLB_FLUSH_LOCAL },
        { .cmd = MMUEXT_INVLPG_LOCAL, .arg1.linear_addr = _u(page) },
        { .cmd = MMUEXT_TLB_FLUSH_ALL },
    };
    unsigned int done = 0x5a5a;

    expect_ok(hypercall_mmuext_op(ops, 3, &done, DOMID_SELF));
    expect_eq(done, 3);
}

CASE("mmuext_op: second entry is an unknown command -> -ENOSYS, one done")
{
    mmuext_op_t ops[] = {
        { .cmd = MMUEXT_TLB_FLUSH_LOCAL },
        { .cmd = NO_OP },
        { .cmd = MMUEXT_TLB_FLUSH_LOCAL },
    };
    unsigned int done = 0x5a5a;

    expect_errno(hypercall_mmuext_op(ops, 3, &done, DOMID_SELF), -ENOSYS);
    expect_eq(done, 1);
    expect_errno(hypercall_mmuext_op(BAD_PTR, 1, &done, DOMID_SELF), -EFAULT);
    expect_eq(done, 0);
}

CASE("set_gdt: too many entries, bad pointer -> -EINVAL, -EFAULT, old GDT in use")
{
    const unsigned long frame = 0;

    expect_errno(hypercall_set_gdt(&frame, FIRST_RESERVED_GDT_ENTRY + 1),
                 -EINVAL);
    expect_errno(hypercall_set_gdt(BAD_PTR, 512), -EFAULT);

    /* The previous GDT is still in use. */
    expect_ok(update_desc(&gdt[GDTE_AVAIL0], (user_desc){}));
}

CASE("update_descriptor: GDT entry, unaligned address, TSS -> written, -EINVAL, -EINVAL")
{
    const user_desc desc = GDTE_SYM(0, 0xfffff, COMMON, DATA, DPL3, B, W);
    const uint64_t maddr = virt_to_maddr(&gdt[GDTE_AVAIL0]);

    expect_ok(hypercall_update_descriptor(maddr, desc));
    expect_hex(gdt[GDTE_AVAIL0].raw, desc.raw);
    expect_errno(hypercall_update_descriptor(maddr + 1, desc), -EINVAL);
    expect_ok(hypercall_update_descriptor(maddr, (user_desc){}));
    expect_hex(gdt[GDTE_AVAIL0].raw, 0);

    /* A guest must not have a TSS descriptor. */
    expect_errno(hypercall_update_descriptor(
        maddr, GDTE_SYM(0, 0x67, P, TSS)), -EINVAL);
    expect_hex(gdt[GDTE_AVAIL0].raw, 0);
}

CASE("stack_switch: kernel stack -> 0")
{
    expect_ok(hypercall_stack_switch(__KERN_DS,
                                     _u(boot_stack) + sizeof(boot_stack)));
}

CASE("fpu_taskswitch: set, clear -> FPU instruction works")
{
    expect_ok(hypercall_fpu_taskswitch(true));
    expect_ok(hypercall_fpu_taskswitch(false));
    asm volatile ("fnop");
}

CASE("set_debugreg, get_debugreg: DR0, DR8 -> value read back, -ENODEV")
{
    expect_ok(hypercall_set_debugreg(0, _u(page)));
    expect_hex(hypercall_get_debugreg(0), _u(page));
    expect_ok(hypercall_set_debugreg(0, 0));
    expect_hex(hypercall_get_debugreg(0), 0);
    expect_errno((long)hypercall_get_debugreg(8), -ENODEV);
    expect_ne(hypercall_set_debugreg(8, 0), 0);
}

CASE("callback_op: unknown type, event, NMI, unknown command -> -ENOSYS, -EINVAL, 0, error")
{
    const struct callback_register none = { .type = NO_OP };
    const struct callback_unregister event = { .type = CALLBACKTYPE_event };
    const struct callback_unregister nmi = { .type = CALLBACKTYPE_nmi };

    expect_errno(hypercall_register_callback(&none), -ENOSYS);
    expect_errno(hypercall_register_callback(BAD_PTR), -EFAULT);
    expect_errno(hypercall_callback_op(CALLBACKOP_unregister, &event),
                 -EINVAL);
    expect_ok(hypercall_callback_op(CALLBACKOP_unregister, &nmi));

    /* A 32-bit guest gets -EINVAL. */
    expect_either(hypercall_callback_op(NO_OP, NULL), -ENOSYS, -EINVAL);
}

CASE("nmi_op: register, unregister, bad pointer, unknown command -> 0, 0, -EFAULT, -ENOSYS")
{
    const struct xennmi_callback cb = { .handler_address = _u(page) };

    expect_ok(hypercall_nmi_op(XENNMI_register_callback, (void *)&cb));
    expect_ok(hypercall_nmi_op(XENNMI_unregister_callback, NULL));
    expect_errno(hypercall_nmi_op(XENNMI_register_callback, BAD_PTR), -EFAULT);
    expect_errno(hypercall_nmi_op(NO_OP, NULL), -ENOSYS);
}

#endif
