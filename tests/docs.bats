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
	for program in dedupe-uv sessionize rfm-score segment summarize shard try-segment portrait-text load-postgres; do
		while IFS= read -r option; do
			grep -qF -- "${option#--}" "$ROOT/docs/man/$program.1" \
				"$ROOT/docs/man/limn-options.7" || fail "$program: no $option"
		done < <("$program" --help | grep -oE ' --[a-z-]+' | sort -u | tr -d ' ')
	done
}

@test "docs: metrics.md is what the rule files give: make docs" {
	cd "$BATS_TEST_TMPDIR" || return
	make -s -C "$ROOT" docs METRICS="$BATS_TEST_TMPDIR/metrics.md" PORTRAIT="$BATS_TEST_TMPDIR/portrait.md"
	same "$BATS_TEST_TMPDIR/metrics.md" "$ROOT/docs/metrics.md"
	# every statement is there, under its name
	find "$ROOT/schemas/rules" -name '*.rules' | sort |
		xargs grep -ohE '^(param|metric|tag|segment|fact) [^ ]+' | sort >want
	awk -F ' [|] ' '/^[|] `/ { print $2 " " substr($1, 4, length($1) - 4) }' "$ROOT/docs/metrics.md" | sort | same - want 2>/dev/null ||
		fail "statements differ"
}

@test "docs: the page of metrics copes with every form of a statement" {
	mkdir -p "$BATS_TEST_TMPDIR/schemas/rules/deep"
	cd "$BATS_TEST_TMPDIR"
	cat >schemas/rules/deep/a.rules <<-'END'
		-- a.rules - what *this* file
		-- is | about <x>.
		METRIC a = count(); metric b en 'B''s; it\'s' zh '乙 -- 二' fr 'bé'=sum( x )
			where t = 'a  ; -- b' -- in the middle
			or "odd ; name" = '|'; -- behind

		-- ---- a section ----

		-- A paragraph.

		-- Directly
		--   above.
		segment x.y en 'Only English' = country='US'   and
			a != 1;
		param p = 'a`b';
		-- at the end
	END
	printf '\xef\xbb\xbftag only = 1;' >schemas/rules/b.rules
	printf -- '-- a note\n\ntag t = 1;\r\n' >schemas/rules/c.rules
	cat >want <<-'END'
	described in [rules.md](rules.md). Of 2 metrics, 2 tags and 1 segments, those with a label are shown to people, the others are steps on the way.

	* [b.rules](#brules)
	* [c.rules](#crules): a note
	* [deep/a.rules](#deeparules): what \*this\* file is \| about &lt;x>.

	## b.rules

	| name | what | English | 中文 | meaning and source | formula |
	|---|---|---|---|---|---|
	| `only` | tag |  |  |  | `1` |

	## c.rules

	a note

	| name | what | English | 中文 | meaning and source | formula |
	|---|---|---|---|---|---|
	| `t` | tag |  |  |  | `1` |

	## deep/a.rules

	what \*this\* file is \| about &lt;x>.

	| name | what | English | 中文 | meaning and source | formula |
	|---|---|---|---|---|---|
	| `a` | metric |  |  |  | `count()` |
	| `b` | metric | B's; it's | 乙 -- 二 | in the middle behind | `sum( x ) where t = 'a  ; -- b' or "odd ; name" = '\|'` |

	### a section

	A paragraph.

	| name | what | English | 中文 | meaning and source | formula |
	|---|---|---|---|---|---|
	| `x.y` | segment | Only English |  | Directly   above. | `country='US' and a != 1` |
	| `p` | param |  |  |  | `` 'a`b' `` |

	at the end
	END
	for awk in awk mawk gawk 'busybox awk'; do
		command -v "${awk%% *}" >/dev/null || continue
		$awk -f "$ROOT/docs/metrics.awk" schemas/rules/b.rules schemas/rules/c.rules schemas/rules/deep/a.rules |
			sed -n '/^described/,$p' >got
		same got want
	done
}
