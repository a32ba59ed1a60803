/*
 * Collect what CPUID says about the CPU.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <xtf/framework.h>
#include <xtf/lib.h>
#include <xtf/libc.h>
#include <xtf/numbers.h>

#include <arch/cpuid.h>

uint32_t max_leaf, max_extd_leaf;
unsigned int x86_vendor, x86_family, x86_model, x86_stepping;
unsigned int maxphysaddr, maxvirtaddr;
uint32_t x86_features[NR_FEATURE_WORDS];

/* Where each feature word comes from. */
static const struct
{
    uint32_t leaf;
    uint16_t subleaf;
    uint8_t reg;        /* 0 to 3: eax, ebx, ecx, edx */
} words[NR_FEATURE_WORDS] = {
    [FEATURE_WORD_1D]   = { 0x00000001, 0, 3 },
    [FEATURE_WORD_1C]   = { 0x00000001, 0, 2 },
    [FEATURE_WORD_E1D]  = { 0x80000001, 0, 3 },
    [FEATURE_WORD_E1C]  = { 0x80000001, 0, 2 },
    [FEATURE_WORD_DA1]  = { 0x0000000d, 1, 0 },
    [FEATURE_WORD_7B0]  = { 0x00000007, 0, 1 },
    [FEATURE_WORD_7C0]  = { 0x00000007, 0, 2 },
    [FEATURE_WORD_7D0]  = { 0x00000007, 0, 3 },
    [FEATURE_WORD_E7D]  = { 0x80000007, 0, 3 },
    [FEATURE_WORD_E8B]  = { 0x80000008, 0, 1 },
    [FEATURE_WORD_E21A] = { 0x80000021, 0, 0 },
    [FEATURE_WORD_7A1]  = { 0x00000007, 1, 0 },
    [FEATURE_WORD_7B1]  = { 0x00000007, 1, 1 },
    [FEATURE_WORD_7C1]  = { 0x00000007, 1, 2 },
    [FEATURE_WORD_7D1]  = { 0x00000007, 1, 3 },
    [FEATURE_WORD_7D2]  = { 0x00000007, 2, 3 },
};

static unsigned int vendor_by_name(const char *name)
{
    static const struct
    {
        char name[13];
        unsigned int vendor;
    } vendors[] = {
        { "GenuineIntel", X86_VENDOR_INTEL },
        { "AuthenticAMD", X86_VENDOR_AMD },
        { "CentaurHauls", X86_VENDOR_CENTAUR },
        { "  Shanghai  ", X86_VENDOR_SHANGHAI },
        { "HygonGenuine", X86_VENDOR_HYGON },
    };

    for ( unsigned int i = 0; i < ARRAY_SIZE(vendors); i++ )
        if ( !strcmp(name, vendors[i].name) )
            return vendors[i].vendor;

    return X86_VENDOR_UNKNOWN;
}

void collect_cpuid(cpuid_count_fn_t count)
{
    char name[13] = "";
    uint32_t regs[4], max_subleaf7 = 0;

    /* Leaf 0 spells the vendor in ebx, edx, ecx. */
    count(0, 0, &max_leaf, &regs[0], &regs[2], &regs[1]);
    memcpy(name, regs, 12);
    x86_vendor = vendor_by_name(name);

    count(0x80000000, 0, &max_extd_leaf, &regs[1], &regs[2], &regs[3]);
    /* A CPU without extended leaves answers with something else. */
    if ( (max_extd_leaf >> 16) != 0x8000 )
        max_extd_leaf = 0;

    if ( max_leaf >= 7 )
        count(7, 0, &max_subleaf7, &regs[1], &regs[2], &regs[3]);

    for ( unsigned int i = 0; i < NR_FEATURE_WORDS; i++ )
    {
        uint32_t leaf = words[i].leaf;

        if ( leaf > (leaf >> 31 ? max_extd_leaf : max_leaf) ||
             (leaf == 7 && words[i].subleaf > max_subleaf7) )
            continue;
        count(leaf, words[i].subleaf, &regs[0], &regs[1], &regs[2], &regs[3]);
        x86_features[i] = regs[words[i].reg];
    }

    count(1, 0, &regs[0], &regs[1], &regs[2], &regs[3]);
    x86_stepping = MASK_EXTR(regs[0], 0x0000000fu);
    x86_model = MASK_EXTR(regs[0], 0x000000f0u);
    x86_family = MASK_EXTR(regs[0], 0x00000f00u);
    if ( x86_family == 6 || x86_family == 0xf )
        x86_model |= MASK_EXTR(regs[0], 0x000f0000u) << 4;
    if ( x86_family == 0xf )
        x86_family += MASK_EXTR(regs[0], 0x0ff00000u);

    if ( max_extd_leaf >= 0x80000008 )
    {
        count(0x80000008, 0, &regs[0], &regs[1], &regs[2], &regs[3]);
        maxphysaddr = MASK_EXTR(regs[0], 0x000000ffu);
        maxvirtaddr = MASK_EXTR(regs[0], 0x0000ff00u);
    }
    else
    {
        maxphysaddr = cpu_has_pae || cpu_has_pse36 ? 36 : 32;
        maxvirtaddr = cpu_has_lm ? 48 : 32;
    }
}

void arch_processor_name(char name[ARCH_PROCESSOR_NAME_SIZE])
{
    uint32_t regs[12] = {}, eax, ebx, ecx, edx;
    unsigned int i;

    cpuid(0x80000000, &eax, &ebx, &ecx, &edx);
    for ( i = 0; i < 3 && eax >= 0x80000004; ++i )
        cpuid(0x80000002 + i, &regs[i * 4], &regs[i * 4 + 1],
              &regs[i * 4 + 2], &regs[i * 4 + 3]);

    memcpy(name, regs, sizeof(regs));
    name[sizeof(regs)] = '\0';
}
