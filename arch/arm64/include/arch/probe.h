/*
 * Accesses that may fault: the exception, or 0 for none.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef TOUCHSTONE_ARCH_PROBE_H
#define TOUCHSTONE_ARCH_PROBE_H

#include <xtf/extable.h>

static inline exinfo_t probe_read8(const void *va)
{
    register unsigned long fault asm ("x0") = 0;
    uint32_t val;

    asm volatile ("1: ldrb %w[val], [%[va]]; 2:"
                  _ASM_EXTABLE_HANDLER(1b, 2b, ex_record_fault_x0)
                  : "+r" (fault), [val] "=&r" (val)
                  : [va] "r" (va) : "memory");

    return fault;
}

static inline exinfo_t probe_write8(void *va, uint8_t val)
{
    register unsigned long fault asm ("x0") = 0;

    asm volatile ("1: strb %w[val], [%[va]]; 2:"
                  _ASM_EXTABLE_HANDLER(1b, 2b, ex_record_fault_x0)
                  : "+r" (fault)
                  : [va] "r" (va), [val] "r" (val) : "memory");

    return fault;
}

/* An undefined instruction. */
static inline exinfo_t probe_undefined(void)
{
    register unsigned long fault asm ("x0") = 0;

    asm volatile ("1: .inst 0; 2:"
                  _ASM_EXTABLE_HANDLER(1b, 2b, ex_record_fault_x0)
                  : "+r" (fault));

    return fault;
}

#endif /* TOUCHSTONE_ARCH_PROBE_H */
