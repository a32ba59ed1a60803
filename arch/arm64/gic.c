/*
 * The interrupt controller: see <arch/gic.h>.
 *
 * All private interrupts have one priority and are of group 1, the one that
 * reaches a kernel as IRQ.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <xtf/lib.h>

#include <arch/gic.h>
#include <arch/lib.h>
#include <arch/pagetable.h>
#include <arch/setup.h>

/* The distributor. */
#define GICD_CTLR               0x000
#define GICD_CTLR_ENABLE_V2     (1 << 0)
#define GICD_CTLR_ENABLE_GRP1   (1 << 1)
#define GICD_CTLR_ARE           (1 << 4)

/*
 * A vCPU's private interrupts, at these offsets in the distributor of version 2
 * and in the second half of a redistributor of version 3.
 */
#define GIC_IGROUPR             0x080
#define GIC_ISENABLER           0x100
#define GIC_ICENABLER           0x180
#define GIC_IPRIORITYR          0x400

/* The CPU interface of version 2. */
#define GICC_CTLR               0x00
#define GICC_PMR                0x04
#define GICC_IAR                0x0c
#define GICC_EOIR               0x10

/* A redistributor of version 3: two frames of 64k. */
#define GICR_TYPER              0x0008
#define GICR_TYPER_LAST         (1 << 4)
#define GICR_WAKER              0x0014
#define GICR_WAKER_SLEEP        (1 << 1)
#define GICR_WAKER_ASLEEP       (1 << 2)
#define GICR_PRIVATE            0x10000
#define GICR_STRIDE             0x20000

/* System registers of version 3, by their encoding: assemblers vary. */
#define ICC_PMR_EL1             s3_0_c4_c6_0
#define ICC_IAR1_EL1            s3_0_c12_c12_0
#define ICC_EOIR1_EL1           s3_0_c12_c12_1
#define ICC_SRE_EL1             s3_0_c12_c12_5
#define ICC_IGRPEN1_EL1         s3_0_c12_c12_7

/* More regions of redistributors than this are not looked at. */
#define MAX_REGIONS             4

#define PRIORITY                0xa0
#define ALL_PRIORITIES          0xff

static unsigned int version;
static volatile uint8_t *distributor, *cpu_interface;
static struct
{
    volatile uint8_t *base;
    uint64_t size;
} regions[MAX_REGIONS];

static volatile uint8_t *map_reg(int node, unsigned int index, uint64_t *size)
{
    uint64_t addr;

    return fdt_reg(&device_tree, node, index, &addr, size) ?
        linear_map(addr, *size, PTE_BLOCK_DEVICE) : NULL;
}

bool gic_init(void)
{
    static const struct
    {
        const char *compatible;
        unsigned int version;
    } kinds[] = {
        { "arm,gic-v3", 3 },
        { "arm,cortex-a15-gic", 2 },
        { "arm,cortex-a7-gic", 2 },
        { "arm,gic-400", 2 },
    };
    unsigned int i, k;
    uint64_t size;
    int node = -1;

    for ( k = 0; node < 0 && k < ARRAY_SIZE(kinds); k += node < 0 )
        node = fdt_next_compatible(&device_tree, -1, kinds[k].compatible);
    if ( node < 0 )
        return false;

    distributor = map_reg(node, 0, &size);
    if ( kinds[k].version == 2 )
        cpu_interface = map_reg(node, 1, &size);
    else
        for ( i = 0; i < MAX_REGIONS; ++i )
            regions[i].base = map_reg(node, 1 + i, &regions[i].size);

    if ( !distributor || (!cpu_interface && !regions[0].base) )
        return false;

    version = kinds[k].version;
    mmio_write32(distributor + GICD_CTLR, version == 2 ? GICD_CTLR_ENABLE_V2 :
            GICD_CTLR_ARE | GICD_CTLR_ENABLE_GRP1);

    return true;
}

unsigned int gic_version(void)
{
    return version;
}

/* The redistributor of this vCPU, by its affinity; NULL if there is none. */
static volatile uint8_t *redistributor(void)
{
    const uint64_t mpidr = read_sysreg(mpidr_el1);
    const uint32_t affinity = ((mpidr >> 8) & 0xff000000) | (mpidr & 0xffffff);
    unsigned int i;

    for ( i = 0; i < MAX_REGIONS && regions[i].base; ++i )
    {
        uint64_t at = 0;
        uint32_t typer;

        do {
            volatile uint8_t *frame = regions[i].base + at;

            typer = mmio_read32(frame + GICR_TYPER);
            if ( mmio_read32(frame + GICR_TYPER + 4) == affinity )
                return frame;
            at += GICR_STRIDE;
        } while ( !(typer & GICR_TYPER_LAST) &&
                  at + GICR_STRIDE <= regions[i].size );
    }

    return NULL;
}

/* The registers of this vCPU's private interrupts. */
static volatile uint8_t *private_frame(void)
{
    volatile uint8_t *frame;

    if ( version == 2 )
        return distributor;

    frame = redistributor();
    if ( !frame )
        panic("This vCPU has no redistributor\n");

    return frame + GICR_PRIVATE;
}

void gic_init_vcpu(void)
{
    volatile uint8_t *frame = private_frame();
    unsigned int irq;

    if ( version == 3 )
    {
        volatile uint8_t *redist = frame - GICR_PRIVATE;

        mmio_write32(redist + GICR_WAKER,
                mmio_read32(redist + GICR_WAKER) & ~GICR_WAKER_SLEEP);
        while ( mmio_read32(redist + GICR_WAKER) & GICR_WAKER_ASLEEP )
            ;
    }

    for ( irq = 0; irq < GIC_NR_PRIVATE; irq += 4 )
        mmio_write32(frame + GIC_IPRIORITYR + irq, PRIORITY * 0x01010101u);

    if ( version == 2 )
    {
        mmio_write32(cpu_interface + GICC_PMR, ALL_PRIORITIES);
        mmio_write32(cpu_interface + GICC_CTLR, 1);
    }
    else
    {
        mmio_write32(frame + GIC_IGROUPR, ~0u);
        write_sysreg(ICC_SRE_EL1, read_sysreg(ICC_SRE_EL1) | 1);
        write_sysreg(ICC_PMR_EL1, ALL_PRIORITIES);
        write_sysreg(ICC_IGRPEN1_EL1, 1);
    }
}

void gic_enable(unsigned int irq, bool enable)
{
    ASSERT(irq < GIC_NR_PRIVATE);

    mmio_write32(private_frame() + (enable ? GIC_ISENABLER : GIC_ICENABLER),
            1u << irq);
    mb();
}

unsigned int gic_acknowledge(void)
{
    unsigned int irq = version == 2 ? mmio_read32(cpu_interface + GICC_IAR)
                                    : read_sysreg(ICC_IAR1_EL1);

    mb();

    /* Version 2: above the number of a software generated one, its sender. */
    return irq & (version == 2 ? 0x3ff : 0xffffff);
}

void gic_end(unsigned int irq)
{
    mb();
    if ( version == 2 )
        mmio_write32(cpu_interface + GICC_EOIR, irq);
    else
        write_sysreg(ICC_EOIR1_EL1, irq);
}
