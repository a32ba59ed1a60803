/*
 * x86 debug registers: bits and accessors, for tests of XTF.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef XTF_X86_DBG_REG_H
#define XTF_X86_DBG_REG_H

#include <arch/symbolic-const.h>

#include <xtf/compiler.h>
#include <xtf/numbers.h>

/* %dr6: what raised #DB. */
#define X86_DR6_B0              0x00000001 /* Breakpoint 0 matched, and so on */
#define X86_DR6_B1              0x00000002
#define X86_DR6_B2              0x00000004
#define X86_DR6_B3              0x00000008
#define X86_DR6_BLD             0x00000800 /* Bus lock; inverted: clear when it happened */
#define X86_DR6_BD              0x00002000 /* Debug register access with DR7.GD */
#define X86_DR6_BS              0x00004000 /* Single step */
#define X86_DR6_BT              0x00008000 /* Task switch */
#define X86_DR6_RTM             0x00010000 /* In a transaction; inverted: clear when it happened */

#define X86_DR6_ZEROS           _AC(0x00001000, UL) /* Always clear */
#define X86_DR6_DEFAULT         _AC(0xffff0ff0, UL) /* At reset: every inverted and always-set bit */

/* %dr7: which breakpoints are armed, and for what. */
#define X86_DR7_L0              0x00000001 /* Local enable of breakpoint 0: until the next task switch */
#define X86_DR7_G0              0x00000002 /* Global enable of breakpoint 0 */
#define X86_DR7_L1              0x00000004
#define X86_DR7_G1              0x00000008
#define X86_DR7_L2              0x00000010
#define X86_DR7_G2              0x00000020
#define X86_DR7_L3              0x00000040
#define X86_DR7_G3              0x00000080
#define X86_DR7_LE              0x00000100 /* Exact, local */
#define X86_DR7_GE              0x00000200 /* Exact, global */
#define X86_DR7_RTM             0x00000800 /* Debug transactions */
#define X86_DR7_GD              0x00002000 /* General detect: accesses to %dr raise #DB */

#define X86_DR7_ZEROS           _AC(0x0000d000, UL) /* Always clear */
#define X86_DR7_DEFAULT         _AC(0x00000400, UL) /* At reset: the bit that is always set */

#define X86_DR7_ENABLE_SHIFT(bp) ((bp) * 2)
#define X86_DR7_CFG_SHIFT(bp)    (16 + (bp) * 4)

/*
 * DR7_SYM(bp, …): the %dr7 bits of breakpoint bp (0 to 3), from tokens in any
 * order:
 *   L G          armed locally, globally
 *   X W IO RW    on execution (the default), write, port access, any access
 *   8 16 32 64   width of the data in bits; 8 (the default) for X
 * For instance, DR7_SYM(1, G, W, 32) is a four-byte write watchpoint.
 * X86_DR7_DEFAULT is not included.
 */
#define DR7_SYM(bp, ...)                                                \
    ((TOK_OR(XTF_DR7_ENABLE_, ## __VA_ARGS__) << X86_DR7_ENABLE_SHIFT(bp)) | \
     (TOK_OR(XTF_DR7_CFG_,    ## __VA_ARGS__) << X86_DR7_CFG_SHIFT(bp)))

/* Each token has a value in both fields, one of them 0. */
#define XTF_DR7_ENABLE_L        1ul
#define XTF_DR7_ENABLE_G        2ul
#define XTF_DR7_ENABLE_X        0ul
#define XTF_DR7_ENABLE_W        0ul
#define XTF_DR7_ENABLE_IO       0ul
#define XTF_DR7_ENABLE_RW       0ul
#define XTF_DR7_ENABLE_8        0ul
#define XTF_DR7_ENABLE_16       0ul
#define XTF_DR7_ENABLE_32       0ul
#define XTF_DR7_ENABLE_64       0ul

#define XTF_DR7_CFG_L           0ul
#define XTF_DR7_CFG_G           0ul
#define XTF_DR7_CFG_X           0x0ul
#define XTF_DR7_CFG_W           0x1ul
#define XTF_DR7_CFG_IO          0x2ul
#define XTF_DR7_CFG_RW          0x3ul
#define XTF_DR7_CFG_8           0x0ul
#define XTF_DR7_CFG_16          0x4ul
#define XTF_DR7_CFG_64          0x8ul
#define XTF_DR7_CFG_32          0xcul

#ifndef __ASSEMBLY__

/*
 * read_drN() and write_drN(val), for each register.  4 and 5 are aliases of 6
 * and 7 unless CR4.DE is set, in which case they raise #UD; they are here for
 * tests of exactly that.
 */
#define XTF_DR_ACCESSORS(nr)                                            \
static inline unsigned long read_dr ## nr(void)                         \
{                                                                       \
    unsigned long val;                                                  \
                                                                        \
    __asm__ __volatile__ ("mov %%dr" #nr ", %0" : "=r" (val));          \
                                                                        \
    return val;                                                         \
}                                                                       \
                                                                        \
static inline void write_dr ## nr(unsigned long val)                    \
{                                                                       \
    __asm__ __volatile__ ("mov %0, %%dr" #nr :: "r" (val) : "memory");  \
}

XTF_DR_ACCESSORS(0)
XTF_DR_ACCESSORS(1)
XTF_DR_ACCESSORS(2)
XTF_DR_ACCESSORS(3)
XTF_DR_ACCESSORS(4)
XTF_DR_ACCESSORS(5)
XTF_DR_ACCESSORS(6)
XTF_DR_ACCESSORS(7)

#undef XTF_DR_ACCESSORS

#endif /* !__ASSEMBLY__ */

#endif /* XTF_X86_DBG_REG_H */
