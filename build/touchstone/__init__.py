# SPDX-License-Identifier: BSD-2-Clause
"""Host side of Touchstone: what runs test images and prepares hypervisors."""
