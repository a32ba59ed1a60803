/*
 * Order: within a queue as raised, between queues by priority.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <xtf.h>

/* An unmasked port of this priority. */
static long port_of(unsigned int priority)
{
    long port = evtchn_bind_ipi(0);

    evtchn_set_priority(port, priority);
    evtchn_unmask(port);

    return port;
}

CASE_FIFO("queue: a new port's is 7, and so is that of one used again")
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

CASE_FIFO("queue: each priority has its own ready bit and head")
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

CASE_FIFO("order: as raised, not by number")
{
    long a = port_of(7), b = port_of(7), c = port_of(7), d = port_of(7);

    require_ok(hypercall_evtchn_send(c));
    require_ok(hypercall_evtchn_send(a));
    require_ok(hypercall_evtchn_send(d));
    require_ok(hypercall_evtchn_send(b));
    evtchn_deliver();
    expect_delivered(c, a, d, b);
}

CASE_FIFO("order: raised again at the front does not move to the back")
{
    long a = port_of(7), b = port_of(7);

    require_ok(hypercall_evtchn_send(a));
    require_ok(hypercall_evtchn_send(b));
    require_ok(hypercall_evtchn_send(a));
    evtchn_deliver();
    expect_delivered(a, b);
}

CASE_FIFO("order: as unmasked, if that raises them")
{
    long a = evtchn_bind_ipi(0), b = evtchn_bind_ipi(0);

    require_ok(hypercall_evtchn_send(a));
    require_ok(hypercall_evtchn_send(b));
    require_ok(evtchn_unmask(b));
    require_ok(evtchn_unmask(a));
    evtchn_deliver();
    expect_delivered(b, a);
}

CASE_FIFO("order: all sixteen priorities, the most urgent first")
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

CASE_FIFO("order: by priority, then as raised")
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

CASE_FIFO("order: something urgent from a handler goes ahead of the queue")
{
    long first = port_of(9), second = port_of(9), urgent = port_of(1);

    evtchn_handle(first, raise, &urgent);
    require_ok(hypercall_evtchn_send(first));
    require_ok(hypercall_evtchn_send(second));
    evtchn_deliver();
    expect_delivered(first, urgent, second);
}

CASE_FIFO("priority: changed while pending, counts from the next time")
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

CASE_FIFO("priority: the tail of a queue changes over, and both queues hold")
{
    long a = port_of(7), b = port_of(7), c = port_of(7);
    unsigned int i;

    for ( i = 0; i < 4; ++i )
    {
        require_ok(hypercall_evtchn_send(a));
        require_ok(hypercall_evtchn_send(b));
        evtchn_deliver();
        expect_delivered(a, b);

        /* b was the last of its queue, which Xen remembers. */
        require_ok(evtchn_set_priority(b, 3));
        require_ok(hypercall_evtchn_send(b));
        require_ok(hypercall_evtchn_send(a));
        require_ok(hypercall_evtchn_send(c));
        evtchn_deliver();
        expect_delivered(b, a, c);

        require_ok(evtchn_set_priority(b, 7));
    }
}

CASE_FIFO("queue: its last event taken back by the guest, it still holds")
{
    evtchn_fifo_control_block_t *cb = evtchn_control_block(0);
    long a = port_of(7), b = port_of(7);

    /* Linked, though nothing is pending there any more. */
    require_ok(hypercall_evtchn_send(a));
    evtchn_clear(a);
    require_ok(hypercall_evtchn_send(b));
    expect_eq(cb->head[7], a);
    expect_eq(*evtchn_word(a) & EVTCHN_FIFO_LINK_MASK, b);
    evtchn_deliver();
    expect_delivered(b);

    /* Pending again, it has the place it had. */
    require_ok(hypercall_evtchn_send(a));
    evtchn_clear(a);
    require_ok(hypercall_evtchn_send(b));
    require_ok(hypercall_evtchn_send(a));
    evtchn_deliver();
    expect_delivered(a, b);
}

CASE_FIFO("queue: emptied and filled, a hundred times")
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

    expect_eq(wrong, 0);
}

CASE_FIFO("queue: two hundred ports in a row keep their order")
{
    static long port[200];
    unsigned int i, wrong = 0;

    for ( i = 0; i < ARRAY_SIZE(port); ++i )
        port[i] = port_of(7);

    /* 7 and 200 have no factor in common: a fixed shuffle. */
    for ( i = 0; i < ARRAY_SIZE(port); ++i )
        require_ok(hypercall_evtchn_send(port[i * 7 % ARRAY_SIZE(port)]));
    evtchn_deliver();

    expect_eq(evtchn_nr_logged, ARRAY_SIZE(port));
    for ( i = 0; i < ARRAY_SIZE(port); ++i )
        wrong += evtchn_log[i].port != port[i * 7 % ARRAY_SIZE(port)];
    expect_eq(wrong, 0);
}
