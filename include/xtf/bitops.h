/*
 * Atomic operations on single bits of a bitmap.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef XTF_BITOPS_H
#define XTF_BITOPS_H

#include <arch/bitops.h>

#endif /* XTF_BITOPS_H */
