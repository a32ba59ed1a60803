/*
 * callback_op(cmd, arg): where Xen enters a PV guest other than through the
 * trap table.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef XEN_CALLBACK_H
#define XEN_CALLBACK_H

#include <xen/xen.h>

/* Sub-operations, each with an argument of type struct callback_<name>. */
#define CALLBACKOP_register   0
#define CALLBACKOP_unregister 1 /* Just nmi can be; the others: -EINVAL. */

/* callback_register.type */
#define CALLBACKTYPE_event               0 /* Events are pending. */
#define CALLBACKTYPE_failsafe            1 /* A segment could not be loaded. */
#define CALLBACKTYPE_syscall             2 /* 64-bit guests */
#define CALLBACKTYPE_sysenter_deprecated 3
#define CALLBACKTYPE_nmi                 4
#define CALLBACKTYPE_sysenter            5
#define CALLBACKTYPE_syscall32           7 /* From 32-bit user mode. */

/* callback_register.flags: mask upcalls on entry (event and nmi always do). */
#define _CALLBACKF_mask_events 0
#define CALLBACKF_mask_events  (1U << _CALLBACKF_mask_events)

#ifndef __ASSEMBLY__

struct callback_register {
    uint16_t type;
    uint16_t flags;
    xen_callback_t address; /* INIT_XEN_CALLBACK() */
};
typedef struct callback_register callback_register_t;

struct callback_unregister {
    uint16_t type;
    uint16_t _unused;
};
typedef struct callback_unregister callback_unregister_t;

/* What some call the same. */
#define xen_callback_register   callback_register
#define xen_callback_unregister callback_unregister
typedef struct callback_register xen_callback_register_t;
typedef struct callback_unregister xen_callback_unregister_t;

#endif /* !__ASSEMBLY__ */

#endif /* XEN_CALLBACK_H */
