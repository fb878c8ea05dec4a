#!/usr/bin/env bats
# Parts of the page that run without a browser: the rules that the composer writes, the map of the world.

load helpers

# bundle NAME - makes $BATS_TEST_TMPDIR/NAME.mjs, which node runs, of tests/page/NAME.mjs and what it imports of the page.
bundle()
{
	need_program node
	[[ -d $ROOT/node_modules ]] || skip 'no packages of npm: make test installs them'
	"$ROOT/node_modules/.bin/esbuild" "$ROOT/tests/page/$1.mjs" --bundle --platform=node --format=esm --log-level=warning \
		--outfile="$BATS_TEST_TMPDIR/$1.mjs"
}

@test "page parts: the map has every country of the store and small ones, each with a name in both languages" {
	local codes
	bundle world
	mapfile -t codes < <("$LIMN_TOOLS/store" --stream customers --flat - --customers 2000 --format tsv |
		awk -F '\t' 'NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i; next } $at["country"] != "\\N" { print $at["country"] }' | sort -u)
	((${#codes[@]} > 8))
	expect 0 node "$BATS_TEST_TMPDIR/world.mjs" "${codes[@]}" SG HK MO TW MT BH XK
	out_is
	(($(wc -c <"$ROOT/build/report/world.json") < 250000))
}

@test "page parts: rules that the composer writes select whom they say, whatever the values hold" {
	local rules=() file
	bundle rules
	cd "$BATS_TEST_TMPDIR"
	# The fixture, with what the rules that come along call their tags.
	cat "$ROOT"/schemas/rules/people/*.rules | jq -R -s --arg maps '' --arg questions '' -f "$ROOT/pipelines/labels.jq" |
		jq -s '.[1] * {labels: .[0].labels}' - "$ROOT/tests/fixtures/portrait.json" >portrait.json
	expect 0 node rules.mjs . portrait.json
	out_is
	expect 0 segment -r rules --check
	expect 0 segment -r rules --as-of 2026-11-22 --members --to tsv people.ndjson
	sed 1d "$OUT" | sort >got
	sort members | same got -
	(($(wc -l <members) > 10000))
	expect 0 segment -r columns.rules --wide --to tsv columns.ndjson
	cut -f 9 "$OUT" | is segments 'c_0,c_1,c_2,c_3,c_4,c_5,c_6'
	# Labels are read by the portrait, too.
	jq -R -s --arg maps '' --arg questions '' -f "$ROOT/pipelines/labels.jq" rules | jq '.segments | length' | is "$(wc -l <rules)"
	expect 0 bash words.sh
	same "$OUT" words
	# With the rules that come along: a tag has a type, and a value must go with it.
	for file in "$ROOT"/schemas/rules/people/*.rules; do rules+=(-r "$file"); done
	expect 0 segment "${rules[@]}" -r checked.rules --check
	(($(wc -l <checked.rules) > 200))
}
