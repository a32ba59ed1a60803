# SPDX-License-Identifier: BSD-2-Clause
"""Runs as data: saved, compared, split over machines and put together."""
