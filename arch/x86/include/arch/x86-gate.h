/*
 * Gates and system descriptors, packed from their parts.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef TOUCHSTONE_ARCH_X86_GATE_H
#define TOUCHSTONE_ARCH_X86_GATE_H

#include <arch/desc.h>
#include <arch/tss.h>

typedef gate_desc env_gate;

/* The 4-bit types of system descriptors. */
#define X86_DESC_LDT            0x2
#define X86_DESC_TSS_AVAIL      0x9
#define X86_DESC_TSS_BUSY       0xb
#define X86_DESC_CALL_GATE      0xc
#define X86_DESC_INTR_GATE      0xe
#define X86_DESC_TRAP_GATE      0xf
#define X86_DESC_TASK_GATE      0x5

/*
 * pack_intr_gate(gate, selector, offset, dpl, ist)
 * pack_call_gate(gate, selector, offset, dpl, count)
 *
 * An interrupt gate through stack table entry @p ist (64-bit; else unused),
 * and a call gate that copies @p count words (32-bit).
 */
static __always_inline void pack_intr_gate(env_gate *gate, unsigned int selector,
                                  unsigned long offset, unsigned int dpl,
                                  unsigned int ist)
{
    pack_gate(gate, X86_DESC_INTR_GATE, offset, selector, dpl, ist);
}

static __always_inline void pack_call_gate(env_gate *gate, unsigned int selector,
                                  unsigned long offset, unsigned int dpl,
                                  unsigned int count)
{
    pack_gate(gate, X86_DESC_CALL_GATE, offset, selector, dpl, count);
}

#ifdef CONFIG_32BIT
/* A task gate: exceptions through it run as the task of @p selector. */
static __always_inline void pack_task_gate(env_gate *gate, unsigned int selector)
{
    pack_gate(gate, X86_DESC_TASK_GATE, 0, selector, 0, 0);
}
#endif

/*
 * A system descriptor for @p base and @p limit, at @p d: one entry, or two in
 * long mode.
 */
void pack_sys_desc(user_desc *d, unsigned int type, unsigned long base,
                   unsigned int limit);

static inline void pack_tss_desc(user_desc *d, const env_tss *t)
{
    pack_sys_desc(d, X86_DESC_TSS_AVAIL, (unsigned long)t, sizeof(*t) - 1);
}

static inline void pack_ldt_desc(user_desc *d, const user_desc *ldt,
                                 unsigned int limit)
{
    pack_sys_desc(d, X86_DESC_LDT, (unsigned long)ldt, limit);
}

#endif /* TOUCHSTONE_ARCH_X86_GATE_H */
