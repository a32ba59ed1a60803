/**
 * @file tests/evtchn-all-ports/main.c
 * @ref test-evtchn-all-ports
 *
 * @page test-evtchn-all-ports Event channels: all ports of the FIFO ABI
 *
 * Opens all ports of the FIFO ABI up to the last one, 131071, and raises the
 * last one.  Its event word is the last of the array, and its number has all
 * bits set in the LINK field of another word.
 *
 * Xen searches for a free port from the first one on.  To open all of them is
 * 8.6 thousand million steps, a minute on a processor and up to half an hour
 * under emulation, so the test runs only when it is named.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <xtf.h>
#include <xtf/harness/needs.h>

#include <arch/mm.h>

const char test_title[] = "Event channels: all ports of the FIFO ABI";

#define LAST (EVTCHN_FIFO_NR_CHANNELS - 1)
#define SET(bit) (1u << EVTCHN_FIFO_ ## bit)

static evtchn_fifo_control_block_t *control;
static uint8_t control_page[PAGE_SIZE] __page_aligned_bss;

/* Event array: the first page, the last one, and one page for all others. */
static event_word_t first[EVTCHN_WORDS_PER_PAGE] __page_aligned_bss;
static event_word_t between[EVTCHN_WORDS_PER_PAGE] __page_aligned_bss;
static event_word_t end[EVTCHN_WORDS_PER_PAGE] __page_aligned_bss;
#define LAST_WORD end[EVTCHN_WORDS_PER_PAGE - 1]

CASE("init_control, expand_array: event words for all 131072 ports -> 0")
{
    unsigned int page;
    int rc;

    control = (void *)control_page;
    rc = evtchn_init_control(virt_to_gfn(control_page), 0, 0);
    need_fifo(rc);
    require_ok(rc);

    evtchn_mask_toolstacks(first);
    require_ok(evtchn_expand_array(virt_to_gfn(first)));
    for ( page = 2; page < EVTCHN_FIFO_NR_CHANNELS / EVTCHN_WORDS_PER_PAGE;
          ++page )
        require_ok(evtchn_expand_array(virt_to_gfn(between)));
    require_ok(evtchn_expand_array(virt_to_gfn(end)));
}

CASE("bind_ipi: until no port is left -> each number up to 131071, then -ENOSPC")
{
    unsigned int opened = 0;
    long port, last = 0;

    while ( (port = evtchn_bind_ipi(0)) > last )
    {
        last = port;
        if ( ++opened % 8192 == 0 )
            printk("%u ports\n", opened);
    }

    if ( port == -ENOSPC && last < LAST && xtf_get_domid() )
        skip_case("needs event_channels=131071 in the xl.cfg: limit is %ld",
                  last);
    expect_errno(port, -ENOSPC);
    require_eq(last, LAST);
    expect_port(LAST, PORT_IPI, 0);
    expect_ev_error(evtchn_alloc(), -ENOSPC);
}

CASE("send, unmask, close, bind_vcpu, set_priority: port 131072 -> -EINVAL")
{
    expect_errno(hypercall_evtchn_send(LAST + 1), -EINVAL);
    expect_errno(evtchn_unmask(LAST + 1), -EINVAL);
    expect_errno(hypercall_evtchn_close(LAST + 1), -EINVAL);
    expect_errno(evtchn_bind_vcpu(LAST + 1, 0), -EINVAL);
    expect_errno(evtchn_set_priority(LAST + 1, 3), -EINVAL);
}

CASE("send: port 131071, queue empty -> PENDING and LINKED, head and ready bit set")
{
    require_ok(hypercall_evtchn_send(LAST));
    expect_hex(LAST_WORD, SET(PENDING) | SET(LINKED));
    expect_eq(control->head[EVTCHN_FIFO_PRIORITY_DEFAULT], LAST);
    expect_hex(control->ready, 1u << EVTCHN_FIFO_PRIORITY_DEFAULT);
}

CASE("send: port 131071 between two others of a queue -> LINK fields of the queue's order")
{
    const evtchn_port_t a = 100, b = 101;

    LAST_WORD = 0;
    control->ready = 0;
    require_ok(evtchn_set_priority(a, 3));
    require_ok(evtchn_set_priority(LAST, 3));
    require_ok(evtchn_set_priority(b, 3));

    require_ok(hypercall_evtchn_send(a));
    require_ok(hypercall_evtchn_send(LAST));
    require_ok(hypercall_evtchn_send(b));

    expect_eq(control->head[3], a);
    expect_hex(first[a], SET(PENDING) | SET(LINKED) | LAST);
    expect_hex(LAST_WORD, SET(PENDING) | SET(LINKED) | b);
    expect_hex(first[b], SET(PENDING) | SET(LINKED));
}

CASE("alloc_unbound: all ports but 131071 in use -> port 131071")
{
    LAST_WORD = first[100] = first[101] = 0;
    require_ok(hypercall_evtchn_close(LAST));
    expect_port(LAST, PORT_CLOSED, 0);
    expect_eq(evtchn_alloc(), LAST);
}
