/*
 * The event word: which bits Xen changes, and when.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <xtf.h>

#define PENDING (1u << EVTCHN_FIFO_PENDING)
#define MASKED  (1u << EVTCHN_FIFO_MASKED)
#define LINKED  (1u << EVTCHN_FIFO_LINKED)

static event_word_t word(evtchn_port_t port)
{
    return ACCESS_ONCE(*evtchn_word(port));
}

static uint32_t ready(void)
{
    return ACCESS_ONCE(evtchn_control_block(0)->ready);
}

static bool upcall(void)
{
    return ACCESS_ONCE(this_vcpu_info()->evtchn_upcall_pending);
}

CASE_FIFO("send: event word MASKED -> PENDING set, not LINKED")
{
    long port = evtchn_bind_ipi(0);

    expect_hex(word(port), MASKED);
    require_ok(hypercall_evtchn_send(port));
    expect_hex(word(port), MASKED | PENDING);
    expect_hex(ready(), 0);
    expect_false(upcall());
}

CASE_FIFO("send: event word 0 -> PENDING and LINKED set, word 0 after delivery")
{
    long port = evtchn_bind_ipi(0);

    require_ok(evtchn_unmask(port));
    expect_hex(word(port), 0);
    require_ok(hypercall_evtchn_send(port));
    expect_hex(word(port), PENDING | LINKED);
    expect_hex(ready(), 1 << EVTCHN_FIFO_PRIORITY_DEFAULT);
    expect_true(upcall());

    evtchn_deliver();
    expect_delivered(port);
    expect_hex(word(port), 0);
}

CASE_FIFO("unmask: event word MASKED, PENDING -> PENDING and LINKED, upcall")
{
    long port = evtchn_bind_ipi(0);

    require_ok(hypercall_evtchn_send(port));
    require_ok(evtchn_unmask(port));
    expect_hex(word(port), PENDING | LINKED);
    expect_true(upcall());
}

CASE_FIFO("unmask: event word MASKED -> word 0, not ready, no upcall")
{
    long port = evtchn_bind_ipi(0);

    require_ok(evtchn_unmask(port));
    expect_hex(word(port), 0);
    expect_hex(ready(), 0);
    expect_false(upcall());
}

CASE_FIFO("send: event word PENDING, LINKED -> unchanged, no upcall")
{
    long port = evtchn_bind_ipi(0);

    require_ok(evtchn_unmask(port));
    require_ok(hypercall_evtchn_send(port));
    this_vcpu_info()->evtchn_upcall_pending = 0;
    require_ok(hypercall_evtchn_send(port));
    expect_hex(word(port), PENDING | LINKED);
    expect_false(upcall());
}

CASE_FIFO("send: event word LINKED -> PENDING set, no upcall")
{
    long port = evtchn_bind_ipi(0);

    require_ok(evtchn_unmask(port));
    require_ok(hypercall_evtchn_send(port));
    evtchn_clear(port);
    expect_hex(word(port), LINKED);
    this_vcpu_info()->evtchn_upcall_pending = 0;

    require_ok(hypercall_evtchn_send(port));
    expect_hex(word(port), PENDING | LINKED);
    expect_false(upcall());

    /* The port is still on its queue and delivered from there. */
    this_vcpu_info()->evtchn_upcall_pending = 1;
    evtchn_deliver();
    expect_delivered(port);
}

CASE_FIFO("mask: event word PENDING, LINKED -> taken off the queue, not delivered, linked again by unmask")
{
    long port = evtchn_bind_ipi(0);

    require_ok(evtchn_unmask(port));
    require_ok(hypercall_evtchn_send(port));
    evtchn_mask(port);
    expect_hex(word(port), PENDING | LINKED | MASKED);
    evtchn_deliver();
    expect_none_delivered();
    expect_hex(word(port), PENDING | MASKED);

    require_ok(evtchn_unmask(port));
    expect_hex(word(port), PENDING | LINKED);
    evtchn_deliver();
    expect_delivered(port);
}

CASE_FIFO("send: three ports of a queue -> LINK is the next port, 0 at the tail")
{
    long a = evtchn_bind_ipi(0), b = evtchn_bind_ipi(0);
    long c = evtchn_bind_ipi(0);
    const unsigned int q = EVTCHN_FIFO_PRIORITY_DEFAULT;

    require_ok(evtchn_unmask(a));
    require_ok(evtchn_unmask(b));
    require_ok(evtchn_unmask(c));

    require_ok(hypercall_evtchn_send(b));
    expect_hex(word(b), PENDING | LINKED);
    require_ok(hypercall_evtchn_send(c));
    expect_hex(word(b), PENDING | LINKED | c);
    expect_hex(word(c), PENDING | LINKED);
    require_ok(hypercall_evtchn_send(a));
    expect_hex(word(b), PENDING | LINKED | c);
    expect_hex(word(c), PENDING | LINKED | a);
    expect_hex(word(a), PENDING | LINKED);
    expect_eq(evtchn_control_block(0)->head[q], b);

    evtchn_deliver();
    expect_delivered(b, c, a);
}

CASE_FIFO("send: queue not empty -> head and ready bit unchanged, no upcall")
{
    long a = evtchn_bind_ipi(0), b = evtchn_bind_ipi(0);
    evtchn_fifo_control_block_t *cb = evtchn_control_block(0);
    const unsigned int q = EVTCHN_FIFO_PRIORITY_DEFAULT;

    require_ok(evtchn_unmask(a));
    require_ok(evtchn_unmask(b));
    require_ok(hypercall_evtchn_send(a));

    /* As a guest that took the ready bits and has not yet read the queue. */
    fetch_and(&cb->ready, 0);
    this_vcpu_info()->evtchn_upcall_pending = 0;

    require_ok(hypercall_evtchn_send(b));
    expect_eq(cb->head[q], a);
    expect_hex(cb->ready, 0);
    expect_false(upcall());
    expect_hex(word(a), PENDING | LINKED | b);

    fetch_or(&cb->ready, 1 << q);
    this_vcpu_info()->evtchn_upcall_pending = 1;
    evtchn_deliver();
    expect_delivered(a, b);
}

CASE_FIFO("send: queue empty -> no other event word or head is written")
{
    long port = evtchn_bind_ipi(0);
    static event_word_t was[EVTCHN_WORDS_PER_PAGE];
    evtchn_fifo_control_block_t want = *evtchn_control_block(0);

    require_ok(evtchn_unmask(port));
    memcpy(was, evtchn_word(0), sizeof(was));
    require_ok(hypercall_evtchn_send(port));

    was[port] = PENDING | LINKED;
    want.ready = 1 << EVTCHN_FIFO_PRIORITY_DEFAULT;
    want.head[EVTCHN_FIFO_PRIORITY_DEFAULT] = port;
    expect_mem(evtchn_word(0), was, sizeof(was));
    expect_mem(evtchn_control_block(0), &want, sizeof(want));
}

CASE_FIFO("close: event word PENDING, LINKED -> PENDING cleared, LINKED and LINK kept")
{
    long a = evtchn_bind_ipi(0), b = evtchn_bind_ipi(0);

    require_ok(evtchn_unmask(a));
    require_ok(evtchn_unmask(b));
    require_ok(hypercall_evtchn_send(a));
    require_ok(hypercall_evtchn_send(b));
    require_ok(hypercall_evtchn_close(a));
    expect_hex(word(a), LINKED | b);
    evtchn_deliver();
    expect_delivered(b);
}

CASE_FIFO("close: port on a queue -> number not reused until it is off the queue")
{
    long a = evtchn_bind_ipi(0), b;

    require_ok(evtchn_unmask(a));
    require_ok(hypercall_evtchn_send(a));
    require_ok(hypercall_evtchn_close(a));
    expect_port(a, PORT_CLOSED, 0);

    b = evtchn_bind_ipi(0);
    expect_true(b > a);

    evtchn_deliver();
    expect_none_delivered();
    expect_eq(evtchn_bind_ipi(0), a);
}

CASE_FIFO("close: tail of a queue -> next port is linked behind it, delivered")
{
    long a = evtchn_bind_ipi(0), b = evtchn_bind_ipi(0);
    long c = evtchn_bind_ipi(0);

    require_ok(evtchn_unmask(a));
    require_ok(evtchn_unmask(b));
    require_ok(evtchn_unmask(c));
    require_ok(hypercall_evtchn_send(a));
    require_ok(hypercall_evtchn_send(b));
    require_ok(hypercall_evtchn_close(b));
    require_ok(hypercall_evtchn_send(c));
    expect_hex(word(b), LINKED | c);
    evtchn_deliver();
    expect_delivered(a, c);
}

CASE_FIFO("close: only port of a queue -> next port becomes the head, delivered")
{
    long a = evtchn_bind_ipi(0), b = evtchn_bind_ipi(0);

    require_ok(evtchn_unmask(a));
    require_ok(evtchn_unmask(b));
    require_ok(hypercall_evtchn_send(a));
    require_ok(hypercall_evtchn_close(a));
    evtchn_deliver();
    expect_none_delivered();

    require_ok(hypercall_evtchn_send(b));
    expect_eq(evtchn_control_block(0)->head[EVTCHN_FIFO_PRIORITY_DEFAULT], b);
    evtchn_deliver();
    expect_delivered(b);
    expect_eq(evtchn_bind_ipi(0), a);
}

CASE_FIFO("send, unmask, close: guest overwrote the event word -> 0, ports of other queues delivered")
{
    static const event_word_t junk[] = {
        ~0u, ~MASKED, LINKED, LINKED | EVTCHN_FIFO_LINK_MASK,
        EVTCHN_FIFO_LINK_MASK, 1u << EVTCHN_FIFO_BUSY,
        PENDING | LINKED | 1, LINKED | (1u << EVTCHN_FIFO_BUSY),
    };
    unsigned int i;

    for ( i = 0; i < ARRAY_SIZE(junk); ++i )
    {
        long bad = evtchn_bind_ipi(0), good = evtchn_bind_ipi(0);

        /* On a queue of its own: the events of that queue are lost. */
        require_ok(evtchn_set_priority(bad, 9));
        require_ok(evtchn_unmask(bad));
        require_ok(hypercall_evtchn_send(bad));
        *evtchn_word(bad) = junk[i];
        expect_ok(hypercall_evtchn_send(bad));
        expect_ok(evtchn_unmask(bad));
        expect_ok(hypercall_evtchn_close(bad));

        *evtchn_word(bad) = MASKED;
        fetch_and(&evtchn_control_block(0)->ready, ~(1u << 9));
        require_ok(evtchn_unmask(good));
        require_ok(hypercall_evtchn_send(good));
        evtchn_deliver();
        expect_delivered(good);
        require_ok(hypercall_evtchn_close(good));
    }
}

CASE_FIFO("send: FIFO ABI in use -> bitmaps of the 2-level ABI not written")
{
    long port = evtchn_bind_ipi(0);

    require_ok(evtchn_unmask(port));
    require_ok(hypercall_evtchn_send(port));
    /* The toolstack's ports may have been raised by the 2-level ABI. */
    clear_bit(pv_console_port, shared_info.evtchn_pending);
    clear_bit(xenbus_port, shared_info.evtchn_pending);
    expect_fill(shared_info.evtchn_pending, 0,
                sizeof(shared_info.evtchn_pending));
    expect_fill(shared_info.evtchn_mask, 0xff,
                sizeof(shared_info.evtchn_mask));
    expect_hex(this_vcpu_info()->evtchn_pending_sel, 0);
}
