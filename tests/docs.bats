#!/usr/bin/env bats
# What the documentation shows is what happens.
bats_require_minimum_version 1.5.0
load helpers

# Runs one command of a page in DIR and compares standard error, then standard output, with what the page shows.
run_shown() { # PAGE DIR COMMAND WANT
	local got
	(cd "$2" && bash -c "$3") >"$BATS_TEST_TMPDIR/out" 2>"$BATS_TEST_TMPDIR/err" || :
	got=$(cat "$BATS_TEST_TMPDIR/err" "$BATS_TEST_TMPDIR/out" | sed 's/[[:space:]]*$//')
	[[ $got == "${4%$'\n'}" ]] || fail "$1: $3"$'\n-- shows\n'"$4"$'-- gives\n'"$got"
}

# Runs the ```console blocks of a Markdown page: lines that begin with "$ " are commands, what follows is their output.
run_console() { # PAGE DIR
	local lines line command='' want='' inside='' n=0
	mapfile -t lines <"$1"
	for line in "${lines[@]}"; do
		if [[ -n $inside && -n $command && ($line == '```' || $line == '$ '*) ]]; then
			run_shown "$1" "$2" "$command" "$want"
			command='' want='' n=$((n + 1))
		fi
		case $line in
		'```console') inside=1 ;;
		'```') inside='' ;;
		'$ '*) command=${line#'$ '} ;;
		*) want+=$line$'\n' ;;
		esac
		[[ -n $inside && -n $command ]] || want=''
	done
	((n > 0)) || fail "$1: no command was run"
}

@test "docs: the guide's commands give what it shows" {
	run_console "$ROOT/docs/guide.md" "$ROOT/samples"
}

@test "docs: README's commands give what it shows" {
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
			grep -qF -- "${option#--}" "$ROOT/docs/man/$program.1" \
				"$ROOT/docs/man/limn-options.7" || fail "$program: no $option"
		done < <("$program" --help | grep -oE ' --[a-z-]+' | sort -u | tr -d ' ')
	done
}
