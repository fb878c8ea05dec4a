#!/usr/bin/env bats
# The rule files that are shipped: every rule with a hand-made record on each side of every boundary.

load helpers
load rulefiles/lib

setup()
{
	cd "$BATS_TEST_TMPDIR" || return
}

@test "rule files: every case of tests/rulefiles gives what it says" {
	local file n=0
	for file in "$CASES"/*.cases; do
		expand "$file" cases.d
		failures "$file" cases.d "$RULES" >got
		same got /dev/null
		n=$((n + $(wc -l <cases.d/wants.tsv)))
		rm -r cases.d
	done
	((n > 600))
}

@test "rule files: every shipped tag and segment has cases of both outcomes" {
	rule_names "$RULES" | awk '$1 == "tag" || $1 == "segment" { print $2 }' | sort >shipped
	awk -F ' *[|] *' '/^[a-z]/ && NF == 3 { print $1 "\t" $2 }' "$CASES"/*.cases | sort -u |
		awk -F '\t' '{ n[$1]++ } END { for (r in n) if (n[r] > 1) print r }' | sort >both
	comm -23 shipped both | is
	[[ $(wc -l <shipped) -gt 180 ]]
}

@test "rule files: a comparison, number, date, text, and, or, not that is changed is noticed by a case" {
	survivors >got
	same got /dev/null
	(($(wc -l <mutants.list) > 700))
	# This test itself: without its one case, a boundary is not noticed.
	mkdir CASES && cp "$CASES"/* CASES
	sed -i '/^loyal | out/d' CASES/segments.cases
	rm -r mutants ./*.d
	CASES=$PWD/CASES survivors | is 'loyal: purchase_days_365d >= [3->2];'
}

@test "rule files: every shipped statement says what it is called in both languages, and where it comes from" {
	local file
	# Tags without a label are shown to nobody: they are steps to others.
	cat "$RULES"/*.rules >all.rules
	rule_names "$RULES" | awk -F '\t' '$1 != "param" { print $2 }' | while IFS= read -r name; do
		grep -qE "^(tag|segment|fact) $name en '[^']+' zh '[^']+' *(=|\$)" all.rules && continue
		grep -vE "^(tag|--)* *$name " all.rules | grep -w "$name" >/dev/null || echo "$name: without labels, and nobody uses it"
		grep -qE "^(segment|fact) $name " all.rules && echo "$name: without labels"
		true
	done | is
	# A block of rules has a comment that names its source.
	for file in "$RULES"/*.rules; do
		awk -v RS= -v file="${file##*/}" 'NR > 1 && /(^|\n)(tag|segment|fact) / && !/(^|\n)--/ { print file ": no comment: " substr($0, 1, 60) }' "$file"
		grep -q 'Sources: .*REFERENCE\|REFERENCE §\|DESIGN §' "$file" || echo "$file names no source"
	done | is
}

@test "rule files: schemas/maps/tags.tsv tells every tag's category and kind" {
	cut -f 1 "$ROOT/schemas/maps/tags.tsv" | tail -n +2 | sort >listed
	[[ -z $(uniq -d listed) ]]
	{
		sed -nE "s/^tag ([a-z0-9_]+) en .*/\1/p" "$RULES"/*.rules
		xargs -n 1 <"$CASES/people.columns"
	} | sort >known
	comm -23 listed known | is
	# What has a label is listed.
	sed -nE "s/^tag ([a-z0-9_]+) en .*/\1/p" "$RULES"/*.rules | sort | comm -23 - listed | is
	tail -n +2 "$ROOT/schemas/maps/tags.tsv" | cut -f 2 | sort -u | is basic behaviour preference promotion purchases
	tail -n +2 "$ROOT/schemas/maps/tags.tsv" | cut -f 3 | sort -u | is date multiple number single text
	(($(wc -l <listed) > 140))
}

@test "rule files: the maps have a value for every key, and no key twice" {
	local map
	for map in city_tier phone_country life_stage; do
		awk -F '\t' -v map="$map" 'NR == 1 { n = NF } NF != n || $1 == "" || $2 == "" || seen[$1]++ { print map ":" NR ": " $0 }' \
			"$ROOT/schemas/maps/$map.tsv"
	done | is
	cut -f 2 "$ROOT/schemas/maps/city_tier.tsv" | sort -u | is 1 2 3 4 new1 tier
	# Every city of China that the sample store knows.
	sed -nE 's/^\t\{0, "CN-[A-Z]+", "([A-Za-z]+)", [0-9]+\},$/\L\1/p' "$ROOT/samples/store.h" | sort >cities
	(($(wc -l <cities) > 10))
	cut -f 1 "$ROOT/schemas/maps/city_tier.tsv" | sort | comm -23 cities - | is
	# Every stage of life is a segment.
	cut -f 2 "$ROOT/schemas/maps/life_stage.tsv" | tail -n +2 | sort -u >stages
	sed -nE "s/^segment life_([a-z]+) .*/\1/p" "$RULES/segments.rules" | sort | comm -3 - stages | is
}

# As-of and what the store says, for random people.
STORE=(--as-of 2026-11-22 --set home=CN --set spend_p30=100 --set spend_p70=300 --set spend_p90=1000 --set value_a=500
	--set value_b=200 --set price_low=100 --set price_high=500)

@test "rule files: a segment and its not part all people; and, or, and not are the operations of sets" {
	some_people some 1500
	mkdir rules && cp "$RULES"/*.rules rules
	# A pair of each segment with the next one.
	rule_names "$RULES" | awk -F '\t' '$1 == "segment" { name[++n] = $2 } END {
		for (i = 1; i <= n; i++) {
			a = "segment " name[i]; b = "segment " name[i % n + 1]
			printf "segment not_%d = not %s; segment and_%d = %s and %s; segment or_%d = %s or %s; segment less_%d = %s and not %s;\n", \
				i, a, i, a, b, i, a, b, i, a, b
		} }' >rules/pairs.rules
	tagged some rules "${STORE[@]}" --members >members
	cut -f 1 some/people.tsv | tail -n +2 | sort >all
	rule_names "$RULES" | awk -F '\t' '$1 == "segment" { print $2 }' >names
	awk -F '\t' '
		FILENAME == "names" { name[++n] = $1; next }
		FILENAME == "all" { all[$1]; next }
		{ in_[$2, $1] }
		END {
			for (i = 1; i <= n; i++) {
				a = name[i]; b = name[i % n + 1]
				for (p in all) {
					x = (a, p) in in_; y = (b, p) in in_
					if (((("not_" i), p) in in_) == x) print a, p, "not"
					if (((("and_" i), p) in in_) != (x && y)) print a, b, p, "and"
					if (((("or_" i), p) in in_) != (x || y)) print a, b, p, "or"
					if (((("less_" i), p) in in_) != (x && !y)) print a, b, p, "and not"
					if (x) some++; else others++
				}
			}
			if (some < 1000 || others < 1000) print "few"
		}' names all members | is
	# The same for conditions on orders, items and events: not matches is the opposite of matches.
	cat >rules/opposites.rules <<-'END'
		segment o = orders_placed matches (date >= -30d, sum_amount > 200);
		segment not_o = orders_placed not matches (date >= -30d, sum_amount > 200);
		segment e = storefront.page_viewed matches (count >= 3);
		segment not_e = storefront.page_viewed not matches (count >= 3);
	END
	tagged some rules "${STORE[@]}" --members >members
	for name in o e; do
		of_segment "$name" <members >yes
		of_segment "not_$name" <members >no
		(($(wc -l <yes) > 50 && $(wc -l <no) > 50))
		sort -m yes no | same all -
	done
}

@test "rule files: the order of rules, of people and of side streams, and shards, do not matter" {
	some_people some 1200
	tagged some "$RULES" "${STORE[@]}" --members | tail -n +2 | sort >want
	(($(wc -l <want) > 5000))
	# Rules in the opposite order of files, and of statements.
	mkdir reversed
	for file in "$RULES"/*.rules; do
		awk '{ sub(/(^|;[ \t]*)--.*/, ";"); if ($0 != ";") text = text $0 "\n" } END {
			n = split(text, s, /;[ \t]*\n/); for (i = n; i > 0; i--) if (s[i] ~ /[a-z]/) print s[i] ";" }' "$file" >"reversed/$(basename "$file" | rev)"
		mv "reversed/$(basename "$file" | rev)" "reversed/$(basename "$file" .rules | rev).rules"
	done
	tagged some reversed "${STORE[@]}" --members | tail -n +2 | sort | same want -
	# The same people under names in the opposite order.
	some_people turned 1200 -v backwards=1
	cmp -s some/people.tsv turned/people.tsv && fail "nothing was turned"
	tagged turned "$RULES" "${STORE[@]}" --members | tail -n +2 |
		awk -F '\t' -v OFS='\t' '{ print sprintf("p%05d", 1200 - substr($1, 2)), $2 }' | sort | same want -
	# The rows of a person's orders, items and events in another order.
	mkdir shuffled && cp some/people.tsv shuffled
	for name in orders items events; do
		sed -n 1p "some/$name.tsv" >"shuffled/$name.tsv"
		tail -n +2 "some/$name.tsv" | tac | sort -s -k 1,1 >>"shuffled/$name.tsv"
	done
	tagged shuffled "$RULES" "${STORE[@]}" --members | tail -n +2 | sort | same want -
	# Three shards, each with the people of the others in its side streams.
	shard -k person_id -n 3 -o 'part.{}.tsv' some/people.tsv
	for file in part.?.tsv; do
		cp "$file" shuffled/people.tsv
		tagged shuffled "$RULES" "${STORE[@]}" --members | tail -n +2
	done | sort | same want -
}

# parts NAME… - fails unless everyone in `people` is in exactly one of the segments in `members`.
parts()
{
	printf '%s\n' "$@" >names
	awk -F '\t' '
		FILENAME == "names" { of[$1]; next }
		FILENAME == "people" { n[$1] = 0; next }
		$2 in of { n[$1]++; used[$2] = 1 }
		END {
			for (p in n) { total++; if (n[p] != 1) print p " is in " n[p] }
			for (s in of) if (!(s in used)) print s " has nobody"
			if (total < 200) print "few people"
		}' names people members >got
	same got /dev/null
}

@test "rule files: lifecycle, RFM groups, markets, new and old, the respondents: partitions of people" {
	some_people some 3000
	tagged some "$RULES" "${STORE[@]}" >wide
	tagged some "$RULES" "${STORE[@]}" --members >members
	# known CONDITION - the people of whom that holds.
	known() { dedupe-uv -k person_id --where "$1" --select person_id --from tsv wide | tail -n +2 >people; }
	known "number_of_orders = 0 or purchase_days > 0 and recency_days is not null and first_order_date is not null"
	parts prospect new_buyer diehard ordinary dormant lost
	known "rfm_name is not null"
	parts rfm_{champions,loyal,active,new,promising,needs_attention,at_risk,previously_loyal,almost_lost,dormant,prospects,lapsed}
	known "rfm_group_cn is not null and rfm_group_cn != 'LAPSED'"
	parts {important,general}_{value,keep,develop,win_back}
	known "number_of_orders > 0"
	parts market_{premium,trend,value,other}
	known "first_order_date is not null"
	parts new_customer old_customer
	known "overdue_ratio is not null"
	parts recently_purchased ready_to_repurchase repurchase_lapsed
}

@test "rule files: shares of a single-choice tag add up to 100 %, of a multiple-choice tag to more" {
	some_people some 2000
	tagged some "$RULES" "${STORE[@]}" >wide
	local tag
	awk -F '\t' '$3 == "single" { print $1 }' "$ROOT/schemas/maps/tags.tsv" >single
	awk -F '\t' '$3 == "multiple" { print $1 }' "$ROOT/schemas/maps/tags.tsv" >multiple
	mapfile -t by < <(sed 's/^/--by\n/' single)
	summarize --from tsv -e 'metric people = count();' --by '' "${by[@]}" wide >shares
	# A row a value, a missing one included: the rows of a cut are the total, so the shares are the whole.
	awk -F '\t' 'NR > 1 && $1 != "total" { n[$1] += $NF; if (++rows[$1] > 1) varied[$1] } NR > 1 && $1 == "total" { total = $NF }
		END { for (t in n) if (n[t] != total || !(t in varied)) print t, n[t], total }' shares | is
	[[ $(awk -F '\t' 'NR > 1 && $1 != "total" { print $1 }' shares | sort -u | wc -l) == "$(wc -l <single)" ]]
	# Items of lists, counted by whoever has them, are more than the people who have any.
	while IFS= read -r tag; do
		awk -F '\t' -v tag="$tag" 'NR == 1 { for (i = 1; i <= NF; i++) if ($i == tag) c = i; next }
			$c != "\\N" { people++; items += gsub(/","/, "&", $c) + 1 }
			END { if (!(items >= people && people > 0)) print tag, items + 0, people + 0; if (items > people) more++
				if (tag != "customer_cities" && !more) print tag " is not multiple" }' wide
	done <multiple | is
}

@test "rule files: both RFM grids, over all 125 cells: one group each, the reference's, and rfm-score's" {
	# One customer a cell: the last of f payments r days before the end, an earlier day's ones with it, a total of 10 m.
	awk 'BEGIN {
		print "customer_id,paid_at,amount"
		for (r = 1; r <= 5; r++) for (f = 1; f <= 5; f++) for (m = 1; m <= 5; m++)
			for (i = 1; i <= f; i++)
				printf "%d%d%d,2026-%s,%d\n", r, f, m, i == f ? "11-0" r : "10-01", i == f ? 10 * m - f + 1 : 1
	}' >orders.csv
	rfm-score --as-of 2026-11-05 --cuts 'R:4d,3d,2d,1d;F:2,3,4,5;M:20,30,40,50' --split fixed:1,4,40 --to tsv orders.csv |
		dedupe-uv -k customer_id --select customer_id,r,f,m,rfm_group,rfm_group_cn >scored
	sed '1s/$/\tnumber_of_orders/; 2,$s/$/\t1/' scored |
		segment -r "$RULES/rfm.rules" --select r,f,m,rfm_grid,rfm_grid_cn,rfm_group,rfm_group_cn --as-of 2026-11-05 -k customer_id --from tsv |
		tail -n +2 >got
	awk -v OFS='\t' -f "$CASES/rfm.awk" | awk -F '\t' -v OFS='\t' '{ print $0, $4, $5 }' >want
	[[ $(wc -l <want) == 125 ]]
	same got want
	# Each vocabulary is used whole: with PROSPECTS and LAPSED there are eleven and one more.
	[[ $(cut -f 4 got | sort -u | wc -l) == 10 && $(cut -f 5 got | sort -u | wc -l) == 8 ]]
}

@test "rule files: Online Retail on 2011-12-09: RFM groups, lifecycle, cycle and repurchase rate agree with SQL" {
	need_data online-retail
	zstdcat "$LIMN_DATA"/online-retail/*.csv.zst >lines.csv
	mkdir inbox
	# An invoice is an order; those that cancel (C…) are none.
	summarize --as order_id=InvoiceNo,quantity=Quantity,price=UnitPrice,at=InvoiceDate,customer=CustomerID --tz Europe/London \
		--by order_id --where "not order_id starts with 'C'" --to tsv lines.csv \
		-e "metric customer_id = max(replace(text(customer), '.0', '')); metric created_at = min(time(at));
		metric paid_at = min(time(at)); metric updated_at = min(time(at)); metric amount = sum(quantity * price);
		metric status = min(text('paid')); metric currency = min(text('GBP'));" | cut -f 2- >inbox/orders.tsv
	expect 0 daily-portrait --day 2011-12-09 --in inbox --warehouse warehouse --out reports --tz Europe/London
	# The cycle shows in the lifecycle: its bounds are two and four of them.
	jq -r '.portraits.store | (.tags.rfm_name.rows[] | ["eleven", .[0], .[1]]), (.tags.rfm_group_cn.rows[] | ["eight", .[0], .[1]]),
		(.tags.lifecycle.rows[] | ["lifecycle", .[0], .[1]]), ["repurchase_rate", "", .base.repurchase_rate]
		| map(tostring) | join(" ")' reports/2011-12-09/portrait.json | sort >got
	sqlite3 -batch -noheader -separator ' ' :memory: <<-'SQL' | sort >want
	.mode csv
	.import lines.csv lines
	.mode list
	.separator ' '
	CREATE TABLE orders AS SELECT CustomerID AS c, min(InvoiceDate) AS at, date(min(InvoiceDate)) AS day,
	  sum(CAST(Quantity AS INTEGER) * CAST(round(UnitPrice * 1000) AS INTEGER)) AS amount
	  FROM lines WHERE InvoiceNo NOT LIKE 'C%' GROUP BY InvoiceNo HAVING max(CustomerID) <> '' AND date(min(InvoiceDate)) <= '2011-12-09';
	CREATE TABLE days AS SELECT DISTINCT c, day FROM orders;
	CREATE TABLE gaps AS SELECT g FROM (SELECT julianday(day) - julianday(lag(day) OVER (PARTITION BY c ORDER BY day)) AS g
	  FROM days WHERE day > date('2011-12-09', '-730 days')) WHERE g IS NOT NULL;
	CREATE TABLE cycle AS SELECT min(120, max(15, CAST(avg(g) AS INTEGER))) AS cycle
	  FROM (SELECT g, row_number() OVER (ORDER BY g) AS i, count(*) OVER () AS n FROM gaps) WHERE i IN ((n + 1) / 2, (n + 2) / 2);
	CREATE TABLE ever AS SELECT c, max(at) AS last, min(day) AS first_day, count(DISTINCT day) AS days,
	  CAST(julianday('2011-12-09') - julianday(max(day)) AS INTEGER) AS recency FROM orders GROUP BY c;
	CREATE TABLE year AS SELECT c, count(*) AS f, sum(amount) AS m, count(DISTINCT day) AS days
	  FROM orders WHERE day > date('2011-12-09', '-365 days') GROUP BY c;
	CREATE TABLE scored AS SELECT c, year.f, year.m, year.days, recency, count(*) OVER () AS n,
	  1 + min(4, 5 * (rank() OVER (ORDER BY last) - 1) / count(*) OVER ()) AS rs,
	  1 + min(4, 5 * (rank() OVER (ORDER BY year.f) - 1) / count(*) OVER ()) AS fs,
	  1 + min(4, 5 * (rank() OVER (ORDER BY year.m) - 1) / count(*) OVER ()) AS ms,
	  sum(recency) OVER () AS sr, sum(year.f) OVER () AS sf, sum(year.m) OVER () AS sm FROM year JOIN ever USING (c);
	CREATE TABLE people AS SELECT ever.c, ever.days, first_day, ever.recency, rs, fs, ms, cycle,
	  CASE WHEN rs IS NULL THEN 'LAPSED'
	    WHEN fs + ms >= 8 THEN CASE WHEN rs = 5 THEN 'CHAMPIONS' WHEN rs > 2 THEN 'LOYAL' WHEN fs + ms > 8 THEN 'PREVIOUSLY_LOYAL' ELSE 'AT_RISK' END
	    WHEN fs + ms >= 6 THEN CASE WHEN rs > 3 THEN 'ACTIVE' WHEN rs = 3 THEN 'NEEDS_ATTENTION' ELSE 'AT_RISK' END
	    WHEN fs + ms = 5 THEN CASE WHEN rs > 3 THEN 'ACTIVE' WHEN rs = 3 THEN 'NEEDS_ATTENTION' ELSE 'ALMOST_LOST' END
	    WHEN rs = 5 THEN 'NEW' WHEN rs > 2 THEN 'PROMISING' WHEN fs + ms = 4 THEN 'ALMOST_LOST' ELSE 'DORMANT' END AS eleven,
	  CASE WHEN rs IS NULL THEN 'LAPSED' ELSE CASE WHEN m * n >= sm THEN '重要' ELSE '一般' END ||
	    CASE WHEN scored.recency * n <= sr THEN CASE WHEN f * n >= sf AND scored.days > 1 THEN '价值' ELSE '发展' END
	      ELSE CASE WHEN f * n >= sf AND scored.days > 1 THEN '保持' ELSE '挽留' END END END AS eight
	  FROM cycle JOIN ever LEFT JOIN scored USING (c);
	SELECT 'eleven', eleven, count(*) FROM people GROUP BY eleven;
	SELECT 'eight', eight, count(*) FROM people GROUP BY eight;
	SELECT 'lifecycle', CASE WHEN first_day >= date('2011-12-09', '-30 days') AND days = 1 THEN 'new'
	  WHEN recency <= 2 * cycle AND fs >= 4 AND ms >= 4 AND days >= 3 THEN 'diehard' WHEN recency <= 2 * cycle THEN 'ordinary'
	  WHEN recency <= 4 * cycle THEN 'dormant' ELSE 'lost' END AS stage, count(*) FROM people GROUP BY stage;
	SELECT 'repurchase_rate', '', round(1.0 * sum(days > 1) / count(*), 6) FROM year;
	SQL
	(($(wc -l <want) > 20))
	same got want
}

@test "rule files: metrics of small tables, worked out by hand; each with two outcomes" {
	run_tables | is
	sort -u tables.tried | awk -F '\t' '{ n[$1 "\t" $2]++ } END { for (r in n) if (n[r] > 1) print r }' | sort >both
	local file
	# Sources, channels and devices of visits have tests of their own: sources.bats.
	for file in "$ROOT"/schemas/rules/*.rules; do
		file=${file##*/} file=${file%.rules}
		[[ " channels devices entries " == *" $file "* ]] ||
			sed -nE "s/^(metric|tag) +([a-z0-9_]+) .*/$file\t\2/p" "$ROOT/schemas/rules/$file.rules"
	done | sort >shipped
	(($(wc -l <shipped) > 200))
	comm -23 shipped both | is
	table_survivors | is
	(($(wc -l <changed/list) > 250))
}
