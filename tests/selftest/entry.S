/*
 * Entry points and user mode code that cannot be written in C.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <xtf/asm_macros.h>

    .text

/* An entry point of a vector: counts and returns. */
ENTRY(own_entry)
    env_ADJUST_FRAME
#ifdef CONFIG_64BIT
    incl own_entries(%rip)
#else
    incl own_entries
#endif
    env_IRET
ENDFUNC(own_entry)

    .section .text.user, "ax", @progbits

/* Returns %cs.  The encoding is the same in 32-bit and 64-bit mode. */
ENTRY(user_get_cs)
    mov %cs, %eax
    ret
ENDFUNC(user_get_cs)
