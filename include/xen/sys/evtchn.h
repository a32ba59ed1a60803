/*
 * Linux: /dev/xen/evtchn, through which a process has event channels.  Reading
 * the file gives the numbers of ports that were notified; writing one back
 * unmasks it.
 *
 * A request of ioctl() that binds a port returns its number; the others return
 * 0.  Each may return -1 with an errno.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef XEN_SYS_EVTCHN_H
#define XEN_SYS_EVTCHN_H

/* What Linux makes of a request's number and the size of its structure. */
#define EVTCHN_REQUEST(nr, size)    (((size) << 16) | ('E' << 8) | (nr))

#ifndef __ASSEMBLY__

/* EVTCHNOP_bind_virq, on vCPU 0 or as Linux likes. */
#define IOCTL_EVTCHN_BIND_VIRQ \
    EVTCHN_REQUEST(0, sizeof(struct ioctl_evtchn_bind_virq))
struct ioctl_evtchn_bind_virq {
    unsigned int virq;
};

/* EVTCHNOP_bind_interdomain */
#define IOCTL_EVTCHN_BIND_INTERDOMAIN \
    EVTCHN_REQUEST(1, sizeof(struct ioctl_evtchn_bind_interdomain))
struct ioctl_evtchn_bind_interdomain {
    unsigned int remote_domain, remote_port;
};

/* EVTCHNOP_alloc_unbound, for remote_domain to bind. */
#define IOCTL_EVTCHN_BIND_UNBOUND_PORT \
    EVTCHN_REQUEST(2, sizeof(struct ioctl_evtchn_bind_unbound_port))
struct ioctl_evtchn_bind_unbound_port {
    unsigned int remote_domain;
};

/* EVTCHNOP_close of a port that this file has bound. */
#define IOCTL_EVTCHN_UNBIND \
    EVTCHN_REQUEST(3, sizeof(struct ioctl_evtchn_unbind))
struct ioctl_evtchn_unbind {
    unsigned int port;
};

/* EVTCHNOP_send through a port that this file has bound. */
#define IOCTL_EVTCHN_NOTIFY \
    EVTCHN_REQUEST(4, sizeof(struct ioctl_evtchn_notify))
struct ioctl_evtchn_notify {
    unsigned int port;
};

/* Forget all notifications that were not read. */
#define IOCTL_EVTCHN_RESET  EVTCHN_REQUEST(5, 0)

#endif /* !__ASSEMBLY__ */
#endif /* XEN_SYS_EVTCHN_H */
