# limn - daily customer portraits from raw logs. `make help` lists what can be made.
#
# Every list is found by wildcard: a new filter is filters/NAME.c, docs/man/NAME.1, tests/NAME.bats.

SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DELETE_ON_ERROR:
.SUFFIXES:
.DEFAULT_GOAL := build
MAKEFLAGS += --no-builtin-rules --warn-undefined-variables

VERSION := 0.1.0
PREFIX ?= /usr/local
DESTDIR ?=
CC := gcc
CXX := g++
CFLAGS ?= -O2 -g
LDFLAGS ?=
BUILD ?= build
# Flags for one more kind of build: `make BUILD=build/asan EXTRA='…'` (see test-asan).
EXTRA ?=
JOBS ?= $(shell nproc)
# Only the tests (or fuzz targets) whose name matches: `make test T=sessionize`.
T ?=
# Seconds that each fuzz target runs.
SECONDS ?= 10
# Not empty: print every command.
BENCH ?=
V ?=

# ---- packages: the one list -------------------------------------------------------------------
DEPS_BUILD := gcc g++ make libcsv-dev libsimdjson-dev libxxhash-dev
DEPS_RUN := jq parallel perl zstd gzip coreutils tzdata
DEPS_TEST := bats sqlite3 mandoc util-linux procps shellcheck python3 python3-jsonschema postgresql
DEPS_LINT := clang clang-format cppcheck shellcheck mandoc
DEPS_FUZZ := clang libclang-rt-14-dev
DEPS_BENCH := hyperfine mawk
# What the page is built with: Debian's, where no other is there.
DEPS_PAGE := $(if $(shell command -v npm),,nodejs npm)
# For the tests of the page and the picture in README: a browser, and a font for the Chinese on the page.
DEPS_BROWSER := chromium fonts-noto-cjk

# ---- what there is, by wildcard ---------------------------------------------------------------
PROGRAMS := $(basename $(notdir $(wildcard filters/*.c)))
LIB_C := $(wildcard filters/lib/*.c)
LIB_CC := $(wildcard filters/lib/*.cc)
LIB_OBJ := $(LIB_C:filters/lib/%.c=$(BUILD)/lib/%.o) $(LIB_CC:filters/lib/%.cc=$(BUILD)/lib/%.o)
# A generator is a file of samples/ with a main; the other files there are its parts.
SAMPLES := $(basename $(notdir $(shell grep -lw '^main' $(wildcard samples/*.c) /dev/null || :)))
SAMPLE_PARTS := $(filter-out $(SAMPLES),$(basename $(notdir $(wildcard samples/*.c))))
UNIT := $(basename $(notdir $(wildcard tests/unit/*.c)))
FUZZ := $(basename $(notdir $(wildcard tests/fuzz/*.c)))
BINARIES := $(PROGRAMS:%=$(BUILD)/bin/%)
TOOLS := $(SAMPLES:%=$(BUILD)/tools/%)
UNITS := $(UNIT:%=$(BUILD)/unit/%)
FUZZERS := $(FUZZ:%=$(BUILD)/fuzz/%)
C_SOURCES := $(wildcard filters/*.c samples/*.c tests/unit/*.c tests/fuzz/*.c tests/faults/*.c) $(LIB_C)
# Installed: executables of pipelines/ go to bin, the rest keeps its place below share/limn.
SCRIPTS = $(shell find pipelines -maxdepth 1 -type f -perm -u+x | sort)
# What the page is made from is not: it is installed as it was built.
SHARED = $(filter-out $(SCRIPTS) pipelines/report/src/% %.mjs,$(shell find schemas pipelines -type f ! -name '.*' ! -name '*~' | sort))
PAGE := build/report/page.js
PAGE_SOURCES := $(wildcard pipelines/report/src/*.js)
MANUALS := $(wildcard docs/man/*.[1-8])

# ---- flags ------------------------------------------------------------------------------------
WARN := -Wall -Wextra -Wshadow -Wconversion -Wvla -Wstrict-prototypes -Wmissing-prototypes
WARN_CXX := -Wall -Wextra -Wshadow
SHARE := $(PREFIX)/share/limn
CPPFLAGS := -D_GNU_SOURCE -DLIMN_VERSION='"$(VERSION)"' -DLIMN_SOURCE='"$(CURDIR)"' -Ifilters/lib
PLACE := -DLIMN_INSTALLED='"$(SHARE)"'
DEPFLAGS = -MMD -MP -MF $(basename $@).d -MT $@
LDLIBS := -lcsv -lsimdjson -lm

COMPILE_C = $(CC) -std=gnu17 $(CFLAGS) $(WARN) $(EXTRA) $(CPPFLAGS) $(DEPFLAGS)
COMPILE_CXX = $(CXX) -std=c++17 $(CFLAGS) $(WARN_CXX) $(EXTRA) $(CPPFLAGS) $(DEPFLAGS)
LINK = $(CXX) $(CFLAGS) $(EXTRA) $(LDFLAGS)
# Every output is made beside its place and renamed, so that two makes at once, or a test that runs a
# program while it is remade, never see half a file.
NEW = $@.$$$$
INSTALL_NEW = mv -f $(NEW) $@
Q := $(if $(V),,@)
MORE = $(if $(findstring -j,$(MAKEFLAGS)),,-j$(JOBS))
SUBMAKE = $(MAKE) --no-print-directory $(MORE)

.PHONY: build
build: $(BINARIES) $(TOOLS) $(PAGE) ## build the programs into build/bin, and the script of the page

.PHONY: lib units
lib: $(BUILD)/liblimn.a
units: $(UNITS) $(BUILD)/unit/fault.so

# ---- rules ------------------------------------------------------------------------------------
# A stamp is rewritten only when what it says changes: flags on the command line remake what they touch.
.PHONY: always
$(BUILD)/flags: export STAMP = $(CC) $(CXX) $(CFLAGS) $(WARN) $(WARN_CXX) $(EXTRA) $(CPPFLAGS) $(LDFLAGS)
$(BUILD)/place: export STAMP = $(PLACE)
$(BUILD)/objects: export STAMP = $(LIB_OBJ)
$(BUILD)/flags $(BUILD)/place $(BUILD)/objects: always
	@mkdir -p $(@D); printf '%s\n' "$$STAMP" >$(NEW); \
	if cmp -s $(NEW) $@; then rm $(NEW); else $(INSTALL_NEW); fi

# Only the objects that name LIMN_INSTALLED know PREFIX.
PLACED := $(patsubst filters/lib/%.c,$(BUILD)/lib/%.o,$(shell grep -l LIMN_INSTALLED $(LIB_C) /dev/null || :))
$(PLACED): CPPFLAGS += $(PLACE)
$(PLACED): $(BUILD)/place

$(BUILD)/lib/%.o: filters/lib/%.c $(BUILD)/flags
	@mkdir -p $(@D); echo '  cc   $@'
	$(Q)$(COMPILE_C) -c -o $(NEW) $<; $(INSTALL_NEW)

$(BUILD)/lib/%.o: filters/lib/%.cc $(BUILD)/flags
	@mkdir -p $(@D); echo '  c++  $@'
	$(Q)$(COMPILE_CXX) -c -o $(NEW) $<; $(INSTALL_NEW)

$(BUILD)/liblimn.a: $(LIB_OBJ) $(BUILD)/objects
	$(Q)ar rcs $(NEW) $(LIB_OBJ); $(INSTALL_NEW)

$(BUILD)/obj/%.o: filters/%.c $(BUILD)/flags
	@mkdir -p $(@D); echo '  cc   $@'
	$(Q)$(COMPILE_C) -c -o $(NEW) $<; $(INSTALL_NEW)

$(BUILD)/obj/tools/%.o: samples/%.c $(BUILD)/flags
	@mkdir -p $(@D); echo '  cc   $@'
	$(Q)$(COMPILE_C) -c -o $(NEW) $<; $(INSTALL_NEW)

$(BUILD)/obj/unit/%.o: tests/unit/%.c $(BUILD)/flags
	@mkdir -p $(@D); echo '  cc   $@'
	$(Q)$(COMPILE_C) -Itests/unit -c -o $(NEW) $<; $(INSTALL_NEW)

$(BUILD)/obj/fuzz/%.o: tests/fuzz/%.c $(BUILD)/flags
	@mkdir -p $(@D); echo '  cc   $@'
	$(Q)$(COMPILE_C) -c -o $(NEW) $<; $(INSTALL_NEW)

$(BUILD)/bin/%: $(BUILD)/obj/%.o $(BUILD)/liblimn.a
	@mkdir -p $(@D); echo '  link $@'
	$(Q)$(LINK) -o $(NEW) $^ $(LDLIBS); $(INSTALL_NEW)

$(BUILD)/tools/%: $(BUILD)/obj/tools/%.o $(SAMPLE_PARTS:%=$(BUILD)/obj/tools/%.o) $(BUILD)/liblimn.a
	@mkdir -p $(@D); echo '  link $@'
	$(Q)$(LINK) -o $(NEW) $^ $(LDLIBS); $(INSTALL_NEW)

$(BUILD)/unit/%: $(BUILD)/obj/unit/%.o $(BUILD)/liblimn.a
	@mkdir -p $(@D); echo '  link $@'
	$(Q)$(LINK) -o $(NEW) $^ $(LDLIBS); $(INSTALL_NEW)

# What makes calls fail, for tests (never with sanitizers, which want to be loaded first).
$(BUILD)/unit/fault.so: tests/faults/fault.c $(BUILD)/flags
	@mkdir -p $(@D); echo '  link $@'
	$(Q)$(CC) -std=gnu17 -O2 $(WARN) -D_GNU_SOURCE -shared -fPIC -o $(NEW) $<; $(INSTALL_NEW)

$(BUILD)/fuzz/%: $(BUILD)/obj/fuzz/%.o $(BUILD)/liblimn.a
	@mkdir -p $(@D); echo '  link $@'
	$(Q)$(LINK) -fsanitize=fuzzer -o $(NEW) $^ $(LDLIBS); $(INSTALL_NEW)

.SECONDARY:
-include $(wildcard $(BUILD)/lib/*.d $(BUILD)/obj/*.d $(BUILD)/obj/*/*.d)

# ---- packages ---------------------------------------------------------------------------------
# $(call packages,LIST): installs what is missing of LIST; needs no rights when nothing is.
define packages
	if ! command -v dpkg-query >/dev/null; then \
		echo 'not a Debian system: needs what Debian calls $(sort $(1))' >&2; exit 0; \
	fi; \
	have=$$(dpkg-query -W -f='$${Package}:$${db:Status-Status}\n' $(sort $(1)) 2>/dev/null || :); \
	missing=(); \
	for p in $(sort $(1)); do \
		grep -qxF "$$p:installed" <<<"$$have" || missing+=("$$p"); \
	done; \
	(($${#missing[@]})) || exit 0; \
	if (($$(id -u) == 0)); then root=(); \
	elif command -v sudo >/dev/null && sudo -n true 2>/dev/null || { [[ -t 0 ]] && command -v sudo >/dev/null; }; then \
		root=(sudo); \
	else \
		echo "packages are missing and only root can install them:" >&2; \
		echo "  apt-get install --no-install-recommends $${missing[*]}" >&2; exit 1; \
	fi; \
	echo "installing $${missing[*]}" >&2; \
	"$${root[@]}" apt-get -qq update && \
	"$${root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -qq install -y --no-install-recommends \
		"$${missing[@]}" >&2 || { \
		echo "could not install: $${missing[*]}" >&2; exit 1; }
endef

.PHONY: deps deps-test deps-lint deps-fuzz deps-bench deps-picture
deps: ## install the packages that building and running need
	@$(call packages,$(DEPS_BUILD) $(DEPS_RUN) $(DEPS_PAGE))
deps-test: ## install what the tests need, too
	@$(call packages,$(DEPS_BUILD) $(DEPS_RUN) $(DEPS_PAGE) $(DEPS_BROWSER) $(DEPS_TEST))
deps-lint:
	@$(call packages,$(DEPS_BUILD) $(DEPS_RUN) $(DEPS_TEST) $(DEPS_LINT))
deps-fuzz:
	@$(call packages,$(DEPS_BUILD) $(DEPS_FUZZ))
deps-picture:
	@$(call packages,$(DEPS_BUILD) $(DEPS_RUN) $(DEPS_PAGE) $(DEPS_BROWSER))
deps-bench:
	@$(call packages,$(DEPS_BUILD) $(DEPS_RUN) $(DEPS_BENCH))

# Packages of npm, as package-lock.json pins them; none of their own install scripts is run.
NODE := node_modules/.package-lock.json
$(NODE): package.json package-lock.json
	@echo '  npm  node_modules'
	$(Q)npm ci --ignore-scripts --no-audit --no-fund --loglevel=error >/dev/null
	@touch $@

# ---- the page ---------------------------------------------------------------------------------
# What the page is made of that is made itself.
PAGE_PARTS := build/report/world.json build/report/fields.json

build/report/world.json: pipelines/report/build-map.mjs $(NODE)
	@mkdir -p $(@D); echo '  node $@'
	$(Q)node $< >$(NEW); $(INSTALL_NEW)

# The tags that are numbers and days; the portrait tells the others.
build/report/fields.json: schemas/maps/tags.tsv
	@mkdir -p $(@D); echo '  jq   $@'
	$(Q)jq -c -R -n '[inputs | split("\t") | select(.[2] | IN("number", "date")) | {(.[0]): .[2]}] | add' $< >$(NEW); $(INSTALL_NEW)

# The script of the page, with everything it needs in it; the notices of what is in it stand at its end.
NOTICES := node_modules/echarts/NOTICE node_modules/zrender/LICENSE node_modules/i18n-iso-countries/LICENSE node_modules/world-atlas/LICENSE
$(PAGE): $(PAGE_SOURCES) $(PAGE_PARTS) $(NODE)
	@mkdir -p $(@D); echo '  js   $@'
	$(Q)node_modules/.bin/esbuild pipelines/report/src/main.js --bundle --minify --format=iife --target=es2022 \
		--charset=utf8 --legal-comments=none --define:process.env.NODE_ENV='"production"' --log-level=warning \
		--outfile=$(NEW); \
	{ echo '/*! Notices'; tail -n +1 $(NOTICES); \
		echo 'Apache ECharts: http://www.apache.org/licenses/LICENSE-2.0'; echo '*/'; } >>$(NEW); $(INSTALL_NEW)

# ---- tests ------------------------------------------------------------------------------------
.PHONY: test
test: deps-test ## run the tests (T=PATTERN: a bats file or a part of test names)
	+@$(SUBMAKE) build units
	@LIMN_BIN=$(abspath $(BUILD))/bin LIMN_TOOLS=$(abspath $(BUILD))/tools \
		LIMN_UNIT=$(abspath $(BUILD))/unit tests/run -j $(JOBS) $(if $(T),-t '$(T)')

ASAN := BUILD=build/asan CFLAGS='-O1 -g' \
	EXTRA='-fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer'

.PHONY: asan
asan:
	+@$(SUBMAKE) $(ASAN) build units

.PHONY: test-asan
test-asan: deps-test ## run the tests against programs built with sanitizers
	+@$(SUBMAKE) asan
	@LIMN_BIN=$(CURDIR)/build/asan/bin LIMN_TOOLS=$(CURDIR)/build/asan/tools \
		LIMN_UNIT=$(CURDIR)/build/asan/unit tests/run -j $(JOBS) $(if $(T),-t '$(T)')

.PHONY: soak
soak: deps-test ## kill and starve the nightly run at every place: an hour or so
	+@$(SUBMAKE) build units
	@SOAK=1 LIMN_TEST_TIMEOUT=86400 LIMN_BIN=$(abspath $(BUILD))/bin LIMN_TOOLS=$(abspath $(BUILD))/tools \
		LIMN_UNIT=$(abspath $(BUILD))/unit tests/run tests/faults.bats

.PHONY: bench
bench: deps-bench ## time the filters on 10 M events beside wc and mawk (BENCH='-n EVENTS -r RUNS')
	+@$(SUBMAKE) build
	@LIMN_BIN=$(abspath $(BUILD))/bin LIMN_TOOLS=$(abspath $(BUILD))/tools tests/bench/run $(BENCH)

.PHONY: fuzz
fuzz: deps-fuzz ## run every fuzz target for SECONDS=10 (T=NAME: one)
	+@$(SUBMAKE) BUILD=build/fuzz CC=clang CXX=clang++ CFLAGS='-O1 -g' \
		EXTRA='-fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all' fuzzers
	@tests/fuzz/run -s $(SECONDS) build/fuzz/fuzz $(or $(T),$(FUZZ))

.PHONY: fuzzers
fuzzers: $(FUZZERS)

# ---- lint -------------------------------------------------------------------------------------
.PHONY: lint
lint: deps-lint ## check the sources: warnings, format, layers, scripts, manuals
	+@tests/lint/run -j $(JOBS)

# The parts of lint that need the flags above.
.PHONY: lint-gcc lint-clang lint-cppcheck
lint-gcc:
	+@$(SUBMAKE) -s BUILD=build/lint EXTRA=-Werror lib build units >/dev/null
lint-clang:
	@printf '%s\n' $(C_SOURCES) | xargs -P $(JOBS) -n 1 \
		clang -std=gnu17 -fsyntax-only -Werror $(WARN) $(CPPFLAGS) $(PLACE) -Itests/unit
	@$(if $(LIB_CC),clang++ -std=c++17 -fsyntax-only -Werror $(WARN_CXX) $(CPPFLAGS) $(PLACE) $(LIB_CC))
# buf_put(&b, text, when_format(t, text)) is no use of anything uninitialized.
lint-cppcheck:
	@mkdir -p build/cppcheck
	@cppcheck --quiet -j $(JOBS) --cppcheck-build-dir=build/cppcheck --std=c11 --error-exitcode=1 \
		--enable=warning,portability --inline-suppr --max-configs=1 --template=gcc \
		--suppress=missingIncludeSystem --suppress=unknownMacro \
		--suppress=duplicateAssignExpression --suppress=uninitvar:filters/lib/buf.h $(CPPFLAGS) $(PLACE) -Itests/unit $(C_SOURCES)

# ---- documentation ----------------------------------------------------------------------------
# What the rule files and the portrait's schema say, as pages; a test compares them with those that are kept.
METRICS ?= docs/metrics.md
PORTRAIT ?= docs/portrait.md
.PHONY: docs
docs: ## write docs/metrics.md from the rule files, and the members of docs/portrait.md from the schema
	@find schemas/rules -name '*.rules' -type f ! -name '.*' | LC_ALL=C sort | \
		LC_ALL=C xargs awk -f docs/metrics.awk >'$(METRICS).new'
	@mv -f '$(METRICS).new' '$(METRICS)'
	@{ sed '/^<!-- make docs/q' docs/portrait.md; jq -r -f docs/portrait.jq schemas/portrait.schema.json; } >'$(PORTRAIT).new'
	@mv -f '$(PORTRAIT).new' '$(PORTRAIT)'

# ---- the demo ---------------------------------------------------------------------------------
.PHONY: demo
demo: deps ## make the sample store in demo/ and draw its portraits, of a week ago and of its last day
	+@$(SUBMAKE) build
	@rm -rf demo; mkdir -p demo
	@$(BUILD)/tools/store --out demo/inbox
	@day=$$(find demo/inbox -mindepth 1 -maxdepth 1 -type d -printf '%f\n' | sort | tail -n 1); \
	for d in "$$(date -u -d "$$day -7 days" +%F)" "$$day"; do \
		PATH=$(abspath $(BUILD))/bin:$(CURDIR)/pipelines:$$PATH LIMN_SHARE=$(CURDIR) \
			pipelines/daily-portrait --day "$$d" --in demo/inbox --warehouse demo/warehouse --out demo/reports \
			--tz Asia/Shanghai --currency USD --home CN >demo/summary; \
	done; \
	[[ -s demo/reports/$$day/index.html ]] || { echo "no page was made" >&2; exit 1; }; \
	sed -n 1p demo/summary; \
	PATH=$(abspath $(BUILD))/bin:$$PATH pipelines/portrait-text --brief demo/reports/$$day/portrait.json

.PHONY: picture
picture: deps-picture demo ## draw docs/portrait.png from the demo's page
	@pipelines/report/picture -w 1320 -h 1260 "$$(printf '%s\n' demo/reports/*/index.html | tail -n 1)#lang=en&period=30d" docs/portrait.png

# ---- data of others ---------------------------------------------------------------------------
# The list of crawlers is kept in the tree, so that neither a build nor a night asks a registry; this makes it anew
# from the package that package-lock.json pins.
CRAWLERS := node_modules/crawler-user-agents

.PHONY: crawlers
crawlers: $(NODE) ## make schemas/maps/crawlers.txt from the package crawler-user-agents (needs npm)
	@{ jq -r '"# The patterns of \(.name) \(.version), \(.license): see crawlers.LICENSE. Made by make crawlers."' \
		$(CRAWLERS)/package.json && jq -r '.[].pattern' $(CRAWLERS)/crawler-user-agents.json; } >schemas/maps/crawlers.txt
	@cp $(CRAWLERS)/LICENSE schemas/maps/crawlers.LICENSE

# ---- install ----------------------------------------------------------------------------------
TO_BIN = $(DESTDIR)$(PREFIX)/bin
TO_SHARE = $(DESTDIR)$(SHARE)
TO_MAN = $(DESTDIR)$(PREFIX)/share/man

.PHONY: install
install: ## install into PREFIX=/usr/local (below DESTDIR, when given)
	+@$(SUBMAKE) build
	@install -d '$(TO_BIN)' '$(TO_SHARE)'
	@install -m 755 $(BINARIES) $(SCRIPTS) '$(TO_BIN)'
	@for f in $(SHARED); do \
		mode=644; [[ ! -x $$f ]] || mode=755; install -D -m "$$mode" "$$f" "$(TO_SHARE)/$$f"; \
	done
	@install -m 644 $(PAGE) '$(TO_SHARE)/pipelines/report/page.js'
	@for f in $(MANUALS); do install -D -m 644 "$$f" "$(TO_MAN)/man$${f##*.}/$${f##*/}"; done

.PHONY: uninstall
uninstall: ## remove what install put there
	@rm -f $(patsubst %,'$(TO_BIN)/%',$(PROGRAMS) $(notdir $(SCRIPTS))) $(patsubst %,'$(TO_SHARE)/%',$(SHARED) pipelines/report/page.js)
	@for f in $(MANUALS); do rm -f "$(TO_MAN)/man$${f##*.}/$${f##*/}"; done
	@[[ ! -d '$(TO_SHARE)' ]] || find '$(TO_SHARE)' -depth -type d -empty -delete

# ---- the rest ---------------------------------------------------------------------------------
.PHONY: help
help: ## list the targets
	@sed -nE 's/^([a-z-]+):[^#]*## (.*)/  \1\t\2/p' $(firstword $(MAKEFILE_LIST)) | sort | expand -t 16

.PHONY: clean
clean: ## remove everything that was built
	rm -rf build

.PHONY: distclean
distclean: clean ## remove the demo, too
	rm -rf demo
