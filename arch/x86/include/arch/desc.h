/*
 * Descriptors, and the kernel's GDT and IDT.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef TOUCHSTONE_ARCH_DESC_H
#define TOUCHSTONE_ARCH_DESC_H

#include <xtf/compiler.h>

#include <arch/segment.h>

#ifndef __ASSEMBLY__

#include <xtf/types.h>

/* A code, data or system segment descriptor (eight bytes). */
struct seg_desc32
{
    union
    {
        struct
        {
            uint32_t lo, hi;
        };
        uint64_t raw;
        struct
        {
            uint16_t limit0;
            uint16_t base0;
            uint8_t base1;
            uint8_t type:4, s:1, dpl:2, p:1;
            uint8_t limit1:4, avl:1, l:1, d:1, g:1;
            uint8_t base2;
        };
    };
};
typedef struct seg_desc32 user_desc;

/* A gate of a long mode IDT: 16 bytes. */
struct __packed seg_gate64
{
    uint16_t addr0;
    uint16_t selector;
    uint8_t ist:3, :5;
    uint8_t type:4, s:1, dpl:2, p:1;
    uint16_t addr1;
    uint32_t addr2;
    uint32_t :32;
};

/* A gate of a protected mode IDT. */
struct __packed seg_gate32
{
    uint16_t addr0;
    uint16_t selector;
    uint8_t :8;
    uint8_t type:4, s:1, dpl:2, p:1;
    uint16_t addr1;
};

#ifdef CONFIG_64BIT
typedef struct seg_gate64 gate_desc;
#else
typedef struct seg_gate32 gate_desc;
#endif

/* What LGDT and LIDT take, by width; desc_ptr is the kernel's own. */
struct __packed desc_ptr32
{
    uint16_t limit;
    uint32_t base;
};

struct __packed desc_ptr64
{
    uint16_t limit;
    uint64_t base;
};

typedef struct desc_ptr32 desc_ptr32;
typedef struct desc_ptr64 desc_ptr64;

#ifdef CONFIG_64BIT
typedef desc_ptr64 desc_ptr;
#else
typedef desc_ptr32 desc_ptr;
#endif

/* A far pointer in memory, as far branches and LSS take it. */
struct __packed far_ptr32
{
    uint32_t offset;
    uint16_t selector;
};

struct __packed far_ptr64
{
    uint64_t offset;
    uint16_t selector;
};

typedef struct far_ptr32 far_ptr32;
typedef struct far_ptr64 far_ptr64;

#ifdef CONFIG_64BIT
typedef far_ptr64 far_ptr;
#else
typedef far_ptr32 far_ptr;
#endif

extern user_desc gdt[NR_GDT_ENTRIES];

#ifdef CONFIG_HVM
extern gate_desc idt[256];
extern desc_ptr gdt_ptr, idt_ptr;
#endif

/**
 * Put @p desc at @p ptr, an entry of gdt[] or of an LDT: a plain store in an
 * HVM guest, HYPERVISOR_update_descriptor in a PV guest.
 *
 * @return 0, or what the hypercall answered (-EINVAL for a descriptor that
 *         Xen does not let a guest have).
 */
int update_desc(user_desc *ptr, user_desc desc);

/**
 * A present call, interrupt or trap gate. @p type is the 4-bit type.  Inline,
 * so that user mode can pack one.
 */
static __always_inline gate_desc *pack_gate(
    gate_desc *gate, unsigned int type, unsigned long addr,
    unsigned int selector, unsigned int dpl, unsigned int ist)
{
    *gate = (gate_desc) {
        .addr0 = addr & 0xffff,
        .selector = selector,
        .type = type,
        .dpl = dpl,
        .p = 1,
        .addr1 = (addr >> 16) & 0xffff,
#ifdef CONFIG_64BIT
        .ist = ist,
        .addr2 = addr >> 32,
#endif
    };

    return gate;
}

/** The base address in a descriptor; its lower half for a 64-bit TSS or LDT. */
static inline unsigned long user_desc_base(const user_desc *d)
{
    return d->base0 | (unsigned long)d->base1 << 16 |
        (unsigned long)d->base2 << 24;
}

/** The last offset within a segment: its limit, in bytes. */
static inline unsigned long user_desc_limit(const user_desc *d)
{
    unsigned long limit = d->limit0 | (unsigned long)d->limit1 << 16;

    return d->g ? (limit << 12) | 0xfff : limit;
}

#endif /* __ASSEMBLY__ */

#endif /* TOUCHSTONE_ARCH_DESC_H */
