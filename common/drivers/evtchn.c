/*
 * The event channel driver: one clean start, both ABIs, a log of deliveries.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <xtf/atomic.h>
#include <xtf/bitops.h>
#include <xtf/console.h>
#include <xtf/framework.h>
#include <xtf/drivers/evtchn.h>
#include <xtf/lib.h>
#include <xtf/core/time.h>
#include <xtf/traps.h>
#include <xtf/xenbus.h>

#include <arch/irqflags.h>

#include "evtchn_internal.h"

enum evtchn_abi evtchn_abi;

struct evtchn_record evtchn_log[EVTCHN_LOG_SIZE];
unsigned int evtchn_nr_logged, evtchn_nr_upcalls[SMP_MAX_VCPUS];

static unsigned int nr_vcpus;

static struct
{
    evtchn_port_t port;
    void (*fn)(evtchn_port_t, void *);
    void *arg;
} handlers[16];
static unsigned int nr_handlers;

/* A port of the toolstack's, and what it led to when it was last seen open. */
struct lifeline
{
    evtchn_port_t *port;
    evtchn_status_t peer;
};

static void find_peer(struct lifeline *line)
{
    evtchn_status_t peer = { .dom = DOMID_SELF, .port = *line->port };

    if ( *line->port && !hypercall_evtchn_status(&peer) &&
         peer.status == EVTCHNSTAT_interdomain )
        line->peer = peer;
}

static int open_again(const struct lifeline *line)
{
    long port;

    if ( line->peer.status != EVTCHNSTAT_interdomain )
        return 0;

    port = evtchn_bind_interdomain(line->peer.u.interdomain.dom,
                                   line->peer.u.interdomain.port);
    if ( port < 0 )
        return port;
    *line->port = port;

    return 0;
}

int evtchn_reset(void)
{
    static struct lifeline console = { .port = &pv_console_port };
    static struct lifeline store = { .port = &xenbus_port };
    struct evtchn_reset op = { .dom = DOMID_SELF };
    long rc;

    find_peer(&console);
    find_peer(&store);

    rc = hypercall_event_channel_op(EVTCHNOP_reset, &op);
    if ( rc )
        return rc;

    /*
     * Toolstacks know the ports by number, so the lower is opened first: it
     * then gets its number again, and so does the other in the usual places.
     */
    return pv_console_port < xenbus_port
        ? open_again(&console) ?: open_again(&store)
        : open_again(&store) ?: open_again(&console);
}

void evtchn_mask_toolstacks(event_word_t *words)
{
    words[pv_console_port] = words[xenbus_port] = 1u << EVTCHN_FIFO_MASKED;
}

static void take_upcall(struct cpu_regs *regs);

int evtchn_start(enum evtchn_abi abi)
{
    unsigned int i;
    int rc;

    local_irq_disable();
    arch_set_upcall_handler(NULL);

    rc = evtchn_reset();
    if ( rc )
        return rc;

    nr_vcpus = smp_usable_vcpus();
    nr_handlers = 0;
    evtchn_log_clear();
    memset(evtchn_nr_upcalls, 0, sizeof(evtchn_nr_upcalls));

    /* Set up in either case: to close the FIFO ABI is to fall back to this. */
    memset(shared_info.evtchn_mask, 0xff, sizeof(shared_info.evtchn_mask));
    memset(shared_info.evtchn_pending, 0, sizeof(shared_info.evtchn_pending));
    for ( i = 0; i < nr_vcpus; ++i )
        xtf_vcpu_info[i]->evtchn_pending_sel = 0;

    if ( abi == EVTCHN_FIFO )
    {
        rc = evtchn_fifo_start(nr_vcpus);
        if ( rc )
            return rc;
    }

    timer_stop();
    for ( i = 0; i < nr_vcpus; ++i )
    {
        /* A PV guest is born with one. */
        hypercall_vcpu_op(VCPUOP_stop_periodic_timer, i, NULL);
        xtf_vcpu_info[i]->evtchn_upcall_pending = 0;
    }

    evtchn_abi = abi;
    arch_set_upcall_handler(take_upcall);

    return 0;
}

int evtchn_loopback(evtchn_port_t *a, evtchn_port_t *b)
{
    long unbound = evtchn_alloc(), bound;

    if ( unbound < 0 )
        return unbound;

    bound = evtchn_bind_interdomain(DOMID_SELF, unbound);
    if ( bound < 0 )
    {
        hypercall_evtchn_close(unbound);
        return bound;
    }

    /* A new end is pending from the start. */
    evtchn_clear(bound);

    *a = unbound;
    *b = bound;

    return 0;
}

bool evtchn_is_toolstacks(evtchn_port_t port)
{
    return port && (port == pv_console_port || port == xenbus_port);
}

bool evtchn_is_pending(evtchn_port_t port)
{
    return evtchn_abi == EVTCHN_FIFO ?
        ACCESS_ONCE(*evtchn_word(port)) & (1u << EVTCHN_FIFO_PENDING) :
        test_bit(port, shared_info.evtchn_pending);
}

bool evtchn_is_masked(evtchn_port_t port)
{
    return evtchn_abi == EVTCHN_FIFO ?
        ACCESS_ONCE(*evtchn_word(port)) & (1u << EVTCHN_FIFO_MASKED) :
        test_bit(port, shared_info.evtchn_mask);
}

void evtchn_clear(evtchn_port_t port)
{
    if ( evtchn_abi == EVTCHN_FIFO )
        fetch_and(evtchn_word(port), ~(1u << EVTCHN_FIFO_PENDING));
    else
        clear_bit(port, shared_info.evtchn_pending);
}

void evtchn_mask(evtchn_port_t port)
{
    if ( evtchn_abi == EVTCHN_FIFO )
        fetch_or(evtchn_word(port), 1u << EVTCHN_FIFO_MASKED);
    else
        set_bit(port, shared_info.evtchn_mask);
}

void evtchn_handle(evtchn_port_t port, void (*fn)(evtchn_port_t, void *),
                   void *arg)
{
    ASSERT(nr_handlers < ARRAY_SIZE(handlers));

    handlers[nr_handlers].port = port;
    handlers[nr_handlers].fn = fn;
    handlers[nr_handlers].arg = arg;
    STORE_RELEASE(&nr_handlers, nr_handlers + 1);
}

void evtchn_log_clear(void)
{
    evtchn_nr_logged = 0;
    memset(evtchn_log, 0, sizeof(evtchn_log));
}

unsigned int evtchn_log_count(evtchn_port_t port)
{
    unsigned int i, nr = 0;

    for ( i = 0; i < evtchn_nr_logged && i < EVTCHN_LOG_SIZE; ++i )
        nr += evtchn_log[i].port == port;

    return nr;
}

void evtchn_take(evtchn_port_t port, unsigned int vector)
{
    unsigned int i = fetch_add(&evtchn_nr_logged, 1);

    if ( i < EVTCHN_LOG_SIZE )
        evtchn_log[i] = (struct evtchn_record){
            .port = port, .vcpu = this_vcpu(), .vector = vector,
        };

    for ( i = 0; i < LOAD_ACQUIRE(&nr_handlers); ++i )
        if ( handlers[i].port == port )
            handlers[i].fn(port, handlers[i].arg);
}

/*
 * All vCPUs' ports share the words of the 2-level ABI: whose one is, Xen
 * knows best.
 */
static bool is_ours(evtchn_port_t port)
{
    evtchn_status_t status = { .dom = DOMID_SELF, .port = port };

    return nr_vcpus == 1 || hypercall_evtchn_status(&status) ||
        status.vcpu == this_vcpu();
}

static void dispatch_2l(vcpu_info_t *vi, unsigned int vector)
{
    unsigned long sel = xchg(&vi->evtchn_pending_sel, 0);

    for ( ; sel; sel &= sel - 1 )
    {
        const unsigned int w = __builtin_ctzl(sel);
        unsigned long ports = ACCESS_ONCE(shared_info.evtchn_pending[w]) &
            ~ACCESS_ONCE(shared_info.evtchn_mask[w]);

        for ( ; ports; ports &= ports - 1 )
        {
            evtchn_port_t port = w * BITS_PER_LONG + __builtin_ctzl(ports);

            /* A handler that ran meanwhile may have changed this one. */
            if ( is_ours(port) &&
                 !test_bit(port, shared_info.evtchn_mask) &&
                 test_and_clear_bit(port, shared_info.evtchn_pending) )
                evtchn_take(port, vector);
        }
    }
}

/*
 * QEMU's emulation of SVM now and then delivers an interrupt to an HVM guest
 * although EFLAGS.IF is clear (docs/findings.md), in the middle of a handler,
 * too.  Two dispatchers at once would break the queues, so the inner one only
 * tells the outer one to look again.
 */
static bool dispatching[SMP_MAX_VCPUS], look_again[SMP_MAX_VCPUS];

static void take_upcall(struct cpu_regs *regs)
{
    vcpu_info_t *vi = this_vcpu_info();
    const unsigned int vcpu = this_vcpu();
    const bool outer = ACCESS_ONCE(dispatching[vcpu]);

    evtchn_nr_upcalls[vcpu]++;

    do {
        /* First, so that what comes while we look brings us back. */
        evtchn_take_upcall();

        ACCESS_ONCE(look_again[vcpu]) = true;
        if ( outer && !cpu_regs_irq_enabled(regs) )
            return;
        ACCESS_ONCE(look_again[vcpu]) = false;

        ACCESS_ONCE(dispatching[vcpu]) = true;
        if ( evtchn_abi == EVTCHN_FIFO )
            evtchn_fifo_dispatch(regs->entry_vector);
        else
            dispatch_2l(vi, regs->entry_vector);
        ACCESS_ONCE(dispatching[vcpu]) = outer;
    } while ( ACCESS_ONCE(vi->evtchn_upcall_pending) ||
              ACCESS_ONCE(look_again[vcpu]) );
}

void evtchn_deliver(void)
{
    local_irq_enable();
    local_irq_disable();
}

void evtchn_sleep(void)
{
    local_irq_sleep();
    local_irq_disable();
}

bool evtchn_wait(evtchn_port_t port, uint64_t ns)
{
    struct sched_poll op = {
        .ports = &port, .nr_ports = 1, .timeout = time_now() + ns,
    };

    while ( !evtchn_is_pending(port) && time_now() < op.timeout )
        if ( hypercall_sched_op(SCHEDOP_poll, &op) )
            break;

    return evtchn_is_pending(port);
}
