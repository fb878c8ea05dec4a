#!/usr/bin/env bats
# What the documentation shows is what happens.
bats_require_minimum_version 1.5.0
load helpers

# Runs the ```console blocks of a Markdown file in DIR: lines that begin with "$ " are commands, what follows is their
# output (standard error first).
run_console() { # FILE DIR
	local line command='' want='' inside='' n=0 got
	check() {
		[[ -n $command ]] || return 0
		got=$(cd "$2" && bash -c "$command" 2>"$BATS_TEST_TMPDIR/err" || :)
		got=$(cat "$BATS_TEST_TMPDIR/err"; printf '%s' "$got")
		n=$((n + 1))
		[[ $(sed 's/[[:space:]]*$//' <<<"$got") == "${want%$'\n'}" ]] ||
			fail "$1: $command"$'\n'"-- shows"$'\n'"$want""-- gives"$'\n'"$got"
	}
	while IFS= read -r line; do
		if [[ $line == '```console' ]]; then
			inside=1
		elif [[ $line == '```' ]]; then
			check "$1" "$2"
			command='' want='' inside=''
		elif [[ -n $inside && $line == '$ '* ]]; then
			check "$1" "$2"
			command=${line#'$ '} want=''
		elif [[ -n $inside ]]; then
			want+=$line$'\n'
		fi
	done <"$1"
	((n > 0)) || fail "$1: no command was run"
}

@test "docs: the guide's commands give what it shows" {
	run_console "$ROOT/docs/guide.md" "$ROOT/samples"
}

@test "docs: README's commands give what it shows" {
	grep -q '^```console' "$ROOT/README.md" || skip "README shows no console"
	run_console "$ROOT/README.md" "$ROOT/samples"
}

@test "docs: links between the pages lead somewhere" {
	local page link
	for page in "$ROOT"/README.md "$ROOT"/docs/*.md; do
		while IFS= read -r link; do
			[[ -e $(dirname "$page")/$link ]] || fail "$page: no $link"
		done < <(grep -oE '\]\([^)#:]+\)' "$page" | tr -d '()]')
	done
}

@test "docs: each program's man page names every one of its own options" {
	local program option
	for program in dedupe-uv sessionize rfm-score segment summarize shard; do
		while IFS= read -r option; do
			grep -qF -- "$(sed 's/^--//; s/-/-/g' <<<"$option")" "$ROOT/docs/man/$program.1" \
				"$ROOT/docs/man/limn-options.7" || fail "$program: no $option"
		done < <("$program" --help | grep -oE ' --[a-z-]+' | sort -u | tr -d ' ')
	done
}
