/*
 * Hypercalls from a code segment of another width.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef MODES_H
#define MODES_H

/* Offsets in struct far_call. */
#define FAR_AX      0
#define FAR_BX      4
#define FAR_CX      8
#define FAR_DX     12
#define FAR_SI     16
#define FAR_DI     20
#define FAR_RESULT 24
#define FAR_OFFSET 28
#define FAR_SEL    32

#ifndef __ASSEMBLY__

#include <xtf/types.h>

/* Registers of a hypercall as 32-bit code sees them, and where that code is. */
struct far_call
{
    uint32_t ax, bx, cx, dx, si, di, result, offset, sel;
};

/* far.S */
void far_call_enter(struct far_call *c);
extern const uint8_t far_call_back[];

/**
 * Make hypercall @p nr by VMCALL or VMMCALL from a 16-bit code segment.
 * @return EAX.
 */
int32_t call16(uint32_t nr, uint32_t a1, uint32_t a2, uint32_t a3);

/**
 * The same from a 32-bit code segment: the instruction itself, or the entry of
 * the hypercall page if @p by_page.
 */
int32_t call32(bool by_page, uint32_t nr, const uint32_t args[5]);

#endif /* !__ASSEMBLY__ */

#endif /* MODES_H */
