/*
 * Integer constants that C and assembly can share.
 *
 * The assembler knows no U, UL or ULL suffix, so a header that serves both
 * writes xen_mk_ulong(1) << 2 instead of 1UL << 2.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef XEN_CONST_H
#define XEN_CONST_H

#ifdef __ASSEMBLY__
# define xen_mk_uint(n)   n
# define xen_mk_ulong(n)  n
# define xen_mk_ullong(n) n
#else
# define XEN_CONST_PASTE(n, suffix) n ## suffix
# define XEN_CONST(n, suffix)       XEN_CONST_PASTE(n, suffix)
# define xen_mk_uint(n)   XEN_CONST(n, U)
# define xen_mk_ulong(n)  XEN_CONST(n, UL)
# define xen_mk_ullong(n) XEN_CONST(n, ULL)
#endif

#endif /* XEN_CONST_H */
