/**
 * @file tests/evtchn-race/main.c
 * @ref test-evtchn-race
 *
 * @page test-evtchn-race Event channels: races between vCPUs
 *
 * Several vCPUs send, poll, block, mask, rebind, bind and reset at the same
 * time, many times over.  Xen changes a port, an event word or the state of a
 * blocking vCPU in several steps: an event that is raised between two steps
 * must not be lost, and no port must be bound twice.
 *
 * A pass is no proof: the test may not have hit the critical moment.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <xtf.h>
#include <xtf/harness/needs.h>
#include <xtf/harness/race.h>

#include <arch/irqflags.h>

const char test_title[] = "Event channels: races between vCPUs";

/* Far longer than any step takes on a busy host. */
#define PATIENCE SECONDS(20)

static volatile unsigned int stop;

static void deliver_here(void *arg)
{
    evtchn_deliver();
}

#define ROUNDS 100

static volatile unsigned int answered;

/* Wait for an event on the port and send one back, ROUNDS times. */
static void answer(void *arg)
{
    const evtchn_port_t port = *(evtchn_port_t *)arg;

    for ( answered = 0; answered < ROUNDS; answered++ )
    {
        if ( !evtchn_wait(port, PATIENCE) )
            break;

        evtchn_clear(port);
        hypercall_evtchn_send(port);
    }
}

EVTCHN_CASE("poll race: event raised just before the poll -> no lost wakeup")
{
    evtchn_port_t a, b;
    unsigned int i;

    need_vcpus(2);
    require_ok(evtchn_loopback(&a, &b));
    require_ok(evtchn_bind_vcpu(b, 1));
    require_ok(race_start(1, answer, &b, NULL));

    for ( i = 0; i < ROUNDS; ++i )
    {
        hypercall_evtchn_send(a);
        if ( !evtchn_wait(a, PATIENCE) )
            break;
        evtchn_clear(a);
    }

    smp_wait(1);
    expect_eq(i, ROUNDS);
    expect_eq(answered, ROUNDS);
}

static volatile unsigned int nr_taken, blocker_ended;

static void count_and_answer(evtchn_port_t port, void *arg)
{
    nr_taken++;
    hypercall_evtchn_send(port);
}

/* Block until the event with this number was delivered. */
static void sleep_until(unsigned int nr)
{
    while ( nr_taken < nr )
        evtchn_sleep();
}

static void block_and_answer(void *arg)
{
    unsigned int i;

    for ( i = 1; i <= ROUNDS; ++i )
        sleep_until(i);
    blocker_ended = 1;
}

EVTCHN_CASE("block race: event raised just before the block -> no lost wakeup")
{
    evtchn_port_t a, b;
    unsigned int i;

    need_vcpus(2);
    require_ok(evtchn_loopback(&a, &b));
    require_ok(evtchn_bind_vcpu(b, 1));
    evtchn_handle(b, count_and_answer, NULL);
    require_ok(evtchn_unmask(b));
    nr_taken = blocker_ended = 0;
    require_ok(race_start(1, block_and_answer, NULL, NULL));

    for ( i = 0; i < ROUNDS; ++i )
    {
        hypercall_evtchn_send(a);
        if ( !evtchn_wait(a, PATIENCE) )
            break;
        evtchn_clear(a);
    }

    expect_eq(i, ROUNDS);
    expect_eq(nr_taken, ROUNDS);
    if ( expect_true(smp_wait_for(&blocker_ended)) )
        smp_wait(1);
}

static volatile unsigned int nr_sent, nr_seen;

static void send_and_count(void *arg)
{
    while ( !stop )
    {
        nr_sent++;
        hypercall_evtchn_send(*(long *)arg);
    }
}

static void see(evtchn_port_t port, void *arg)
{
    nr_seen = nr_sent;
}

EVTCHN_CASE("unmask race: mask and unmask while another vCPU sends -> last event delivered")
{
    unsigned int i;
    long port;

    need_vcpus(2);
    port = evtchn_bind_ipi(0);
    evtchn_handle(port, see, NULL);
    stop = nr_sent = nr_seen = 0;
    require_ok(race_start(1, send_and_count, &port, &stop));
    require_true(smp_wait_for(&nr_sent));

    for ( i = 0; i < ROUNDS; ++i )
    {
        require_ok(evtchn_unmask(port));
        evtchn_deliver();
        evtchn_mask(port);
        evtchn_deliver();
    }

    stop = 1;
    smp_wait(1);
    require_ok(evtchn_unmask(port));
    evtchn_deliver();
    expect_eq(nr_seen, nr_sent);
    expect_false(evtchn_is_pending(port));
}

static void mask_and_unmask(void *arg)
{
    const long *port = arg;

    while ( !stop )
    {
        evtchn_mask(*port);
        evtchn_unmask(*port);
        nr_sent++;
    }
}

#define BUSY (1u << EVTCHN_FIFO_BUSY)

CASE_FIFO("send race: another vCPU masks and unmasks the queue's tail -> LINK set, both delivered")
{
    long first, second;
    unsigned int i, wrong = 0, busy = 0;

    need_vcpus(2);
    first = evtchn_bind_ipi(0);
    second = evtchn_bind_ipi(0);
    require_ok(evtchn_unmask(second));
    stop = nr_sent = 0;
    require_ok(race_start(1, mask_and_unmask, &first, &stop));
    require_true(smp_wait_for(&nr_sent));

    for ( i = 0; i < ROUNDS && !wrong; ++i )
    {
        const uint64_t deadline = time_now() + PATIENCE;
        event_word_t word;

        /* This send or the other vCPU's unmask links it, at the head. */
        hypercall_evtchn_send(first);
        while ( !((word = ACCESS_ONCE(*evtchn_word(first))) &
                  (1u << EVTCHN_FIFO_LINKED)) && time_now() < deadline )
            hypercall_yield();

        hypercall_evtchn_send(second);
        word = ACCESS_ONCE(*evtchn_word(first));
        wrong += (word & EVTCHN_FIFO_LINK_MASK) != second;
        busy += !!(word & BUSY);

        /*
         * The first port may be masked just now; the other vCPU unmasks it
         * soon.  An unmask that sees the port pending just before it is
         * delivered here raises the port a second time.
         */
        evtchn_log_clear();
        while ( (!evtchn_log_count(first) || !evtchn_log_count(second) ||
                 evtchn_is_pending(first)) && time_now() < deadline )
            evtchn_deliver();
        wrong += time_now() >= deadline;
        wrong += evtchn_log_count(second) != 1;
    }

    stop = 1;
    smp_wait(1);
    expect_msg(!wrong, "after %u rounds, LINK of port %ld is not %ld, or one "
               "of them was not delivered, or port %ld was delivered twice",
               i, first, second, second);
    expect_msg(!busy, "BUSY is left set in the word of port %ld after %u of "
               "%u sends, expected 0", first, busy, i);
}

EVTCHN_CASE("bind_vcpu race: port rebound while another vCPU sends -> last event delivered")
{
    unsigned int i, vcpu;
    evtchn_port_t a, b;
    long from;

    need_vcpus(2);
    require_ok(evtchn_loopback(&a, &b));
    evtchn_handle(b, see, NULL);
    from = a;
    stop = nr_sent = nr_seen = 0;
    require_ok(race_start(1, send_and_count, &from, &stop));
    require_true(smp_wait_for(&nr_sent));

    for ( i = 0; i < ROUNDS; ++i )
    {
        /* unmask raises on the new vCPU what is pending on the previous one. */
        evtchn_mask(b);
        require_ok(evtchn_bind_vcpu(b, i % smp_usable_vcpus()));
        require_ok(evtchn_unmask(b));
        evtchn_deliver();
    }

    stop = 1;
    smp_wait(1);
    for ( vcpu = 0; vcpu < smp_usable_vcpus(); ++vcpu )
        require_ok(smp_call(vcpu, deliver_here, NULL));
    expect_false(evtchn_is_pending(b));

    /* FIFO: Xen drops an event if the port's queue changes again and again. */
    if ( evtchn_abi == EVTCHN_2L )
        expect_eq(nr_seen, nr_sent);

    /* A port that is still on its old queue is delivered from there once. */
    require_ok(evtchn_bind_vcpu(b, 1));
    require_ok(hypercall_evtchn_send(a));
    for ( vcpu = 0; vcpu < smp_usable_vcpus(); ++vcpu )
        require_ok(smp_call(vcpu, deliver_here, NULL));
    evtchn_log_clear();

    require_ok(hypercall_evtchn_send(a));
    require_ok(smp_call(0, deliver_here, NULL));
    expect_none_delivered();
    require_ok(smp_call(1, deliver_here, NULL));
    expect_eq(evtchn_log[0].vcpu, 1);
    expect_delivered(b);
}

#define EACH 40

static long bound[SMP_MAX_VCPUS][EACH];

static void bind_some(void *arg)
{
    unsigned int i;

    for ( i = 0; i < EACH; ++i )
        bound[this_vcpu()][i] = evtchn_bind_ipi(this_vcpu());
}

static void close_some(void *arg)
{
    unsigned int i;

    for ( i = 0; i < EACH; ++i )
        if ( !hypercall_evtchn_close(bound[this_vcpu()][i]) )
            bound[this_vcpu()][i] = 0;
}

static void on_all_at_once(void (*fn)(void *))
{
    unsigned int vcpu;

    for ( vcpu = 1; vcpu < smp_usable_vcpus(); ++vcpu )
        smp_start(vcpu, fn, NULL);
    fn(NULL);
    for ( vcpu = 1; vcpu < smp_usable_vcpus(); ++vcpu )
        smp_wait(vcpu);
}

EVTCHN_CASE("bind_ipi race: all vCPUs at once -> each port bound once")
{
    unsigned int vcpu, i, twice = 0, open = 0, round;

    need_vcpus(2);

    for ( round = 0; round < 3; ++round )
    {
        static bool taken[SMP_MAX_VCPUS * EACH + 16];

        memset(taken, 0, sizeof(taken));
        on_all_at_once(bind_some);
        for ( vcpu = 0; vcpu < smp_usable_vcpus(); ++vcpu )
            for ( i = 0; i < EACH; ++i )
            {
                const long port = bound[vcpu][i];

                require_msg(port > 0 && port < (long)sizeof(taken),
                            "bind_ipi returned %ld, expected a port below %zu",
                            port, sizeof(taken));
                twice += taken[port];
                taken[port] = true;
                expect_port(port, PORT_IPI, vcpu);
            }

        on_all_at_once(close_some);
        for ( vcpu = 0; vcpu < smp_usable_vcpus(); ++vcpu )
            for ( i = 0; i < EACH; ++i )
                open += bound[vcpu][i] != 0;
    }

    expect_msg(!twice, "%u ports were bound twice, expected 0", twice);
    expect_msg(!open, "%u closes failed, expected 0", open);
}

static void close_their_end(void *arg)
{
    const evtchn_port_t *port = arg;

    hypercall_evtchn_close(*port);
}

EVTCHN_CASE("close race: both ends of a channel at once -> both closed")
{
    unsigned int i;

    need_vcpus(2);

    for ( i = 0; i < ROUNDS / 10; ++i )
    {
        evtchn_port_t a, b;

        require_ok(evtchn_loopback(&a, &b));
        require_ok(race_start(1, close_their_end, &b, NULL));
        require_ok(hypercall_evtchn_close(a));
        smp_wait(1);
        expect_port(a, PORT_CLOSED, 0);
        expect_port(b, PORT_CLOSED, 0);
    }
}

static volatile long other_reset;

static void reset_there(void *arg)
{
    struct evtchn_reset op = { .dom = DOMID_SELF };

    other_reset = hypercall_event_channel_op(EVTCHNOP_reset, &op);
}

CASE_2L("reset race: two at once -> 0, -EBUSY or -EAGAIN, not both -EBUSY, ports closed")
{
    unsigned int i, round;

    need_vcpus(2);

    for ( round = 0; round < 10; ++round )
    {
        int rc;

        for ( i = 0; i < 300; ++i )
            require_true(evtchn_bind_ipi(0) > 0);

        require_ok(race_start(1, reset_there, NULL, NULL));
        rc = evtchn_reset();
        smp_wait(1);

        /*
         * -EAGAIN: the other vCPU has opened a console or xenstore port again
         * while Xen was closing them.
         */
        expect_msg(rc == 0 || rc == -EBUSY || rc == -EAGAIN,
                   "reset on vCPU 0 returned %d, expected 0, -EBUSY or "
                   "-EAGAIN", rc);
        expect_msg(other_reset == 0 || other_reset == -EBUSY ||
                   other_reset == -EAGAIN,
                   "reset on vCPU 1 returned %ld, expected 0, -EBUSY or "
                   "-EAGAIN", other_reset);
        expect_true(rc != -EBUSY || other_reset != -EBUSY);
        expect_port(299, PORT_CLOSED, 0);
        require_ok(evtchn_start(EVTCHN_2L));
    }
}
