# SPDX-License-Identifier: BSD-2-Clause
"""build/new-test: a directory under tests/ to begin a test from."""
