/*
 * The program for dom0: all cases, in a domain's company.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "peer.h"

#include <xtf/report.h>
#include <xtf/test.h>
#include <xtf/xenstore.h>

const char test_title[] = "Linux: /dev/xen/gntdev and /dev/xen/gntalloc";

/* The numbers of the requests are Linux's. */
#include <linux/ioctl.h>

#define SAME(request, letter, nr, type)                                 \
    _Static_assert(request == _IOC(_IOC_NONE, letter, nr, sizeof(type)), \
                   #request)

SAME(IOCTL_GNTDEV_MAP_GRANT_REF, 'G', 0, struct ioctl_gntdev_map_grant_ref);
SAME(IOCTL_GNTDEV_GRANT_COPY, 'G', 8, struct ioctl_gntdev_grant_copy);
SAME(IOCTL_GNTALLOC_ALLOC_GREF, 'G', 5, struct ioctl_gntalloc_alloc_gref);
SAME(IOCTL_EVTCHN_NOTIFY, 'E', 4, struct ioctl_evtchn_notify);

static int open_device(const char *path)
{
    int fd = open(path, O_RDWR | O_CLOEXEC);

    if ( fd < 0 )
        xtf_skip("Skip: needs %s in dom0 (%s): modprobe xen-gntdev xen-gntalloc"
                 " xen-evtchn, as root\n", path, strerror(errno));

    return fd;
}

void test_main(void)
{
    if ( xenstore_init() )
        return xtf_error("Error: xenstored cannot be reached: %s\n",
                         strerror(errno));

    evtchn = open_device("/dev/xen/evtchn");
    gntdev = open_device("/dev/xen/gntdev");
    if ( evtchn >= 0 && gntdev >= 0 )
    {
        close(gntdev);
        xtf_run_cases();
    }

    peer_end();
}
