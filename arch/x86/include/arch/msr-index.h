/*
 * x86 model-specific registers: numbers, and the bits that tests look at.
 *
 * Numbers and layouts are those of the Intel SDM volume 4 and the AMD APM
 * volume 2.  Usable in assembly.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef XTF_X86_MSR_INDEX_H
#define XTF_X86_MSR_INDEX_H

#include <xtf/numbers.h>

/* Time, APIC, microcode. */
#define MSR_TSC                                 0x00000010
#define MSR_PLATFORM_ID                         0x00000017

#define MSR_APICBASE                            0x0000001b
#define MSR_APIC_BASE                           MSR_APICBASE
#define _APICBASE_BSP                           8
#define APICBASE_BSP                            (_AC(1, ULL) << _APICBASE_BSP)
#define _APICBASE_EXTD                          10
#define APICBASE_EXTD                           (_AC(1, ULL) << _APICBASE_EXTD)
#define _APICBASE_GLOBAL_ENABLE                 11
#define APICBASE_GLOBAL_ENABLE                  (_AC(1, ULL) << _APICBASE_GLOBAL_ENABLE)
#define APICBASE_ENABLE                         APICBASE_GLOBAL_ENABLE
#define APICBASE_ADDR_MASK                      _AC(0x000ffffffffff000, ULL)

#define MSR_TSC_ADJUST                          0x0000003b
#define MSR_IA32_UCODE_WRITE                    0x00000079
#define MSR_UCODE_REV                           0x0000008b

#define MSR_FEATURE_CONTROL                     0x0000003a
#define MSR_INTEL_FEATURE_CONTROL               MSR_FEATURE_CONTROL
#define FEATURE_CONTROL_LOCK                    (_AC(1, ULL) << 0)
#define FEATURE_CONTROL_VMXON_INSIDE_SMX        (_AC(1, ULL) << 1)
#define FEATURE_CONTROL_VMXON_OUTSIDE_SMX       (_AC(1, ULL) << 2)
#define FEATURE_CONTROL_SENTER                  (_AC(1, ULL) << 15)
#define FEATURE_CONTROL_SGX_LC                  (_AC(1, ULL) << 17)
#define FEATURE_CONTROL_SGX                     (_AC(1, ULL) << 18)
#define FEATURE_CONTROL_LMCE                    (_AC(1, ULL) << 20)

/* Speculation controls. */
#define MSR_SPEC_CTRL                           0x00000048
#define SPEC_CTRL_IBRS                          (_AC(1, ULL) << 0)
#define SPEC_CTRL_STIBP                         (_AC(1, ULL) << 1)
#define SPEC_CTRL_SSBD                          (_AC(1, ULL) << 2)
#define SPEC_CTRL_IPRED_DIS_U                   (_AC(1, ULL) << 3)
#define SPEC_CTRL_IPRED_DIS_S                   (_AC(1, ULL) << 4)
#define SPEC_CTRL_RRSBA_DIS_U                   (_AC(1, ULL) << 5)
#define SPEC_CTRL_RRSBA_DIS_S                   (_AC(1, ULL) << 6)
#define SPEC_CTRL_PSFD                          (_AC(1, ULL) << 7)
#define SPEC_CTRL_DDP_DIS_U                     (_AC(1, ULL) << 8)
#define SPEC_CTRL_BHI_DIS_S                     (_AC(1, ULL) << 10)

#define MSR_PRED_CMD                            0x00000049
#define PRED_CMD_IBPB                           (_AC(1, ULL) << 0)
#define PRED_CMD_SBPB                           (_AC(1, ULL) << 7)

#define MSR_PPIN_CTL                            0x0000004e
#define MSR_PPIN                                0x0000004f
#define MSR_CORE_CAPABILITIES                   0x000000cf

#define MSR_ARCH_CAPABILITIES                   0x0000010a
#define ARCH_CAPS_RDCL_NO                       (_AC(1, ULL) << 0)
#define ARCH_CAPS_IBRS_ALL                      (_AC(1, ULL) << 1)
#define ARCH_CAPS_EIBRS                         ARCH_CAPS_IBRS_ALL
#define ARCH_CAPS_RSBA                          (_AC(1, ULL) << 2)
#define ARCH_CAPS_SKIP_L1DFL                    (_AC(1, ULL) << 3)
#define ARCH_CAPS_SSB_NO                        (_AC(1, ULL) << 4)
#define ARCH_CAPS_MDS_NO                        (_AC(1, ULL) << 5)
#define ARCH_CAPS_IF_PSCHANGE_MC_NO             (_AC(1, ULL) << 6)
#define ARCH_CAPS_TSX_CTRL                      (_AC(1, ULL) << 7)
#define ARCH_CAPS_TAA_NO                        (_AC(1, ULL) << 8)
#define ARCH_CAPS_MCU_CTRL                      (_AC(1, ULL) << 9)
#define ARCH_CAPS_MISC_PKG_CTRL                 (_AC(1, ULL) << 10)
#define ARCH_CAPS_ENERGY_FILTERING              (_AC(1, ULL) << 11)
#define ARCH_CAPS_DOITM                         (_AC(1, ULL) << 12)
#define ARCH_CAPS_SBDR_SSDP_NO                  (_AC(1, ULL) << 13)
#define ARCH_CAPS_FBSDP_NO                      (_AC(1, ULL) << 14)
#define ARCH_CAPS_PSDP_NO                       (_AC(1, ULL) << 15)
#define ARCH_CAPS_FB_CLEAR                      (_AC(1, ULL) << 17)
#define ARCH_CAPS_FB_CLEAR_CTRL                 (_AC(1, ULL) << 18)
#define ARCH_CAPS_RRSBA                         (_AC(1, ULL) << 19)
#define ARCH_CAPS_BHI_NO                        (_AC(1, ULL) << 20)
#define ARCH_CAPS_PBRSB_NO                      (_AC(1, ULL) << 24)
#define ARCH_CAPS_GDS_CTRL                      (_AC(1, ULL) << 25)
#define ARCH_CAPS_GDS_NO                        (_AC(1, ULL) << 26)
#define ARCH_CAPS_RFDS_NO                       (_AC(1, ULL) << 27)
#define ARCH_CAPS_RFDS_CLEAR                    (_AC(1, ULL) << 28)

#define MSR_FLUSH_CMD                           0x0000010b
#define FLUSH_CMD_L1D                           (_AC(1, ULL) << 0)

#define MSR_TSX_FORCE_ABORT                     0x0000010f
#define TSX_FORCE_ABORT_RTM                     (_AC(1, ULL) << 0)
#define TSX_CPUID_CLEAR                         (_AC(1, ULL) << 1)
#define TSX_ENABLE_RTM                          (_AC(1, ULL) << 2)

#define MSR_TSX_CTRL                            0x00000122
#define TSX_CTRL_RTM_DISABLE                    (_AC(1, ULL) << 0)
#define TSX_CTRL_CPUID_CLEAR                    (_AC(1, ULL) << 1)

#define MSR_MCU_OPT_CTRL                        0x00000123
#define MCU_OPT_CTRL_RNGDS_MITG_DIS             (_AC(1, ULL) << 0)
#define MCU_OPT_CTRL_RTM_ALLOW                  (_AC(1, ULL) << 1)
#define MCU_OPT_CTRL_RTM_LOCKED                 (_AC(1, ULL) << 2)
#define MCU_OPT_CTRL_FB_CLEAR_DIS               (_AC(1, ULL) << 3)
#define MCU_OPT_CTRL_GDS_MIT_DIS                (_AC(1, ULL) << 4)
#define MCU_OPT_CTRL_GDS_MIT_LOCK               (_AC(1, ULL) << 5)

#define MSR_RTIT_OUTPUT_BASE                    0x00000560
#define MSR_RTIT_OUTPUT_MASK                    0x00000561
#define MSR_RTIT_CTL                            0x00000570
#define MSR_RTIT_STATUS                         0x00000571
#define MSR_RTIT_CR3_MATCH                      0x00000572
#define MSR_RTIT_ADDR_A(n)                      (0x00000580 + (n) * 2)
#define MSR_RTIT_ADDR_B(n)                      (0x00000581 + (n) * 2)

#define MSR_U_CET                               0x000006a0
#define MSR_S_CET                               0x000006a2
#define CET_SHSTK_EN                            (_AC(1, ULL) << 0)
#define CET_WRSS_EN                             (_AC(1, ULL) << 1)
#define CET_ENDBR_EN                            (_AC(1, ULL) << 2)
#define MSR_PL0_SSP                             0x000006a4
#define MSR_PL1_SSP                             0x000006a5
#define MSR_PL2_SSP                             0x000006a6
#define MSR_PL3_SSP                             0x000006a7
#define MSR_INTERRUPT_SSP_TABLE                 0x000006a8
#define MSR_PKRS                                0x000006e1
#define MSR_XSS                                 0x00000da0
#define MSR_IA32_XSS                            MSR_XSS

/* CPUID faulting, and its announcement. */
#define MSR_INTEL_PLATFORM_INFO                 0x000000ce
#define MSR_PLATFORM_INFO                       MSR_INTEL_PLATFORM_INFO
#define _MSR_PLATFORM_INFO_CPUID_FAULTING       31
#define MSR_PLATFORM_INFO_CPUID_FAULTING        (_AC(1, ULL) << _MSR_PLATFORM_INFO_CPUID_FAULTING)
#define PLATFORM_INFO_CPUID_FAULTING            MSR_PLATFORM_INFO_CPUID_FAULTING

#define MSR_INTEL_MISC_FEATURES_ENABLES         0x00000140
#define MSR_MISC_FEATURES_ENABLES               MSR_INTEL_MISC_FEATURES_ENABLES
#define _MSR_MISC_FEATURES_CPUID_FAULTING       0
#define MSR_MISC_FEATURES_CPUID_FAULTING        (_AC(1, ULL) << _MSR_MISC_FEATURES_CPUID_FAULTING)
#define MISC_FEATURES_CPUID_FAULTING            MSR_MISC_FEATURES_CPUID_FAULTING

#define MSR_INTEL_MASK_V1_CPUID1                0x00000478
#define MSR_INTEL_MASK_V2_CPUID1                0x00000130
#define MSR_INTEL_MASK_V2_CPUID80000001         0x00000131
#define MSR_INTEL_MASK_V3_CPUID1                0x00000132
#define MSR_INTEL_MASK_V3_CPUID80000001         0x00000133
#define MSR_INTEL_MASK_V3_CPUIDD_01             0x00000134

#define MSR_MISC_ENABLE                         0x000001a0
#define MSR_IA32_MISC_ENABLE                    MSR_MISC_ENABLE
#define MISC_ENABLE_FAST_STRING                 (_AC(1, ULL) << 0)
#define MISC_ENABLE_PERF_AVAIL                  (_AC(1, ULL) << 7)
#define MISC_ENABLE_BTS_UNAVAIL                 (_AC(1, ULL) << 11)
#define MISC_ENABLE_PEBS_UNAVAIL                (_AC(1, ULL) << 12)
#define MISC_ENABLE_MONITOR_ENABLE              (_AC(1, ULL) << 18)
#define MISC_ENABLE_LIMIT_CPUID                 (_AC(1, ULL) << 22)
#define MISC_ENABLE_XTPR_DISABLE                (_AC(1, ULL) << 23)
#define MISC_ENABLE_XD_DISABLE                  (_AC(1, ULL) << 34)

/* System call entry for protected mode. */
#define MSR_SYSENTER_CS                         0x00000174
#define MSR_SYSENTER_ESP                        0x00000175
#define MSR_SYSENTER_EIP                        0x00000176
#define MSR_IA32_SYSENTER_CS                    MSR_SYSENTER_CS
#define MSR_IA32_SYSENTER_ESP                   MSR_SYSENTER_ESP
#define MSR_IA32_SYSENTER_EIP                   MSR_SYSENTER_EIP

/* Machine checks. */
#define MSR_MCG_CAP                             0x00000179
#define MSR_MCG_STATUS                          0x0000017a
#define MSR_MCG_CTL                             0x0000017b
#define MSR_MCG_EXT_CTL                         0x000004d0
#define MSR_MCi_CTL2(n)                         (0x00000280 + (n))
#define MSR_MCi_CTL(n)                          (0x00000400 + (n) * 4)
#define MSR_MCi_STATUS(n)                       (0x00000401 + (n) * 4)
#define MSR_MCi_ADDR(n)                         (0x00000402 + (n) * 4)
#define MSR_MCi_MISC(n)                         (0x00000403 + (n) * 4)

/* Debugging and last branch records. */
#define MSR_DEBUGCTL                            0x000001d9
#define MSR_IA32_DEBUGCTLMSR                    MSR_DEBUGCTL
#define _DEBUGCTL_LBR                           0
#define DEBUGCTL_LBR                            (_AC(1, ULL) << 0) /* Record branches */
#define DEBUGCTL_BTF                            (_AC(1, ULL) << 1) /* Single-step on branches */
#define DEBUGCTL_BLD                            (_AC(1, ULL) << 2) /* Bus lock detect */
#define DEBUGCTL_TR                             (_AC(1, ULL) << 6) /* Branch trace messages */
#define DEBUGCTL_BTS                            (_AC(1, ULL) << 7) /* Branch trace store */
#define DEBUGCTL_BTINT                          (_AC(1, ULL) << 8)
#define DEBUGCTL_BTS_OFF_OS                     (_AC(1, ULL) << 9)
#define DEBUGCTL_BTS_OFF_USR                    (_AC(1, ULL) << 10)
#define DEBUGCTL_FREEZE_LBRS_ON_PMI             (_AC(1, ULL) << 11)
#define DEBUGCTL_FREEZE_PERFMON_ON_PMI          (_AC(1, ULL) << 12)
#define DEBUGCTL_RTM                            (_AC(1, ULL) << 15) /* Debugging inside transactions */
#define IA32_DEBUGCTLMSR_LBR                    DEBUGCTL_LBR
#define IA32_DEBUGCTLMSR_BTF                    DEBUGCTL_BTF
#define IA32_DEBUGCTLMSR_RTM                    DEBUGCTL_RTM

#define MSR_LASTBRANCH_SELECT                   0x000001c8
#define MSR_LASTBRANCH_TOS                      0x000001c9
#define MSR_LASTBRANCHFROMIP                    0x000001db
#define MSR_LASTBRANCHTOIP                      0x000001dc
#define MSR_LASTINTFROMIP                       0x000001dd
#define MSR_LASTINTTOIP                         0x000001de
#define MSR_IA32_LASTBRANCHFROMIP               MSR_LASTBRANCHFROMIP
#define MSR_IA32_LASTBRANCHTOIP                 MSR_LASTBRANCHTOIP
#define MSR_IA32_LASTINTFROMIP                  MSR_LASTINTFROMIP
#define MSR_IA32_LASTINTTOIP                    MSR_LASTINTTOIP
#define MSR_LASTBRANCH_FROM(n)                  (0x00000680 + (n))
#define MSR_LASTBRANCH_TO(n)                    (0x000006c0 + (n))
#define MSR_LASTBRANCH_INFO(n)                  (0x00000dc0 + (n))
#define MSR_LBR_CTL                             0x000014ce
#define MSR_LBR_DEPTH                           0x000014cf
#define MSR_DS_AREA                             0x00000600
#define MSR_IA32_DS_AREA                        MSR_DS_AREA

/* Performance monitoring. */
#define MSR_PMC(n)                              (0x000000c1 + (n))
#define MSR_PERFEVTSEL(n)                       (0x00000186 + (n))
#define MSR_PERF_CAPABILITIES                   0x00000345
#define MSR_FIXED_CTR(n)                        (0x00000309 + (n))
#define MSR_FIXED_CTR_CTRL                      0x0000038d
#define MSR_PERF_GLOBAL_STATUS                  0x0000038e
#define MSR_PERF_GLOBAL_CTRL                    0x0000038f
#define MSR_PERF_GLOBAL_OVF_CTRL                0x00000390
#define MSR_MPERF                               0x000000e7
#define MSR_APERF                               0x000000e8
#define MSR_PERF_STATUS                         0x00000198
#define MSR_PERF_CTL                            0x00000199
#define MSR_CLOCK_MODULATION                    0x0000019a
#define MSR_THERM_INTERRUPT                     0x0000019b
#define MSR_THERM_STATUS                        0x0000019c
#define MSR_ENERGY_PERF_BIAS                    0x000001b0
#define MSR_BNDCFGS                             0x00000d90
#define MSR_IA32_BNDCFGS                        MSR_BNDCFGS
#define MSR_UMWAIT_CONTROL                      0x000000e1

/* Memory types. */
#define MSR_MTRRcap                             0x000000fe
#define MTRRcap_VCNT                            0x000000ff
#define MTRRcap_FIX                             (_AC(1, ULL) << 8)
#define MTRRcap_WC                              (_AC(1, ULL) << 10)
#define MTRRcap_SMRR                            (_AC(1, ULL) << 11)
#define MSR_MTRRphysBase(n)                     (0x00000200 + (n) * 2)
#define MSR_MTRRphysMask(n)                     (0x00000201 + (n) * 2)
#define MTRRphysMask_VALID                      (_AC(1, ULL) << 11)
#define MSR_MTRRfix64K_00000                    0x00000250
#define MSR_MTRRfix16K_80000                    0x00000258
#define MSR_MTRRfix16K_A0000                    0x00000259
#define MSR_MTRRfix4K_C0000                     0x00000268
#define MSR_MTRRfix4K_C8000                     0x00000269
#define MSR_MTRRfix4K_D0000                     0x0000026a
#define MSR_MTRRfix4K_D8000                     0x0000026b
#define MSR_MTRRfix4K_E0000                     0x0000026c
#define MSR_MTRRfix4K_E8000                     0x0000026d
#define MSR_MTRRfix4K_F0000                     0x0000026e
#define MSR_MTRRfix4K_F8000                     0x0000026f
#define MSR_MTRRdefType                         0x000002ff
#define MTRRdefType_FE                          (_AC(1, ULL) << 10)
#define MTRRdefType_E                           (_AC(1, ULL) << 11)
#define MSR_PAT                                 0x00000277
#define MSR_IA32_CR_PAT                         MSR_PAT
#define MSR_PAT_DEFAULT                         _AC(0x0007040600070406, ULL) /* At reset */

/*
 * TSC deadline and the x2APIC: register at xAPIC offset o is MSR 0x800 + o /
 * 16.
 */
#define MSR_TSC_DEADLINE                        0x000006e0
#define MSR_X2APIC_FIRST                        0x00000800
#define MSR_X2APIC_LAST                         0x000008ff
#define MSR_X2APIC_REGS                         MSR_X2APIC_FIRST
#define MSR_X2APIC_ID                           0x00000802
#define MSR_X2APIC_VER                          0x00000803
#define MSR_X2APIC_TPR                          0x00000808
#define MSR_X2APIC_EOI                          0x0000080b
#define MSR_X2APIC_LDR                          0x0000080d
#define MSR_X2APIC_SPIV                         0x0000080f
#define MSR_X2APIC_ICR                          0x00000830
#define MSR_X2APIC_SELF                         0x0000083f

/* Intel VMX capabilities. */
#define MSR_VMX_BASIC                           0x00000480
#define VMX_BASIC_REVISION_MASK                 _AC(0x000000007fffffff, ULL)
#define VMX_BASIC_VMCS_SIZE_MASK                _AC(0x00001fff00000000, ULL)
#define VMX_BASIC_32BIT_ADDRESSES               (_AC(1, ULL) << 48)
#define VMX_BASIC_DUAL_MONITOR                  (_AC(1, ULL) << 49)
#define VMX_BASIC_MEMORY_TYPE_MASK              (_AC(0xf, ULL) << 50)
#define VMX_BASIC_INS_OUT_INFO                  (_AC(1, ULL) << 54)
#define VMX_BASIC_DEFAULT1_ZERO                 (_AC(1, ULL) << 55)
#define MSR_VMX_PINBASED_CTLS                   0x00000481
#define MSR_VMX_PROCBASED_CTLS                  0x00000482
#define MSR_VMX_EXIT_CTLS                       0x00000483
#define MSR_VMX_ENTRY_CTLS                      0x00000484
#define MSR_VMX_MISC                            0x00000485
#define MSR_VMX_CR0_FIXED0                      0x00000486
#define MSR_VMX_CR0_FIXED1                      0x00000487
#define MSR_VMX_CR4_FIXED0                      0x00000488
#define MSR_VMX_CR4_FIXED1                      0x00000489
#define MSR_VMX_VMCS_ENUM                       0x0000048a
#define MSR_VMX_PROCBASED_CTLS2                 0x0000048b
#define MSR_VMX_EPT_VPID_CAP                    0x0000048c
#define MSR_VMX_TRUE_PINBASED_CTLS              0x0000048d
#define MSR_VMX_TRUE_PROCBASED_CTLS             0x0000048e
#define MSR_VMX_TRUE_EXIT_CTLS                  0x0000048f
#define MSR_VMX_TRUE_ENTRY_CTLS                 0x00000490
#define MSR_VMX_VMFUNC                          0x00000491

/* Long mode, and its system calls and segments. */
#define MSR_EFER                                0xc0000080
#define _EFER_SCE                               0
#define EFER_SCE                                (_AC(1, ULL) << _EFER_SCE)   /* syscall enable */
#define _EFER_LME                               8
#define EFER_LME                                (_AC(1, ULL) << _EFER_LME)   /* Long mode enable */
#define _EFER_LMA                               10
#define EFER_LMA                                (_AC(1, ULL) << _EFER_LMA)   /* Long mode active */
#define _EFER_NXE                               11
#define EFER_NXE                                (_AC(1, ULL) << _EFER_NXE)   /* No-execute enable */
#define EFER_NX                                 EFER_NXE
#define _EFER_SVME                              12
#define EFER_SVME                               (_AC(1, ULL) << _EFER_SVME)  /* SVM enable */
#define _EFER_LMSLE                             13
#define EFER_LMSLE                              (_AC(1, ULL) << _EFER_LMSLE) /* Segment limits in long mode */
#define _EFER_FFXSE                             14
#define EFER_FFXSE                              (_AC(1, ULL) << _EFER_FFXSE) /* Fast fxsave */
#define _EFER_TCE                               15
#define EFER_TCE                                (_AC(1, ULL) << _EFER_TCE)   /* Translation cache extension */
#define EFER_AIBRSE                             (_AC(1, ULL) << 21)          /* Automatic IBRS */

#define X86_EFER_SCE                            EFER_SCE
#define X86_EFER_LME                            EFER_LME
#define X86_EFER_LMA                            EFER_LMA
#define X86_EFER_NXE                            EFER_NXE
#define X86_EFER_SVME                           EFER_SVME
#define X86_EFER_FFXSE                          EFER_FFXSE

#define MSR_STAR                                0xc0000081
#define MSR_LSTAR                               0xc0000082
#define MSR_CSTAR                               0xc0000083
#define MSR_FMASK                               0xc0000084
#define MSR_SFMASK                              MSR_FMASK
#define MSR_SYSCALL_MASK                        MSR_FMASK
#define MSR_FS_BASE                             0xc0000100
#define MSR_GS_BASE                             0xc0000101
#define MSR_SHADOW_GS_BASE                      0xc0000102
#define MSR_KERNEL_GS_BASE                      MSR_SHADOW_GS_BASE
#define MSR_TSC_AUX                             0xc0000103
#define MSR_TSC_RATIO                           0xc0000104

/* AMD. */
#define MSR_K8_SYSCFG                           0xc0010010
#define MSR_AMD64_SYSCFG                        MSR_K8_SYSCFG
#define MSR_K8_HWCR                             0xc0010015
#define MSR_K7_HWCR                             MSR_K8_HWCR
#define HWCR_TSC_FREQ_SEL                       (_AC(1, ULL) << 24)
#define HWCR_CPUID_USER_DIS                     (_AC(1, ULL) << 35)
#define K8_HWCR_CPUID_USER_DIS                  HWCR_CPUID_USER_DIS
#define MSR_K8_IORR_BASE(n)                     (0xc0010016 + (n) * 2)
#define MSR_K8_IORR_MASK(n)                     (0xc0010017 + (n) * 2)
#define MSR_K8_TOP_MEM1                         0xc001001a
#define MSR_K8_TOP_MEM2                         0xc001001d
#define MSR_K7_EVNTSEL(n)                       (0xc0010000 + (n))
#define MSR_K7_PERFCTR(n)                       (0xc0010004 + (n))
#define MSR_AMD_FAM15H_EVNTSEL(n)               (0xc0010200 + (n) * 2)
#define MSR_AMD_FAM15H_PERFCTR(n)               (0xc0010201 + (n) * 2)
#define MSR_AMD_PSTATE_DEF(n)                   (0xc0010064 + (n))
#define MSR_AMD_PATCHLEVEL                      MSR_UCODE_REV
#define MSR_AMD_PATCHLOADER                     0xc0010020

#define MSR_VM_CR                               0xc0010114
#define MSR_K8_VM_CR                            MSR_VM_CR
#define VM_CR_INIT_REDIRECTION                  (_AC(1, ULL) << 1)
#define VM_CR_SVM_LOCK                          (_AC(1, ULL) << 3)
#define VM_CR_SVM_DISABLE                       (_AC(1, ULL) << 4)
#define MSR_IGNNE                               0xc0010115
#define MSR_VM_HSAVE_PA                         0xc0010117
#define MSR_K8_VM_HSAVE_PA                      MSR_VM_HSAVE_PA
#define MSR_SVM_LOCK_KEY                        0xc0010118
#define MSR_VIRT_SPEC_CTRL                      0xc001011f
#define MSR_SEV_ES_GHCB                         0xc0010130
#define MSR_SEV_STATUS                          0xc0010131

#define MSR_K8_FEATURE_MASK                     0xc0011004
#define MSR_K8_EXT_FEATURE_MASK                 0xc0011005
#define MSR_AMD_L7S0_FEATURE_MASK               0xc0011002
#define MSR_AMD_THRM_FEATURE_MASK               0xc0011003
#define MSR_AMD64_LS_CFG                        0xc0011020
#define MSR_AMD64_IC_CFG                        0xc0011021
#define MSR_AMD64_DC_CFG                        0xc0011022
#define MSR_AMD64_DE_CFG                        0xc0011029
#define AMD64_DE_CFG_LFENCE_SERIALISE           (_AC(1, ULL) << 1)
#define MSR_AMD64_LWP_CFG                       0xc0000105
#define MSR_AMD64_LWP_CBADDR                    0xc0000106
#define MSR_AMD64_DR0_ADDRESS_MASK              0xc0011027
#define MSR_AMD64_DR1_ADDRESS_MASK              0xc0011019
#define MSR_AMD64_DR2_ADDRESS_MASK              0xc001101a
#define MSR_AMD64_DR3_ADDRESS_MASK              0xc001101b
#define MSR_DR0_ADDR_MASK                       MSR_AMD64_DR0_ADDRESS_MASK
#define MSR_DR1_ADDR_MASK                       MSR_AMD64_DR1_ADDRESS_MASK
#define MSR_DR2_ADDR_MASK                       MSR_AMD64_DR2_ADDRESS_MASK
#define MSR_DR3_ADDR_MASK                       MSR_AMD64_DR3_ADDRESS_MASK

/*
 * Registers of the hypervisor interfaces: Xen's own (at its default base) and
 * Viridian's.
 */
#define MSR_XEN_HYPERCALL_PAGE                  0x40000000
#define MSR_XEN_HYPERCALL_PAGE_VIRIDIAN         0x40000200
#define MSR_HV_GUEST_OS_ID                      0x40000000
#define MSR_HV_HYPERCALL                        0x40000001
#define MSR_HV_VP_INDEX                         0x40000002

#endif /* XTF_X86_MSR_INDEX_H */
