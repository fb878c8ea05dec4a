#!/usr/bin/env bats
# The tests of the tests: that what fails is seen to fail.

load helpers

# plant FILE NAME BODY… - writes a bats file with these tests (bats finds tests by text: not literally here).
plant()
{
	local file=$1
	shift
	while (($#)); do
		printf '@%s "%s" {\n%s\n}\n' test "$1" "$2"
		shift 2
	done >"$file"
}

# last LINE - the last line that a program wrote.
last()
{
	tail -n 1 "$OUT" | same - <(printf '%s\n' "$1") || fail "$(cat "$OUT")"
}

# A source tree in which the checks of lint are content.
small_tree()
{
	TREE=$BATS_TEST_TMPDIR/tree
	mkdir -p "$TREE"/filters/lib "$TREE"/docs/man "$TREE"/tests/unit "$TREE"/pipelines
	printf '/* L0 span - bytes. */\n#ifndef LIMN_SPAN_H\n#define LIMN_SPAN_H\n#endif\n' >"$TREE/filters/lib/span.h"
	printf '/* L2 rec - records. */\n#ifndef LIMN_REC_H\n#define LIMN_REC_H\n#include "span.h"\n#endif\n' \
		>"$TREE/filters/lib/rec.h"
	printf '/* L2 rec - records. */\n#include "rec.h"\n' >"$TREE/filters/lib/rec.c"
	printf '/* some-filter - an example. */\n#include "rec.h"\n' >"$TREE/filters/some-filter.c"
	echo '.Dd 1' >"$TREE/docs/man/some-filter.1"
	printf 'load helpers\n' >"$TREE/tests/some-filter.bats"
}

lint()
{
	expect "$1" "$ROOT/tests/lint/run" -C "$TREE" "${@:2}"
}

@test "harness: passing tests pass, and skips are told with their reason" {
	plant "$BATS_TEST_TMPDIR/a.bats" one true two 'skip "no luck"' three 'echo noise; true'
	expect 0 "$ROOT/tests/run" "$BATS_TEST_TMPDIR/a.bats"
	out_is 'skipped: two: no luck' '2 passed, 0 failed, 1 skipped'
}

@test "harness: a failing test fails the run" {
	plant "$BATS_TEST_TMPDIR/a.bats" good true 'very bad' 'echo why >&2; false; true'
	plant "$BATS_TEST_TMPDIR/b.bats" fine true
	expect 1 "$ROOT/tests/run" -j 2 "$BATS_TEST_TMPDIR/a.bats" "$BATS_TEST_TMPDIR/b.bats"
	grep -qx 'FAILED: very bad' "$OUT"
	grep -qx '    why' "$OUT"
	last '2 passed, 1 failed'
}

@test "harness: a failure before a pipe's end fails the test" {
	plant "$BATS_TEST_TMPDIR/a.bats" pipe "load $ROOT/tests/helpers; false | cat"
	expect 1 "$ROOT/tests/run" "$BATS_TEST_TMPDIR/a.bats"
	last '0 passed, 1 failed'
}

@test "harness: no test at all is a failure" {
	: >"$BATS_TEST_TMPDIR/none.bats"
	expect 1 "$ROOT/tests/run" "$BATS_TEST_TMPDIR/none.bats"
	last '0 passed, 1 failed'
	plant "$BATS_TEST_TMPDIR/a.bats" one true
	expect 1 "$ROOT/tests/run" -t 'no test is called this' "$BATS_TEST_TMPDIR/a.bats"
	last '0 passed, 1 failed'
}

@test "harness: tests that were never reached are failures" {
	plant "$BATS_TEST_TMPDIR/a.bats" one true two true
	echo 'setup_file() { false; }' >>"$BATS_TEST_TMPDIR/a.bats"
	expect 1 "$ROOT/tests/run" "$BATS_TEST_TMPDIR/a.bats"
	last '0 passed, 2 failed'
	echo 'if then' >>"$BATS_TEST_TMPDIR/a.bats"
	expect 1 "$ROOT/tests/run" "$BATS_TEST_TMPDIR/a.bats"
	grep -q '^0 passed, [12] failed$' "$OUT"
}

@test "harness: a test that hangs is a failure" {
	plant "$BATS_TEST_TMPDIR/a.bats" hangs 'sleep 60'
	LIMN_TEST_TIMEOUT=1 expect 1 "$ROOT/tests/run" "$BATS_TEST_TMPDIR/a.bats"
	last '0 passed, 1 failed'
}

@test "harness: a pattern is a file's name or a part of a test's name" {
	plant "$BATS_TEST_TMPDIR/a.bats" apple true pear false
	plant "$BATS_TEST_TMPDIR/b.bats" plum true cherry true
	expect 0 "$ROOT/tests/run" -t ppl "$BATS_TEST_TMPDIR"/[ab].bats
	last '1 passed, 0 failed'
	expect 0 "$ROOT/tests/run" -t b "$BATS_TEST_TMPDIR"/[ab].bats
	last '2 passed, 0 failed'
}

@test "harness: a sanitizer's report fails the run, though the test looked away" {
	# shellcheck disable=SC2016 # for the planted test
	plant "$BATS_TEST_TMPDIR/a.bats" careless 'echo "heap-buffer-overflow" >"${ASAN_OPTIONS#log_path=}.1"'
	expect 1 "$ROOT/tests/run" "$BATS_TEST_TMPDIR/a.bats"
	grep -q 'heap-buffer-overflow' "$OUT"
	last '1 passed, 1 failed'
}

@test "harness: expect and same say what differs" {
	plant "$BATS_TEST_TMPDIR/a.bats" code "load $ROOT/tests/helpers; expect 0 ls /nowhere" \
		bytes "load $ROOT/tests/helpers; echo a >\$OUT; printf a | same \$OUT -"
	expect 1 "$ROOT/tests/run" "$BATS_TEST_TMPDIR/a.bats"
	grep -q 'exit 2, expected 0: ls /nowhere' "$OUT"
	grep -q 'stderr: ls: cannot access' "$OUT"
	grep -q -- '    -a\$$' "$OUT"
	last '0 passed, 2 failed'
}

@test "lint: a sound tree passes in silence" {
	small_tree
	lint 0 layers modules functions words jq
	out_is 'lint: 5 passed, 0 failed'
}

@test "lint: an include of a higher layer is found" {
	small_tree
	printf '/* L0 span - bytes. */\n#include "rec.h"\n' >"$TREE/filters/lib/span.c"
	lint 1 layers
	out_is 'FAILED: layers' 'filters/lib/span.c:2: L0 includes L2: rec.h' 'lint: 0 passed, 1 failed'
}

@test "lint: a file without a layer, a foreign include and a second C++ file are found" {
	small_tree
	echo '/* bytes */' >"$TREE/filters/lib/a.c"
	printf '/* L2 b - b. */\n# include <csv.h>\n#include "../some-filter.c"\n' >"$TREE/filters/lib/b.cc"
	lint 1 layers
	grep -q "^filters/lib/a.c:1: does not start with '/\* L0 a - " "$OUT"
	grep -qx 'filters/lib/b.cc: only filters/lib/csvin.c includes csv.h' "$OUT"
	grep -qx 'filters/lib/b.cc:3: names a directory: ../some-filter.c' "$OUT"
	grep -qx 'filters/lib/b.cc: only filters/lib/jsonin.cc is C++' "$OUT"
}

@test "lint: a filter without its man page or its tests is found" {
	small_tree
	rm "$TREE/docs/man/some-filter.1"
	lint 1 modules
	out_is 'FAILED: modules' 'filters/some-filter.c: no man page docs/man/some-filter.1' \
		'lint: 0 passed, 1 failed'
	small_tree
	rm "$TREE/tests/some-filter.bats"
	lint 1 modules
	grep -qx 'filters/some-filter.c: no tests tests/some-filter.bats' "$OUT"
}

@test "lint: a long function, unfinished work and unsafe functions are found" {
	small_tree
	{
		printf '/* L0 a - a. */\nint\nlong_one(void)\n{\n'
		for _ in {1..61}; do printf '\tx();\n'; done
		printf '}\n'
	} >"$TREE/filters/lib/a.c"
	lint 1 functions
	grep -qx 'filters/lib/a.c:4: 61 lines, more than 60: long_one(void)' "$OUT"
	sed -i '10d' "$TREE/filters/lib/a.c"
	lint 0 functions words
	printf '/* TO%s: more */\nint x = atoi(s);\n' DO >>"$TREE/filters/lib/a.c"
	lint 1 words
	grep -q 'unfinished' "$OUT"
	grep -q 'a.c:67:int x = atoi(s);' "$OUT"
}

@test "lint: a jq program that does not parse is found, one with arguments and modules is not" {
	small_tree
	# shellcheck disable=SC2016 # jq's variables
	printf 'include "lib"; .x + $day + ($names | length) | helper\n' >"$TREE/pipelines/a.jq"
	echo 'def helper: 1;' >"$TREE/pipelines/lib.jq"
	lint 0 jq
	echo '.x +' >"$TREE/pipelines/b.jq"
	lint 1 jq
	grep -q 'pipelines/b.jq: ' "$OUT"
}

@test "lint: every kind of script is checked" {
	small_tree
	mkdir -p "$TREE/.ci"
	# shellcheck disable=SC2016 # a fault to be found
	printf '#!/usr/bin/env bash\nrm $1\n' | tee "$TREE/.ci/run" "$TREE/pipelines/x.sh" >"$TREE/pipelines/nightly"
	lint 1 shell
	grep -q 'In .ci/run line 2' "$OUT"
	grep -q 'In pipelines/x.sh line 2' "$OUT"
	grep -q 'In pipelines/nightly line 2' "$OUT"
}

@test "lint: Perl that does not compile, that warns or that is not strict is found" {
	small_tree
	# shellcheck disable=SC2016 # Perl's variables
	printf '#!/usr/bin/perl\nuse strict;\nuse warnings;\nmy $x = 1;\nprint $x;\n' >"$TREE/pipelines/good"
	lint 0 perl
	# shellcheck disable=SC2016
	printf '#!/usr/bin/perl\nuse strict;\nuse warnings;\n$x = 1;\n' >"$TREE/pipelines/a"
	# shellcheck disable=SC2016
	printf '#!/usr/bin/perl\nuse strict;\nuse warnings;\nmy $x = 1;\nmy $x = 2;\nprint $x;\n' >"$TREE/pipelines/b"
	printf '#!/usr/bin/perl\nprint 1;\n' >"$TREE/pipelines/c"
	lint 1 perl
	grep -q 'Global symbol "$x" requires' "$OUT"
	grep -q '"my" variable $x masks' "$OUT"
	grep -qx 'pipelines/c: without use strict; use warnings;' "$OUT"
}

@test "ci: the last line sums lint, test and test-asan, and a target that broke off is a failure" {
	mkdir -p "$BATS_TEST_TMPDIR/tree/.ci" "$BATS_TEST_TMPDIR/fake"
	cp "$ROOT/.ci/run" "$BATS_TEST_TMPDIR/tree/.ci/run"
	cd "$BATS_TEST_TMPDIR"
	# shellcheck disable=SC2016 # for the fake make
	printf '#!/bin/bash\n. %q/$2\n' "$PWD/fake" >fake/make
	chmod +x fake/make
	PATH=$PWD/fake:$PATH
	echo 'echo "lint: 11 passed, 0 failed"' >fake/lint
	echo 'echo "30 passed, 0 failed, 2 skipped"' >fake/test
	echo 'echo "32 passed, 0 failed"' >fake/test-asan
	expect 0 tree/.ci/run
	last '73 passed, 0 failed'
	echo 'echo "29 passed, 1 failed, 2 skipped"; echo "make: *** Error 1" >&2; exit 1' >fake/test
	echo 'echo "link: undefined reference"; exit 2' >fake/test-asan
	expect 1 tree/.ci/run
	last '40 passed, 2 failed'
	grep -qx '2 skipped' "$OUT"
}

@test "make: packages that are there are not installed again, missing ones are named" {
	mkdir "$BATS_TEST_TMPDIR/fake"
	cd "$BATS_TEST_TMPDIR/fake"
	# A machine without jq, on which we are not root and have no sudo.
	printf '#!/bin/bash\n/usr/bin/dpkg-query "$@" | grep -v "^jq:"\n' >dpkg-query
	printf '#!/bin/bash\necho 1000\n' >id
	printf '#!/bin/bash\nexit 1\n' >sudo
	printf '#!/bin/bash\necho "$*" >>%q\n' "$BATS_TEST_TMPDIR/calls" >apt-get
	chmod +x ./*
	PATH=$PWD:$PATH expect 2 make -C "$ROOT" deps </dev/null
	grep -qx '  apt-get install --no-install-recommends jq' "$ERR"
	[[ ! -e $BATS_TEST_TMPDIR/calls ]]
	printf '#!/bin/bash\necho 0\n' >id
	PATH=$PWD:$PATH expect 0 make -C "$ROOT" deps
	same "$BATS_TEST_TMPDIR/calls" <(printf -- '-qq update\n-qq install -y --no-install-recommends jq\n')
	rm dpkg-query "$BATS_TEST_TMPDIR/calls"
	PATH=$PWD:$PATH expect 0 make -C "$ROOT" deps
	[[ ! -e $BATS_TEST_TMPDIR/calls ]]
}

@test "make: help lists the targets" {
	expect 0 make -s -C "$ROOT" help
	local target
	for target in build test test-asan lint deps demo install uninstall clean; do
		grep -qE "^  $target +[a-z]" "$OUT" || fail "no $target"
	done
}
