/*
 * There is no peer on Arm yet: see docs/porting.md.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
