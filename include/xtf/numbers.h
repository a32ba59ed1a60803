/*
 * Numbers: size suffixes, alignment, bit-field access by mask, and casts
 * between integers and pointers.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef XTF_NUMBERS_H
#define XTF_NUMBERS_H

/*
 * _AC(num, suffix) is a literal with its C suffix, or without it in assembly,
 * where suffixes are a syntax error.
 */
#ifdef __ASSEMBLY__

# define _AC(num, suffix)    num
# define XTF_WIDEN(num)      (num)

#else

# define _AC_PASTE(num, suffix) num ## suffix
# define _AC(num, suffix)    _AC_PASTE(num, suffix)
# define XTF_WIDEN(num)      (0ULL + (num))

/*
 * An integer of any width as a pointer, and a pointer or integer as a machine
 * word.
 */
# define _p(v)               ((void *)(unsigned long)(v))
# define _u(v)               ((unsigned long)(v))

#endif

/* Sizes in bytes, 64 bits wide in C. */
#define KB(num)              (XTF_WIDEN(num) << 10)
#define MB(num)              (XTF_WIDEN(num) << 20)
#define GB(num)              (XTF_WIDEN(num) << 30)
#define TB(num)              (XTF_WIDEN(num) << 40)

/* Is val a multiple of align, which is a power of two? */
#define IS_ALIGNED(val, align) (((val) & ((align) - 1)) == 0)

/*
 * A field of a word is named by its mask, which has contiguous bits.  EXTR
 * reads the field down to bit 0; INSR moves a small number up to the field's
 * place and drops what does not fit.
 */
#define MASK_EXTR(val, mask) (((val) & (mask)) / ((mask) & -(mask)))
#define MASK_INSR(val, mask) (((val) * ((mask) & -(mask))) & (mask))

#endif /* XTF_NUMBERS_H */
