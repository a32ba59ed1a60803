/**
 * @file tests/evtchn-fifo/main.c
 * @ref test-evtchn-fifo
 *
 * @page test-evtchn-fifo Event channels: the FIFO ABI
 *
 * EVTCHNOP_init_control, expand_array and set_priority; the queues that Xen
 * links event words into, their order and priorities; and each bit of an event
 * word.  Xen and the guest change these words at the same time without a lock:
 * no event is lost only if each changes just the bits that the ABI allows.
 *
 * This file: the three operations.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <xtf.h>
#include <xtf/harness/needs.h>

#include <arch/mm.h>

const char test_title[] = "Event channels: the FIFO ABI";

#define BLOCK_SIZE sizeof(evtchn_fifo_control_block_t)

static union
{
    evtchn_fifo_control_block_t block;
    uint8_t bytes[PAGE_SIZE];
} control __page_aligned_bss;

static event_word_t words[EVTCHN_WORDS_PER_PAGE] __page_aligned_bss;

/* The domain still uses the 2-level ABI. */
#define expect_still_2l()                                               \
({                                                                      \
    long ipi_ = evtchn_bind_ipi(0);                                     \
                                                                        \
    expect_errno(evtchn_expand_array(virt_to_gfn(words)), -EOPNOTSUPP); \
    expect_errno(evtchn_set_priority(ipi_, 0), -ENOSYS);                \
    evtchn_unmask(ipi_);                                                \
    hypercall_evtchn_send(ipi_);                                        \
    evtchn_deliver();                                                   \
    expect_delivered(ipi_);                                             \
})

/* Leave the 2-level ABI, with a control block in @control; @words is masked. */
static int switch_to_fifo(unsigned int offset)
{
    unsigned int i;

    memset(&control, 0, sizeof(control));
    for ( i = 0; i < ARRAY_SIZE(words); ++i )
        words[i] = 1u << EVTCHN_FIFO_MASKED;

    return evtchn_init_control(virt_to_gfn(&control), offset, 0);
}

CASE_2L("init_control: success -> link_bits is 17, no other field is written")
{
    struct {
        struct evtchn_init_control op;
        uint8_t after[16];
    } arg;

    need_fifo_offered();
    memset(&arg, 0x5a, sizeof(arg));
    arg.op.control_gfn = virt_to_gfn(&control);
    arg.op.offset = 0;
    arg.op.vcpu = 0;

    require_ok(hypercall_event_channel_op(EVTCHNOP_init_control, &arg.op));
    expect_eq(arg.op.link_bits, EVTCHN_FIFO_LINK_BITS);
    expect_eq(arg.op.control_gfn, virt_to_gfn(&control));
    expect_eq(arg.op.offset, 0);
    expect_eq(arg.op.vcpu, 0);
    expect_fill(arg.op._pad, 0x5a, sizeof(arg.op._pad));
    expect_fill(arg.after, 0x5a, sizeof(arg.after));
}

CASE_2L("init_control: several offsets -> control block used at that offset")
{
    static const unsigned int offsets[] = { 0, 8, 2048, PAGE_SIZE - 72 };
    unsigned int i;

    need_fifo_offered();
    BUILD_BUG_ON(BLOCK_SIZE != 72);

    for ( i = 0; i < ARRAY_SIZE(offsets); ++i )
    {
        evtchn_fifo_control_block_t *block = _p(&control.bytes[offsets[i]]);
        long port;

        require_ok(evtchn_start(EVTCHN_2L));
        require_ok(switch_to_fifo(offsets[i]));
        require_ok(evtchn_expand_array(virt_to_gfn(words)));
        port = evtchn_bind_ipi(0);
        words[port] = 0;
        require_ok(hypercall_evtchn_send(port));

        expect_hex(block->ready, 1 << EVTCHN_FIFO_PRIORITY_DEFAULT);
        expect_eq(block->head[EVTCHN_FIFO_PRIORITY_DEFAULT], port);
        expect_fill(control.bytes, 0, offsets[i]);
        expect_fill(control.bytes + offsets[i] + BLOCK_SIZE, 0,
                    PAGE_SIZE - BLOCK_SIZE - offsets[i]);
    }
}

CASE_2L("init_control: offset not a multiple of 8 -> -EINVAL")
{
    unsigned int offset;

    need_fifo_offered();
    for ( offset = 1; offset < 8; ++offset )
    {
        expect_ev_error(switch_to_fifo(offset), -EINVAL);
        expect_ev_error(switch_to_fifo(16 + offset), -EINVAL);
    }
    expect_still_2l();
}

CASE_2L("init_control: control block exceeds its page -> -EINVAL")
{
    need_fifo_offered();
    expect_ev_error(switch_to_fifo(PAGE_SIZE - BLOCK_SIZE + 8), -EINVAL);
    expect_ev_error(switch_to_fifo(PAGE_SIZE), -EINVAL);
    expect_ev_error(switch_to_fifo(0xfffffff8), -EINVAL);
    expect_still_2l();
}

CASE_2L("init_control: vCPU does not exist -> -ENOENT")
{
    need_fifo_offered();
    expect_ev_error(evtchn_init_control(virt_to_gfn(&control), 0,
                                       smp_nr_vcpus()), -ENOENT);
    expect_ev_error(evtchn_init_control(virt_to_gfn(&control), 0, ~0u),
                   -ENOENT);
    expect_still_2l();
}

CASE_2L("init_control: invalid GFN -> -EINVAL")
{
    need_fifo_offered();
    expect_ev_error(evtchn_init_control(~0ull >> PAGE_SHIFT, 0, 0), -EINVAL);
    expect_ev_error(evtchn_init_control(~0ull, 0, 0), -EINVAL);
    expect_still_2l();
}

CASE_2L("init_control: PV, frame cannot be mapped writable -> -EINVAL")
{
    need_fifo_offered();
#ifdef CONFIG_PV
    expect_ev_error(evtchn_init_control(virt_to_gfn(gdt), 0, 0), -EINVAL);
    expect_still_2l();
#else
    skip_case("needs a PV guest: its GDT cannot be mapped writable");
#endif
}

CASE_2L("init_control: argument at an unmapped address -> -EFAULT")
{
    need_fifo_offered();
    expect_ev_error(hypercall_event_channel_op(EVTCHNOP_init_control,
                                              UNMAPPED_POINTER), -EFAULT);
    expect_still_2l();
}

CASE_FIFO("init_control: vCPU already has a control block -> -EINVAL")
{
    long port = evtchn_bind_ipi(0);

    const unsigned int last = smp_usable_vcpus() - 1;

    memset(&control, 0, sizeof(control));
    expect_ev_error(evtchn_init_control(virt_to_gfn(&control), 0, 0), -EINVAL);
    expect_ev_error(evtchn_init_control(virt_to_gfn(&control), 0, last),
                    -EINVAL);

    /* Also if it names the control block in use. */
    expect_ev_error(evtchn_init_control(
                        virt_to_gfn(evtchn_control_block(0)), 0, 0), -EINVAL);

    require_ok(hypercall_evtchn_send(port));
    require_ok(evtchn_unmask(port));
    expect_fill(control.bytes, 0, sizeof(control));
    evtchn_deliver();
    expect_delivered(port);
}

CASE_2L("init_control: vCPUs in descending order -> each vCPU uses its own control block")
{
    const unsigned int nr = smp_usable_vcpus();
    unsigned int vcpu;
    long port;

    need_fifo_offered();
    memset(&control, 0, sizeof(control));
    memset(words, 0, sizeof(words));
    evtchn_mask_toolstacks(words);
    for ( vcpu = nr; vcpu-- > 0; )
        require_ok(evtchn_init_control(virt_to_gfn(&control),
                                       vcpu * BLOCK_SIZE, vcpu));
    require_ok(evtchn_expand_array(virt_to_gfn(words)));

    for ( vcpu = 0; vcpu < nr; ++vcpu )
    {
        const evtchn_fifo_control_block_t *block =
            _p(control.bytes + vcpu * BLOCK_SIZE);

        port = evtchn_bind_ipi(vcpu);
        require_ok(hypercall_evtchn_send(port));
        expect_hex(block->ready, 1 << EVTCHN_FIFO_PRIORITY_DEFAULT);
        expect_eq(block->head[EVTCHN_FIFO_PRIORITY_DEFAULT], port);
        expect_true(xtf_vcpu_info[vcpu]->evtchn_upcall_pending);
    }
    expect_fill(control.bytes + nr * BLOCK_SIZE, 0,
                PAGE_SIZE - nr * BLOCK_SIZE);
}

/*
 * Xen remembers for good which ports were raised without an event word, and
 * raises them with each page of words.  The cases from here on raise some; this
 * one by the 2-level ABI.
 */
#undef XTF_CASE_STAGE
#define XTF_CASE_STAGE 1

CASE_2L("init_control: ports open and pending -> still open and pending")
{
    long quiet = evtchn_bind_ipi(0), loud = evtchn_bind_ipi(0);
    long masked = evtchn_bind_ipi(0);

    need_fifo_offered();
    require_ok(hypercall_evtchn_send(loud));
    require_ok(hypercall_evtchn_send(masked));
    require_ok(switch_to_fifo(0));
    expect_port(quiet, PORT_IPI, 0);
    expect_port(loud, PORT_IPI, 0);

    words[quiet] = words[loud] = 0;
    require_ok(evtchn_expand_array(virt_to_gfn(words)));

    expect_hex(words[quiet], 0);
    expect_hex(words[masked], (1u << EVTCHN_FIFO_MASKED) |
               (1u << EVTCHN_FIFO_PENDING));
    expect_hex(words[loud], (1u << EVTCHN_FIFO_PENDING) |
               (1u << EVTCHN_FIFO_LINKED));
    expect_eq(control.block.head[EVTCHN_FIFO_PRIORITY_DEFAULT], loud);
    expect_true(this_vcpu_info()->evtchn_upcall_pending);
}

#undef XTF_CASE_STAGE
#define XTF_CASE_STAGE 2

CASE_2L("expand_array: port raised before its event word exists -> raised now")
{
    long port = evtchn_bind_ipi(0);

    need_fifo_offered();
    require_ok(switch_to_fifo(0));
    words[port] = 0;
    require_ok(hypercall_evtchn_send(port));
    expect_false(this_vcpu_info()->evtchn_upcall_pending);

    require_ok(evtchn_expand_array(virt_to_gfn(words)));
    expect_hex(words[port], (1u << EVTCHN_FIFO_PENDING) |
               (1u << EVTCHN_FIFO_LINKED));
    expect_hex(control.block.ready, 1 << EVTCHN_FIFO_PRIORITY_DEFAULT);
    expect_true(this_vcpu_info()->evtchn_upcall_pending);
}

CASE_2L("send, unmask, poll, close: port without an event word -> 0")
{
    long port = evtchn_bind_ipi(0);
    struct sched_poll op = {
        .ports = (evtchn_port_t []){ port }, .nr_ports = 1,
        .timeout = time_now() + MILLISECONDS(1),
    };

    need_fifo_offered();
    require_ok(switch_to_fifo(0));
    expect_ok(hypercall_evtchn_send(port));
    expect_ok(evtchn_unmask(port));
    expect_ok(hypercall_sched_op(SCHEDOP_poll, &op));
    expect_ok(hypercall_evtchn_close(port));
    expect_port(port, PORT_CLOSED, 0);
}

CASE_FIFO("expand_array: second page -> ports beyond the first page are delivered")
{
    /* The first call of xtf_get_domid() takes a port. */
    const int self = xtf_get_domid();
    long port;

    require_ok(evtchn_add_words());
    do
        port = evtchn_bind_ipi(0);
    while ( port > 0 && port <= EVTCHN_WORDS_PER_PAGE );
    if ( port == -ENOSPC && self )
        skip_case("needs more ports: event_channels in the xl.cfg");
    require_eq(port, EVTCHN_WORDS_PER_PAGE + 1);

    require_ok(evtchn_unmask(port));
    require_ok(evtchn_unmask(port - 1));
    require_ok(evtchn_unmask(port - 2));
    require_ok(hypercall_evtchn_send(port));
    require_ok(hypercall_evtchn_send(port - 2));
    require_ok(hypercall_evtchn_send(port - 1));
    evtchn_deliver();
    expect_delivered(port, port - 2, port - 1);
}

CASE_FIFO("expand_array: ports beyond the first page raised before it -> raised now")
{
    const event_word_t linked = (1u << EVTCHN_FIFO_PENDING) |
        (1u << EVTCHN_FIFO_LINKED);
    const int self = xtf_get_domid();
    long port;

    do
        port = evtchn_bind_ipi(0);
    while ( port > 0 && port <= EVTCHN_WORDS_PER_PAGE );
    if ( port == -ENOSPC && self )
        skip_case("needs more ports: event_channels in the xl.cfg");
    require_eq(port, EVTCHN_WORDS_PER_PAGE + 1);

    memset(words, 0, sizeof(words));
    require_ok(hypercall_evtchn_send(port - 1));
    require_ok(hypercall_evtchn_send(port));
    require_ok(evtchn_unmask(port));
    expect_false(this_vcpu_info()->evtchn_upcall_pending);
    expect_hex(evtchn_control_block(0)->ready, 0);

    require_ok(evtchn_expand_array(virt_to_gfn(words)));
    expect_hex(words[0], linked | port);
    expect_hex(words[1], linked);
    expect_eq(evtchn_control_block(0)->head[EVTCHN_FIFO_PRIORITY_DEFAULT],
              port - 1);
}

CASE_FIFO("expand_array: invalid GFN -> -EINVAL")
{
    expect_ev_error(evtchn_expand_array(~0ull >> PAGE_SHIFT), -EINVAL);
    expect_ev_error(evtchn_expand_array(~0ull), -EINVAL);

    /* The failed call used up no page of the array. */
    require_ok(evtchn_expand_array(virt_to_gfn(words)));
}

CASE_FIFO("expand_array: PV, frame cannot be mapped writable -> -EINVAL")
{
#ifdef CONFIG_PV
    expect_ev_error(evtchn_expand_array(virt_to_gfn(gdt)), -EINVAL);
#else
    skip_case("needs a PV guest: its GDT cannot be mapped writable");
#endif
}

CASE_FIFO("expand_array: pages for all 131072 ports, a further page -> 0, -ENOSPC")
{
    const unsigned int pages = EVTCHN_FIFO_NR_CHANNELS / EVTCHN_WORDS_PER_PAGE;
    unsigned int i;

    /* evtchn_start() has added the first page. */
    for ( i = 1; i < pages; ++i )
        require_ok(evtchn_expand_array(virt_to_gfn(words)));

    expect_ev_error(evtchn_expand_array(virt_to_gfn(words)), -ENOSPC);
}

CASE_FIFO("expand_array: argument at an unmapped address -> -EFAULT")
{
    expect_ev_error(hypercall_event_channel_op(EVTCHNOP_expand_array,
                                              UNMAPPED_POINTER), -EFAULT);
}

CASE_FIFO("set_priority: priority 0 to 15, above 15 -> 0, -EINVAL")
{
    long port = evtchn_bind_ipi(0);
    unsigned int priority;

    for ( priority = 0; priority < EVTCHN_FIFO_MAX_QUEUES; ++priority )
        expect_ok(evtchn_set_priority(port, priority));

    expect_ev_error(evtchn_set_priority(port, EVTCHN_FIFO_MAX_QUEUES), -EINVAL);
    expect_ev_error(evtchn_set_priority(port, 255), -EINVAL);
    expect_ev_error(evtchn_set_priority(port, ~0u), -EINVAL);

    /* The failed calls have not changed the priority. */
    require_ok(evtchn_unmask(port));
    require_ok(hypercall_evtchn_send(port));
    expect_hex(evtchn_control_block(0)->ready, 1 << 15);
}

CASE_FIFO("set_priority: port closed or 0 -> -EACCES")
{
    long port = evtchn_bind_ipi(0);

    require_ok(hypercall_evtchn_close(port));
    expect_ev_error(evtchn_set_priority(port, 3), -EACCES);
    expect_ev_error(evtchn_set_priority(0, 3), -EACCES);
}

CASE_FIFO("set_priority: port out of range -> -EINVAL")
{
    expect_ev_error(evtchn_set_priority(EVTCHN_FIFO_NR_CHANNELS, 3), -EINVAL);
    expect_ev_error(evtchn_set_priority(~0u, 3), -EINVAL);
}

CASE_FIFO("set_priority: argument at an unmapped address -> -EFAULT")
{
    expect_ev_error(hypercall_event_channel_op(EVTCHNOP_set_priority,
                                              UNMAPPED_POINTER), -EFAULT);
}
