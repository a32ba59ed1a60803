/*
 * The fixed-width types, booleans and variable arguments, from the compiler's
 * freestanding headers, and what printk() calls the widths.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef XTF_TYPES_H
#define XTF_TYPES_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef signed long ssize_t;

#ifdef __LP64__
# define XTF_PRI64 "l"
#else
# define XTF_PRI64 "ll"
#endif

#define PRId8   "d"
#define PRIu8   "u"
#define PRIx8   "x"
#define PRId16  "d"
#define PRIu16  "u"
#define PRIx16  "x"
#define PRId32  "d"
#define PRIu32  "u"
#define PRIo32  "o"
#define PRIx32  "x"
#define PRIX32  "X"
#define PRId64  XTF_PRI64 "d"
#define PRIu64  XTF_PRI64 "u"
#define PRIo64  XTF_PRI64 "o"
#define PRIx64  XTF_PRI64 "x"
#define PRIX64  XTF_PRI64 "X"

#endif /* XTF_TYPES_H */
