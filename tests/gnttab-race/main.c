/**
 * @file tests/gnttab-race/main.c
 * @ref test-gnttab-race
 *
 * @page test-gnttab-race Grant tables: vCPUs that get in each other's way
 *
 * Mapping, unmapping, copying, swapping, changing the table's version and size
 * on several vCPUs at the same time, many times over.  Xen locks the table,
 * an entry, or a list of handles for each step; a step without its lock, or two
 * between which something may change that is not looked at again, shows only
 * when two processors meet there.
 *
 * Whatever the order in which Xen serves them, some things hold: an entry is in
 * use as long as somebody maps it, and not after; an access that has ended is
 * at an end, and the page the guest's alone; one of two who undo a mapping
 * does; a handle stands for one mapping; a copy moves one page or fails; and a
 * frame of the table is at one place at most.  The cases check just that, while
 * the race goes on and when it is over.
 *
 * A race of an HVM guest that leaves version 2 while it places status frames is
 * left out: Xen may end a domain that does that.  A pass says only that
 * nothing went wrong this time.
 *
 * This file: entries of which all vCPUs copy.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "fixture.h"

const char test_title[] = "Grant tables: races";

#define VCPUS 4

static grant_ref_t refs[2];

/* What pages 0 and 1 are full of, and what is copied to them. */
#define BYTE_0  0xa0
#define BYTE_1  0xb1
#define WRITTEN 0xc2
#define PRIVATE 0xd3

static void fill_pages(void)
{
    memset(gnt_page[0], BYTE_0, PAGE_SIZE);
    memset(gnt_page[1], BYTE_1, PAGE_SIZE);
}

/* Read the entry with this reference, over and over: always one of two pages. */
static void check_copy(grant_ref_t ref, uint8_t *to, bool may_fail)
{
    int rc, byte;

    memset(to, 0, PAGE_SIZE);
    rc = race_copy_from(ref, to);
    byte = only_byte(to);

    if ( rc == GNTST_okay )
        race_check(byte == BYTE_0 || byte == BYTE_1, "a copy says that it is "
                   "done, and has copied %#x", byte);
    else
        race_check(may_fail && rc == GNTST_general_error && byte == 0,
                   "a copy says %s, and has copied %#x", gntst_strerror(rc),
                   byte);
}

/* Take the entry back, and give out the other page. */
static bool give_out(unsigned int page, unsigned int flags)
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
            page ^= give_out(!page, GTF_readonly);
            race_linger();
        }
        else
            check_copy(refs[0], gnt_page[1 + vcpu], true);
}

GNTTAB_CASE("copy: from an entry that changes, all of one page or nothing")
{
    fill_pages();
    refs[0] = gnt_grant(gnt_page[0], GTF_readonly);
    if ( !race(3, change_or_read) )
        return;

    expect_hex(gnttab_in_use(refs[0]), 0);
    expect_fill(gnt_page[0], BYTE_0, PAGE_SIZE);
    expect_fill(gnt_page[1], BYTE_1, PAGE_SIZE);
}

/* What was given out before is ours alone: nobody writes there any more. */
static void check_private(uint8_t *page)
{
    memset(page, PRIVATE, PAGE_SIZE);
    race_linger();
    race_check(only_byte(page) == PRIVATE,
               "a copy writes to a page whose grant has ended");
}

static void change_or_write(unsigned int vcpu)
{
    unsigned int page = 0;
    int rc;

    while ( race_goes_on() )
        if ( vcpu == 0 )
        {
            race_linger();
            if ( !give_out(!page, 0) )
                continue;
            check_private(gnt_page[page]);
            page = !page;
        }
        else
        {
            rc = race_copy_to(refs[0], gnt_page[2]);
            race_check(rc == GNTST_okay || rc == GNTST_general_error,
                       "a copy says %s", gntst_strerror(rc));
        }
}

GNTTAB_CASE("copy: to an entry that changes, never to the page of before")
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

/* A copy that has ended leaves nothing in use, whoever came first. */
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
        race_check(!gnttab_in_use(refs[0]), "the copy is over, and the use %#x",
                   gnttab_in_use(refs[0]));
        race_check(copied == GNTST_okay || copied == GNTST_general_error,
                   "a copy says %s", gntst_strerror(copied));
        if ( !revoked )
            race_check(only_byte(gnt_page[0]) == PRIVATE,
                       "a copy comes after the end of access");
        else if ( !copied )
            race_check(only_byte(gnt_page[0]) == WRITTEN,
                       "a copy says that it is done, and is not");
        if ( revoked )
            race_check(gnttab_revoke(refs[0]) == 0, "is in use");
    }
}

GNTTAB_CASE("copy: while the access ends, before that or not at all")
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

/* The guest may change this flag at any time: Xen must not put it back. */
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
    race_check(!lost, "GTF_readonly was set, and is lost");
    race_check(!back, "GTF_readonly was cleared, and is back");
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
                       "a copy says %s", gntst_strerror(rc));
        }
}

GNTTAB_CASE("copy: from an entry whose GTF_readonly comes and goes, none is lost")
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
        race_check(rc == GNTST_okay, "a copy says %s", gntst_strerror(rc));
    }
}

GNTTAB_CASE("copy: from and to one entry on all vCPUs, and no use is left")
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
                       "swap_grant_ref says %s", gntst_strerror(swap.status));
            nr_swapped += swap.status == GNTST_okay;
            race_linger();
        }
        else
            check_copy(refs[vcpu % 2], gnt_page[1 + vcpu], false);
}

GNTTAB_CASE("copy: from entries that are swapped, and no use is left")
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

    /* After an odd number of swaps it is the other page. */
    first = nr_swapped % 2;
    expect_gntst(race_copy_from(refs[first], gnt_page[2]), GNTST_okay);
    expect_gntst(race_copy_from(refs[!first], gnt_page[3]), GNTST_okay);
    byte = only_byte(gnt_page[2]);
    expect_hex(byte, BYTE_0);
    byte = only_byte(gnt_page[3]);
    expect_hex(byte, BYTE_1);
}
