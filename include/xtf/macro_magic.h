/*
 * Preprocessor tools: stringify, test for CONFIG_ macros in C expressions,
 * dispatch on the number of arguments.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef XTF_MACRO_MAGIC_H
#define XTF_MACRO_MAGIC_H

/* The argument, expanded, as a string literal. */
#define STR(...)            XTF_STR(__VA_ARGS__)
#define XTF_STR(...)        #__VA_ARGS__

/*
 * IS_DEFINED(CONFIG_x) is 1 when CONFIG_x is a macro for 1, and 0 when there
 * is no such macro.
 *
 * Only a 1 turns the pasted name into something with a comma in it, which
 * shifts the 1 below into second place.
 */
#define IS_DEFINED(x)            XTF_DEFINED_VALUE(x)
#define XTF_DEFINED_VALUE(val)   XTF_DEFINED_SHIFT(XTF_SHIFT_IF_ ## val)
#define XTF_SHIFT_IF_1           ~,
#define XTF_DEFINED_SHIFT(shift) XTF_SECOND(shift 1, 0, ~)
#define XTF_SECOND(a, b, ...)    b

/* How many arguments, 0 to 16.  No arguments at all counts as 0. */
#define COUNT_ARGS(...) \
    XTF_ARG_18(~, ## __VA_ARGS__, 16, 15, 14, 13, 12, 11, 10, 9,        \
               8, 7, 6, 5, 4, 3, 2, 1, 0)
#define XTF_ARG_18(z, a1, a2, a3, a4, a5, a6, a7, a8, a9, a10, a11, a12, a13, a14, a15, a16, n, ...) n

#define XTF_PASTE(a, b)     XTF_PASTE2(a, b)
#define XTF_PASTE2(a, b)    a ## b

/*
 * macro, suffixed with the number of arguments, applied to them: VAR_MACRO(f,
 * x, y) is f2(x, y).
 */
#define VAR_MACRO(macro, ...) \
    XTF_PASTE(macro, COUNT_ARGS(__VA_ARGS__))(__VA_ARGS__)

/*
 * The same with one fixed argument that is not counted: VAR_MACRO_C1(f, c, x,
 * y) is f2(c, x, y).
 */
#define VAR_MACRO_C1(macro, c1, ...) \
    XTF_PASTE(macro, COUNT_ARGS(__VA_ARGS__))(c1, ## __VA_ARGS__)

#endif /* XTF_MACRO_MAGIC_H */
