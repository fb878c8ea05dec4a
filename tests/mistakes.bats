#!/usr/bin/env bats
# Mistakes in rules, and the messages that merchants get for them, byte for byte.
#
# A mistake is a file of tests/golden/mistakes: what is wrong, a line `---`, the message. Above the rules there may be a
# line `$ PROGRAM OPTION…` (segment --as-of 2026-11-22 --check when there is none), and lines `<FILE TEXT`, each a line of
# a file that is needed: in.csv is the input. The rules are NAME.rules, the exit code is 2, nothing is written to stdout.

load helpers

# mistake FILE - runs one; prints the difference and returns 1 when the message is another.
mistake()
{
	local name=${1##*/} line run='segment --as-of 2026-11-22 --check' code=0 input=()
	name=${name%.txt}
	mkdir "$BATS_TEST_TMPDIR/$name"
	cd "$BATS_TEST_TMPDIR/$name" || return
	while IFS= read -r line && [[ $line != --- ]]; do
		case $line in
		'$ '*) run=${line#'$ '} ;;
		'<'*)
			line=${line#<}
			printf '%s\n' "${line#* }" >>"${line%% *}"
			;;
		*) printf '%s\n' "$line" >>"$name.rules" ;;
		esac
	done <"$1"
	[[ ! -e in.csv ]] || input=(in.csv)
	sed '1,/^---$/d' "$1" >want
	eval "$run -r $name.rules ${input[*]}" >out 2>got </dev/null || code=$?
	[[ $code == 2 && ! -s out && -s want ]] && cmp -s got want && return
	echo "$name: exit $code, stdout $(wc -c <out) bytes"
	diff -u --label got --label want got want
	return 1
}

@test "mistakes: every one has its message" {
	local file bad=0 n=0
	for file in "$ROOT"/tests/golden/mistakes/*.txt; do
		mistake "$file" >&2 || bad=$((bad + 1))
		n=$((n + 1))
	done
	((n >= 40 && bad == 0)) || fail "$bad of $n"
}

@test "mistakes: a message that differs, a rule that is right and a file without message fail" {
	local dir=$BATS_TEST_TMPDIR/other
	mkdir "$dir"
	sed 's/did you mean/do you mean/' "$ROOT/tests/golden/mistakes/function-misspelt.txt" >"$dir/a.txt"
	printf 'tag a = 1;\n---\nx\n' >"$dir/b.txt"
	printf 'tag a = ;\n' >"$dir/c.txt"
	for file in "$dir"/*.txt; do
		if (mistake "$file"); then fail "$file passes"; fi
	done
}
