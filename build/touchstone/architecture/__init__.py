# SPDX-License-Identifier: BSD-2-Clause
"""The rooms of the C code: who uses whom, and whether that is allowed.

    rooms      the rooms, in order
    objects    what was built: symbols of objects, headers they include
    edges      uses from room to room, and what is wrong with them
    picture    docs/architecture.md's picture of them
    command    build/architecture
"""
