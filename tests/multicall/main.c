/**
 * @file tests/multicall/main.c
 * @ref test-multicall
 *
 * @page test-multicall multicall: a batch that leaves the kernel
 *
 * Hypercalls are for the kernel alone.  When an element of a batch takes the
 * vCPU to user mode, the batch is at its end (XSA-213): the elements behind it
 * must not be carried out in the name of user mode.  An element may return to
 * the kernel, which goes on where its frame says.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <xtf.h>

#include <arch/idt.h>
#include <arch/segment.h>
#include <arch/setup.h>
#include <arch/traps.h>

#include <xtf/mm/page.h>

const char test_title[] = "multicall: a batch that leaves the kernel";

#define UNTOUCHED 0x5a5a

/* Where IRET leads to, and what do_unhandled_exception() returns to. */
extern const uint8_t iret_user[], iret_done[];
static bool in_batch, was_in_user;
unsigned long iret_sp;

bool do_unhandled_exception(struct cpu_regs *regs)
{
    if ( !in_batch || !cpu_regs_user(regs) || regs->ip != _u(iret_user) )
        return false;

    was_in_user = true;
    regs->ip = _u(iret_done);
    regs->cs = __KERN_CS;
    regs->sp = iret_sp;
    regs->ss = __KERN_DS;
#ifdef CONFIG_32BIT
    regs->ds = regs->es = regs->fs = regs->gs = __USER_DS;
#endif

    return true;
}

/*
 * unsigned long iret_batch(void *list, unsigned long nr, unsigned long cs,
 *                          unsigned long ss, unsigned long flags,
 *                          unsigned long ip);
 *
 * A multicall with the frame of an IRET on the stack.  The hypercall is made
 * here, since the hypercall page has more on the stack.
 */
unsigned long iret_batch(void *list, unsigned long nr, unsigned long cs,
                         unsigned long ss, unsigned long flags,
                         unsigned long ip);

#ifdef CONFIG_64BIT
asm (".text\n"
     "iret_batch:\n"
     "    push %rbp; push %rbx; push %r12; push %r13; push %r14; push %r15\n"
     "    mov %rsp, iret_sp(%rip)\n"
     "    push %rcx\n"                      /* ss */
     "    push iret_sp(%rip)\n"             /* rsp */
     "    push %r8\n"                       /* rflags */
     "    push %rdx\n"                      /* cs */
     "    push %r9\n"                       /* rip */
     "    push $0; push $0; push $0; push $0\n" /* flags, rcx, r11, rax */
     "    mov $13, %eax\n"
     "    syscall\n"
     "    mov iret_sp(%rip), %rsp\n"
     "iret_done:\n"
     "    pop %r15; pop %r14; pop %r13; pop %r12; pop %rbx; pop %rbp\n"
     "    ret\n"
     ".section .text.user, \"ax\", @progbits\n"
     "iret_user:\n"
     "    ud2\n"
     ".text\n");
#else
asm (".text\n"
     "iret_batch:\n"
     "    push %ebp; push %ebx; push %esi; push %edi\n"
     "    mov %esp, iret_sp\n"
     "    mov %esp, %edx\n"
     "    mov 20(%edx), %ebx\n"             /* list */
     "    mov 24(%edx), %ecx\n"             /* nr */
     "    push 32(%edx)\n"                  /* ss */
     "    push iret_sp\n"                   /* esp */
     "    push 36(%edx)\n"                  /* eflags */
     "    push 28(%edx)\n"                  /* cs */
     "    push 40(%edx)\n"                  /* eip */
     "    push $0\n"                        /* eax */
     "    mov $13, %eax\n"
     "    int $0x82\n"
     "    mov iret_sp, %esp\n"
     "    jmp iret_out\n"
     "iret_done:\n"
     /* The frame's stack pointer is that of user mode: take the kernel's. */
     "    mov iret_sp, %esp\n"
     "iret_out:\n"
     "    pop %edi; pop %esi; pop %ebx; pop %ebp\n"
     "    ret\n"
     ".section .text.user, \"ax\", @progbits\n"
     "iret_user:\n"
     "    ud2\n"
     ".text\n");
#endif

static struct evtchn_send send;

/* A batch that is an IRET, and then an event. */
static void run_batch(struct multicall_entry calls[2], bool user)
{
    unsigned long flags = exec_user_efl_or_mask | X86_EFLAGS_IF;
    long port = evtchn_bind_ipi(0);
    unsigned long sp;

    require_msg(port > 0, "EVTCHNOP_bind_ipi returned %ld", port);
    send.port = port;
    calls[0] = (struct multicall_entry) {
        .op = __HYPERVISOR_iret, .result = UNTOUCHED,
    };
    calls[1] = (struct multicall_entry) {
        .op = __HYPERVISOR_event_channel_op, .result = UNTOUCHED,
        .args = { EVTCHNOP_send, _u(&send) },
    };

    /* Exceptions from user mode enter below the frames that are in use. */
    sp = _u(__builtin_frame_address(0));
    arch_set_entry_stack(sp - PAGE_SIZE / 2);
    was_in_user = false;
    in_batch = true;
    if ( user )
        iret_batch(calls, 2, exec_user_cs, exec_user_ss, flags,
                   _u(iret_user));
    else
        iret_batch(calls, 2, __KERN_CS, __KERN_DS, flags, _u(iret_done));
    in_batch = false;
    arch_set_entry_stack(_u(boot_stack + sizeof(boot_stack)));
}

CASE_2L("multicall: iret to user mode -> the next element is not carried out")
{
    struct multicall_entry calls[2];

    run_batch(calls, true);
    require_msg(was_in_user, "the vCPU was not in user mode");
    expect_hex(calls[1].result, UNTOUCHED);
    expect_false(evtchn_is_pending(send.port));
}

/* Whether the batch ends here as well is not in the ABI. */
CASE_2L("multicall: iret to the kernel -> kernel continues at the frame's address")
{
    struct multicall_entry calls[2];

    run_batch(calls, false);
    expect_false(was_in_user);
    if ( calls[1].result != UNTOUCHED )
        expect_eq(calls[1].result, 0);
    expect_eq(evtchn_is_pending(send.port), calls[1].result != UNTOUCHED);
}

CASE("multicall: count is less than the list -> later elements not written")
{
    struct multicall_entry calls[3] = {
        { .op = __HYPERVISOR_xen_version, .args = { XENVER_version } },
        { .op = ~0ul, .result = UNTOUCHED },
        { .op = __HYPERVISOR_xen_version, .result = UNTOUCHED },
    };

    expect_ok(hypercall_multicall(calls, 2));
    expect_eq(calls[0].result,
              (unsigned long)hypercall_xen_version(XENVER_version, NULL));
    expect_eq((long)calls[1].result, -ENOSYS);
    expect_hex(calls[2].result, UNTOUCHED);
}

CASE("multicall: count is 0, list not mapped -> 0")
{
    expect_ok(hypercall_multicall(UNMAPPED_POINTER, 0));
}

CASE("multicall: second element not mapped -> -EFAULT, first element carried out")
{
    struct multicall_entry *calls =
        unmapped_page() - sizeof(struct multicall_entry);

    calls[0] = (struct multicall_entry) {
        .op = __HYPERVISOR_xen_version, .args = { XENVER_version },
    };
    expect_errno(hypercall_multicall(calls, 2), -EFAULT);
    expect_eq(calls[0].result,
              (unsigned long)hypercall_xen_version(XENVER_version, NULL));
}
