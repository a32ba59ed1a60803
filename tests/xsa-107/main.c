/**
 * @file tests/xsa-107/main.c
 * @ref test-xsa-107
 *
 * @page test-xsa-107 XSA-107: event for a vCPU without a FIFO control block
 *
 * CVE-2014-6268. The FIFO ABI is in effect as soon as one vCPU has a control
 * block. Xen handled an event for a vCPU without one through an uninitialised
 * pointer, and crashed.
 *
 * The test sends such events. They must be dropped; events for a vCPU with a
 * control block must arrive, and the other vCPU must still be able to register
 * one.
 *
 * https://xenbits.xen.org/xsa/advisory-107.html
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <xtf.h>
#include <xtf/harness/needs.h>

#include <arch/mm.h>

const char test_title[] =
    "XSA-107: event for a vCPU without a FIFO control block";

static uint8_t control[PAGE_SIZE] __page_aligned_bss;
static uint8_t control1[PAGE_SIZE] __page_aligned_bss;
static event_word_t words[EVTCHN_WORDS_PER_PAGE] __page_aligned_bss;

CASE_2L("XSA-107 send: vCPU without a control block -> not linked, other vCPU unaffected")
{
    long port, here;

    need_vcpus(2);
    need_fifo_offered();

    require_ok(evtchn_init_control(virt_to_gfn(control), 0, 0));
    evtchn_mask_toolstacks(words);
    require_ok(evtchn_expand_array(virt_to_gfn(words)));

    port = evtchn_bind_ipi(1);
    require_msg(port > 0, "bind_ipi(vCPU 1) returned %ld, expected a port",
                          port);
    words[port] = 0;
    expect_ok(hypercall_evtchn_send(port));
    expect_hex(words[port] & (1u << EVTCHN_FIFO_LINKED), 0);
    expect_ok(evtchn_unmask(port));
    expect_ok(evtchn_set_priority(port, 0));
    expect_ok(hypercall_evtchn_send(port));

    /*
     * A vCPU with a control block is not affected, and the other one can
     * register a control block.
     */
    here = evtchn_bind_ipi(0);
    words[here] = 0;
    require_ok(hypercall_evtchn_send(here));
    expect_hex(words[here], (1u << EVTCHN_FIFO_PENDING) |
               (1u << EVTCHN_FIFO_LINKED));

    require_ok(evtchn_init_control(virt_to_gfn(control1), 0, 1));
    words[port] = 0;
    require_ok(hypercall_evtchn_send(port));
    expect_hex(words[port], (1u << EVTCHN_FIFO_PENDING) |
               (1u << EVTCHN_FIFO_LINKED));
    expect_ok(hypercall_evtchn_close(port));
}
