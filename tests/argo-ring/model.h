/*
 * A ring and what it must look like, byte by byte.
 *
 * The model holds a copy of each frame, pointers, padding and what is behind
 * the circle included.  Sending through it changes the ring by Xen and the copy
 * by what the ABI says; after that both must be equal.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef TEST_RING_MODEL_H
#define TEST_RING_MODEL_H

#include <xtf.h>
#include <xtf/argo.h>

#define PORT        0x51075
#define FROM        0xaffe
#define MAX_FRAMES  3

extern struct argo_ring ring;

/** Source of payloads: any run of bytes in it tells where it begins. */
extern uint8_t data[MAX_FRAMES * PAGE_SIZE];

/**
 * Register the ring with @p len bytes, empty, both pointers at @p off, and a
 * pattern in all of its memory.  It lasts until the case ends, or the next call.
 */
bool model_open(uint32_t len, uint32_t off);

/** Send these buffers, which must fit.  False, and reported, if any byte is wrong. */
bool model_send(const xen_argo_iov_t *iov, unsigned int niov);

/** Send data[from] to data[from + len - 1]. */
bool model_send_data(uint32_t from, uint32_t len);

/** A message which must be refused with @p error, unannounced, without a trace. */
bool model_refused(uint32_t len, int error);

/** The receiver moves to @p rx_ptr. */
void model_receive_to(uint32_t rx_ptr);

/** The receiver takes all there is. */
void model_receive_all(void);

/** Compare all bytes; the names of what differs are printed. */
bool model_check(void);

/** tx_ptr as it must be. */
uint32_t model_tx(void);

/** Free bytes of the circle: all of them if the ring is empty. */
uint32_t model_free(void);

#endif /* TEST_RING_MODEL_H */
