#!/usr/bin/env bats
# try-segment: whom a rule selects among the people of a warehouse, and how they differ from the store.

load helpers

# 60 people, by number: 1-40 customers, 41-60 visitors; 1-20 buyers, of whom 1-8 again. The country of every third is US, of
# 58 to 60 missing; the first 8 are dormant, the other buyers new, the rest prospects.
people()
{
	awk -v OFS='\t' 'BEGIN {
		print "person_id", "customer_id", "country", "lifecycle", "rfm_group_cn", "orders_365d", "amount_365d", "purchase_days_365d", "last_order_date", "segments"
		for (i = 1; i <= 60; i++) {
			id = sprintf("p%02d", i)
			buyer = i <= 20
			print id, i <= 40 ? id : "\\N", (i > 57 ? "\\N" : i % 3 ? "DE" : "US"), i <= 8 ? "dormant" : buyer ? "new" : "prospect",
				i <= 8 ? "重要价值" : buyer ? "一般价值" : "\\N", i <= 8 ? 3 : buyer ? 1 : 0, i <= 8 ? i * 100 ".5" : buyer ? 12.25 : 0,
				i <= 8 ? 2 : buyer ? 1 : 0, buyer ? sprintf("2026-11-%02d", i) : "\\N", i <= 8 ? "loyal,win_back_60d" : i % 3 ? "" : "new_buyer"
		}
	}'
}

setup()
{
	W=$BATS_TEST_TMPDIR/w
	mkdir -p "$W/people"
	people | zstd -q -o "$W/people/2026-11-22.tsv.zst"
	people | sed -n 1,11p | zstd -q -o "$W/people/2026-11-21.tsv.zst"
}

@test "try-segment: how many, their portrait beside the store's, and what sets them apart, in columns" {
	expect 0 try-segment "segment loyal" --warehouse "$W"
	quiet
	same "$OUT" - <<'TEXT'
2026-11-22: 8 of 60 people (13.3%)

                  selected     store  share  index
people                   8        60  13.3%
customers                8        40  20.0%
buyers, 365 days         8        20  40.0%
amount, 365 days  3,604.00  3,751.00  96.1%
buyers ÷ people     100.0%     33.3%           300
amount per buyer    450.50    187.55           240
orders per buyer      3.00      1.80           167
repurchase rate     100.0%     40.0%           250

over-represented             selected          store         index
lifecycle          dormant          8  100.0%      8  13.3%    750
rfm_group_cn       重要价值         8  100.0%      8  40.0%    250

under-represented            selected          store         index
lifecycle          prospect         0    0.0%     40  66.7%      0

index: 100 is as the store. Shares are of those of whom the tag is known.
TEXT
}

# Everything that --json says, computed by another program.
@test "try-segment: counts, shares and indexes are those that sqlite3 finds" {
	need_program sqlite3
	local rule="orders_365d >= 1 and country = 'US' or person_id > 'p50'" sql="orders_365d >= 1 and country = 'US' or person_id > 'p50'"
	people | sed 's/\\N//g' >"$BATS_TEST_TMPDIR/p.tsv"
	expect 0 try-segment "$rule" --warehouse "$W" --json
	cp "$OUT" "$BATS_TEST_TMPDIR/json"
	jq -r '[.selected, .store | .people, .customers, .buyers, .orders_365d, .amount_365d, .buyers_share, .repurchase_rate] | @tsv' \
		"$BATS_TEST_TMPDIR/json" | tr '\t' '\n' | awk '{ printf "%.4f\n", $1 }' >"$BATS_TEST_TMPDIR/got"
	jq -r '.tags[] | .tag as $t | .values[] | [$t, .value, .selected, .people, .index] | @tsv' "$BATS_TEST_TMPDIR/json" |
		sort >>"$BATS_TEST_TMPDIR/got"
	sqlite3 -cmd '.mode tabs' -cmd ".import $BATS_TEST_TMPDIR/p.tsv people" :memory: >"$BATS_TEST_TMPDIR/want" <<SQL
create table chosen as select * from people where $sql;
create temp view both as select 1 as part, * from chosen union all select 2, * from people;
with cells as (select part, count(*) n, sum(customer_id <> '') c, sum(purchase_days_365d >= '1') b, sum(orders_365d) o,
	sum(amount_365d) a, sum(purchase_days_365d >= '2') r from both group by part)
select printf('%.4f', v) from (
	select part, 1 k, n v from cells union all select part, 2, c from cells union all select part, 3, b from cells
	union all select part, 4, o from cells union all select part, 5, a from cells
	union all select part, 6, 1.0 * b / n from cells union all select part, 7, 1.0 * r / b from cells) order by part, k;
create temp table tag as
	select 'country' t, country v, person_id in (select person_id from chosen) s from people
	union all select 'lifecycle', lifecycle, person_id in (select person_id from chosen) from people
	union all select 'rfm_group_cn', rfm_group_cn, person_id in (select person_id from chosen) from people;
select t, v, sum(s), count(*), cast(round(100.0 * sum(s) / (select sum(s) from tag b where b.t = a.t and b.v <> '')
	/ (1.0 * count(*) / (select count(*) from tag b where b.t = a.t and b.v <> ''))) as integer)
	from tag a where v <> '' group by t, v order by t, v;
SQL
	same "$BATS_TEST_TMPDIR/got" "$BATS_TEST_TMPDIR/want"
	# What is listed is a part of it.
	jq -e '.over_represented + .under_represented | all((.z > 2 or .z < -2) and .index != null)' "$BATS_TEST_TMPDIR/json"
}

@test "try-segment: --members writes who it is, a table with a header" {
	expect 0 try-segment "lifecycle = 'dormant' and country = 'US'" --warehouse "$W" --members
	out_is person_id p03 p06
	expect 0 try-segment "segment loyal and not segment new_buyer and segment loyal" --members --warehouse "$W" --day 2026-11-21
	out_is person_id p01 p02 p03 p04 p05 p06 p07 p08
}

@test "try-segment: the last day, or the one that is asked for; relative dates are from it" {
	expect 0 try-segment 'last_order_date >= -3d' --warehouse "$W" --members
	out_is person_id p19 p20
	expect 0 try-segment 'last_order_date >= -3d' --warehouse "$W" --members --day=2026-11-21
	out_is person_id
	expect 0 try-segment "country = 'DE'" --warehouse "$W" --day 2026-11-21
	sed -n 1p "$OUT" | is '2026-11-21: 7 of 10 people (70.0%)'
}

@test "try-segment: nobody selected is said, and is no error" {
	expect 0 try-segment "country = 'FR'" --warehouse "$W"
	out_is '2026-11-22: 0 of 60 people: nobody is selected'
	expect 0 try-segment "country = 'FR'" --warehouse "$W" --json
	jq -c '[.selected.people, .selected.buyers_share, .selected.amount_365d, .over_represented]' "$OUT" | is '[0,null,"0",[]]'
}

# The two passes run beside each other; either may be the slower one.
@test "try-segment: the totals are waited for, however long they take" {
	mkdir "$BATS_TEST_TMPDIR/bin"
	printf '#!/bin/sh\ncase $* in *store_people*) sleep 1 ;; esac\nexec %q "$@"\n' "$LIMN_BIN/summarize" >"$BATS_TEST_TMPDIR/bin/summarize"
	chmod +x "$BATS_TEST_TMPDIR/bin/summarize"
	PATH=$BATS_TEST_TMPDIR/bin:$PATH expect 0 try-segment "country = 'FR'" --warehouse "$W"
	out_is '2026-11-22: 0 of 60 people: nobody is selected'
}

@test "try-segment: orders that nobody knows of are no zeros" {
	people | awk -F '\t' -v OFS='\t' 'NR > 1 { $6 = $7 = $8 = "\\N" } { print }' | zstd -q -o "$W/people/2026-11-23.tsv.zst"
	expect 0 try-segment "country = 'US'" --warehouse "$W"
	grep -F 'amount, 365 days' "$OUT" | tr -s ' ' | is 'amount, 365 days - - -'
	sed -n '$p' "$OUT" | is 'No orders are known: what they would tell is -.'
}

@test "try-segment: --set gives the rule numbers, days and texts" {
	expect 0 try-segment 'amount_365d > floor and last_order_date <= until and country = place' --set floor=300 \
		--set until=2026-11-07 --set place=DE --warehouse "$W" --members
	out_is person_id p04 p05 p07
	expect 0 try-segment 'country = c' --set "c=it's \\ U" --warehouse "$W" --members
	out_is person_id
}

@test "try-segment: a wrong rule is told as the language does, with its place in the rule" {
	expect 2 try-segment "contry = 'US'" --warehouse "$W"
	out_is
	same "$ERR" - <<-'TEXT'
	try-segment: rule:1:1: unknown column 'contry'
	contry = 'US'
	^
	did you mean 'country'?
	TEXT
	expect 2 try-segment $'country = \'US\'\nand segment loyl' --warehouse "$W" --set a=1 --members
	same "$ERR" - <<-'TEXT'
	try-segment: rule:2:13: unknown segment 'loyl'
	and segment loyl
	            ^
	did you mean 'loyal'?
	TEXT
	expect 2 try-segment "orders matches (count > 2)" --warehouse "$W"
	err_has "rule:1:1: unknown fact 'orders'" 'The warehouse keeps one row a person'
}

@test "try-segment: usage errors end with 2 and say what there is" {
	expect 2 try-segment --warehouse "$W"
	err_has 'a rule is needed'
	expect 2 try-segment "a = 'b'"
	err_has '--warehouse is needed'
	expect 2 try-segment "a = 'b'" --warehouse "$W/none"
	err_has "no such directory: '$W/none'"
	expect 2 try-segment "a = 'b'" --warehouse "$BATS_TEST_TMPDIR"
	err_has "there are no people in"
	expect 2 try-segment "a = 'b'" --warehouse "$W" --day 2026-11-25
	err_has 'there are no people as of 2026-11-25' 'it has 2 days, from 2026-11-21 to 2026-11-22'
	expect 2 try-segment "a = 'b'" --warehouse "$W" --day 2026-02-30
	err_has 'not a day'
	expect 2 try-segment a = 'b' --warehouse "$W"
	err_has 'one rule at a time'
	expect 2 try-segment "a = 'b'" --warehouse "$W" --set 1=2
	err_has "not NAME=VALUE: '1=2'"
	expect 2 try-segment "a = 'b'" --warehouse "$W" --no
	expect 2 try-segment "a = 'b'" --warehouse
	err_has 'an argument is missing'
}

@test "try-segment: a broken table is an error, not an answer" {
	printf 'no zstd' >"$W/people/2026-11-22.tsv.zst"
	expect 3 try-segment "country = 'US'" --warehouse "$W"
	out_is
	err_has 'cannot be unpacked'
	people | sed '9s/$/\tmore/' | zstd -q -f -o "$W/people/2026-11-22.tsv.zst"
	expect 1 try-segment "country = 'US'" --warehouse "$W"
	out_is
	err_has 'try-segment: 2026-11-22:'
}

@test "try-segment: values from data do not steer the terminal" {
	people | sed "s/\\bDE\\b/D\\x1b[31mE/" | zstd -q -f -o "$W/people/2026-11-22.tsv.zst"
	expect 0 try-segment "country != 'US' and lifecycle = 'prospect'" --warehouse "$W"
	grep -qF 'D [31mE' "$OUT"
	if grep -q $'\x1b' "$OUT"; then fail 'an escape came through'; fi
}

@test "try-segment: output that cannot be written is an error" {
	local option
	for option in --top=3 --json --members; do
		run -3 --separate-stderr bash -c 'try-segment "segment loyal" --warehouse "$1" "$2" >/dev/full' - "$W" "$option"
	done
}

@test "try-segment: robots that are nobody's are left out, as the portrait does; --bots include has them" {
	printf 'person_id\tcustomer_id\tcountry\tbot\tsegments\na\tc1\tUS\ttrue\t\\N\nb\t\\N\tUS\ttrue\t\\N\nc\t\\N\tUS\tfalse\t\\N\nd\tc2\tUS\t\\N\t\\N\n' |
		zstd -q -o "$W/people/2026-11-23.tsv.zst"
	expect 0 try-segment "country = 'US'" --warehouse "$W" --members
	out_is person_id a c d
	expect 0 try-segment "country = 'US'" --warehouse "$W" --members --bots include
	out_is person_id a b c d
	expect 2 try-segment "country = 'US'" --warehouse "$W" --bots some
	err_has "--bots: not exclude or include: 'some'"
}
