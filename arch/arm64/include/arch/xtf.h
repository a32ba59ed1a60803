/*
 * What <xtf.h> pulls in of the architecture.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef TOUCHSTONE_ARCH_XTF_H
#define TOUCHSTONE_ARCH_XTF_H

#include <arch/clock.h>
#include <arch/config.h>
#include <arch/exinfo.h>
#include <arch/extable.h>
#include <arch/fdt.h>
#include <arch/fep.h>
#include <arch/gic.h>
#include <arch/irqflags.h>
#include <arch/lib.h>
#include <arch/mm.h>
#include <arch/page.h>
#include <arch/pagetable.h>
#include <arch/processor.h>
#include <arch/regs.h>
#include <arch/traps.h>

#endif /* TOUCHSTONE_ARCH_XTF_H */
