/*
 * Everything that a test uses.
 *
 * A test defines test_title and either test_main() or cases: see
 * <xtf/test.h> and <xtf/case.h>.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef XTF_H
#define XTF_H

#include <xtf/types.h>

#include <xtf/asm_macros.h>
#include <xtf/atomic.h>
#include <xtf/bitops.h>
#include <xtf/case.h>
#include <xtf/cmdline.h>
#include <xtf/compiler.h>
#include <xtf/console.h>
#include <xtf/elf.h>
#include <xtf/evtchn.h>
#include <xtf/exlog.h>
#include <xtf/extable.h>
#include <xtf/grant_table.h>
#include <xtf/hypercall.h>
#include <xtf/lib.h>
#include <xtf/libc.h>
#include <xtf/macro_magic.h>
#include <xtf/numbers.h>
#include <xtf/releases.h>
#include <xtf/report.h>
#include <xtf/smp.h>
#include <xtf/test.h>
#include <xtf/time.h>
#include <xtf/traps.h>
#include <xtf/xenbus.h>
#include <xtf/xenstore.h>

#include <arch/xtf.h>

#include <xen/elfnote.h>

#endif /* XTF_H */
