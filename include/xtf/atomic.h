/*
 * Memory shared with another observer: the hypervisor, another vCPU, another
 * domain.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef XTF_ATOMIC_H
#define XTF_ATOMIC_H

#include <xtf/compiler.h>

/*
 * Exactly one access of the object's own width: neither merged, repeated,
 * split nor left out.
 */
#define ACCESS_ONCE(x) (*(volatile __typeof__(x) *)&(x))

#include <arch/atomic.h>

#endif /* XTF_ATOMIC_H */
