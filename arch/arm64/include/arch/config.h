/*
 * Configuration of the environment an object is built for.
 *
 * The build defines exactly one CONFIG_ENV_<environment> and force-includes
 * this file, which derives everything that code may depend upon:
 *
 *   CONFIG_ARM64                     the architecture
 *   CONFIG_64BIT                     the width of the kernel
 *   CONFIG_PAGING_LEVELS             4
 *   XEN_CAPABILITY                   what XENVER_capabilities calls it
 *   ENVIRONMENT_DESCRIPTION          what the banner says
 *
 * Like an HVM guest, the domain has a physical address space of its own, and
 * Xen places the grant table and the shared info page in it; but neither
 * CONFIG_HVM nor CONFIG_PV stands for an interface that Arm has.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef TOUCHSTONE_ARCH_CONFIG_H
#define TOUCHSTONE_ARCH_CONFIG_H

#if defined(CONFIG_ENV_mmu64le)

# define CONFIG_ARM64 1
# define CONFIG_64BIT 1
# define CONFIG_PAGING_LEVELS 4
# define XEN_CAPABILITY "xen-3.0-aarch64"
# define ENVIRONMENT_DESCRIPTION "Arm 64bit (MMU on, little-endian)"

#else
# error "No environment: define one CONFIG_ENV_<environment>"
#endif

#endif /* TOUCHSTONE_ARCH_CONFIG_H */
