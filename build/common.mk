# What a test's Makefile starts from: everything that it may set, empty.
# SPDX-License-Identifier: BSD-2-Clause
#
#   NAME            the test's name, as its directory is called
#   CATEGORY        special functional xsa utility in-development bench ...
#   TEST-ENVS       the environments it is built for
#   ROLES           what its domains are, if it needs several: see docs/peers.md
#   PAIRINGS        environments for the roles, ENV+ENV; common-pairings (the
#                   default) or all-pairings are lists made of TEST-ENVS
#   MORE-PAIRINGS   others, which are run only when asked for
#   obj-perenv      its objects; obj-<environment> for one alone
#   VCPUS           virtual CPUs, if more than one
#   VARY-CFG        variations: for each a file <variation>.cfg.in of xl.cfg,
#                   its own or one of build/make/cfg (hap, shadow)
#   TEST-EXTRA-CFG  a file of xl.cfg for all its instances
#   TEST-TIMEOUT    seconds an instance may take, if more than the runner's
#   TEST-REALTIME   y: it measures time, and must run in real time
#   TEST-COLD       y: Xen must boot for it, and not go on from a saved state
#   XEN-CMDLINE     options that it needs on Xen's command line
#   CFLAGS          flags for its own objects only
#   obj-dom0        objects of a program for Linux in dom0, which the runner
#                   starts beside each of the test's instances

test-makefile := $(lastword $(filter-out %/build/common.mk,$(MAKEFILE_LIST)))
test-dir := $(patsubst $(ROOT)/%,%,$(abspath $(dir $(test-makefile))))

NAME :=
CATEGORY :=
TEST-ENVS :=
ROLES :=
PAIRINGS := common-pairings
MORE-PAIRINGS :=
VCPUS := 1
VARY-CFG :=
TEST-EXTRA-CFG :=
TEST-TIMEOUT :=
TEST-REALTIME :=
TEST-COLD :=
XEN-CMDLINE :=
CFLAGS :=
obj-perenv :=
obj-perarch :=
obj-dom0 :=
$(foreach env,$(ALL_ENVIRONMENTS),$(eval obj-$(env) :=))
