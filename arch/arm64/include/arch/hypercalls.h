/*
 * Arm has no hypercalls with structures of its own.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
