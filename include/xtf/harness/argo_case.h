/*
 * What a test of Argo needs.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef XTF_HARNESS_ARGO_CASE_H
#define XTF_HARNESS_ARGO_CASE_H

#include <xtf/types.h>

/**
 * For test_main(): true if Xen offers Argo to this domain.  Otherwise the test
 * is a SKIP that names the option of Xen that enables it.
 */
bool argo_required(void);

#endif /* XTF_HARNESS_ARGO_CASE_H */
