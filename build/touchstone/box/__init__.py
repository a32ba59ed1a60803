# SPDX-License-Identifier: BSD-2-Clause
"""A Xen host in a box: real Xen in QEMU, Debian's Linux as dom0, its real xl.

    image.py      makes dom0's kernel and initial RAM disk of Debian packages
    machine.py    the machine: booted once, saved, started again and again
    agent.py      runs in dom0: takes instances, runs them with host `xl`
    channel.py    the messages between the runner and the agent

hosts/box.py is the host that uses them.
"""
