# SPDX-License-Identifier: GPL-2.0-or-later
# vrfgate. `make` compiles; `make demo` and `make check` need nothing else typed before.
VERSION = 0.1.0

# Where everything built goes; SAN=1 adds AddressSanitizer and UBSan, FUZZ=1 (clang only) libFuzzer, too.
B ?= build
SAN ?=
FUZZ ?=
WERROR ?=
# V=1 shows the commands.
V ?=
Q := $(if $(V),,@)
# What compiles by itself uses all processors, unless -j says how many; each message stays in one piece.
JOBS = $(if $(filter -j%,$(MAKEFLAGS)),,-j$(shell nproc)) --output-sync --no-print-directory

PREFIX ?= /usr
SYSCONFDIR ?= /etc
DESTDIR ?=

PACKAGES = libnl-3.0 libnl-route-3.0 libcurl jansson libnftables libconfuse libsystemd smartcols libcap-ng sqlite3 yaml-0.1 expat
PKG_CFLAGS := $(shell pkg-config --cflags $(PACKAGES) 2>/dev/null)
PKG_LIBS := $(shell pkg-config --libs $(PACKAGES) 2>/dev/null)

CC ?= gcc
OPT ?= -O2 -g
CFLAGS += -std=gnu17 -D_GNU_SOURCE $(OPT) $(if $(SAN),-U_FORTIFY_SOURCE,-D_FORTIFY_SOURCE=2) \
	-Wall -Wextra -Wshadow -Wmissing-prototypes -Wstrict-prototypes -Wswitch-enum -Wvla -Wundef \
	-Wformat=2 -Wpointer-arith -Wwrite-strings $(if $(WERROR),-Werror) \
	-fPIE -fstack-protector-strong -fcf-protection -fno-common
CPPFLAGS += -Igateway -DVRFGATE_VERSION='"$(VERSION)"' -DVRFGATE_DATA_DIR='"$(PREFIX)/share/vrfgate"' \
	$(PKG_CFLAGS)
LDFLAGS += -pie -Wl,-z,relro,-z,now -Wl,--as-needed
ifneq ($(SAN),)
CFLAGS += -fsanitize=address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer
LDFLAGS += -fsanitize=address,undefined
endif
ifneq ($(FUZZ),)
CFLAGS += -fsanitize=fuzzer-no-link
endif

ROOM_SOURCES := $(wildcard gateway/*/*.c)
LIB_OBJECTS := $(ROOM_SOURCES:%.c=$(B)/%.o)
LIB := $(B)/libvrfgate.a
UNIT_TESTS := $(patsubst %.c,$(B)/%,$(wildcard tests/unit/*/test_*.c))
NETNS_TESTS := $(patsubst %.c,$(B)/%,$(wildcard tests/netns/test_*.c))
FUZZERS := $(patsubst %.c,$(B)/%,$(wildcard tests/fuzz/fuzz_*.c))
HEADERS := $(wildcard gateway/*/*.h tests/*/*.h tests/*/*/*.h)
C_FILES := $(wildcard gateway/*.c gateway/*/*.c tests/*/*.c tests/*/*/*.c) $(HEADERS)

.PHONY: all
all: $(B)/vrfgate

$(B)/vrfgate: $(B)/gateway/main.o $(LIB)
	@echo "  LD $@"
	$(Q)$(CC) $(LDFLAGS) -o $@ $^ $(PKG_LIBS)

$(LIB): $(LIB_OBJECTS)
	@rm -f $@
	$(Q)$(AR) rcs $@ $^

$(B)/%.o: %.c
	@mkdir -p $(@D)
	@echo "  CC $@"
	$(Q)$(CC) $(CPPFLAGS) $(CFLAGS) -MMD -MP -c -o $@ $<

$(B)/tests/%: $(B)/tests/%.o $(LIB)
	@echo "  LD $@"
	$(Q)$(CC) $(LDFLAGS) -o $@ $^ $(PKG_LIBS) -lcmocka

# A vrfgate without the words of its acts.
$(B)/tests/cli/mumble: $(B)/gateway/main.o $(B)/tests/cli/mumble.o $(LIB)
	@echo "  LD $@"
	$(Q)$(CC) $(LDFLAGS) -o $@ $^ $(PKG_LIBS)

# A fuzz target's main is libFuzzer's, or one that replays what is kept.
FUZZ_MAIN = $(if $(FUZZ),,$(B)/tests/fuzz/replay.o)
$(FUZZERS): $(B)/tests/fuzz/fuzz_%: $(B)/tests/fuzz/fuzz_%.o $(FUZZ_MAIN) $(LIB)
	@echo "  LD $@"
	$(Q)$(CC) $(LDFLAGS) $(if $(FUZZ),-fsanitize=fuzzer) -o $@ $^ $(PKG_LIBS)

# The floor of the benchmark: of the C library and nothing else.
FLOOR_OBJECTS := $(patsubst %.c,$(B)/%.o,$(wildcard tests/bench/*.c))
$(B)/bench/floor: $(FLOOR_OBJECTS)
	@mkdir -p $(@D)
	@echo "  LD $@"
	$(Q)$(CC) $(LDFLAGS) -o $@ $^

.PRECIOUS: $(B)/%.o
-include $(wildcard $(LIB_OBJECTS:.o=.d) $(FLOOR_OBJECTS:.o=.d) $(B)/gateway/main.d $(B)/tests/cli/mumble.d $(UNIT_TESTS:=.d) $(NETNS_TESTS:=.d) $(FUZZERS:=.d))

.PHONY: deps
deps:
	.ci/deps build test demo

.PHONY: bench
bench:
	.ci/deps build bench
	$(MAKE) all $(B)/bench/floor
	tests/bench/bench.py --build $(B)

# RELEASE=6.0 or 7.0 measures one of them.
.PHONY: bench-firewall
bench-firewall:
	.ci/deps build bench
	$(MAKE) all
	tests/bench/firewall.py --build $(B)

.PHONY: bench-memory
bench-memory:
	.ci/deps build demo
	$(MAKE) all
	tests/bench/memory.py $(if $(RELEASE),--release $(RELEASE))

.PHONY: bench-detect
bench-detect:
	.ci/deps build demo
	$(MAKE) all
	tests/bench/detect.py

# SEED=, as it was printed, gives the same order again; RELEASE=7.0 takes another Zabbix than the installed.
.PHONY: soak
SOAK ?= 3600
soak:
	.ci/deps build demo
	$(MAKE) $(JOBS) all
	tests/e2e/soak.py $(if $(SEED),--seed $(SEED)) $(if $(RELEASE),--release $(RELEASE)) $(SOAK)

# SECONDS for each target.
.PHONY: fuzz
SECONDS ?= 600
fuzz:
	.ci/deps build test
	$(MAKE) $(JOBS) CC=clang SAN=1 FUZZ=1 B=$(B)/fuzz fuzzers
	tests/fuzz/run $(B)/fuzz $(SECONDS)
.PHONY: fuzzers
fuzzers: $(FUZZERS)

.PHONY: demo
demo:
	.ci/deps build demo
	$(MAKE) $(JOBS) all
	tests/e2e/demo.py

# Some tests: WHAT names programs below tests/, TEST is a pattern of the cases in them.
.PHONY: test
WHAT ?= $(UNIT_TESTS:$(B)/tests/%=%)
test: all $(patsubst %,$(B)/tests/%,$(filter-out %.py,$(WHAT)))
	@TEST='$(TEST)' tests/run $(foreach each,$(WHAT),$(if $(filter %.py,$(each)),tests/$(each),$(B)/tests/$(each)))

# Minutes each; they begin first, so that none is left alone at the end.
LONG_PROGRAMS = $(patsubst %, tests/%.py, e2e/test_values e2e/test_triggers cli/test_supervisor e2e/test_faults \
	e2e/test_main_job e2e/test_health cli/test_command_line e2e/test_api_faults e2e/test_unsent e2e/test_collection \
	e2e/test_uplink_modes e2e/test_sync e2e/test_discovery)

# What is tested is built three times: by gcc, by clang, and with the sanitizers.
.PHONY: tests check
tests: all $(UNIT_TESTS) $(NETNS_TESTS) $(FUZZERS) $(B)/tests/cli/mumble

check: deps
	$(MAKE) $(JOBS) WERROR=1 tests
	$(MAKE) $(JOBS) WERROR=1 CC=clang B=$(B)/clang tests
	$(MAKE) $(JOBS) WERROR=1 SAN=1 B=$(B)/san tests
	@TEST= tests/run \
		"formats=$(MAKE) -s check-format" "rooms=tests/check-rooms" \
		"cppcheck=$(MAKE) -s cppcheck" "clang-tidy=$(MAKE) -s clang-tidy" \
		"manual pages=mandoc -Tlint -Wwarning docs/*.[58]" \
		$(UNIT_TESTS:$(B)/%=$(B)/san/%) $(NETNS_TESTS:$(B)/%=$(B)/san/%) $(FUZZERS:$(B)/%=$(B)/san/%) \
		$(VALGRIND_TESTS:%=valgrind:%) tests/vm/run \
		--beside $(LONG_PROGRAMS) $(filter-out $(LONG_PROGRAMS), $(wildcard tests/cli/test_*.py) tests/vm/systemd \
			tests/vm/clock tests/vm/power $(wildcard tests/e2e/test_*.py))

# What takes too long for every day: the tests of tests/long, and others with larger numbers. SEED= repeats.
.PHONY: check-long
check-long: deps
	$(MAKE) $(JOBS) WERROR=1 tests
	@TEST= MOMENTS=100 EDITS=5000 PAIRS=2000 CRASHES=1000 tests/run --timeout 14400 tests/vm/power \
		$(B)/tests/netns/test_random $(B)/tests/netns/test_crash $(wildcard tests/long/test_*.py)

# Clones as process/spawn.c makes them, and pidfd_open(2), are beyond valgrind; AddressSanitizer has them: what starts
# processes, or has root's rules written by one. What test_crash tests is another program, test_proxy_files kills
# children, what test_activity counts valgrind does too, test_wedge looks for a process by its name, and the thousands of
# objects of test_writes and test_portions take it minutes.
VALGRIND_TESTS = $(filter-out $(addprefix %/test_, spawn cgroup helper errand rescue vitals control_server reporter_link vrf program binary_copies \
	proxy_binary firewall isolation monitor random uplink_modes crash proxy_files activity wedge writes portions), \
	$(UNIT_TESTS) $(NETNS_TESTS))

.PHONY: check-rooms
check-rooms:
	tests/check-rooms

.PHONY: format check-format
format:
	clang-format -i $(C_FILES)
check-format:
	clang-format --dry-run --Werror $(C_FILES)

.PHONY: cppcheck clang-tidy
JANSSON = $(shell pkg-config --variable=includedir jansson)
cppcheck:
	cppcheck --quiet --enable=warning,performance,portability --inline-suppr --std=c11 \
		--error-exitcode=1 -Igateway --suppress=missingIncludeSystem \
		--include=$(JANSSON)/jansson.h gateway
clang-tidy:
	printf '%s\n' gateway/main.c $(ROOM_SOURCES) | \
		xargs -P$$(nproc) -n8 sh -c 'clang-tidy --quiet "$$@" -- $(TIDY_FLAGS) 2>/dev/null' tidy
# By gcc, and before it optimizes: what it inlines of cleanup attributes it takes for reads of what was never set.
.PHONY: analyze
analyze:
	printf '%s\n' gateway/main.c $(ROOM_SOURCES) | \
		xargs -P$$(nproc) -n1 gcc -fanalyzer -Werror -O0 -c -o /dev/null $(TIDY_FLAGS)
TIDY_FLAGS = -std=gnu17 -D_GNU_SOURCE -DVRFGATE_VERSION=\"\" -DVRFGATE_DATA_DIR=\"\" -Igateway $(PKG_CFLAGS)

# The package of Debian, in $(B)/deb; what is not in the tree is not in it.
.PHONY: deb
deb:
	.ci/deps build package
	rm -rf $(B)/deb
	mkdir -p $(B)/deb/vrfgate-$(VERSION)
	tar -c --exclude-vcs --exclude=./build --exclude=__pycache__ . | tar -x -C $(B)/deb/vrfgate-$(VERSION)
	cd $(B)/deb/vrfgate-$(VERSION) && dpkg-buildpackage --build=binary --no-sign
	lintian --fail-on error,warning $(B)/deb/*.changes

.PHONY: clean
clean:
	rm -rf $(B)

# Built with the same PREFIX: the program knows where its data is. A config that is there stays.
SHARE = $(DESTDIR)$(PREFIX)/share
UNITS = $(DESTDIR)$(PREFIX)/lib
ZSHDIR ?= zsh/vendor-completions
.PHONY: install
install: all
	@grep -aqF '$(PREFIX)/share/vrfgate' $(B)/vrfgate || \
		{ echo "install: $(B)/vrfgate was built with another PREFIX: make clean first" >&2; exit 1; }
	install -D -m 755 $(B)/vrfgate $(DESTDIR)$(PREFIX)/sbin/vrfgate
	for file in $$(find templates proxies -type f); do \
		install -D -m 644 $$file $(SHARE)/vrfgate/$$file || exit 1; done
	install -d $(SHARE)/man/man5 $(SHARE)/man/man8 $(SHARE)/doc/vrfgate/examples
	install -m 644 docs/*.5 $(SHARE)/man/man5
	install -m 644 docs/*.8 $(SHARE)/man/man8
	install -m 644 README.md SECURITY.md $(SHARE)/doc/vrfgate
	install -D -m 644 docs/dashboard.png $(SHARE)/doc/vrfgate/docs/dashboard.png
	install -m 644 docs/upgrade.md docs/handover.md $(SHARE)/doc/vrfgate/docs
	install -m 644 conf/vrfgate.conf conf/examples/*.conf $(SHARE)/doc/vrfgate/examples
	install -D -m 644 conf/completions/vrfgate.bash $(SHARE)/bash-completion/completions/vrfgate
	install -D -m 644 conf/completions/_vrfgate $(SHARE)/$(ZSHDIR)/_vrfgate
	install -d $(UNITS)/systemd/system
	sed 's|/usr/sbin/vrfgate|$(PREFIX)/sbin/vrfgate|' conf/vrfgate.service > $(UNITS)/systemd/system/vrfgate.service
	chmod 644 $(UNITS)/systemd/system/vrfgate.service
	install -D -m 644 conf/vrfgate.sysusers $(UNITS)/sysusers.d/vrfgate.conf
	install -D -m 644 conf/vrfgate.tmpfiles $(UNITS)/tmpfiles.d/vrfgate.conf
	install -D -m 644 conf/vrfgate.sysctl $(UNITS)/sysctl.d/60-vrfgate.conf
	install -d $(DESTDIR)$(SYSCONFDIR)/vrfgate/conf.d
	[ -e $(DESTDIR)$(SYSCONFDIR)/vrfgate/vrfgate.conf ] || \
		install -m 644 conf/vrfgate.conf $(DESTDIR)$(SYSCONFDIR)/vrfgate/vrfgate.conf
