#!/usr/bin/env bats
# The periods of the portrait beside the day: month and year to date, the same days of last year, and why the amount changed.

load helpers
load sql

setup()
{
	mkdir "$BATS_TEST_TMPDIR/w" && cd "$BATS_TEST_TMPDIR/w" || return
}

draw()
{
	local day=$1
	shift
	daily-portrait --day "$day" --in inbox --warehouse warehouse --out reports "$@"
}

says()
{
	local got
	got=$(jq -c "$2" "reports/$1/portrait.json")
	[[ $got == "$3" ]] || fail "$2" "  is   $got" "  want $3"
}

# add_up PORTRAIT… - checks every change of those portraits: the difference of the amounts is in it, the parts are those of the
# formula, and they add up to it; the rows' differences are those of all.
add_up()
{
	python3 - "$@" <<-'PY'
	import json, math, sys
	from decimal import Decimal
	checked = 0

	def check(row, now, was, unit, where):
	    global checked
	    amount = Decimal(row["amount"])
	    parts = [row[k] for k in ("uv", "conversion", "amount_per_buyer")]
	    if now and was:
	        a, b = Decimal(now["amount_identified"]), Decimal(was["amount_identified"])
	        assert amount == a - b, (where, row)
	        known = all(x is not None and float(x) > 0 for c in (now, was) for x in (c["uv"], c["buyers"], c["amount_identified"])) if "uv" in now else False
	        assert known == (parts[0] is not None), (where, row, now, was)
	        if known:
	            a, b = float(a), float(b)
	            mean = a if a == b else (a - b) / math.log(a / b)
	            x = lambda c: (c["uv"], c["buyers"] / c["uv"], float(c["amount_identified"]) / c["buyers"])
	            for part, p, q in zip(parts, x(now), x(was)):
	                # A part is rounded; what is left over of two others may be in it.
	                assert abs(float(part) - mean * math.log(p / q)) <= 2.001 * unit, (where, row, mean * math.log(p / q))
	    if parts[0] is not None:
	        assert sum(map(Decimal, parts)) == amount, (where, row)
	        checked += 1
	    else:
	        assert parts == [None] * 3, (where, row)

	for name in sys.argv[1:]:
	    portrait = json.load(open(name))
	    for period, p in portrait["periods"].items():
	        c = p["changes"]
	        if c is None:
	            assert p["before"].get("amount") is None
	            continue
	        unit = float(Decimal(1).scaleb(Decimal(c["total"]["amount"]).as_tuple().exponent))
	        check(c["total"], p["metrics"], p["before"], unit, (name, period))
	        for cut in ("channel", "country"):
	            for row in c[cut]:
	                check(row, None, None, unit, (name, period, cut))
	            keys = [row["key"] for row in c[cut]]
	            assert len(set(keys)) == len(keys), (period, cut, keys)
	            # The rows of the cut come first, in its order; amounts of rows are rounded each.
	            shown = [row["key"] for row in p["cuts"].get(cut, [])]
	            assert keys[:len(shown)] == shown, (period, cut, keys, shown)
	            if keys:
	                rows = sum(Decimal(row["amount"]) for row in c[cut])
	                assert abs(float(rows - Decimal(c["total"]["amount"]))) <= unit * len(keys), (period, cut, rows)
	print(checked)
	PY
}

@test "periods: two Januaries of the sample store, against the same words in SQL" {
	need_plain 'daily-portrait has a test of the same programs'
	# The same visitors and customers in two winters; events and orders of the first one have ids of their own, and the rates of a
	# day are its.
	"$LIMN_TOOLS/store" --out inbox --from 2024-12-20 --days 36 --events 6000
	sed -i '2,$s/^/p/' inbox/*/{events,orders,order_items}.csv
	sed -i '2,$s/,/,p/' inbox/*/refunds.csv
	"$LIMN_TOOLS/store" --out later --from 2025-12-20 --days 34 --events 6000
	cat inbox/*/rates.csv | cut -d , -f 1,2 | sort -u >known
	local file
	for file in later/*/rates.csv; do
		awk -F , 'NR == FNR { known[$1, $2]; next } FNR == 1 || !(($1, $2) in known)' known "$file" >rates && mv rates "$file"
	done
	mv later/* inbox
	rm -r inbox/2026-01-22
	local day=2026-01-21 span period part
	expect 0 draw "$day" --tz Asia/Shanghai --home CN
	quiet
	load_sql db
	says "$day" '.history_begins.events' '"2024-12-20"'
	says "$day" '[.periods[] | .previous, .last_year | [.from, .to]]' \
		'[["2026-01-20","2026-01-20"],["2025-01-22","2025-01-22"],["2026-01-08","2026-01-14"],["2025-01-16","2025-01-22"],["2025-11-23","2025-12-22"],["2024-12-24","2025-01-22"],["2025-12-01","2025-12-21"],["2025-01-02","2025-01-22"],["2025-01-01","2025-01-21"],["2025-01-02","2025-01-22"]]'
	for part in metrics before year_ago; do
		for period in day 7d 30d mtd ytd; do by_us "$day" "$period" "$part"; done
	done >got
	for span in 2026-01-21/2026-01-21 2026-01-15/2026-01-21 2025-12-23/2026-01-21 2026-01-01/2026-01-21 2026-01-01/2026-01-21 \
		2026-01-20/2026-01-20 2026-01-08/2026-01-14 2025-11-23/2025-12-22 2025-12-01/2025-12-21 2025-01-01/2025-01-21 \
		2025-01-22/2025-01-22 2025-01-16/2025-01-22 2024-12-24/2025-01-22 2025-01-02/2025-01-22 2025-01-02/2025-01-22; do
		by_sql db "${span%/*}" "${span#*/}"
	done >want
	same got want
	# Repurchase as of the end of each.
	jq -r '.periods[] | .metrics, .before, .year_ago | "\(.buyers_365) \(.repurchase_rate * .buyers_365 | round)"' "reports/$day/portrait.json" >got
	for span in 2026-01-21 2026-01-20 2025-01-22 2026-01-21 2026-01-14 2025-01-22 2026-01-21 2025-12-22 2025-01-22 2026-01-21 2025-12-21 2025-01-22 \
		2026-01-21 2025-01-21 2025-01-22; do
		sqlite3 -separator ' ' db "select count(*), sum(n > 1) from (select count(distinct day) n from paid
			where customer_id <> '' and day between date('$span', '-364 days') and '$span' group by customer_id)"
	done >want
	same got want
	# A year ago is cut by nothing, but orders have their visits: who of the buyers was seen within 30 days before ordering.
	sqlite3 db "
		create table sessions as select visitor_id, nth, min(t) started, max(nullif(customer_id, '')) customer_id from marked group by visitor_id, nth;
		select count(distinct customer_id) from paid p where customer_id <> '' and day between '2025-01-02' and '2025-01-22' and exists (
			select 1 from sessions s where (s.visitor_id = p.visitor_id or s.customer_id = p.customer_id)
			and started <= strftime('%s', p.created_at) and started >= strftime('%s', p.created_at) - 2592000)" >want
	jq '.periods.ytd.year_ago.buyers_seen' "reports/$day/portrait.json" >got
	same got want
	(($(<want) > 10))
	add_up "reports/$day/portrait.json" >checked
	(($(<checked) > 10)) || fail "only $(<checked) changes were explained"
}

@test "periods: of a month and a year to date, the same days of the ones before, as far as those have them" {
	mkdir inbox
	printf '%s\n' order_id,updated_at,created_at,paid_at,customer_id,status,amount,currency \
		o1,2023-01-01T10:00:00Z,2023-01-01T10:00:00Z,2023-01-01T10:00:00Z,c1,paid,1.00,EUR \
		o2,2024-02-28T10:00:00Z,2024-02-28T10:00:00Z,2024-02-28T10:00:00Z,c2,paid,2.00,EUR \
		o3,2024-02-29T10:00:00Z,2024-02-29T10:00:00Z,2024-02-29T10:00:00Z,c3,paid,4.00,EUR \
		o4,2024-03-31T10:00:00Z,2024-03-31T10:00:00Z,2024-03-31T10:00:00Z,,paid,8.00,EUR >inbox/orders.csv
	expect 0 draw 2024-03-31
	says 2024-03-31 '.periods.mtd | [.from, .to, .previous, .last_year]' \
		'["2024-03-01","2024-03-31",{"from":"2024-02-01","to":"2024-02-29"},{"from":"2023-03-03","to":"2023-04-02"}]'
	says 2024-03-31 '.periods.mtd | [.metrics.amount, .before.amount, .before.orders, .year_ago.amount, .changes.total.amount, .cuts]' \
		'["8.00","6.00",2,"0.00","-6.00",{}]'
	says 2024-03-31 '.periods.ytd | [.previous, .metrics.amount, .metrics.amount_identified, .before.amount, .year_ago.amount]' \
		'[{"from":"2023-01-01","to":"2023-03-31"},"14.00","6.00","1.00","0.00"]'
	# The year ago begins on the 2nd of January, a day behind the first order.
	says 2024-03-31 '.periods | [.ytd.last_year.from, .ytd.year_ago.buyers_365, (.["30d"].year_ago | .orders, .buyers, .buyers_365)]' '["2023-01-02",1,0,0,1]'
	expect 0 draw 2024-02-29
	says 2024-02-29 '.periods | [.mtd.previous, .ytd.previous, .ytd.metrics.amount, .ytd.before.amount]' \
		'[{"from":"2024-01-01","to":"2024-01-29"},{"from":"2023-01-01","to":"2023-02-28"},"6.00","1.00"]'
	# No visitors, so nothing explains the change.
	says 2024-02-29 '.periods.ytd.changes' '{"total":{"amount":"5.00","uv":null,"conversion":null,"amount_per_buyer":null},"channel":[],"country":[]}'
}

@test "periods: a year of real orders on its last day: year to date, and December the year before" {
	need_data online-retail
	need_plain 'half a million lines'
	mkdir inbox
	zstdcat "$LIMN_DATA"/online-retail/*.csv.zst >lines.csv
	local rename=order_id=InvoiceNo,quantity=Quantity,price=UnitPrice,at=InvoiceDate,customer=CustomerID,country=Country
	summarize --as "$rename" --tz Europe/London --by order_id --where "not order_id starts with 'C'" --to tsv lines.csv \
		-e "metric customer_id = max(replace(text(customer), '.0', '')); metric created_at = min(time(at)); metric country = min(country);
		metric paid_at = min(time(at)); metric updated_at = min(time(at)); metric amount = sum(quantity * price);
		metric status = min(text('paid')); metric currency = min(text('GBP'));" | cut -f 2- >inbox/orders.tsv
	local day=2011-12-09
	expect 0 draw "$day" --tz Europe/London
	quiet
	sqlite3 db '.mode tabs' '.import inbox/orders.tsv o' "create table paid as select customer_id, date(datetime(paid_at)) day, amount from o"
	local span
	for span in 2011-12-09/2011-12-09 2011-12-01/2011-12-09 2011-01-01/2011-12-09 2010-12-10/2010-12-10 2010-12-02/2010-12-10 2011-11-01/2011-11-09; do
		sqlite3 -separator ' ' db "select count(*), count(distinct case when customer_id <> '\\N' then customer_id end), printf('%.2f', sum(amount))
			from paid where day between '${span%/*}' and '${span#*/}'"
	done >want
	# London has no other time than UTC in these weeks but in summer, when nobody orders between midnight and one.
	jq -r '.periods | (.day.metrics, .mtd.metrics, .ytd.metrics, .day.year_ago, .mtd.year_ago, .mtd.before) | "\(.orders) \(.buyers) \(.amount)"' \
		"reports/$day/portrait.json" >got
	same got want
	says "$day" '.periods | [.ytd.last_year, .ytd.year_ago.orders, .ytd.before.orders, .["30d"].year_ago.orders, .ytd.complete]' \
		'[{"from":"2010-01-02","to":"2010-12-10"},null,null,null,true]'
	# Orders alone: nothing explains a change, but its amount is there.
	add_up "reports/$day/portrait.json" | is 0
	says "$day" '[.periods[] | .changes | if . == null then 0 else (.total.uv, (.channel | length)) end]' '[null,0,null,0,null,0,null,0,0]'
}
