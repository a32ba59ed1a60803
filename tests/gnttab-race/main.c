/**
 * @file tests/gnttab-race/main.c
 * @ref test-gnttab-race
 *
 * @page test-gnttab-race Grant tables: races between vCPUs
 *
 * Mapping, unmapping, copying, swapping, changing the version and the size of
 * the table on several vCPUs at the same time, many times over. Xen takes a
 * lock of the table, of an entry or of a free list for each step; a missing
 * lock, or a value that is not read again after a lock was dropped, shows only
 * when two processors meet there.
 *
 * Some statements hold in whichever order Xen serves the vCPUs: an entry is in
 * use for as long as it is mapped, and not after; after a grant is revoked,
 * nothing refers to its page; of two unmaps of a mapping one succeeds; a handle
 * names one mapping; a copy moves one whole page or fails; and a frame of the
 * table is at one GFN at most. The cases check these statements during the race
 * and after it.
 *
 * A race of an HVM guest that leaves version 2 while it maps status frames is
 * left out, since Xen may end such a domain. A pass only says that nothing went
 * wrong in this run.
 *
 * This file: copies by several vCPUs through the same entries.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "fixture.h"

const char test_title[] = "Grant tables: races between vCPUs";

#define VCPUS 4

static grant_ref_t refs[2];

/* The fill bytes of pages 0 and 1, of copies to them, and of a revoked page. */
#define BYTE_0  0xa0
#define BYTE_1  0xb1
#define WRITTEN 0xc2
#define PRIVATE 0xd3

static void fill_pages(void)
{
    memset(gnt_page[0], BYTE_0, PAGE_SIZE);
    memset(gnt_page[1], BYTE_1, PAGE_SIZE);
}

/* Copy from this entry, which always grants one of two pages. */
static void check_copy(grant_ref_t ref, uint8_t *to, bool may_fail)
{
    int rc, byte;

    memset(to, 0, PAGE_SIZE);
    rc = race_copy_from(ref, to);
    byte = only_byte(to);

    if ( rc == GNTST_okay )
        race_check(byte == BYTE_0 || byte == BYTE_1,
                   "copy is GNTST_okay, but the destination is filled with "
                   "%#x, expected 0xa0 or 0xb1", byte);
    else
        race_check(may_fail && rc == GNTST_general_error && byte == 0,
                   "copy is %s and the destination is filled with %#x, "
                   "expected GNTST_general_error and 0", gntst_strerror(rc),
                   byte);
}

/* Revoke the entry, and grant the other page by it. */
static bool regrant(unsigned int page, unsigned int flags)
{
    if ( gnttab_revoke(refs[0]) )
        return false;

    gnttab_publish(refs[0], gnt_self(), virt_to_gfn(gnt_page[page]),
                   GTF_permit_access | flags);

    return true;
}

static void change_or_read(unsigned int vcpu)
{
    unsigned int page = 0;

    while ( race_goes_on() )
        if ( vcpu == 0 )
        {
            page ^= regrant(!page, GTF_readonly);
            race_linger();
        }
        else
            check_copy(refs[0], gnt_page[1 + vcpu], true);
}

GNTTAB_CASE("copy race: from an entry that is revoked and republished -> one whole page or nothing")
{
    fill_pages();
    refs[0] = gnt_grant(gnt_page[0], GTF_readonly);
    if ( !race(3, change_or_read) )
        return;

    expect_hex(gnttab_in_use(refs[0]), 0);
    expect_fill(gnt_page[0], BYTE_0, PAGE_SIZE);
    expect_fill(gnt_page[1], BYTE_1, PAGE_SIZE);
}

/* After the grant is revoked, no copy writes to its page. */
static void check_private(uint8_t *page)
{
    memset(page, PRIVATE, PAGE_SIZE);
    race_linger();
    race_check(only_byte(page) == PRIVATE,
               "a copy wrote to a page after its grant was revoked");
}

static void change_or_write(unsigned int vcpu)
{
    unsigned int page = 0;
    int rc;

    while ( race_goes_on() )
        if ( vcpu == 0 )
        {
            race_linger();
            if ( !regrant(!page, 0) )
                continue;
            check_private(gnt_page[page]);
            page = !page;
        }
        else
        {
            rc = race_copy_to(refs[0], gnt_page[2]);
            race_check(rc == GNTST_okay || rc == GNTST_general_error,
                       "copy is %s, expected GNTST_okay or "
                       "GNTST_general_error", gntst_strerror(rc));
        }
}

GNTTAB_CASE("copy race: to an entry that is revoked and republished -> nothing written once revoked")
{
    memset(gnt_page[2], WRITTEN, PAGE_SIZE);
    refs[0] = gnt_grant(gnt_page[0], 0);
    if ( !race(3, change_or_write) )
        return;

    expect_hex(gnttab_in_use(refs[0]), 0);
    expect_fill(gnt_page[2], WRITTEN, PAGE_SIZE);
    expect_page_unchanged(3);
}

static int revoked, copied;

/* After the copy, the entry is not in use, whichever vCPU came first. */
static void copy_or_revoke(unsigned int vcpu)
{
    while ( race_next_round() )
    {
        if ( vcpu == 0 )
        {
            memset(gnt_page[0], BYTE_0, PAGE_SIZE);
            gnttab_publish(refs[0], gnt_self(), virt_to_gfn(gnt_page[0]),
                           GTF_permit_access);
        }
        race_meet();

        race_linger();
        if ( vcpu == 0 )
        {
            revoked = gnttab_revoke(refs[0]);
            if ( !revoked )
                check_private(gnt_page[0]);
        }
        else
            copied = race_copy_to(refs[0], gnt_page[2]);
        race_meet();

        if ( vcpu != 0 )
            continue;
        race_check(!gnttab_in_use(refs[0]),
                   "in-use flags of the entry are %#x after the copy, expected "
                   "0", gnttab_in_use(refs[0]));
        race_check(copied == GNTST_okay || copied == GNTST_general_error,
                   "copy is %s, expected GNTST_okay or GNTST_general_error",
                   gntst_strerror(copied));
        if ( !revoked )
            race_check(only_byte(gnt_page[0]) == PRIVATE,
                       "a copy wrote to the page after its grant was revoked");
        else if ( !copied )
            race_check(only_byte(gnt_page[0]) == WRITTEN,
                       "copy is GNTST_okay, but the page is not filled with "
                       "0xc2");
        if ( revoked )
            race_check(gnttab_revoke(refs[0]) == 0,
                       "entry is in use (flags %#x) after the copy, expected 0",
                       gnttab_in_use(refs[0]));
    }
}

GNTTAB_CASE("copy race: one copy against one revocation -> nothing written once revoked")
{
    memset(gnt_page[2], WRITTEN, PAGE_SIZE);
    refs[0] = gnt_ref();
    XTF_REQUIRE(race(2, copy_or_revoke));
}

static uint16_t *flags_of(grant_ref_t ref)
{
    return gnttab_version() == 1 ? &gnttab_v1[ref].flags
                                 : &gnttab_v2[ref].hdr.flags;
}

/*
 * The guest may change GTF_readonly at any time, and Xen must not write an old
 * value back.
 */
static void change_flag(uint16_t *flags)
{
    unsigned int i, lost = 0, back = 0;

    for ( i = 0; i < 50; ++i )
    {
        fetch_or(flags, GTF_readonly);
        barrier();
        lost += !(fetch_and(flags, (uint16_t)~GTF_readonly) & GTF_readonly);
        barrier();
        back += !!(ACCESS_ONCE(*flags) & GTF_readonly);
    }
    race_check(!lost, "GTF_readonly is clear after the guest set it");
    race_check(!back, "GTF_readonly is set after the guest cleared it");
}

static void change_flag_or_copy(unsigned int vcpu)
{
    uint16_t *flags = flags_of(refs[0]);
    int rc;

    while ( race_goes_on() )
        if ( vcpu == 0 )
        {
            change_flag(flags);
            race_linger();
        }
        else
        {
            rc = race_copy_from(refs[0], gnt_page[vcpu]);
            race_check(rc == GNTST_okay || rc == GNTST_general_error,
                       "copy is %s, expected GNTST_okay or "
                       "GNTST_general_error", gntst_strerror(rc));
        }
}

GNTTAB_CASE("copy race: from an entry whose GTF_readonly the guest changes -> no change lost")
{
    refs[0] = gnt_grant(gnt_page[0], 0);
    if ( race(3, change_flag_or_copy) )
        expect_hex(*flags_of(refs[0]), GTF_permit_access);
}

static void copy_both_ways(unsigned int vcpu)
{
    int rc;

    while ( race_goes_on() )
    {
        rc = vcpu % 2 ? race_copy_to(refs[0], gnt_page[2])
                      : race_copy_from(refs[0], gnt_page[3]);
        race_check(rc == GNTST_okay, "copy is %s, expected GNTST_okay",
                   gntst_strerror(rc));
    }
}

GNTTAB_CASE("copy race: from and to one entry on four vCPUs -> entry not in use, no type left")
{
    memcpy(gnt_page[2], gnt_page[0], PAGE_SIZE);
    refs[0] = gnt_grant(gnt_page[0], 0);
    if ( !race(VCPUS, copy_both_ways) )
        return;

    expect_hex(gnttab_in_use(refs[0]), 0);
    expect_page_unchanged(0);
    expect_mem(gnt_page[3], gnt_pattern(0), PAGE_SIZE);
#ifdef CONFIG_PV
    expect_true(gnt_can_be_pagetable(gnt_page[0]));
#endif
}

static volatile unsigned int nr_swapped;

static void swap_or_copy(unsigned int vcpu)
{
    struct gnttab_swap_grant_ref swap = { .ref_a = refs[0], .ref_b = refs[1] };

    while ( race_goes_on() )
        if ( vcpu == 0 )
        {
            hypercall_grant_table_op(GNTTABOP_swap_grant_ref, &swap, 1);
            race_check(swap.status == GNTST_okay || swap.status == GNTST_eagain,
                       "swap_grant_ref is %s, expected GNTST_okay or "
                       "GNTST_eagain", gntst_strerror(swap.status));
            nr_swapped += swap.status == GNTST_okay;
            race_linger();
        }
        else
            check_copy(refs[vcpu % 2], gnt_page[1 + vcpu], false);
}

GNTTAB_CASE("swap_grant_ref race: entries that other vCPUs copy from -> each swap whole, no entry in use")
{
    unsigned int first;
    int byte;

    fill_pages();
    refs[0] = gnt_grant(gnt_page[0], 0);
    refs[1] = gnt_grant(gnt_page[1], 0);
    nr_swapped = 0;
    if ( !race(3, swap_or_copy) )
        return;

    expect_hex(gnttab_in_use(refs[0]), 0);
    expect_hex(gnttab_in_use(refs[1]), 0);

    /* After an odd number of swaps, each entry grants the other page. */
    first = nr_swapped % 2;
    expect_gntst(race_copy_from(refs[first], gnt_page[2]), GNTST_okay);
    expect_gntst(race_copy_from(refs[!first], gnt_page[3]), GNTST_okay);
    byte = only_byte(gnt_page[2]);
    expect_hex(byte, BYTE_0);
    byte = only_byte(gnt_page[3]);
    expect_hex(byte, BYTE_1);
}
