/*
 * What CPU this is: collected from CPUID once at boot.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef XTF_X86_CPUID_H
#define XTF_X86_CPUID_H

#include <stdbool.h>
#include <stdint.h>

#include <arch/cpufeature.h>
#include <arch/lib.h>
#include <arch/processor.h>

/* The last basic leaf; the last extended one (0x8000xxxx), 0 without any. */
extern uint32_t max_leaf, max_extd_leaf;

/* One of X86_VENDOR_*; and the signature, with its extended fields. */
extern unsigned int x86_vendor, x86_family, x86_model, x86_stepping;

/* Bits of a physical and of a linear address. */
extern unsigned int maxphysaddr, maxvirtaddr;

/* Feature words, by FEATURE_WORD_*.  0 where the leaf does not exist. */
extern uint32_t x86_features[NR_FEATURE_WORDS];

#define vendor_is(vendor)   (x86_vendor == (vendor))
#define vendor_is_intel     vendor_is(X86_VENDOR_INTEL)
#define vendor_is_amd       vendor_is(X86_VENDOR_AMD)
#define vendor_is_hygon     vendor_is(X86_VENDOR_HYGON)

/** Does the CPU have an X86_FEATURE_*? */
static inline bool cpu_has(unsigned int feature)
{
    return x86_features[feature / 32] & (1u << (feature % 32));
}

/**
 * Fill in the variables above, asking through @p count.  For boot code; PV
 * guests pass pv_cpuid_count, because the answers of the plain instruction may
 * be the host's.
 */
void collect_cpuid(cpuid_count_fn_t count);

/** collect_cpuid() by the means of the environment. */
static inline void init_cpuid(void)
{
#ifdef CONFIG_PV
    collect_cpuid(pv_cpuid_count);
#else
    collect_cpuid(cpuid_count);
#endif
}

#endif /* XTF_X86_CPUID_H */
