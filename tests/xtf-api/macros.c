/**
 * @file tests/xtf-api/macros.c
 *
 * The macros of the API: each must expand to valid code.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <xtf.h>

#include <arch/apic.h>
#include <arch/msr-index.h>
#include <arch/tsx.h>
#include <arch/x86-dbg-reg.h>
#include <xtf/elf.h>

BUILD_BUG_ON(KB(4) != 4096);
BUILD_BUG_ON(MB(1) != 1 << 20);
BUILD_BUG_ON(GB(4) != 1ULL << 32);
BUILD_BUG_ON(TB(1) != 1ULL << 40);
BUILD_BUG_ON(!IS_ALIGNED(8192, 4096));
BUILD_BUG_ON(MASK_EXTR(0xab00, 0xff00) != 0xab);
BUILD_BUG_ON(MASK_INSR(0xab, 0xff00) != 0xab00);
BUILD_BUG_ON(ROUNDUP(5, 4) != 8);
BUILD_BUG_ON(IS_DEFINED(CONFIG_PV) + IS_DEFINED(CONFIG_HVM) != 1);
BUILD_BUG_ON(IS_DEFINED(CONFIG_32BIT) + IS_DEFINED(CONFIG_64BIT) != 1);
BUILD_BUG_ON(CONFIG_PAGING_LEVELS < 0 || CONFIG_PAGING_LEVELS > 4);

BUILD_BUG_ON(EXINFO_SYM(GP, 0) != EXINFO(X86_EXC_GP, 0));
BUILD_BUG_ON(!(EXINFO_EXPECTED & EXINFO_SYM(DE, 0)));
BUILD_BUG_ON(EXINFO_AVAIL0 & EXINFO_AVAIL1);

BUILD_BUG_ON(PF_SYM(AD, U, RW, P) !=
             (_PAGE_ACCESSED | _PAGE_DIRTY | _PAGE_USER | _PAGE_RW |
              _PAGE_PRESENT));
BUILD_BUG_ON(PFEC_SYM(P, W, U) != 7);
BUILD_BUG_ON(SEL_EC_SYM(0x18, TI) != 0x1c);
BUILD_BUG_ON(EXC_EC_SYM(BP) != 0x1a);
BUILD_BUG_ON(PAGE_SIZE != 1 << PAGE_SHIFT);
BUILD_BUG_ON(~PAGE_MASK != PAGE_SIZE - 1);
BUILD_BUG_ON(L1_PT_ENTRIES * PTE_SIZE != PAGE_SIZE);
BUILD_BUG_ON(sizeof(intpte_t) != PTE_SIZE);
BUILD_BUG_ON(sizeof(paddr_t) != 8);

BUILD_BUG_ON(__KERN_CS == __USER_CS);
BUILD_BUG_ON(TSS_SEL != GDTE_TSS << 3);
BUILD_BUG_ON(GDTE_AVAIL5 != GDTE_AVAIL0 + 5);
BUILD_BUG_ON(X86_VEC_AVAIL == X86_VEC_RET2KERN);

user_desc static_desc __maybe_unused =
    INIT_GDTE_SYM(0, 0xfffff, COMMON, CODE, DPL0, R, D);

static unsigned int __maybe_unused __aligned(8) aligned;
struct __packed __maybe_unused packed { uint8_t a; uint32_t b; };
BUILD_BUG_ON(sizeof(struct packed) != 5);

const char *const strings[] __maybe_unused = {
    STR(a b), DECLSTR(nop), ENVIRONMENT_DESCRIPTION, _ASM_XEN_FEP, _ASM_SP,
};

void __maybe_unused __noinline use_macros(unsigned long *word)
{
    uint64_t consts[] = {
        X86_CR0_WP, X86_CR4_PAE, X86_EFLAGS_TF, EFER_NXE, X86_EXC_PF,
        X86_PFEC_WRITE, X86_MXCSR_DEFAULT, MSR_EFER, MSR_DEBUGCTL,
        X86_DR6_DEFAULT, X86_DR7_DEFAULT, DR7_SYM(0, L, G, RW, 32),
        l1_table_offset(0), l2_table_offset(0), DOMID_SELF,
        vendor_is_intel, vendor_is_amd, cpu_has_pae, cpu_has_smep,
        APIC_MODE_XAPIC, APIC_MODE_X2APIC, ELFCLASS32,
    };

    (void)consts;

    set_bit(0, word);
    clear_bit(0, word);
    if ( test_bit(0, word) || test_and_set_bit(0, word) ||
         !test_and_clear_bit(0, word) || test_and_change_bit(0, word) )
        ACCESS_ONCE(*word) = 0;

    STORE_RELEASE(word, LOAD_ACQUIRE(word));
    smp_mb();
    smp_rmb();
    smp_wmb();
    mb();
    rmb();
    wmb();
    barrier();

    if ( min(1, 2) > max(1, 2) )
        unreachable();

    ASSERT(word);
}
