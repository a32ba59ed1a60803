/**
 * @file tests/xtf-api/main.c
 * @ref test-xtf-api
 *
 * @page test-xtf-api XTF API: every name that XTF's tests use
 *
 * Every name that tests of the Xen Test Framework use, as they use it.  The
 * test fails to build if a name is missing or a type differs, which would
 * break tests that others wrote.  Harmless calls are made, too; where a guest
 * can see the effect of one, a case checks it.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <xtf.h>

#include <arch/apic.h>
#include <arch/barrier.h>
#include <arch/hpet.h>
#include <arch/ioapic.h>
#include <arch/msr-index.h>
#include <arch/tsx.h>
#include <arch/vmx.h>
#include <arch/x86-dbg-reg.h>
#include <arch/x86-gate.h>
#include <xtf/elf.h>
#include <xtf/exlog.h>

const char test_title[] = "XTF API: every name that XTF's tests use";

bool test_needs_fep = false;

/* Each exists and has an address. */
static const void *const things[] = {
    /* Verdicts. */
    xtf_success, xtf_warning, xtf_skip, xtf_error, xtf_failure,
    xtf_status_reported, xtf_report_status, xtf_exit,

    /* Console and library. */
    printk, vprintk, register_console_callback, pv_console_read_some,
    snprintf, vsnprintf, vsnprintf_internal, panic, heapsort,
    exec_user, exec_user_param, exec_user_void,
    &exec_user_cs, &exec_user_ss,
    &exec_user_efl_and_mask, &exec_user_efl_or_mask,
    xtf_get_domid, xtf_probe_sysctl_interface_version,

    /* Exceptions. */
    xtf_exlog_start, xtf_exlog_stop, xtf_exlog_reset, xtf_exlog_entries,
    xtf_exlog_entry, xtf_exlog_log_exception, xtf_exlog_dump_log,
    ex_record_fault_eax, ex_record_fault_edi, ex_rdmsr_safe, ex_wrmsr_safe,

    /* Hypercalls. */
    hypercall_set_trap_table, hypercall_mmu_update, hypercall_set_gdt,
    hypercall_stack_switch, hypercall_set_debugreg, hypercall_get_debugreg,
    hypercall_update_descriptor, hypercall_memory_op, hypercall_multicall,
    hypercall_update_va_mapping, hypercall_xen_version,
    hypercall_console_write, hypercall_grant_table_op, hypercall_vm_assist,
    hypercall_vcpu_op, hypercall_mmuext_op, hypercall_sched_op,
    hypercall_callback_op, hypercall_event_channel_op, hypercall_physdev_op,
    hypercall_hvm_op, hypercall_sysctl, hypercall_argo_op,
    hypercall_shutdown, hypercall_yield, hypercall_poll,
    hypercall_register_callback, hypercall_evtchn_close,
    hypercall_evtchn_send, hypercall_evtchn_status,
    hypercall_evtchn_alloc_unbound, hvm_set_param, hvm_get_param,
    hypercall_page,

    /* Xenstore. */
    xenstore_init, xenstore_read, init_xenbus, &shared_info,

    /* Instructions. */
    cpuid, cpuid_count, pv_cpuid_count, rdmsr, wrmsr, rdmsr_safe, wrmsr_safe,
    read_cr0, read_cr2, read_cr3, read_cr4,
    write_cr0, write_cr2, write_cr3, write_cr4, write_cr4_safe,
    read_cs, read_ds, read_es, read_fs, read_gs, read_ss,
    write_cs, write_ds, write_es, write_fs, write_gs, write_ss,
    lldt, ltr, sldt, str, sgdt, sidt, lgdt, lidt, clflush, invlpg, flush_tlb,
    inb, inw, inl, outb, outw, outl, rep_outsb, read_flags, write_flags,
    read_xcr0, write_xcr0, read_mxcsr, write_mxcsr,
    read_dr0, read_dr1, read_dr2, read_dr3, read_dr6, read_dr7,
    write_dr0, write_dr1, write_dr2, write_dr3, write_dr6, write_dr7,

    /* Memory. */
    pte_from_virt, pte_from_gfn, pte_from_paddr, pte_to_paddr,
    virt_to_gfn, virt_to_pfn, pfn_to_virt, gfn_to_virt,
#ifdef CONFIG_PV
    virt_to_mfn, virt_to_maddr, pfn_to_mfn, mfn_to_virt, maddr_to_virt,
    &pv_start_info,
#else
    &pvh_start_info, idt, &tss,
    pack_intr_gate, pack_call_gate, pack_tss_desc, pack_ldt_desc,
#if CONFIG_PAGING_LEVELS > 0
    l1_identmap, l2_identmap, cr3_target,
#endif
#if CONFIG_PAGING_LEVELS >= 3
    pae_l1_identmap, pae_l2_identmap, pae_l3_identmap,
#endif
#if CONFIG_PAGING_LEVELS >= 4
    pae_l4_identmap,
#endif
#ifdef CONFIG_32BIT
    pack_task_gate,
#endif
#endif

    /* Descriptors and stacks. */
    gdt, update_desc, xtf_set_idte, boot_stack, user_stack,
    cpu_regs_sp, cpu_regs_ss,

    /* The processor and the platform. */
    &x86_vendor, &max_leaf, &max_extd_leaf, &maxphysaddr, x86_features,
    &xtf_has_fep,
    apic_init, apic_read, apic_write, apic_icr_write, apic_mmio_read,
    apic_mmio_write, ioapic_init, ioapic_set_mask, hpet_init,
    hpet_init_timer, hpet_read_counter, &hpet_nr_timers,
};

/* Types: the fields that tests use. */
static bool __maybe_unused ex_example(struct cpu_regs *regs,
                                      const struct extable_entry *ex)
{
    regs->ax = EXINFO(regs->entry_vector, regs->error_code);
    regs->ip = ex->fixup;

    return ex->fault && ex->handler && (regs->cs & 3) == 3 &&
        regs->flags && regs->sp && regs->ss && regs->ds;
}

static unsigned long __user_text user_function(void)
{
    return 0x1234;
}

static uint32_t user_variable __user_data __maybe_unused;
static uint8_t user_page[PAGE_SIZE] __user_page_aligned_bss __maybe_unused;
static uint8_t some_page[PAGE_SIZE] __page_aligned_bss __maybe_unused;
static uint8_t data_page[PAGE_SIZE] __page_aligned_data __maybe_unused = { 1 };

static exinfo_t probe_ud(void)
{
    exinfo_t fault = 0;

    asm volatile ("1: ud2a; 2:"
                  _ASM_EXTABLE_HANDLER(1b, 2b, %P[rec])
                  : "+a" (fault)
                  : [rec] "p" (ex_record_fault_eax));

    return fault;
}

static exinfo_t probe_bp(void)
{
    exinfo_t fault = 0;

    asm volatile ("int3; 1:"
                  _ASM_TRAP_OK(1b)
                  : "+D" (fault));

    return fault;
}

/* See asm.S. */
void asm_idte(void);
unsigned int asm_fault(void);
unsigned long asm_xen_version(void), asm_user(void);

/* Larger than what one L1 table maps. */
static uint8_t large[KB(2304)] __page_aligned_bss;
static uint8_t user_last[PAGE_SIZE] __user_page_aligned_bss;

static void __user_text touch_user_page(void)
{
    user_last[PAGE_SIZE - 1] = 1;
}

static void test_asm(void)
{
    const struct xtf_idte idte = { .addr = _u(asm_idte), .cs = __KERN_CS };
    unsigned int ret = 0;

    /* DPL 0 allows the kernel's own INT n, also in a PV guest. */
    if ( xtf_set_idte(X86_VEC_AVAIL, &idte) )
        return xtf_error("Error: xtf_set_idte()\n");
    asm volatile ("int $%c[vec]"
                  : "+a" (ret) : [vec] "i" (X86_VEC_AVAIL) : "memory");
    if ( ret != 0x5678 )
        xtf_failure("Fail: the test's entry point returned %#x, expected "
                    "0x5678\n", ret);

    xtf_exlog_start();
    ret = asm_fault();
    xtf_exlog_stop();
    if ( ret != EXINFO_SYM(UD, 0) )
        xtf_failure("Fail: expected #UD from asm_fault(), got %pe\n", _p(ret));
    if ( xtf_exlog_entries() != 1 || xtf_exlog_entry(1) ||
         xtf_exlog_entry(0)->ev != X86_EXC_UD ||
         xtf_exlog_entry(0)->cs != __KERN_CS )
        xtf_failure("Fail: the exception log does not hold one #UD\n");

    if ( asm_xen_version() !=
         (unsigned long)hypercall_xen_version(XENVER_version, NULL) )
        xtf_failure("Fail: HYPERCALL_xen_version differs from "
                    "hypercall_xen_version()\n");

    if ( exec_user(asm_user) != 0x77 )
        xtf_failure("Fail: exec_user(asm_user) is not 0x77\n");
}

static void test_large_image(void)
{
    large[sizeof(large) - 1] = 1;
    exec_user_void(touch_user_page);
    if ( _u(&large[sizeof(large)]) <= MB(2) || !user_last[PAGE_SIZE - 1] )
        xtf_failure("Fail: user mode did not write to user_last\n");
}

void test_main(void)
{
    struct xtf_idte idte = { .addr = 0, .cs = __KERN_CS, .dpl = 3 };
    user_desc desc = GDTE_SYM(0, 0xfffff, COMMON, DATA, DPL3, B, W);
    struct cpu_regs regs = {};
    far_ptr far = { .offset = 0, .selector = __KERN_CS32 };
    desc_ptr ptr = { .limit = 0, .base = 0 };
    env_gate gate = {};
    unsigned int i;

    (void)idte, (void)regs, (void)far, (void)ptr, (void)gate;

    for ( i = 0; i < ARRAY_SIZE(things); ++i )
        if ( !things[i] )
            xtf_failure("Fail: things[%u] is NULL\n", i);

    if ( probe_ud() != EXINFO_SYM(UD, 0) )
        xtf_failure("Fail: expected %pe, got %pe\n",
                    _p(EXINFO_SYM(UD, 0)), _p(probe_ud()));
    if ( probe_bp() )
        xtf_failure("Fail: #BP was not handled as a trap\n");

    if ( exec_user(user_function) != 0x1234 )
        xtf_failure("Fail: exec_user(user_function) is not 0x1234\n");

    if ( update_desc(&gdt[GDTE_AVAIL0], desc) )
        xtf_failure("Fail: update_desc() returned an error\n");

    test_asm();
    test_large_image();

    xtf_run_cases();
}
