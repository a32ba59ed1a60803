/*
 * Exception handlers: registers, the exception table, do_unhandled_exception();
 * and symbol names of addresses.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "selftest.h"

#include <xtf/lib/symbols.h>

CASE("exception: #UD -> registers and flags unchanged")
{
    unsigned long b = 0x11111111, c = 0x22222222, d = 0x33333333,
        s = 0x44444444, flags;
    exinfo_t info = 0;

    asm volatile ("stc; 1: ud2; 2: pushf; pop %[flags];"
                  _ASM_EXTABLE_HANDLER(1b, 2b, ex_record_fault_edi)
                  : "+D" (info), "+b" (b), "+c" (c), "+d" (d), "+S" (s),
                    [flags] "=a" (flags) :: "memory", "cc");

    expect_exception(info, EXINFO_SYM(UD, 0));
    expect_hex(b, 0x11111111);
    expect_hex(c, 0x22222222);
    expect_hex(d, 0x33333333);
    expect_hex(s, 0x44444444);
    expect_true(flags & X86_EFLAGS_CF);
}

#ifdef CONFIG_64BIT
CASE("exception: #UD -> %r8 to %r15 unchanged")
{
    unsigned long vals[8] = {
        ~8ul, ~9ul, ~10ul, ~11ul, ~12ul, ~13ul, ~14ul, ~15ul,
    };
    const unsigned long want[8] = {
        ~8ul, ~9ul, ~10ul, ~11ul, ~12ul, ~13ul, ~14ul, ~15ul,
    };

#define EACH(op) op(0, r8) op(1, r9) op(2, r10) op(3, r11) op(4, r12)   \
    op(5, r13) op(6, r14) op(7, r15)
#define LOAD(i, reg) "mov 8 * " #i "(%[vals]), %%" #reg ";"
#define STORE(i, reg) "mov %%" #reg ", 8 * " #i "(%[vals]);"

    asm volatile (EACH(LOAD) "1: ud2; 2:" EACH(STORE)
                  _ASM_EXTABLE(1b, 2b)
                  :: [vals] "b" (vals)
                  : "memory", "r8", "r9", "r10", "r11", "r12", "r13", "r14",
                    "r15");

    expect_mem(vals, want, sizeof(want));
}
#endif

static bool __used change_registers(struct cpu_regs *regs,
                                    const struct extable_entry *ex)
{
    regs->bx = 0x1b;
    regs->cx = 0x1c;
    regs->dx = 0x1d;
    regs->si = 0x15;
    regs->di = 0x17;
    regs->ip = ex->fixup;

    return true;
}

CASE("exception: handler changes registers -> registers are as the handler set them")
{
    unsigned long b = 0, c = 0, d = 0, s = 0, di = 0;

    asm volatile ("1: ud2; 2:"
                  _ASM_EXTABLE_HANDLER(1b, 2b, change_registers)
                  : "+b" (b), "+c" (c), "+d" (d), "+S" (s), "+D" (di));

    expect_hex(b, 0x1b);
    expect_hex(c, 0x1c);
    expect_hex(d, 0x1d);
    expect_hex(s, 0x15);
    expect_hex(di, 0x17);
}

#ifdef CONFIG_64BIT
static bool __used change_high_registers(struct cpu_regs *regs,
                                         const struct extable_entry *ex)
{
    regs->r8 = 8;
    regs->r9 = 9;
    regs->r10 = 10;
    regs->r11 = 11;
    regs->r12 = 12;
    regs->r13 = 13;
    regs->r14 = 14;
    regs->r15 = 15;
    regs->ip = ex->fixup;

    return true;
}

CASE("exception: handler changes %r8 to %r15 -> they are as the handler set them")
{
    const unsigned long want[8] = { 8, 9, 10, 11, 12, 13, 14, 15 };
    unsigned long vals[8] = {};

    asm volatile ("1: ud2; 2:" EACH(STORE)
                  _ASM_EXTABLE_HANDLER(1b, 2b, change_high_registers)
                  :: [vals] "b" (vals)
                  : "memory", "r8", "r9", "r10", "r11", "r12", "r13", "r14",
                    "r15");

    expect_mem(vals, want, sizeof(want));
}
#endif

static bool __used decline(struct cpu_regs *regs,
                           const struct extable_entry *ex)
{
    return false;
}

static exinfo_t seen;

static bool skip_two_bytes(struct cpu_regs *regs)
{
    seen = EXINFO(regs->entry_vector, regs->error_code);
    regs->ip += 2;

    return true;
}

static void unhook(void *unused)
{
    exception_hook = NULL;
}

CASE("do_unhandled_exception(): no table entry, handler returns false -> called")
{
    xtf_case_cleanup(unhook, NULL);
    exception_hook = skip_two_bytes;

    /* No entry in the exception table; an entry whose handler returns false. */
    seen = 0;
    asm volatile ("ud2" ::: "memory");
    expect_exception(seen, EXINFO_SYM(UD, 0));

    seen = 0;
    asm volatile ("1: ud2; 2:" _ASM_EXTABLE_HANDLER(1b, 2b, decline)
                  ::: "memory");
    expect_exception(seen, EXINFO_SYM(UD, 0));
}

CASE("search_extable(): plain fixup, addresses without an entry -> fixup taken, false")
{
    unsigned int path = 0;

    asm volatile ("1: ud2; or $1, %[path]; 2: or $2, %[path];"
                  _ASM_EXTABLE(1b, 2b) : [path] "+r" (path) :: "cc");
    expect_eq(path, 2);

    expect_false(search_extable(_u(search_extable)));
    expect_false(search_extable(~0ul));
}

CASE("EXINFO(), exinfo_vec(), exinfo_ec(): several values -> vector and error code")
{
    expect_hex(EXINFO_SYM(GP, 0x18), 0x800d0018);
    expect_eq(exinfo_vec(EXINFO_SYM(PF, 3)), X86_EXC_PF);
    expect_eq(exinfo_ec(EXINFO_SYM(PF, 3)), 3);
    expect_eq(exinfo_vec(EXINFO(0xf0, 0) | EXINFO_AVAIL0), 0xf0);
    expect_hex(SEL_EC_SYM(0x1b, IDT), 0x1a);
    expect_hex(EXC_EC_SYM(BP), 0x1a);
}

CASE("symbol_lookup(): address of code, of data, 0 -> name and offset, NULL, NULL")
{
    unsigned long offset = 99;

    expect_str(symbol_lookup(_u(symbol_lookup), &offset), "symbol_lookup");
    expect_eq(offset, 0);
    expect_str(symbol_lookup(_u(symbol_lookup) + 3, &offset), "symbol_lookup");
    expect_eq(offset, 3);
    expect_str(symbol_lookup(_u(&exception_hook), &offset), NULL);
    expect_str(symbol_lookup(0, &offset), NULL);
}
