/**
 * @file tests/xtf-api/x86.c
 *
 * What the names of the architecture do, where that can be seen.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <xtf.h>

#include <arch/vmx.h>

/* Sizes and constants of PAE and PSE paging, whatever the environment's own. */
BUILD_BUG_ON(PAE_L1_PT_ENTRIES * PAE_PTE_SIZE != PAGE_SIZE);
BUILD_BUG_ON(PSE_L1_PT_ENTRIES * PSE_PTE_SIZE != PAGE_SIZE);
BUILD_BUG_ON(1 << PAE_PTE_ORDER != PAE_PTE_SIZE);
BUILD_BUG_ON(1 << PSE_PTE_ORDER != PSE_PTE_SIZE);
BUILD_BUG_ON(1ul << PAE_L2_PT_SHIFT != PAGE_SIZE * PAE_L1_PT_ENTRIES);
BUILD_BUG_ON(1ul << PSE_L2_PT_SHIFT != PAGE_SIZE * PSE_L1_PT_ENTRIES);
BUILD_BUG_ON(1ull << PAE_L3_PT_SHIFT != GB(1) || 1ull << PAE_L4_PT_SHIFT != GB(512));
BUILD_BUG_ON(PAGE_SIZE << PAGE_ORDER_4K != KB(4));
BUILD_BUG_ON(PAGE_SIZE << PAGE_ORDER_2M != MB(2));
BUILD_BUG_ON(PAGE_SIZE << PAGE_ORDER_4M != MB(4));
BUILD_BUG_ON(PAGE_SIZE << PAGE_ORDER_1G != GB(1));

BUILD_BUG_ON(SEL_EC_SYM(0x18, GDT) != 0x18 || SEL_EC_SYM(0x18, LDT) != 0x1c);
BUILD_BUG_ON((0x18 | X86_SEL_LDT) != 0x1c || X86_SEL_GDT != 0);
BUILD_BUG_ON(X86_MXCSR_STATUS_MASK !=
             (X86_MXCSR_IE | X86_MXCSR_DE | X86_MXCSR_ZE | X86_MXCSR_OE |
              X86_MXCSR_UE | X86_MXCSR_PE));

#define REG_OFFSET(field)   offsetof(struct cpu_regs, field)
BUILD_BUG_ON(REG_OFFSET(_sp) != REG_OFFSET(sp) ||
             REG_OFFSET(_esp) != REG_OFFSET(sp));
BUILD_BUG_ON(REG_OFFSET(_ss) != REG_OFFSET(ss));
BUILD_BUG_ON(REG_OFFSET(ss) != REG_OFFSET(sp) + sizeof(long));
BUILD_BUG_ON(sizeof(((struct cpu_regs *)0)->_sp) != sizeof(long));
#ifdef CONFIG_64BIT
BUILD_BUG_ON(REG_OFFSET(_rsp) != REG_OFFSET(sp));
#endif

BUILD_BUG_ON(sizeof(msr_vmx_basic_t) != 8 || sizeof(msr_feature_control_t) != 8);

#ifdef CONFIG_HVM
/* A table of another environment may be named where nothing comes to use it. */
static intpte_t __maybe_unused __noinline top_entry(void)
{
    if ( CONFIG_PAGING_LEVELS == 4 )
        return pae_l4_identmap[0];
    if ( CONFIG_PAGING_LEVELS == 3 )
        return pae_l3_identmap[0];

    return 0;
}
#endif

CASE("image: _start and _end are its bounds, zeroptr is address 0")
{
    static uint8_t in_bss;

    expect_hex(_u(_start), MB(1));
    expect_true(_u(&in_bss) >= _u(_start) && _u(&in_bss) < _u(_end));
    expect_true(_u(test_title) >= _u(_start) && _u(test_title) < _u(_end));
    expect_true(IS_ALIGNED(_u(_end), PAGE_SIZE));
    expect_hex(_u(zeroptr), 0);
}

CASE("image: read of every byte -> no exception")
{
    const volatile uint8_t *at;
    unsigned int nr = 0;

    for ( at = _p(_start); at < (const volatile uint8_t *)_end; at += KB(1) )
    {
        (void)*at;
        nr++;
    }

    expect_eq(nr, (_u(_end) - _u(_start)) / KB(1));
}

/* A type of note that Xen does not know, and does not mind. */
#define NOTE_TYPE   0x58544631
ELFNOTE(Xen, NOTE_TYPE, ".asciz \"note in C\"");

CASE("ELFNOTE: used in C -> the note is in the image")
{
    static const char desc[] = "note in C";
    extern const char __start_ex_table[];
    const char *at;
    unsigned int found = 0;

    /* Notes are among the read-only data. */
    for ( at = _start; at < __start_ex_table; at += 4 )
    {
        const uint32_t *word = _p(at);

        if ( word[0] == sizeof("Xen") && word[1] == sizeof(desc) &&
             word[2] == NOTE_TYPE && !strcmp(_p(&word[3]), "Xen") &&
             !strcmp(_p(&word[4]), desc) )
            found++;
    }

    expect_eq(found, 1);
}

#ifdef CONFIG_PV
ELFNOTE(Xen, XEN_ELFNOTE_BSD_SYMTAB, ".asciz \"yes\"");

CASE("XEN_ELFNOTE_BSD_SYMTAB: set -> the symbol table lies behind the image")
{
    const uint8_t *size = _p(ROUNDUP(_u(_end), sizeof(long)));

    expect_ne(*(const uint32_t *)size, 0);
    expect_mem(size + sizeof(uint32_t), ELFMAG, SELFMAG);
}
#endif

CASE("user_desc_base, user_desc_limit: the parts of a descriptor are joined")
{
    const user_desc bytes = INIT_GDTE_SYM(0x12345678, 0xabcde, P, S, DATA, W);
    const user_desc pages = INIT_GDTE_SYM(0, 0xfffff, COMMON, DATA, W);

    expect_hex(user_desc_base(&bytes), 0x12345678);
    expect_hex(user_desc_limit(&bytes), 0xabcde);
    expect_hex(user_desc_base(&pages), 0);
    expect_hex((unsigned int)user_desc_limit(&pages), 0xffffffffu);
}

static env_gate user_gate __user_data;

static void __user_text pack_in_user_mode(void)
{
    pack_call_gate(&user_gate, 0x18, 0x12345678, 3, 0);
}

CASE("pack_call_gate: called in user mode -> works")
{
    exec_user_void(pack_in_user_mode);

    expect_hex(user_gate.addr0, 0x5678);
    expect_hex(user_gate.addr1, 0x1234);
    expect_hex(user_gate.selector, 0x18);
    expect_hex(user_gate.type, X86_DESC_CALL_GATE);
    expect_eq(user_gate.dpl, 3);
    expect_eq(user_gate.p, 1);
}

/* See asm.S. */
unsigned long asm_user_param(unsigned long);

CASE("exec_user_param: a function in assembly finds its parameter in a register")
{
    expect_hex(exec_user_param(asm_user_param, 0x1234567), 0x1234567);
}

unsigned int asm_forced_cpuid(void);

CASE("_ASM_XEN_FEP: used in assembly -> Xen emulates CPUID")
{
    /* Any PV guest's CPUID takes it. */
    if ( IS_DEFINED(CONFIG_HVM) && !xtf_has_fep )
        skip_case("needs hvm_fep on Xen's command line");

    expect_hex(asm_forced_cpuid(), max_leaf);
}

CASE("__ASM_SEL: used in C -> a string")
{
    expect_str(__ASM_SEL(iretl, iretq),
               IS_DEFINED(CONFIG_64BIT) ? "iretq" : "iretl");
}

CASE("DR7_SYM: write, read of a watched variable -> #DB after the write alone")
{
    static volatile uint32_t watched;
    exinfo_t read = 0, written = 0;

    write_dr0(_u(&watched));
    write_dr7(X86_DR7_DEFAULT | X86_DR7_GE | DR7_SYM(0, G, W, 32));

    asm volatile ("mov %[mem], %%edx; 1:"
                  _ASM_EXTABLE_HANDLER(1b, 1b, %P[rec])
                  : "+a" (read)
                  : [mem] "m" (watched), [rec] "p" (ex_record_fault_eax)
                  : "edx");
    asm volatile ("movl $7, %[mem]; 1:"
                  _ASM_EXTABLE_HANDLER(1b, 1b, %P[rec])
                  : "+a" (written), [mem] "=m" (watched)
                  : [rec] "p" (ex_record_fault_eax));

    expect_hex(read_dr6() & 0xf, X86_DR6_B0);

    write_dr7(X86_DR7_DEFAULT);
    write_dr0(0);
    write_dr6(X86_DR6_DEFAULT);

    expect_exception(read, 0);
    expect_exception(written, EXINFO_SYM(DB, 0));
    expect_eq(watched, 7);
}

CASE("_xbegin_safe: CPU without RTM -> _XBEGIN_UD")
{
    unsigned int status = _xbegin_safe();

    if ( status == _XBEGIN_STARTED )
        _xend();

    if ( !cpu_has_rtm && status != _XBEGIN_UD )
        skip_case("RTM is there although CPUID hides it");
    expect_eq(status == _XBEGIN_UD, !cpu_has_rtm);
}

CASE("vmx_insn_err_strerror: known, unknown number -> a text")
{
    expect_str(vmx_insn_err_strerror(VMERR_VMXON_IN_ROOT),
               "VMXON in VMX root operation");
    expect_str(vmx_insn_err_strerror(0), "unknown error");
    expect_str(vmx_insn_err_strerror(~0u), "unknown error");
}

CASE("msr_vmx_basic_t, msr_feature_control_t: fields match the masks")
{
    const msr_vmx_basic_t id = { VMX_BASIC_REVISION_MASK };
    const msr_vmx_basic_t size = { VMX_BASIC_VMCS_SIZE_MASK };
    const msr_vmx_basic_t width = { VMX_BASIC_32BIT_ADDRESSES };
    const msr_vmx_basic_t type = { VMX_BASIC_MEMORY_TYPE_MASK };
    const msr_vmx_basic_t rest = {
        VMX_BASIC_DUAL_MONITOR | VMX_BASIC_INS_OUT_INFO | VMX_BASIC_DEFAULT1_ZERO,
    };
    const msr_feature_control_t lock = { FEATURE_CONTROL_LOCK };
    const msr_feature_control_t inside = { FEATURE_CONTROL_VMXON_INSIDE_SMX };
    const msr_feature_control_t outside = { FEATURE_CONTROL_VMXON_OUTSIDE_SMX };

    expect_hex(id.vmcs_rev_id, 0x7fffffff);
    expect_eq(id.mbz + id.vmcs_size + id.paddr_32bit, 0);
    expect_hex(size.vmcs_size, 0x1fff);
    expect_eq(width.paddr_32bit, 1);
    expect_hex(type.mem_type, 0xf);
    expect_eq(rest.dual_monitor + rest.insn_info + rest.default1_zero, 3);
    expect_eq(lock.lock, 1);
    expect_eq(inside.vmxon_inside_smx, 1);
    expect_eq(outside.vmxon_outside_smx, 1);
}

#ifdef CONFIG_PV
CASE("int 0x80: no entry in the trap table -> #GP")
{
    exinfo_t fault = 0;

    asm volatile ("1: int $0x80; 2:"
                  _ASM_EXTABLE_HANDLER(1b, 2b, %P[rec])
                  : "+a" (fault) : [rec] "p" (ex_record_fault_eax));

    expect_exception(fault, EXINFO_SYM(GP, (0x80 << 3) | X86_EC_IDT));
}
#endif

#ifdef CONFIG_HVM
extern const uint8_t entry_GP[];

CASE("entry_GP: is where the IDT's entry for #GP points")
{
    unsigned long addr = idt[X86_EXC_GP].addr0 |
        (unsigned long)idt[X86_EXC_GP].addr1 << 16;

    expect_hex(_u(entry_GP), addr);
}

#ifdef CONFIG_64BIT
#define ENTRY_STACK(t)  ((t)->rsp0)
#else
#define ENTRY_STACK(t)  ((t)->esp0)
#endif

static unsigned long __user_text nothing(void)
{
    return 0x77;
}

CASE("exec_user: afterwards, the entry stack is the boot stack's end")
{
    expect_hex(exec_user(nothing), 0x77);
    expect_hex(ENTRY_STACK(&tss), _u(boot_stack) + 2 * PAGE_SIZE);
}

CASE("exec_user: in a task that the test has switched to -> works")
{
    static env_tss own __aligned(128);

    own = tss;
    ENTRY_STACK(&own) = 0;
    pack_tss_desc(&gdt[GDTE_AVAIL2], &own);
    ltr(GDTE_AVAIL2 << 3);

    expect_hex(exec_user(nothing), 0x77);
    expect_hex(ENTRY_STACK(&own), _u(boot_stack) + 2 * PAGE_SIZE);

    pack_tss_desc(&gdt[GDTE_TSS], &tss);
    ltr(TSS_SEL);
}

#if CONFIG_PAGING_LEVELS > 0
/* Among the data, which the one L1 table maps that is there from the start. */
static uint32_t page_a[PAGE_SIZE / 4] __page_aligned_data;
static uint32_t page_b[PAGE_SIZE / 4] __page_aligned_bss;

CASE("flush_tlb: changed entry of a global page -> is in force")
{
    volatile uint32_t *at = page_a;
    unsigned long cr4 = read_cr4();
    intpte_t *l1e = &l1_identmap[l1_table_offset(_u(page_a))];

    require_true(_u(page_a) < 1ul << L2_PT_SHIFT);

    page_a[0] = 1;
    page_b[0] = 2;

    write_cr4(cr4 | X86_CR4_PGE);
    *l1e = pte_from_virt(page_a, PF_SYM(AD, RW, G, P));
    flush_tlb();
    expect_eq(*at, 1);

    *l1e = pte_from_virt(page_b, PF_SYM(AD, RW, G, P));
    flush_tlb();
    expect_eq(*at, 2);

    *l1e = pte_from_virt(page_a, PF_SYM(AD, RW, P));
    flush_tlb();
    expect_eq(*at, 1);
    write_cr4(cr4);
}
#endif
#endif

#ifdef CONFIG_32BIT
/* See asm.S: a frame as XTF's entry code makes it. */
void asm_xtf_entry(void);

static uint32_t seen_vector;

bool do_unhandled_exception(struct cpu_regs *regs)
{
    if ( regs->entry_vector != 0x99 )
        return false;

    seen_vector = regs->entry_vector;
    regs->ax = regs->bx + regs->cx;

    return true;
}

CASE("do_exception: XTF's frame of a 32-bit kernel -> is read and changed")
{
    const struct xtf_idte idte = { .addr = _u(asm_xtf_entry), .cs = __KERN_CS };
    unsigned long ax = 1, bx = 20, cx = 3, di = 0x55;

    require_ok(xtf_set_idte(X86_VEC_AVAIL, &idte));
    seen_vector = 0;
    asm volatile ("int $%c[vec]"
                  : "+a" (ax), "+b" (bx), "+c" (cx), "+D" (di)
                  : [vec] "i" (X86_VEC_AVAIL)
                  : "memory");

    expect_hex(seen_vector, 0x99);
    expect_eq(ax, 23);
    expect_eq(bx, 20);
    expect_eq(cx, 3);
    expect_hex(di, 0x55);
}
#endif
