#!/usr/bin/env bats
# Portraits of the store and of each segment: the sample store's against SQL, and stores made for one question.

load helpers

TODAY=reports/2026-11-21/portrait.json

# The sample store's portraits of two days, a week apart, which several tests look at.
setup_file()
{
	local day
	case $LIMN_BIN in */asan/*) return ;; esac
	cd "$BATS_FILE_TMPDIR" || return
	"$LIMN_TOOLS/store" --out inbox
	for day in 2026-11-14 2026-11-21; do
		daily-portrait --day "$day" --in inbox --warehouse warehouse --out reports --tz Asia/Shanghai --home CN >/dev/null
	done
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

# load_figures - db: what SQL says of the sample store, in want, and what its portraits say, in got.
load_figures()
{
	local dir=$BATS_FILE_TMPDIR table file
	for table in people members; do
		zstdcat "$dir/warehouse/$table/2026-11-21.tsv.zst" >"$table"
		zstdcat "$dir/warehouse/$table/2026-11-14.tsv.zst" >"${table}_before"
	done
	zstdcat "$dir/warehouse/identity/2026-11-21.tsv.zst" >identity
	for file in "$dir"/warehouse/sessions/2026-1[01]-*.zst; do
		[[ ${file##*/} > 2026-11-22 ]] || zstdcat "$file"
	done | awk 'NR == 1 { head = $0; print } $0 != head' >raw_sessions
	{
		echo .mode csv
		for table in orders rates; do
			for file in "$dir"/inbox/*/"$table.csv"; do
				printf '%s\n' ".import '$file' part" "create table if not exists raw_$table as select * from part limit 0;" \
					"insert into raw_$table select * from part;" 'drop table part;'
			done
		done
		printf '%s\n' '.mode ascii' '.separator "\t" "\n"'
		for table in people people_before members members_before identity raw_sessions; do echo ".import $table $table"; done
	} | sqlite3 db
	sqlite3 db <"$ROOT/tests/portraits/figures.sql"
	{
		echo 'create table got(segment, path, value);'
		printf '%s\n' '.mode ascii' '.separator "\t" "\n"' '.import got got'
	} >load
	jq -r '.portraits | to_entries[] | .key as $segment | .value | del(.tags) | paths(type != "object" and type != "array") as $path
		| [$segment, ($path | map(tostring) | join(".")), (getpath($path) | if . == null then "\\N" else tostring end)] | @tsv' "$dir/$TODAY" >got
	sqlite3 db <load
	sqlite3 db 'create unique index got_key on got(segment, path); create unique index want_key on want(segment, path);
		create table kept as select * from got where path like "trend.customers.%" or path like "trend.subscribers.%" or path like "trend.repurchase_rate.%";
		delete from got where path in (select path from kept)'
}

# unlike - what the portraits say and SQL does not: what they both have and what only one of them does; 0 is what SQL has no row of.
unlike()
{
	sqlite3 -separator ' ' db "select g.segment, g.path, g.value, w.value from got g left join want w using (segment, path)
			where not (g.value = '\\N' and w.value is null and w.path is not null)
			and not (g.value <> '\\N' and abs(g.value - coalesce(w.value, 0)) <= (case when g.path like '%amount%' then 0.0051 else 0.000001 end));
		select segment, path, 'is not there' from want where (segment, path) not in (select segment, path from got);"
}

@test "portraits: every figure of every portrait of the sample store, against SQL" {
	need_plain 'portraits of the whole sample store'
	need_program sqlite3
	load_figures
	unlike | is
	sqlite3 db 'select count(distinct segment) > 60, count(*) > 30000, count(distinct value) > 1000 from got' | is '1|1|1'
	# What is wrong would be seen.
	sqlite3 db "update got set value = value + 1 where (segment, path) in
		(values ('store', 'base.orders'), ('loyal', 'time.visits.0.9'), ('lost', 'trend.buyers.29'), ('diehard', 'rfm.grid.4.4'))"
	unlike | cut -d ' ' -f 1,2 | sort | is 'diehard rfm.grid.4.4' 'lost trend.buyers.29' 'loyal time.visits.0.9' 'store base.orders'
	# What was kept of the earlier night, as its portrait said it, and today's; nothing of all other days.
	jq -s -e '.[0].portraits as $was | .[1].portraits | to_entries | all(.key as $segment | .value as $p
		| ["customers", "subscribers", "repurchase_rate"] | all(. as $name
			| $p.trend[$name] == ([range(30) | null] | .[22] = $was[$segment].base[$name] | .[29] = $p.base[$name])))' \
		"$BATS_FILE_TMPDIR"/reports/2026-11-{14,21}/portrait.json >/dev/null
	sqlite3 -separator ' ' db "select segment, 'before', before, joined, left_it from changes order by segment" >want
	jq -r '.segments[] | select(.since == "2026-11-14" and (.before > 0 or .people > 0)) | "\(.name) before \(.before) \(.joined) \(.left)"' \
		"$BATS_FILE_TMPDIR/$TODAY" | sort >changed
	same changed want
	awk '$4 > 0 && $5 > 0' want | wc -l | awk '$1 > 20 { print "many" }' | is many
	sqlite3 -separator ' ' db "select was_in, is_in, customers from moves" | sort >want
	jq -r 'select(.moves.since == "2026-11-14") | .moves.rows[] | "\(.from // "") \(.to // "") \(.customers)"' "$BATS_FILE_TMPDIR/$TODAY" | sort >moved
	same moved want
}

# load_tags - db: what SQL says of every tag in every portrait, in want_tag, and what the portraits say, in got_tag.
load_tags()
{
	local tag shown kind value
	{
		echo 'create table want_tag(segment, tag, value, people); create table got_tag(segment, tag, value, people);
			create table cells(segment, person, value); create table n(segment, value, people, rank);
			create table known(segment, people); create table rest(segment, people);
			create table everybody as select segment, count(*) people from rows group by 1;'
		while IFS=$'\t' read -r tag shown kind; do
			value="select segment, person_id, $tag from rows where $tag not in ('\\N', 'unknown')"
			[[ $kind != multiple ]] ||
				value="select distinct segment, person_id, j.value from rows, json_each(rows.$tag) j where $tag <> '\\N'"
			cat <<-SQL
				delete from cells; delete from n; delete from known; delete from rest;
				insert into cells $value;
				insert into n select segment, value, count(*), row_number() over (partition by segment order by count(*) desc, value) from cells group by 1, 2;
				insert into known select segment, count(distinct person) from cells group by 1;
				insert into rest select segment, count(distinct person) from cells join n using (segment, value) where rank > $shown group by 1;
				insert into want_tag select segment, '$tag', '=' || value, people from n where rank <= $shown
					union all select segment, '$tag', 'n', coalesce(known.people, 0) from everybody left join known using (segment)
					union all select segment, '$tag', 'missing', everybody.people - coalesce(known.people, 0) from everybody left join known using (segment)
					union all select segment, '$tag', 'other', coalesce(rest.people, 0) from everybody left join rest using (segment);
			SQL
		done < <(awk -F '\t' -v OFS='\t' 'NR == FNR { kind[$1] = $3; next } FNR > 1 { print $1, $3, kind[$1] }' "$ROOT"/schemas/maps/{tags,portrait}.tsv)
		printf '%s\n' '.mode ascii' '.separator "\t" "\n"' '.import got got_tag'
	} >load
	jq -r '.portraits | to_entries[] | .key as $segment | .value.tags | to_entries[] | .key as $tag | .value
		| ("n", "missing", "other") as $name | [$segment, $tag, $name, .[$name]], (select($name == "n") | .rows[] | [$segment, $tag, "=" + .[0], .[1]]) | @tsv' \
		"$BATS_FILE_TMPDIR/$TODAY" >got
	sqlite3 db <load
}

@test "portraits: every tag of every portrait of the sample store, against SQL; rows by people, other is the rest" {
	need_plain 'portraits of the whole sample store'
	need_program sqlite3
	load_figures
	load_tags
	sqlite3 db 'select * from want_tag except select segment, tag, value, people + 0 from got_tag limit 20;
		select segment, tag, value, people + 0 from got_tag except select * from want_tag limit 20' | is
	sqlite3 db "select count(*) > 40000, count(distinct tag) > 50, sum(value = 'other' and people > 0) > 200 from got_tag" | is '1|1|1'
	# The shape: rows from the commonest on; a tag of one value adds up.
	jq -e '.tags as $tags | .portraits | all(.base.people as $people | .tags | (keys_unsorted == ($tags | keys_unsorted)) and (to_entries | all(.key as $tag | .value
		| .n + .missing == $people and ([.rows[] | -.[1]] | . == sort) and ($tags[$tag].multiple or ([.rows[][1]] | add // 0) + .other == .n))))' \
		"$BATS_FILE_TMPDIR/$TODAY" >/dev/null
	jq -e '.portraits | keys_unsorted[0] == "store" and all(tojson | utf8bytelength < 24576)' "$BATS_FILE_TMPDIR/$TODAY" >/dev/null
}

@test "portraits: of orders alone nothing is said of visits; what customers did not buy is 0" {
	mkdir inbox
	printf '%s\n' order_id,updated_at,created_at,paid_at,customer_id,status,amount,currency \
		o1,2026-11-22T09:00:00Z,2026-11-22T09:00:00Z,2026-11-22T09:10:00Z,c1,paid,10.50,USD \
		o2,2026-09-07T23:30:00Z,2026-09-07T23:30:00Z,2026-09-08T00:10:00Z,c1,paid,4.25,USD \
		o3,2026-01-05T10:00:00Z,2026-01-05T10:00:00Z,2026-01-05T10:00:00Z,c2,paid,100,USD \
		o4,2025-11-22T10:00:00Z,2025-11-22T10:00:00Z,2025-11-22T10:00:00Z,c2,paid,7,USD \
		o5,2026-11-22T10:00:00Z,2026-11-22T10:00:00Z,2026-11-22T10:00:00Z,,paid,9,USD \
		o6,2026-11-21T10:00:00Z,2026-11-21T10:00:00Z,,c3,pending,9,USD >inbox/orders.csv
	expect 0 draw 2026-11-22
	# c1 bought on two days of the year, c2 on one and on one a day before it, c3 nothing; o5 is nobody's.
	says 2026-11-22 '.portraits.store | .base, .traffic, .funnel, .deals' \
		'{"people":3,"customers":3,"visitors":null,"subscribers":null,"buyers":2,"orders":3,"amount":"114.75","amount_per_buyer":"57.38","amount_per_order":"38.25","orders_per_buyer":1.5,"repurchase_rate":0.5}
null
null
{"new_customers":0,"old_customers":2,"new_buyers":0,"old_buyers":1,"new_amount":"0.00","old_amount":"10.50"}'
	# 2026-11-22 is a Sunday; o2 was placed on a Monday and is paid on the day after it.
	says 2026-11-22 '.portraits.store.time | .visits, .orders[6][9], .orders[0][23], .orders[0][10], (.orders | flatten | add), .months, .quarters' \
		'null
1
1
1
3
[1,0,0,0,0,0,0,0,1,0,1,0]
[1,0,1,1]'
	says 2026-11-22 '.portraits.store.trend | .buyers[-1], .orders[-1], .amount[-2:], .customers[-2:], .subscribers[-1]' \
		'1
1
["0.00","10.50"]
[null,3]
null'
	says 2026-11-22 .portraits.store.rfm null
	says 2026-11-22 '[.portraits[] | select(.base.people == 0)]' '[]'
	says 2026-11-22 '.portraits.never_bought.base | [.people, .buyers, .orders, .amount, .amount_per_buyer, .repurchase_rate]' '[1,0,0,"0.00",null,null]'
	# Which channel somebody came by nobody knows; that nobody is diehard, with these orders, neither.
	says 2026-11-22 '.segments[] | select(.name == "channel_direct" or .name == "never_bought") | [.name, .people, .customers, .visitors, .since]' \
		'["never_bought",1,1,null,null]
["channel_direct",null,null,null,null]'
	says 2026-11-22 '[.tags | has("main_platform", "gender", "first_source_l1", "lifecycle", "amount_band")]' '[false,false,false,true,true]'
	says 2026-11-22 '.moves' null
}

@test "portraits: of events alone nothing is said of orders; robots that are nobody's are nobody, unless they are to count" {
	mkdir inbox
	local robot='Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)'
	printf '%s\n' event_id,ts,visitor_id,customer_id,event,source,user_agent \
		e1,2026-11-22T09:00:00Z,v1,,page_view,google,Mozilla e2,2026-11-22T09:01:00Z,v1,,add_to_cart,google,Mozilla \
		e3,2026-11-02T09:00:00Z,v2,,page_view,,Mozilla e4,2026-11-22T10:00:00Z,v2,,product_view,,Mozilla \
		"e5,2026-11-22T10:00:00Z,v3,,page_view,,$robot" "e6,2026-11-22T10:00:00Z,v4,c1,page_view,,$robot" >inbox/events.csv
	expect 0 draw 2026-11-22
	says 2026-11-22 '.portraits.store | .base, .traffic, .funnel, .deals, .rfm, .trend.buyers, .time.orders, .time.months' \
		'{"people":3,"customers":1,"visitors":2,"subscribers":null,"buyers":null,"orders":null,"amount":null,"amount_per_buyer":null,"amount_per_order":null,"orders_per_buyer":null,"repurchase_rate":null}
{"pv":4,"uv":3,"new_uv":3,"returning_uv":0,"visits":4,"depth":1,"bounce_rate":1,"stay_seconds":15}
{"view":3,"product":2,"cart":1,"checkout":0,"paid":null}
null
null
null
null
null'
	says 2026-11-22 '[.portraits.store.time.visits[6][9:11], (.portraits.store.time.visits | flatten | add)]' '[[1,2],4]'
	says 2026-11-22 '[.segments[] | select(.name | IN("lost", "channel_direct")) | .people]' '[null,2]'
	says 2026-11-22 '[.moves, (.tags | has("lifecycle", "last_source"))]' '[null,false,true]'
	rm -r reports
	expect 0 draw 2026-11-22 --bots include
	says 2026-11-22 '.portraits.store | [.base.people, .base.visitors, .traffic.pv]' '[4,3,5]'
	# Nobody logged in: whether there are customers is not known.
	sed -i 's/,c1,/,,/' inbox/events.csv
	expect 0 draw 2026-11-22
	says 2026-11-22 '.portraits.store | [.base.people, .base.customers, .base.visitors]' '[2,null,2]'
}

@test "portraits: ten thousand values of a tag: the commonest are shown, the totals are right, and it stays small" {
	mkdir inbox
	awk -v OFS=, 'BEGIN {
		print "event_id", "ts", "visitor_id", "event", "source", "medium", "campaign"
		for (i = 1; i <= 10000; i++)
			print "e" i, "2026-11-22T09:00:00Z", "v" i, "page_view", "source " i, "medium", sprintf("campaign %d, %0100d \"<€\"", i < 4 ? 1 : i, 0)
	}' | sed -E 's/(campaign .*)$/"\1"/; s/"</""</; s/""$/"""/' >inbox/events.csv
	awk -v OFS=, 'BEGIN {
		print "order_id", "updated_at", "created_at", "paid_at", "customer_id", "status", "amount", "currency", "coupon", "country", "region"
		for (i = 1; i <= 10000; i++)
			print "o" i, "2026-11-22T09:00:00Z", "2026-11-22T09:00:00Z", "2026-11-22T09:00:00Z", "c" int((i + 1) / 2), "paid", 1, "USD", "COUPON" i, "US", "US-" i
	}' >inbox/orders.csv
	expect 0 draw 2026-11-22
	jq -e '.portraits | length > 5 and all(tojson | utf8bytelength < 24576)' reports/2026-11-22/portrait.json >/dev/null
	jq -e '.tags as $tags | .portraits | all(.tags | to_entries | all(.key as $tag | .value | $tags[$tag].multiple or ([.rows[][1]] | add // 0) + .other == .n))' \
		reports/2026-11-22/portrait.json >/dev/null
	says 2026-11-22 '.portraits.store.tags | [.first_source_l2.n, (.first_source_l2.rows | length), .first_source_l2.other], .first_source_l3.rows[0][1], .first_source_l3.n' \
		'[10000,12,9988]
3
10000'
	# Of long values fewer are shown; a customer has two coupons each, one of them both of COUPON1001 and COUPON1002, which are shown.
	jq -e '.portraits.store.tags | (.first_source_l3 | (.rows | length) < 10 and (.rows | length) > 0)
		and (.coupon_codes | .n == 5000 and (.rows | length) == 8 and .other == 4999)
		and (.region | .n == 5000 and .other == 4988 and .missing == 10000)' reports/2026-11-22/portrait.json >/dev/null
}

@test "portraits: a list counts a person once for each of its values, however it is written" {
	mkdir inbox
	# shellcheck disable=SC2016 # text
	printf '%s\n' 'customer_id,updated_at,tags' 'c1,2026-01-01T00:00:00Z,"vip, red , vip,"' 'c2,2026-01-01T00:00:00Z,"[""vip"",""a\""b,c"",""x\\y"",""vip""]"' \
		'c3,2026-01-01T00:00:00Z,"[""red"",null,7]"' c4,2026-01-01T00:00:00Z, 'c5,2026-01-01T00:00:00Z,"[""one, two""]"' 'c6,2026-01-01T00:00:00Z,[]' >inbox/customers.csv
	cp -a "$ROOT/schemas" "$ROOT/pipelines" .
	cp "$ROOT/build/report/page.js" pipelines/report
	printf 'customer_tags\tfeatures\t9\n' >>schemas/maps/portrait.tsv
	expect 0 pipelines/daily-portrait --day 2026-11-22 --in inbox --warehouse warehouse --out reports
	says 2026-11-22 .portraits.store.tags.customer_tags \
		'{"n":4,"missing":2,"rows":[["red",2],["vip",2],["7",1],["a\"b,c",1],["one, two",1],["x\\y",1]],"other":0}'
	says 2026-11-22 '.tags.customer_tags' '{"group":"features","multiple":true}'
	printf 'colour\tfeatures\t9\n' >>schemas/maps/portrait.tsv
	expect 2 pipelines/daily-portrait --day 2026-11-22 --in inbox --warehouse warehouse --out reports
	err_has "schemas/maps/portrait.tsv: people have no tag 'colour'"
	sed -i '$s/.*/age_band\tcharms\t9/' schemas/maps/portrait.tsv
	expect 2 pipelines/daily-portrait --day 2026-11-22 --in inbox --warehouse warehouse --out reports
	err_has "portrait.tsv: 'age_band' is there twice"
}
