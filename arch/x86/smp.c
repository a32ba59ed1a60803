/*
 * Which vCPU is running, and what each has of its own.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <xtf/hypercall.h>
#include <xtf/numbers.h>
#include <xtf/traps.h>

#include <arch/irqflags.h>
#include <arch/setup.h>
#include <arch/smp.h>

struct vcpu_stacks vcpu_stacks[SMP_MAX_VCPUS - 1] __page_aligned_bss;

vcpu_info_t *xtf_vcpu_info[SMP_MAX_VCPUS] =
{
    &shared_info.vcpu_info[0], &shared_info.vcpu_info[1],
    &shared_info.vcpu_info[2], &shared_info.vcpu_info[3],
};

/*
 * A vCPU is known by its stack: that needs no register of its own, which a
 * test could want for itself.  A stack that is not here is the boot vCPU's.
 */
unsigned int this_vcpu(void)
{
    unsigned long off = _u(__builtin_frame_address(0)) - _u(vcpu_stacks);

    return off < sizeof(vcpu_stacks) ? off / sizeof(vcpu_stacks[0]) + 1 : 0;
}

long arch_vcpu_is_up(unsigned int vcpu)
{
    return hypercall_vcpu_op(VCPUOP_is_up, vcpu, NULL);
}

long arch_vcpu_up(unsigned int vcpu)
{
    return hypercall_vcpu_op(VCPUOP_up, vcpu, NULL);
}

void arch_vcpu_down(unsigned int vcpu)
{
    hypercall_vcpu_op(VCPUOP_down, vcpu, NULL);
}

void arch_secondary_idle(void)
{
    local_irq_disable();
}
