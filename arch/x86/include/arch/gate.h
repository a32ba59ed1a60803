/*
 * The short name of <arch/x86-gate.h>.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <arch/x86-gate.h>
