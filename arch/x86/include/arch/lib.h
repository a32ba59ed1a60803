/*
 * x86 instructions as functions.
 *
 * Each does what the instruction of that name does, where it is allowed to;
 * exceptions are the caller's business except for the _safe forms.  Xen
 * emulates most privileged ones for a PV kernel.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef XTF_X86_LIB_H
#define XTF_X86_LIB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <xtf/compiler.h>
#include <xtf/extable.h>

#include <arch/desc.h>
#include <arch/fep.h>
#include <arch/msr.h>
#include <arch/processor.h>

/* CPUID. */

/** A function that asks CPUID for a leaf and subleaf. */
typedef void (*cpuid_count_fn_t)(uint32_t leaf, uint32_t subleaf,
                                 uint32_t *eax, uint32_t *ebx,
                                 uint32_t *ecx, uint32_t *edx);

static inline void cpuid_count(uint32_t leaf, uint32_t subleaf,
                               uint32_t *eax, uint32_t *ebx,
                               uint32_t *ecx, uint32_t *edx)
{
    __asm__ __volatile__ ("cpuid"
                          : "=a" (*eax), "=b" (*ebx), "=c" (*ecx), "=d" (*edx)
                          : "0" (leaf), "2" (subleaf));
}

/** Subleaf 0. */
static inline void cpuid(uint32_t leaf, uint32_t *eax, uint32_t *ebx,
                         uint32_t *ecx, uint32_t *edx)
{
    cpuid_count(leaf, 0, eax, ebx, ecx, edx);
}

/* A single register of subleaf 0. */
#define XTF_CPUID_REG(reg)                              \
static inline uint32_t cpuid_ ## reg(uint32_t leaf)     \
{                                                       \
    uint32_t eax, ebx, ecx, edx;                        \
                                                        \
    cpuid(leaf, &eax, &ebx, &ecx, &edx);                \
                                                        \
    return reg;                                         \
}

XTF_CPUID_REG(eax)
XTF_CPUID_REG(ebx)
XTF_CPUID_REG(ecx)
XTF_CPUID_REG(edx)

#undef XTF_CPUID_REG

/**
 * CPUID as Xen presents it to this PV guest.
 *
 * Plain CPUID does not trap on all hardware and then shows a PV guest the
 * host.  Behind the forced emulation prefix, Xen answers it always.
 */
static inline void pv_cpuid_count(uint32_t leaf, uint32_t subleaf,
                                  uint32_t *eax, uint32_t *ebx,
                                  uint32_t *ecx, uint32_t *edx)
{
    __asm__ __volatile__ (_ASM_XEN_FEP "cpuid"
                          : "=a" (*eax), "=b" (*ebx), "=c" (*ecx), "=d" (*edx)
                          : "0" (leaf), "2" (subleaf));
}

static inline void pv_cpuid(uint32_t leaf, uint32_t *eax, uint32_t *ebx,
                            uint32_t *ecx, uint32_t *edx)
{
    pv_cpuid_count(leaf, 0, eax, ebx, ecx, edx);
}

/* Control registers. */

#define XTF_CR_ACCESSORS(nr)                                            \
static inline unsigned long read_cr ## nr(void)                         \
{                                                                       \
    unsigned long val;                                                  \
                                                                        \
    __asm__ __volatile__ ("mov %%cr" #nr ", %0" : "=r" (val) :: "memory"); \
                                                                        \
    return val;                                                         \
}                                                                       \
                                                                        \
static inline void write_cr ## nr(unsigned long val)                    \
{                                                                       \
    __asm__ __volatile__ ("mov %0, %%cr" #nr :: "r" (val) : "memory");  \
}                                                                       \
                                                                        \
/* Returns true if the write faulted. */                                \
static inline bool write_cr ## nr ## _safe(unsigned long val)           \
{                                                                       \
    uint32_t fault = 1;                                                 \
                                                                        \
    __asm__ __volatile__ ("1: mov %[val], %%cr" #nr ";"                 \
                          "xor %[fault], %[fault]; 2:"                  \
                          _ASM_EXTABLE(1b, 2b)                          \
                          : [fault] "+r" (fault)                        \
                          : [val] "r" (val)                             \
                          : "memory", "cc");                            \
                                                                        \
    return fault;                                                       \
}

XTF_CR_ACCESSORS(0)
XTF_CR_ACCESSORS(2)
XTF_CR_ACCESSORS(3)
XTF_CR_ACCESSORS(4)
#ifdef __x86_64__
XTF_CR_ACCESSORS(8)
#endif

#undef XTF_CR_ACCESSORS

/** An extended control register.  #UD unless CR4.OSXSAVE is set. */
static inline uint64_t xgetbv(uint32_t idx)
{
    uint32_t lo, hi;

    __asm__ __volatile__ ("xgetbv"
                          : "=a" (lo), "=d" (hi) : "c" (idx) : "memory");

    return (uint64_t)hi << 32 | lo;
}

static inline void xsetbv(uint32_t idx, uint64_t val)
{
    __asm__ __volatile__ ("xsetbv"
                          :: "c" (idx), "a" ((uint32_t)val),
                             "d" ((uint32_t)(val >> 32))
                          : "memory");
}

static inline uint64_t read_xcr0(void)
{
    return xgetbv(0);
}

static inline void write_xcr0(uint64_t val)
{
    xsetbv(0, val);
}

static inline uint32_t read_mxcsr(void)
{
    uint32_t val;

    __asm__ __volatile__ ("stmxcsr %0" : "=m" (val));

    return val;
}

static inline void write_mxcsr(uint32_t val)
{
    __asm__ __volatile__ ("ldmxcsr %0" :: "m" (val));
}

/* Flags, with X86_EFLAGS_ names for their bits. */

static inline unsigned long read_flags(void)
{
    unsigned long val;

    __asm__ __volatile__ ("pushf; pop %0" : "=r" (val) :: "memory");

    return val;
}

static inline void write_flags(unsigned long val)
{
    __asm__ __volatile__ ("push %0; popf" :: "rm" (val) : "memory", "cc");
}

/* Segment registers. */

#define XTF_READ_SEG(seg)                                               \
static inline unsigned int read_ ## seg(void)                           \
{                                                                       \
    unsigned int val;                                                   \
                                                                        \
    __asm__ __volatile__ ("mov %%" #seg ", %0" : "=r" (val));           \
                                                                        \
    return val;                                                         \
}

#define XTF_WRITE_SEG(seg)                                              \
static inline void write_ ## seg(unsigned int sel)                      \
{                                                                       \
    __asm__ __volatile__ ("mov %0, %%" #seg :: "r" (sel) : "memory");   \
}

XTF_READ_SEG(cs)
XTF_READ_SEG(ds)
XTF_READ_SEG(es)
XTF_READ_SEG(fs)
XTF_READ_SEG(gs)
XTF_READ_SEG(ss)
XTF_WRITE_SEG(ds)
XTF_WRITE_SEG(es)
XTF_WRITE_SEG(fs)
XTF_WRITE_SEG(gs)
XTF_WRITE_SEG(ss)

#undef XTF_READ_SEG
#undef XTF_WRITE_SEG

/** Load %cs, by a far return to the next instruction. */
static inline void write_cs(unsigned long sel)
{
    __asm__ __volatile__ (
#ifdef __x86_64__
                          "push %[sel]; lea 1f(%%rip), %[sel];"
                          "push %[sel]; lretq; 1:"
#else
                          "push %[sel]; push $1f; lret; 1:"
#endif
                          : [sel] "+r" (sel) :: "memory");
}

/* Descriptor tables. */

static inline void lgdt(const desc_ptr *ptr)
{
    __asm__ __volatile__ ("lgdt %0" :: "m" (*ptr) : "memory");
}

static inline void lidt(const desc_ptr *ptr)
{
    __asm__ __volatile__ ("lidt %0" :: "m" (*ptr) : "memory");
}

static inline void sgdt(desc_ptr *ptr)
{
    __asm__ __volatile__ ("sgdt %0" : "=m" (*ptr));
}

static inline void sidt(desc_ptr *ptr)
{
    __asm__ __volatile__ ("sidt %0" : "=m" (*ptr));
}

static inline void lldt(unsigned int sel)
{
    __asm__ __volatile__ ("lldt %w0" :: "rm" (sel) : "memory");
}

static inline void ltr(unsigned int sel)
{
    __asm__ __volatile__ ("ltr %w0" :: "rm" (sel) : "memory");
}

/*
 * With a register operand the upper half of these three is either zero or, for
 * smsw, more of %cr0.
 */

static inline unsigned int sldt(void)
{
    unsigned int sel;

    __asm__ __volatile__ ("sldt %0" : "=r" (sel));

    return sel;
}

static inline unsigned int str(void)
{
    unsigned int sel;

    __asm__ __volatile__ ("str %0" : "=r" (sel));

    return sel;
}

static inline unsigned int smsw(void)
{
    unsigned int val;

    __asm__ __volatile__ ("smsw %0" : "=r" (val));

    return val;
}

/* Caches and the TLB. */

static inline void clflush(const void *ptr)
{
    __asm__ __volatile__ ("clflush %0" :: "m" (*(const char *)ptr) : "memory");
}

static inline void invlpg(const void *ptr)
{
    __asm__ __volatile__ ("invlpg %0" :: "m" (*(const char *)ptr) : "memory");
}

/** Flush the TLB, of global mappings as well. */
static inline void flush_tlb(void)
{
    unsigned long cr4 = read_cr4();

    /* Any change of CR4.PGE drops everything. */
    if ( cr4 & X86_CR4_PGE )
    {
        write_cr4(cr4 & ~(unsigned long)X86_CR4_PGE);
        write_cr4(cr4);
    }
    else
        write_cr3(read_cr3());
}

/* Port I/O. */

#define XTF_PORT_ACCESSORS(suffix, type)                                \
static inline type in ## suffix(uint16_t port)                          \
{                                                                       \
    type val;                                                           \
                                                                        \
    __asm__ __volatile__ ("in" #suffix " %1, %0"                        \
                          : "=a" (val) : "Nd" (port) : "memory");       \
                                                                        \
    return val;                                                         \
}                                                                       \
                                                                        \
static inline void out ## suffix(type val, uint16_t port)               \
{                                                                       \
    __asm__ __volatile__ ("out" #suffix " %0, %1"                       \
                          :: "a" (val), "Nd" (port) : "memory");        \
}

XTF_PORT_ACCESSORS(b, uint8_t)
XTF_PORT_ACCESSORS(w, uint16_t)
XTF_PORT_ACCESSORS(l, uint32_t)

#undef XTF_PORT_ACCESSORS

/** Write n bytes to a port, in one instruction. */
static inline void rep_outsb(const void *buf, size_t n, uint16_t port)
{
    __asm__ __volatile__ ("rep outsb"
                          : "+S" (buf), "+c" (n) : "d" (port) : "memory");
}

/* Time. */

static inline uint64_t rdtsc(void)
{
    uint32_t lo, hi;

    __asm__ __volatile__ ("rdtsc" : "=a" (lo), "=d" (hi));

    return (uint64_t)hi << 32 | lo;
}

/**
 * rdtsc which waits for everything before it, and which everything after it
 * waits for.
 */
static inline uint64_t rdtsc_ordered(void)
{
    uint32_t lo, hi;

    __asm__ __volatile__ ("lfence; rdtsc; lfence"
                          : "=a" (lo), "=d" (hi) :: "memory");

    return (uint64_t)hi << 32 | lo;
}

/** What benchmarks count. */
static inline uint64_t counter_ordered(void)
{
    return rdtsc_ordered();
}

/** Tell the CPU that this is a loop which waits. */
static inline void pause(void)
{
    __asm__ __volatile__ ("pause" ::: "memory");
}

#endif /* XTF_X86_LIB_H */
