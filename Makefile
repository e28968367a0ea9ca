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

.PHONY: all check unit sim fuzz bench lint format install uninstall clean \
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

clean:
	rm -rf build bttui

-include $(shell find $(B) -name '*.d' 2>/dev/null)
.SECONDARY:
.DELETE_ON_ERROR:
