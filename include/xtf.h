/*
 * Everything that a test uses.
 *
 * A test defines test_title and either test_main() or cases: see
 * <xtf/test.h> and <xtf/harness/case.h>.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef XTF_H
#define XTF_H

#include <xtf/asm_macros.h>
#include <xtf/atomic.h>
#include <xtf/bitops.h>
#include <xtf/compiler.h>
#include <xtf/console.h>
#include <xtf/elf.h>
#include <xtf/exlog.h>
#include <xtf/extable.h>
#include <xtf/grant_table.h>
#include <xtf/hypercall.h>
#include <xtf/lib.h>
#include <xtf/libc.h>
#include <xtf/macro_magic.h>
#include <xtf/numbers.h>
#include <xtf/report.h>
#include <xtf/test.h>
#include <xtf/traps.h>
#include <xtf/types.h>
#include <xtf/vcpu.h>
#include <xtf/xenbus.h>
#include <xtf/xenstore.h>
#include <xtf/core/cmdline.h>
#include <xtf/core/releases.h>
#include <xtf/core/smp.h>
#include <xtf/core/time.h>
#include <xtf/core/xen_info.h>
#include <xtf/drivers/evtchn.h>
#include <xtf/harness/case.h>
#include <xtf/harness/evtchn_case.h>
#include <xtf/mm/page.h>

#include <arch/xtf.h>

#include <xen/elfnote.h>

#endif /* XTF_H */
