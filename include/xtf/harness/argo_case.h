/*
 * What a test of Argo needs.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef XTF_HARNESS_ARGO_CASE_H
#define XTF_HARNESS_ARGO_CASE_H

#include <xtf/types.h>

/** Is Argo there?  If not, the test is reported as SKIP, with what it needs. */
bool argo_required(void);

#endif /* XTF_HARNESS_ARGO_CASE_H */
