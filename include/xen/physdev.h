/*
 * physdev_op(cmd, arg): I/O privilege of PV guests, physical interrupts, PCI.
 *
 * Most of it is for dom0 or needs a device to be assigned; the I/O privilege of
 * PV user mode and the status query are for everybody.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef XEN_PHYSDEV_H
#define XEN_PHYSDEV_H

#include <xen/xen.h>

/* Sub-operations; behind each, what arg points at. */
#define PHYSDEVOP_IRQ_UNMASK_NOTIFY  4 /* Legacy; NULL */
#define PHYSDEVOP_irq_status_query   5 /* physdev_irq_status_query */
#define PHYSDEVOP_set_iopl           6 /* physdev_set_iopl */
#define PHYSDEVOP_set_iobitmap       7 /* physdev_set_iobitmap */
#define PHYSDEVOP_apic_read          8 /* physdev_apic */
#define PHYSDEVOP_apic_write         9 /* physdev_apic */
#define PHYSDEVOP_alloc_irq_vector  10 /* physdev_irq */
#define PHYSDEVOP_free_irq_vector   11 /* physdev_irq; does nothing. */
#define PHYSDEVOP_eoi               12 /* physdev_eoi */
#define PHYSDEVOP_map_pirq          13 /* physdev_map_pirq */
#define PHYSDEVOP_unmap_pirq        14 /* physdev_unmap_pirq */
#define PHYSDEVOP_manage_pci_add    15 /* physdev_manage_pci */
#define PHYSDEVOP_manage_pci_remove 16 /* physdev_manage_pci */
#define PHYSDEVOP_pirq_eoi_gmfn_v1  17 /* physdev_pirq_eoi_gmfn */
#define PHYSDEVOP_restore_msi       19 /* physdev_restore_msi */
#define PHYSDEVOP_manage_pci_add_ext 20 /* physdev_manage_pci_ext */
#define PHYSDEVOP_setup_gsi         21 /* physdev_setup_gsi */
#define PHYSDEVOP_get_free_pirq     23 /* physdev_get_free_pirq */
#define PHYSDEVOP_pci_mmcfg_reserved 24 /* physdev_pci_mmcfg_reserved */
#define PHYSDEVOP_pci_device_add    25 /* physdev_pci_device_add */
#define PHYSDEVOP_pci_device_remove 26 /* physdev_pci_device */
#define PHYSDEVOP_restore_msi_ext   27 /* physdev_pci_device */
#define PHYSDEVOP_pirq_eoi_gmfn_v2  28 /* physdev_pirq_eoi_gmfn */
#define PHYSDEVOP_pirq_eoi_gmfn     PHYSDEVOP_pirq_eoi_gmfn_v2
#define PHYSDEVOP_dbgp_op           29 /* physdev_dbgp_op */
#define PHYSDEVOP_prepare_msix      30 /* physdev_pci_device */
#define PHYSDEVOP_release_msix      31 /* physdev_pci_device */

/* physdev_irq_status_query.flags */
#define _XENIRQSTAT_needs_eoi 0
#define XENIRQSTAT_needs_eoi  (1U << _XENIRQSTAT_needs_eoi)
#define _XENIRQSTAT_shared    1
#define XENIRQSTAT_shared     (1U << _XENIRQSTAT_shared)

/* physdev_map_pirq.type, physdev_get_free_pirq.type */
#define MAP_PIRQ_TYPE_MSI       0x0
#define MAP_PIRQ_TYPE_GSI       0x1
#define MAP_PIRQ_TYPE_UNKNOWN   0x2
#define MAP_PIRQ_TYPE_MSI_SEG   0x3 /* PCI segment in bits 31:16 of bus. */
#define MAP_PIRQ_TYPE_MULTI_MSI 0x4 /* So, too; entry_nr: how many. */

/* physdev_pci_mmcfg_reserved.flags */
#define XEN_PCI_MMCFG_RESERVED 0x1

/* physdev_pci_device_add.flags */
#define XEN_PCI_DEV_EXTFN  0x1
#define XEN_PCI_DEV_VIRTFN 0x2 /* physfn is valid. */
#define XEN_PCI_DEV_PXM    0x4 /* optarr[0] is the proximity domain. */

/* physdev_dbgp_op.op, .bus */
#define PHYSDEVOP_DBGP_RESET_PREPARE 1
#define PHYSDEVOP_DBGP_RESET_DONE    2
#define PHYSDEVOP_DBGP_BUS_UNKNOWN   0
#define PHYSDEVOP_DBGP_BUS_PCI       1

#ifndef __ASSEMBLY__

struct physdev_irq_status_query {
    uint32_t irq;
    uint32_t flags; /* OUT: XENIRQSTAT_* */
};
typedef struct physdev_irq_status_query physdev_irq_status_query_t;

/* The current vCPU's virtual IOPL. */
struct physdev_set_iopl {
    uint32_t iopl; /* 0 to 3, else -EINVAL. */
};
typedef struct physdev_set_iopl physdev_set_iopl_t;

/*
 * The current vCPU's I/O permission bitmap: a clear bit permits. Xen keeps the
 * address and reads the bitmap there whenever an access traps.
 */
struct physdev_set_iobitmap {
    const void *bitmap;
    uint32_t nr_ports; /* Up to 65536, else -EINVAL. */
};
typedef struct physdev_set_iobitmap physdev_set_iobitmap_t;

struct physdev_apic {
    unsigned long apic_physbase; /* Which I/O APIC. */
    uint32_t reg;
    uint32_t value; /* read: OUT */
};
typedef struct physdev_apic physdev_apic_t;

struct physdev_irq {
    uint32_t irq;
    uint32_t vector; /* OUT */
};
typedef struct physdev_irq physdev_irq_t;

struct physdev_eoi {
    uint32_t irq;
};
typedef struct physdev_eoi physdev_eoi_t;

/* A page in which Xen shows, a bit a PIRQ, which ones need an EOI. */
struct physdev_pirq_eoi_gmfn {
    xen_pfn_t gmfn;
};
typedef struct physdev_pirq_eoi_gmfn physdev_pirq_eoi_gmfn_t;

struct physdev_map_pirq {
    domid_t domid;
    int type;            /* MAP_PIRQ_TYPE_* */
    int index;           /* GSI: its number; MSI: a vector or -1. */
    int pirq;            /* Wanted, or -1; OUT: the one. */
    int bus, devfn;      /* MSI: the device. */
    int entry_nr;        /* MSI-X: the entry. */
    uint64_t table_base; /* MSI-X: the table; 0: plain MSI. */
};
typedef struct physdev_map_pirq physdev_map_pirq_t;

struct physdev_unmap_pirq {
    domid_t domid;
    int pirq;
};
typedef struct physdev_unmap_pirq physdev_unmap_pirq_t;

struct physdev_get_free_pirq {
    int type;      /* MAP_PIRQ_TYPE_* */
    uint32_t pirq; /* OUT */
};
typedef struct physdev_get_free_pirq physdev_get_free_pirq_t;

struct physdev_setup_gsi {
    int gsi;
    uint8_t triggering; /* 0: edge, 1: level */
    uint8_t polarity;   /* 0: active high, 1: active low */
};
typedef struct physdev_setup_gsi physdev_setup_gsi_t;

struct physdev_manage_pci {
    uint8_t bus;
    uint8_t devfn;
};
typedef struct physdev_manage_pci physdev_manage_pci_t;

struct physdev_restore_msi {
    uint8_t bus;
    uint8_t devfn;
};
typedef struct physdev_restore_msi physdev_restore_msi_t;

struct physdev_manage_pci_ext {
    uint8_t bus;
    uint8_t devfn;
    uint32_t is_extfn;
    uint32_t is_virtfn;
    struct {
        uint8_t bus;
        uint8_t devfn;
    } physfn;
};
typedef struct physdev_manage_pci_ext physdev_manage_pci_ext_t;

struct physdev_pci_mmcfg_reserved {
    uint64_t address;
    uint16_t segment;
    uint8_t start_bus;
    uint8_t end_bus;
    uint32_t flags; /* XEN_PCI_MMCFG_RESERVED */
};
typedef struct physdev_pci_mmcfg_reserved physdev_pci_mmcfg_reserved_t;

struct physdev_pci_device_add {
    uint16_t seg;
    uint8_t bus;
    uint8_t devfn;
    uint32_t flags; /* XEN_PCI_DEV_* */
    struct {
        uint8_t bus;
        uint8_t devfn;
    } physfn;
    uint32_t optarr[];
};
typedef struct physdev_pci_device_add physdev_pci_device_add_t;

struct physdev_pci_device {
    uint16_t seg;
    uint8_t bus;
    uint8_t devfn;
};
typedef struct physdev_pci_device physdev_pci_device_t;

struct physdev_dbgp_op {
    uint8_t op;  /* PHYSDEVOP_DBGP_RESET_* */
    uint8_t bus; /* PHYSDEVOP_DBGP_BUS_* */
    union {
        physdev_pci_device_t pci;
    } u;
};
typedef struct physdev_dbgp_op physdev_dbgp_op_t;

/* The argument of __HYPERVISOR_physdev_op_compat. */
struct physdev_op {
    uint32_t cmd;
    union {
        physdev_irq_status_query_t irq_status_query;
        physdev_set_iopl_t set_iopl;
        physdev_set_iobitmap_t set_iobitmap;
        physdev_apic_t apic_op;
        physdev_irq_t irq_op;
    } u;
};
typedef struct physdev_op physdev_op_t;

#endif /* !__ASSEMBLY__ */

#endif /* XEN_PHYSDEV_H */
