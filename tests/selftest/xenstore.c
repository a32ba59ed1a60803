/*
 * The xenstore client: with xenstored where the domain has it, else with
 * replies that the test puts into a ring itself.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <xtf.h>

CASE("xenstore_read(), xenstore_write(): with xenstored -> values, NULL for an unknown key")
{
    char domid[8];

    if ( !xenstore_available() )
        skip_case("needs a domain with xenstore");

    xenstore_init();
    snprintf(domid, sizeof(domid), "%d", xtf_get_domid());
    expect_str(xenstore_read("domid"), domid);
    expect_str(xenstore_read("no-such-key"), NULL);

    expect_true(xenstore_write("data/selftest", "two words"));
    expect_str(xenstore_read("data/selftest"), "two words");
    expect_true(xenstore_write("data/selftest", ""));
    expect_str(xenstore_read("data/selftest"), "");
}

static xenbus_interface_t ring;
static uint32_t reply_prod;

static void put_reply(const void *data, size_t len)
{
    const char *p = data;

    while ( len-- )
        ring.rsp[MASK_XENSTORE_IDX(reply_prod++)] = *p++;
    ring.rsp_prod = reply_prod;
}

static void reply(uint32_t type, uint32_t req_id, const char *text)
{
    struct xsd_sockmsg hdr = {
        .type = type, .req_id = req_id, .len = strlen(text),
    };

    put_reply(&hdr, sizeof(hdr));
    put_reply(text, hdr.len);
}

static void end_fake(void *unused)
{
    init_xenbus(NULL, 0);
}

/* Use a ring of the test, into which it puts the replies beforehand. */
static bool begin_fake(uint32_t pos)
{
    if ( xenstore_available() )
        return false;

    memset(&ring, 0, sizeof(ring));
    ring.req_cons = ring.req_prod = pos;
    ring.rsp_cons = ring.rsp_prod = reply_prod = pos;
    init_xenbus(&ring, 0);
    xtf_case_cleanup(end_fake, NULL);
    xenstore_init();

    return true;
}

/* req_id of the first request after xenstore_init(). */
#define FIRST_ID 0x10000

CASE("xenstore_read(): request and reply across the ring's end -> request written, value read")
{
    struct xsd_sockmsg hdr;
    uint8_t *p = (uint8_t *)&hdr;
    const uint32_t pos = 0xfffffff8;
    unsigned int i;
    char key[4];

    if ( !begin_fake(pos) )
        skip_case("needs a domain without xenstore");

    reply(XS_READ, FIRST_ID, "value");
    expect_str(xenstore_read("key"), "value");
    expect_hex(ring.rsp_cons, ring.rsp_prod);

    for ( i = 0; i < sizeof(hdr); ++i )
        p[i] = ring.req[MASK_XENSTORE_IDX(pos + i)];
    for ( i = 0; i < 4; ++i )
        key[i] = ring.req[MASK_XENSTORE_IDX(pos + sizeof(hdr) + i)];

    expect_eq(hdr.type, XS_READ);
    expect_eq(hdr.req_id, FIRST_ID);
    expect_eq(hdr.tx_id, 0);
    expect_eq(hdr.len, 4);
    expect_mem(key, "key", 4);
    expect_hex(ring.req_prod, (uint32_t)(pos + sizeof(hdr) + 4));
}

CASE("xenstore_read(): reply with a wrong req_id, XS_ERROR, empty -> skipped, NULL, empty string")
{
    if ( !begin_fake(0) )
        skip_case("needs a domain without xenstore");

    reply(XS_READ, 3, "stale");
    reply(XS_READ, FIRST_ID, "current");
    reply(XS_ERROR, FIRST_ID + 1, "ENOENT");
    reply(XS_READ, FIRST_ID + 2, "");

    expect_str(xenstore_read("a"), "current");
    expect_str(xenstore_read("b"), NULL);
    expect_str(xenstore_read("c"), "");
}
