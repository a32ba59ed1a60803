/*
 * Each type of exception, recorded as an exinfo_t.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "selftest.h"

#include <arch/setup.h>

/* The exinfo_t of a fault by @insn, which may use %ecx and %edx; or 0. */
#define raised_by(insn, ecx, edx)                                       \
({                                                                      \
    exinfo_t info_ = 0;                                                 \
    unsigned long c_ = (unsigned long)(ecx);                            \
                                                                        \
    asm volatile ("1: " insn "; 2:"                                     \
                  _ASM_EXTABLE_HANDLER(1b, 2b, ex_record_fault_eax)     \
                  : "+a" (info_), "+c" (c_)                             \
                  : "d" (edx)                                           \
                  : "memory", "cc");                                    \
    info_;                                                              \
})

/* The exinfo_t of a trap by @insn: its address is behind the instruction. */
#define trapped_by(insn)                                                \
({                                                                      \
    exinfo_t info_ = 0;                                                 \
                                                                        \
    asm volatile (insn "; 1:"                                           \
                  _ASM_EXTABLE_HANDLER(1b, 1b, ex_record_fault_eax)     \
                  : "+a" (info_) :: "memory", "cc");                    \
    info_;                                                              \
})

CASE("exception: division by zero -> #DE")
{
    expect_exception(raised_by("div %%cl", 0, 0), EXINFO_SYM(DE, 0));
    expect_exception(raised_by("div %%cl", 1, 0), 0);
}

static bool __used stop_stepping(struct cpu_regs *regs,
                                 const struct extable_entry *ex)
{
    regs->flags &= ~X86_EFLAGS_TF;

    return ex_record_fault_eax(regs, ex);
}

CASE("exception: single step -> #DB")
{
    exinfo_t info = 0;

    /* The trap is taken after the instruction that follows POPF. */
    asm volatile ("pushf;"
                  "pushf;"
                  "orl %[tf], (%%" _ASM_SP ");"
                  "popf;"
                  "nop; 1:"
                  _ASM_EXTABLE_HANDLER(1b, 1b, stop_stepping)
                  "popf;"
                  : "+a" (info)
                  : [tf] "i" (X86_EFLAGS_TF)
                  : "memory", "cc");

    expect_exception(info, EXINFO_SYM(DB, 0));
    expect_false(read_flags() & X86_EFLAGS_TF);
}

CASE("exception: INT3 -> #BP")
{
    expect_exception(trapped_by("int3"), EXINFO_SYM(BP, 0));
}

#ifdef CONFIG_32BIT
CASE("exception: INTO with OF set, clear -> #OF, no exception")
{
    expect_exception(trapped_by("mov $0x7f, %%cl; add $1, %%cl; into"),
                     EXINFO_SYM(OF, 0));
    expect_exception(trapped_by("test %%eax, %%eax; into"), 0);
}

CASE("exception: BOUND below, above, within bounds -> #BR, #BR, no exception")
{
    static const int bounds[2] = { 10, 20 };

    expect_exception(raised_by("bound %%ecx, (%%edx)", 9, bounds),
                     EXINFO_SYM(BR, 0));
    expect_exception(raised_by("bound %%ecx, (%%edx)", 21, bounds),
                     EXINFO_SYM(BR, 0));
    expect_exception(raised_by("bound %%ecx, (%%edx)", 20, bounds), 0);
}
#endif

CASE("exception: UD2 -> #UD")
{
    expect_exception(raised_by("ud2", 0, 0), EXINFO_SYM(UD, 0));
}

static void set_ts(bool set)
{
#ifdef CONFIG_PV
    hypercall_fpu_taskswitch(set);
#else
    unsigned long cr0 = read_cr0() & ~(unsigned long)X86_CR0_TS;

    write_cr0(cr0 | (set ? X86_CR0_TS : 0));
#endif
}

CASE("exception: FPU instruction with CR0.TS set, clear -> #NM, no exception")
{
    set_ts(true);
    expect_exception(raised_by("fnop", 0, 0), EXINFO_SYM(NM, 0));
    set_ts(false);
    expect_exception(raised_by("fnop", 0, 0), 0);
}

CASE("exception: unmasked FPU error -> #MF")
{
    static const uint16_t unmasked = 0x037b;
    exinfo_t info = 0;

    /* The next waiting FPU instruction raises the error of 1 / 0. */
    asm volatile ("fninit; fldcw %[cw]; fldz; fld1; fdivp; 1: fwait; 2:"
                  "fninit;"
                  _ASM_EXTABLE_HANDLER(1b, 2b, ex_record_fault_eax)
                  : "+a" (info) : [cw] "m" (unmasked) : "memory");

    expect_exception(info, EXINFO_SYM(MF, 0));
}

/* Put a data segment in the GDT, then try to load it. */
static exinfo_t load_es(user_desc desc)
{
    const unsigned int old = read_es();
    exinfo_t info;

    expect_ok(update_desc(&gdt[GDTE_AVAIL0], desc));
    info = raised_by("mov %%ecx, %%es", (GDTE_AVAIL0 << 3) | 3, 0);
    write_es(old);
    update_desc(&gdt[GDTE_AVAIL0], (user_desc){});

    return info;
}

CASE("exception: data segment not present, present -> #NP, no exception")
{
    expect_exception(load_es(GDTE_SYM(0, 0xfffff, G, S, A, DATA, DPL3, B, W)),
                     EXINFO_SYM(NP, GDTE_AVAIL0 << 3));
    expect_exception(load_es(GDTE_SYM(0, 0xfffff, COMMON, DATA, DPL3, B, W)),
                     0);
}

CASE("exception: stack segment not present -> #SS")
{
    const unsigned int cpl = read_cs() & 3;
    user_desc desc = GDTE_SYM(0, 0xfffff, G, S, A, DATA, DPL0, B, W);

    desc.dpl = cpl;
    require_ok(update_desc(&gdt[GDTE_AVAIL0], desc));
    expect_exception(raised_by("mov %%ecx, %%ss", (GDTE_AVAIL0 << 3) | cpl, 0),
                     EXINFO_SYM(SS, GDTE_AVAIL0 << 3));
    update_desc(&gdt[GDTE_AVAIL0], (user_desc){});
}

CASE("exception: selector beyond the GDT -> #GP with the selector as error code")
{
    expect_exception(raised_by("mov %%ecx, %%es", 0xfff8, 0),
                     EXINFO_SYM(GP, 0xfff8));
    expect_exception(raised_by("mov %%ecx, %%es", 0xfffb, 0),
                     EXINFO_SYM(GP, 0xfff8));
}

CASE("exception: privileged instruction or reserved CR4 bit -> #GP with error code 0")
{
#ifdef CONFIG_PV
    /* Xen does not emulate LGDT, unlike other privileged instructions. */
    desc_ptr ptr = {};

    expect_exception(raised_by("lgdt (%%" _ASM_DX ")", 0, &ptr),
                     EXINFO_SYM(GP, 0));
#else
    expect_exception(raised_by("mov %%" _ASM_CX ", %%cr4", 1u << 31, 0),
                     EXINFO_SYM(GP, 0));
#endif
}

#if CONFIG_PAGING_LEVELS > 0

/* The bit in an error code that an instruction fetch sets. */
static unsigned int fetch_bit(void)
{
    return CONFIG_PAGING_LEVELS >= 3 && cpu_has_nx ? PFEC_SYM(I) : 0;
}

CASE("exception: read, write, jump to page 0 -> #PF")
{
    exinfo_t info = 0;

    expect_exception(raised_by("mov (%%" _ASM_DX "), %%cl", 0, 0x10),
                     EXINFO_SYM(PF, 0));

    expect_exception(raised_by("mov %%cl, (%%" _ASM_DX ")", 0, 0xffe),
                     EXINFO_SYM(PF, PFEC_SYM(W)));

    asm volatile ("jmp *%[null]; 1:"
                  _ASM_EXTABLE_HANDLER(0, 1b, ex_record_fault_eax)
                  : "+a" (info) : [null] "r" (0ul) : "memory");
    expect_exception(info, EXINFO_SYM(PF, fetch_bit()));
}

CASE("exception: write, read of the guard page below the stack -> #PF, no exception")
{
    expect_exception(raised_by("mov %%cl, (%%" _ASM_DX ")", 0,
                               _u(boot_stack) - sizeof(long)),
                     EXINFO_SYM(PF, PFEC_SYM(P, W)));
    expect_exception(raised_by("mov (%%" _ASM_DX "), %%cl", 0,
                               boot_stack_guard),
                     0);
}

CASE("exception: #PF at several addresses -> %cr2 is the address")
{
    const unsigned long addrs[] = { 0x10, 0x7ff, 0xffe };

    for ( unsigned int i = 0; i < ARRAY_SIZE(addrs); ++i )
    {
        expect_exception(raised_by("mov (%%" _ASM_DX "), %%cl", 0, addrs[i]),
                         EXINFO_SYM(PF, 0));
        if ( on_qemu_tcg() && read_cr2() == 0 )
            skip_case("needs an emulator that keeps %%cr2 under nested "
                      "paging");
        expect_hex(read_cr2(), addrs[i]);
    }
}

/* Has a RET, so that a jump to it returns if the page is executable. */
static uint8_t page[PAGE_SIZE] __page_aligned_data __used = { 0xc3 };

static void remap(uint64_t flags)
{
    expect_ok(remap_l1e(page, flags));
}

static void remap_default(void *unused)
{
    remap(PF_SYM(AD, RW, P));
}

CASE("exception: write to a read-only page -> #PF")
{
    xtf_case_cleanup(remap_default, NULL);
    remap(PF_SYM(AD, P));

    expect_exception(raised_by("movb $1, (%%" _ASM_DX ")", 0, page + 5),
                     EXINFO_SYM(PF, PFEC_SYM(P, W)));
    expect_exception(raised_by("mov (%%" _ASM_DX "), %%cl", 0, page + 5), 0);
}

#if CONFIG_PAGING_LEVELS >= 3
CASE("exception: fetch from a no-execute page -> #PF")
{
    exinfo_t info = 0;

    if ( !cpu_has_nx )
        skip_case("needs NX");

    xtf_case_cleanup(remap_default, NULL);
    remap(PF_SYM(NX, AD, RW, P));

    asm volatile ("jmp *%[page]; 1:"
                  _ASM_EXTABLE_HANDLER(%c[sym], 1b, ex_record_fault_eax)
                  : "+a" (info)
                  : [page] "r" (page), [sym] "i" (page) : "memory");

    expect_exception(info, EXINFO_SYM(PF, PFEC_SYM(P, I)));
}
#endif

#endif /* CONFIG_PAGING_LEVELS > 0 */

#if CONFIG_PAGING_LEVELS == 0
CASE("exception: jump to NULL without paging -> #BP")
{
    exinfo_t info = 0;

    asm volatile ("jmp *%[null]; 1:"
                  _ASM_EXTABLE_HANDLER(1, 1b, ex_record_fault_eax)
                  : "+a" (info) : [null] "r" (0ul) : "memory");

    expect_exception(info, EXINFO_SYM(BP, 0));
}
#endif

CASE("exception: INT of a free vector with an entry stub -> that vector")
{
    const struct xtf_idte idte = {
        .addr = arch_entry_stub(X86_VEC_AVAIL), .cs = __KERN_CS, .dpl = 3,
    };

    require_ok(xtf_set_idte(X86_VEC_AVAIL, &idte));
    expect_exception(trapped_by("int $" STR(X86_VEC_AVAIL)),
                     EXINFO(X86_VEC_AVAIL, 0));
}
