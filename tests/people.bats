#!/usr/bin/env bats
# People: whose browser is whose, and the row of each person against hand-made records and against SQL.

load helpers

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

# results - what must be the same after a link was taken back, unpacked.
results()
{
	local file
	for file in people members identity; do
		zstdcat "warehouse/$file/2026-11-22.tsv.zst"
	done
	cat warehouse/metrics/2026-11-22.tsv reports/2026-11-22/portrait.json
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
	says 2026-11-22 .people.customers 2
}
