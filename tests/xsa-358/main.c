/**
 * @file tests/xsa-358/main.c
 * @ref test-xsa-358
 *
 * @page test-xsa-358 XSA-358: events while a control block is registered
 *
 * CVE-2020-29570. Xen recorded that a vCPU has a FIFO control block before it
 * recorded where the vCPU's queues are. An event from another processor in
 * between was linked through an uninitialised pointer.
 *
 * The test sends from another vCPU while a control block is registered. Xen
 * must survive, and afterwards an event must be linked.
 *
 * https://xenbits.xen.org/xsa/advisory-358.html
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <xtf.h>
#include <xtf/harness/needs.h>
#include <xtf/harness/race.h>

#include <arch/mm.h>

const char test_title[] = "XSA-358: events while a control block is registered";

static uint8_t control[2][PAGE_SIZE] __page_aligned_bss;
static event_word_t words[EVTCHN_WORDS_PER_PAGE] __page_aligned_bss;

static volatile unsigned int stop, sent;
static long port;

static void send(void *arg)
{
    while ( !stop )
    {
        hypercall_evtchn_send(port);
        fetch_and(&words[port], 1u << EVTCHN_FIFO_LINKED);
        sent++;
    }
}

CASE_2L("XSA-358 init_control race: another vCPU sends to this vCPU -> 0, event linked after")
{
    unsigned int i;

    need_vcpus(2);
    need_fifo_offered();

    for ( i = 0; i < 10; ++i )
    {
        require_ok(evtchn_start(EVTCHN_2L));
        memset(words, 0, sizeof(words));
        evtchn_mask_toolstacks(words);
        memset(control, 0, sizeof(control));
        require_ok(evtchn_init_control(virt_to_gfn(control[1]), 0, 1));
        require_ok(evtchn_expand_array(virt_to_gfn(words)));
        port = evtchn_bind_ipi(0);

        stop = sent = 0;
        require_ok(race_start(1, send, NULL, &stop));
        require_true(smp_wait_for(&sent));
        require_ok(evtchn_init_control(virt_to_gfn(control[0]), 0, 0));
        stop = 1;
        smp_wait(1);

        words[port] = 0;
        require_ok(hypercall_evtchn_send(port));
        expect_hex(words[port], (1u << EVTCHN_FIFO_PENDING) |
                   (1u << EVTCHN_FIFO_LINKED));
    }
}
