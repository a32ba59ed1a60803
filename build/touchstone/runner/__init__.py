# SPDX-License-Identifier: BSD-2-Clause
"""xtf-runner: which images run where, and what became of them.

    cli           the command line; options: what it may say
    listing       which instances that is; session: their run; stress: rounds
    catalogue     the tests that were built; selection: words that choose some
    image         what an image holds; xlcfg: its configuration for xl
    plan, timings, scheduler    in which order, and how many at once
    console       the guest's console, and the verdict on it
    doctor        what this machine lacks; completion: for shells
    known_defects, bisection, boot, debug    modes and rules of their own
"""
