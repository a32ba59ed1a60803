/*
 * Exceptions and upcalls of a PV guest, by hypercall.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <xtf/hypercall.h>
#include <xtf/lib.h>
#include <xtf/traps.h>

#include <arch/idt.h>
#include <arch/irqflags.h>
#include <arch/lib.h>
#include <arch/mm.h>
#include <arch/pagetable.h>
#include <arch/setup.h>
#include <arch/smp.h>
#include <arch/symbolic-const.h>

/* As TI_SET_IF(): mask upcalls on entry, as an interrupt gate does. */
#define TI_MASK_EVENTS 4

extern const uint8_t entry_failsafe[];

static void check(const char *what, long rc)
{
    if ( rc )
        panic("%s failed: %ld\n", what, rc);
}

/*
 * Privilege 0 is Xen's.  What a gate of DPL 0 is to other kernels, for the
 * kernel's own INT n but not for user mode's, is 1 in both widths here.
 */
static struct trap_info trap_entry(unsigned int vector, unsigned int dpl)
{
    return (struct trap_info) {
        .vector = vector,
        .flags = (dpl ?: 1) | TI_MASK_EVENTS,
        .cs = __KERN_CS,
        .address = arch_entry_stub(vector),
    };
}

struct trap_info pv_trap_entry(unsigned int vector)
{
    /* No other vector has an entry: INT n for it is #GP. */
    if ( vector >= X86_NR_RESERVED_VECTORS && vector != X86_VEC_RET2KERN )
        return (struct trap_info) { .vector = vector };

    return trap_entry(vector, vector == X86_EXC_BP || vector == X86_EXC_OF ||
                      vector == X86_VEC_RET2KERN ? 3 : 0);
}

static void set_callback(unsigned int type, unsigned long addr)
{
    const struct callback_register cb = {
        .type = type,
        .flags = CALLBACKF_mask_events,
        .address = INIT_XEN_CALLBACK(__KERN_CS, addr),
    };

    check("Registering a callback", hypercall_register_callback(&cb));
}

static void set_trap_table(void)
{
    /* The last entry is the terminator. */
    static struct trap_info table[X86_NR_RESERVED_VECTORS + 2];
    unsigned int vec;

    for ( vec = 0; vec < X86_NR_RESERVED_VECTORS; ++vec )
        table[vec] = pv_trap_entry(vec);
    table[vec] = pv_trap_entry(X86_VEC_RET2KERN);

    check("HYPERVISOR_set_trap_table", hypercall_set_trap_table(table));
}

/* Xen takes a page as GDT only while nobody can write to it. */
static void load_gdt(void)
{
    unsigned long frame = virt_to_mfn(gdt);

    check("Making the GDT read-only", remap_l1e(gdt, PF_SYM(AD, P)));
    check("HYPERVISOR_set_gdt", hypercall_set_gdt(&frame, PAGE_SIZE / 8));
}

void arch_init_traps(void)
{
    set_trap_table();
    load_gdt();
    arch_set_entry_stack(0);

    set_callback(CALLBACKTYPE_event, arch_entry_stub(X86_VEC_XEN_CALLBACK));
    set_callback(CALLBACKTYPE_failsafe, _u(entry_failsafe));

#ifdef CONFIG_64BIT
    set_callback(CALLBACKTYPE_syscall, arch_entry_stub(X86_VEC_PV_SYSCALL));

    /* User mode gets page tables of its own: the kernel's. */
    {
        mmuext_op_t op = {
            .cmd = MMUEXT_NEW_USER_BASEPTR,
            .arg1.mfn = virt_to_mfn(_p(pv_start_info->pt_base)),
        };

        check("MMUEXT_NEW_USER_BASEPTR",
              hypercall_mmuext_op(&op, 1, NULL, DOMID_SELF));
    }
#endif

    /* Not on every processor; nothing to miss where Xen has no use for it. */
    {
        const struct callback_register cb = {
            .type = CALLBACKTYPE_sysenter,
            .flags = CALLBACKF_mask_events,
            .address = INIT_XEN_CALLBACK(
                __KERN_CS, arch_entry_stub(X86_VEC_PV_SYSENTER)),
        };

        hypercall_register_callback(&cb);
    }
}

int xtf_set_idte(unsigned int vector, const struct xtf_idte *idte)
{
    struct trap_info ti[3] = { trap_entry(vector, idte->dpl) };

    ti[0].cs = idte->cs;
    ti[0].address = idte->addr;

    /*
     * Xen learns the vector of an INT n from the error code of a #GP, and QEMU
     * before 8.0 puts twice the vector there.
     */
    if ( vector >= X86_NR_RESERVED_VECTORS && vector < 128 )
    {
        ti[1] = ti[0];
        ti[1].vector = vector * 2;
    }

    return hypercall_set_trap_table(ti);
}

void arch_set_entry_stack(unsigned long sp)
{
    if ( !sp )
        sp = vcpu_stack_top(this_vcpu());

    check("HYPERVISOR_stack_switch", hypercall_stack_switch(__KERN_DS, sp));
}

static volatile uint8_t *upcall_mask(void)
{
    return &this_vcpu_info()->evtchn_upcall_mask;
}

bool local_irq_enabled(void)
{
    return !*upcall_mask();
}

void local_irq_disable(void)
{
    *upcall_mask() = 1;
    barrier();
}

void local_irq_enable(void)
{
    barrier();
    *upcall_mask() = 0;
    barrier();

    /*
     * Xen delivers on its way back to the guest.  An event that came while
     * masked is still pending; any hypercall brings it in.
     */
    if ( ACCESS_ONCE(this_vcpu_info()->evtchn_upcall_pending) )
        hypercall_xen_version(XENVER_version, NULL);
}

void local_irq_sleep(void)
{
    hypercall_sched_op(SCHEDOP_block, NULL);
}

unsigned long arch_local_flags(void)
{
    return (read_flags() & ~X86_EFLAGS_IF) |
        (local_irq_enabled() ? X86_EFLAGS_IF : 0);
}
