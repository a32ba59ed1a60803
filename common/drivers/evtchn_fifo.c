/*
 * The guest's side of the FIFO ABI: queues, most urgent first.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <xtf/atomic.h>
#include <xtf/core/releases.h>
#include <xtf/drivers/evtchn.h>
#include <xtf/lib.h>

#include <arch/mm.h>

#include "evtchn_internal.h"

static event_word_t words[EVTCHN_MAX_WORD_PAGES * EVTCHN_WORDS_PER_PAGE]
    __page_aligned_bss;
static evtchn_fifo_control_block_t blocks[SMP_MAX_VCPUS] __page_aligned_bss;

static unsigned int nr_pages;

/*
 * Where each queue goes on.  Xen writes a head only when it links to an empty
 * queue; from there on, the links are the queue.
 */
static evtchn_port_t heads[SMP_MAX_VCPUS][EVTCHN_FIFO_MAX_QUEUES];

event_word_t *evtchn_word(evtchn_port_t port)
{
    ASSERT(port < ARRAY_SIZE(words));

    return &words[port];
}

evtchn_fifo_control_block_t *evtchn_control_block(unsigned int vcpu)
{
    return &blocks[vcpu];
}

static void mask_page(event_word_t *page)
{
    unsigned int i;

    for ( i = 0; i < EVTCHN_WORDS_PER_PAGE; ++i )
        page[i] = 1u << EVTCHN_FIFO_MASKED;
}

int evtchn_add_words(void)
{
    event_word_t *page = &words[nr_pages * EVTCHN_WORDS_PER_PAGE];
    int rc;

    if ( nr_pages == EVTCHN_MAX_WORD_PAGES )
        return -ENOMEM;

    mask_page(page);
    rc = evtchn_expand_array(virt_to_gfn(page));
    nr_pages += !rc;

    /*
     * Xen 4.17 raises, with new words, each port that has ever been raised
     * before it had one: even if it was closed since, and the ABI reset.
     */
    mask_page(page);

    return rc;
}

bool evtchn_fifo_offered(void)
{
    int rc = evtchn_init_control(virt_to_gfn(blocks), 0, ~0u);

    return rc != -ENOSYS &&
        !(rc == -EOPNOTSUPP && xen_has(XEN_FIFO_IS_OPTIONAL));
}

int evtchn_fifo_start(unsigned int nr_vcpus)
{
    unsigned int i;
    int rc;

    if ( !evtchn_fifo_offered() )
        return -ENOSYS;

    nr_pages = 0;
    memset(blocks, 0, sizeof(blocks));
    memset(heads, 0, sizeof(heads));

    for ( i = 0; i < nr_vcpus; ++i )
    {
        rc = evtchn_init_control(virt_to_gfn(blocks),
                                 i * sizeof(blocks[0]), i);
        if ( rc )
            return rc;
    }

    return evtchn_add_words();
}

/* Take the word off its queue: its link, with the link and LINKED gone. */
static evtchn_port_t unlink_word(event_word_t *word)
{
    event_word_t old, new;

    do {
        old = ACCESS_ONCE(*word);
        new = old & ~((1u << EVTCHN_FIFO_LINKED) | EVTCHN_FIFO_LINK_MASK);
    } while ( cmpxchg(word, old, new) != old );

    return old & EVTCHN_FIFO_LINK_MASK;
}

void evtchn_fifo_dispatch(unsigned int vector)
{
    const unsigned int vcpu = this_vcpu();
    evtchn_fifo_control_block_t *cb = &blocks[vcpu];
    uint32_t ready = xchg(&cb->ready, 0);

    while ( ready )
    {
        const unsigned int q = __builtin_ctz(ready);
        evtchn_port_t port = heads[vcpu][q] ?: ACCESS_ONCE(cb->head[q]);
        event_word_t *word = evtchn_word(port);
        event_word_t state;

        heads[vcpu][q] = unlink_word(word);
        if ( !heads[vcpu][q] )
            ready &= ~(1u << q);

        state = ACCESS_ONCE(*word);
        if ( (state & (1u << EVTCHN_FIFO_PENDING)) &&
             !(state & (1u << EVTCHN_FIFO_MASKED)) )
        {
            evtchn_clear(port);
            evtchn_take(port, vector);
        }

        /* Something more urgent may have come. */
        ready |= xchg(&cb->ready, 0);
    }
}
