# SPDX-License-Identifier: BSD-2-Clause
"""Runs as data: saved, compared, split over machines and put together.

    record     a run, and the file that it is saved in
    compare    what differs between two
    shard      which part of a run is this machine's; merge: the whole again
    flakes     several runs of one instance
"""
