/*
 * The kernel's selectors.
 *
 * An HVM guest runs on its own GDT.  A PV guest runs on the flat descriptors
 * that Xen keeps at the top of every PV GDT, so that its own GDT page holds
 * nothing but what a test puts there.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef TOUCHSTONE_ARCH_SEGMENT_H
#define TOUCHSTONE_ARCH_SEGMENT_H

#include <arch/config.h>

/* Indices into gdt[]. */
#define GDTE_CS64_DPL0          1
#define GDTE_CS32_DPL0          2
#define GDTE_DS32_DPL0          3
#define GDTE_CS64_DPL3          4
#define GDTE_CS32_DPL3          5
#define GDTE_DS32_DPL3          6

/* System descriptors take two entries in long mode. */
#define GDTE_TSS                8
#define GDTE_TSS_DF             10
#define GDTE_TSS_NMI            12

/* For tests to use as they like. */
#define GDTE_AVAIL0             14
#define GDTE_AVAIL1             15
#define GDTE_AVAIL2             16
#define GDTE_AVAIL3             17
#define GDTE_AVAIL4             18
#define GDTE_AVAIL5             19

#define NR_GDT_ENTRIES          20

#define TSS_SEL                 (GDTE_TSS << 3)

#ifdef CONFIG_HVM

#ifdef CONFIG_64BIT
# define __KERN_CS              (GDTE_CS64_DPL0 << 3)
# define __USER_CS              ((GDTE_CS64_DPL3 << 3) | 3)
#else
# define __KERN_CS              (GDTE_CS32_DPL0 << 3)
# define __USER_CS              ((GDTE_CS32_DPL3 << 3) | 3)
#endif
#define __KERN_CS32             (GDTE_CS32_DPL0 << 3)
#define __USER_CS32             ((GDTE_CS32_DPL3 << 3) | 3)
#define __KERN_DS               (GDTE_DS32_DPL0 << 3)
#define __USER_DS               ((GDTE_DS32_DPL3 << 3) | 3)

#else /* CONFIG_PV */

#include <xen/arch-x86/xen.h>

#ifdef CONFIG_64BIT
/*
 * Kernel and user run at the same hardware privilege.  Xen tells them apart
 * by the RPL of %cs in the frames it makes and takes: 0 is the kernel.
 */
# define __KERN_CS              (FLAT_RING3_CS64 & ~3)
# define __USER_CS              FLAT_RING3_CS64
# define __KERN_CS32            (FLAT_RING3_CS32 & ~3)
# define __USER_CS32            FLAT_RING3_CS32
# define __KERN_DS              FLAT_RING3_DS32
# define __USER_DS              FLAT_RING3_DS32
#else
# define __KERN_CS              FLAT_RING1_CS
# define __USER_CS              FLAT_RING3_CS
# define __KERN_CS32            FLAT_RING1_CS
# define __USER_CS32            FLAT_RING3_CS
# define __KERN_DS              FLAT_RING1_DS
# define __USER_DS              FLAT_RING3_DS
#endif

#endif

#endif /* TOUCHSTONE_ARCH_SEGMENT_H */
