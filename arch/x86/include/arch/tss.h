/*
 * Task state segments.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef TOUCHSTONE_ARCH_TSS_H
#define TOUCHSTONE_ARCH_TSS_H

#include <xtf/compiler.h>
#include <xtf/types.h>

#include <arch/config.h>

#define X86_TSS_INVALID_IO_BITMAP 0x8000

/* The 32-bit TSS: 104 bytes. */
struct __packed __aligned(8) tss32
{
    uint16_t link; uint16_t :16;
    uint32_t esp0; uint16_t ss0; uint16_t :16;
    uint32_t esp1; uint16_t ss1; uint16_t :16;
    uint32_t esp2; uint16_t ss2; uint16_t :16;
    uint32_t cr3;
    uint32_t eip, eflags;
    uint32_t eax, ecx, edx, ebx, esp, ebp, esi, edi;
    uint16_t es; uint16_t :16;
    uint16_t cs; uint16_t :16;
    uint16_t ss; uint16_t :16;
    uint16_t ds; uint16_t :16;
    uint16_t fs; uint16_t :16;
    uint16_t gs; uint16_t :16;
    uint16_t ldtr; uint16_t :16;
    uint16_t trace;
    uint16_t iopb;
};

/* The 64-bit TSS: 104 bytes; ist[0] is what the manuals call IST1. */
struct __packed __aligned(8) tss64
{
    uint32_t :32;
    uint64_t rsp0, rsp1, rsp2;
    uint64_t :64;
    uint64_t ist[7];
    uint64_t :64;
    uint16_t :16;
    uint16_t iopb;
};

typedef struct tss32 x86_tss32;
typedef struct tss64 x86_tss64;

#ifdef CONFIG_64BIT
typedef x86_tss64 env_tss;
#else
typedef x86_tss32 env_tss;
#endif

#ifdef CONFIG_HVM
extern env_tss tss;
#endif

#endif /* TOUCHSTONE_ARCH_TSS_H */
