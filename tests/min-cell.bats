#!/usr/bin/env bats
# --min-cell: groups of few people are not in the portrait, and cannot be worked out of it.

load helpers

setup()
{
	cd "$BATS_TEST_TMPDIR" || return
}

# suppressed K FULL - the portrait without groups of fewer than K.
suppressed()
{
	jq -c --argjson k "$1" -f "$ROOT/pipelines/min-cell.jq" "$2"
}

# leaks FULL PUBLIC K - fails when a count of 1 to K - 1 follows from PUBLIC.
leaks()
{
	python3 "$ROOT/tests/portrait/leaks.py" "$@" >found 2>&1 || {
		sed -n 1,20p found
		return 1
	}
}

@test "min-cell: of random stores no small count is there or can be worked out from sums, differences and bounds" {
	need_program python3
	local seed k
	for seed in {1..18}; do
		k=$((seed % 3 ? 5 : seed % 2 ? 3 : 10))
		python3 "$ROOT/tests/portrait/small.py" "$seed" >full.json
		suppressed "$k" full.json >public.json
		leaks full.json public.json "$k" || fail "seed $seed, K $k"
		jq '.min_cell' public.json | is "$k"
		# Something is left to look at, where there are people enough.
		jq -s -e '.[0].portraits.store.base.people < 100 or (.[1] | .portraits.store.base.people != null
			and ([.portraits.store.tags[].rows[][1] | select(. != null)] | length > 5) and (.portraits | length > 3))' full.json public.json >/dev/null ||
			fail "seed $seed: nothing is left"
	done
}

@test "min-cell: the search for leaks finds what is only half suppressed" {
	need_program python3
	python3 "$ROOT/tests/portrait/small.py" 17 >full.json
	suppressed 5 full.json >public.json
	leaks full.json public.json 5
	# Nothing suppressed; small counts alone, which the totals tell; one more cell shown again.
	expect 1 python3 "$ROOT/tests/portrait/leaks.py" full.json full.json 5
	jq '.portraits |= map_values(walk(if type == "number" and . > 0 and . < 5 and . == floor then null else . end))' full.json >half.json
	leaks full.json half.json 5 && fail 'the totals tell'
	jq -n --slurpfile full full.json --slurpfile public public.json '
		$full[0].portraits.store.tags as $all
		| $public[0] | [.portraits.store.tags | to_entries[] | .key as $tag | .value.rows[] | select(.[1] == null) | [$tag, .[0]]] as $out
		| ($out | map(select(.[0] as $t | $out | map(select(.[0] == $t)) | length == 2))[0]) as $one
		| if $one == null then error("no tag with two gaps") else . end
		| .portraits.store.tags[$one[0]].rows |= map(if .[0] == $one[1] then . as $r | $all[$one[0]].rows[] | select(.[0] == $r[0]) else . end)' >again.json
	leaks full.json again.json 5 && fail 'the other one follows'
	true
}

@test "min-cell: a table, by hand" {
	mask() { jq -n -c --argjson k 5 "$(sed '/^\. as \$was/,$d' "$ROOT/pipelines/min-cell.jq") $1"; }
	# Nothing small; one, and the smallest beside it; those that are alike need another one; zeros are no secret.
	mask '[5, 8, 0] | mask([])' | is '[false,false,false]'
	mask '[30, 3, 0, 9, 20] | mask([])' | is '[false,true,false,true,false]'
	mask '[30, 3, 6, 9, 20] | mask([])' | is '[false,true,true,true,false]' # 3 + 6 is less than twice 5
	mask '[4, 4, 4, 50] | mask([])' | is '[true,true,true,true]'
	mask '[4, 30] | mask([true])' | is '[true,true]'
	# Where nothing helps the table goes.
	mask '[3] | mask([])' | is null
	mask '[1, 1, 1, 0] | mask([])' | is null
	# Cells of two tables: 3 hides 7 in its row, which hides 8 in its column.
	mask '[3, 7, 40, 60, 8, 50] | mask_groups([]; [[0, 1, 2], [3, 4, 5], [0, 3], [1, 4], [2, 5]])' | is '[true,true,false,true,true,false]'
}

@test "min-cell: daily-portrait writes the suppressed portrait, and without the option the same bytes as ever" {
	need_plain 'the pipeline of the plain build'
	mkdir inbox
	{
		echo order_id,updated_at,created_at,paid_at,customer_id,status,amount,currency
		for i in {1..60}; do echo "o$i,2026-11-$((10 + i % 12)),2026-11-$((10 + i % 12)),2026-11-$((10 + i % 12)),c$((i % 25)),paid,$((i * 7 % 50 + 10)),USD"; done
	} >inbox/orders.csv
	draw() { daily-portrait --day 2026-11-22 --in inbox --warehouse warehouse --out reports "$@"; }
	expect 0 draw
	cp reports/2026-11-22/portrait.json full.json
	expect 0 draw --min-cell 5
	suppressed 5 full.json | same reports/2026-11-22/portrait.json -
	cmp -s full.json reports/2026-11-22/portrait.json && fail 'nothing was left out'
	jq .min_cell reports/2026-11-22/portrait.json | is 5
	expect 0 draw
	same full.json reports/2026-11-22/portrait.json
	local k
	for k in 0 1 2 few 5x; do
		expect 2 draw --min-cell "$k"
		err_has "--min-cell: not a number of people from 3: '$k'"
	done
}

@test "min-cell: surveys, products, pages, regions, streams and clusters of browsers, by hand" {
	python3 "$ROOT/tests/portrait/small.py" 17 >small.json
	jq '.survey_checks = [{question: "q", tag: "none", answers: 40, measured: 200, rows: [
			{key: "a", said: 3, said_share: 0.075, measured_share: 0.5, z: 1, flag: false}, {key: "b", said: 10, said_share: 0.25, measured_share: 0.485, z: 1, flag: false},
			{key: "c", said: 27, said_share: 0.675, measured_share: 0.015, z: 1, flag: true}]}, {question: "few", tag: "none", answers: 2, measured: 9, rows: []}]
		| .products = {n: 3, rows: [{key: "p", uv: 100, pv: 200, buyers: 30, items: 40, amount: "9.00", refunded: "0.00", conversion: 0.3},
			{key: "q", uv: 50, pv: 90, buyers: 12, items: 15, amount: "7.00", refunded: "1.00", conversion: 0.24},
			{key: "r", uv: 3, pv: 4, buyers: 2, items: 2, amount: "8.00", refunded: "0.00", conversion: 0.666667}]}
		| .pages = {n: 3, rows: [{key: "/", pv: 90, uv: 50}, {key: "/b", pv: 40, uv: 30}, {key: "/a", pv: 5, uv: 4}]}
		| .regions_above = [{region: "US-CA", uv: 300, buyers: 3, conversion: 0.01, ratio: 2, z: 3}]
		| .quality = [{stream: "orders", records: 100, duplicate: 2, rejected: 0, late: 7, too_late: 1, missing: [{column: "coupon", records: 100, missing: 98}]}]
		| .identity = {visitors: 90, customers: 50, shared_visitors: 0, clusters: [{visitors: 1, customers: 47}, {visitors: 14, customers: 3}]}' small.json >full.json
	suppressed 5 full.json >public.json
	# 3 of 40 and 10 of them; 3 of 200 in the accounts and 97 of them.
	jq -c '.survey_checks[] | .rows[] | [.key, .said, .measured_share, .z]' public.json | is '["a",null,0.5,null]' '["b",null,null,null]' '["c",27,null,null]'
	jq -c '.products.rows[] | [.key, .uv, .buyers, .amount, .refunded]' public.json |
		is '["p",100,30,"9.00","0.00"]' '["q",null,null,null,null]' '["r",null,null,null,null]'
	jq -c '.pages.rows[] | [.key, .pv, .uv]' public.json | is '["/",90,50]' '["/a",null,null]' '["/b",null,null]'
	jq -c '.regions_above, .quality[], .identity' public.json | is '[]' \
		'{"stream":"orders","records":100,"duplicate":null,"rejected":0,"late":7,"too_late":null,"missing":[{"column":"coupon","records":100,"missing":null}]}' \
		'{"visitors":null,"customers":null,"shared_visitors":null,"clusters":[]}'
}
