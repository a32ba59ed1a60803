/*
 * x86 architectural constants: vendors, control registers, flags, exceptions,
 * error codes.
 *
 * Names and positions are those of the Intel and AMD manuals.  Usable in
 * assembly.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef XTF_X86_PROCESSOR_H
#define XTF_X86_PROCESSOR_H

#include <xtf/numbers.h>

/* Vendors, as bits, so that a set of them can be tested at once. */
#define X86_VENDOR_UNKNOWN      0
#define X86_VENDOR_INTEL        (1 << 0)
#define X86_VENDOR_AMD          (1 << 1)
#define X86_VENDOR_CENTAUR      (1 << 2)
#define X86_VENDOR_SHANGHAI     (1 << 3)
#define X86_VENDOR_HYGON        (1 << 4)

/* %eflags / %rflags. */
#define X86_EFLAGS_CF           0x00000001 /* Carry */
#define X86_EFLAGS_MBS          0x00000002 /* Must be set */
#define X86_EFLAGS_PF           0x00000004 /* Parity */
#define X86_EFLAGS_AF           0x00000010 /* Auxiliary carry */
#define X86_EFLAGS_ZF           0x00000040 /* Zero */
#define X86_EFLAGS_SF           0x00000080 /* Sign */
#define X86_EFLAGS_TF           0x00000100 /* Trap */
#define X86_EFLAGS_IF           0x00000200 /* Interrupt enable */
#define X86_EFLAGS_DF           0x00000400 /* Direction */
#define X86_EFLAGS_OF           0x00000800 /* Overflow */
#define X86_EFLAGS_IOPL         0x00003000 /* I/O privilege level, two bits */
#define X86_EFLAGS_IOPL_SHIFT   12
#define X86_EFLAGS_NT           0x00004000 /* Nested task */
#define X86_EFLAGS_RF           0x00010000 /* Resume */
#define X86_EFLAGS_VM           0x00020000 /* Virtual 8086 mode */
#define X86_EFLAGS_AC           0x00040000 /* Alignment check, and SMAP override */
#define X86_EFLAGS_VIF          0x00080000 /* Virtual interrupt flag */
#define X86_EFLAGS_VIP          0x00100000 /* Virtual interrupt pending */
#define X86_EFLAGS_ID           0x00200000 /* CPUID available, if it can be toggled */

#define X86_EFLAGS_ARITH_MASK                                           \
    (X86_EFLAGS_CF | X86_EFLAGS_PF | X86_EFLAGS_AF |                    \
     X86_EFLAGS_ZF | X86_EFLAGS_SF | X86_EFLAGS_OF)

/* %cr0. */
#define X86_CR0_PE              0x00000001 /* Protected mode */
#define X86_CR0_MP              0x00000002 /* Monitor coprocessor: wait/fwait honour TS */
#define X86_CR0_EM              0x00000004 /* Emulate: FPU instructions raise #NM */
#define X86_CR0_TS              0x00000008 /* Task switched: FPU instructions raise #NM */
#define X86_CR0_ET              0x00000010 /* Extension type, always set */
#define X86_CR0_NE              0x00000020 /* Numeric error: #MF rather than FERR# */
#define X86_CR0_WP              0x00010000 /* Write protect applies to the supervisor */
#define X86_CR0_AM              0x00040000 /* Alignment mask: EFLAGS.AC works */
#define X86_CR0_NW              0x20000000 /* Not write-through */
#define X86_CR0_CD              0x40000000 /* Cache disable */
#define X86_CR0_PG              0x80000000 /* Paging */

/* %cr3. */
#define X86_CR3_PWT             0x00000008 /* Write-through for the top-level table */
#define X86_CR3_PCD             0x00000010 /* Cache disable for the top-level table */
#define X86_CR3_PCID_MASK       0x00000fff /* The process-context identifier, with CR4.PCIDE */
#define X86_CR3_NOFLUSH         (_AC(1, ULL) << 63) /* Keep the PCID's TLB entries */
#define X86_CR3_ADDR_MASK       _AC(0x000ffffffffff000, ULL)

/* %cr4. */
#define X86_CR4_VME             0x00000001 /* Virtual 8086 mode extensions */
#define X86_CR4_PVI             0x00000002 /* Protected mode virtual interrupts */
#define X86_CR4_TSD             0x00000004 /* rdtsc needs CPL 0 */
#define X86_CR4_DE              0x00000008 /* Debug extensions: I/O breakpoints, no %dr4/5 aliases */
#define X86_CR4_PSE             0x00000010 /* Page size extensions */
#define X86_CR4_PAE             0x00000020 /* Physical address extension */
#define X86_CR4_MCE             0x00000040 /* Machine check exceptions */
#define X86_CR4_PGE             0x00000080 /* Global pages */
#define X86_CR4_PCE             0x00000100 /* rdpmc at any CPL */
#define X86_CR4_OSFXSR          0x00000200 /* fxsave and SSE */
#define X86_CR4_OSXMMEXCPT      0x00000400 /* Unmasked SIMD exceptions raise #XM */
#define X86_CR4_UMIP            0x00000800 /* sgdt sidt sldt smsw str need CPL 0 */
#define X86_CR4_LA57            0x00001000 /* 57-bit linear addresses */
#define X86_CR4_VMXE            0x00002000 /* VMX */
#define X86_CR4_SMXE            0x00004000 /* SMX */
#define X86_CR4_FSGSBASE        0x00010000 /* rdfsbase and friends */
#define X86_CR4_PCIDE           0x00020000 /* Process-context identifiers */
#define X86_CR4_OSXSAVE         0x00040000 /* xsave, xgetbv, xsetbv */
#define X86_CR4_KL              0x00080000 /* Key Locker */
#define X86_CR4_SMEP            0x00100000 /* Supervisor mode execution prevention */
#define X86_CR4_SMAP            0x00200000 /* Supervisor mode access prevention */
#define X86_CR4_PKE             0x00400000 /* Protection keys for user pages */
#define X86_CR4_CET             0x00800000 /* Control-flow enforcement */
#define X86_CR4_PKS             0x01000000 /* Protection keys for supervisor pages */
#define X86_CR4_UINTR           0x02000000 /* User interrupts */

/* %xcr0: components of the extended state. */
#define X86_XCR0_X87            (_AC(1, ULL) << 0)
#define X86_XCR0_SSE            (_AC(1, ULL) << 1)
#define X86_XCR0_YMM            (_AC(1, ULL) << 2)
#define X86_XCR0_BNDREGS        (_AC(1, ULL) << 3)
#define X86_XCR0_BNDCSR         (_AC(1, ULL) << 4)
#define X86_XCR0_OPMASK         (_AC(1, ULL) << 5)
#define X86_XCR0_ZMM            (_AC(1, ULL) << 6)
#define X86_XCR0_HI_ZMM         (_AC(1, ULL) << 7)
#define X86_XCR0_PKRU           (_AC(1, ULL) << 9)
#define X86_XCR0_TILECFG        (_AC(1, ULL) << 17)
#define X86_XCR0_TILEDATA       (_AC(1, ULL) << 18)
#define X86_XCR0_LWP            (_AC(1, ULL) << 62)

/* The same components as the manuals of the xsave area call them. */
#define XSTATE_FP               X86_XCR0_X87
#define XSTATE_SSE              X86_XCR0_SSE
#define XSTATE_YMM              X86_XCR0_YMM
#define XSTATE_BNDREGS          X86_XCR0_BNDREGS
#define XSTATE_BNDCSR           X86_XCR0_BNDCSR
#define XSTATE_OPMASK           X86_XCR0_OPMASK
#define XSTATE_ZMM              X86_XCR0_ZMM
#define XSTATE_HI_ZMM           X86_XCR0_HI_ZMM
#define XSTATE_PKRU             X86_XCR0_PKRU
#define XSTATE_LWP              X86_XCR0_LWP

/* Exception vectors. */
#define X86_NR_RESERVED_VECTORS 32

#define X86_EXC_DE              0  /* Divide error */
#define X86_EXC_DB              1  /* Debug */
#define X86_EXC_NMI             2  /* Non-maskable interrupt */
#define X86_EXC_BP              3  /* Breakpoint */
#define X86_EXC_OF              4  /* Overflow */
#define X86_EXC_BR              5  /* Bound range */
#define X86_EXC_UD              6  /* Invalid opcode */
#define X86_EXC_NM              7  /* Device not available */
#define X86_EXC_DF              8  /* Double fault */
#define X86_EXC_CSO             9  /* Coprocessor segment overrun */
#define X86_EXC_TS              10 /* Invalid TSS */
#define X86_EXC_NP              11 /* Segment not present */
#define X86_EXC_SS              12 /* Stack segment fault */
#define X86_EXC_GP              13 /* General protection */
#define X86_EXC_PF              14 /* Page fault */
#define X86_EXC_SPV             15 /* Spurious interrupt of a PIC */
#define X86_EXC_MF              16 /* x87 error */
#define X86_EXC_AC              17 /* Alignment check */
#define X86_EXC_MC              18 /* Machine check */
#define X86_EXC_XM              19 /* SIMD error */
#define X86_EXC_VE              20 /* Virtualisation */
#define X86_EXC_CP              21 /* Control-flow protection */
#define X86_EXC_HV              28 /* Hypervisor injection */
#define X86_EXC_VC              29 /* VMM communication */
#define X86_EXC_SX              30 /* Security */

/* Sets of vectors: bit n for vector n. */
#define X86_EXC_BIT(exc)        (_AC(1, u) << X86_EXC_ ## exc)

/* Those that push an error code. */
#define X86_EXC_HAVE_EC                                                 \
    (X86_EXC_BIT(DF) | X86_EXC_BIT(TS) | X86_EXC_BIT(NP) |              \
     X86_EXC_BIT(SS) | X86_EXC_BIT(GP) | X86_EXC_BIT(PF) |              \
     X86_EXC_BIT(AC) | X86_EXC_BIT(CP) | X86_EXC_BIT(VC) |              \
     X86_EXC_BIT(SX))

/* Faults: %rip is that of the faulting instruction.  #DB may be either. */
#define X86_EXC_FAULTS                                                  \
    (X86_EXC_BIT(DE) | X86_EXC_BIT(DB) | X86_EXC_BIT(BR) |              \
     X86_EXC_BIT(UD) | X86_EXC_BIT(NM) | X86_EXC_BIT(CSO) |             \
     X86_EXC_BIT(TS) | X86_EXC_BIT(NP) | X86_EXC_BIT(SS) |              \
     X86_EXC_BIT(GP) | X86_EXC_BIT(PF) | X86_EXC_BIT(MF) |              \
     X86_EXC_BIT(AC) | X86_EXC_BIT(XM) | X86_EXC_BIT(VE) |              \
     X86_EXC_BIT(CP) | X86_EXC_BIT(VC))

/* Traps: %rip is that of the next instruction. */
#define X86_EXC_TRAPS                                                   \
    (X86_EXC_BIT(DB) | X86_EXC_BIT(BP) | X86_EXC_BIT(OF))

#define X86_EXC_INTERRUPTS      X86_EXC_BIT(NMI)
#define X86_EXC_ABORTS          (X86_EXC_BIT(DF) | X86_EXC_BIT(MC))

/* Error code of exceptions about a selector: #TS #NP #SS #GP, and #DF's 0. */
#define X86_EC_EXT              (1 << 0) /* Raised while delivering something else */
#define X86_EC_IDT              (1 << 1) /* Index is a vector: an IDT entry */
#define X86_EC_TI               (1 << 2) /* Index is in the LDT, not the GDT */
#define X86_EC_GDT              0        /* The table by name: of IDT and TI, */
#define X86_EC_LDT              X86_EC_TI /* GDT has none and LDT has TI */
#define X86_EC_TABLE_MASK       (3 << 1)
#define X86_EC_SEL_SHIFT        3
#define X86_EC_SEL_MASK         (~0u << X86_EC_SEL_SHIFT)

/* Error code of #PF. */
#define X86_PFEC_PRESENT        (1 << 0) /* Protection violation; clear if nothing was mapped */
#define X86_PFEC_WRITE          (1 << 1)
#define X86_PFEC_USER           (1 << 2) /* The access was a user one */
#define X86_PFEC_RSVD           (1 << 3) /* Reserved bit set in a paging entry */
#define X86_PFEC_INSN           (1 << 4) /* Instruction fetch */
#define X86_PFEC_PKEY           (1 << 5)
#define X86_PFEC_SS             (1 << 6) /* Shadow stack access */
#define X86_PFEC_RMP            (1u << 31)

#define PFEC_PRESENT            X86_PFEC_PRESENT
#define PFEC_WRITE              X86_PFEC_WRITE
#define PFEC_USER               X86_PFEC_USER
#define PFEC_RSVD               X86_PFEC_RSVD
#define PFEC_INSN               X86_PFEC_INSN
#define PFEC_PKEY               X86_PFEC_PKEY

/* Segment selectors. */
#define X86_SEL_RPL_MASK        3
#define X86_SEL_TI              (1 << 2)
#define X86_SEL_GDT             0
#define X86_SEL_LDT             X86_SEL_TI

/* x87 control word: exception masks and power-on value. */
#define X86_FCW_IM              0x0001
#define X86_FCW_DM              0x0002
#define X86_FCW_ZM              0x0004
#define X86_FCW_OM              0x0008
#define X86_FCW_UM              0x0010
#define X86_FCW_PM              0x0020
#define X86_FCW_RESET           0x0040
#define X86_FCW_DEFAULT         0x037f

/* %mxcsr: sticky flags, then their masks. */
#define X86_MXCSR_IE            0x00000001 /* Invalid operation */
#define X86_MXCSR_DE            0x00000002 /* Denormal operand */
#define X86_MXCSR_ZE            0x00000004 /* Divide by zero */
#define X86_MXCSR_OE            0x00000008 /* Overflow */
#define X86_MXCSR_UE            0x00000010 /* Underflow */
#define X86_MXCSR_PE            0x00000020 /* Precision */
#define X86_MXCSR_STATUS_MASK   0x0000003f
#define X86_MXCSR_DAZ           0x00000040 /* Denormals are zeroes */
#define X86_MXCSR_IM            0x00000080
#define X86_MXCSR_DM            0x00000100
#define X86_MXCSR_ZM            0x00000200
#define X86_MXCSR_OM            0x00000400
#define X86_MXCSR_UM            0x00000800
#define X86_MXCSR_PM            0x00001000
#define X86_MXCSR_RC_MASK       0x00006000 /* Rounding control */
#define X86_MXCSR_FZ            0x00008000 /* Flush to zero */
#define X86_MXCSR_MM            0x00020000 /* Misaligned SSE */
#define X86_MXCSR_DEFAULT       0x00001f80

/* Memory types, as in the PAT and the MTRRs. */
#define X86_MT_UC               0x00
#define X86_MT_WC               0x01
#define X86_MT_WT               0x04
#define X86_MT_WP               0x05
#define X86_MT_WB               0x06
#define X86_MT_UCM              0x07 /* UC-, in the PAT only */

#endif /* XTF_X86_PROCESSOR_H */
