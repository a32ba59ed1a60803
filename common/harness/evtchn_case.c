/*
 * Expectations of event channels, in words.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#define XTF_FIXTURE

#include <xtf/drivers/evtchn.h>
#include <xtf/lib.h>
#include <xtf/harness/needs.h>

static void describe(char *buf, size_t size, const evtchn_status_t *s)
{
    int len = 0;

    switch ( s->status )
    {
    case EVTCHNSTAT_closed:
        len = snprintf(buf, size, "closed");
        break;

    case EVTCHNSTAT_unbound:
        len = snprintf(buf, size, "unbound for d%u", s->u.unbound.dom);
        break;

    case EVTCHNSTAT_interdomain:
        len = snprintf(buf, size, "interdomain to d%u port %u",
                       s->u.interdomain.dom, s->u.interdomain.port);
        break;

    case EVTCHNSTAT_pirq:
        len = snprintf(buf, size, "PIRQ %u", s->u.pirq);
        break;

    case EVTCHNSTAT_virq:
        len = snprintf(buf, size, "VIRQ %u", s->u.virq);
        break;

    case EVTCHNSTAT_ipi:
        len = snprintf(buf, size, "IPI");
        break;

    default:
        len = snprintf(buf, size, "status %u", s->status);
        break;
    }

    snprintf(buf + len, size - len, ", vCPU %u", s->vcpu);
}

bool evtchn_expect_port(const struct xtf_where *w, domid_t dom,
                        evtchn_port_t port, evtchn_status_t want,
                        unsigned int vcpu)
{
    char want_text[64], got_text[64];
    evtchn_status_t got = {
        .dom = dom, .port = port, .status = ~0u, .vcpu = ~0u,
    };
    long rc = hypercall_evtchn_status(&got);

    if ( rc )
        return xtf_expect(w, name_errno, rc, "", 0);

    want.vcpu = vcpu;
    describe(want_text, sizeof(want_text), &want);
    describe(got_text, sizeof(got_text), &got);

    return xtf_expect_str(w, got_text, want_text);
}

/* Port numbers in a row, cut where the text ends. */
static void list_ports(char *buf, size_t size, const evtchn_port_t *ports,
                       unsigned int nr)
{
    size_t len = 0;
    unsigned int i;

    buf[0] = '\0';
    for ( i = 0; i < nr && len + 8 < size; ++i )
        len += snprintf(buf + len, size - len, "%s%u", i ? " " : "", ports[i]);
}

bool evtchn_expect_log(const struct xtf_where *w, const evtchn_port_t *ports,
                       unsigned int nr)
{
    evtchn_port_t got[32];
    char want_text[256], got_text[256];
    unsigned int i;
    bool ok;

    for ( i = 0; i < evtchn_nr_logged && i < ARRAY_SIZE(got); ++i )
        got[i] = evtchn_log[i].port;

    list_ports(got_text, sizeof(got_text), got, i);
    list_ports(want_text, sizeof(want_text), ports, nr);

    ok = xtf_expect_str(w, got_text, want_text);
    evtchn_log_clear();

    return ok;
}

uint32_t evtchn_fingerprint(void)
{
    uint32_t hash = 0;
    evtchn_port_t port;

    for ( port = 1; port < 48; ++port )
    {
        evtchn_status_t s = { .dom = DOMID_SELF, .port = port };
        long rc = hypercall_evtchn_status(&s);
        uint32_t val = rc ? rc : s.status;

        if ( evtchn_is_toolstacks(port) )
            continue;

        if ( !rc && s.status != EVTCHNSTAT_closed )
            val ^= (s.vcpu << 8) ^ (s.u.interdomain.dom << 12) ^
                (s.u.interdomain.port << 20);

        val ^= ((uint32_t)evtchn_is_pending(port) << 30) |
            ((uint32_t)evtchn_is_masked(port) << 31);
        hash = hash * 31 + val;
    }

    return hash;
}

bool evtchn_begin(unsigned int abi)
{
    int rc = evtchn_start(abi);

    if ( rc == -ENOSYS )
        xtf_case_skip("needs " NEEDS_FIFO);
    else if ( rc )
        xtf_expect_msg(XTF_HERE, false, "evtchn_start(%s) is %d, expected 0",
                       abi == EVTCHN_2L ? "EVTCHN_2L" : "EVTCHN_FIFO", rc);

    return !rc;
}
