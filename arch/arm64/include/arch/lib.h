/*
 * arm64 instructions as functions.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef XTF_ARM64_LIB_H
#define XTF_ARM64_LIB_H

#include <stdint.h>

#include <xtf/compiler.h>

#define read_sysreg(reg)                                                \
({                                                                      \
    uint64_t sysreg_;                                                   \
                                                                        \
    __asm__ __volatile__ ("mrs %0, " #reg : "=r" (sysreg_) :: "memory"); \
    sysreg_;                                                            \
})

/* What depends on the register sees the new value. */
#define write_sysreg(reg, val)                                          \
    __asm__ __volatile__ ("msr " #reg ", %0; isb"                       \
                          :: "r" ((uint64_t)(val)) : "memory")

/** What benchmarks count: the virtual counter, after all that comes before. */
static inline uint64_t counter_ordered(void)
{
    uint64_t val;

    __asm__ __volatile__ ("isb; mrs %0, cntvct_el0; isb"
                          : "=r" (val) :: "memory");

    return val;
}

/*
 * A device's register.  Xen emulates devices, and knows what an access does only
 * if the instruction is as simple as these.
 */
static inline uint32_t mmio_read32(const volatile void *at)
{
    uint32_t val;

    __asm__ __volatile__ ("ldr %w0, [%1]" : "=r" (val) : "r" (at) : "memory");

    return val;
}

static inline void mmio_write32(volatile void *at, uint32_t val)
{
    __asm__ __volatile__ ("str %w0, [%1]" :: "r" (val), "r" (at) : "memory");
}

/** Tell the CPU that this is a loop which waits. */
static inline void pause(void)
{
    __asm__ __volatile__ ("yield" ::: "memory");
}

/** Until an interrupt is pending, masked or not. */
static inline void wait_for_interrupt(void)
{
    __asm__ __volatile__ ("dsb sy; wfi" ::: "memory");
}

#endif /* XTF_ARM64_LIB_H */
