/*
 * x86 Restricted Transactional Memory, as raw instructions: no compiler flag
 * and no assembler support needed.
 *
 * The names and values are those of the compilers' intrinsics, so that
 * examples from the manuals read the same.
 *
 * For tests of XTF.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef XTF_X86_TSX_H
#define XTF_X86_TSX_H

#include <stdbool.h>

#include <xtf/compiler.h>
#include <xtf/extable.h>
#include <xtf/macro_magic.h>

#include <arch/exinfo.h>

/*
 * What _xbegin() returns: this, or else the reason for the abort, as a set of
 * the bits that follow.
 */
#define _XBEGIN_STARTED         (~0u)

#define _XABORT_EXPLICIT        (1u << 0) /* By xabort */
#define _XABORT_RETRY           (1u << 1) /* May succeed if tried again */
#define _XABORT_CONFLICT        (1u << 2) /* Another CPU touched the same memory */
#define _XABORT_CAPACITY        (1u << 3) /* Too much memory touched */
#define _XABORT_DEBUG           (1u << 4) /* A debug trap */
#define _XABORT_NESTED          (1u << 5) /* In a transaction within a transaction */
#define _XABORT_CODE(status)    (((status) >> 24) & 0xff) /* The number given to xabort */

#define XBEGIN_STARTED          _XBEGIN_STARTED
#define XABORT_EXPLICIT         _XABORT_EXPLICIT
#define XABORT_RETRY            _XABORT_RETRY
#define XABORT_CONFLICT         _XABORT_CONFLICT
#define XABORT_CAPACITY         _XABORT_CAPACITY
#define XABORT_DEBUG            _XABORT_DEBUG
#define XABORT_NESTED           _XABORT_NESTED
#define XABORT_CODE(status)     _XABORT_CODE(status)

/**
 * Start a transaction.  #UD without RTM.
 *
 * Returns once with _XBEGIN_STARTED; and again, should the transaction abort,
 * with everything rolled back and the reason.  The reason can be 0.
 */
static __always_inline unsigned int _xbegin(void)
{
    unsigned int status = _XBEGIN_STARTED;

    /*
     * xbegin with its abort path at the next instruction: either way execution
     * goes on there.
     */
    __asm__ __volatile__ (".byte 0xc7, 0xf8; .long 0"
                          : "+a" (status) :: "memory");

    return status;
}

/* What _xbegin_safe() returns without RTM; no abort has these bits. */
#define _XBEGIN_UD              EXINFO_SYM(UD, 0)

/** _xbegin(), or _XBEGIN_UD where the instruction does not exist. */
static __always_inline unsigned int _xbegin_safe(void)
{
    unsigned int status = _XBEGIN_STARTED;

    __asm__ __volatile__ ("1: .byte 0xc7, 0xf8; .long 0; 2:"
                          _ASM_EXTABLE_HANDLER(1b, 2b, %P[rec])
                          : "+a" (status)
                          : [rec] "p" (ex_record_fault_eax)
                          : "memory");

    return status;
}

/** Commit the transaction.  #GP outside of one. */
static __always_inline void _xend(void)
{
    __asm__ __volatile__ (".byte 0x0f, 0x01, 0xd5" ::: "memory");
}

/** Is the CPU in a transaction?  #UD without RTM and HLE. */
static __always_inline bool _xtest(void)
{
    bool in;

    __asm__ __volatile__ (".byte 0x0f, 0x01, 0xd6; setnz %0"
                          : "=qm" (in) :: "cc");

    return in;
}

/*
 * Abort the transaction with code imm, a literal from 0 to 255.  No effect
 * outside of one.
 */
#define _xabort(imm) \
    __asm__ __volatile__ (".byte 0xc6, 0xf8, " STR(imm) ::: "memory")

#endif /* XTF_X86_TSX_H */
