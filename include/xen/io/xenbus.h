/*
 * How far a PV device's front end or back end has come: the decimal number in
 * its xenstore node "state".
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef XEN_IO_XENBUS_H
#define XEN_IO_XENBUS_H

#ifndef __ASSEMBLY__

enum xenbus_state {
    XenbusStateUnknown       = 0,
    XenbusStateInitialising  = 1,
    XenbusStateInitWait      = 2, /* Waits for the other end's details. */
    XenbusStateInitialised   = 3, /* Waits to be connected to. */
    XenbusStateConnected     = 4,
    XenbusStateClosing       = 5,
    XenbusStateClosed        = 6,
    XenbusStateReconfiguring = 7,
    XenbusStateReconfigured  = 8,
};
typedef enum xenbus_state XenbusState;

#endif /* !__ASSEMBLY__ */

#endif /* XEN_IO_XENBUS_H */
