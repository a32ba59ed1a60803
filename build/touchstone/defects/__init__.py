# SPDX-License-Identifier: BSD-2-Clause
"""Planted defects: does the suite notice when the hypervisor is wrong?

Each defect is an edit rule for one function of Xen.  It is applied to a
private copy of the `full` hypervisor's source, built, and given to the tests;
a defect that no test notices is a hole in the suite.
"""
