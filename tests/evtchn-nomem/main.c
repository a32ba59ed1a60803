/**
 * @file tests/evtchn-nomem/main.c
 * @ref test-evtchn-nomem
 *
 * @page test-evtchn-nomem Event channels: Xen heap exhausted
 *
 * Exhausts Xen's heap and then calls operations that allocate: ports beyond
 * those that Xen has structures for, PIRQs, the FIFO ABI.  Each fails with
 * -ENOMEM and changes nothing, whether no page is free or one too few; ports
 * that are open keep working; and once pages are free, the same operation
 * succeeds.
 *
 * A guest must not be able to harm others by exhausting the heap, and the error
 * paths that free the first of two allocations hardly ever run otherwise.
 *
 * Xen does not free the structures of a domain's ports before the domain ends,
 * so each case first opens all ports that have structures.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <xtf.h>
#include <xtf/harness/exhaust.h>
#include <xtf/harness/gnttab_case.h>
#include <xtf/harness/needs.h>

#include <arch/mm.h>

const char test_title[] = "Event channels: Xen heap exhausted";

#define ROOM_LEFT                                                       \
    "needs argo=1 on Xen's command line: without it, pages that Xen "   \
    "already uses still have free space"

/* The highest port that Xen has structures for. */
static evtchn_port_t last;

static long alloc(void)
{
    return evtchn_alloc();
}

/*
 * Not EVTCHNOP_reset: it may be preempted every 64 ports, and with several
 * processors, all emulated in turn, it may be preempted without end.
 */
static void close_all(void *unused)
{
    evtchn_port_t port;

    for ( port = 1; port <= last; ++port )
        if ( port != pv_console_port && port != xenbus_port )
            hypercall_evtchn_close(port);
}

/* Open all ports that Xen has structures for: the errno of the next one. */
static long use_up(void)
{
    long port;

    /* The first call takes a port. */
    gnt_self();

    xtf_case_cleanup(close_all, NULL);
    while ( (port = evtchn_alloc()) > 0 && port < 1000 )
        last = port;

    return port;
}

/*
 * True unless closed or out of range: releases differ in which of the two a
 * port without structures is.
 */
static bool is_open(evtchn_port_t port)
{
    evtchn_status_t status = { .dom = DOMID_SELF, .port = port };

    return !hypercall_evtchn_status(&status) &&
        status.status != EVTCHNSTAT_closed;
}

#ifdef CONFIG_HVM
static uint32_t pirq;

static long bind(void)
{
    return evtchn_bind_pirq(pirq, 0);
}
#endif

EVTCHN_CASE("alloc_unbound, bind_ipi, bind_virq, bind_interdomain, bind_pirq: Xen heap exhausted -> -ENOMEM")
{
    XTF_REQUIRE(exhaust_for_case());
    require_errno(use_up(), -ENOMEM);

    expect_ev_error(evtchn_alloc(), -ENOMEM);
    expect_ev_error(evtchn_bind_ipi(0), -ENOMEM);
    expect_ev_error(evtchn_bind_virq(VIRQ_DEBUG, 0), -ENOMEM);
    expect_ev_error(evtchn_bind_virq(VIRQ_TIMER, 0), -ENOMEM);
    expect_ev_error(evtchn_bind_interdomain(DOMID_SELF, 20), -ENOMEM);
#ifdef CONFIG_HVM
    expect_ev_error(evtchn_bind_pirq(8, 0), -ENOMEM);
#endif
    expect_false(is_open(last + 1));
    expect_eq(exhaust_used(), 0);

    /* The failed calls have left no VIRQ, PIRQ or remote port bound. */
    require_ok(hypercall_evtchn_close(21));
    require_eq(evtchn_bind_virq(VIRQ_DEBUG, 0), 21);
    require_ok(hypercall_evtchn_close(21));
    require_eq(evtchn_bind_virq(VIRQ_TIMER, 0), 21);
    require_ok(hypercall_evtchn_close(21));
#ifdef CONFIG_HVM
    /* bind_pirq allocates for the PIRQ, too. */
    pirq = 8;
    require_eq(exhaust_until(bind, -ENOMEM, 1, NULL), 21);
    require_ok(hypercall_evtchn_close(21));
#endif
    expect_eq(evtchn_bind_interdomain(DOMID_SELF, 20), 21);
}

EVTCHN_CASE("send: Xen heap exhausted, port open -> delivered")
{
    evtchn_port_t a, b;

    XTF_REQUIRE(exhaust_for_case());
    require_errno(use_up(), -ENOMEM);

    require_ok(hypercall_evtchn_close(last));
    require_ok(hypercall_evtchn_close(last - 1));
    require_ok(evtchn_loopback(&a, &b));
    require_ok(evtchn_unmask(b));
    require_ok(hypercall_evtchn_send(a));
    evtchn_deliver();
    expect_delivered(b);
    expect_port(b, PORT_INTERDOMAIN(gnt_self(), a), 0);
    expect_ev_error(evtchn_alloc(), -ENOMEM);
}

static void next_is_closed(void)
{
    expect_false(is_open(last + 1));
    expect_errno(hypercall_evtchn_close(last + 1), -EINVAL);
}

/*
 * A port may need two allocations.  Xen keeps the first if the second fails,
 * and uses it in the next attempt.
 */
EVTCHN_CASE("alloc_unbound: -ENOMEM, then pages are freed -> port, events delivered")
{
    long port;
    int used;

    XTF_REQUIRE(exhaust_for_case());
    require_errno(use_up(), -ENOMEM);

    port = exhaust_until(alloc, -ENOMEM, 1, next_is_closed);
    require_eq(port, last + 1);
    last = port + 1;
    used = exhaust_used();
    expect_range(used, 1, 2);
    expect_port(port, PORT_UNBOUND(gnt_self()), 0);

    /* Xen allocated several ports at once: the next one needs no page. */
    require_ok(hypercall_evtchn_close(port));
    require_eq(evtchn_bind_ipi(0), port);
    require_eq(evtchn_bind_ipi(0), last);
    require_ok(evtchn_unmask(port));
    require_ok(hypercall_evtchn_send(port));
    evtchn_deliver();
    expect_delivered(port);
    expect_eq(exhaust_used(), used);
}

CASE_2L("alloc_unbound: Xen heap exhausted, ports were closed -> the same ports again")
{
    evtchn_port_t was;

    XTF_REQUIRE(exhaust_for_case());
    require_errno(use_up(), -ENOMEM);
    was = last;

    close_all(NULL);
    require_errno(use_up(), -ENOMEM);
    expect_eq(last, was);
}

#ifdef CONFIG_HVM
static evtchn_port_t free_port;

static void port_is_free(void)
{
    expect_port(free_port, PORT_CLOSED, 0);
}

/*
 * The structure of a PIRQ is small: many of them fit into free space of pages
 * that Xen already uses.
 */
CASE_2L("bind_pirq: HVM, Xen heap exhausted -> -ENOMEM, port and PIRQ stay free")
{
    long port = 0;

    XTF_REQUIRE(exhaust_for_case());
    require_errno(use_up(), -ENOMEM);
    close_all(NULL);
    exhaust_fill();

    free_port = evtchn_alloc();
    require_ok(hypercall_evtchn_close(free_port));
    for ( pirq = 16; pirq < last; ++pirq )
    {
        port = bind();
        if ( port < 0 )
            break;
        free_port = port + 1;
    }

    if ( port != -ENOMEM )
        skip_case(ROOM_LEFT);
    expect_ev_error(bind(), -ENOMEM);
    expect_eq(exhaust_until(bind, -ENOMEM, 1, port_is_free), free_port);
    expect_port(free_port, PORT_PIRQ(pirq), 0);
}
#endif

/* The FIFO ABI */

static uint8_t control[PAGE_SIZE] __page_aligned_bss;
static uint8_t words[2][PAGE_SIZE] __page_aligned_bss;
static unsigned int at;

static long init(void)
{
    return evtchn_init_control(
        virt_to_gfn(control), at * sizeof(evtchn_fifo_control_block_t), at);
}

static long expand(void)
{
    return evtchn_expand_array(virt_to_gfn(words[at]));
}

static unsigned int failures;

static void is_2l(void)
{
    const evtchn_port_t port = evtchn_bind_ipi(0);

    failures++;
    expect_errno(evtchn_expand_array(virt_to_gfn(words[0])), -EOPNOTSUPP);
    expect_errno(evtchn_set_priority(port, 3), -ENOSYS);
    expect_fill(control, 0xa5, PAGE_SIZE);
    require_ok(hypercall_evtchn_send(port));
    expect_true(test_bit(port, shared_info.evtchn_pending));
    require_ok(hypercall_evtchn_close(port));
}

CASE_2L("init_control: Xen heap exhausted -> -ENOMEM, 2-level ABI stays in use")
{
    const evtchn_port_t port = evtchn_bind_ipi(0);
    int rc;

    require_ok(hypercall_evtchn_send(port));
    memset(control, 0xa5, sizeof(control));
    memset(words, 0, sizeof(words));
    evtchn_mask_toolstacks(_p(words[0]));
    XTF_REQUIRE(exhaust_for_case());

    /* Fill the space in pages that Xen already uses: it needs whole pages. */
    exhaust_fill();
    at = 0;
    rc = exhaust_until(init, -ENOMEM, 0, is_2l);
    need_fifo(rc);
    require_ok(rc);
    memset(control, 0, sizeof(control));

    /* The FIFO ABI is in use now; the pending port is carried over. */
    for ( at = 1; at < smp_nr_vcpus(); ++at )
        require_ok(exhaust_until(init, -ENOMEM, 0, NULL));
    for ( at = 0; at < ARRAY_SIZE(words); ++at )
        require_ok(exhaust_until(expand, -ENOMEM, 0, NULL));

    expect_hex(((event_word_t *)words)[port],
               (1u << EVTCHN_FIFO_PENDING) | (1u << EVTCHN_FIFO_LINKED));
    expect_eq(((evtchn_fifo_control_block_t *)control)->head[7], port);

    /* reset frees all pages that the FIFO ABI took. */
    require_ok(evtchn_reset());
    exhaust_unfill();
    expect_eq(exhaust_used(), 0);
    if ( !failures )
        skip_case(ROOM_LEFT);
}
