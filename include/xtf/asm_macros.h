/*
 * Assembly, alike in .S files and in asm(), for both widths.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef XTF_ASM_MACROS_H
#define XTF_ASM_MACROS_H

#include <xtf/macro_magic.h>

#include <arch/asm_macros.h>

/* Text that becomes a string in C, and stays text in a .S file. */
#ifdef __ASSEMBLY__
# define DECLSTR(...) __VA_ARGS__
#else
# define DECLSTR(...) STR(__VA_ARGS__) "\n\t"
#endif

#ifdef __ASSEMBLY__

#define SIZE(name)                              \
    .size name, . - name

#define GLOBAL(name)                            \
    .globl name;                                \
name:

#define ENTRY(name)                             \
    .balign 16;                                 \
    GLOBAL(name)

#define ENDFUNC(name)                           \
    .type name, @function;                      \
    SIZE(name)

/* An ELF note in Xen's name space: ELFNOTE(XEN_ELFNOTE_…, directives). */
#define ELFNOTE(type, ...)                      \
    .pushsection .note.Xen, "a", @note;         \
    .balign 4;                                  \
    .long 2f - 1f, 4f - 3f, type;               \
1:  .asciz "Xen";                               \
2:  .balign 4;                                  \
3:  __VA_ARGS__;                                \
4:  .balign 4;                                  \
    .popsection

#endif /* __ASSEMBLY__ */

#endif /* XTF_ASM_MACROS_H */
