/*
 * CPUID, feature words, model-specific and control registers.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "selftest.h"

#include <arch/msr-index.h>

#include <xen/arch-x86/cpuid.h>

bool on_qemu_tcg(void)
{
    uint32_t brand[4];

#ifdef CONFIG_PV
    pv_cpuid_count(0x80000002, 0, &brand[0], &brand[1], &brand[2], &brand[3]);
#else
    cpuid_count(0x80000002, 0, &brand[0], &brand[1], &brand[2], &brand[3]);
#endif

    return !memcmp(brand, "QEMU TCG CPU", 12);
}

CASE("cpuid: collected, and makes sense")
{
    expect_range(max_leaf, 1, 0xff);
    expect_range(max_extd_leaf, 0x80000001u, 0x800000ffu);
    expect_ne(x86_vendor, X86_VENDOR_UNKNOWN);
    expect_range(x86_family, 5, 0xff);
    expect_range(maxphysaddr, 32, 52);
    expect_range(maxvirtaddr, 32, 57);
}

CASE("cpuid: features that every CPU has which runs Xen")
{
    expect_true(cpu_has_fpu && cpu_has_tsc && cpu_has_msr && cpu_has_cx8);
    expect_true(cpu_has_pae && cpu_has_sse2);
#ifdef CONFIG_64BIT
    expect_true(cpu_has_lm);
#endif
#if CONFIG_PAGING_LEVELS == 2
    expect_true(cpu_has_pse);
#endif
}

CASE("cpuid: Xen announces itself")
{
    uint32_t leaf, eax, ebx, ecx, edx, found = 0;

    for ( leaf = 0x40000000; leaf < 0x40010000 && !found; leaf += 0x100 )
    {
#ifdef CONFIG_PV
        pv_cpuid_count(leaf, 0, &eax, &ebx, &ecx, &edx);
#else
        cpuid_count(leaf, 0, &eax, &ebx, &ecx, &edx);
#endif
        if ( ebx == XEN_CPUID_SIGNATURE_EBX &&
             ecx == XEN_CPUID_SIGNATURE_ECX && edx == XEN_CPUID_SIGNATURE_EDX )
            found = leaf;
    }

    expect_ne(found, 0);
    expect_true(!found || eax >= found + 2);
}

CASE("msr: the safe accessors tell a fault from a value")
{
    uint64_t val = 0x5a5a5a5a;

    /* An MSR that all have. */
    expect_false(rdmsr_safe(MSR_EFER, &val));
#ifdef CONFIG_64BIT
    expect_hex(val & (EFER_LME | EFER_LMA), EFER_LME | EFER_LMA);
#else
    expect_ne(val, 0x5a5a5a5a);
#endif

    /* One that is there to be written only. */
    val = 0x5a5a5a5a;
    expect_true(rdmsr_safe(MSR_PRED_CMD, &val));
    expect_hex(val, 0);

    /* Reserved bits. */
    if ( IS_DEFINED(CONFIG_HVM) || xen_has(XEN_PV_EFER_WRITE_FAULTS) )
        expect_true(wrmsr_safe(MSR_EFER, ~0ull));
}

#ifdef CONFIG_HVM

CASE("msr: a value written is read back")
{
    const uint64_t old = rdmsr(MSR_GS_BASE);

    expect_false(wrmsr_safe(MSR_GS_BASE, 0x12345678));
    expect_hex(rdmsr(MSR_GS_BASE), 0x12345678);
    wrmsr(MSR_GS_BASE, old);
}

CASE("cr: safe writes tell a fault")
{
    const unsigned long cr4 = read_cr4();

    expect_true(write_cr4_safe(cr4 | 1u << 31));
    expect_hex(read_cr4(), cr4);
    expect_false(write_cr4_safe(cr4 | X86_CR4_TSD));
    expect_hex(read_cr4(), cr4 | X86_CR4_TSD);
    write_cr4(cr4);

    expect_true(write_cr0_safe(X86_CR0_PG));
}

#endif

CASE("registers: descriptor tables and selectors can be read")
{
    desc_ptr ptr = {};

#ifdef CONFIG_HVM
    sgdt(&ptr);
    expect_hex(ptr.base, _u(gdt));
    sidt(&ptr);
    expect_hex(ptr.base, _u(idt));
    expect_hex(ptr.limit, sizeof(idt) - 1);
    expect_hex(str(), TSS_SEL);
#endif

    expect_eq(ptr.limit % 8, IS_DEFINED(CONFIG_HVM) ? 7 : 0);
    expect_hex(read_ss() & ~3u, __KERN_DS & ~3u);
    expect_hex(read_cs() & ~3u, __KERN_CS & ~3u);
}

CASE("time: the TSC goes on")
{
    const uint64_t t0 = rdtsc_ordered(), t1 = rdtsc_ordered();

    expect_msg(t1 >= t0, "the TSC went from %#" PRIx64 " to %#" PRIx64, t0, t1);
}

CASE("feature words: as CPUID has them")
{
    uint32_t eax, ebx, ecx, edx;

#ifdef CONFIG_PV
    pv_cpuid_count(1, 0, &eax, &ebx, &ecx, &edx);
#else
    cpuid_count(1, 0, &eax, &ebx, &ecx, &edx);
#endif

    /* OSXSAVE mirrors CR4, and APIC the APIC's enable bit. */
    expect_hex(x86_features[FEATURE_WORD_1D], edx);
    expect_hex(x86_features[FEATURE_WORD_1C] & ~(1u << 27), ecx & ~(1u << 27));
}
