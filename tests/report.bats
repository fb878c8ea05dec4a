#!/usr/bin/env bats
# The page of a portrait: one file, the headline numbers in it as text, the data in it as data.

load helpers

setup()
{
	RENDER=$ROOT/pipelines/report/render
	PORTRAIT=$ROOT/tests/fixtures/portrait.json
	PAGE=$BATS_TEST_TMPDIR/page.html
	cd "$BATS_TEST_TMPDIR" || return
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
	page '.periods[].cuts.source = []'
	sed 's|http://www.w3.org/2000/svg||g' "$PAGE" >rest.html
	PAGE=rest.html
	lacks 'http:' 'https:' '//cdn' '@import' 'url(' '<link' ' src=' 'import(' 'fetch(' 'XMLHttpRequest'
	has "default-src 'none'"
}

@test "report: the one script that may run is the page's own" {
	page
	sed -n '/^<script>/,/^<\/script>/p' "$PAGE" >script
	# Between the tags, to the byte: the file ends with a newline, and so does the script.
	sed '1s/^<script>//; $d' script >page.js
	cmp page.js "$ROOT/pipelines/report/page.js"
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
	grep -oE "say\('[a-z_.0-9]+'" "$ROOT/pipelines/report/page.js" | sed "s/say('//; s/'//" | grep -v '\.$' | sort -u >asked
	jq -r 'keys[]' "$ROOT/pipelines/report/words.json" | sort >known
	comm -23 asked known >"$OUT"
	out_is
	[[ $(wc -l <asked) -gt 20 ]]
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
	page '.absent = ["orders"] | (.periods[] | .metrics, .before) |= {uv, pv, visits} | .people = {}'
	has 'No orders were received' '<p class="big">19,766</p>'
	page 'del(.people, .segments, .trend, .quality, .labels, .history_begins, .streams, .absent, .store, .currency)'
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
	echo '{"schema":3}' >two.json
	printf '{"schema":1' >cut.json
	echo '{"schema":1}{"schema":1}' >twice.json
	: >empty.json
	local file
	for file in two cut twice empty; do
		expect 1 "$RENDER" "$file.json"
		err_has "$file.json: not one portrait of schema 1 or 2"
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

@test "report: the installed copy finds its parts" {
	cp -r "$ROOT/pipelines/report" "$BATS_TEST_TMPDIR/share"
	expect 0 "$BATS_TEST_TMPDIR/share/render" "$PORTRAIT"
	grep -q '<p class="big">19,766</p>' "$OUT"
}
