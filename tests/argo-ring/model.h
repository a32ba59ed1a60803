/*
 * A ring and a model of its bytes.
 *
 * The model has a copy of each frame, including pointers, padding and the bytes
 * behind the ring buffer.  A message that is sent through the model changes the
 * ring, by Xen, and the copy, by the rules of the ABI; both must be equal then.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef TEST_RING_MODEL_H
#define TEST_RING_MODEL_H

#include <xtf.h>
#include <xtf/drivers/argo.h>

#define PORT        0x51075
#define FROM        0xaffe
#define MAX_FRAMES  3

extern struct argo_ring ring;

/** Source of payloads, in which no short sequence of bytes occurs twice. */
extern uint8_t data[MAX_FRAMES * PAGE_SIZE];

/**
 * Register the ring with @p len bytes, empty, both pointers at @p off, and a
 * pattern in all of its memory.  It is unregistered when the case ends, or at
 * the next call.
 */
bool model_open(uint32_t len, uint32_t off);

/** Send these buffers, which must fit.  False if any byte differs; reported. */
bool model_send(const xen_argo_iov_t *iov, unsigned int niov);

/** Send data[from] to data[from + len - 1]. */
bool model_send_data(uint32_t from, uint32_t len);

/** Send a message: must fail with @p error, no VIRQ_ARGO, no byte changed. */
bool model_refused(uint32_t len, int error);

/** The receiver sets its pointer to @p rx_ptr. */
void model_receive_to(uint32_t rx_ptr);

/** The receiver empties the ring. */
void model_receive_all(void);

/** Compare all bytes of ring and model; differences are reported. */
bool model_check(void);

/** The tx_ptr of the model. */
uint32_t model_tx(void);

/** Free bytes of the ring buffer: all of them if it is empty. */
uint32_t model_free(void);

#endif /* TEST_RING_MODEL_H */
