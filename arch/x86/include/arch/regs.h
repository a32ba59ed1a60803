/*
 * The registers of an interrupted context, as the entry code leaves them.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef TOUCHSTONE_ARCH_REGS_H
#define TOUCHSTONE_ARCH_REGS_H

#include <arch/config.h>

#include <xtf/types.h>

/* A register under its word-sized name (ax), and those of 32 and 64 bits. */
#ifdef CONFIG_64BIT
#define XTF_REG(n) union                                                \
    {                                                                   \
        unsigned long n;                                                \
        uint64_t r ## n;                                                \
        uint32_t e ## n;                                                \
    }
#else
#define XTF_REG(n) union                                                \
    {                                                                   \
        unsigned long n;                                                \
        uint32_t e ## n;                                                \
    }
#endif

/* A selector, in a whole word of the frame. */
#define XTF_SEL(n) union                                                \
    {                                                                   \
        uint16_t n;                                                     \
        unsigned long n ## _word;                                       \
    }

struct cpu_regs
{
    XTF_SEL(gs);
    XTF_SEL(fs);
    XTF_SEL(es);
    XTF_SEL(ds);
#ifdef CONFIG_64BIT
    uint64_t r15, r14, r13, r12;
    XTF_REG(bp);
    XTF_REG(bx);
    uint64_t r11, r10, r9, r8;
    XTF_REG(ax);
    XTF_REG(cx);
    XTF_REG(dx);
    XTF_REG(si);
    XTF_REG(di);
#else
    XTF_REG(bx);
    XTF_REG(cx);
    XTF_REG(dx);
    XTF_REG(si);
    XTF_REG(di);
    XTF_REG(bp);
    XTF_REG(ax);
#endif

    /* Pushed by the entry stub; the error code by the processor or Xen. */
    union
    {
        uint32_t entry_vector;
        unsigned long vector_word;
    };
    union
    {
        uint32_t error_code;
        unsigned long error_code_word;
    };

    /* The frame of the processor, or of Xen. */
    XTF_REG(ip);
    union
    {
        uint16_t cs;
        unsigned long cs_word;
        /* PV: the frame also holds the event mask at the interruption. */
        struct
        {
#ifdef CONFIG_64BIT
            uint32_t cs_dword;
#else
            uint16_t cs_only;
#endif
            uint8_t saved_upcall_mask;
        };
    };
    XTF_REG(flags);

    /*
     * There in every 64-bit frame.  A 32-bit frame from the kernel's own
     * privilege ends above: use cpu_regs_sp() and cpu_regs_ss().  The names
     * with an underscore say that the frame at hand is known to go on.
     */
    union
    {
        XTF_REG(sp);
        unsigned long _sp;
#ifdef CONFIG_64BIT
        uint64_t _rsp;
#endif
        uint32_t _esp;
    };
    union
    {
        XTF_SEL(ss);
        uint16_t _ss;
    };
};

#undef XTF_REG
#undef XTF_SEL

#endif /* TOUCHSTONE_ARCH_REGS_H */
