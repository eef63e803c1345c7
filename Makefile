# vfionoiommu. The two main commands: make demo, make check.

VERSION = 0.1

PREFIX      = /usr/local
EXEC_PREFIX = $(PREFIX)
SBINDIR     = $(EXEC_PREFIX)/sbin
DATAROOTDIR = $(PREFIX)/share
DATADIR     = $(DATAROOTDIR)
MANDIR      = $(DATAROOTDIR)/man
# Where udevd reads rules: the directory of packages with PREFIX=/usr, that of the admin with /usr/local.
UDEVRULESDIR = $(PREFIX)/lib/udev/rules.d
UNITDIR      = $(PREFIX)/lib/systemd/system
GENERATORDIR = $(PREFIX)/lib/systemd/system-generators
# Where the shells read completions.
BASHCOMPDIR = $(DATADIR)/bash-completion/completions
ZSHCOMPDIR  = $(DATADIR)/zsh/site-functions
FISHCOMPDIR = $(DATADIR)/fish/vendor_completions.d
# The JSON Schema of each command.
SCHEMADIR   = $(DATADIR)/vfionoiommu/schema
DOCDIR      = $(DATADIR)/doc/vfionoiommu
DESTDIR     =
INSTALL     = install

CC       = gcc
CFLAGS   = $(if $(SANITIZE)$(FUZZ),-O1,-O2) -g
CPPFLAGS =
LDFLAGS  =
PKG_CONFIG = pkg-config
# Warnings are errors in our own builds; another compiler may warn about more: a packager sets WERROR=
WERROR   = -Werror
# SANITIZE=1: a separate build with address and undefined behavior sanitizers; COVERAGE=1: one that counts lines
SANITIZE =
# FUZZ=1: the fuzz targets, built by clang with the same sanitizers
FUZZ     =
# Duration of make fuzz for each target.
FUZZ_SECONDS = 3600
COVERAGE =
# V=1: print whole commands
V        =
# As many jobs as processors, unless make has an option -j.
ifeq ($(MAKELEVEL)$(filter -j%,$(MAKEFLAGS)),0)
MAKEFLAGS += -j$(shell nproc)
endif

# Debian packages, by the target that installs the missing ones. Debian 12, 13 and testing have all of them under these
# names, with the default compiler of the release. make deps:
DEPS_BUILD = gcc libc6-dev make pkg-config libudev-dev libkmod-dev libsmartcols-dev libjson-c-dev zlib1g-dev \
             libmount-dev libmnl-dev libarchive-dev
# make check-fast: the tests on the host
DEPS_FAST  = bats jq strace valgrind bash-completion zsh fish python3-jsonschema systemd udev bsdutils
# make check: the linters, and a compiler with libFuzzer
DEPS_CHECK = clang libclang-rt-dev clang-format clang-tidy cppcheck shellcheck mandoc git libcap2-bin
# make demo: the tools that build and boot the kernels of tests/vm
DEPS_VM    = qemu-system-x86 bc bison flex libelf-dev libssl-dev xz-utils zstd cpio dpkg-dev busybox-static udev kmod \
             pciutils iproute2 procps util-linux e2fsprogs dmsetup fdisk mount bsdutils btrfs-progs mdadm
# make check-all: engines (Ansible, podman), checks of the package, the roots of other releases, arm64, and DPDK
DEPS_ALL   = ansible-core openssh-client dropbear-bin podman crun curl python3 lintian blhc mmdebstrap \
             gcc-aarch64-linux-gnu qemu-system-arm arch-test dpdk dpdk-dev librte-meta-net driverctl
# make deb
DEPS_DEB   = build-essential debhelper
# make bench: measuring tools, and the peers to compare with
DEPS_BENCH = jq time valgrind bsdextrautils driverctl dpdk
# make coverage, besides DEPS_FAST
DEPS_COVERAGE = gcovr

PACKAGES = libudev libkmod smartcols json-c zlib mount libmnl libarchive

# ---- no settings below ----

B      = build$(if $(SANITIZE),/sanitize)$(if $(FUZZ),/fuzz)$(if $(COVERAGE),/coverage)
BINARY = $(B)/vfionoiommu
MAIN   = src/main.c
SRC    = $(filter-out $(MAIN),$(wildcard src/*/*.c))
OBJ    = $(SRC:%.c=$(B)/%.o)
MAN    = $(wildcard man/*.[0-9])
RULE   = 60-vfionoiommu.rules
UNIT_FILE = vfionoiommu@.service
GENERATOR = vfionoiommu-generator
EXAMPLES = examples/ansible examples/kconfig examples/prometheus
DEB    = build/deb/vfionoiommu-$(VERSION)
UNIT   = $(patsubst tests/unit/%.c,$(B)/tests/unit/%,$(wildcard tests/unit/*_test.c))
FUZZER = $(patsubst tests/fuzz/%.c,$(B)/%,$(wildcard tests/fuzz/*.c))

# 32-bit systems, too, have large files and times after 2038.
DEFINE = -D_GNU_SOURCE -D_FILE_OFFSET_BITS=64 -D_TIME_BITS=64
FLAGS  = -std=gnu11 -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wpointer-arith -Wwrite-strings \
         -Wvla -Wformat=2 $(WERROR) $(DEFINE) -D_FORTIFY_SOURCE=2 -DVERSION='"$(VERSION)"' -Isrc \
         -fstack-protector-strong -fPIE $(HARDEN_$(CPU))
LFLAGS = -fPIE -pie -Wl,-z,relro,-z,now,-z,noexecstack -Wl,--as-needed
# Not available on every processor.
CPU           := $(firstword $(subst -, ,$(shell $(CC) -dumpmachine 2>/dev/null)))
HARDEN_x86_64  = -fstack-clash-protection -fcf-protection
HARDEN_aarch64 = -mbranch-protection=standard
ifneq ($(FUZZ),)
CC      = clang
FLAGS  += -fsanitize=fuzzer-no-link
LFLAGS += -fsanitize=fuzzer
endif
ifneq ($(SANITIZE)$(FUZZ),)
FLAGS  := $(filter-out -D_FORTIFY_SOURCE=2,$(FLAGS)) -DKEEP_ALONE -fsanitize=address,undefined -fno-sanitize-recover=all
LFLAGS += -fsanitize=address,undefined
endif
ifneq ($(COVERAGE),)
FLAGS  += --coverage -fprofile-update=atomic -fprofile-abs-path
LFLAGS += --coverage
endif
# Evaluated once, when first used, not when make starts: `make deps` must run without pkg-config.
PKG_CFLAGS = $(eval PKG_CFLAGS := $(shell $(PKG_CONFIG) --cflags $(PACKAGES)))$(PKG_CFLAGS)

comma := ,
run = $(if $(V),,@printf '  %-4s %s\n' $1 $@; )$2

.PHONY: all deps deps-fast deps-check deps-all deps-demo deps-deb deps-bench deps-coverage demo run-demo bench run-bench \
        check-fast run-check-fast check run-check check-all run-check-all golden golden-vm unit fuzzers fuzz lint lint-all valgrind \
        coverage install uninstall deb run-deb clean
.DELETE_ON_ERROR:

all: $(BINARY)

$(BINARY): $(B)/src/main.o $(OBJ)
	$(call run,LINK,$(CC) $(LFLAGS) $(LDFLAGS) -o $@ $^ -ldl)

$(B)/%.o: %.c Makefile
	@mkdir -p $(@D)
	$(call run,CC,$(CC) $(FLAGS) $(PKG_CFLAGS) $(CPPFLAGS) $(CFLAGS) -MMD -MP -c -o $@ $<)

$(B)/tests/unit/%.o: FLAGS += -Itests/unit
.SECONDARY: $(UNIT:=.o) $(FUZZER:$(B)/%=$(B)/tests/fuzz/%.o)

$(B)/tests/unit/%: $(B)/tests/unit/%.o $(OBJ)
	$(call run,LINK,$(CC) $(LFLAGS) $(LDFLAGS) -o $@ $^ -ldl)

# fuzz/kconfig compresses its input.
$(FUZZER): $(B)/%: $(B)/tests/fuzz/%.o $(OBJ)
	$(call run,LINK,$(CC) $(LFLAGS) $(LDFLAGS) -o $@ $^ -ldl -lz)

-include $(OBJ:.o=.d) $(B)/src/main.d $(UNIT:=.d) $(FUZZER:$(B)/%=$(B)/tests/fuzz/%.d)

# ---- targets install the packages that they need ----

deps:
	@tests/deps "make deps: installing what building needs" $(DEPS_BUILD)

deps-fast:
	@tests/deps "make check-fast: installing what the tests need" $(DEPS_BUILD) $(DEPS_FAST)

deps-check:
	@tests/deps "make check: installing what the tests need" $(DEPS_BUILD) $(DEPS_FAST) $(DEPS_CHECK) $(DEPS_VM)

deps-all:
	@tests/deps "make check-all: installing what the tests need" $(DEPS_BUILD) $(DEPS_FAST) $(DEPS_CHECK) $(DEPS_VM) \
		$(DEPS_DEB) $(DEPS_ALL)

deps-demo:
	@tests/deps "make demo: installing what the virtual machine needs" $(DEPS_BUILD) $(DEPS_VM)

deps-deb:
	@tests/deps "make deb: installing what packaging needs" $(DEPS_BUILD) $(DEPS_DEB)

deps-bench:
	@tests/deps "make bench: installing what measuring needs" $(DEPS_BUILD) $(DEPS_VM) $(DEPS_BENCH)

deps-coverage:
	@tests/deps "make coverage: installing what it needs" $(DEPS_BUILD) $(DEPS_FAST) $(DEPS_COVERAGE)

coverage: deps-coverage
demo: deps-demo
check-fast: deps-fast
check: deps-check
check-all: deps-all
deb: deps-deb
bench: deps-bench
# A second make, so that the rules see the packages that were just installed.
demo check-fast check check-all deb bench:
	@$(MAKE) --no-print-directory run-$@

run-demo: all
	@tests/vm/demo

run-bench: all
	@tests/bench/run

unit: $(UNIT)

fuzzers: $(if $(FUZZ),$(FUZZER))
ifeq ($(FUZZ),)
	@$(MAKE) --no-print-directory SANITIZE= FUZZ=1 fuzzers
endif

fuzz: fuzzers
	@tests/fuzz/run $(FUZZ_SECONDS)

run-check: all unit
	@tests/run check

run-check-all: all unit
	@tests/run all

run-check-fast: all unit
	@BUILD=$(B) tests/run fast

# Rewrites the output in tests/golden, what the man pages and the schema have from tables in the source, and the picture of the
# demo; read it in git diff.
golden: all unit
	@tests/tables --write
	@tests/picture >man/demo.svg
	@BUILD=$(B) tests/golden/run --write

# The same for the output that only a real kernel causes, in a guest.
golden-vm: all
	@tests/vm/boot --device virtio-net-pci,addr=4,romfile= --device edu,addr=6 --timeout 900 --share tests/golden/guest case3 -- \
		tests/golden/run --write $(wildcard tests/golden/guest/*.txt)

# Coverage of the fast suite. Code that runs only in a guest, on a real kernel, is not counted: act/, os/vfio.
coverage:
	@rm -rf build/coverage
	@$(MAKE) --no-print-directory COVERAGE=1 all unit
	@BUILD=build/coverage tests/run fast
	@gcovr --root . --filter src/ --object-directory build/coverage --exclude-unreachable-branches --exclude-throw-branches \
		--html-details build/coverage/index.html --txt build/coverage/table build/coverage
	@cat build/coverage/table

valgrind: all
	@tests/run valgrind

# ---- static checks: a stamp for each file, so that only changed files are checked again ----

L        = build/lint
LINT_C   = $(wildcard src/*.c src/*/*.c tests/*/*.c)
LINT_H   = $(wildcard src/*.h src/*/*.h tests/*/*.h)
LINT_SH  = $(shell grep -rlE '^\#(!.*(bash|/sh)| shellcheck shell=)' --exclude-dir=machines --exclude=*.bats \
             .ci src tests completions debian man)
LINT_BATS = $(wildcard tests/*.bats tests/*/*.bats tests/*/*/*.bats)
LINT_FLAGS = -std=gnu11 $(DEFINE) -DVERSION='""' -Isrc -Itests/unit $(PKG_CFLAGS)

# Arguments: the files, the suffix of their stamps, the command.
define lint_rule
lint: $(patsubst %,$(L)/%$2,$1)
$(patsubst %,$(L)/%$2,$1): $(L)/%$2: %
	@mkdir -p $$(@D)
	$$(call run,LINT,$3)
	@touch $$@
endef

# A change of a header also invalidates the C files that include it.
with_headers = $(CC) $(LINT_FLAGS) -MM -MP -MT $@ -MF $@.d $< && $1
-include $(patsubst %,$(L)/%.tidy.d,$(LINT_C)) $(patsubst %,$(L)/%.analyzed.d,$(filter src/%,$(LINT_C)))

$(eval $(call lint_rule,$(LINT_C) $(LINT_H),.format,clang-format --dry-run --Werror $$<))
$(eval $(call lint_rule,$(LINT_C),.tidy,$$(call with_headers,clang-tidy --quiet --checks=-clang-analyzer-* $$< -- $$(LINT_FLAGS) 2>/dev/null)))
$(eval $(call lint_rule,$(LINT_SH),.shellcheck,shellcheck -x -S warning $$<))
$(eval $(call lint_rule,$(LINT_BATS),.shellcheck,shellcheck -s bats -S warning -e SC2154 -e SC2034 -e SC2217 $$<))
$(eval $(call lint_rule,$(MAN),.mandoc,mandoc -T lint -W warning $$<))
lint: $(L)/cppcheck

$(L)/cppcheck: $(LINT_C) $(LINT_H)
	@mkdir -p $@.d
	$(call run,LINT,cppcheck --quiet --std=c11 --enable=warning$(comma)performance$(comma)portability --inline-suppr \
		--suppress=missingIncludeSystem --error-exitcode=1 -j$(shell nproc) --cppcheck-build-dir=$@.d -Isrc src)
	@touch $@

# Slow: the two analyzers that follow each path.
lint-all: lint $(patsubst %,$(L)/%.analyzed,$(filter src/%,$(LINT_C)))

ANALYZER = --checks=-*,clang-analyzer-*,-clang-analyzer-security.insecureAPI.DeprecatedOrUnsafeBufferHandling,-clang-analyzer-valist.Uninitialized

# Without optimization, which moves the reported locations.
$(L)/%.analyzed: %
	@mkdir -p $(@D)
	$(call run,LINT,$(call with_headers,clang-tidy --quiet $(ANALYZER) $< -- $(LINT_FLAGS) 2>/dev/null && \
		$(CC) $(LINT_FLAGS) -O0 -fanalyzer -Werror -c -o /dev/null $<))
	@touch $@

install: all
	$(INSTALL) -d $(DESTDIR)$(SBINDIR) $(DESTDIR)$(UDEVRULESDIR) $(DESTDIR)$(UNITDIR) $(DESTDIR)$(GENERATORDIR) \
		$(addprefix $(DESTDIR)$(MANDIR)/man,$(sort $(subst .,,$(suffix $(MAN)))))
	$(INSTALL) -m 755 $(BINARY) $(DESTDIR)$(SBINDIR)/vfionoiommu
	sed 's|@SBINDIR@|$(SBINDIR)|' src/$(RULE).in > $(DESTDIR)$(UDEVRULESDIR)/$(RULE)
	sed 's|@SBINDIR@|$(SBINDIR)|' src/$(UNIT_FILE).in > $(DESTDIR)$(UNITDIR)/$(UNIT_FILE)
	chmod 644 $(DESTDIR)$(UDEVRULESDIR)/$(RULE) $(DESTDIR)$(UNITDIR)/$(UNIT_FILE)
	sed 's|@UNITDIR@|$(UNITDIR)|' src/$(GENERATOR).in > $(DESTDIR)$(GENERATORDIR)/$(GENERATOR)
	chmod 755 $(DESTDIR)$(GENERATORDIR)/$(GENERATOR)
	for page in $(MAN); do \
		$(INSTALL) -m 644 $$page $(DESTDIR)$(MANDIR)/man$${page##*.} || exit; \
	done
	$(INSTALL) -d $(DESTDIR)$(SCHEMADIR)
	$(INSTALL) -m 644 tests/schema/*.json $(DESTDIR)$(SCHEMADIR)
	$(INSTALL) -d $(DESTDIR)$(BASHCOMPDIR) $(DESTDIR)$(ZSHCOMPDIR) $(DESTDIR)$(FISHCOMPDIR)
	$(INSTALL) -m 644 completions/vfionoiommu.bash $(DESTDIR)$(BASHCOMPDIR)/vfionoiommu
	$(INSTALL) -m 644 completions/_vfionoiommu $(DESTDIR)$(ZSHCOMPDIR)/_vfionoiommu
	$(INSTALL) -m 644 completions/vfionoiommu.fish $(DESTDIR)$(FISHCOMPDIR)/vfionoiommu.fish
	for folder in $(EXAMPLES); do \
		$(INSTALL) -d $(DESTDIR)$(DOCDIR)/$$folder && \
		$(INSTALL) -m 644 man/$$folder/* $(DESTDIR)$(DOCDIR)/$$folder || exit; \
	done

uninstall:
	rm -f $(DESTDIR)$(SBINDIR)/vfionoiommu $(DESTDIR)$(UDEVRULESDIR)/$(RULE) $(DESTDIR)$(UNITDIR)/$(UNIT_FILE) \
		$(DESTDIR)$(GENERATORDIR)/$(GENERATOR)
	for page in $(MAN:man/%=%); do rm -f $(DESTDIR)$(MANDIR)/man$${page##*.}/$$page || exit; done
	rm -f $(DESTDIR)$(BASHCOMPDIR)/vfionoiommu $(DESTDIR)$(ZSHCOMPDIR)/_vfionoiommu \
		$(DESTDIR)$(FISHCOMPDIR)/vfionoiommu.fish
	rm -rf $(DESTDIR)$(SCHEMADIR)
	[ ! -d $(DESTDIR)$(DATADIR)/vfionoiommu ] || rmdir --ignore-fail-on-non-empty $(DESTDIR)$(DATADIR)/vfionoiommu
	rm -rf $(EXAMPLES:%=$(DESTDIR)$(DOCDIR)/%)
	[ ! -d $(DESTDIR)$(DOCDIR)/examples ] || \
		rmdir --ignore-fail-on-non-empty $(DESTDIR)$(DOCDIR)/examples $(DESTDIR)$(DOCDIR)

# Builds a Debian package in a copy of the tree; the variables and options of this make do not apply to the inner one.
run-deb:
	@rm -rf build/deb build/vfionoiommu_*.deb
	@mkdir -p $(DEB)
	@tar -c --exclude=./build --exclude-vcs . | tar -x -C $(DEB)
	@cd $(DEB) && env -u MAKEFLAGS -u MFLAGS -u MAKELEVEL dpkg-buildpackage -us -uc >../log 2>&1 </dev/null || \
		{ tail -n 30 ../log >&2; exit 1; }
	@cp build/deb/vfionoiommu_*.deb build/
	@ls build/vfionoiommu_*.deb

clean:
	rm -rf build
