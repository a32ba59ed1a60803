/*
 * Arm has no forced emulation prefix.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef TOUCHSTONE_ARCH_FEP_H
#define TOUCHSTONE_ARCH_FEP_H

#define xtf_has_fep false

#endif /* TOUCHSTONE_ARCH_FEP_H */
