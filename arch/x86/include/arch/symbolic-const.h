/*
 * x86 constants spelled as lists of tokens: page table flags, descriptors,
 * error codes.
 *
 * PF_SYM(AD, RW, P) says the same as _PAGE_AD | _PAGE_RW | _PAGE_PRESENT, in
 * the short names that the manuals use for the bits, and only in a place where
 * those names cannot collide with anything.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef XTF_X86_SYMBOLIC_CONST_H
#define XTF_X86_SYMBOLIC_CONST_H

#include <arch/processor.h>

#include <xtf/macro_magic.h>
#include <xtf/numbers.h>

/*
 * TOK_OR(prefix, a, b): the bitwise or of prefix##a and prefix##b.  Up to 12
 * tokens; 0 if there are none.
 */
#define TOK_OR(t, ...)          VAR_MACRO_C1(TOK_OR, t, ## __VA_ARGS__)

#define TOK_OR0(t)              (0)
#define TOK_OR1(t, x)           (t ## x)
#define TOK_OR2(t, x, ...)      (t ## x | TOK_OR1(t, __VA_ARGS__))
#define TOK_OR3(t, x, ...)      (t ## x | TOK_OR2(t, __VA_ARGS__))
#define TOK_OR4(t, x, ...)      (t ## x | TOK_OR3(t, __VA_ARGS__))
#define TOK_OR5(t, x, ...)      (t ## x | TOK_OR4(t, __VA_ARGS__))
#define TOK_OR6(t, x, ...)      (t ## x | TOK_OR5(t, __VA_ARGS__))
#define TOK_OR7(t, x, ...)      (t ## x | TOK_OR6(t, __VA_ARGS__))
#define TOK_OR8(t, x, ...)      (t ## x | TOK_OR7(t, __VA_ARGS__))
#define TOK_OR9(t, x, ...)      (t ## x | TOK_OR8(t, __VA_ARGS__))
#define TOK_OR10(t, x, ...)     (t ## x | TOK_OR9(t, __VA_ARGS__))
#define TOK_OR11(t, x, ...)     (t ## x | TOK_OR10(t, __VA_ARGS__))
#define TOK_OR12(t, x, ...)     (t ## x | TOK_OR11(t, __VA_ARGS__))

/*
 * PF_SYM(…): flags of a page table entry.
 *   P RW U WT UC A D G NX   as in the manuals (WT: PWT, UC: PCD)
 *   AD                      A and D
 *   PSE PSE_PAT PAT         superpage; its PAT bit; a 4k page's PAT bit
 *   AVAIL                   a bit that hardware ignores
 */
#define PF_SYM(...)             TOK_OR(XTF_PF_, ## __VA_ARGS__)

#define XTF_PF_P                _PAGE_PRESENT
#define XTF_PF_RW               _PAGE_RW
#define XTF_PF_U                _PAGE_USER
#define XTF_PF_WT               _PAGE_PWT
#define XTF_PF_PWT              _PAGE_PWT
#define XTF_PF_UC               _PAGE_PCD
#define XTF_PF_PCD              _PAGE_PCD
#define XTF_PF_A                _PAGE_ACCESSED
#define XTF_PF_D                _PAGE_DIRTY
#define XTF_PF_AD               _PAGE_AD
#define XTF_PF_PSE              _PAGE_PSE
#define XTF_PF_PSE_PAT          _PAGE_PSE_PAT
#define XTF_PF_PAT              _PAGE_PAT
#define XTF_PF_G                _PAGE_GLOBAL
#define XTF_PF_AVAIL            _PAGE_AVAIL
#define XTF_PF_NX               _PAGE_NX

/*
 * PFEC_SYM(…): the error code of a page fault: P W U R I PK SS, for present,
 * write, user, reserved, instruction …
 */
#define PFEC_SYM(...)           TOK_OR(XTF_PFEC_, ## __VA_ARGS__)

#define XTF_PFEC_P              X86_PFEC_PRESENT
#define XTF_PFEC_W              X86_PFEC_WRITE
#define XTF_PFEC_U              X86_PFEC_USER
#define XTF_PFEC_R              X86_PFEC_RSVD
#define XTF_PFEC_I              X86_PFEC_INSN
#define XTF_PFEC_PK             X86_PFEC_PKEY
#define XTF_PFEC_SS             X86_PFEC_SS

/*
 * SEL_EC_SYM(sel, …): the error code of an exception about selector sel, with
 * EXT, IDT, TI, or a table by name: GDT, LDT.
 */
#define SEL_EC_SYM(sel, ...) \
    (((sel) & X86_EC_SEL_MASK) | TOK_OR(X86_EC_, ## __VA_ARGS__))

/*
 * EXC_EC_SYM(exc, …): the error code of an exception about the IDT entry of
 * vector X86_EXC_exc.  IDT is implied. For instance, a failed int3 gives
 * EXC_EC_SYM(BP).
 */
#define EXC_EC_SYM(exc, ...) \
    SEL_EC_SYM(X86_EXC_ ## exc << X86_EC_SEL_SHIFT, IDT, ## __VA_ARGS__)

/*
 * GDTE_SYM(base, limit, …): a segment descriptor as a user_desc value;
 * INIT_GDTE_SYM() the same as an initialiser.
 *
 * base and limit are constants; limit is 20 bits as stored, so in pages if G
 * is given.  The tokens:
 *   P DPL0 DPL1 DPL2 DPL3 AVL G   any: present, privilege, free, limit in pages
 *   S                             code or data, rather than a system descriptor
 *   DATA W E                      data; writeable; expands down
 *   CODE R C                      code; readable; conforming
 *   D B L                         32-bit code, 32-bit stack; 64-bit code
 *   A                             accessed
 *   LDT TSS TSS_BUSY TSS16 …      the type of a system descriptor
 *   COMMON                        G P S A: what almost every flat segment has
 * A flat 32-bit data segment is GDTE_SYM(0, 0xfffff, COMMON, DATA, DPL0, B,
 * W).
 */
#define GDTE_SYM(base, limit, ...)      GDTE(base, limit, SEG_ATTR_SYM(__VA_ARGS__))
#define INIT_GDTE_SYM(base, limit, ...) INIT_GDTE(base, limit, SEG_ATTR_SYM(__VA_ARGS__))
#define SEG_ATTR_SYM(...)               TOK_OR(SEG_ATTR_, ## __VA_ARGS__)

/* Attributes: bits 40-47 and 52-55 of a descriptor, as bits 0-7 and 12-15. */
#define SEG_ATTR_A              0x0001
#define SEG_ATTR_W              0x0002
#define SEG_ATTR_R              0x0002
#define SEG_ATTR_E              0x0004
#define SEG_ATTR_C              0x0004
#define SEG_ATTR_DATA           0x0000
#define SEG_ATTR_CODE           0x0008
#define SEG_ATTR_S              0x0010
#define SEG_ATTR_DPL0           0x0000
#define SEG_ATTR_DPL1           0x0020
#define SEG_ATTR_DPL2           0x0040
#define SEG_ATTR_DPL3           0x0060
#define SEG_ATTR_P              0x0080
#define SEG_ATTR_AVL            0x1000
#define SEG_ATTR_L              0x2000
#define SEG_ATTR_D              0x4000
#define SEG_ATTR_B              0x4000
#define SEG_ATTR_G              0x8000

#define SEG_ATTR_COMMON         (SEG_ATTR_G | SEG_ATTR_P | SEG_ATTR_S | SEG_ATTR_A)

#define SEG_ATTR_TSS16          0x0001
#define SEG_ATTR_LDT            0x0002
#define SEG_ATTR_TSS16_BUSY     0x0003
#define SEG_ATTR_TSS            0x0009
#define SEG_ATTR_TSS_BUSY       0x000b

/*
 * The descriptor's two words, from base, 20-bit limit, and attributes as
 * above.  Also for assembly.
 */
#define GDTE_LO(base, limit, attr) \
    ((((base) & 0xffff) << 16) | ((limit) & 0xffff))
#define GDTE_HI(base, limit, attr)                                      \
    (((base) & 0xff000000) | (((base) & 0x00ff0000) >> 16) |            \
     ((limit) & 0xf0000) | (((attr) & 0xf0ff) << 8))

#define GDTE(base, limit, attr) \
    ((user_desc)INIT_GDTE(base, limit, attr))
#define INIT_GDTE(base, limit, attr)                                    \
    { .lo = GDTE_LO(base, limit, attr), .hi = GDTE_HI(base, limit, attr) }

#endif /* XTF_X86_SYMBOLIC_CONST_H */
