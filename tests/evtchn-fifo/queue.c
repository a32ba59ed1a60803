/*
 * Order of delivery: within a queue as raised, between queues by priority.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <xtf.h>

/* An unmasked port with priority @p priority. */
static long port_of(unsigned int priority)
{
    long port = evtchn_bind_ipi(0);

    evtchn_set_priority(port, priority);
    evtchn_unmask(port);

    return port;
}

CASE_FIFO("set_priority: port closed and reused -> default priority 7")
{
    long port = evtchn_bind_ipi(0);

    require_ok(evtchn_set_priority(port, 3));
    require_ok(hypercall_evtchn_close(port));
    expect_eq(evtchn_bind_ipi(0), port);
    require_ok(evtchn_unmask(port));
    require_ok(hypercall_evtchn_send(port));
    expect_hex(evtchn_control_block(0)->ready,
               1 << EVTCHN_FIFO_PRIORITY_DEFAULT);
    expect_eq(evtchn_control_block(0)->head[EVTCHN_FIFO_PRIORITY_DEFAULT],
              port);
}

CASE_FIFO("set_priority: each of 0 to 15 -> ready bit and head of that queue")
{
    evtchn_fifo_control_block_t *cb = evtchn_control_block(0);
    unsigned int p;

    for ( p = 0; p < EVTCHN_FIFO_MAX_QUEUES; ++p )
    {
        long port = port_of(p);

        require_ok(hypercall_evtchn_send(port));
        expect_hex(cb->ready, 1u << p);
        expect_eq(cb->head[p], port);
        evtchn_deliver();
        expect_delivered(port);
        expect_hex(cb->ready, 0);
    }
}

CASE_FIFO("queue order: ports of one priority -> delivered in the order of send")
{
    long a = port_of(7), b = port_of(7), c = port_of(7), d = port_of(7);

    require_ok(hypercall_evtchn_send(c));
    require_ok(hypercall_evtchn_send(a));
    require_ok(hypercall_evtchn_send(d));
    require_ok(hypercall_evtchn_send(b));
    evtchn_deliver();
    expect_delivered(c, a, d, b);
}

CASE_FIFO("queue order: first port sent again -> keeps its position")
{
    long a = port_of(7), b = port_of(7);

    require_ok(hypercall_evtchn_send(a));
    require_ok(hypercall_evtchn_send(b));
    require_ok(hypercall_evtchn_send(a));
    evtchn_deliver();
    expect_delivered(a, b);
}

CASE_FIFO("queue order: masked ports pending -> delivered in the order of unmask")
{
    long a = evtchn_bind_ipi(0), b = evtchn_bind_ipi(0);

    require_ok(hypercall_evtchn_send(a));
    require_ok(hypercall_evtchn_send(b));
    require_ok(evtchn_unmask(b));
    require_ok(evtchn_unmask(a));
    evtchn_deliver();
    expect_delivered(b, a);
}

CASE_FIFO("queue order: a port of each priority -> delivered from 0 to 15")
{
    long port[EVTCHN_FIFO_MAX_QUEUES];
    unsigned int p;

    for ( p = 0; p < EVTCHN_FIFO_MAX_QUEUES; ++p )
        port[p] = port_of(p);
    for ( p = EVTCHN_FIFO_MAX_QUEUES; p-- > 0; )
        require_ok(hypercall_evtchn_send(port[p]));

    expect_hex(evtchn_control_block(0)->ready, 0xffff);
    evtchn_deliver();

    expect_eq(evtchn_nr_logged, EVTCHN_FIFO_MAX_QUEUES);
    for ( p = 0; p < EVTCHN_FIFO_MAX_QUEUES; ++p )
        expect_eq(evtchn_log[p].port, port[p]);
}

CASE_FIFO("queue order: two ports of each of two priorities -> by priority, then as raised")
{
    long low1 = port_of(10), low2 = port_of(10);
    long high1 = port_of(2), high2 = port_of(2);

    require_ok(hypercall_evtchn_send(low2));
    require_ok(hypercall_evtchn_send(high2));
    require_ok(hypercall_evtchn_send(low1));
    require_ok(hypercall_evtchn_send(high1));
    evtchn_deliver();
    expect_delivered(high2, high1, low2, low1);
}

static void raise(evtchn_port_t port, void *arg)
{
    hypercall_evtchn_send(*(long *)arg);
}

CASE_FIFO("queue order: higher priority port raised in a handler -> delivered before the rest of the queue")
{
    long first = port_of(9), second = port_of(9), urgent = port_of(1);

    evtchn_handle(first, raise, &urgent);
    require_ok(hypercall_evtchn_send(first));
    require_ok(hypercall_evtchn_send(second));
    evtchn_deliver();
    expect_delivered(first, urgent, second);
}

CASE_FIFO("set_priority: port pending -> old queue this time, new queue next time")
{
    long port = port_of(7), other = port_of(5);

    require_ok(hypercall_evtchn_send(port));
    require_ok(evtchn_set_priority(port, 0));
    require_ok(hypercall_evtchn_send(other));
    expect_hex(evtchn_control_block(0)->ready, (1 << 7) | (1 << 5));
    evtchn_deliver();
    expect_delivered(other, port);

    require_ok(hypercall_evtchn_send(other));
    require_ok(hypercall_evtchn_send(port));
    expect_hex(evtchn_control_block(0)->ready, (1 << 5) | 1);
    evtchn_deliver();
    expect_delivered(port, other);
}

CASE_FIFO("set_priority: port was the tail of its old queue -> both queues deliver in order")
{
    long a = port_of(7), b = port_of(7), c = port_of(7);
    unsigned int i;

    for ( i = 0; i < 4; ++i )
    {
        require_ok(hypercall_evtchn_send(a));
        require_ok(hypercall_evtchn_send(b));
        evtchn_deliver();
        expect_delivered(a, b);

        /* Xen still has b as the tail of its old queue. */
        require_ok(evtchn_set_priority(b, 3));
        require_ok(hypercall_evtchn_send(b));
        require_ok(hypercall_evtchn_send(a));
        require_ok(hypercall_evtchn_send(c));
        evtchn_deliver();
        expect_delivered(b, a, c);

        require_ok(evtchn_set_priority(b, 7));
    }
}

CASE_FIFO("send: guest clears PENDING of the linked tail -> next port linked behind it, delivered")
{
    evtchn_fifo_control_block_t *cb = evtchn_control_block(0);
    long a = port_of(7), b = port_of(7);

    /* LINKED stays set when the guest clears PENDING. */
    require_ok(hypercall_evtchn_send(a));
    evtchn_clear(a);
    require_ok(hypercall_evtchn_send(b));
    expect_eq(cb->head[7], a);
    expect_eq(*evtchn_word(a) & EVTCHN_FIFO_LINK_MASK, b);
    evtchn_deliver();
    expect_delivered(b);

    /* Raised again while LINKED: the position in the queue is the same. */
    require_ok(hypercall_evtchn_send(a));
    evtchn_clear(a);
    require_ok(hypercall_evtchn_send(b));
    require_ok(hypercall_evtchn_send(a));
    evtchn_deliver();
    expect_delivered(a, b);
}

CASE_FIFO("queue order: 100 times 1 to 3 ports -> each delivered once, in order")
{
    long port[3] = { port_of(7), port_of(7), port_of(7) };
    unsigned int i, wrong = 0;

    for ( i = 0; i < 100; ++i )
    {
        unsigned int nr = i % 3 + 1, j;

        evtchn_log_clear();
        for ( j = 0; j < nr; ++j )
            require_ok(hypercall_evtchn_send(port[(i + j) % 3]));
        evtchn_deliver();

        wrong += evtchn_nr_logged != nr;
        for ( j = 0; j < nr; ++j )
            wrong += evtchn_log[j].port != port[(i + j) % 3];
    }

    expect_msg(!wrong, "%u deliveries out of order, expected 0", wrong);
}

CASE_FIFO("queue order: 200 ports sent in a shuffled order -> delivered in that order")
{
    static long port[200];
    unsigned int i, wrong = 0;

    for ( i = 0; i < ARRAY_SIZE(port); ++i )
        port[i] = port_of(7);

    /* 7 and 200 are coprime: every port is sent once. */
    for ( i = 0; i < ARRAY_SIZE(port); ++i )
        require_ok(hypercall_evtchn_send(port[i * 7 % ARRAY_SIZE(port)]));
    evtchn_deliver();

    expect_eq(evtchn_nr_logged, ARRAY_SIZE(port));
    for ( i = 0; i < ARRAY_SIZE(port); ++i )
        wrong += evtchn_log[i].port != port[i * 7 % ARRAY_SIZE(port)];
    expect_msg(!wrong, "%u deliveries out of order, expected 0", wrong);
}
