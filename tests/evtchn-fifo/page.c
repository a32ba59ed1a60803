/*
 * Page references of control block and event array pages: Xen takes a page and
 * a type reference for as long as it uses the page.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <xtf.h>
#include <xtf/harness/gnttab_case.h>
#include <xtf/harness/needs.h>

#include <arch/mm.h>

#ifdef CONFIG_PV

static uint8_t page[PAGE_SIZE] __page_aligned_bss;

/* Xen holds no page reference and no writable type reference. */
#define expect_page_free()                                              \
({                                                                      \
    expect_true(gnt_can_be_pagetable(page));                            \
    expect_true(gnt_unreferenced(page));                                \
})

CASE_FIFO("expand_array: PV, event array page -> cannot be a page table until reset")
{
    require_ok(evtchn_expand_array(virt_to_gfn(page)));
    expect_false(gnt_can_be_pagetable(page));
    require_ok(evtchn_start(EVTCHN_2L));
    expect_page_free();
}

CASE_2L("init_control: PV, page of two control blocks -> cannot be a page table until reset")
{
    const unsigned int last = smp_usable_vcpus() - 1;

    need_fifo_offered();
    memset(page, 0, sizeof(page));
    require_ok(evtchn_init_control(virt_to_gfn(page), 0, 0));
    if ( last )
        require_ok(evtchn_init_control(virt_to_gfn(page), 72, last));
    expect_false(gnt_can_be_pagetable(page));
    require_ok(evtchn_start(EVTCHN_2L));
    expect_page_free();
}

CASE_2L("reset: PV, three event array pages -> no reference to any of them is left")
{
    static uint8_t control[PAGE_SIZE] __page_aligned_bss;
    static uint8_t words[3][PAGE_SIZE] __page_aligned_bss;
    unsigned int i;

    need_fifo_offered();
    require_ok(evtchn_init_control(virt_to_gfn(control), 0, 0));
    for ( i = 0; i < ARRAY_SIZE(words); ++i )
    {
        memset(words[i], 0, PAGE_SIZE);
        require_ok(evtchn_expand_array(virt_to_gfn(words[i])));
        expect_false(gnt_can_be_pagetable(words[i]));
    }

    require_ok(evtchn_start(EVTCHN_2L));
    for ( i = 0; i < ARRAY_SIZE(words); ++i )
    {
        expect_true(gnt_can_be_pagetable(words[i]));
        expect_true(gnt_unreferenced(words[i]));
    }
}

CASE_2L("init_control, expand_array: PV, call refused -> no reference to the page is left")
{
    need_fifo_offered();
    expect_ev_error(evtchn_init_control(virt_to_gfn(page), 4, 0), -EINVAL);
    expect_ev_error(evtchn_init_control(virt_to_gfn(page), PAGE_SIZE, 0),
                    -EINVAL);
    expect_ev_error(evtchn_init_control(virt_to_gfn(page), 0, smp_nr_vcpus()),
                    -ENOENT);
    expect_ev_error(evtchn_expand_array(virt_to_gfn(page)), -EOPNOTSUPP);
    expect_page_free();
}

CASE_FIFO("init_control, expand_array: PV, second control block, one page too many -> no reference is left")
{
    unsigned int i;

    expect_ev_error(evtchn_init_control(virt_to_gfn(page), 0, 0), -EINVAL);
    expect_page_free();

    for ( i = EVTCHN_WORDS_PER_PAGE; i < EVTCHN_FIFO_NR_CHANNELS;
          i += EVTCHN_WORDS_PER_PAGE )
        require_ok(evtchn_expand_array(virt_to_gfn(evtchn_word(0))));
    expect_ev_error(evtchn_expand_array(virt_to_gfn(page)), -ENOSPC);
    expect_page_free();
}

#else

CASE_2L("reset: references to FIFO pages -> dropped")
{
    skip_case("needs a PV guest: it can probe a page's references");
}

#endif
