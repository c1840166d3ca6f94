# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: the novelgen authors
#
# The build. GNU make 3.81 is enough. Everything lands in build/ (or in B=dir):
#
#     src/*/*.c ── all but main.c and src/sim ──▶ build/libnovelgen.a ──▶ build/novelgen, build/tests/unit/test_*
#     src/sim/*.c ── with the archive's base ───▶ build/novelgen-sim
#     templates/*/*.txt, languages/*.txt ────────▶ build/gen/embedded.c   by scripts/embed
#     scripts/probe ────────────────────────────▶ build/probe.mk   what the compiler and the system can do
#
#   make demo    installs what is missing, builds, writes a small book on the built-in simulator, by scripts/demo
#   make test    installs what is missing, builds, runs every test
#   make lint    shellcheck, cppcheck and clang-tidy; DIRS=src/base looks at one folder
#   make asan    the unit tests under the address and undefined-behaviour sanitizers
#   make         builds; also: install uninstall fmt bench crash clean distclean
#
# CC, CFLAGS, CPPFLAGS, LDFLAGS of the caller are used, the flags after our own. V=1 shows the commands.

B ?= build
PREFIX ?= /usr/local
BINDIR ?= $(PREFIX)/bin
DATADIR ?= $(PREFIX)/share
MANDIR ?= $(DATADIR)/man
# A user's own prefix: systemd looks for units below its share, not below its lib. (Builders of packages may have no HOME.)
UNITDIR ?= $(if $(and $(HOME),$(filter $(HOME)/%,$(PREFIX))),$(DATADIR),$(PREFIX)/lib)/systemd/user
INSTALL ?= install
INSTALL_PROGRAM ?= $(INSTALL) -m 755
INSTALL_DATA ?= $(INSTALL) -m 644
VERSION := $(shell cat VERSION)
OS := $(shell uname -s | sed 's/Darwin/darwin/; s/Linux/linux/')
export B CC

# ---- Goals that do not need to know the compiler: they must work before the libraries are there.
PLAIN_GOALS := demo test deps lint fmt asan bench crash clean distclean uninstall
GOALS := $(if $(MAKECMDGOALS),$(MAKECMDGOALS),all)
ifneq ($(filter-out $(PLAIN_GOALS),$(GOALS)),)
-include $(B)/probe.mk
endif

# ---- Sources
OTHER_OS := $(filter-out src/base/os_$(OS).c,src/base/os_linux.c src/base/os_darwin.c)
SOURCES := $(filter-out $(OTHER_OS),$(sort $(wildcard src/*/*.c)))
SIM_SOURCES := $(filter src/sim/%,$(SOURCES))
LIB_SOURCES := $(filter-out $(SIM_SOURCES) src/cli/main.c,$(SOURCES))
TEST_SOURCES := $(sort $(wildcard tests/unit/test_*.c))

EMBEDDED := $(B)/gen/embedded
LIB_OBJECTS := $(LIB_SOURCES:%.c=$(B)/obj/%.o) $(EMBEDDED).o
SIM_OBJECTS := $(SIM_SOURCES:%.c=$(B)/obj/%.o)
MAIN_OBJECT := $(B)/obj/src/cli/main.o
TESTS := $(TEST_SOURCES:tests/unit/%.c=$(B)/tests/unit/%)
HELPERS := $(patsubst tests/helpers/%.c,$(B)/tests/%,$(sort $(wildcard tests/helpers/*.c)))
ARCHIVE := $(B)/libnovelgen.a
PROGRAMS := $(B)/novelgen $(B)/novelgen-sim
PAGES := $(B)/man/novelgen.1 $(B)/man/novelgen-spec.5
TEMPLATES := $(sort $(wildcard templates/*/*.txt))
TEMPLATES_BESIDE := $(wildcard templates/README.md templates/*/markup)
LANGUAGES := $(sort $(wildcard languages/*.txt))

# ---- Flags
WARNINGS := -Wall -Wextra -Wformat=2 -Wconversion -Wimplicit-fallthrough -Wshadow -Wstrict-prototypes
OUR_CPPFLAGS := -Iinclude -Isrc -include base/banned.h -D_GNU_SOURCE '-DNOVELGEN_VERSION="$(VERSION)"'
# A distribution's own level of fortification is not to be defined twice.
HARDEN = $(if $(findstring _FORTIFY_SOURCE,$(CPPFLAGS) $(CFLAGS)),$(filter-out -D_FORTIFY_SOURCE=%,$(HARDEN_CFLAGS)),$(HARDEN_CFLAGS))
COMPILE = $(CC) -std=c17 -O2 -g $(WARNINGS) $(HARDEN) $(OUR_CPPFLAGS) $(DEP_CFLAGS) $(CPPFLAGS) $(CFLAGS)
LINK = $(CC) $(CFLAGS) $(HARDEN_LDFLAGS) $(LDFLAGS)

ifdef V
Q :=
say = @:
else
Q := @
say = @$(if $(findstring s,$(filter-out --%,$(firstword -$(MAKEFLAGS)))),:,echo "  $(1)  $@")
endif

all: $(PROGRAMS) $(PAGES)
lib: $(ARCHIVE)
unit: $(TESTS) $(HELPERS)

# ---- What was used last time: a stamp changes only when its text does, and what it stands for is then made again.
export STAMP_CC := $(CC)
export STAMP_FLAGS = $(COMPILE) ; $(LINK)
export STAMP_SOURCES := $(LIB_SOURCES) ; $(SIM_SOURCES)
export STAMP_EMBEDDED := $(TEMPLATES) $(LANGUAGES)
$(B)/stamp/%: FORCE
	@mkdir -p $(@D)
	@case $* in cc) text=$$STAMP_CC;; flags) text=$$STAMP_FLAGS;; sources) text=$$STAMP_SOURCES;; \
	*) text=$$STAMP_EMBEDDED;; esac; echo "$$text" | cmp -s - $@ || echo "$$text" >$@

$(B)/probe.mk: scripts/probe $(B)/stamp/cc
	@mkdir -p $(@D)
	@scripts/probe >$@.tmp && mv $@.tmp $@

# ---- Rules
$(B)/obj/%.o: %.c $(B)/stamp/flags
	$(call say,CC  )
	@mkdir -p $(@D)
	$(Q)$(COMPILE) -MMD -MP -c $< -o $@

$(EMBEDDED).c: $(TEMPLATES) $(LANGUAGES) scripts/embed $(B)/stamp/embedded
	$(call say,GEN )
	@mkdir -p $(@D)
	$(Q)scripts/embed templates languages >$@.tmp && mv $@.tmp $@

$(EMBEDDED).o: $(EMBEDDED).c $(B)/stamp/flags
	$(call say,CC  )
	$(Q)$(COMPILE) -MMD -MP -c $< -o $@

$(ARCHIVE): $(LIB_OBJECTS) $(B)/stamp/sources
	$(call say,AR  )
	@rm -f $@
	$(Q)$(AR) rcs $@ $(LIB_OBJECTS)

$(B)/novelgen: $(MAIN_OBJECT) $(ARCHIVE)
	$(call say,LINK)
	$(Q)$(LINK) -o $@ $^ $(NOVELGEN_LIBS)

$(B)/novelgen-sim: $(SIM_OBJECTS) $(ARCHIVE) $(B)/stamp/sources
	$(call say,LINK)
	$(Q)$(LINK) -o $@ $(SIM_OBJECTS) $(ARCHIVE) $(SIM_LIBS)

$(B)/tests/unit/%: tests/unit/%.c $(ARCHIVE) $(B)/stamp/flags
	$(call say,TEST)
	@mkdir -p $(@D)
	$(Q)$(COMPILE) $(TEST_CFLAGS) -MMD -MP -MF $@.d -MT $@ $< -o $@ \
	    $(HARDEN_LDFLAGS) $(LDFLAGS) $(ARCHIVE) $(NOVELGEN_LIBS) $(TEST_LIBS)

# The program knows its manual. When it cannot be run here, EMULATOR runs it.
$(B)/man/%: $(B)/novelgen
	$(call say,MAN )
	@mkdir -p $(@D)
	$(Q)$(EMULATOR) $(B)/novelgen man $* >$@.tmp && mv $@.tmp $@

# Programs that the tests in Python run.
$(B)/tests/%: tests/helpers/%.c $(ARCHIVE) $(B)/stamp/flags
	$(call say,TEST)
	@mkdir -p $(@D)
	$(Q)$(COMPILE) -MMD -MP -MF $@.d -MT $@ $< -o $@ $(HARDEN_LDFLAGS) $(LDFLAGS) $(ARCHIVE) $(NOVELGEN_LIBS)

-include $(LIB_OBJECTS:.o=.d) $(SIM_OBJECTS:.o=.d) $(MAIN_OBJECT:.o=.d) $(TESTS:%=%.d) $(HELPERS:%=%.d)

# ---- The two commands of the README, and the rest. A fresh make each: the probe must see what was just installed.
CPUS = $(shell getconf _NPROCESSORS_ONLN 2>/dev/null || echo 2)
JOBS = $(if $(findstring j,$(MAKEFLAGS)),,-j$(CPUS))
SUBMAKE = $(MAKE) --no-print-directory $(JOBS)

demo:
	@scripts/deps build
	@$(SUBMAKE) all
	@scripts/demo

test:
	@scripts/deps build test
	@$(SUBMAKE) -s all unit
	@tests/run

asan:
	@scripts/deps build test
	@$(SUBMAKE) -s B=$(B)/asan CFLAGS="$(SANITIZE) $(CFLAGS)" LDFLAGS="$(LDFLAGS)" unit
	@B=$(B)/asan tests/run unit
SANITIZE := -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer -O1 -U_FORTIFY_SOURCE

deps:
	@scripts/deps build test lint

bench:
	@$(SUBMAKE) -s all unit
	@tests/bench/run

crash:
	@$(SUBMAKE) -s all
	@python=$$(tests/run python) && $$python tests/crash/campaign.py --all && \
	    $$python tests/crash/steering.py --all && $$python tests/crash/desk.py --seeds 1-8

DIRS ?= src tests/unit
# A process for each: clang 14 forgets what va_start is when it has seen another file before.
LINT_FILES = $(filter-out $(OTHER_OS),$(sort $(foreach d,$(DIRS),$(wildcard $(d)/*.c $(d)/*/*.c))))
SHELL_FILES := scripts/demo scripts/deps scripts/embed scripts/probe tests/run tests/layers.sh .ci/run
lint:
	@scripts/deps build test lint
	shellcheck $(SHELL_FILES)
	cppcheck --quiet --error-exitcode=1 --std=c11 --inline-suppr --suppressions-list=.cppcheck -Iinclude -Isrc \
	    --enable=warning,performance,portability $(LINT_FILES)
	@mkdir -p $(B)
	@echo "clang-tidy for $(words $(LINT_FILES)) files"
	@printf '%s\n' $(LINT_FILES) | xargs -P $(CPUS) -I FILE clang-tidy --quiet --warnings-as-errors='*' FILE -- \
	    -std=c17 $(WARNINGS) $(OUR_CPPFLAGS) $(CPPFLAGS) 2>$(B)/clang-tidy.talk || { \
	    grep -v 'warnings\{0,1\} .*generated' $(B)/clang-tidy.talk; exit 1; }

fmt:
	clang-format -i $(sort $(wildcard include/*/*.h src/*/*.[ch] tests/unit/*.[ch]))

# For packages too: DESTDIR, PREFIX and each directory may be given; CFLAGS and the like are added to ours. Nothing is
# written outside of DESTDIR, and nothing depends on the time of the build.
OUR_DATA = $(DATADIR)/novelgen
DATA_FILES = $(TEMPLATES) $(TEMPLATES_BESIDE) $(LANGUAGES) $(sort $(wildcard jobs/*.json)) docs/spec.schema.json \
    docs/config.schema.json
DOC_FILES = README.md LICENSE $(sort $(wildcard docs/*.md))
UNITS = $(sort $(wildcard contrib/systemd/*.service))
PLISTS = $(sort $(wildcard contrib/launchd/*.plist))
BASH_COMPLETION = $(DATADIR)/bash-completion/completions/novelgen
ZSH_COMPLETION = $(DATADIR)/zsh/site-functions/_novelgen
FISH_COMPLETION = $(DATADIR)/fish/vendor_completions.d/novelgen.fish
DOC_DIR = $(DATADIR)/doc/novelgen
INSTALLED_DIRS = $(BINDIR) $(MANDIR)/man1 $(MANDIR)/man5 $(UNITDIR) $(DOC_DIR) $(OUR_DATA)/launchd \
    $(sort $(dir $(DATA_FILES:%=$(OUR_DATA)/%) $(BASH_COMPLETION) $(ZSH_COMPLETION) $(FISH_COMPLETION)))
UNINSTALLED = $(PROGRAMS:$(B)/%=$(BINDIR)/%) $(MANDIR)/man1/novelgen.1 $(MANDIR)/man5/novelgen-spec.5 \
    $(UNITS:contrib/systemd/%=$(UNITDIR)/%) $(BASH_COMPLETION) $(ZSH_COMPLETION) $(FISH_COMPLETION)
DEST = "$(DESTDIR)"

# DESTDIR alone may hold blanks: it is somebody's build folder.
install: all
	set -e; for d in $(INSTALLED_DIRS); do $(INSTALL) -d $(DEST)$$d; done
	$(INSTALL_PROGRAM) $(PROGRAMS) $(DEST)$(BINDIR)
	$(INSTALL_DATA) $(B)/man/novelgen.1 $(DEST)$(MANDIR)/man1
	$(INSTALL_DATA) $(B)/man/novelgen-spec.5 $(DEST)$(MANDIR)/man5
	set -e; for f in $(DATA_FILES); do $(INSTALL_DATA) $$f $(DEST)$(OUR_DATA)/$$f; done
	$(INSTALL_DATA) $(DOC_FILES) $(DEST)$(DOC_DIR)
	set -e; for f in $(UNITS); do sed 's|@BINDIR@|$(BINDIR)|' $$f >$(B)/unit.tmp; \
	    $(INSTALL_DATA) $(B)/unit.tmp $(DEST)$(UNITDIR)/$${f##*/}; done
	set -e; for f in $(PLISTS); do sed 's|@BINDIR@|$(BINDIR)|' $$f >$(B)/unit.tmp; \
	    $(INSTALL_DATA) $(B)/unit.tmp $(DEST)$(OUR_DATA)/launchd/$${f##*/}; done
	set -e; for s in bash:$(BASH_COMPLETION) zsh:$(ZSH_COMPLETION) fish:$(FISH_COMPLETION); do \
	    $(EMULATOR) $(B)/novelgen completion $${s%%:*} >$(B)/completion.tmp; \
	    $(INSTALL_DATA) $(B)/completion.tmp $(DEST)$${s#*:}; done
	@rm -f $(B)/unit.tmp $(B)/completion.tmp
	@echo 'installed '$(DEST)'$(BINDIR)/novelgen, with its manual (man novelgen) and its examples ($(OUR_DATA)/jobs)'
	@case "$(if $(DESTDIR),:$(BINDIR):,:$$PATH:)" in *:$(BINDIR):*) ;; *) echo 'your PATH does not have $(BINDIR): put it there';; esac

uninstall:
	set -e; for f in $(UNINSTALLED); do rm -f $(DEST)$$f; done
	rm -rf $(DEST)$(OUR_DATA) $(DEST)$(DOC_DIR)

clean:
	rm -rf $(B)/obj $(B)/gen $(B)/tests $(B)/asan $(B)/demo $(B)/man $(ARCHIVE) $(PROGRAMS)

distclean: clean
	rm -rf $(B)

.PHONY: all lib unit demo test asan deps bench crash lint fmt install uninstall clean distclean FORCE
.SECONDARY:
.DELETE_ON_ERROR:
