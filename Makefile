# bttui.  `make help` lists the targets.  Nothing is ever written beside the
# sources: each configuration (CC, SAN, OPT) has its own directory in build/.

PREFIX  ?= /usr/local
DESTDIR ?=
CC      := $(if $(filter default,$(origin CC)),gcc,$(CC))
OPT     ?= -O2 -g
SAN     ?=
V       ?=

VERSION := 0.1.0
PKGS    := ncursesw libuv libcurl libcrypto
comma   := ,
CONFIG  := $(notdir $(CC))$(if $(SAN),-$(subst $(comma),+,$(SAN)))
B       := build/$(CONFIG)
Q       := $(if $(V),,@)
say      = $(if $(V),,@printf '  %-7s %s\n' $(1) $(2))

WARN := -Wall -Wextra -Wpedantic -Wconversion -Wsign-conversion -Wshadow \
	-Wvla -Wundef -Wcast-qual -Wcast-align -Wpointer-arith -Wformat=2 \
	-Wstrict-prototypes -Wmissing-prototypes -Wold-style-definition \
	-Wwrite-strings -Wimplicit-fallthrough -Wdouble-promotion

ALL_CPPFLAGS := -D_GNU_SOURCE -Isrc -DBTTUI_VERSION='"$(VERSION)"' \
	$(if $(SAN),,-U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=3) $(CPPFLAGS)
ALL_CFLAGS   := -std=c11 $(OPT) $(WARN) $(if $(STRICT),-Werror) -fno-common \
	-fstack-protector-strong -fno-strict-aliasing $(SAN:%=-fsanitize=%) \
	$(if $(findstring undefined,$(SAN)),-fno-sanitize-recover=undefined) \
	-fno-omit-frame-pointer $(CFLAGS)
ALL_LDFLAGS  := $(SAN:%=-fsanitize=%) -Wl,-z,relro,-z,now $(LDFLAGS)
pkg = $(shell pkg-config $(1) $(2))

# From the top down: what stands left may use what stands right of it.
LAYERS := cli ui app host core dht proto base
src = $(sort $(wildcard src/$(1)/*.c src/$(1)/*/*.c))
obj = $(patsubst %.c,$(B)/%.o,$(1))
lib = $(B)/lib$(1).a
LIBS := $(foreach l,$(LAYERS),$(if $(call src,$(l)),$(call lib,$(l))))

.PHONY: all check unit fuzz bench lint format install uninstall clean \
	help demo deps interop torture
all: $(B)/bttui
	@ln -sfn $(B)/bttui bttui

$(B)/bttui: $(call obj,src/main.c) $(LIBS)
	$(call say,LINK,$@)
	$(Q)$(CC) $(ALL_LDFLAGS) -o $@ $^ $(call pkg,--libs,$(PKGS)) -lpthread

define LAYER
$(call lib,$(1)): $(call obj,$(call src,$(1)))
	$$(call say,AR,$$@)
	$(Q)rm -f $$@
	$(Q)$(AR) crs $$@ $$^
endef
$(foreach l,$(LAYERS),$(if $(call src,$(l)),$(eval $(call LAYER,$(l)))))

$(B)/%.o: %.c
	@mkdir -p $(@D)
	$(call say,CC,$<)
	$(Q)$(CC) $(ALL_CPPFLAGS) $(ALL_CFLAGS) -MMD -MP -c -o $@ $<

# A unit test is linked with its own layer and those below it, nothing else:
# a call that points upwards does not link.
below_base  := base
below_proto := proto base
below_dht   := dht proto base
below_core  := core dht proto base
below_host  := host core dht proto base
below_app   := app host core dht proto base
below_ui    := ui core dht proto base
below_cli   := cli ui app host core dht proto base
libs_base   := libcrypto
libs_proto  := libcrypto
libs_dht    := libcrypto
libs_core   := libcrypto
libs_host   := libcrypto libuv libcurl
libs_app    := libcrypto libuv libcurl
libs_ui     := ncursesw libuv libcrypto
libs_cli    := $(PKGS)

testlibs = $(foreach l,$(below_$(1)),$(if $(call src,$(l)),$(call lib,$(l))))
define TESTS
$(B)/tests/unit/$(1)/%_test: $(B)/tests/unit/$(1)/%_test.o $(call testlibs,$(1))
	$$(call say,LINK,$$@)
	$(Q)$$(CC) $$(ALL_LDFLAGS) -o $$@ $$^ $$(call pkg,--libs,cmocka $(libs_$(1))) -lpthread
UNIT_$(1) := $(patsubst %.c,$(B)/%,$(sort $(wildcard tests/unit/$(1)/*_test.c)))
UNIT += $$(UNIT_$(1))
.PHONY: unit-$(1)
unit-$(1): $$(UNIT_$(1))
	@for t in $$^; do $$$$t || exit 1; done
endef
$(foreach l,$(LAYERS),$(eval $(call TESTS,$(l))))
unit: $(UNIT)
	@for t in $^; do $$t || exit 1; done

# One libFuzzer program per file; seeds are in tests/fuzz/corpus/NAME/.
FUZZ := $(patsubst %.c,%,$(sort $(wildcard tests/fuzz/*_fuzz.c)))
FUZZ_SECONDS ?= 30
FUZZ_FLAGS := CC=clang SAN=fuzzer-no-link,address,undefined OPT='-O1 -g'
fuzz:
	$(MAKE) $(FUZZ_FLAGS) fuzz-run
.PHONY: fuzz-run fuzz-build fuzz-one
fuzz-build: $(FUZZ:%=$(B)/%)
fuzz-run: $(FUZZ:%=$(B)/%)
	@for f in $^; do n=$$(basename $$f _fuzz); mkdir -p build/corpus-fuzz/$$n; \
	  echo "== $$n"; $$f -max_total_time=$(FUZZ_SECONDS) -timeout=5 \
	    -rss_limit_mb=1024 -print_final_stats=0 -verbosity=0 \
	    build/corpus-fuzz/$$n \
	    $$(ls -d tests/fuzz/corpus/$$n 2>/dev/null) || exit 1; done
# make fuzz-one NAME=bencode FUZZ_SECONDS=10
fuzz-one:
	$(MAKE) $(FUZZ_FLAGS) fuzz-run FUZZ=tests/fuzz/$(NAME)_fuzz
$(B)/tests/fuzz/%_fuzz: $(B)/tests/fuzz/%_fuzz.o $(LIBS)
	$(call say,LINK,$@)
	$(Q)$(CC) $(ALL_LDFLAGS) -fsanitize=fuzzer -o $@ $^ $(call pkg,--libs,$(PKGS)) -lpthread

# Measuring programs, plain mains that print `name value` lines.
BENCH := $(patsubst %.c,$(B)/%,$(sort $(wildcard tests/bench/*_bench.c)))
$(B)/tests/bench/%_bench: $(B)/tests/bench/%_bench.o $(LIBS)
	$(call say,LINK,$@)
	$(Q)$(CC) $(ALL_LDFLAGS) -o $@ $^ $(call pkg,--libs,$(PKGS)) -lpthread

bench: all $(BENCH)
	@for b in $(BENCH); do echo "== $$(basename $$b)"; $$b || exit 1; done
	@echo "== macro"; /usr/bin/python3 tests/bench/macro.py --bttui ./bttui

# --- all tests ---------------------------------------------------------------
# The corpus is generated, the fuzz targets replay it and their seeds, and the
# same unit tests and simulations run once more under ASan and UBSan.
-include tests/sim/sim.mk

export BTTUI_CORPUS := $(CURDIR)/build/corpus
export BTTUI_COLLECTED ?= $(firstword $(wildcard $(CURDIR)/../shared/corpus))
export LC_ALL ?= C.UTF-8
SUMS := build/sums.txt
RUN  := /usr/bin/python3 tests/run.py --sum $(SUMS)

build/corpus/.made: $(wildcard tests/corpus/*.py)
	$(call say,GEN,build/corpus)
	@mkdir -p build/corpus
	@/usr/bin/python3 tests/corpus/generate.py build/corpus >/dev/null
	@touch $@

SCRIPTS := tests/corpus/check_generate.py $(sort $(wildcard tests/e2e/*_test.py))
INTEROP := $(sort $(wildcard tests/interop/*_test.py))

check:
	@scripts/deps.sh test
	@rm -f $(SUMS); mkdir -p build
	@$(MAKE) all unit-build sim-build build/corpus/.made
	@$(MAKE) check-run; echo $$? >build/status; \
	  cat $(SUMS); exit $$(cat build/status)
sim-build: $(SIM_TESTS)
.PHONY: sim-build unit-build check-run check-units check-san check-lint check-e2e
unit-build: $(UNIT)
check-run:
	@bad=0; for t in check-lint check-units check-san check-e2e; do \
	  $(MAKE) $$t || bad=1; done; exit $$bad
check-lint:
	@echo "== lint"; if scripts/lint.sh quick; then \
	  printf '1 passed, 0 failed, 0 skipped\n' >>$(SUMS); else \
	  printf '0 passed, 1 failed, 0 skipped\n' >>$(SUMS); exit 1; fi
check-units: $(UNIT) $(SIM_TESTS) build/corpus/.made
	@echo "== unit tests and simulations ($(CONFIG))"
	@$(RUN) --jobs 2 $(UNIT) $(SIM_TESTS)
check-san:
	@$(MAKE) SAN=address,undefined OPT='-O1 -g' check-units
check-e2e: all
	@echo "== the program itself, and others' clients"
	@bad=0; $(RUN) $(SCRIPTS) || bad=1; \
	  n=1; unshare --net --mount true 2>/dev/null && n=3; \
	  $(RUN) --jobs $$n $(INTEROP) || bad=1; exit $$bad

lint:
	@scripts/lint.sh
format:
	@clang-format -i $$(git ls-files 'src/*.[ch]' 'tests/*.[ch]')

deps:
	@scripts/deps.sh build
demo:
	@scripts/deps.sh build
	@$(MAKE) all
	@./bttui demo

# --- installing ---------------------------------------------------------------
install: all
	install -D -m 755 $(B)/bttui $(DESTDIR)$(PREFIX)/bin/bttui
	install -D -m 644 docs/bttui.1 $(DESTDIR)$(PREFIX)/share/man/man1/bttui.1
	install -D -m 644 assets/bttui.desktop \
	  $(DESTDIR)$(PREFIX)/share/applications/bttui.desktop
uninstall:
	rm -f $(DESTDIR)$(PREFIX)/bin/bttui \
	  $(DESTDIR)$(PREFIX)/share/man/man1/bttui.1 \
	  $(DESTDIR)$(PREFIX)/share/applications/bttui.desktop

help:
	@echo 'make            build build/<config>/bttui and the link ./bttui'
	@echo 'make demo       build, then a private swarm on loopback, live'
	@echo 'make check      all tests; installs what they need'
	@echo 'make lint       format, layers, sizes, clang-tidy, cppcheck'
	@echo 'make format     clang-format the sources'
	@echo 'make sim        simulations with many seeds'
	@echo 'make sim-dht    figures of 10,000 DHT nodes; part of make sim'
	@echo 'make fuzz       each fuzz target for FUZZ_SECONDS (30)'
	@echo 'make bench      micro benchmarks, one number a line'
	@echo 'make torture    longer tests with other clients'
	@echo 'make install    to $$(DESTDIR)$$(PREFIX) (/usr/local); uninstall'
	@echo 'make clean      remove build/'
	@echo 'Variables: CC, SAN=address,undefined, OPT, STRICT=1, V=1'

clean:
	rm -rf build bttui

-include $(shell find $(B) -name '*.d' 2>/dev/null)
.SECONDARY:
.DELETE_ON_ERROR:
