/*
 * Access to model-specific registers.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef XTF_X86_MSR_H
#define XTF_X86_MSR_H

#include <stdbool.h>
#include <stdint.h>

#include <xtf/extable.h>

#include <arch/msr-index.h>

/** Read an MSR which exists. */
static inline uint64_t rdmsr(uint32_t idx)
{
    uint32_t lo, hi;

    __asm__ __volatile__ ("rdmsr"
                          : "=a" (lo), "=d" (hi) : "c" (idx) : "memory");

    return (uint64_t)hi << 32 | lo;
}

/** Write an MSR which exists, with a value it takes. */
static inline void wrmsr(uint32_t idx, uint64_t val)
{
    __asm__ __volatile__ ("wrmsr"
                          :: "c" (idx), "a" ((uint32_t)val),
                             "d" ((uint32_t)(val >> 32))
                          : "memory");
}

/**
 * Read an MSR which may not exist.
 *
 * @param idx  Its number.
 * @param val  Gets the value, or 0 upon a fault.
 * @return true if the read faulted.
 */
static inline bool rdmsr_safe(uint32_t idx, uint64_t *val)
{
    uint32_t lo = 0, hi = 0, fault = 1;

    /*
     * The flag starts out set, and only the instruction after a completed
     * rdmsr clears it.
     */
    __asm__ __volatile__ ("1: rdmsr; xor %[fault], %[fault]; 2:"
                          _ASM_EXTABLE(1b, 2b)
                          : "+a" (lo), "+d" (hi), [fault] "+r" (fault)
                          : "c" (idx)
                          : "memory", "cc");

    *val = (uint64_t)hi << 32 | lo;

    return fault;
}

/**
 * Write an MSR which may not exist, or may not take the value.  Returns true
 * if the write faulted.
 */
static inline bool wrmsr_safe(uint32_t idx, uint64_t val)
{
    uint32_t fault = 1;

    __asm__ __volatile__ ("1: wrmsr; xor %[fault], %[fault]; 2:"
                          _ASM_EXTABLE(1b, 2b)
                          : [fault] "+r" (fault)
                          : "c" (idx), "a" ((uint32_t)val),
                            "d" ((uint32_t)(val >> 32))
                          : "memory", "cc");

    return fault;
}

#endif /* XTF_X86_MSR_H */
