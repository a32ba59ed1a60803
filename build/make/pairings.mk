# Which environments the domains of a test with several roles run in.
# SPDX-License-Identifier: BSD-2-Clause

# From the second word on, and the first once more behind the last.
rest-of = $(wordlist 2,$(words $(1)),$(1))
rotated = $(call rest-of,$(1)) $(firstword $(1))

# Each environment in each role once: the list with itself, moved by one for
# each further role.
zip = $(if $(strip $(1)),$(firstword $(1))+$(firstword $(2)) $(call zip,$(call rest-of,$(1)),$(call rest-of,$(2))))
cyclic = $(if $(call rest-of,$(1)),$(call zip,$(2),$(call cyclic,$(call rest-of,$(1)),$(call rotated,$(2)))),$(2))

# Each environment in each role, with each in each other.
product = $(if $(call rest-of,$(1)),$(foreach a,$(2),$(foreach b,$(call product,$(call rest-of,$(1)),$(2)),$(a)+$(b))),$(2))

# $(1): roles, $(2): environments, $(3): pairings, or words for lists of them.
pairings-of = $(strip $(foreach p,$(3),$(if $(filter common-pairings,$(p)),$(call cyclic,$(1),$(2)),$(if $(filter all-pairings,$(p)),$(call product,$(1),$(2)),$(p)))))
