#!/usr/bin/env bats
# The page in a browser, and the parts of it that run without one: what a reader of it can rely on.

load helpers

# bundle NAME - makes $BATS_TEST_TMPDIR/NAME.mjs, which node runs, of tests/page/NAME.mjs and what it imports of the page.
bundle()
{
	need_program node
	[[ -d $ROOT/node_modules ]] || skip 'no packages of npm: make test installs them'
	"$ROOT/node_modules/.bin/esbuild" "$ROOT/tests/page/$1.mjs" --bundle --platform=node --format=esm --log-level=warning \
		--outfile="$BATS_TEST_TMPDIR/$1.mjs"
}

@test "page: the map has every country of the store and small ones, each with a name in both languages" {
	local codes
	bundle world
	mapfile -t codes < <("$LIMN_TOOLS/store" --stream customers --flat - --customers 2000 --format tsv |
		awk -F '\t' 'NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i; next } $at["country"] != "\\N" { print $at["country"] }' | sort -u)
	((${#codes[@]} > 8))
	expect 0 node "$BATS_TEST_TMPDIR/world.mjs" "${codes[@]}" SG HK MO TW MT BH XK
	out_is
	(($(wc -c <"$ROOT/build/report/world.json") < 250000))
}
