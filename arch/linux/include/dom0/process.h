/*
 * What a test's program for dom0 has beside the harness: Linux, and the domain
 * of the test's image, which runs at the same time.
 *
 * Include the C library's headers ahead of this one.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef DOM0_PROCESS_H
#define DOM0_PROCESS_H

#include <xtf/harness/case.h>
#include <xtf/lib.h>

/* The domain that runs the test's image. */
extern unsigned int peer_domid;

/** The release of Linux: 601 for 6.1. */
unsigned int linux_release(void);

/** Whether this dom0 is a PV domain; else it is a PVH domain. */
bool linux_is_pv(void);

/**
 * ioctl(): what it returns, or -errno.  With distort=<letter> on the command
 * line, requests of that letter are reported as failed when they succeed, and
 * reverse.
 */
long linux_ioctl(int fd, unsigned long request, void *op);

/**
 * mmap() of @p fd, shared: the address, or NULL with -errno in *error.  With
 * distort=M, *error is wrong.
 */
void *linux_mmap(int fd, uint64_t offset, size_t bytes, int prot, long *error);

/**
 * Access a byte: 0, or the number of the signal that the access raised.
 * @p byte holds the byte that was read, unless it is NULL.
 */
int linux_read_byte(const volatile void *at, uint8_t *byte);
int linux_write_byte(volatile void *at, uint8_t byte);

/** The same for every byte of a range, stopping at the first signal. */
int linux_read_bytes(const void *at, void *buf, size_t bytes);

/** Sleep for so many milliseconds. */
void linux_sleep_ms(unsigned int ms);

/** Milliseconds since the system booted. */
uint64_t linux_now_ms(void);

#endif /* DOM0_PROCESS_H */
