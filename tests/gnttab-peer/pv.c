/*
 * What only a PV guest can do with another domain's grants: device mappings,
 * page table entries, unmap_and_replace, cache_flush and transfer.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifdef CONFIG_PV

#include <xtf/hypercall.h>
#include <xtf/lib.h>
#include <xtf/mm/page.h>
#include <xtf/peers/gnttab_peer.h>

PEER_CASE("unmap_grant_ref: peer's grant, host then device mapping -> entry in use until both gone")
{
    grant_ref_t ref = peer_grant(peer, 0, 0);
    struct gnttab_map_grant_ref map = gnt_map_of_peer(
        peer, ref, GNTMAP_host_map | GNTMAP_device_map, gnt_at());
    struct gnttab_map_grant_ref one;

    require_gntst(gnt_map(&map), GNTST_okay);
    expect_hex(map.dev_bus_addr,
               pte_to_paddr(*pv_l1e(_p((unsigned long)map.host_addr))));

    one = map;
    one.flags = GNTMAP_host_map;
    expect_gntst(gnt_undo(&one), GNTST_okay);
    expect_hex(peer_in_use(peer, ref), GTF_reading | GTF_writing);
    one.flags = GNTMAP_device_map;
    expect_gntst(gnt_undo(&one), GNTST_okay);
    expect_hex(peer_in_use(peer, ref), 0);
}

static long flush(uint64_t maddr, unsigned int off, unsigned int len)
{
    struct gnttab_cache_flush op = {
        .a.dev_bus_addr = maddr, .offset = off, .length = len,
        .op = GNTTAB_CACHE_CLEAN,
    };

    return hypercall_grant_table_op(GNTTABOP_cache_flush, &op, 1);
}

PEER_CASE("cache_flush: peer's page while mapped by dom0, then unmapped -> 0, then -EINVAL")
{
    grant_ref_t ref = peer_grant(peer, 0, 0);
    struct gnttab_map_grant_ref map =
        gnt_map_of_peer(peer, ref, GNTMAP_host_map, gnt_at());

    skip_unless_cache_flush();

    require_gntst(gnt_map(&map), GNTST_okay);
    expect_ok(flush(map.dev_bus_addr, 0, PAGE_SIZE));
    expect_ok(flush(map.dev_bus_addr, 100, 1));

    expect_gntst(gnt_undo(&map), GNTST_okay);
    expect_errno(flush(map.dev_bus_addr, 0, PAGE_SIZE), -EINVAL);
}

PEER_CASE("unmap_and_replace: mapping of peer's grant -> dom0's page moved there, grant unmapped")
{
    grant_ref_t ref = peer_grant(peer, 0, 0);
    uint8_t *at = gnt_at(), *spare = gnt_page[2];
    struct gnttab_map_grant_ref map =
        gnt_map_of_peer(peer, ref, GNTMAP_host_map, at);
    struct gnttab_unmap_and_replace op;

    require_gntst(gnt_map(&map), GNTST_okay);
    op = (struct gnttab_unmap_and_replace) {
        .host_addr = map.host_addr, .new_addr = _u(spare),
        .handle = map.handle, .status = GNT_UNTOUCHED,
    };
    expect_ok(hypercall_grant_table_op(GNTTABOP_unmap_and_replace, &op, 1));
    require_gntst(op.status, GNTST_okay);
    gnt_forget(map.handle);
    expect_hex(peer_in_use(peer, ref), 0);
    expect_mem(at, gnt_pattern(2), PAGE_SIZE);
    expect_fill(peer->page[0], peer_fill(0), PAGE_SIZE);

    if ( set_l1e(at, 0) ||
         page_restore(spare) )
        panic("Cannot map a page at its own address again\n");
}

/* A page for dom0 to give away. */
static uint8_t gift[PAGE_SIZE] __page_aligned_bss;

static int give(struct peer *peer, grant_ref_t ref)
{
    struct gnttab_transfer op = {
        .mfn = virt_to_mfn(gift), .domid = peer->domid, .ref = ref,
        .status = GNT_UNTOUCHED,
    };

    memset(gift, 0x77, PAGE_SIZE);
    if ( page_vacate(gift) )
        panic("Cannot unmap a page\n");

    return hypercall_grant_table_op(GNTTABOP_transfer, &op, 1) ?: op.status;
}

/* Map the page again, with a new frame if it was lost. */
static void refill_gift(bool lost)
{
    if ( lost ? page_populate(gift) : page_restore(gift) )
        panic("Cannot allocate or map a page in place of one that was "
              "transferred\n");
}

static unsigned int flags_of(const struct peer *peer, grant_ref_t ref)
{
    return peer->version == 1 ? peer->v1[ref].flags
                              : peer->v2[ref].hdr.flags;
}

static long own_pages(void)
{
    struct xen_memory_domain op = { .domid = DOMID_SELF };

    return hypercall_memory_op(XENMEM_current_reservation, &op);
}

PEER_CASE("transfer: dom0 to peer -> page arrives with its content, ownership and page counts move")
{
    uint64_t had = peer_memory(peer);
    long own = own_pages();
    uint8_t bytes[64];

    need_transfer();
    gnt_peer_spoilt(peer);
    peer_publish(peer, PEER_REF(0), gnt_self(), PEER_HOLE,
                 GTF_accept_transfer);
    expect_gntst(give(peer, PEER_REF(0)), GNTST_okay);
    expect_hex(flags_of(peer, PEER_REF(0)), GTF_accept_transfer |
               GTF_transfer_committed | GTF_transfer_completed);
    expect_eq(peer_memory(peer), had + 1);
    expect_eq(own_pages(), own - 1);

    /*
     * The page is in the peer with its content, and dom0 can no longer map it.
     */
    peer_read(peer, PEER_HOLE_ADDR(0) + PAGE_SIZE - 64, bytes, 64);
    expect_fill(bytes, 0x77, 64);
    expect_ne(page_restore(gift), 0);
    refill_gift(true);
    expect_eq(own_pages(), own);

    /* The peer can grant the page like any other. */
    peer_publish(peer, PEER_REF(1), gnt_self(), PEER_HOLE, GTF_permit_access);
    {
        uint8_t *at = gnt_at();
        struct gnttab_map_grant_ref map =
            gnt_map_of_peer(peer, PEER_REF(1), GNTMAP_host_map, at);

        expect_gntst(gnt_map(&map), GNTST_okay);
        expect_fill(at, 0x77, PAGE_SIZE);
    }
}

/*
 * A refused transfer changes neither the peer's entry nor its number of pages.
 */
static void expect_transfer_refused(struct peer *peer, int want)
{
    uint64_t had = peer_memory(peer);
    unsigned int flags = flags_of(peer, PEER_REF(0));
    int rc = give(peer, PEER_REF(0));

    refill_gift(rc != GNTST_bad_page);
    expect_gntst(rc, want);
    expect_hex(flags_of(peer, PEER_REF(0)), flags);
    expect_eq(peer_memory(peer), had);
}

PEER_CASE("transfer: peer at its memory limit -> GNTST_general_error, accepted after raising the limit")
{
    need_transfer();
    gnt_peer_spoilt(peer);
    expect_ok(peer_limit_memory(peer, peer_memory(peer)));
    peer_publish(peer, PEER_REF(0), gnt_self(), PEER_HOLE,
                 GTF_accept_transfer);
    expect_transfer_refused(peer, GNTST_general_error);

    /* A limit of one page more is enough. */
    expect_ok(peer_limit_memory(peer, peer_memory(peer) + 1));
    if ( give(peer, PEER_REF(0)) == GNTST_okay )
        expect_hex(flags_of(peer, PEER_REF(0)), GTF_accept_transfer |
                   GTF_transfer_committed | GTF_transfer_completed);
    refill_gift(true);
}

PEER_CASE("transfer: peer's entry accepts from another domain -> GNTST_general_error")
{
    need_transfer();
    peer_publish(peer, PEER_REF(0), peer->domid, PEER_HOLE,
                 GTF_accept_transfer);
    expect_transfer_refused(peer, GNTST_general_error);
}

PEER_CASE("transfer: peer's entry is GTF_permit_access -> GNTST_general_error")
{
    need_transfer();
    peer_publish(peer, PEER_REF(0), gnt_self(), PEER_PAGE_GFN(0),
                 GTF_permit_access);
    expect_transfer_refused(peer, GNTST_general_error);
    expect_fill(peer->page[0], peer_fill(0), PAGE_SIZE);
}

PEER_CASE("transfer: peer is dying -> GNTST_general_error")
{
    struct gnttab_map_grant_ref map =
        gnt_map_of_peer(peer, peer_grant(peer, 1, 0), GNTMAP_host_map,
                        gnt_at());
    int rc;

    need_transfer();
    /* dom0's mapping keeps the dying domain in existence. */
    require_gntst(gnt_map(&map), GNTST_okay);
    peer_publish(peer, PEER_REF(0), gnt_self(), PEER_HOLE,
                 GTF_accept_transfer);
    gnt_peer_ended(peer);
    expect_ok(peer_kill(peer));
    require_true(peer_exists(peer));

    rc = give(peer, PEER_REF(0));
    refill_gift(rc != GNTST_bad_page);
    expect_gntst(rc, GNTST_general_error);
    gnt_unmap_all();
    expect_ok(peer_wait_gone(peer));
}

#endif /* CONFIG_PV */
