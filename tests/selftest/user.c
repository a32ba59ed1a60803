/*
 * User mode: entry, return, and what user mode must not be able to do.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "selftest.h"

static unsigned long __user_text returns_magic(void)
{
    return 0x89abcdef;
}

static unsigned long __user_text returns_double(unsigned long x)
{
    return x + x;
}

CASE("exec_user(), exec_user_param(): parameter, result -> passed unchanged")
{
    const unsigned long wide = ~0ul / 3;

    expect_hex(exec_user(returns_magic), 0x89abcdef);
    expect_hex(exec_user_param(returns_double, 0x1234), 0x2468);
    expect_hex(exec_user_param(returns_double, wide), wide * 2);
}

static unsigned int user_counter __user_data = 5;

static void __user_text count(void)
{
    user_counter++;
}

static unsigned long __user_text stack_pointer(void)
{
    return _u(__builtin_frame_address(0));
}

CASE("exec_user_void(): function writes user data -> written, stack is user_stack")
{
    unsigned int before = user_counter;

    exec_user_void(count);
    exec_user_void(count);
    expect_eq(user_counter, before + 2);

    expect_range(exec_user(stack_pointer), _u(user_stack),
                 _u(user_stack) + PAGE_SIZE);
}

unsigned long user_get_cs(void);

static unsigned long __user_text get_ss(void)
{
    unsigned int sel;

    asm volatile ("mov %%ss, %0" : "=r" (sel));

    return sel;
}

CASE("exec_user(): selectors -> CPL 3 in user mode, kernel's unchanged afterwards")
{
    const unsigned int cs = read_cs(), ss = read_ss(), ds = read_ds(),
        fs = read_fs();

    expect_hex(exec_user(user_get_cs), __USER_CS);
    expect_eq(exec_user(user_get_cs) & 3, 3);
    expect_hex(exec_user(get_ss), __USER_DS);

    expect_hex(read_cs(), cs);
    expect_hex(read_ss(), ss);
    expect_hex(read_ds(), ds);
    expect_hex(read_fs(), fs);
}

#ifdef CONFIG_64BIT
static void restore_cs(void *unused)
{
    exec_user_cs = __USER_CS;
}

CASE("exec_user_cs: 32-bit code segment -> user mode runs with it")
{
    xtf_case_cleanup(restore_cs, NULL);
    exec_user_cs = __USER_CS32;

    expect_hex(exec_user(user_get_cs), __USER_CS32);
}
#endif

static void restore_ss(void *unused)
{
    exec_user_ss = __USER_DS;
    update_desc(&gdt[GDTE_AVAIL0], (user_desc){});
}

CASE("exec_user_ss: another data segment -> user mode runs with it")
{
    xtf_case_cleanup(restore_ss, NULL);
    require_ok(update_desc(&gdt[GDTE_AVAIL0],
                           GDTE_SYM(0, 0xfffff, COMMON, DATA, DPL3, B, W)));
    exec_user_ss = (GDTE_AVAIL0 << 3) | 3;

    expect_hex(exec_user(get_ss), (GDTE_AVAIL0 << 3) | 3);
}

static unsigned long __user_text get_flags(void)
{
    unsigned long flags;

    asm volatile ("pushf; pop %0" : "=r" (flags));

    return flags;
}

static void restore_masks(void *flags)
{
    exec_user_efl_and_mask = ~0ul;
    exec_user_efl_or_mask = 0;
    write_flags(_u(flags));
}

CASE("exec_user_efl_and_mask, exec_user_efl_or_mask: ID flag -> cleared, set in user mode only")
{
    const unsigned long flags = read_flags();

    xtf_case_cleanup(restore_masks, _p(flags));

    write_flags(flags & ~X86_EFLAGS_ID);
    expect_false(exec_user(get_flags) & X86_EFLAGS_ID);
    exec_user_efl_or_mask = X86_EFLAGS_ID;
    expect_true(exec_user(get_flags) & X86_EFLAGS_ID);
    expect_false(read_flags() & X86_EFLAGS_ID);
    exec_user_efl_or_mask = 0;

    write_flags(flags | X86_EFLAGS_ID);
    expect_true(exec_user(get_flags) & X86_EFLAGS_ID);
    exec_user_efl_and_mask = ~(unsigned long)X86_EFLAGS_ID;
    expect_false(exec_user(get_flags) & X86_EFLAGS_ID);
    expect_true(read_flags() & X86_EFLAGS_ID);
}

/* A user mode function that executes an instruction. */
#define USER_FN(name, insn)                                             \
static unsigned long __user_text name(unsigned long x)                  \
{                                                                       \
    exinfo_t info = 0;                                                  \
                                                                        \
    asm volatile ("1: " insn "; 2:"                                     \
                  _ASM_EXTABLE_HANDLER(1b, 2b, ex_record_fault_eax)     \
                  : "+a" (info) : "d" (x) : "memory", "cc");            \
                                                                        \
    return info;                                                        \
}

USER_FN(user_ud, "ud2")
USER_FN(user_hlt, "hlt")
USER_FN(user_cli, "cli")
USER_FN(user_sti, "sti")
USER_FN(user_in, "in %%dx, %%al")
USER_FN(user_out, "out %%al, %%dx")
USER_FN(user_read_cr0, "mov %%cr0, %%" _ASM_DX)
USER_FN(user_write_cr3, "mov %%" _ASM_DX ", %%cr3")
USER_FN(user_rdmsr, "rdmsr")
USER_FN(user_read, "mov (%%" _ASM_DX "), %%cl")
USER_FN(user_write, "mov %%cl, (%%" _ASM_DX ")")

CASE("exec_user_param(): UD2 in user mode -> #UD recorded, user mode works afterwards")
{
    expect_exception(exec_user_param(user_ud, 0), EXINFO_SYM(UD, 0));
    expect_exception(exec_user_param(user_ud, 0), EXINFO_SYM(UD, 0));
    expect_hex(exec_user(returns_magic), 0x89abcdef);
}

CASE("exec_user_param(): privileged instructions in user mode -> #GP")
{
    expect_exception(exec_user_param(user_hlt, 0), EXINFO_SYM(GP, 0));
    expect_exception(exec_user_param(user_cli, 0), EXINFO_SYM(GP, 0));
    expect_exception(exec_user_param(user_sti, 0), EXINFO_SYM(GP, 0));
    expect_exception(exec_user_param(user_in, 0x80), EXINFO_SYM(GP, 0));
    expect_exception(exec_user_param(user_out, 0x80), EXINFO_SYM(GP, 0));
    expect_exception(exec_user_param(user_read_cr0, 0), EXINFO_SYM(GP, 0));
    expect_exception(exec_user_param(user_write_cr3, 0), EXINFO_SYM(GP, 0));
    expect_exception(exec_user_param(user_rdmsr, 0), EXINFO_SYM(GP, 0));
}

static uint8_t kernel_data[16];

CASE("exec_user_param(): user mode reads, writes kernel memory -> #PF, memory unchanged")
{
    if ( CONFIG_PAGING_LEVELS == 0 )
        skip_case("needs paging");
    if ( IS_DEFINED(CONFIG_PV) && IS_DEFINED(CONFIG_64BIT) )
        skip_case("needs separate page tables: a 64-bit PV kernel shares "
                  "ring 3 and the page tables with user mode");

    memset(kernel_data, 0x5a, sizeof(kernel_data));

    expect_exception(exec_user_param(user_read, _u(kernel_data)),
                     EXINFO_SYM(PF, PFEC_SYM(U, P)));
    expect_exception(exec_user_param(user_write, _u(kernel_data)),
                     EXINFO_SYM(PF, PFEC_SYM(U, W, P)));
    expect_fill(kernel_data, 0x5a, sizeof(kernel_data));
}

CASE("exec_user_param(): user mode accesses user memory, NULL -> no exception, #PF")
{
    expect_exception(exec_user_param(user_read, _u(user_stack)), 0);
    expect_exception(exec_user_param(user_write, _u(user_stack)), 0);
    expect_exception(exec_user_param(user_read, _u(returns_magic)), 0);

    if ( CONFIG_PAGING_LEVELS > 0 )
        expect_exception(exec_user_param(user_read, 0),
                         EXINFO_SYM(PF, PFEC_SYM(U)));
}

static uint32_t user_words[2] __user_data;

USER_FN(user_read_word, "mov (%%" _ASM_DX "), %%ecx")

static void end_ac(void *cr0)
{
    exec_user_efl_or_mask = 0;
#ifdef CONFIG_HVM
    write_cr0(_u(cr0));
#endif
}

CASE("exception: aligned, unaligned access in user mode with AC -> no exception, #AC")
{
    exinfo_t info;

#ifdef CONFIG_HVM
    xtf_case_cleanup(end_ac, _p(read_cr0()));
    write_cr0(read_cr0() | X86_CR0_AM);
#else
    xtf_case_cleanup(end_ac, NULL);
    if ( !(read_cr0() & X86_CR0_AM) )
        skip_case("needs CR0.AM, which Xen has cleared");
#endif

    exec_user_efl_or_mask = X86_EFLAGS_AC;
    expect_exception(exec_user_param(user_read_word, _u(user_words)), 0);
    info = exec_user_param(user_read_word, _u(user_words) + 1);

    if ( !info && on_qemu_tcg() )
        skip_case("needs a processor or emulator that checks alignment");
    expect_exception(info, EXINFO_SYM(AC, 0));
}

#if defined(CONFIG_PV) && defined(CONFIG_64BIT)

static bool syscall_from_user;

void do_syscall(struct cpu_regs *regs)
{
    syscall_from_user = cpu_regs_user(regs);
    regs->ax = ~regs->ax;
}

static unsigned long __user_text do_a_syscall(unsigned long nr)
{
    asm volatile ("syscall" : "+a" (nr) :: "memory", "rcx", "r11");

    return nr;
}

CASE("do_syscall(): SYSCALL in user mode -> called, no hypercall")
{
    syscall_from_user = false;
    expect_hex(exec_user_param(do_a_syscall, __HYPERVISOR_xen_version),
               ~(unsigned long)__HYPERVISOR_xen_version);
    expect_true(syscall_from_user);
}

#endif
