/*
 * Common ground of cases about Argo between roles.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#define XTF_FIXTURE

#include <xtf/core/time.h>
#include <xtf/drivers/evtchn.h>
#include <xtf/lib.h>

#include "fixture.h"

struct argo_ring ring, ring2;

static uint8_t frames[2][ARGO_RING_FRAMES(RING_LEN)][PAGE_SIZE]
    __page_aligned_bss;

static bool open(struct argo_ring *r, void *memory, domid_t partner)
{
    long rc;

    argo_ring_init(r, memory, PORT, partner, RING_LEN);
    xtf_case_cleanup(argo_ring_close, r);
    rc = argo_ring_register(r, 0);

    return xtf_expect_msg(XTF_HERE, !rc, "register_ring is %ld, expected 0",
                          rc);
}

bool open_ring(domid_t partner)
{
    return open(&ring, frames[0], partner);
}

bool open_ring2(domid_t partner)
{
    return open(&ring2, frames[1], partner);
}

struct message
{
    uint32_t from, number, sum;
    uint8_t data[MAX_MESSAGE];
};

static uint32_t write_message(struct message *m, unsigned int from,
                              unsigned int number)
{
    uint32_t len = (number * 37 + from * 11) % MAX_MESSAGE, i;

    *m = (struct message){ .from = from, .number = number };
    for ( i = 0; i < len; ++i )
    {
        m->data[i] = number * 7 + i * 3 + from;
        m->sum = m->sum * 31 + m->data[i];
    }

    return offsetof(struct message, data) + len;
}

int send_message(unsigned int to, unsigned int number)
{
    static struct message m;
    uint32_t len = write_message(&m, role_self(), number);

    return argo_send(role_domid(to), PORT, FROM + role_self(), &m, len, number);
}

bool is_message(const void *buf, long len, unsigned int from,
                unsigned int number)
{
    static struct message m;
    uint32_t want = write_message(&m, from, number);

    return len == want && !memcmp(buf, &m, want);
}

bool wait_for_virq(void)
{
    return evtchn_wait(argo_virq_port(), LIMIT) && argo_virq_take();
}
