# The simulator: whole engines on a virtual clock, network and disk.
#   make sim-check          every scenario with its usual number of seeds
#   make sim SIM_SEEDS=500  with more; SIM_SEED=17 repeats a single one
#   SIM_TEST='*magnet*'     of either: only tests with such names
#   make sim-dht            figures of 10,000 DHT nodes (DHT_NODES); minutes
SIM_SHARED := $(filter-out %_sim.c,$(sort $(wildcard tests/sim/*.c)))
SIM_TESTS  := $(patsubst %.c,$(B)/%,$(sort $(wildcard tests/sim/*_sim.c)))
SIM_LIBS   := $(foreach l,core dht proto base,$(if $(call src,$(l)),$(call lib,$(l))))
SIM_SEEDS  ?= 200

$(B)/tests/sim/%_sim: $(B)/tests/sim/%_sim.o $(call obj,$(SIM_SHARED)) $(SIM_LIBS)
	$(call say,LINK,$@)
	$(Q)$(CC) $(ALL_LDFLAGS) -o $@ $^ $(call pkg,--libs,cmocka libcrypto) -lpthread

DHT_NODES  ?= 10000

.PHONY: sim-check sim sim-dht
sim-check: $(SIM_TESTS)
	@for t in $^; do $$t || exit 1; done
sim: $(SIM_TESTS)
	@for t in $^; do SIM_SEEDS=$(SIM_SEEDS) $$t || exit 1; done
	@$(MAKE) sim-dht
sim-dht: $(B)/tests/sim/dht_sim
	@$< table $(DHT_NODES)
