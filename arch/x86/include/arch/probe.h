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
    exinfo_t fault = 0;
    uint8_t val;

    asm volatile ("1: movb %[mem], %[val]; 2:"
                  _ASM_EXTABLE_HANDLER(1b, 2b, ex_record_fault_eax)
                  : "+a" (fault), [val] "=&q" (val)
                  : [mem] "m" (*(const volatile uint8_t *)va));

    return fault;
}

static inline exinfo_t probe_write8(void *va, uint8_t val)
{
    exinfo_t fault = 0;

    asm volatile ("1: movb %[val], %[mem]; 2:"
                  _ASM_EXTABLE_HANDLER(1b, 2b, ex_record_fault_eax)
                  : "+a" (fault), [mem] "+m" (*(volatile uint8_t *)va)
                  : [val] "q" (val));

    return fault;
}

/* An undefined instruction. */
static inline exinfo_t probe_undefined(void)
{
    exinfo_t fault = 0;

    asm volatile ("1: ud2; 2:"
                  _ASM_EXTABLE_HANDLER(1b, 2b, ex_record_fault_eax)
                  : "+a" (fault));

    return fault;
}

#endif /* TOUCHSTONE_ARCH_PROBE_H */
