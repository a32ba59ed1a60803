/**
 * @file tests/vcpu-areas/main.c
 * @ref test-vcpu-areas
 *
 * @page test-vcpu-areas vCPUs: runstate, time and vcpu_info areas
 *
 * Xen writes a vCPU's runstate, time and vcpu_info where the guest says, at
 * any aligned address.  Areas that cross a page boundary are where
 * implementations err: KVM's refused or misplaced them (Linux commits
 * 5ec3289b31ab and d8ba8ba4c801).  Each area is tried at all aligned offsets
 * around such a boundary, and no byte beside it may change.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "areas.h"

const char test_title[] = "vCPUs: runstate, time and vcpu_info areas";

uint8_t pages[2 * PAGE_SIZE] __page_aligned_bss;

uint8_t *fresh_area(unsigned int offset)
{
    memset(pages, UNUSED, sizeof(pages));

    return pages + offset;
}

bool expect_only_changed(const struct xtf_where *w, unsigned int offset,
                         unsigned int size)
{
    const unsigned int end = offset + size;

    return xtf_expect_fill(w, pages, UNUSED, offset) &&
        xtf_expect_fill(w, pages + end, UNUSED, sizeof(pages) - end);
}

bool has_feature(unsigned int bit)
{
    struct xen_feature_info info = { .submap_idx = bit / 32 };

    return !hypercall_xen_version(XENVER_get_features, &info) &&
        (info.submap & (1u << (bit % 32)));
}

bool area_offset(unsigned int i, size_t size, unsigned int *offset)
{
    static const unsigned int within[] = {
        0, ALIGNMENT, 64, 0x7f8, PAGE_SIZE + 64,
    };
    const unsigned int around = size / ALIGNMENT + 1;

    if ( i < around )
        *offset = PAGE_SIZE - size + i * ALIGNMENT;
    else if ( i - around < ARRAY_SIZE(within) )
        *offset = within[i - around];
    else
        return false;

    return true;
}
