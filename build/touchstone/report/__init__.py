# SPDX-License-Identifier: BSD-2-Clause
"""What people and programs read: terminal text, TAP, JUnit."""
