/*
 * Hypercalls from user mode: -EPERM for an HVM guest, and no hypercall at all
 * for a PV guest.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <xtf.h>

#include <arch/traps.h>

#include <xen/hvm/hvm_op.h>

/* What user mode calls with, and finds: in memory that it may access. */
struct user_call
{
    unsigned long nr, args[3];
};

static struct
{
    struct user_call call;
    union {
        struct evtchn_send send;
        struct evtchn_alloc_unbound alloc;
        struct gnttab_query_size size;
        struct xen_feature_info features;
        uint8_t bytes[64];
    } op;
} user __user_data = { .call = { .nr = 1 } };

#ifdef CONFIG_64BIT
#define USER_CALL(name, instruction)                                    \
static __user_text unsigned long name(unsigned long arg)                \
{                                                                       \
    struct user_call *c = _p(arg);                                      \
    register unsigned long a1 asm ("rdi") = c->args[0];                 \
    register unsigned long a2 asm ("rsi") = c->args[1];                 \
    register unsigned long a3 asm ("rdx") = c->args[2];                 \
    unsigned long res = c->nr;                                          \
                                                                        \
    asm volatile (instruction                                           \
                  : "+a" (res), "+r" (a1), "+r" (a2), "+r" (a3)         \
                  :: "rcx", "r8", "r9", "r10", "r11", "memory");        \
    return res;                                                         \
}
#else
#define USER_CALL(name, instruction)                                    \
static __user_text unsigned long name(unsigned long arg)                \
{                                                                       \
    struct user_call *c = _p(arg);                                      \
    unsigned long a1 = c->args[0], a2 = c->args[1], a3 = c->args[2];    \
    unsigned long res = c->nr;                                          \
                                                                        \
    asm volatile (instruction                                           \
                  : "+a" (res), "+b" (a1), "+c" (a2), "+d" (a3)         \
                  :: "memory");                                         \
    return res;                                                         \
}
#endif

#ifdef CONFIG_HVM
USER_CALL(user_vmcall, "vmcall")
USER_CALL(user_vmmcall, "vmmcall")

#ifdef CONFIG_64BIT
/* The same as 32-bit code, with the argument where exec_user_stub has it. */
#define USER_CALL32(name, instruction)                                  \
extern unsigned long name(unsigned long arg);                           \
asm (".pushsection .text.user, \"ax\", @progbits\n"                     \
     #name ":\n"                                                        \
     ".code32\n"                                                        \
     "push %ebx\n"                                                      \
     "mov (%edi), %eax\n"                                               \
     "mov 8(%edi), %ebx\n"                                              \
     "mov 16(%edi), %ecx\n"                                             \
     "mov 24(%edi), %edx\n"                                             \
     instruction "\n"                                                   \
     "pop %ebx\n"                                                       \
     "ret\n"                                                            \
     ".code64\n"                                                        \
     ".popsection")

USER_CALL32(user_vmcall32, "vmcall");
USER_CALL32(user_vmmcall32, "vmmcall");
#endif

/* The instruction that the hypercall page has. */
static unsigned long (*user_hypercall(void))(unsigned long)
{
    const uint8_t *entry = hypercall_page + __HYPERVISOR_xen_version * 32;

    const bool vmcall = entry[7] == 0xc1;

#ifdef CONFIG_64BIT
    if ( exec_user_cs == __USER_CS32 )
        return vmcall ? user_vmcall32 : user_vmmcall32;
#endif

    return vmcall ? user_vmcall : user_vmmcall;
}

#else /* CONFIG_PV */

static unsigned int kernel_entered;

#ifdef CONFIG_64BIT
/* SYSCALL from user mode enters the guest's kernel. */
USER_CALL(user_syscall, "syscall")

void do_syscall(struct cpu_regs *regs)
{
    kernel_entered++;
}

static unsigned long (*user_hypercall(void))(unsigned long)
{
    return user_syscall;
}
#else
/*
 * The gate for INT $0x82 is for the guest's kernel: #GP.  QEMU before 8.0 names
 * another vector in the error code, for which Xen enters behind the instruction.
 */
USER_CALL(user_int82, "1: int $0x82; 2: nop; 3:"
          _ASM_EXTABLE_HANDLER(1b, 3b, count_fault)
          _ASM_EXTABLE_HANDLER(2b, 3b, count_fault))

static bool __used count_fault(struct cpu_regs *regs,
                               const struct extable_entry *ex)
{
    kernel_entered++;
    regs->ip = ex->fixup;

    return true;
}

static unsigned long (*user_hypercall(void))(unsigned long)
{
    return user_int82;
}
#endif
#endif

/* A hypercall from user mode has no result but this, and no effect. */
static void expect_refused(const char *what, unsigned int nr, unsigned long a1,
                           unsigned long a2, unsigned long a3)
{
    const uint32_t before = evtchn_fingerprint();
    uint8_t op[sizeof(user.op)];
    long rc;

    memcpy(op, &user.op, sizeof(op));
    user.call = (struct user_call){ nr, { a1, a2, a3 } };

#ifdef CONFIG_HVM
    rc = exec_user_param(user_hypercall(), _u(&user.call));
    /* 32-bit code sees EAX. */
    if ( exec_user_cs == __USER_CS32 )
        rc = (int32_t)rc;
    expect_msg(rc == -EPERM, "%s from user mode is %ld, expected -EPERM (%d)",
               what, rc, -EPERM);
#else
    kernel_entered = 0;
    rc = exec_user_param(user_hypercall(), _u(&user.call));
    expect_msg(kernel_entered == 1,
               "%s from user mode does not enter the guest's kernel", what);
    expect_msg(rc == (long)nr, "%s from user mode changed %%eax to %ld", what,
               rc);
#endif

    expect_msg(!memcmp(op, &user.op, sizeof(op)),
               "%s from user mode wrote its output", what);
    expect_msg(before == evtchn_fingerprint(),
               "%s from user mode changed a port", what);
}

static void refuse_all(void)
{
    long port;

    require_ok(evtchn_start(EVTCHN_2L));
    port = evtchn_bind_ipi(0);
    require_msg(port > 0, "EVTCHNOP_bind_ipi is %ld, expected a port", port);

    expect_refused("xen_version", __HYPERVISOR_xen_version, XENVER_version, 0,
                   0);

    user.op.send.port = port;
    expect_refused("EVTCHNOP_send", __HYPERVISOR_event_channel_op,
                   EVTCHNOP_send, _u(&user.op), 0);

    user.op.alloc = (struct evtchn_alloc_unbound){ DOMID_SELF, DOMID_SELF,
                                                   0x5a5a };
    expect_refused("EVTCHNOP_alloc_unbound", __HYPERVISOR_event_channel_op,
                   EVTCHNOP_alloc_unbound, _u(&user.op), 0);

    user.op.size = (struct gnttab_query_size){ .dom = DOMID_SELF,
                                               .status = 0x5a5a };
    expect_refused("GNTTABOP_query_size", __HYPERVISOR_grant_table_op,
                   GNTTABOP_query_size, _u(&user.op), 1);

    user.op.features = (struct xen_feature_info){ 0, 0x5a5a };
    expect_refused("XENVER_get_features", __HYPERVISOR_xen_version,
                   XENVER_get_features, _u(&user.op), 0);

    expect_refused("argo_op", __HYPERVISOR_argo_op, 1, 0, 0);
    expect_refused("SCHEDOP_shutdown", __HYPERVISOR_sched_op, SCHEDOP_shutdown,
                   _u(&user.op), 0);
    expect_refused("hvm_op", __HYPERVISOR_hvm_op, HVMOP_flush_tlbs, 0, 0);
    expect_refused("hypercall 63", 63, 0, 0, 0);
    expect_refused("hypercall 0x1000", 0x1000, 0, 0, 0);
    expect_refused("hypercall 0xffffffff", ~0u, 0, 0, 0);
}

#ifdef CONFIG_HVM

CASE("user mode: hypercall by VMCALL or VMMCALL -> -EPERM, no effect")
{
    refuse_all();
}

#ifdef CONFIG_64BIT
static void restore_user_cs(void *arg)
{
    exec_user_cs = __USER_CS;
}

CASE("user mode, 32-bit code segment: hypercall by VMCALL or VMMCALL -> -EPERM, no effect")
{
    exec_user_cs = __USER_CS32;
    xtf_case_cleanup(restore_user_cs, NULL);
    refuse_all();
}
#endif

#else

CASE("user mode: hypercall by SYSCALL (64-bit) or INT 0x82 -> enters the guest's kernel")
{
    refuse_all();
}

#endif
