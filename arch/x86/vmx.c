/*
 * VM-instruction error numbers in words, for tests of XTF.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <xtf/lib.h>

#include <arch/vmx.h>

const char *vmx_insn_err_strerror(unsigned int err)
{
    static const char *const text[] = {
        [VMERR_VMCALL_VMX_ROOT]            = "VMCALL in VMX root operation",
        [VMERR_VMCLEAR_INVALID_PADDR]      = "VMCLEAR, invalid address",
        [VMERR_VMCLEAR_WITH_VMXON_PTR]     = "VMCLEAR, VMXON pointer",
        [VMERR_VMLAUNCH_NOT_CLEAR_VMCS]    = "VMLAUNCH, VMCS not clear",
        [VMERR_VMRESUME_NOT_LAUNCHED_VMCS] = "VMRESUME, VMCS not launched",
        [VMERR_VMRESUME_AFTER_VMXOFF]      = "VMRESUME after VMXOFF",
        [VMERR_VMENTRY_INVALID_CTLS]       = "VM entry, invalid controls",
        [VMERR_VMENTRY_INVALID_HOST_STATE] = "VM entry, invalid host state",
        [VMERR_VMPTRLD_INVALID_PADDR]      = "VMPTRLD, invalid address",
        [VMERR_VMPTRLD_WITH_VMXON_PTR]     = "VMPTRLD, VMXON pointer",
        [VMERR_VMPTRLD_WRONG_REVID]        = "VMPTRLD, wrong revision",
        [VMERR_VMREAD_VMWRITE_BAD_FIELD]   = "VMREAD/VMWRITE, no such field",
        [VMERR_VMWRITE_RO_FIELD]           = "VMWRITE, read-only field",
        [VMERR_VMXON_IN_ROOT]              = "VMXON in VMX root operation",
        [VMERR_VMENTRY_MOV_SS]             = "VM entry, blocked by MOV SS",
        [VMERR_INVEPT_INVVPID_BAD_OPERAND] = "INVEPT/INVVPID, bad operand",
    };

    return (err < ARRAY_SIZE(text) && text[err]) ? text[err] : "unknown error";
}
