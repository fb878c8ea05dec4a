#!/usr/bin/env bats
# The page in Chromium, as its readers have it: each test is one promise that tests/page/browser.mjs looks after.

load helpers

# draw DAY [OPTION]… - the portrait of inbox/ in the working directory.
draw()
{
	daily-portrait --day "$1" --in inbox --warehouse warehouse --out reports --tz Asia/Shanghai --currency USD "${@:2}"
}

# A small store, drawn a week ago and today; stores that have one of its streams alone; portraits that have too much or nothing.
setup_file()
{
	export PAGES=$BATS_FILE_TMPDIR/pages ARTIFACTS=$ROOT/build/artifacts/page STORE=$BATS_FILE_TMPDIR/store
	local day=2026-11-21 stream file variant
	if sanitized || ! ready; then return; fi
	mkdir -p "$PAGES" "$ARTIFACTS" "$STORE"
	cd "$STORE" || return
	"$LIMN_TOOLS/store" --out inbox --from 2026-11-02 --days 20 --events 8000 --orders 900 --customers 500
	draw 2026-11-14 --home CN
	draw "$day" --home CN
	cp reports/$day/index.html "$PAGES/store.html"
	cp reports/$day/portrait.json "$PAGES/store.json"
	for stream in orders events; do
		for file in "$STORE"/inbox/*/{"$stream",rates}.csv; do # with the rates of the orders' currencies
			install -D "$file" "$BATS_FILE_TMPDIR/$stream/${file#"$STORE/"}"
		done
		cd "$BATS_FILE_TMPDIR/$stream" || return
		draw "$day"
		cp reports/$day/index.html "$PAGES/$stream.html"
		cp reports/$day/portrait.json "$PAGES/$stream.json"
	done
	for variant in hostile none one many; do
		jq --arg variant "$variant" -f "$ROOT/tests/page/variants.jq" "$PAGES/store.json" >"$PAGES/$variant.json"
		"$ROOT/pipelines/report/render" "$PAGES/$variant.json" >"$PAGES/$variant.html"
	done
	node "$ROOT/tests/page/browser.mjs" "$PAGES" "$ARTIFACTS" >"$PAGES/found"
}

ready()
{
	command -v node >/dev/null && command -v chromium >/dev/null && [[ -d $ROOT/node_modules ]]
}

# keeps PROMISE - fails with what was found instead.
keeps()
{
	need_plain 'a browser is looked at once'
	ready || skip 'no browser, node or npm packages here: make test installs them'
	awk -F '\t' -v wanted="$1" '
		/^(not )?ok / { mine = $0 == "ok " wanted || $0 == "not ok " wanted; if (mine) said = $0; next }
		mine { print $2 }
		END { if (said != "ok " wanted) { print said == "" ? "nobody looked" : "not so"; exit 1 } }' "$PAGES/found" >&2
}

@test "page: opens from disk without a message, an error, a dialog or a request" { keeps silent; }
@test "page: every section is drawn; every chart has a table, its definition and its N" { keeps drawn; }
@test "page: every number is the one that portrait.json has at its place" { keeps numbers; }
@test "page: each period shows its own numbers" { keeps periods; }
@test "page: any segment, beside the store or another one; the address brings it back" { keeps segments; }
@test "page: no word is left in the other language, on any screen" { keeps translated; }
@test "page: the language switch leaves nothing behind" { keeps languages; }
@test "page: light and dark, of the system or chosen" { keeps themes; }
@test "page: a file for a spreadsheet has what the table has" { keeps downloads; }
@test "page: names out of logs stay text, whatever they hold" { keeps hostile; }
@test "page: everything can be reached and used with a keyboard" { keeps keyboard; }
@test "page: axe finds nothing serious, in both languages and themes, wide and narrow" { keeps accessible; }
@test "page: nothing sticks out at 390 pixels, nor at 1440" { keeps fits; }
@test "page: on paper there are the tables, in light colours, and nothing to press" { keeps paper; }
@test "page: orders alone, events alone, nothing at all: complete, and says what is missing" { keeps partial; }
@test "page: none, one and 10,000 values stay readable, and add up" { keeps readable; }
@test "page: below 4 MB, a portrait below 24 KB" { keeps small; }
@test "page: the composer writes what was chosen, by keyboard and in both languages" { keeps composer; }

@test "page: how many people the composer says are as many as try-segment finds" {
	keeps composer
	local people command count=0
	while IFS=$'\t' read -r command people; do
		run --separate-stderr -0 env -C "$STORE" bash -c "$command --json"
		[[ -z $people ]] || jq -e --argjson people "$people" '.selected.people == $people' <<<"$output" || fail "$people: $command"
		count=$((count + 1))
	done <"$PAGES/composed"
	((count >= 8))
}
