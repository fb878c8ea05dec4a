# shellcheck shell=bash
# helpers - what every bats file shares: `load helpers` (or `load ../helpers`) is its first line.
#
# Sets ROOT (the source tree), LIMN_BIN (programs), LIMN_TOOLS (sample generators), LIMN_UNIT (unit
# tests), LIMN_DATA (real data, may be absent) and a PATH on which the programs and pipelines come first.
# The machine's locale, zone and settings do not reach a test. `set -o pipefail` is on in tests.

bats_require_minimum_version 1.5.0

ROOT=$(cd "${BASH_SOURCE[0]%/*}/.." && pwd -P)
: "${LIMN_BIN:=$ROOT/build/bin}" "${LIMN_TOOLS:=$ROOT/build/tools}" "${LIMN_UNIT:=$ROOT/build/unit}"
: "${LIMN_DATA:=$ROOT/../shared/data}"
export ROOT LIMN_BIN LIMN_TOOLS LIMN_UNIT LIMN_DATA
case $PATH in
"$LIMN_BIN:"*) ;;
*) PATH=$LIMN_BIN:$ROOT/pipelines:$PATH ;;
esac
# A zone nobody expects, so that a result which depends on the machine's zone shows.
export PATH LC_ALL=C TZ=Pacific/Kiritimati
unset LIMN_SHARE CDPATH GREP_OPTIONS MAKEFLAGS MFLAGS MAKELEVEL MAKEOVERRIDES
# A sanitizer's report must not pass for "bad data": exit code 99 is none of ours.
export ASAN_OPTIONS="${ASAN_OPTIONS:+$ASAN_OPTIONS:}exitcode=99:detect_stack_use_after_return=1"
export UBSAN_OPTIONS="${UBSAN_OPTIONS:+$UBSAN_OPTIONS:}print_stacktrace=1:exitcode=99"
export LSAN_OPTIONS="${LSAN_OPTIONS:+$LSAN_OPTIONS:}exitcode=99"
set -o pipefail
# Where `expect` puts what a program wrote.
OUT=${BATS_TEST_TMPDIR:-${BATS_FILE_TMPDIR-}}/out
ERR=${BATS_TEST_TMPDIR:-${BATS_FILE_TMPDIR-}}/err

# fail TEXT… - fails the test with a message.
fail()
{
	printf '%s\n' "$@" >&2
	return 1
}

# expect CODE CMD… - runs CMD, its output in $OUT, its messages in $ERR; fails unless it exits with CODE.
# CMD's standard input is ours: `expect 0 dedupe-uv <in.csv`. stdout and stderr of expect itself stay empty.
expect()
{
	local want=$1 got=0
	shift
	"$@" >"$OUT" 2>"$ERR" || got=$?
	[[ $got == "$want" ]] && return 0
	printf 'exit %s, expected %s: %s\n' "$got" "$want" "$*" >&2
	sed 's/^/  stderr: /' "$ERR" >&2
	head -n 20 "$OUT" | cat -v | sed 's/^/  stdout: /' >&2
	return 1
}

# same FILE WANT - fails, showing the difference, unless both hold the same bytes (WANT `-`: our stdin).
same()
{
	local want=$2
	if [[ $want == - ]]; then
		want=$BATS_TEST_TMPDIR/want
		cat >"$want"
	fi
	cmp -s -- "$1" "$want" && return 0
	[[ -e $1 && -e $want ]] || fail "no such file: $([[ -e $1 ]] && echo "$want" || echo "$1")" || return
	diff -u --label got --label want <(cat -A "$1") <(cat -A "$want") | sed -n 1,60p >&2 || :
	return 1
}

# out_is TEXT… - fails unless $OUT holds exactly these lines.
out_is()
{
	if (($#)); then printf '%s\n' "$@"; fi | same "$OUT" -
}

# err_has TEXT… - fails unless $ERR contains each TEXT (plain text, not a pattern).
err_has()
{
	local text
	for text; do
		grep -qF -- "$text" "$ERR" && continue
		fail "stderr lacks: $text" "$(sed 's/^/  stderr: /' "$ERR")" || return
	done
}

# quiet - fails unless $ERR is empty.
quiet()
{
	[[ ! -s $ERR ]] || fail "stderr is not empty:" "$(sed 's/^/  stderr: /' "$ERR")"
}

# need_data FOLDER - skips the test when $LIMN_DATA/FOLDER is not there.
need_data()
{
	[[ -d $LIMN_DATA/$1 ]] || skip "no data: $1"
}

# need_program NAME… - skips the test when a program of other people is not installed.
need_program()
{
	local name
	for name; do command -v "$name" >/dev/null || skip "not installed: $name"; done
}

# sanitized - true when the programs under test are built with sanitizers (they need more memory and time).
sanitized()
{
	[[ $LIMN_BIN == */asan/* ]]
}

# need_plain REASON - skips the test under sanitizers.
need_plain()
{
	sanitized && skip "sanitizers: $1"
	return 0
}

# is LINE… - fails unless our standard input is exactly these lines.
is()
{
	cat >"$BATS_TEST_TMPDIR/is.got"
	if (($#)); then printf '%s\n' "$@"; fi | same "$BATS_TEST_TMPDIR/is.got" -
}
