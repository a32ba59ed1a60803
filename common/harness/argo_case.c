/*
 * What a test of Argo needs.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <xtf/report.h>
#include <xtf/drivers/argo.h>
#include <xtf/harness/argo_case.h>

bool argo_required(void)
{
    long rc = argo_notify(NULL);

    switch ( rc )
    {
    case 0:
        return true;

    case -ENOSYS:
        xtf_skip("this Xen has no Argo: it needs CONFIG_ARGO=y\n");
        break;

    case -EOPNOTSUPP:
        xtf_skip("Argo is off: it needs argo=1,mac-permissive=1 on Xen's "
                 "command line\n");
        break;

    case -ENODEV:
    case -EPERM:
    case -EACCES:
        xtf_skip("the security policy (XSM) keeps this domain off Argo\n");
        break;

    default:
        xtf_failure("XEN_ARGO_OP_notify without rings gives %ld\n", rc);
        break;
    }

    return false;
}
