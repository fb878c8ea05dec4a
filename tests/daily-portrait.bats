#!/usr/bin/env bats
# The daily portrait: a store small enough to be counted by hand, the sample store against the same words in SQL,
# stores that have only orders or only events, and what happens when something is wrong.

load helpers
load sql

setup()
{
	mkdir "$BATS_TEST_TMPDIR/w" && cd "$BATS_TEST_TMPDIR/w" || return
}

# draw DAY OPTION… - the portrait of inbox/ into reports/DAY.
draw()
{
	local day=$1
	shift
	daily-portrait --day "$day" --in inbox --warehouse warehouse --out reports "$@"
}

# says DAY FILTER WANT - fails unless jq's FILTER on the portrait gives WANT, as compact JSON.
says()
{
	local got
	got=$(jq -c "$2" "reports/$1/portrait.json")
	[[ $got == "$3" ]] || fail "$2" "  is   $got" "  want $3"
}

# A store of four visitors and three customers; what follows from it is worked out in the first test. Shanghai is
# eight hours ahead of UTC: 16:00Z is midnight.
tiny_store()
{
	mkdir -p inbox/2026-11-{16,21,22,23}
	local events=event_id,ts,visitor_id,customer_id,event,source,platform,country
	cat >inbox/2026-11-16/events.csv <<-CSV
	$events
	e01,2026-11-16T02:00:00Z,v1,,page_view,google,pc,US
	CSV
	cat >inbox/2026-11-21/events.csv <<-CSV
	$events
	e02,2026-11-21T15:50:00Z,v1,,page_view,google,pc,US
	CSV
	cat >inbox/2026-11-22/events.csv <<-CSV
	$events
	e07,2026-11-22T03:00:00Z,v2,,page_view,,mobile,DE
	e03,2026-11-22 00:10:00,v1,,product_view,google,pc,US
	e04,2026-11-22T10:00:00+08:00,v1,,page_view,email,pc,US
	e05,2026-11-22T02:10:00Z,v1,,add_to_cart,email,pc,US
	e06,2026-11-22T02:20:00Z,v1,,product_view,email,pc,US
	e07,2026-11-22T03:00:00Z,v2,,page_view,,mobile,DE
	e08,2026-11-21T05:00:00Z,v3,,page_view,google,mobile,DE
	e09,2026-11-22T06:00:00Z,v3,c2,page_view,google,mobile,DE
	e10,2026-11-22T07:00:00Z,v4,c9,email_open,newsletter,mobile,DE
	CSV
	cat >inbox/2026-11-23/events.csv <<-CSV
	$events
	e11,2026-11-22T18:00:00Z,v2,,page_view,,mobile,DE
	CSV
	local orders=order_id,updated_at,created_at,paid_at,customer_id,visitor_id,status,amount,currency
	cat >inbox/2026-11-21/orders.csv <<-CSV
	$orders
	o6,2026-11-01T03:00:00Z,2026-11-01T02:55:00Z,2026-11-01T03:00:00Z,c1,,paid,20.00,USD
	o7,2026-11-21T15:55:00Z,2026-11-21T15:55:00Z,,c3,v1,pending,30.00,EUR
	CSV
	cat >inbox/2026-11-22/orders.csv <<-CSV
	$orders
	o1,2026-11-22T02:30:00Z,2026-11-22T02:25:00Z,2026-11-22T02:30:00Z,c1,v1,paid,100.00,USD
	o2,2026-11-22T07:01:00Z,2026-11-22T07:00:00Z,2026-11-22T07:01:00Z,c2,,paid,50.00,EUR
	o3,2026-11-22T08:00:00Z,2026-11-22T08:00:00Z,2026-11-22T08:00:00Z,,,paid,10.12,USD
	o4,2026-11-22T08:00:00Z,2026-11-22T08:00:00Z,2026-11-22T08:00:00Z,c1,v1,test,999.00,USD
	o5,2026-11-22T09:00:00Z,2026-11-22T08:00:00Z,,c1,v1,cancelled,55.00,USD
	o7,2026-11-21T16:30:00Z,2026-11-21T15:55:00Z,2026-11-21T16:30:00Z,c3,v1,paid,30.00,EUR
	CSV
	cat >inbox/2026-11-22/refunds.csv <<-CSV
	refund_id,order_id,refunded_at,amount,currency
	r1,o6,2026-11-22T04:00:00Z,5.00,USD
	r2,o4,2026-11-22T08:30:00Z,999.00,USD
	CSV
	cat >inbox/2026-11-22/rates.csv <<-CSV
	day,currency,rate
	2026-11-01,USD,1
	2026-11-22,USD,1
	2026-11-21,EUR,1.1
	2026-11-22,EUR,1.2
	CSV
	cat >inbox/2026-11-22/customers.csv <<-CSV
	customer_id,updated_at,gender,birth_date,country
	c1,2026-01-01T00:00:00Z,f,1990-11-22,CN
	c2,2026-01-01T00:00:00Z,m,,DE
	c8,2026-01-01T00:00:00Z,f,2006-01-01,DE
	CSV
}

@test "daily-portrait: a tiny store, counted by hand" {
	tiny_store
	expect 0 draw 2026-11-22 --tz Asia/Shanghai --home CN
	quiet
	# Page views of the local day: e03 (00:10), e04, e06, e07 once, e09. By v1, v2, v3; v2 was never seen before.
	says 2026-11-22 '.periods.day.metrics | [.pv, .uv, .new_uv, .returning_uv]' '[5,3,1,2]'
	# Visits that start on the day: v1 at 10:00 (2 pages, 20 minutes), v2 (1 page), v3 (1 page). That of v1 at 23:50
	# the day before goes on over midnight and is the 21st's. E-mail that was opened is no visit.
	says 2026-11-22 '.periods.day.metrics | [.visits, .depth, .bounce_rate, .stay_seconds]' '[3,1.333333,0.666667,400]'
	# v1 came on the 16th, six days before, and on the 21st; v3 on the 21st, which we learnt a day late.
	says 2026-11-22 '.periods.day.metrics.return_uv_7d' 2
	# o1 100, o2 50 EUR at 1.2, o3 10.12 of nobody, o7 30 EUR paid at 00:30 of the day, so at 1.2, too. o4 is a test,
	# o5 was never paid. r1 gives 5 back; r2 is of the test.
	says 2026-11-22 '.periods.day.metrics | [.buyers, .orders, .amount, .amount_net, .unidentified_orders, .unidentified_amount]' \
		'[3,4,"206.12","201.12",1,"10.12"]'
	# c1 bought on the 1st; c2 and c3 for the first time. 196 / 3 and 206.12 / 4.
	says 2026-11-22 '.periods.day.metrics | [.new_buyers, .old_buyers, .return_buyers, .amount_per_buyer, .amount_per_order]' \
		'[2,1,1,"65.33","51.53"]'
	says 2026-11-22 '.periods.day.metrics | [.conversion, .repurchase_rate, .buyers_365]' '[1,0.333333,3]'
	# v1 looked at two pages and a product and left a cart, which o1 paid twenty minutes later; v2 and v3 saw one page each.
	says 2026-11-22 '.periods.day.metrics | [.pv_per_uv, .engaged_visits, .engaged_rate, .product_uv, .cart_uv, .checkout_uv, .cart_buyers, .cart_conv]' \
		'[1.666667,1,0.333333,1,1,0,1,1]'
	# All three have a visit: o1 and o7 one each of v1, o2 that of v3. Of four orders one was refunded, 5 of 206.12.
	says 2026-11-22 '.periods.day.metrics | [.buyers_seen, .conversion_seen, .conversion_per_visit, .reactivated, .orders_per_buyer, .items, .refund_rate, .refund_amount_rate]' \
		'[3,1,1,0,1,null,0.25,0.024258]'
	# c1 paid 100; c2 60 and c3 36 for the first time.
	says 2026-11-22 '.periods.day.metrics | [.amount_per_old_buyer, .amount_per_new_buyer]' '["100.00","48.00"]'
	# The days with visits: the 16th and the 21st with 1 and 3 / 2 pages a visit, the 22nd with 4 / 3: 8 / 6 in all, and the mean of the three.
	says 2026-11-22 '.periods | [.["7d"].metrics.depth, .["7d"].metrics.depth_mean_of_days, .["7d"].metrics.amount_per_buyer_mean_of_days]' '[1.333333,1.277778,"65.33"]'
	# o1 follows v1's visit from the e-mail; o7 the one before; o2 names no visitor, but c2 was seen as v3; o3 nothing.
	says 2026-11-22 '[.periods.day.cuts.source[] | [.key, .uv, .visits, .buyers, .orders, .amount, .conversion]]' \
		'[["google",2,1,2,2,"96.00",1],["email",1,1,1,1,"100.00",1],[null,1,1,0,0,"0.00",0],["unattributed",null,null,0,1,"10.12",null]]'
	says 2026-11-22 '[.periods.day.cuts.visitor[] | [.key, .uv, .visits, .buyers]]' '[["returning",2,2,3],["new",1,1,0],["unattributed",null,null,0]]'
	says 2026-11-22 '[.periods.day.cuts.country[] | [.key, .uv, .buyers]]' '[["DE",2,1],["US",1,2],["unattributed",null,0]]'
	says 2026-11-22 '[.periods.day.cuts.platform[] | [.key, .uv, .buyers]]' '[["mobile",2,1],["pc",1,2],["unattributed",null,0]]'
	# c1 is 36 that very day. c3 has no account; o3 is nobody's.
	says 2026-11-22 '[.periods.day.cuts.gender[] | [.key, .buyers, .amount]]' \
		'[["f",1,"100.00"],["m",1,"60.00"],["unknown",1,"36.00"],[null,0,"10.12"]]'
	says 2026-11-22 '[.periods.day.cuts.age_band[] | [.key, .buyers, .amount]]' '[[null,2,"106.12"],["36-45",1,"100.00"]]'
	# The day before: e02 and e08, a visit each; the one of v1 with e03. No order, and orders were known then.
	says 2026-11-22 '.periods.day.before | [.pv, .uv, .new_uv, .visits, .depth, .buyers, .amount, .conversion]' '[2,2,1,2,1.5,0,"0.00",0]'
	# 30 days reach back behind the first event: what was before that nobody knows.
	says 2026-11-22 '.periods["30d"] | [.metrics.uv, .metrics.amount, .metrics.new_buyers, .metrics.return_buyers, .complete, .before.uv, .before.conversion]' \
		'[3,"226.12",3,1,false,null,null]'
	says 2026-11-22 '.history_begins' '{"events":"2026-11-16","orders":"2026-11-01"}'
	says 2026-11-22 '[.trend[-2:][] | [.day, .uv, .pv, .visits, .buyers, .orders, .amount]]' \
		'[["2026-11-21",2,2,2,0,0,"0.00"],["2026-11-22",3,5,3,3,4,"206.12"]]'
	# c1 c2 c3 bought, c8 did not; c9 is only named in an event.
	says 2026-11-22 '.portraits.store.base | [.customers, .buyers, .repurchase_rate]' '[4,3,0.333333]'
	# v1, v3 and o7 tell of c1 to c3; v2 is nobody's and never bought either.
	says 2026-11-22 '[.segments[] | select(.name | IN("never_bought", "new_customer", "one_time_buyer", "repeat_buyer")) | [.name, .customers, .visitors]]' \
		'[["repeat_buyer",1,0],["one_time_buyer",2,0],["never_bought",1,1],["new_customer",3,0]]'
	says 2026-11-22 .identity '{"visitors":2,"customers":3,"shared_visitors":1,"clusters":[{"visitors":1,"customers":3}]}'
	says 2026-11-22 '[.currency, .provisional, .home]' '["USD",false,"CN"]'
	says 2026-11-22 '[.quality[] | select(.stream == "events") | [.records, .duplicate, .rejected, .late, .too_late]]' '[[11,1,0,1,0]]'
	[[ $(sed -n 1p "$OUT") == "$PWD/reports/2026-11-22/"* ]]
	# Names, then the day, 7 days, 30 days, month and year to date.
	[[ $(sed -n 2p "$OUT" | tr -s ' ') == '2026-11-22 day 7d 30d mtd ytd' ]]
	awk 'NR > 2 { print $1, $(NF - 4) }' "$OUT" >got
	same got - <<-'EOF'
		uv 3
		visits 3
		buyers 3
		orders 4
		amount 206.12
		amount_per_buyer 65.33
		conversion 100%
		repurchase_rate 33.33%
	EOF
}

@test "daily-portrait: units are those of orders whose lines are known, of customers and of nobody" {
	tiny_store
	printf '%s\n' order_id,product_id,quantity,price o1,p1,2,40 o1,p2,1,20 o3,p1,5,2 o4,p1,100,9 o6,p1,7,2 >inbox/2026-11-22/order_items.csv
	expect 0 draw 2026-11-22 --tz Asia/Shanghai
	# o1 of c1 has 3 units, o3 of nobody 5; o4 is a test, o6 earlier, and of o2 and o7 nothing is known.
	says 2026-11-22 '.periods | [(.day, .["30d"]) | .metrics | [.items, .items_per_buyer, .items_per_order]]' '[[8,3,4],[15,10,5]]'
}

@test "daily-portrait: the portrait has the shape that is promised" {
	tiny_store
	expect 0 draw 2026-11-22 --tz Asia/Shanghai
	jq -e '
		def count: type == "number" and . == floor and . >= 0;
		def count_or_null: . == null or count;
		def money: type == "string" and test("^-?[0-9]+\\.[0-9]{2}$");
		def money_or_null: . == null or money;
		def rate_or_null: . == null or (type == "number" and (. * 1000000 | . - round | fabs) < 0.001);
		def day: type == "string" and test("^[0-9]{4}-[0-9]{2}-[0-9]{2}$");
		def measures: (to_entries | all(
			if .key | test("rate$|conversion|conv$|depth|seconds|pv_per|(orders|items)_per") then .value | rate_or_null
			elif .key | test("amount") then .value | money_or_null
			elif .key == "key" then .value | (if type == "array" then .[] else . end | . == null or type == "string")
			else .value | count_or_null end));
		.schema == 2 and (.limn | type) == "string" and (.day | day) and .zone == "Asia/Shanghai" and .store == null
		and (.streams | to_entries | all(.value | (.present | type) == "boolean" and (.first_day == null or (.first_day | day))))
		and (.absent | sort) == (["calendar", "order_items", "products", "spend", "surveys"])
		and (.labels | to_entries | length > 30 and all(.value | (.en | length > 0) and (.zh | length > 0)))
		and (.labels.uv == {en: "Visitors", zh: "访客数"})
		and (.periods | keys) == ["30d", "7d", "day", "mtd", "ytd"]
		and (.periods | to_entries | all(.key as $p | .value | (.from | day) and (.to | day) and all(.previous, .last_year; (.from | day) and (.to | day))
			and (.bots | keys == ["all", "pv", "uv", "visits"] and (.all | measures) and (del(.all) | measures))
			and (.metrics | measures) and (.before | measures) and (.metrics | keys) == (.before | keys)
			and (.year_ago | measures) and (.metrics | keys) == (.year_ago | keys)
			and (.cuts | keys) == if $p == "mtd" or $p == "ytd" then [] else ["age_band", "campaign", "channel", "channel,country", "country", "gender", "language", "platform",
				"region", "source", "source,platform", "visitor"] end
			and (.cuts | to_entries | all(.value | type == "array" and all(measures)))))
		and (.trend | length == 30 and all((.day | day) and (del(.day) | measures)))
		and (.portraits.store.base | measures)
		and (.segments | length >= 10 and all((.name | length > 0) and (.en | length > 0) and (.zh | length > 0) and (.customers | count_or_null)))
		and (.quality | all((.stream | type) == "string" and (.records | count) and (.duplicate | count) and (.rejected | count) and (.late | count)))
		and (.periods as $p | .labels as $l | $p.day.metrics | keys | all($l[.] != null))
	' reports/2026-11-22/portrait.json >/dev/null
	jq -e '.inputs | length == 9 and all(.sha256 | test("^[0-9a-f]{64}$"))' reports/2026-11-22/manifest.json >/dev/null
	jq -e '.tzdata != null and (.rules | length > 5) and .programs.jq != null' reports/2026-11-22/manifest.json >/dev/null
	[[ $(jq -r '.inputs[] | select(.path == "2026-11-22/orders.csv").sha256' reports/2026-11-22/manifest.json) == \
		"$(sha256sum <inbox/2026-11-22/orders.csv | cut -c 1-64)" ]]
	jq -e '.seconds > 0 and (.stages | length > 4)' reports/2026-11-22/run.json >/dev/null
}

# sums DIR - checksums of the reports in it but for the timings.
sums()
{
	(cd "$1" && find . -type f ! -name run.json ! -name '.*' -exec sha256sum {} + | sort -k 2)
}

@test "daily-portrait: a second run does nothing and changes nothing" {
	tiny_store
	expect 0 draw 2026-11-22 --tz Asia/Shanghai
	local first
	first=$(sums reports)
	find warehouse -type f -name '*.zst' -printf '%p %T@ %i\n' | sort >first
	expect 0 draw 2026-11-22 --tz Asia/Shanghai
	quiet
	[[ $(sums reports) == "$first" ]]
	find warehouse -type f -name '*.zst' -printf '%p %T@ %i\n' | sort | cmp - first
	[[ $(jq .up_to_date reports/2026-11-22/run.json) == true ]]
	# And the reports made anew, in another place, are the same.
	mv reports before
	expect 0 draw 2026-11-22 --tz Asia/Shanghai --jobs 1
	diff -r -x run.json -x '.*' before reports
	! ls -d warehouse/.work.* 2>/dev/null || fail 'work was left behind'
	[[ -z $(find warehouse -perm /077) ]] || fail "others can read: $(find warehouse -perm /077)"
}

@test "daily-portrait: day by day, all at once, any order of days, other encodings: the same" {
	tiny_store
	for day in 2026-11-21 2026-11-22; do expect 0 draw "$day" --tz Asia/Shanghai; done
	mv reports by_day
	rm -r warehouse
	# What is compared with an earlier day looks at the days that were drawn before.
	for day in 2026-11-22 2026-11-21; do expect 0 draw "$day" --tz Asia/Shanghai; done
	says 2026-11-22 '[.moves, .segments[0].since]' '[null,null]'
	expect 0 draw 2026-11-22 --tz Asia/Shanghai
	says 2026-11-22 '[.moves.since, .segments[0].since]' '["2026-11-21","2026-11-21"]'
	diff -r -x run.json -x '.*' by_day reports
	# The same records as packed ndjson, in two files, backwards.
	rm -r warehouse
	(
		cd inbox/2026-11-22
		dedupe-uv -k event_id,ts --to ndjson events.csv | tac | tee >(sed -n '1,4p' | gzip >events-1.jsonl.gz) | sed -n '5,$p' |
			zstd -q -o 'events of the evening.ndjson.zst'
		mv 'events of the evening.ndjson.zst' 'events of the evening.x' && mv 'events of the evening.x' 'events-of the evening.ndjson.zst'
		rm events.csv
	)
	rm -r reports
	expect 0 draw 2026-11-22 --tz Asia/Shanghai
	jq 'del(.quality) | del(.moves, .segments[]["since", "before", "joined", "left"], .portraits[].trend["customers", "subscribers", "repurchase_rate"])' \
		reports/2026-11-22/portrait.json >got
	jq 'del(.quality) | del(.moves, .segments[]["since", "before", "joined", "left"], .portraits[].trend["customers", "subscribers", "repurchase_rate"])' \
		by_day/2026-11-22/portrait.json | cmp - got
}

@test "daily-portrait: an event that comes later changes its day, one that comes too late is counted" {
	tiny_store
	expect 0 draw 2026-11-22 --tz Asia/Shanghai
	mkdir inbox/2026-11-25 inbox/2026-11-26
	printf 'event_id,ts,visitor_id,event\nl1,2026-11-22T09:00:00Z,v9,page_view\n' >inbox/2026-11-25/events.csv
	printf 'event_id,ts,visitor_id,event\nl2,2026-11-22T09:00:00Z,v8,page_view\n' >inbox/2026-11-26/events.csv
	expect 0 draw 2026-11-22 --tz Asia/Shanghai
	says 2026-11-22 '.periods.day.metrics | [.uv, .pv]' '[4,6]'
	expect 0 draw 2026-11-26 --tz Asia/Shanghai
	says 2026-11-26 '[.quality[] | select(.stream == "events") | .late, .too_late]' '[2,1]'
}

@test "daily-portrait: a rate that is missing is an error that names day and currency" {
	tiny_store
	sed -i '/2026-11-22,EUR/d' inbox/2026-11-22/rates.csv
	expect 1 draw 2026-11-22 --tz Asia/Shanghai
	err_has 'no rate for EUR on 2026-11-22' 'rates'
	[[ ! -e reports/2026-11-22 ]]
	rm inbox/2026-11-22/rates.csv
	expect 2 draw 2026-11-22 --tz Asia/Shanghai --warehouse other
	err_has 'several currencies: EUR USD' '--currency'
	expect 1 draw 2026-11-22 --tz Asia/Shanghai --warehouse other --currency USD
	err_has 'no rate for EUR on 2026-11-22: there is no rates stream'
}

@test "daily-portrait: bad records go to quarantine, within the limit, and the books balance" {
	tiny_store
	printf '%s\n' 'x1,yesterday,v1,,page_view,,,' 'x2,2026-11-22T02:00:00Z,,,page_view,,,' 'x3,too few' >>inbox/2026-11-22/events.csv
	printf '%s\n' 'o8,2026-11-22T02:30:00Z,2026-11-22T02:25:00Z,,c1,v1,paid,much,USD' >>inbox/2026-11-22/orders.csv
	gzip inbox/2026-11-22/orders.csv
	expect 1 draw 2026-11-22 --tz Asia/Shanghai
	err_has 'arrival 2026-11-22'
	[[ ! -e reports/2026-11-22 ]]
	expect 0 draw 2026-11-22 --tz Asia/Shanghai --max-rejects 30%
	says 2026-11-22 '.periods.day.metrics | [.uv, .pv, .orders]' '[3,5,4]'
	says 2026-11-22 '[.quality[] | select(.rejected > 0) | [.stream, .records, .rejected]]' '[["events",14,3],["orders",9,1]]'
	cut -f 2,4,5 warehouse/quarantine/2026-11-22/events.tsv >got
	same got - <<-'TSV'
	line	column	reason
	11	ts	not a time
	13	\N	2 fields where the header has 8
	\N	visitor_id	missing
	TSV
	cut -f 1,2,4,5 warehouse/quarantine/2026-11-22/orders.tsv | sed "s|$PWD/||" >got
	same got - <<-'TSV'
	file	line	column	reason
	inbox/2026-11-22/orders.csv.gz	8	amount	not a number
	TSV
	# Mended, they are taken in again, and quarantine is empty.
	sed -i '/^x[123]/d' inbox/2026-11-22/events.csv
	expect 0 draw 2026-11-22 --tz Asia/Shanghai --max-rejects 30%
	[[ ! -e warehouse/quarantine/2026-11-22/events.tsv ]]
}

@test "daily-portrait: a packed file that is cut off is no short file" {
	tiny_store
	zstd -q --rm inbox/2026-11-22/orders.csv
	truncate -s -9 inbox/2026-11-22/orders.csv.zst
	expect 1 draw 2026-11-22 --tz Asia/Shanghai
	err_has 'orders.csv.zst could not be taken in'
	[[ ! -e reports/2026-11-22 && ! -e warehouse/arrivals/2026-11-22/orders.tsv.zst ]]
}

@test "daily-portrait: a currency without a minor unit has amounts without decimals" {
	mkdir inbox
	printf '%s\n' order_id,updated_at,created_at,paid_at,customer_id,status,amount,currency \
		o1,2026-11-22,2026-11-22,2026-11-22,c1,paid,1000,JPY o2,2026-11-22,2026-11-22,2026-11-22,c2,paid,1001,JPY >inbox/orders.csv
	expect 0 draw 2026-11-22 --tz Asia/Tokyo
	says 2026-11-22 '.periods.day.metrics | [.amount, .amount_per_buyer, .unidentified_amount]' '["2001","1000","0"]'
	says 2026-11-22 .currency '"JPY"'
}

@test "daily-portrait: only events: nothing is said of orders" {
	tiny_store
	rm inbox/*/{orders,refunds,rates,customers}.csv
	expect 0 draw 2026-11-22 --tz Asia/Shanghai
	says 2026-11-22 '.periods.day.metrics | keys' '["bounce_rate","cart_uv","checkout_uv","depth","depth_mean_of_days","engaged_rate","engaged_visits","new_uv","product_uv","pv","pv_per_uv","return_uv_7d","returning_uv","stay_seconds","uv","visits"]'
	says 2026-11-22 '.absent | contains(["orders", "customers", "refunds"])' true
	says 2026-11-22 '[.portraits.store.base.buyers, .currency]' '[null,null]'
	says 2026-11-22 '.periods.day.cuts | keys' \
		'["campaign","channel","channel,country","country","language","platform","region","source","source,platform","visitor"]'
	says 2026-11-22 '.trend[-1]' '{"day":"2026-11-22","uv":3,"pv":5,"visits":3}'
}

@test "daily-portrait: only orders: nothing is said of visitors" {
	tiny_store
	rm inbox/*/{events,refunds,customers}.csv
	rmdir inbox/2026-11-16 inbox/2026-11-23
	expect 0 draw 2026-11-22 --tz Asia/Shanghai
	says 2026-11-22 '.periods.day.metrics | [.buyers, .amount, has("uv"), has("conversion"), has("amount_net"), .repurchase_rate]' \
		'[3,"206.12",false,false,false,0.333333]'
	says 2026-11-22 '[.absent | index("events", "refunds", "customers")] | all' true
	says 2026-11-22 '.periods.day.cuts' '{}'
	says 2026-11-22 '.trend[-1]' '{"day":"2026-11-22","buyers":3,"orders":4,"amount":"206.12"}'
	says 2026-11-22 '[.portraits.store.base.customers, (.tags | has("gender"))]' '[3,false]'
	says 2026-11-22 '.provisional' false
}

@test "daily-portrait: columns of other names, by option and by adapter.conf" {
	tiny_store
	sed -i '1s/event_id/uid/; 1s/visitor_id/cookie/' inbox/*/events.csv
	sed -i '1s/order_id/Name/' inbox/*/orders.csv
	expect 2 draw 2026-11-22 --tz Asia/Shanghai
	# Arrivals are taken in side by side: whichever of them fails first is named.
	err_has "stream events: $PWD/inbox/2026-11-" "/events.csv: there is no column 'event_id'" '--as events:event_id=THEIRS'
	printf '# ours\norders:order_id=Name\n' >inbox/adapter.conf
	expect 0 draw 2026-11-22 --tz Asia/Shanghai --as events:event_id=uid,visitor_id=cookie
	says 2026-11-22 '.periods.day.metrics | [.uv, .pv, .amount]' '[3,5,"206.12"]'
	expect 2 draw 2026-11-22 --as event:a=b
	err_has "no stream 'event'"
}

@test "daily-portrait: an inbox without days is one arrival; blanks in names; from any directory" {
	tiny_store
	mkdir 'in box' elsewhere
	for stream in events orders; do
		n=0
		for file in inbox/*/"$stream.csv"; do cp "$file" "in box/$stream-$((++n)) of all.csv"; done
	done
	cp inbox/2026-11-22/{refunds,rates,customers}.csv 'in box'
	echo 'not ours' >'in box/notes.txt'
	for day in 2026-11-21 2026-11-22; do
		expect 0 env -C elsewhere daily-portrait --day "$day" --in '../in box' --warehouse '../ware house' --out '../re ports' --tz Asia/Shanghai
		quiet
	done
	mv 're ports' reports
	says 2026-11-22 '.periods.day.metrics | [.pv, .uv, .visits, .return_uv_7d, .buyers, .amount, .amount_net]' '[5,3,3,2,3,"206.12","201.12"]'
	says 2026-11-22 '.ignored' '["notes.txt"]'
	says 2026-11-21 '.periods.day.metrics | [.pv, .uv, .visits, .buyers]' '[2,2,2,0]'
}

@test "daily-portrait: bad usage is exit 2 and says what to do" {
	mkdir inbox
	expect 2 draw 2026-11-31
	err_has '--day: not a day'
	expect 2 draw 2026-11-22
	err_has 'the inbox is empty'
	mkdir inbox/2026-11-20
	echo day,currency,rate >inbox/2026-11-20/rates.csv
	expect 1 draw 2026-11-22
	err_has 'nothing has arrived for 2026-11-22: the last arrival is 2026-11-20'
	expect 2 draw 2026-11-22 --tz Mars/Olympus
	err_has '--tz'
	expect 2 draw 2026-11-22 --frobnicate
	expect 2 daily-portrait --day 2026-11-22
	err_has '--in is needed'
	expect 2 draw 2026-11-22 --max-rejects many
	expect 2 draw 2026-11-22 --jobs 0
	expect 0 daily-portrait --help
	expect 0 daily-portrait --version
	[[ $(<"$OUT") == "daily-portrait $(dedupe-uv --version | sed 's/.* //')" ]]
}

@test "daily-portrait: a run that is told to end leaves nothing behind, and the next one is whole" {
	tiny_store
	daily-portrait --day 2026-11-22 --in inbox --warehouse warehouse --out reports --tz Asia/Shanghai 9>&- &
	local pid=$! code=0
	while ! ls warehouse/.work.*/intake.* >/dev/null 2>&1; do sleep 0.02; done
	kill "$pid"
	wait "$pid" || code=$?
	[[ $code == 3 ]]
	[[ -z $(find warehouse -maxdepth 1 -name '.work.*') && ! -e reports/2026-11-22 ]]
	expect 0 draw 2026-11-22 --tz Asia/Shanghai
	says 2026-11-22 '.periods.day.metrics | [.pv, .uv, .visits, .amount]' '[5,3,3,"206.12"]'
}

@test "daily-portrait: two runs at once on a warehouse: the second says so" {
	tiny_store
	mkdir warehouse
	exec 9>warehouse/.lock
	flock 9
	expect 3 draw 2026-11-22 --tz Asia/Shanghai 9>&-
	err_has 'another run is using'
	exec 9>&-
	expect 0 draw 2026-11-22 --tz Asia/Shanghai
}

# ---- the sample store, against SQL ---------------------------------------------------------------------

@test "daily-portrait: the sample store, against the same words in SQL" {
	local day=2026-11-26 from
	local periods=(day 7d 30d mtd) size=(--days 66 --events 24000)
	if sanitized; then periods=(day 7d) size=(--from 2026-11-12 --days 16 --events 4000); fi
	"$LIMN_TOOLS/store" --out inbox "${size[@]}"
	rm -r inbox/2026-11-27
	expect 0 draw "$day" --tz Asia/Shanghai --home CN
	quiet
	load_sql db
	for part in metrics before; do
		for period in "${periods[@]}"; do by_us "$day" "$period" "$part"; done
	done >got
	local spans=(2026-11-26/2026-11-26 2026-11-20/2026-11-26 2026-10-28/2026-11-26 2026-11-01/2026-11-26
		2026-11-25/2026-11-25 2026-11-13/2026-11-19 2026-09-28/2026-10-27 2026-10-01/2026-10-26)
	if sanitized; then unset 'spans[7]' 'spans[6]' 'spans[3]' 'spans[2]'; fi
	for from in "${spans[@]}"; do by_sql db "${from%/*}" "${from#*/}"; done >want
	same got want
	# Cells add up to the totals where they must: views, orders, and money to the cent.
	jq -e '[.periods[] | select(.cuts != {}) | . as $p | .cuts | (.country, .source, .platform, .visitor, .channel, .campaign, .region, .language)
		| (map(.pv // 0) | add) == $p.metrics.pv and (map(.visits // 0) | add) == $p.metrics.visits
		  and (map(.orders) | add) == $p.metrics.orders
		  and ((map(.amount | tonumber) | add) - ($p.metrics.amount | tonumber) | fabs) < 0.2
		  and (map(.uv // 0) | add) >= $p.metrics.uv] | all' "reports/$day/portrait.json" >/dev/null
	# Pages of 30 days without their query, and products by what was paid for them.
	local since=2026-10-28 # also where events begin later: orders of before are there
	sqlite3 -separator ' ' db "
		create table paged as select *, case when instr(page, '?') > 1 then substr(page, 1, instr(page, '?') - 1) else page end path from views
		  where day between '$since' and '$day';
		create table tops as select path, count(*) pv, count(distinct visitor_id) uv from paged group by path order by pv desc, path limit 20;
		select count(distinct path), '', '' from paged; select path, pv, uv from tops order by pv desc, path;
		select '(other)', count(*), count(distinct visitor_id) from paged where path not in (select path from tops)" >want
	jq -r '.pages | "\(.n)  ", (.rows[] | "\(.key) \(.pv) \(.uv)")' "reports/$day/portrait.json" >got
	same got want
	sqlite3 -separator ' ' db "
		create table lines as select i.product_id, customer_id, quantity, price * quantity * rate amount, price * quantity * rate * coalesce(back, 0) / money back
		  from (select distinct * from raw_order_items) i join paid p using (order_id) left join back using (order_id) where day between '$since' and '$day';
		create table sold as select product_id, count(distinct nullif(customer_id, '')) buyers, sum(quantity) items, sum(amount) amount, sum(back) back from lines group by product_id;
		create table looked as select product_id, count(*) pv, count(distinct visitor_id) uv from paged where event = 'product_view' and product_id <> '' group by product_id;
		create table goods as select product_id, coalesce(pv, 0) pv, coalesce(uv, 0) uv, coalesce(buyers, 0) buyers, coalesce(items, 0) items,
		  printf('%.2f', coalesce(amount, 0)) amount, printf('%.2f', coalesce(back, 0)) back from
		  (select product_id from sold union select product_id from looked) left join sold using (product_id) left join looked using (product_id);
		select count(*) from goods; select * from goods order by amount + 0 desc, product_id limit 10;
		select * from (select * from goods order by amount + 0, product_id desc limit 10) order by amount + 0 desc, product_id" >want
	jq -r '.products | .n, (.rows[] | "\(.key) \(.pv) \(.uv) \(.buyers) \(.items) \(.amount) \(.refunded)")' "reports/$day/portrait.json" >got
	same got want
	# People: who has paid within 365 days, and on two of them.
	says "$day" '.portraits.store.base | [.buyers, .repurchase_rate]' "$(sqlite3 db "
		select printf('[%d,%s]', count(*), rtrim(printf('%.6f', 1.0 * sum(n > 1) / count(*)), '0')) from
		  (select count(distinct day) n from paid where customer_id <> '' and day > date('$day', '-365 days') group by customer_id)")"
}

@test "daily-portrait: attribution of the sample store, against SQL" {
	need_plain 'the test before has the same programs'
	"$LIMN_TOOLS/store" --out inbox --days 20 --events 12000
	local day=2026-10-12
	expect 0 draw "$day" --tz Asia/Shanghai
	load_sql db
	sqlite3 -separator ' ' db "
		create table entry as select visitor_id, nth, coalesce(nullif(max(case when hit = 1 then source end), ''), max(case when page_hit = 1 then linked end)) source,
		    max(nullif(customer_id, '')) customer_id, min(t) started
		  from (select *, row_number() over (partition by visitor_id, nth order by source = '', t, event_id) hit,
		      row_number() over (partition by visitor_id, nth order by t, event_id) page_hit,
		      case when referrer like 'https://gemini.google.com/%' then 'gemini' when referrer like 'https://www.google.com/%' then 'google'
		        when referrer like 'https://m.baidu.com/%' then 'baidu' when referrer like 'https://uk.pinterest.com/%' then 'pinterest'
		        when referrer like 'https://www.amazon.com/%' then 'amazon' when referrer like 'https://blog.example/%' then 'blog.example' end linked
		    from marked)
		  group by visitor_id, nth;
		create index entry_visitor on entry(visitor_id); create index entry_customer on entry(customer_id);
		create table asked as select *, strftime('%s', created_at) + 0 c from paid where day between '2026-10-06' and '$day';
		create table came as select order_id, coalesce(
		    (select nth || '/' || visitor_id from entry e where e.visitor_id = a.visitor_id and started <= c and started >= c - 2592000 order by started desc limit 1),
		    (select nth || '/' || visitor_id from entry e where e.customer_id = a.customer_id and started <= c and started >= c - 2592000 order by started desc, visitor_id desc limit 1)) visit
		  from asked a;
		select case when visit is null then 'unattributed' else coalesce(e.source, '-') end s, count(*), count(distinct nullif(a.customer_id, ''))
		  from came join asked a using (order_id) left join entry e on e.nth || '/' || e.visitor_id = visit group by s order by s" >want
	jq -r '.periods["7d"].cuts.source | sort_by(.key // "-")[] | select(.orders > 0) | "\(.key // "-") \(.orders) \(.buyers)"' \
		"reports/$day/portrait.json" | sort >got
	same got <(sort want)
}

# ---- real orders ------------------------------------------------------------------------------------

@test "daily-portrait: a year of order lines becomes orders and refunds, and every day adds up to the file" {
	need_data online-retail
	need_plain 'a portrait a month'
	mkdir inbox
	local rename=order_id=InvoiceNo,quantity=Quantity,price=UnitPrice,at=InvoiceDate,customer=CustomerID,country=Country
	local common="metric customer_id = max(replace(text(customer), '.0', '')); metric created_at = min(time(at)); metric country = min(country);"
	zstdcat "$LIMN_DATA"/online-retail/*.csv.zst >lines.csv
	# An invoice is an order, its lines' sum the amount; one that cancels (C…) is a refund.
	summarize --as "$rename" --tz Europe/London --by order_id --where "not order_id starts with 'C'" --to tsv lines.csv \
		-e "$common metric paid_at = min(time(at)); metric updated_at = min(time(at)); metric amount = sum(quantity * price);
		metric status = min(text('paid')); metric currency = min(text('GBP'));" | cut -f 2- >inbox/orders.tsv
	summarize --as "$rename" --tz Europe/London --by order_id --where "order_id starts with 'C'" --to tsv lines.csv \
		-e "metric refund_id = min(order_id); metric refunded_at = min(time(at)); metric amount = 0 - sum(quantity * price);
		metric currency = min(text('GBP'));" | cut -f 2- >inbox/refunds.tsv
	local day
	for day in 2010-12-30 2011-0{1-29,2-28,3-30,4-29,5-29,6-28,7-28,8-27,9-26} 2011-10-26 2011-11-25 2011-12-25; do
		expect 0 draw "$day" --tz Europe/London
		quiet
	done
	# The trends of thirty days each, one behind the other, are the whole year.
	jq -s -r '[.[].trend[]] | [length, (map(select(.orders > 0)) | length), (map(.orders // 0) | add), (map(.amount // "0" | tonumber * 100 | round) | add)] | map(tostring) | join(" ")' \
		reports/*/portrait.json >got
	summarize --as "$rename" --tz Europe/London --where "not order_id starts with 'C'" --to tsv lines.csv \
		-e 'metric a = distinct(day(at)); metric b = distinct(order_id); metric c = sum(quantity * price);' |
		awk -F '\t' 'NR > 1 { printf "390 %d %d %s\n", $2, $3, $4 }' >want
	cat got want
	[[ $(cut -d ' ' -f 1-3 got) == "$(cut -d ' ' -f 1-3 want)" ]]
	# Amounts of a day are rounded to the penny: 305 roundings.
	awk '{ x[NR] = $4 } END { d = x[1] - 100 * x[2]; exit !(d < 153 && d > -153) }' got want
	# Refunds: what the periods of 30 days lose is what cancelling invoices give back.
	jq -s -r '[.[].periods["30d"].metrics | (.amount | tonumber * 100 | round) - (.amount_net | tonumber * 100 | round)] | add' reports/*/portrait.json >got
	summarize -e 'metric amount = round(sum(amount) * 100);' inbox/refunds.tsv | tail -n 1 | cut -f 2 >want
	awk '{ x[NR] = $1 } END { d = x[1] - x[2]; exit !(d < 14 && d > -14) }' got want
	# On the last day: who bought within a year, and on two days or more.
	says 2011-12-25 '[.portraits.store.base.buyers, .currency, (.absent | contains(["events"]))]' \
		"[$(summarize --as "$rename" --tz Europe/London --where "not order_id starts with 'C' and customer is not null and day(at) > 2010-12-25" \
			-e 'metric n = distinct(customer);' --to tsv lines.csv | tail -n 1 | cut -f 2),\"GBP\",true]"
}

@test "daily-portrait: its scripts are clean" {
	need_program shellcheck
	shellcheck --exclude=SC1091,SC2016 "$ROOT"/pipelines/daily-portrait "$ROOT"/pipelines/lib.sh "$ROOT"/pipelines/steps/*.sh
	local rules
	for rules in "$ROOT"/schemas/rules/*.rules; do expect 0 segment --check -r "$rules"; done
}
