/*
 * The border between arch/ and common/: every hook that an architecture
 * provides, and the one call that it makes.
 *
 * To port the framework is to provide what is declared here, in arch/<name>/,
 * and the headers <arch/...> that this and the other headers include.  An
 * architecture calls the C library and what else is in common/lib/, and
 * nothing above: what it finds or what happens to it, it hands over by these.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef XTF_FRAMEWORK_H
#define XTF_FRAMEWORK_H

#include <xtf/compiler.h>
#include <xtf/console.h>
#include <xtf/types.h>
#include <xtf/xenbus.h>

/*
 * Hooks that are a part of the API for tests, or of its inline functions:
 *
 *   xtf/traps.h       shared_info, do_unhandled_exception()
 *   xtf/vcpu.h        this_vcpu(), xtf_vcpu_info[]
 *   xtf/extable.h     the handlers ex_...()
 *   arch/fep.h        xtf_has_fep
 *   arch/hypercall.h  HYPERCALL0() to HYPERCALL5()
 *   arch/irqflags.h   local_irq_disable(), _enable(), _enabled(), _sleep()
 *   arch/lib.h        counter_ordered(): what benchmarks count
 *   arch/probe.h      probe_read8(), probe_write8(), probe_undefined()
 *   arch/string.h     fill_bytes(), copy_bytes(), copy_bytes_down()
 *   arch/mm.h         virt_to_gfn() and the like, _start[], _end[]
 *   arch/pagetable.h  set_l1e() and what is made of it
 *   arch/peer.h       peer_code[], peer_code_end[]: what a peer runs
 */
#include <xtf/extable.h>
#include <xtf/traps.h>
#include <xtf/vcpu.h>

#include <arch/fep.h>
#include <arch/hypercall.h>
#include <arch/irqflags.h>
#include <arch/mm.h>
#include <arch/pagetable.h>
#include <arch/peer.h>
#include <arch/probe.h>

/* ---- The call that an architecture makes ---- */

/**
 * The C entry of the boot code, on the boot stack, with .bss zeroed and the
 * image where it was linked to be.
 */
void __noreturn xtf_main(void);

/* ---- Hooks, in the order in which xtf_main() calls them ---- */

/** Make hypercalls work.  Nothing can be printed before that. */
void arch_init_hypercalls(void);

/*
 * Where output goes if this domain may not write to Xen's console; NULL if
 * there is no such place.
 */
extern const cons_output_cb arch_debug_console;

/* What arch_init_platform() finds: NULL is for what there is not. */
struct xtf_platform
{
    struct xencons_interface *console;
    xenbus_interface_t *store;
    evtchn_port_t console_port, store_port;

    /* Ends with a NUL, or where xtf_cmdline[] would. */
    const char *cmdline;
};

/** Map shared_info and what the address space needs, and fill in *found. */
void arch_init_platform(struct xtf_platform *found);

/**
 * Exceptions and upcalls arrive; user mode reaches its sections; NULL and the
 * ends of stacks fault; features of the processor are known.
 */
void arch_init_cpu(void);

/**
 * Have the default do_evtchn() call @p fn, with upcalls masked.  While it is
 * NULL, as from the start, upcalls are acknowledged and ports left alone.
 */
void arch_set_upcall_handler(void (*fn)(struct cpu_regs *regs));

/** The processor's name, empty if the processor has no register for it. */
#define ARCH_PROCESSOR_NAME_SIZE 49
void arch_processor_name(char name[ARCH_PROCESSOR_NAME_SIZE]);

/** System time: nanoseconds from when Xen booted. */
uint64_t arch_time_now(void);

/** Is @p vcpu up: 0 or 1; a -errno if the domain has no such vCPU. */
long arch_vcpu_is_up(unsigned int vcpu);

/** Bring up @p vcpu, where arch_init_vcpu() said: 0 or a -errno. */
long arch_vcpu_up(unsigned int vcpu);

/** Take down @p vcpu, which calls this. */
void arch_vcpu_down(unsigned int vcpu);

/**
 * Give @p vcpu stacks and registers.  When it is brought up
 * it runs entry(vcpu), with upcalls off.
 * @return 0 or a -errno.
 */
long arch_init_vcpu(unsigned int vcpu, void (*entry)(unsigned int vcpu));

/** Put a secondary vCPU back to how it was before it ran a function. */
void arch_secondary_idle(void);

#endif /* XTF_FRAMEWORK_H */
