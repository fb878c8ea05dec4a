#!/usr/bin/env bats
# The sample store: repeatable, complete, and coherent between its streams.

load helpers

# One store for all tests, and a database of all that arrived; the rows are as in the files.
setup_file()
{
	load helpers
	store=$LIMN_TOOLS/store
	inbox=$BATS_FILE_TMPDIR/inbox
	db=$BATS_FILE_TMPDIR/store.db
	export store inbox db
	"$store" --out "$inbox" --events 60000
	local stream file day
	for stream in events orders order_items refunds products customers surveys rates spend calendar; do
		for file in "$inbox"/*/"$stream.csv"; do
			day=${file%/*}
			sqlite3 "$db" ".mode csv" ".import '$file' part" \
				"create table if not exists $stream as select '' as arrived, * from part limit 0" \
				"insert into $stream select '${day##*/}', * from part" "drop table part"
		done
	done
	sqlite3 "$db" "create index orders_id on orders(order_id); create index events_id on events(event_id);
		create table events_once as select * from events group by event_id;
		create index once_visitor on events_once(visitor_id, ts);
		create table current as select *, max(strftime('%s', updated_at)) from orders group by order_id;
		create index current_id on current(order_id); create index current_visitor on current(visitor_id)"
}

# sql QUERY - its one value.
sql()
{
	sqlite3 "$db" "$1"
}

# none QUERY - fails unless the query finds no row; shows the first that it finds.
none()
{
	sqlite3 -header "$db" "$1 limit 5" >"$OUT"
	[[ ! -s $OUT ]] || fail "should find no row: $1" "$(<"$OUT")"
}

# at_least N QUERY - fails unless the query's one value is N or more.
at_least()
{
	local got
	got=$(sql "$2")
	((got >= $1)) || fail "$got, expected at least $1: $2"
}

@test "store: the same seed makes the same bytes" {
	expect 0 "$store" --out "$BATS_TEST_TMPDIR/again" --events 60000
	diff -r "$inbox" "$BATS_TEST_TMPDIR/again"
}

@test "store: another seed makes another store" {
	expect 0 "$store" --out "$BATS_TEST_TMPDIR/other" --events 60000 --seed 2
	run cmp -s "$inbox/2026-10-01/events.csv" "$BATS_TEST_TMPDIR/other/2026-10-01/events.csv"
	[ "$status" -eq 1 ]
}

@test "store: the machine's zone and locale change nothing" {
	expect 0 env TZ=America/New_York LC_ALL=C.UTF-8 "$store" --out "$BATS_TEST_TMPDIR/zone" --events 60000
	diff -r "$inbox" "$BATS_TEST_TMPDIR/zone"
}

@test "store: one stream alone has the bytes it has among all" {
	expect 0 "$store" --out "$BATS_TEST_TMPDIR/alone" --events 60000 --stream events
	cmp "$inbox/2026-11-11/events.csv" "$BATS_TEST_TMPDIR/alone/2026-11-11/events.csv"
	[ ! -e "$BATS_TEST_TMPDIR/alone/2026-11-11/orders.csv" ]
}

@test "store: every stream is there, with the columns of its schema in order" {
	local schema stream want got
	for schema in "$ROOT"/schemas/records/*.json; do
		stream=$(basename "$schema" .json)
		want=$(jq -r '[.fields[].name | select(. != "store")] | join(",")' "$schema")
		got=$(sed -n 1p "$inbox/2026-09-23/$stream.csv")
		[ "$got" = "$want" ] || fail "$stream: $got"
		at_least 5 "select count(*) from $stream"
	done
}

@test "store: the schemas are Table Schemas whose keys are among their fields" {
	local schema
	for schema in "$ROOT"/schemas/records/*.json; do
		jq -e '(.fields | map(.name)) as $names | ([.primaryKey] | flatten) as $key
			| ($key - $names) == [] and ($names | last) == "store" and .missingValues == [""]
			and all(.fields[]; (.type | IN("string", "number", "integer", "datetime", "date"))
				and (.description | endswith(".")))' "$schema" >"$OUT" || fail "$schema"
	done
}

@test "store: fields that a schema requires have a value" {
	local schema stream field
	for schema in "$ROOT"/schemas/records/*.json; do
		stream=$(basename "$schema" .json)
		for field in $(jq -r '.fields[] | select(.constraints.required) | .name' "$schema"); do
			none "select * from $stream where $field = ''"
		done
	done
}

@test "store: events are of the kinds that the schema names, each of them occurs" {
	jq -r '.fields[] | select(.name == "event") | .constraints.enum[]' "$ROOT/schemas/records/events.json" |
		sort >"$BATS_TEST_TMPDIR/want"
	sqlite3 "$db" "select distinct event from events order by 1" >"$OUT"
	same "$OUT" "$BATS_TEST_TMPDIR/want"
}

@test "store: about as many events as asked for, every day some" {
	at_least 57000 "select count(*) from events_once"
	at_least 1 "select count(*) < 63000 from events_once"
	at_least 60 "select count(distinct date(ts, '+8 hours')) from events_once"
}

@test "store: every line of an order has its order and its product" {
	none "select * from order_items where order_id not in (select order_id from orders)"
	none "select * from order_items where product_id not in (select product_id from products)"
	none "select order_id, product_id, count(*) from order_items group by 1, 2 having count(*) > 1"
	none "select * from orders where order_id not in (select order_id from order_items)"
}

@test "store: the lines of an order add up to its amount" {
	none "select o.*, sum(i.quantity * i.price) as goods from current o join order_items i using (order_id)
		group by order_id having abs(goods - o.discount + o.shipping - o.amount) > 0.005
		or sum(i.quantity) <> o.items"
}

@test "store: a refund has its order, comes after the payment and is no more than the amount" {
	at_least 20 "select count(*) from refunds"
	none "select * from refunds where order_id not in (select order_id from orders)"
	none "select * from refunds r join current o using (order_id)
		where o.paid_at = '' or strftime('%s', r.refunded_at) <= strftime('%s', o.paid_at)
		or r.currency <> o.currency"
	none "select order_id, sum(r.amount), o.amount from refunds r join current o using (order_id)
		group by 1 having sum(r.amount) > o.amount + 0.005"
}

@test "store: an order is paid after it is created; versions do not go back" {
	none "select * from orders where paid_at <> '' and strftime('%s', paid_at) < strftime('%s', created_at)"
	none "select * from orders where strftime('%s', updated_at) < strftime('%s', created_at)"
	none "select * from orders where status in ('paid', 'shipped', 'refunded', 'partially_refunded')
		and paid_at = '' and payment_method <> 'cash_on_delivery'"
	none "select order_id from orders group by 1 having count(distinct created_at) > 1"
	at_least 100 "select count(*) from (select 1 from orders group by order_id having count(*) > 1)"
	at_least 5 "select count(distinct status) from current"
}

@test "store: some orders are paid the next day, at the door, or never; some carry an offset" {
	at_least 5 "select count(*) from current where paid_at <> ''
		and strftime('%s', paid_at) - strftime('%s', created_at) between 28800 and 172800"
	at_least 1 "select count(*) from current where payment_method = 'cash_on_delivery' and paid_at <> ''"
	at_least 5 "select count(*) from current where paid_at = '' and status = 'pending'"
	at_least 5 "select count(*) from current where status = 'cancelled'"
	at_least 5 "select count(*) from orders where created_at like '%+08:00'"
	at_least 5 "select count(*) from current where customer_id = ''"
}

@test "store: every purchase has its order: visitor, time, product, units, price and currency" {
	at_least 200 "select count(*) from events_once where event = 'purchase'"
	none "select e.* from events_once e where event = 'purchase' and not exists (select 1 from current o
		join order_items i using (order_id) where o.visitor_id = e.visitor_id
		and strftime('%s', o.created_at) = strftime('%s', e.ts) and o.customer_id = e.customer_id
		and i.product_id = e.product_id and i.quantity = e.quantity and i.price = e.price
		and o.currency = e.currency)"
}

@test "store: every order of the window with a visitor has its purchases, but for late ones" {
	none "select o.* from current o where visitor_id <> '' and strftime('%s', created_at) >=
		strftime('%s', '2026-09-22T16:00:00Z') and strftime('%s', created_at) <
		strftime('%s', '2026-11-18T16:00:00Z') and (select count(*) from events_once e
		where e.visitor_id = o.visitor_id and event = 'purchase'
		and strftime('%s', e.ts) = strftime('%s', o.created_at)) = 0"
	at_least 1 "select count(*) from current where visitor_id = '' and source = 'marketplace'"
}

@test "store: who is named in events and orders has an account, made before" {
	none "select * from events_once where customer_id <> ''
		and customer_id not in (select customer_id from customers)"
	none "select * from orders where customer_id <> ''
		and customer_id not in (select customer_id from customers)"
	none "select o.* from current o join (select customer_id, min(signup_at) as signup_at from customers
		group by 1) c using (customer_id)
		where strftime('%s', o.created_at) < strftime('%s', c.signup_at)"
}

@test "store: customers use several browsers; some visitors log in within a visit" {
	at_least 50 "select count(*) from (select 1 from events_once where customer_id <> ''
		group by customer_id having count(distinct visitor_id) > 1)"
	at_least 50 "select count(*) from (select 1 from events_once group by visitor_id
		having max(customer_id) <> '' and min(customer_id) = '')"
	at_least 1000 "select count(distinct visitor_id) from events_once where visitor_id not in
		(select visitor_id from events_once where customer_id <> '')"
}

@test "store: a year of orders comes before the window, with repeat buyers" {
	at_least 300 "select count(*) from current where created_at < '2026-06-01'"
	at_least 100 "select count(*) from (select 1 from current where paid_at <> '' and customer_id <> ''
		group by customer_id having count(distinct date(paid_at)) > 2)"
	none "select * from orders where arrived > '2026-09-23'
		and strftime('%s', updated_at) < strftime('%s', '2026-09-23T16:00:00Z')"
}

@test "store: events are delivered twice, also on the next day, with the same fields" {
	at_least 50 "select count(*) from (select 1 from events group by event_id having count(*) > 1)"
	at_least 20 "select count(*) from (select 1 from events group by event_id
		having count(distinct arrived) > 1)"
	none "select event_id from events group by event_id having count(distinct ts || visitor_id || event ||
		page || product_id || user_agent || campaign) > 1"
}

@test "store: events come late, by one to three days, never early" {
	local late="julianday(arrived) - julianday(date(ts, '+8 hours'))"
	none "select * from events where $late < 0"
	at_least 10 "select count(*) from events_once where $late = 1"
	at_least 10 "select count(*) from events_once where $late = 3"
}

@test "store: visits go on over local midnight" {
	at_least 3 "select count(*) from (select ts, lag(ts) over (partition by visitor_id order by ts) as before
		from events_once) where date(ts, '+8 hours') > date(before, '+8 hours')
		and strftime('%s', ts) - strftime('%s', before) < 1800"
}

@test "store: some pauses last 30 minutes to the second, some one second more" {
	sqlite3 "$db" "select distinct gap from (select strftime('%s', ts) - lag(strftime('%s', ts))
		over (partition by visitor_id order by ts) as gap from events_once)
		where gap in (1800, 1801) order by 1" >"$OUT"
	out_is 1800 1801
}

@test "store: countries, currencies with a rate for every day, USD at 1" {
	at_least 12 "select count(distinct country) from events_once"
	at_least 10 "select count(distinct currency) from orders"
	none "select * from rates where currency = 'USD' and rate <> '1'"
	none "select distinct o.currency, date(o.paid_at, '+8 hours') from orders o where paid_at <> ''
		and not exists (select 1 from rates r where r.currency = o.currency
		and r.day = date(o.paid_at, '+8 hours'))"
	none "select day, currency from rates group by 1, 2 having count(*) > 1"
}

@test "store: fields with commas, quotes, newlines and other scripts; empty and missing ones" {
	at_least 1 "select count(*) from events where page like '%,%'"
	at_least 1 "select count(*) from events where instr(campaign, char(10))"
	at_least 1 "select count(*) from products where title like '%\"%'"
	at_least 1 "select count(*) from products where instr(title, char(10))"
	at_least 1 "select count(*) from events where city = 'Zürich'"
	at_least 1 "select count(*) from products where title like '%羽绒服%' or title like '%婴儿%'
		or title like '%精华%' or title like '%开衫%' or title like '%衬衫%'"
	at_least 1 "select count(*) from events where country = ''"
	grep -qF ',"",' "$inbox"/*/events.csv
}

@test "store: robots, all platforms, and visits that leave that to their user agent" {
	at_least 50 "select count(*) from events where user_agent like '%Googlebot%'"
	at_least 10 "select count(*) from events where user_agent like '%ClaudeBot%' and platform = ''"
	sqlite3 "$db" "select distinct platform from events where platform <> '' order by 1" >"$OUT"
	out_is app mobile pc tablet
	at_least 100 "select count(*) from events where platform = '' and os = '' and user_agent like '%iPhone%'"
}

@test "store: visits that only the page behind them can tell the origin of" {
	at_least 100 "select count(*) from events where source = '' and medium = '' and referrer like 'https://m.baidu.com/%'"
	at_least 10 "select count(*) from events where source = '' and medium = '' and referrer like 'https://gemini.google.com/%'"
}

@test "store: 11.11 is the busiest day and in the calendar" {
	run --separate-stderr -0 sqlite3 "$db" "select date(ts, '+8 hours') from events_once group by 1
		order by count(*) desc limit 1"
	[ "$output" = 2026-11-11 ]
	at_least 1 "select count(*) from calendar where campaign = '11.11' and last_day = '2026-11-11'"
}

@test "store: spend is on campaigns that brought visits that day" {
	at_least 500 "select count(*) from spend"
	none "select s.* from spend s where s.day < '2026-11-18' and not exists (select 1 from events_once e
		where e.source = s.source and e.campaign = s.campaign
		and date(e.ts, '+8 hours') between s.day and date(s.day, '+1 day'))"
}

@test "store: surveys have single and multiple choices; buyers, visitors and strangers answer" {
	none "select respondent_id from surveys where question in ('satisfaction', 'nps', 'occupation', 'income')
		group by respondent_id, question having count(*) > 1"
	at_least 20 "select count(*) from (select 1 from surveys where question = 'info_channel'
		group by respondent_id having count(*) > 1)"
	at_least 1 "select count(*) from surveys where customer_id = '' and visitor_id <> ''"
	at_least 1 "select count(*) from surveys where customer_id = '' and visitor_id = ''"
	none "select * from surveys where customer_id <> ''
		and customer_id not in (select customer_id from customers)"
}

@test "store: ndjson and tsv hold the records of csv" {
	local format want
	want=$(sql "select count(*) from events where arrived = '2026-10-10'")
	for format in ndjson tsv; do
		expect 0 "$store" --out "$BATS_TEST_TMPDIR/$format" --events 60000 --format $format
	done
	jq -s 'length' "$BATS_TEST_TMPDIR/ndjson/2026-10-10/events.ndjson" >"$OUT"
	out_is "$want"
	cat "$BATS_TEST_TMPDIR"/ndjson/*/*.ndjson | jq -c . >"$OUT"
	[ "$(wc -l <"$BATS_TEST_TMPDIR/tsv/2026-10-10/events.tsv")" -eq $((want + 1)) ]
	awk -F'\t' 'NF != 23 { bad++ } END { exit bad > 0 }' "$BATS_TEST_TMPDIR/tsv/2026-10-10/events.tsv"
	jq -r 'select(.event == "search" and (.page | contains("\n"))).event_id' \
		"$BATS_TEST_TMPDIR"/ndjson/*/events.ndjson >"$OUT"
	[ -s "$OUT" ]
}

@test "store: spoiled rows are additional and listed with their lines" {
	expect 0 "$store" --out "$BATS_TEST_TMPDIR/bad" --events 60000 --spoil 12
	[ "$(wc -l <"$BATS_TEST_TMPDIR/bad/spoiled.tsv")" -eq 13 ]
	local file line kind
	while IFS=$'\t' read -r file line kind; do
		[[ $line != line ]] || continue
		[ -n "$kind" ]
		sed -i "${line}s/.*/SPOILED/" "$BATS_TEST_TMPDIR/bad/$file.csv"
	done <"$BATS_TEST_TMPDIR/bad/spoiled.tsv"
	sed -i '/^SPOILED$/d' "$BATS_TEST_TMPDIR"/bad/*/events.csv
	rm "$BATS_TEST_TMPDIR/bad/spoiled.tsv"
	diff -r "$inbox" "$BATS_TEST_TMPDIR/bad"
}

@test "store: a flat file of events is in time order but for repeated deliveries" {
	expect 0 "$store" --stream events --flat - --events 50000 --plain
	awk -F, 'NR > 1 && !seen[$1]++ { if ($2 < last) bad++; last = $2 } NF != 23 { bad++ }
		END { exit bad > 0 || NR < 48000 }' "$OUT"
	cut -d, -f1 "$OUT" | sort | uniq -d >"$ERR"
	[ -s "$ERR" ]
}

@test "store: flat orders and customers have one row each" {
	expect 0 "$store" --stream orders --flat - --events 50000
	awk -F, 'seen[$1]++ { bad++ } END { exit bad > 0 || NR < 8000 || NR > 12000 }' "$OUT"
	expect 0 "$store" --stream customers --flat - --events 50000
	awk -F, 'seen[$1]++ { bad++ } END { exit bad > 0 || NR < 2000 || NR > 3000 }' "$OUT"
}

@test "store: a window over a change of clocks has days of 23 and 25 hours" {
	expect 0 "$store" --out "$BATS_TEST_TMPDIR/dst" --events 2000 --from 2026-10-24 --days 3 --tz Europe/Berlin
	awk -F, 'FNR > 1 && $2 < "2026-10-24T22:00:00Z" && $2 ~ /^2026/ { bad++ } END { exit bad > 20 }' \
		"$BATS_TEST_TMPDIR/dst/2026-10-25/events.csv"
	grep -q '2026-10-25T22:[0-9:]*Z' "$BATS_TEST_TMPDIR/dst/2026-10-25/events.csv"
}

@test "store: bad usage is refused with exit 2, full disks with exit 3" {
	expect 2 "$store"
	err_has "--out DIR"
	expect 2 "$store" --out x --days 0
	err_has "--days" "'0'"
	expect 2 "$store" --out x --stream nothing
	expect 2 "$store" --out x --tz Nowhere/Else
	err_has "Nowhere/Else"
	expect 2 "$store" --out x --from yesterday
	expect 2 "$store" --flat x
	expect 2 "$store" --out x y
	expect 3 "$store" --stream events --flat /dev/full --events 1000
	expect 0 "$store" --help
	quiet
	[ ! -e x ]
}
