# SPDX-License-Identifier: BSD-2-Clause
"""What every other room stands on: child processes, verdicts, the cache.

    process      child processes, deadlines
    steps        what a long command says of its progress
    verdict      verdicts, results, and the errors that end a command
    cache        files that are kept from one command to the next
    deps         Debian packages that a purpose needs
    elfsymbols   symbols of an ELF file
"""
