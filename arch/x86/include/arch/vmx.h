/*
 * Intel VMX: the instructions as functions, and the numbers a test of nested
 * virtualisation starts from.
 *
 * A VMX instruction reports success or failure in the flags, and raises an
 * exception where it may not be used at all. Exceptions are the caller's:
 * these functions have no exception table entries.
 *
 * For tests of XTF.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef XTF_X86_VMX_H
#define XTF_X86_VMX_H

#include <stdint.h>

#include <xtf/compiler.h>

/* MSR_FEATURE_CONTROL. */
typedef union msr_feature_control
{
    uint64_t raw;
    struct
    {
        uint32_t lock:1;              /* Read-only until reset */
        uint32_t vmxon_inside_smx:1;
        uint32_t vmxon_outside_smx:1;
        uint32_t :29;
        uint32_t :32;
    };
} msr_feature_control_t;

/* MSR_VMX_BASIC. */
typedef union msr_vmx_basic
{
    uint64_t raw;
    struct
    {
        uint32_t vmcs_rev_id:31;
        uint32_t mbz:1;
        uint32_t vmcs_size:13;        /* In bytes, up to 4096 */
        uint32_t :3;
        uint32_t paddr_32bit:1;       /* Addresses are limited to 32 bits */
        uint32_t dual_monitor:1;      /* Of SMIs and SMM */
        uint32_t mem_type:4;          /* For VMCSs: X86_MT_* */
        uint32_t insn_info:1;         /* Exits due to INS and OUTS tell more */
        uint32_t default1_zero:1;     /* MSR_VMX_TRUE_* exist */
        uint32_t :8;
    };
} msr_vmx_basic_t;

/* How a VMX instruction ended. */
enum vmx_result
{
    VMX_SUCCEED,       /* Neither CF nor ZF */
    VMX_FAIL_VALID,    /* ZF: failed; the VMCS says why */
    VMX_FAIL_INVALID,  /* CF: failed; no VMCS to say why */
};

/* VM-instruction error numbers. */
#define VMERR_VMCALL_VMX_ROOT               1
#define VMERR_VMCLEAR_INVALID_PADDR         2
#define VMERR_VMCLEAR_WITH_VMXON_PTR        3
#define VMERR_VMLAUNCH_NOT_CLEAR_VMCS       4
#define VMERR_VMRESUME_NOT_LAUNCHED_VMCS    5
#define VMERR_VMRESUME_AFTER_VMXOFF         6
#define VMERR_VMENTRY_INVALID_CTLS          7
#define VMERR_VMENTRY_INVALID_HOST_STATE    8
#define VMERR_VMPTRLD_INVALID_PADDR         9
#define VMERR_VMPTRLD_WITH_VMXON_PTR        10
#define VMERR_VMPTRLD_WRONG_REVID           11
#define VMERR_VMREAD_VMWRITE_BAD_FIELD      12
#define VMERR_VMWRITE_RO_FIELD              13
#define VMERR_VMXON_IN_ROOT                 15
#define VMERR_VMENTRY_MOV_SS                26
#define VMERR_INVEPT_INVVPID_BAD_OPERAND    28

/** A VM-instruction error number (VMERR_*) in words. */
const char *vmx_insn_err_strerror(unsigned int err);

/* Some fields of a VMCS. */
#define VMCS_VPID                           0x0000
#define VMCS_LINK_PTR                       0x2800
#define VMCS_VM_INSN_ERR                    0x4400
#define VMCS_EXIT_REASON                    0x4402
#define VMCS_EXIT_INSN_LEN                  0x440c
#define VMCS_EXIT_QUALIFICATION             0x6400
#define VMCS_GUEST_CR0                      0x6800
#define VMCS_GUEST_CR3                      0x6802
#define VMCS_GUEST_CR4                      0x6804
#define VMCS_GUEST_RSP                      0x681c
#define VMCS_GUEST_RIP                      0x681e
#define VMCS_GUEST_RFLAGS                   0x6820
#define VMCS_HOST_RSP                       0x6c14
#define VMCS_HOST_RIP                       0x6c16

/* Run an instruction and pick its result out of CF and ZF. */
#define XTF_VMX_INSN(insn, ...)                                         \
({                                                                      \
    uint8_t cf_, zf_;                                                   \
                                                                        \
    __asm__ __volatile__ (insn "; setc %[cf]; setz %[zf]"               \
                          : [cf] "=&qm" (cf_), [zf] "=&qm" (zf_)        \
                          : __VA_ARGS__                                 \
                          : "memory", "cc");                            \
    cf_ ? VMX_FAIL_INVALID : zf_ ? VMX_FAIL_VALID : VMX_SUCCEED;        \
})

/** Enter VMX operation; paddr is the machine address of the VMXON region. */
static inline enum vmx_result vmxon(uint64_t paddr)
{
    return XTF_VMX_INSN("vmxon %[mem]", [mem] "m" (paddr));
}

/** Leave VMX operation. */
static inline enum vmx_result vmxoff(void)
{
    return XTF_VMX_INSN("vmxoff", );
}

/** Initialise a VMCS, or write it back to memory. */
static inline enum vmx_result vmclear(uint64_t paddr)
{
    return XTF_VMX_INSN("vmclear %[mem]", [mem] "m" (paddr));
}

/** Make a VMCS the current one. */
static inline enum vmx_result vmptrld(uint64_t paddr)
{
    return XTF_VMX_INSN("vmptrld %[mem]", [mem] "m" (paddr));
}

/** The machine address of the current VMCS, ~0 if there is none. */
static inline uint64_t vmptrst(void)
{
    uint64_t paddr;

    __asm__ __volatile__ ("vmptrst %0" : "=m" (paddr) :: "cc");

    return paddr;
}

/** Read a field of the current VMCS.  *val changes only on success. */
static inline enum vmx_result vmread(unsigned long field, unsigned long *val)
{
    return XTF_VMX_INSN("vmread %[field], %[val]",
                        [field] "r" (field), [val] "m" (*val));
}

/** Write a field of the current VMCS. */
static inline enum vmx_result vmwrite(unsigned long field, unsigned long val)
{
    return XTF_VMX_INSN("vmwrite %[val], %[field]",
                        [field] "r" (field), [val] "rm" (val));
}

#endif /* XTF_X86_VMX_H */
