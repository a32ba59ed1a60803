/**
 * @file tests/xsa-505/main.c
 * @ref test-xsa-505
 *
 * @page test-xsa-505 XSA-505
 *
 * CVE-2026-62432.  EVTCHNOP_expand_array looked for the domain's FIFO state
 * before it took the lock under which EVTCHNOP_reset frees that state.  One
 * vCPU expands the array all the time, while another one initialises the FIFO
 * ABI and resets it: a Xen with the defect reads through a null pointer.
 *
 * https://xenbits.xen.org/xsa/advisory-505.html
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <xtf.h>

#include <xtf/harness/race.h>

#include <arch/mm.h>

const char test_title[] = "XSA-505: expand_array races with reset";

static uint8_t control[PAGE_SIZE] __page_aligned_bss;
static event_word_t words[EVTCHN_WORDS_PER_PAGE] __page_aligned_bss;

static volatile unsigned int nr_expanded, nr_refused;

static void init_and_reset(void)
{
    int rc = evtchn_init_control(virt_to_gfn(control), 0, 0);

    race_check(rc == 0, "init_control returns %d", rc);
    race_linger();
    rc = evtchn_reset();
    race_check(rc == 0, "reset returns %d", rc);
}

static void expand_or_reset(unsigned int vcpu)
{
    while ( race_goes_on() )
    {
        int rc;

        if ( vcpu == 0 )
        {
            init_and_reset();
            continue;
        }

        rc = evtchn_expand_array(virt_to_gfn(words));
        if ( rc == 0 )
            nr_expanded++;
        else
        {
            /* Without the FIFO ABI, or with as many words as there can be. */
            race_check(rc == -EOPNOTSUPP || rc == -ENOSPC,
                       "expand_array returns %d", rc);
            nr_refused++;
        }
    }
}

CASE_FIFO("XSA-505 expand_array race: another vCPU resets -> 0 or -EOPNOTSUPP")
{
    unsigned int i;

    /* The driver's own state of this ABI is in the way. */
    require_ok(evtchn_start(EVTCHN_2L));

    nr_expanded = nr_refused = 0;
    for ( i = 0; i < 15; ++i )
        XTF_REQUIRE(race(2, expand_or_reset));

    expect_errno(evtchn_expand_array(virt_to_gfn(words)), -EOPNOTSUPP);
    skip_unless_both_seen(nr_expanded, nr_refused);
}

CASE_FIFO("XSA-505 send: after the race -> delivered")
{
    long port = evtchn_bind_ipi(0);

    require_msg(port > 0, "EVTCHNOP_bind_ipi returned %ld", port);
    require_ok(evtchn_unmask(port));
    require_ok(hypercall_evtchn_send(port));
    evtchn_deliver();
    expect_delivered(port);
}
