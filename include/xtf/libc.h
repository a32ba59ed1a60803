/*
 * The subset of the C library that exists in a test image.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef XTF_LIBC_H
#define XTF_LIBC_H

#include <stdarg.h>
#include <stddef.h>

#include <xtf/compiler.h>

/* Strings and memory: C99 (and POSIX for strnlen). */
size_t strlen(const char *str);
size_t strnlen(const char *str, size_t max);
char *strcpy(char *dst, const char *src);
char *strncpy(char *dst, const char *src, size_t n);
int strcmp(const char *a, const char *b);
int strncmp(const char *a, const char *b, size_t n);
char *strchr(const char *str, int c);
char *strstr(const char *str, const char *needle);
void *memset(void *dst, int c, size_t n);
void *memcpy(void *dst, const void *src, size_t n);
void *memmove(void *dst, const void *src, size_t n);
int memcmp(const void *a, const void *b, size_t n);

/*
 * Say the builtin, so that constant cases fold and -ffreestanding does not
 * cost calls.
 */
#ifndef XTF_NO_BUILTIN_STRINGS
# define strlen(s)          __builtin_strlen(s)
# define strcmp(a, b)       __builtin_strcmp(a, b)
# define strncmp(a, b, n)   __builtin_strncmp(a, b, n)
# define strchr(s, c)       __builtin_strchr(s, c)
# define memset(d, c, n)    __builtin_memset(d, c, n)
# define memcpy(d, s, n)    __builtin_memcpy(d, s, n)
# define memmove(d, s, n)   __builtin_memmove(d, s, n)
# define memcmp(a, b, n)    __builtin_memcmp(a, b, n)
#endif

/** Flag for vsnprintf_internal(): write each "\n" of the output as "\r\n". */
#define LF_TO_CRLF (1u << 0)

/**
 * Format into a buffer: the engine below all printf-like functions.
 *
 * Takes what C99's vsnprintf() takes, except floating point, wide characters
 * and %n:
 *   %[-+ #0][width][.precision][hh h l ll z t j]{d i u x X o c s p %}
 * with * for width or precision.  Additionally %pe takes an exinfo_t cast to a
 * pointer, and prints the exception by name: "#GP[0018]", "#PF[0002]", "#UD",
 * "#vec[0xf0]" for what has no name, and "none" for 0.  %*ph prints that many
 * bytes at a pointer: "00 1f c0".
 *
 * @param buf    Where to write.  May be NULL if size is 0.
 * @param size   Bytes at buf.  If not 0, the output is cut to fit, and ends
 *               with a NUL in any case.
 * @param fmt    The format.  An unknown conversion is copied to the output as
 *               it stands.
 * @param args   Its arguments.
 * @param flags  0 or LF_TO_CRLF.
 * @return Bytes in the whole output, had it fitted, without the NUL.
 */
int vsnprintf_internal(char *buf, size_t size, const char *fmt, va_list args,
                       unsigned int flags) __printf(3, 0);

/** C99's vsnprintf() and snprintf() over vsnprintf_internal(). */
int vsnprintf(char *buf, size_t size, const char *fmt, va_list args)
    __printf(3, 0);
int snprintf(char *buf, size_t size, const char *fmt, ...) __printf(3, 4);

#endif /* XTF_LIBC_H */
