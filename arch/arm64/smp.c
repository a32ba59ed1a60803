/*
 * Further vCPUs, by PSCI, and which one is running.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <xtf/hypercall.h>
#include <xtf/lib.h>
#include <xtf/traps.h>

#include <arch/irqflags.h>
#include <arch/lib.h>
#include <arch/mm.h>
#include <arch/setup.h>

/* Power State Coordination Interface, by HVC as all of Xen's guests have it. */
#define PSCI_CPU_OFF            0x84000002
#define PSCI_CPU_ON             0xc4000003
#define PSCI_AFFINITY_INFO      0xc4000004

/* What AFFINITY_INFO returns for one that is up. */
#define PSCI_ON                 0

#define PSCI_ALREADY_ON         -4

/* The stacks of a vCPU other than the boot vCPU; the guard page is read-only. */
struct vcpu_stacks
{
    uint8_t guard[PAGE_SIZE];
    uint8_t stack[2 * PAGE_SIZE];
    uint8_t exception_stack[2 * PAGE_SIZE];
};

/* Those of vCPU n at n - 1. */
static struct vcpu_stacks vcpu_stacks[SMP_MAX_VCPUS - 1] __page_aligned_bss;

/* Of each vCPU, as the boot code takes them: of EL0, and of EL1. */
uint64_t secondary_stacks[SMP_MAX_VCPUS][2];

extern const uint8_t secondary_start[];

/* The same for all, and they do not return. */
static void (*main_of_vcpu)(unsigned int vcpu);

/*
 * The shared info page holds that of vCPU 0 alone.  The others' are registered
 * before they run, and are mere memory until then.
 */
static vcpu_info_t secondary_info[SMP_MAX_VCPUS - 1] __aligned(64);

vcpu_info_t *xtf_vcpu_info[SMP_MAX_VCPUS] =
{
    &shared_info.vcpu_info[0],
    &secondary_info[0], &secondary_info[1], &secondary_info[2],
};

static long psci(uint32_t fn, uint64_t arg1, uint64_t arg2, uint64_t arg3)
{
    register uint64_t x0 asm ("x0") = fn;
    register uint64_t x1 asm ("x1") = arg1;
    register uint64_t x2 asm ("x2") = arg2;
    register uint64_t x3 asm ("x3") = arg3;

    /* The calling convention leaves 18 and up alone. */
    asm volatile ("hvc #0"
                  : "+r" (x0), "+r" (x1), "+r" (x2), "+r" (x3)
                  :: "x4", "x5", "x6", "x7", "x8", "x9", "x10", "x11", "x12",
                  "x13", "x14", "x15", "x16", "x17", "memory");

    /* 32-bit calls have 32-bit results. */
    return (int32_t)x0;
}

/* How Xen numbers vCPUs: 16 in a cluster. */
static uint64_t affinity_of(unsigned int vcpu)
{
    return (vcpu & 0xf) | (uint64_t)(vcpu >> 4) << 8;
}

unsigned int this_vcpu(void)
{
    return read_sysreg(tpidr_el1);
}

/* AFFINITY_INFO says of a vCPU that there is none, too, that it is off. */
static unsigned int nr_vcpus(void)
{
    static unsigned int nr;
    int node = -1;

    if ( !nr )
        while ( (node = fdt_next_node(&device_tree, node, NULL)) >= 0 )
            nr += fdt_prop_has_string(&device_tree, node, "device_type", "cpu");

    return nr;
}

long arch_vcpu_is_up(unsigned int vcpu)
{
    if ( vcpu >= nr_vcpus() )
        return -ENOENT;

    return psci(PSCI_AFFINITY_INFO, affinity_of(vcpu), 0, 0) == PSCI_ON;
}

long arch_vcpu_up(unsigned int vcpu)
{
    long rc = psci(PSCI_CPU_ON, affinity_of(vcpu),
                   virt_to_paddr(secondary_start), vcpu);

    return rc == PSCI_ALREADY_ON ? -EEXIST : rc ? -EINVAL : 0;
}

void arch_vcpu_down(unsigned int vcpu)
{
    psci(PSCI_CPU_OFF, 0, 0, 0);
}

long arch_init_vcpu(unsigned int vcpu, void (*entry)(unsigned int vcpu))
{
    struct vcpu_stacks *s = &vcpu_stacks[vcpu - 1];
    vcpu_info_t *info = xtf_vcpu_info[vcpu];
    struct vcpu_register_vcpu_info op = {
        .mfn = virt_to_gfn(info), .offset = _u(info) & (PAGE_SIZE - 1),
    };

    main_of_vcpu = entry;
    arch_guard_page(s->guard);
    secondary_stacks[vcpu][0] = _u(s->stack + sizeof(s->stack));
    secondary_stacks[vcpu][1] = _u(s->exception_stack +
                                   sizeof(s->exception_stack));

    return hypercall_vcpu_op(VCPUOP_register_vcpu_info, vcpu, &op);
}

/* From the boot code of a vCPU, each time it is brought up. */
void __noreturn __used secondary_main(unsigned int vcpu)
{
    arch_init_vcpu_upcalls();
    main_of_vcpu(vcpu);
    unreachable();
}

void arch_secondary_idle(void)
{
    local_irq_disable();
}
