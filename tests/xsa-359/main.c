/**
 * @file tests/xsa-359/main.c
 * @ref test-xsa-359
 *
 * @page test-xsa-359 XSA-359: events while event array pages are added
 *
 * CVE-2020-29571. Xen could read the number of event words and the pointers to
 * the event array pages in either order. An event from another processor while
 * a page was added could see the new number without the new pointer.
 *
 * The test sends from another vCPU while this one registers a control block and
 * adds event array pages. Xen must survive, and afterwards an event must be
 * linked.
 *
 * https://xenbits.xen.org/xsa/advisory-359.html
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <xtf.h>
#include <xtf/harness/needs.h>
#include <xtf/harness/race.h>

#include <arch/mm.h>

const char test_title[] = "XSA-359: events while event array pages are added";

static uint8_t control[PAGE_SIZE] __page_aligned_bss;
static event_word_t words[EVTCHN_WORDS_PER_PAGE] __page_aligned_bss;

static volatile unsigned int stop, sent;
static long port;

static void send(void *arg)
{
    while ( !stop )
    {
        hypercall_evtchn_send(port);
        evtchn_unmask(port);
        sent++;
    }
}

CASE_2L("XSA-359 expand_array race: another vCPU sends -> 0, event linked after")
{
    unsigned int i, page;

    need_vcpus(2);
    need_fifo_offered();

    for ( i = 0; i < 10; ++i )
    {
        require_ok(evtchn_start(EVTCHN_2L));
        memset(words, 0, sizeof(words));
        evtchn_mask_toolstacks(words);
        memset(control, 0, sizeof(control));
        port = evtchn_bind_ipi(0);

        stop = sent = 0;
        require_ok(race_start(1, send, NULL, &stop));
        require_true(smp_wait_for(&sent));
        require_ok(evtchn_init_control(virt_to_gfn(control), 0, 0));
        for ( page = 0; page < 8; ++page )
            require_ok(evtchn_expand_array(virt_to_gfn(words)));
        stop = 1;
        smp_wait(1);

        words[port] = 0;
        require_ok(hypercall_evtchn_send(port));
        expect_hex(words[port] & ~EVTCHN_FIFO_LINK_MASK,
                   (1u << EVTCHN_FIFO_PENDING) | (1u << EVTCHN_FIFO_LINKED));
    }
}
