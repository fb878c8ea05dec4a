#!/usr/bin/env bats
# People: whose browser is whose, and the row of each person against hand-made records and against SQL.

load helpers

# The sample store's portrait, which several tests look at.
setup_file()
{
	case $LIMN_BIN in */asan/*) return ;; esac
	cd "$BATS_FILE_TMPDIR" || return
	"$LIMN_TOOLS/store" --out inbox
	daily-portrait --day 2026-11-21 --in inbox --warehouse warehouse --out reports --tz Asia/Shanghai --home CN >/dev/null
	zstdcat warehouse/people/2026-11-21.tsv.zst >people.tsv
}

setup()
{
	mkdir "$BATS_TEST_TMPDIR/w" && cd "$BATS_TEST_TMPDIR/w" || return
}

# draw DAY OPTION… - the portrait of inbox/ into reports/DAY.
draw()
{
	local day=$1
	shift
	daily-portrait --day "$day" --in inbox --warehouse warehouse --out reports --tz UTC "$@"
}

# says DAY FILTER WANT - fails unless jq's FILTER on the portrait gives WANT, as compact JSON.
says()
{
	local got
	got=$(jq -c "$2" "reports/$1/portrait.json")
	[[ $got == "$3" ]] || fail "$2" "  is   $got" "  want $3"
}

# people DAY COLUMNS - those columns of the people of the day.
people()
{
	zstdcat "warehouse/people/$1.tsv.zst" | dedupe-uv --from tsv -k person_id --select "$2"
}

# events DAY <LINES - an arrival: time visitor customer event [page product category], - for nothing.
events()
{
	mkdir -p "inbox/$1"
	awk -v day="$1" -v OFS=, '
		BEGIN { print "event_id,ts,visitor_id,customer_id,event,page,product_id,category" }
		{
			for (i = 1; i <= 7; i++) if ($i == "-") $i = ""
			print day "." NR, (length($1) > 8 ? $1 : day "T" $1 ":00Z"), $2, $3, $4, $5, $6, $7
		}' >"inbox/$1/events.csv"
}

# A browser that two customers log in at, the second one last; a customer on three devices; and one who is nobody's.
shared_browser()
{
	events 2026-11-20 <<-'LINES'
	08:00 v1 - page_view / - -
	09:00 v1 anna login - - -
	09:01 v1 anna product_view /p/1 p1 tea
	10:00 v2 anna page_view / - -
	11:00 v3 anna page_view / - -
	12:00 v4 - page_view / - -
	12:30 v5 cleo email_open - - -
	LINES
	events 2026-11-21 <<-'LINES'
	07:00 v1 - product_view /p/2 p2 mugs
	09:00 v1 bo login - - -
	09:01 v1 bo page_view / - -
	LINES
	events 2026-11-22 <<-'LINES'
	06:00 v1 - page_view / - -
	LINES
}

@test "people: a visitor who logs in as two customers is the later one's, what each did stays theirs" {
	shared_browser
	expect 0 draw 2026-11-22
	quiet
	# v1 at 08:00 of the 20th and 07:00 of the 21st was nobody yet: it is bo's, who logged in last, and so is the 22nd.
	# anna: 09:01, v2, v3. v4 is nobody's; cleo is only named by a letter, so neither she nor her browser visited.
	people 2026-11-22 person_id,customer_id,visitors,pv_30d,visits_30d,last_visit_date >got
	same got - <<-'TSV'
	person_id	customer_id	visitors	pv_30d	visits_30d	last_visit_date
	anna	anna	3	3	3	2026-11-20
	bo	bo	1	4	4	2026-11-22
	v4	\N	1	1	1	2026-11-20
	TSV
	# Visitors are browsers, whoever they belong to: v1 to v4.
	says 2026-11-22 '.periods["7d"].metrics | [.uv, .pv]' '[4,8]'
	says 2026-11-22 .identity \
		'{"visitors":3,"customers":2,"shared_visitors":1,"clusters":[{"visitors":1,"customers":1},{"visitors":3,"customers":1}]}'
	zstdcat warehouse/identity/2026-11-22.tsv.zst >got
	same got - <<-'TSV'
	visitor_id	customer_id	last_at
	v1	anna	2026-11-20T09:01:00Z
	v1	bo	2026-11-21T09:01:00Z
	v2	anna	2026-11-20T10:00:00Z
	v3	anna	2026-11-20T11:00:00Z
	TSV
	# The day before bo logged in, v1 was anna's.
	expect 0 draw 2026-11-20
	people 2026-11-20 person_id,visitors,pv_30d | is $'person_id\tvisitors\tpv_30d' $'anna\t3\t4' $'v4\t1\t1'
}

# results - what must be the same after a link was taken back, unpacked: all but how many values arrived.
results()
{
	local file
	for file in people members identity; do
		zstdcat "warehouse/$file/2026-11-22.tsv.zst"
	done
	cat warehouse/metrics/2026-11-22.tsv
	jq 'del(.quality[].missing)' reports/2026-11-22/portrait.json
	for file in sessions behaviour activity; do zstdcat "warehouse/$file"/*.tsv.zst; done
}

@test "people: taking a link back gives the bytes of a run that never had it" {
	shared_browser
	mkdir -p inbox/2026-11-22
	printf '%s\n' order_id,updated_at,created_at,paid_at,customer_id,visitor_id,status,amount,currency \
		o1,2026-11-22T08:00:00Z,2026-11-22T08:00:00Z,2026-11-22T08:00:00Z,bo,,paid,10,USD \
		o2,2026-11-21T10:00:00Z,2026-11-21T10:00:00Z,2026-11-21T10:00:00Z,anna,v2,paid,20,USD >inbox/2026-11-22/orders.csv
	expect 0 draw 2026-11-22
	results >with
	printf 'visitor_id\tcustomer_id\nv1\tbo\n' >inbox/unlink.tsv
	expect 0 draw 2026-11-22
	quiet
	says 2026-11-22 '[.ignored, .identity.shared_visitors]' '[[],0]'
	results >taken_back
	people 2026-11-22 person_id,visitors,pv_30d | is $'person_id\tvisitors\tpv_30d' $'anna\t3\t7' $'bo\t0\t0' $'v4\t1\t1'
	cmp -s with taken_back && fail 'nothing changed'
	# And back again, another link being taken back by a csv file.
	sed -i '/bo/d' inbox/unlink.tsv
	printf 'customer_id,visitor_id\nanna,v9\n' >inbox/unlink.csv
	expect 0 draw 2026-11-22
	results >again
	same again with
	echo 'who,what' >inbox/unlink.csv
	expect 2 draw 2026-11-22
	err_has 'unlink.csv could not be read' 'visitor_id and customer_id'
	# The same events without the customer.
	rm -r inbox/unlink.* warehouse reports
	sed -i 's/,v1,bo,/,v1,,/' inbox/2026-11-21/events.csv
	expect 0 draw 2026-11-22
	results >never_had
	same taken_back never_had
}

@test "people: a visitor and a customer of one name are two persons" {
	events 2026-11-22 <<-'LINES'
	08:00 bo - page_view / - -
	08:00 v1 anna page_view / - -
	09:00 visitor:bo - page_view / - -
	09:10 visitor:bo - page_view / - -
	LINES
	printf 'customer_id,updated_at\nbo,2026-01-01\n' >inbox/2026-11-22/customers.csv
	expect 0 draw 2026-11-22
	people 2026-11-22 person_id,customer_id,pv_30d >got
	same got - <<-'TSV'
	person_id	customer_id	pv_30d
	anna	anna	1
	bo	bo	0
	visitor:bo	\N	2
	visitor:visitor:bo	\N	1
	TSV
	says 2026-11-22 .portraits.store.base.customers 2
}

@test "people: a rerun for a past day gives the same bytes, whatever was drawn before" {
	shared_browser
	for day in 2026-11-22 2026-11-20 2026-11-21; do expect 0 draw "$day"; done
	for day in 2026-11-2{0,1,2}; do zstdcat "warehouse/people/$day.tsv.zst" "warehouse/members/$day.tsv.zst" "warehouse/identity/$day.tsv.zst"; done >first
	rm -r warehouse
	for day in 2026-11-20 2026-11-21 2026-11-22; do expect 0 draw "$day"; done
	for day in 2026-11-2{0,1,2}; do zstdcat "warehouse/people/$day.tsv.zst" "warehouse/members/$day.tsv.zst" "warehouse/identity/$day.tsv.zst"; done >again
	same again first
}

# ---- money -------------------------------------------------------------------------------------------

# orders <LINES - order created paid customer status amount currency payment_method, - for nothing, as one arrival.
orders()
{
	mkdir -p inbox
	awk -v OFS=, '
		BEGIN { print "order_id,updated_at,created_at,paid_at,customer_id,status,amount,currency,payment_method" }
		{
			for (i = 1; i <= 8; i++) if ($i == "-") $i = ""
			print $1, ($3 == "" ? $2 : $3), $2, $3, $4, $5, $6, $7, $8
		}' >inbox/orders.csv
}

# Paid at once; paid the next day; cash on delivery, paid four days later, on its way, refused; never paid; a test.
various_orders()
{
	orders <<-'LINES'
	o1 2026-11-10 2026-11-10 anna paid 100 USD card
	o2 2026-11-10 2026-11-11 bo paid 10 EUR card
	o3 2026-11-10 2026-11-14 cleo paid 20 EUR cash_on_delivery
	o4 2026-11-12 - dan shipped 30 USD cash_on_delivery
	o5 2026-11-12 - eve cancelled 40 USD cash_on_delivery
	o6 2026-11-12 - fay cancelled 50 USD card
	o7 2026-11-12 2026-11-12 gil test 60 USD card
	o8 2026-11-12 2026-11-12 hal deleted 70 USD card
	o9 2026-11-12 2026-11-12 ida cancelled 80 USD card
	LINES
	printf '%s\n' day,currency,rate 2026-11-10,USD,1 2026-11-12,USD,1 2026-11-14,USD,1 2026-11-10,EUR,2 2026-11-11,EUR,3 2026-11-14,EUR,5 >inbox/rates.csv
}

@test "money: an order counts when it was paid; paid and then cancelled stays, cancelled before, tests and deleted never count" {
	various_orders
	expect 0 draw 2026-11-14
	# By pay day, at its rate: o1 100, o2 10 * 3, o9 80, o3 20 * 5.
	says 2026-11-14 '[.trend[-5:][] | [.day, .orders, .amount]]' \
		'[["2026-11-10",1,"100.00"],["2026-11-11",1,"30.00"],["2026-11-12",1,"80.00"],["2026-11-13",0,"0.00"],["2026-11-14",1,"100.00"]]'
	people 2026-11-14 person_id,number_of_orders,amount_gross,cancelled_orders,last_order_date >got
	same got - <<-'TSV'
	person_id	number_of_orders	amount_gross	cancelled_orders	last_order_date
	anna	1	100	0	2026-11-10
	bo	1	30	0	2026-11-11
	cleo	1	100	0	2026-11-14
	dan	0	0	0	\N
	eve	0	0	1	\N
	fay	0	0	1	\N
	ida	1	80	1	2026-11-12
	TSV
	# Before it is paid it is not.
	expect 0 draw 2026-11-13
	says 2026-11-13 '.periods["30d"].metrics | [.orders, .amount]' '[3,"210.00"]'
}

@test "money: --count-by created counts an order that is paid on the day on which it was placed, at the rate of the pay day" {
	various_orders
	expect 0 draw 2026-11-14 --count-by created
	says 2026-11-14 '[.trend[-5:][] | [.day, .orders, .amount]]' \
		'[["2026-11-10",3,"230.00"],["2026-11-11",0,"0.00"],["2026-11-12",1,"80.00"],["2026-11-13",0,"0.00"],["2026-11-14",0,"0.00"]]'
	expect 2 draw 2026-11-14 --count-by whim
	err_has "--count-by: neither paid nor created: 'whim'"
}

@test "money: --cod created counts cash on delivery when it is ordered, unless it was refused" {
	various_orders
	expect 0 draw 2026-11-14 --cod created
	# o3 at the rate of the 10th: 20 * 2; o4 on the 12th.
	says 2026-11-14 '[.trend[-5:][] | [.day, .orders, .amount]]' \
		'[["2026-11-10",2,"140.00"],["2026-11-11",1,"30.00"],["2026-11-12",2,"110.00"],["2026-11-13",0,"0.00"],["2026-11-14",0,"0.00"]]'
	expect 2 draw 2026-11-14 --cod later
}

@test "money: a refund counts on its own day, at the rate of that day; gross and net are both there" {
	various_orders
	printf '%s\n' refund_id,order_id,refunded_at,amount,currency r1,o2,2026-11-14,4,EUR r2,o7,2026-11-14,60,USD >inbox/refunds.csv
	expect 0 draw 2026-11-14
	says 2026-11-14 '.periods | [.day.metrics.amount, .day.metrics.amount_net, .["7d"].metrics.amount, .["7d"].metrics.amount_net]' \
		'["100.00","80.00","310.00","290.00"]'
	people 2026-11-14 person_id,amount_gross,amount_spent,refunded_amount,refunded_orders | grep bo | is $'bo\t30\t10\t20\t1'
	expect 0 draw 2026-11-13
	people 2026-11-13 person_id,amount_gross,amount_spent,refunded_amount,refunded_orders | grep bo | is $'bo\t30\t30\t0\t0'
	sed -i '/2026-11-14,EUR/d' inbox/rates.csv
	expect 1 draw 2026-11-14
	err_has 'no rate for EUR on 2026-11-14'
}

@test "money: a price like 1.234,56 is refused, not guessed" {
	various_orders
	mkdir inbox/2026-11-14 && mv inbox/*.csv inbox/2026-11-14
	printf 'order_id,product_id,quantity,price\no1,p1,1,"1.234,56"\n' >inbox/2026-11-14/order_items.csv
	expect 1 draw 2026-11-14
	err_has "inbox/2026-11-14/order_items.csv could not be taken in: line 2: column 'price': not a number: o1,p1,1,\"1.234,56\""
	tail -n 1 warehouse/quarantine/2026-11-14/order_items.tsv | cut -f 2,4,5 | is $'2\tprice\tnot a number'
	printf 'order_id,product_id,quantity,price\no1,p1,1,1.234\n' >inbox/2026-11-14/order_items.csv
	expect 0 draw 2026-11-14
	people 2026-11-14 person_id,items_amount | grep anna | is $'anna\t1.234'
}

# ---- surveys -----------------------------------------------------------------------------------------

@test "surveys: the newest valid answer wins, all of the newest respondent's where several may be chosen; what is unknown is counted" {
	events 2026-11-22 <<-'LINES'
	08:00 v1 anna page_view / - -
	08:00 v2 - page_view / - -
	LINES
	printf '%s\n' respondent_id,customer_id,visitor_id,answered_at,question,answer \
		r1,anna,,2026-11-01,income,low r1,anna,,2026-11-01,purchase_driver,price r1,anna,,2026-11-01,purchase_driver,brand \
		r2,,v1,2026-11-02,income,高收入 r2,,v1,2026-11-02,purchase_driver,quality r2,,v1,2026-11-02,satisfaction,"Very Satisfied" \
		r3,anna,,2026-11-03,income,plenty r4,,v2,2026-11-03,income,middle r5,,,2026-11-03,nps,11 r5,,,2026-11-03,shoe_size,40 \
		r5,,,2026-11-03,comment,fine r6,anna,,2026-12-01,income,middle >inbox/2026-11-22/surveys.csv
	expect 0 draw 2026-11-22
	people 2026-11-22 person_id,s_income,s_purchase_driver,s_satisfaction >got
	same got - <<-'TSV'
	person_id	s_income	s_purchase_driver	s_satisfaction
	anna	high	["quality"]	5
	v2	middle	\N	\N
	TSV
	says 2026-11-22 .surveys '{"answers":11,"unknown":[{"question":null,"answers":1},{"question":"income","answers":1},{"question":"nps","answers":1}]}'
}

# ---- the sample store --------------------------------------------------------------------------------

# load_sql - db: the sample store's files as they are, our rows as got, our visits as raw_sessions.
load_sql()
{
	local stream file dir=$BATS_FILE_TMPDIR
	echo .mode csv >load
	for stream in events orders order_items refunds products customers surveys rates calendar; do
		for file in "$dir"/inbox/*/"$stream.csv"; do
			printf '%s\n' ".import '$file' part" "create table if not exists raw_$stream as select * from part limit 0;" \
				"insert into raw_$stream select * from part;" 'drop table part;'
		done
	done >>load
	for file in "$dir"/warehouse/sessions/*.zst; do zstdcat "$file"; done | awk 'NR == 1 { head = $0; print } $0 != head' >sessions
	printf '%s\n' .mode\ ascii '.separator "\t" "\n"' ".import '$dir/people.tsv' got" '.import sessions raw_sessions' >>load
	sqlite3 db <load
	sqlite3 db 'create unique index got_key on got(person_id)'
	sqlite3 db <"$ROOT/tests/people/rows.sql"
}

# differing NAME… - of each of those columns: its name, how many persons have another value in SQL, one of them.
differing()
{
	{
		echo 'create temp table bad(name, person, want, got);'
		NAMES=$* awk -F '\t' '
			BEGIN { n = split(ENVIRON["NAMES"], part, " "); for (i = 1; i <= n; i++) asked[part[i]] }
			n == 0 || $1 in asked {
				q = "\047"
				printf "insert into bad select " q "%s" q ", person, want, got from (select person, %s want, nullif(\"%s\", " q "\\N" q ") got ", $1, $2, $1
				printf "from persons P join asof join got g on g.person_id = P.person) where want is not got and not "
				print "(typeof(want) in (" q "integer" q ", " q "real" q ") and abs(want - got) <= 0.00001 * max(1, abs(want)));"
			}' "$ROOT/tests/people/columns"
		echo "select name, count(*), min(person), want, got from bad group by name;"
	} | sqlite3 db
}

@test "people: every column of every person of the sample store, against SQL" {
	need_plain 'a portrait of the whole sample store'
	need_program sqlite3
	load_sql
	# No column is left out, and the persons are the same.
	tr -s ' \n' '\n' <"$ROOT/tests/rulefiles/people.columns" | sort >promised
	{ echo person_id && cut -f 1 "$ROOT/tests/people/columns"; } | sort | comm -13 - promised | is
	sqlite3 db 'select person from persons except select person_id from got union all select person_id from got except select person from persons' | is
	differing | is
	# What is wrong would be seen.
	sqlite3 db "update got set pv_30d = pv_30d + 1 where person_id = (select max(person_id) from got);
		update got set c_country = 'XX' where person_id = (select min(person_id) from got);"
	differing pv_30d c_country visits_30d | cut -d '|' -f 1,2 | is 'c_country|1' 'pv_30d|1'
}

@test "people: every column, tag and segment of the sample store has two sides" {
	need_plain 'a portrait of the whole sample store'
	awk -F '\t' '
		NR == 1 { n = NF; for (i = 1; i <= n; i++) name[i] = $i; next }
		{ for (i = 1; i <= n; i++) if (NR == 2) first[i] = $i; else if ($i != first[i]) other[i] = 1 }
		END { for (i = 1; i <= n; i++) if (!(i in other)) print name[i] }' "$BATS_FILE_TMPDIR/people.tsv" | is
	jq -r --argjson all "$(($(wc -l <"$BATS_FILE_TMPDIR/people.tsv") - 1))" '.segments[] | .people as $n
		| select($n == 0 or $n == $all) | .name' "$BATS_FILE_TMPDIR/reports/2026-11-21/portrait.json" | is
	# A person of each kind is counted once, unknown among them.
	jq -e '.portraits.store as $p | $p.tags | [.rfm_name, .rfm_group_cn, .lifecycle, .customer_type, .gender, .age_band]
		| all(([.rows[][1]] | add) + .other + .missing == $p.base.people)' "$BATS_FILE_TMPDIR/reports/2026-11-21/portrait.json" >/dev/null
}

@test "people: try-segment selects whom the night's segments hold, by name and by the condition" {
	need_plain 'the sample store is drawn by the plain build'
	local name condition
	while IFS='=' read -r name condition; do
		zstdcat "$BATS_FILE_TMPDIR/warehouse/members/2026-11-21.tsv.zst" |
			awk -F '\t' -v name="$name" 'NR > 1 && $2 == name { print $1 }' | sort >want
		[[ -s want ]] || fail "nobody is in $name"
		expect 0 try-segment "$condition" --warehouse "$BATS_FILE_TMPDIR/warehouse" --members
		tail -n +2 "$OUT" | sort | same want - || fail "$condition"
		expect 0 try-segment "segment $name" --warehouse "$BATS_FILE_TMPDIR/warehouse" --json
		jq .selected.people "$OUT" | is "$(wc -l <want)"
	done <<-'RULES'
	loyal=purchase_days_365d >= 3
	returning=segment subscribed and number_of_orders > 1
	win_back_60d=number_of_orders >= 1 and last_order_date < -60d
	young_or_female=age < 20 or gender = 'f'
	birthday_next_30d=anniversary(c_birth_date) between today and +30d
	dormant=lifecycle = 'dormant'
	RULES
}

@test "people: portrait-text shows the sample store's portrait in 80 columns, in both languages" {
	need_plain 'the sample store is drawn by the plain build'
	local lang
	for lang in en zh; do
		expect 0 portrait-text --lang "$lang" "$BATS_FILE_TMPDIR/reports/2026-11-21/portrait.json"
		quiet
		python3 -c '
import sys, unicodedata as u
lines = open(sys.argv[1], encoding="utf-8").read().splitlines()
wide = [l for l in lines if sum(2 if u.east_asian_width(c) in "WF" else 1 for c in l) > 80]
sys.exit("\n".join(wide) or len(lines) < 60)' "$OUT"
	done
}

# Which values a type has; load-postgres(1) makes columns of these types.
TYPES=$'string\t\ninteger\t^-?[0-9]+$\nnumber\t^-?[0-9]+([.][0-9]+)?$\ndate\t^[0-9]+-[0-9][0-9]-[0-9][0-9]$
datetime\t^[0-9]+-[0-9][0-9]-[0-9][0-9]T[0-9:.]+Z$\nboolean\t^(true|false)$\narray\t^[[].*[]]$'

@test "people: schemas/warehouse names and types every column of the sample store's tables" {
	need_plain "a portrait of the whole sample store"
	local name
	for name in sessions visitors links members people; do
		jq -r '.fields[] | select(.description) | [.name, .type] | @tsv' "$ROOT/schemas/warehouse/$name.json" >columns
		[[ $name != people ]] || awk -F '\t' -v OFS='\t' 'NR > 1 {
			print $1, $3 == "multiple" ? "array" : $3 ~ /^(date|number)$/ ? $3 : "string" }' "$ROOT/schemas/maps/tags.tsv" >>columns
		zstdcat "$BATS_FILE_TMPDIR/warehouse/$name/2026-11-21.tsv.zst" | awk -F '\t' -v types="$TYPES" '
			BEGIN { n = split(types, line, "\n"); for (i = 1; i <= n; i++) { split(line[i], part, "\t"); pattern[part[1]] = part[2] } }
			FILENAME == "columns" { if ($1 in type) print $1 ": twice"; type[$1] = $2; next }
			FNR == 1 { for (i = 1; i <= NF; i++) { name[i] = $i; if (!($i in type)) print $i ": not in the schema"; there[$i] } next }
			{ for (i = 1; i <= NF; i++) if ($i != "\\N" && $i !~ pattern[type[name[i]]]) print name[i] ": " $i }
			END { for (c in type) if (!(c in there)) print c ": not in the table" }' columns - | sort -u >wrong
		[[ ! -s wrong ]] || fail "$name" "$(sed -n 1,20p wrong)"
	done
}
