/*
 * Assembly, alike in .S files and in asm(), for both widths.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef XTF_ASM_MACROS_H
#define XTF_ASM_MACROS_H

#include <xtf/macro_magic.h>

#include <arch/asm_macros.h>
#include <arch/fep.h>

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

#endif /* __ASSEMBLY__ */

/*
 * An ELF note: ELFNOTE(Xen, XEN_ELFNOTE_…, directives).  In C it stands outside
 * of functions, and the directives are a string.
 */
#ifdef __ASSEMBLY__

#define ELFNOTE(name, type, ...)                \
    .pushsection .note.name, "a", @note;        \
    .balign 4;                                  \
    .long 2f - 1f, 4f - 3f, type;               \
1:  .asciz STR(name);                           \
2:  .balign 4;                                  \
3:  __VA_ARGS__;                                \
4:  .balign 4;                                  \
    .popsection

#else

#define ELFNOTE(name, type, desc)                                       \
    __asm__ (".pushsection .note." STR(name) ", \"a\", @note;"           \
             ".balign 4;"                                               \
             ".long 2f - 1f, 4f - 3f, " STR(type) ";"                   \
             "1: .asciz \"" STR(name) "\";"                             \
             "2: .balign 4;"                                            \
             "3: " desc ";"                                             \
             "4: .balign 4;"                                            \
             ".popsection")

#endif

#endif /* XTF_ASM_MACROS_H */
