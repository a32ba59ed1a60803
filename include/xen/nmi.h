/*
 * nmi_op(cmd, arg): a PV guest's NMI handler (the older way; see callback_op).
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef XEN_NMI_H
#define XEN_NMI_H

#include <xen/xen.h>

/* Sub-operations. */
#define XENNMI_register_callback   0 /* xennmi_callback; this vCPU. */
#define XENNMI_unregister_callback 1 /* NULL */

/* arch_shared_info.nmi_reason: dom0 finds out what the hardware said. */
#define _XEN_NMIREASON_io_error 0
#define XEN_NMIREASON_io_error  (xen_mk_ulong(1) << _XEN_NMIREASON_io_error)
#define _XEN_NMIREASON_pci_serr 1
#define XEN_NMIREASON_pci_serr  (xen_mk_ulong(1) << _XEN_NMIREASON_pci_serr)
#define _XEN_NMIREASON_unknown  2
#define XEN_NMIREASON_unknown   (xen_mk_ulong(1) << _XEN_NMIREASON_unknown)

#ifndef __ASSEMBLY__

struct xennmi_callback {
    unsigned long handler_address;
    unsigned long pad;
};
typedef struct xennmi_callback xennmi_callback_t;

#endif /* !__ASSEMBLY__ */

#endif /* XEN_NMI_H */
