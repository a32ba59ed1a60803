/*
 * Compiler attributes and hints under short names.
 *
 * Only macros live here, so assembly sources may include this file too.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef XTF_COMPILER_H
#define XTF_COMPILER_H

#define __aligned(x)        __attribute__((__aligned__(x)))
#define __packed            __attribute__((__packed__))
#define __noreturn          __attribute__((__noreturn__))
#define __weak              __attribute__((__weak__))
#define __alias(sym)        __attribute__((__alias__(sym)))
#define __maybe_unused      __attribute__((__unused__))
#define __section(name)     __attribute__((__section__(name)))

/*
 * Format string is argument f, its varargs start at argument v (1-based; v is
 * 0 for a va_list).
 */
#define __printf(f, v)      __attribute__((__format__(__printf__, f, v)))

/*
 * The C library of a host may have these already, as macros of the same
 * effect.
 */
#undef __used
#undef __noinline
#undef __always_inline
#define __used              __attribute__((__used__))
#define __noinline          __attribute__((__noinline__))
#define __always_inline     __inline__ __attribute__((__always_inline__))

/*
 * A page of its own. "bss" costs nothing in the image and starts zeroed;
 * "data" may be initialised.
 */
#define __page_aligned_bss  __section(".bss.page_aligned") __aligned(4096)
#define __page_aligned_data __section(".data.page_aligned") __aligned(4096)

/*
 * Code and data reachable at CPL3.  Everything else is mapped for the
 * supervisor only.  User code is never inlined, or it would end up in
 * whichever (supervisor) section its caller lives in.
 */
#define __user_text              __section(".text.user") __noinline
#define __user_data              __section(".data.user")
#define __user_page_aligned_bss  __section(".bss.user.page_aligned") __aligned(4096)

#define likely(x)           __builtin_expect(!!(x), 1)
#define unlikely(x)         __builtin_expect(!!(x), 0)

/*
 * Values held in registers must be stored before, and reloaded after.  No CPU
 * instruction results.
 */
#define barrier()           __asm__ __volatile__ ("" ::: "memory")

#define unreachable()       __builtin_unreachable()

/*
 * Pick between two spellings of an asm() operand or template, depending on
 * whether the compiler can take a condition flag as an output ("=@ccz").  A
 * template whose flag the compiler cannot read ends in setcc.
 */
#ifdef __GCC_ASM_FLAG_OUTPUTS__
# define ASM_FLAG_OUT(yes, no) yes
#else
# define ASM_FLAG_OUT(yes, no) no
#endif

#endif /* XTF_COMPILER_H */
