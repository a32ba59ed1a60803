# SPDX-License-Identifier: BSD-2-Clause
"""The suite over many hypervisors: what fails where, what is skipped and why.

    store     the outcomes of one hypervisor, kept on the disk
    matrix    the outcomes of all as text, Markdown and JSON
    command   build/releases
"""
