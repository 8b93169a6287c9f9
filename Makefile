# SPDX-License-Identifier: GPL-2.0-or-later
# vrfgate. `make` compiles; `make demo` and `make check` need nothing else typed before.
VERSION = 0.1.0

# Where everything built goes; SAN=1 adds AddressSanitizer and UBSan.
B ?= build
SAN ?=
WERROR ?=
# V=1 shows the commands.
V ?=
Q := $(if $(V),,@)

PREFIX ?= /usr
SYSCONFDIR ?= /etc
DESTDIR ?=

PACKAGES = libnl-3.0 libnl-route-3.0 libcurl jansson libconfuse libsystemd smartcols libcap-ng
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

ROOM_SOURCES := $(wildcard gateway/*/*.c)
LIB_OBJECTS := $(ROOM_SOURCES:%.c=$(B)/%.o)
LIB := $(B)/libvrfgate.a
UNIT_TESTS := $(patsubst %.c,$(B)/%,$(wildcard tests/unit/*/test_*.c))
NETNS_TESTS := $(patsubst %.c,$(B)/%,$(wildcard tests/netns/test_*.c))
HEADERS := $(wildcard gateway/*/*.h tests/*/*.h)
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

# Benchmarks, each a program of its own.
$(B)/bench/%: $(B)/tests/bench/%.o $(LIB)
	@mkdir -p $(@D)
	@echo "  LD $@"
	$(Q)$(CC) $(LDFLAGS) -o $@ $^ $(PKG_LIBS)

.PRECIOUS: $(B)/%.o
-include $(wildcard $(LIB_OBJECTS:.o=.d) $(B)/gateway/main.d $(UNIT_TESTS:=.d) $(NETNS_TESTS:=.d))

.PHONY: deps
deps:
	.ci/deps build test demo

.PHONY: bench
bench: $(B)/bench/bench_up
	$(B)/bench/bench_up

.PHONY: unit-tests netns-tests
unit-tests: $(UNIT_TESTS)
netns-tests: $(NETNS_TESTS)

.PHONY: check-rooms
check-rooms:
	tests/check-rooms

.PHONY: format check-format
format:
	clang-format -i $(C_FILES)
check-format:
	clang-format --dry-run --Werror $(C_FILES)

.PHONY: clean
clean:
	rm -rf $(B)
