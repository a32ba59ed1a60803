/*
 * The UART that Xen emulates for a domain: the data and flags registers of an
 * SBSA generic UART, which are all that output needs.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <xtf/lib.h>

#include <arch/lib.h>
#include <arch/pagetable.h>
#include <arch/setup.h>

#define UART_DR         0x00
#define UART_FR         0x18
#define UART_FR_TXFF    (1 << 5)

static volatile uint8_t *uart;

static void put_char(char c)
{
    while ( mmio_read32(uart + UART_FR) & UART_FR_TXFF )
        ;
    mmio_write32(uart + UART_DR, (uint8_t)c);
}

static void find_uart(void)
{
    int node;
    uint64_t addr, size;

    read_device_tree();
    node = fdt_next_compatible(&device_tree, -1, "arm,sbsa-uart");
    if ( node >= 0 && fdt_reg(&device_tree, node, 0, &addr, &size) )
        uart = linear_map(addr, size, PTE_BLOCK_DEVICE);
}

static void uart_write(const char *buf, size_t len)
{
    static bool looked;

    if ( !looked )
        find_uart();
    looked = true;

    for ( ; uart && len; --len, ++buf )
    {
        if ( *buf == '\n' )
            put_char('\r');
        put_char(*buf);
    }
}

const cons_output_cb arch_debug_console = uart_write;
