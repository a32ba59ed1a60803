# SPDX-License-Identifier: BSD-2-Clause
"""Where a Xen comes from: a word, a file, a package, a source tree.

    hypervisor    what a word such as `full@trixie` stands for
    fallback      what comes nearest where that is not to be had
    provision     Debian's packages and source, by apt and aptsources
    xentree, mirror    a tree of Xen's source, and a copy of its git repository
    xenbuild      configuring and building; csource: functions of C files
"""
