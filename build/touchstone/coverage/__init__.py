# SPDX-License-Identifier: BSD-2-Clause
"""Line coverage of a hypervisor that was not built for it.

QEMU logs the guest addresses of each block of code that it translates, and
the debug information of xen-syms says which source line an address is from.
"""
