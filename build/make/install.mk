# Installing, for packages and for hosts that shall not build.
# SPDX-License-Identifier: BSD-2-Clause
#
# DESTDIR is where the files go now, xtfdir where they will be found.

prefix ?= /usr
xtfdir ?= $(prefix)/lib/touchstone
mandir ?= $(prefix)/share/man

INSTALL ?= install
INSTALL_PROGRAM ?= $(INSTALL)
INSTALL_DATA ?= $(INSTALL) -m 644

# Configurations name images where they will be found, so that those of this
# tree are of no use there.
staged := $(O)/install

images-of = $(filter $(1)/%,$(all-images))
installed-modules = $(shell find build/touchstone -name '*.py')
templates := build/touchstone/report/templates
into = "$(DESTDIR)$(xtfdir)/$(1)"

install-test = $(INSTALL) -d $(call into,$(1)); \
  rm -rf $(staged); mkdir -p $(staged); \
  $(PYTHON) -ISE build/make/mkcfg $(cfg-args-$(1)) --xtfdir '$(xtfdir)' --out $(staged); \
  $(INSTALL_PROGRAM) $(call images-of,$(1)) $(call into,$(1)); \
  $(INSTALL_DATA) $(staged)/*.cfg $(staged)/info.json $(call into,$(1));

# The page is written by argparse-manpage; hosts that lack it do without.
manual := $(O)/xtf-runner.1
install-manual = if build/manual -o $(manual); then \
  $(INSTALL) -d "$(DESTDIR)$(mandir)/man1" && \
  $(INSTALL_DATA) $(manual) "$(DESTDIR)$(mandir)/man1"; \
  else echo "install: goes on without the manual page"; fi

install: all
	$(call say,INSTALL,$(DESTDIR)$(xtfdir))
	$(Q)$(INSTALL) -d $(call into,build)
	$(Q)$(INSTALL_PROGRAM) xtf-runner $(call into,)
	$(Q)$(INSTALL_DATA) build/known-defects.ini build/environments.txt $(call into,build)
	$(Q)set -e; for d in $(sort $(dir $(installed-modules))); do \
	  $(INSTALL) -d $(call into,$$d); $(INSTALL_DATA) $$d*.py $(call into,$$d); done
	$(Q)$(INSTALL) -d $(call into,$(templates)); \
	  $(INSTALL_DATA) $(templates)/* $(call into,$(templates))
	$(Q)set -e; $(foreach t,$(all-test-dirs),$(call install-test,$(t)))
	$(Q)rm -rf $(staged)
	$(Q)$(install-manual)
