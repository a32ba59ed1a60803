/*
 * Configuration of the environment an object is built for.
 *
 * The build defines exactly one CONFIG_ENV_<environment> and force-includes
 * this file, which derives everything that code may depend upon:
 *
 *   CONFIG_PV or CONFIG_HVM          the guest type
 *   CONFIG_32BIT or CONFIG_64BIT     the width of the kernel
 *   CONFIG_PAGING_LEVELS             0 (no paging), 2 (PSE), 3 (PAE) or 4
 *   XEN_CAPABILITY                   what XENVER_capabilities calls it
 *   ENVIRONMENT_DESCRIPTION          what the banner says
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef TOUCHSTONE_ARCH_CONFIG_H
#define TOUCHSTONE_ARCH_CONFIG_H

#if defined(CONFIG_ENV_pv64)

# define CONFIG_PV 1
# define CONFIG_64BIT 1
# define CONFIG_PAGING_LEVELS 4
# define XEN_CAPABILITY "xen-3.0-x86_64"
# define ENVIRONMENT_DESCRIPTION "PV 64bit (Long mode 4 levels)"

#elif defined(CONFIG_ENV_pv32pae)

# define CONFIG_PV 1
# define CONFIG_32BIT 1
# define CONFIG_PAGING_LEVELS 3
# define XEN_CAPABILITY "xen-3.0-x86_32p"
# define ENVIRONMENT_DESCRIPTION "PV 32bit (PAE 3 levels)"

#elif defined(CONFIG_ENV_hvm64)

# define CONFIG_HVM 1
# define CONFIG_64BIT 1
# define CONFIG_PAGING_LEVELS 4
# define XEN_CAPABILITY "hvm-3.0-x86_64"
# define ENVIRONMENT_DESCRIPTION "HVM 64bit (Long mode 4 levels)"

#elif defined(CONFIG_ENV_hvm32pae)

# define CONFIG_HVM 1
# define CONFIG_32BIT 1
# define CONFIG_PAGING_LEVELS 3
# define XEN_CAPABILITY "hvm-3.0-x86_32p"
# define ENVIRONMENT_DESCRIPTION "HVM 32bit (PAE 3 levels)"

#elif defined(CONFIG_ENV_hvm32pse)

# define CONFIG_HVM 1
# define CONFIG_32BIT 1
# define CONFIG_PAGING_LEVELS 2
# define XEN_CAPABILITY "hvm-3.0-x86_32"
# define ENVIRONMENT_DESCRIPTION "HVM 32bit (PSE 2 levels)"

#elif defined(CONFIG_ENV_hvm32)

# define CONFIG_HVM 1
# define CONFIG_32BIT 1
# define CONFIG_PAGING_LEVELS 0
# define XEN_CAPABILITY "hvm-3.0-x86_32"
# define ENVIRONMENT_DESCRIPTION "HVM 32bit (No paging)"

#elif defined(CONFIG_LINUX_PROCESS)

/* No guest kernel, but a process of Linux in dom0: see arch/linux/. */
# define CONFIG_64BIT 1
# define CONFIG_PAGING_LEVELS 4
# define ENVIRONMENT_DESCRIPTION "Process of Linux in dom0, 64bit"

#else
# error "No environment: define one CONFIG_ENV_<environment>"
#endif

#endif /* TOUCHSTONE_ARCH_CONFIG_H */
