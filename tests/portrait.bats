#!/usr/bin/env bats
# The shape of portrait.json: its schema, its documentation, and that what is drawn is so.

load helpers

SCHEMA=$ROOT/schemas/portrait.schema.json

setup()
{
	cd "$BATS_TEST_TMPDIR" || return
}

# valid FILE - fails unless the portrait is as the schema says; prints where it is not.
valid()
{
	python3 - "$SCHEMA" "$1" <<-'END' >wrong || fail "$(sed -n 1,10p wrong)"
		import json, sys
		import jsonschema
		with open(sys.argv[1], encoding="utf-8") as f, open(sys.argv[2], encoding="utf-8") as g:
		    schema, portrait = json.load(f), json.load(g)
		jsonschema.Draft202012Validator.check_schema(schema)
		wrong = [("/".join(map(str, e.absolute_path)), e.message[:200]) for e in jsonschema.Draft202012Validator(schema).iter_errors(portrait)]
		for where, what in wrong:
		    print(where + ": " + what)
		sys.exit(bool(wrong))
	END
}

# whole FILE - skips while portraits are drawn by other parts than are there.
whole()
{
	jq -e '.schema == 2 and has("portraits") and has("products") and has("definitions")' "$1" >/dev/null || skip 'not all parts of the portrait are drawn'
}

@test "portrait: every member and definition of the schema says what it is, and the page is made of it" {
	# What has properties describes each of them, and every definition is described.
	jq -r '[paths(type == "object" and has("properties"))] as $all
		| [.] + [getpath($all[])] | . as $objects | [[]] + $all | . as $at
		| range($at | length) as $i | $objects[$i].properties? // {} | to_entries[]
		| select((.value.description // "") == "") | ($at[$i] | join(".")) + "." + .key' "$SCHEMA" | is
	jq -r '."$defs" | to_entries[] | select((.value.description // "") == "") | .key' "$SCHEMA" | is
	make -s -C "$ROOT" docs METRICS="$PWD/metrics.md" PORTRAIT="$PWD/portrait.md"
	same portrait.md "$ROOT/docs/portrait.md"
	# Each name of a member is there.
	jq -r '[.. | objects | select(has("properties")) | .properties | select(type == "object") | keys_unsorted[]] | unique[]' "$SCHEMA" |
		while IFS= read -r name; do grep -qF "$name\`" portrait.md || echo "$name"; done | is
}

@test "portrait: the schema refuses what is not so" {
	need_program python3
	python3 "$ROOT/tests/portrait/small.py" 17 >small.json
	# Parts of the small store, as whole as the schema wants them.
	jq '{base: .portraits.store.base}' small.json >base.json
	jq --slurpfile small small.json '{"$schema": ."$schema", "$defs": ."$defs", "$ref": "#/$defs/portrait"}' "$SCHEMA" >portrait.schema
	SCHEMA=$PWD/portrait.schema
	jq .portraits.store small.json >one.json
	valid one.json
	jq '.base.people = "400"' one.json >bad.json
	! (valid bad.json) >/dev/null 2>&1 || fail 'a text is no count'
	jq 'del(.funnel)' one.json >bad.json
	! (valid bad.json) >/dev/null 2>&1 || fail 'the funnel is missing'
	# What --min-cell leaves out may be so.
	local k
	for k in 3 5 50 1000; do
		jq -c --argjson k "$k" -f "$ROOT/pipelines/min-cell.jq" small.json >public.json
		jq -c '.portraits[]' public.json | while IFS= read -r line; do
			printf '%s' "$line" >one.json
			valid one.json
		done
	done
}

@test "portrait: those of the sample store, with and without --min-cell, validate against the schema" {
	need_plain 'a portrait of the whole sample store'
	need_program python3
	"$LIMN_TOOLS/store" --out inbox
	expect 0 daily-portrait --day 2026-11-21 --in inbox --warehouse warehouse --out reports --tz Asia/Shanghai --home CN
	local file=reports/2026-11-21/portrait.json segment
	whole "$file"
	valid "$file"
	jq -c --argjson k 5 -f "$ROOT/pipelines/min-cell.jq" "$file" >public.json
	valid public.json
	# Of a few segments, since what follows from all of them takes long to find: nothing small is there, nothing follows.
	jq -c '["store", "prospect", "new_buyer", "diehard", "ordinary", "dormant", "lost", "loyal"] as $some
		| .portraits |= with_entries(select(.key | IN($some[]))) | .segments |= map(select(.name | IN($some[])))' "$file" >some.json
	jq -c --argjson k 5 -f "$ROOT/pipelines/min-cell.jq" some.json >public.json
	python3 "$ROOT/tests/portrait/leaks.py" some.json public.json 5 >found 2>&1 || fail "$(sed -n 1,20p found)"
	# The store has personas, each selected by the rule that its card shows, and each segment has something to do.
	jq -e '(.personas | length) as $n | $n >= 3 and $n <= 4' "$file" >/dev/null
	jq -r '.segments[] | select(.action == null) | .name' "$file" | is
	jq -r '.personas[] | [.segment, .people] | @tsv' "$file" >want
	while IFS=$'\t' read -r segment people; do
		expect 0 try-segment "segment $segment" --warehouse warehouse --json
		jq .selected.people "$OUT" | is "$people"
		jq -e --arg s "$segment" '.personas[] | select(.segment == $s) | .rule | contains("segment " + $s + " ")' "$file" >/dev/null
	done <want
}

@test "portrait: one from orders alone and one from events alone validate against the schema" {
	need_plain 'real data'
	need_program python3
	need_data online-retail
	need_data ga360-day
	zstdcat "$LIMN_DATA"/online-retail/*.csv.zst >lines.csv
	mkdir -p retail
	summarize --as order_id=InvoiceNo,quantity=Quantity,price=UnitPrice,at=InvoiceDate,customer=CustomerID --tz Europe/London \
		--by order_id --where "not order_id starts with 'C'" --to tsv lines.csv \
		-e "metric customer_id = max(replace(text(customer), '.0', '')); metric created_at = min(time(at));
		metric paid_at = min(time(at)); metric updated_at = min(time(at)); metric amount = sum(quantity * price);
		metric status = min(text('paid')); metric currency = min(text('GBP'));" | cut -f 2- >retail/orders.tsv
	expect 0 daily-portrait --day 2011-12-09 --in retail --warehouse w --out reports --tz Europe/London
	whole reports/2011-12-09/portrait.json
	valid reports/2011-12-09/portrait.json
	jq -e '(.personas | length) >= 2' reports/2011-12-09/portrait.json >/dev/null
	zstdcat "$LIMN_DATA/ga360-day/hits.csv.zst" >hits.csv
	mkdir visits
	dedupe-uv -k fullVisitorId,visitId,hitNumber --where "hit_type = 'PAGE'" --select fullVisitorId,visitId,hitNumber,event_ms,pagePath --to tsv hits.csv |
		awk -F '\t' -v OFS='\t' 'NR == 1 { print "event_id", "ts", "visitor_id", "event", "page"; next } { print $1 "." $2 "." $3, $4, $1, "page_view", $5 }' >visits/events.tsv
	expect 0 daily-portrait --day 2017-08-01 --in visits --warehouse w2 --out reports2 --tz America/Los_Angeles
	valid reports2/2017-08-01/portrait.json
	jq -e '.personas == [] and .portraits.store.base.buyers == null' reports2/2017-08-01/portrait.json >/dev/null
}
