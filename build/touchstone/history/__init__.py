# SPDX-License-Identifier: BSD-2-Clause
"""What changed in Xen's guest ABI since 2012, and which test guards it."""
