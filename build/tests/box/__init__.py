# SPDX-License-Identifier: BSD-2-Clause
"""Tests of the Xen host in a box."""
