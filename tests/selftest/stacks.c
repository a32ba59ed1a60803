/*
 * Vectors with an entry point of the test, and exceptions on separate stacks.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "selftest.h"

#include <arch/setup.h>
#include <arch/x86-gate.h>

uint32_t own_entries;

void own_entry(void);

static void restore_vector(void *unused)
{
    const struct xtf_idte idte = {
        .addr = arch_entry_stub(X86_VEC_AVAIL), .cs = __KERN_CS,
    };

    xtf_set_idte(X86_VEC_AVAIL, &idte);
}

CASE("xtf_set_idte(): entry point of the test, INT twice -> entered twice")
{
    const struct xtf_idte idte = {
        .addr = _u(own_entry), .cs = __KERN_CS, .dpl = 3,
    };

    xtf_case_cleanup(restore_vector, NULL);
    require_ok(xtf_set_idte(X86_VEC_AVAIL, &idte));

    own_entries = 0;
    asm volatile ("int %0" :: "i" (X86_VEC_AVAIL) : "memory");
    asm volatile ("int %0" :: "i" (X86_VEC_AVAIL) : "memory");
    expect_eq(ACCESS_ONCE(own_entries), 2);
}

#ifdef CONFIG_HVM

static const void *frame;

static bool on_boot_stack(const void *p)
{
    return _u(p) >= _u(boot_stack) && _u(p) < _u(boot_stack + sizeof(boot_stack));
}

/* As ex_record_fault_eax(); also records the stack that it runs on. */
static bool __used record_stack(struct cpu_regs *regs,
                                const struct extable_entry *ex)
{
    frame = regs;

    return ex_record_fault_eax(regs, ex);
}

/* True unless arch_init_traps() has disabled the separate stacks. */
static bool own_stacks(void)
{
    return IS_DEFINED(CONFIG_64BIT) ||
        idt[X86_EXC_DF].type == X86_DESC_TASK_GATE;
}

#define NO_OWN_STACKS                                                   \
    "needs correct task switches: this emulator's corrupt memory"

CASE("exception: NMI, twice -> handled on a separate stack")
{
    unsigned int i;

    if ( !own_stacks() )
        skip_case(NO_OWN_STACKS);

    /* Twice: the return from the first must leave the stack usable. */
    for ( i = 0; i < 2; ++i )
    {
        exinfo_t info = 0;

        asm volatile ("int $2; 1:"
                      _ASM_EXTABLE_HANDLER(1b, 1b, record_stack)
                      : "+a" (info) :: "memory");

        expect_exception(info, EXINFO_SYM(NMI, 0));
        expect_false(on_boot_stack(frame));
    }
}

CASE("exception: #GP whose gate is not present, twice -> #DF on a separate stack")
{
    const gate_desc gp = idt[X86_EXC_GP];
    const unsigned int old = read_es();
    unsigned int i;

    if ( !own_stacks() )
        skip_case(NO_OWN_STACKS);

    /* The processor cannot deliver #GP, as its gate is not present. */
    for ( i = 0; i < 2; ++i )
    {
        exinfo_t info = 0;

        idt[X86_EXC_GP].p = 0;
        asm volatile ("1: mov %[sel], %%es; 2:"
                      _ASM_EXTABLE_HANDLER(1b, 2b, record_stack)
                      : "+a" (info) : [sel] "r" (0xfff8) : "memory");
        idt[X86_EXC_GP] = gp;
        write_es(old);

        expect_exception(info, EXINFO_SYM(DF, 0));
        expect_false(on_boot_stack(frame));
    }
}

#if CONFIG_PAGING_LEVELS > 0

/* Record the stack pointer of the overflow; return to the one in %esi. */
static bool __used restore_stack(struct cpu_regs *regs,
                                 const struct extable_entry *ex)
{
    frame = _p(regs->sp);
    regs->sp = regs->si;

    return ex_record_fault_eax(regs, ex);
}

CASE("exception: #UD on a full stack -> #DF")
{
    exinfo_t info = 0;

    if ( !own_stacks() )
        skip_case(NO_OWN_STACKS);

    asm volatile ("mov %%" _ASM_SP ", %%" _ASM_SI ";"
                  "mov %[bad], %%" _ASM_SP "; 1: ud2; 2:"
                  _ASM_EXTABLE_HANDLER(1b, 2b, restore_stack)
                  : "+a" (info)
                  : [bad] "r" (boot_stack) : "memory", _ASM_SI);

    expect_exception(info, EXINFO_SYM(DF, 0));
    expect_hex(_u(frame), _u(boot_stack));
    expect_true(on_boot_stack(__builtin_frame_address(0)));
}

#endif /* CONFIG_PAGING_LEVELS > 0 */

#endif /* CONFIG_HVM */
