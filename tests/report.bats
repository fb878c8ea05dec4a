#!/usr/bin/env bats
# The page of a portrait: one file, the headline numbers in it as text, the data in it as data.

load helpers

setup()
{
	RENDER=$ROOT/pipelines/report/render
	PORTRAIT=$ROOT/tests/fixtures/portrait.json
	SCRIPT=$ROOT/build/report/page.js
	PAGE=$BATS_TEST_TMPDIR/page.html
	cd "$BATS_TEST_TMPDIR" || return
}

# valid FILE - fails unless the portrait is what schemas/portrait.schema.json says.
valid()
{
	python3 -c 'import json, sys, jsonschema
schema, portrait = (json.load(open(name)) for name in sys.argv[1:])
jsonschema.Draft202012Validator.check_schema(schema)
errors = sorted(jsonschema.Draft202012Validator(schema).iter_errors(portrait), key=lambda e: list(map(str, e.absolute_path)))
sys.exit("\n".join(f"{list(e.absolute_path)}: {e.message[:200]}" for e in errors[:10]) or 0)' \
		"$ROOT/schemas/portrait.schema.json" "$1"
}

# many SEGMENTS CATEGORIES - the fixture with so many segments, and tags of so many values, as a portrait.
many()
{
	jq -c --argjson segments "$1" --argjson values "$2" '
		(if $values > 0 then {n: ($values * 3), missing: 7, rows: [range($values) | ["value \(.)", 3]]} else {n: 0, missing: 7, rows: []} end) as $counts
		| .portraits.diehard as $one
		| .portraits = {store: .portraits.store} + ([range($segments) | {key: "s\(.)", value: $one}] | from_entries)
		| .segments = [range($segments) as $i | .segments[0] | .name = "s\($i)" | .en = "Segment \($i)" | .zh = "人群 \($i)"]
		| .portraits.store.tags.pref_category = $counts | .tags.pref_category = {group: "product", multiple: false}' "$PORTRAIT"
}

# page FILTER - renders the fixture as changed by a jq filter into $PAGE.
page()
{
	jq "${1:-.}" "$PORTRAIT" >portrait.json
	expect 0 "$RENDER" portrait.json
	[[ ! -s $ERR ]] || fail "not silent" "$(<"$ERR")"
	cp "$OUT" "$PAGE"
}

# has TEXT… - fails unless the page contains each TEXT.
has()
{
	local text
	for text; do
		grep -qF -- "$text" "$PAGE" || fail "the page lacks: $text" || return
	done
}

# lacks TEXT… - fails if the page contains any TEXT.
lacks()
{
	local text
	for text; do
		if grep -qF -- "$text" "$PAGE"; then fail "the page has: $text" || return; fi
	done
}

# embedded ID - the JSON in the script element of that id.
embedded()
{
	sed -n "s|^<script id=\"$1\" type=\"application/json\">\(.*\)</script>\$|\1|p" "$PAGE"
}

# The page without its scripts and styles: what is read where scripts do not run.
static()
{
	sed '/^<script>/,/^<\/script>/d; /^<script id=/d; /^<style>/,/^<\/style>/d' "$PAGE"
}

@test "report: the headline numbers are in the page as plain html" {
	page
	static >static.html
	PAGE=static.html
	has '<title>Customer portrait · 2026-11-21</title>' '<h1>2026-11-21</h1>' '<noscript>' \
		'<p class="big">19,766</p>' '<p class="big">1.83%</p>' '<p class="big">31.3%</p>' $'USD\xc2\xa0''96.09' \
		$'USD\xc2\xa0''35,714.75' '<td>478,743</td>' '访客数'
}

@test "report: money and large counts keep their digits" {
	page '.periods.day.metrics |= (.amount_per_buyer = "90071992547409931.07" | .uv = 1234567 | .amount = "-1234.5")'
	has $'USD\xc2\xa0'"90,071,992,547,409,931.07" '<p class="big">1,234,567</p>' $'USD\xc2\xa0\xe2\x88\x92'"1,234.5<"
	embedded portrait | jq -r '.periods.day.metrics.amount_per_buyer' >"$OUT"
	out_is 90071992547409931.07
}

@test "report: the page loads nothing from anywhere" {
	page 'del(.products, .pages) | .periods[].cuts = {} | .personas = [] | .portraits = {store: .portraits.store} | .portraits.store.tags = {}'
	has "default-src 'none'"
	static >rest.html
	PAGE=rest.html
	lacks 'http:' 'https:' '@import' 'url(' '<link' ' src='
	# The page's script, without the notices at its end: nothing in it asks for anything.
	sed '/^\/\*! Notices/,$d' "$SCRIPT" | sed -E 's;http://www\.w3\.org/[0-9A-Za-z/]*;;g' >script
	PAGE=script
	lacks 'http:' 'https:' '//cdn' 'import(' 'fetch(' 'XMLHttpRequest' 'WebSocket' 'EventSource' 'sendBeacon' '</script'
}

@test "report: the fixture is a portrait as its schema has it" {
	valid "$PORTRAIT"
	many 3 20 >portrait.json
	valid portrait.json
	# What the page must bear is in it.
	jq -e '[.. | strings] | any(. == "</script><img src=x onerror=alert(1)>") and any(test("[\u0600-\u06ff]")) and any(length > 100)' "$PORTRAIT" >/dev/null
	# The validator itself tells what is wrong.
	jq '.schema = 1 | .portraits.store.base.people = -1' "$PORTRAIT" >wrong.json
	if valid wrong.json 2>"$ERR"; then fail 'a wrong portrait passed'; fi
	err_has "['portraits', 'store', 'base', 'people']" "['schema']"
}

@test "report: 98 segments of 24 KB are a page of less than 4 MB, drawn in less than 2 s of a processor" {
	local took
	# Each portrait filled up to 24 KB with values of a tag.
	jq -c '.portraits.diehard as $one | ($one | tojson | utf8bytelength) as $size
		| ($one | .tags.coupon_codes = {n: 1, missing: 0, rows: [range(((24 * 1024 - 200 - $size) / 17) | floor) | ["value \(1000 + .)", 1]]}) as $full
		| .portraits = {store: $full} + ([range(98) | {key: "s\(.)", value: $full}] | from_entries)' "$PORTRAIT" >portrait.json
	jq -e '.portraits | length == 99 and ([.[] | tojson | utf8bytelength] | max | . > 23000 and . < 24576)' portrait.json >/dev/null
	# Of the processor, in milliseconds: what else the machine does is no matter here.
	took=$(TIMEFORMAT='%3U %3S'; { time expect 0 "$RENDER" portrait.json; } 2>&1)
	took=$(awk '{ print int(1000 * ($1 + $2)) }' <<<"$took")
	(($(wc -c <"$OUT") < 4000000)) || fail "the page has $(wc -c <"$OUT") bytes"
	((took < 2000)) || fail "it took $took ms"
	(($(wc -c <"$SCRIPT") < 1300000)) || fail "the script has $(wc -c <"$SCRIPT") bytes"
}

@test "report: no values, one and 10,000 are pages, too" {
	local n
	for n in 0 1 10000; do
		many 2 "$n" >portrait.json
		valid portrait.json
		expect 0 "$RENDER" portrait.json
		cp "$OUT" "$PAGE"
		embedded portrait | jq '.portraits.store.tags.pref_category.rows | length' | is "$n"
	done
}

@test "report: the one script that may run is the page's own" {
	page
	sed -n '/^<script>/,/^<\/script>/p' "$PAGE" >script
	# Between the tags, to the byte: the file ends with a newline, and so does the script.
	sed '1s/^<script>//; $d' script >page.js
	cmp page.js "$SCRIPT"
	has "script-src 'sha256-$(sha256sum page.js | cut -c1-64 | tr a-f A-F | basenc --base16 -d | base64)'"
	[[ $(grep -c '<script' "$PAGE") == 3 && $(grep -c '</script>' "$PAGE") == 3 ]]
}

@test "report: text from logs stays text, wherever it stands" {
	page '"</script><script>alert(1)</script><img src=x onerror=alert(1)>" as $x | "{{script}} {{portrait}}" as $y
		| .store = $x | .currency = $x | .day = $x | .limn = $x | .labels.uv.en = $x | .labels[$x] = {en: $x}
		| .periods.day.metrics.amount = $x | .periods[$x] = .periods.day | .absent = [$x] | .segments[0].en = $x
		| .periods.day.cuts.source[0].key = $x | .periods.day.cuts.source[1].key = $y + "<!-- \u0000 \u2028"'
	[[ $(grep -c '<script' "$PAGE") == 3 && $(grep -c '</script>' "$PAGE") == 3 ]]
	lacks '<img' '<!--'
	has '&lt;/script&gt;' '\u003c/script>'
	embedded portrait | jq -S . >got.json
	jq -S . portrait.json | same got.json -
}

@test "report: what the page embeds is the portrait, and words in both languages" {
	page
	embedded portrait | jq -S . >got.json
	jq -S . "$PORTRAIT" | same got.json -
	embedded words | jq -S . >got.json
	jq -S . "$ROOT/pipelines/report/words.json" | same got.json -
	jq -r 'to_entries[] | select((.value | keys) != ["en", "zh"] or any(.value[]; length == 0)) | .key' got.json >"$OUT"
	out_is
}

@test "report: every word that the script asks for is there" {
	cat "$ROOT"/pipelines/report/src/*.js | grep -oE "say\('[a-z_.0-9]+'" | sed "s/say('//; s/'//" | grep -v '\.$' | sort -u >asked
	jq -r 'keys[]' "$ROOT/pipelines/report/words.json" | sort >known
	comm -23 asked known >"$OUT"
	out_is
	[[ $(wc -l <asked) -gt 200 ]]
}

@test "report: parts that are absent say so, and no zero stands for unknown" {
	page '.absent = ["events", "customers"] | (.periods[] | .metrics, .before) |= del(.uv, .pv, .visits, .conversion)
		| .periods[].cuts = {} | .trend = []'
	static >static.html
	PAGE=static.html
	has '<p class="big">–</p>' 'No events were received' $'USD\xc2\xa0''96.09'
	lacks '<p class="big">0' 'Visits'
}

@test "report: a portrait of orders only, of events only, and of nothing at all" {
	page '.absent = ["orders"] | (.periods[] | .metrics, .before) |= {uv, pv, visits} | .portraits.store.base |= map_values(null)'
	has 'No orders were received' '<p class="big">19,766</p>'
	page 'del(.portraits, .segments, .trend, .quality, .labels, .history_begins, .streams, .absent, .store, .currency)'
	has '<p class="big">96.09</p>'
	page '{schema, day}'
	has '<h1>2026-11-21</h1>' '<p class="big">–</p>'
	page '.periods |= del(.day)'
	has '<p class="big">130,955</p>'
}

@test "report: the same portrait gives the same bytes, from a file or a pipe, from any place" {
	page
	expect 0 "$RENDER" - <"$PORTRAIT"
	same "$OUT" "$PAGE"
	mkdir -p away && ln -s "$RENDER" away/draw
	expect 0 env -C / LC_ALL=zh_CN.UTF-8 TZ=America/New_York "$PWD/away/draw" "$PORTRAIT"
	same "$OUT" "$PAGE"
}

@test "report: what is no portrait is refused" {
	echo '{"schema":1}' >one.json
	printf '{"schema":2' >cut.json
	echo '{"schema":2}{"schema":2}' >twice.json
	: >empty.json
	local file
	for file in one cut twice empty; do
		expect 1 "$RENDER" "$file.json"
		err_has "$file.json: not one portrait of schema 2"
		same "$OUT" /dev/null
	done
}

@test "report: bad usage, missing files, a full disk" {
	expect 2 "$RENDER" --bogus
	expect 2 "$RENDER" a b
	expect 3 "$RENDER" no-such.json
	err_has 'cannot read no-such.json'
	local got=0
	"$RENDER" "$PORTRAIT" >/dev/full 2>"$ERR" || got=$?
	[[ $got == 3 ]] || fail "exit $got"
	err_has 'cannot write the page'
	expect 0 "$RENDER" --help
	expect 2 "$ROOT/pipelines/report/picture" page.html
	expect 2 "$ROOT/pipelines/report/picture" -w wide page.html out.png
	expect 3 "$ROOT/pipelines/report/picture" no-such.html out.png
}

@test "report: the installed copy finds its parts; a script that is not built is told" {
	cp -r "$ROOT/pipelines/report" "$BATS_TEST_TMPDIR/share"
	expect 3 "$BATS_TEST_TMPDIR/share/render" "$PORTRAIT"
	err_has 'not built: make builds it'
	same "$OUT" /dev/null
	cp "$SCRIPT" "$BATS_TEST_TMPDIR/share/page.js"
	expect 0 "$BATS_TEST_TMPDIR/share/render" "$PORTRAIT"
	grep -q '<p class="big">19,766</p>' "$OUT"
}
