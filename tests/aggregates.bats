#!/usr/bin/env bats
# mode, median, quantile, share and list: edge cases, SQLite's answers, and the same however cut.

load helpers

setup()
{
	cd "$BATS_TEST_TMPDIR" || return
}

# random_sales N SEED - tsv, in no order; texts beyond ASCII, empty and missing values, numbers that are written in two ways.
random_sales()
{
	awk -v n="$1" -v seed="$2" 'BEGIN {
		srand(seed); OFS = "\t"
		print "id", "ts", "person", "shop", "brand", "price"
		b = split("Älpha|beta|Beta|丙|a,b|say \"x\"|", brand, "|")
		for (i = 0; i < n; i++) {
			p = int(rand() * 400) / 100 - 1
			print i, sprintf("2026-11-%02dT%02d:00:00Z", 1 + int(rand() * 9), rand() * 24), "p" int(rand() * n / 9),
				substr("ABCDE", 1 + int(rand() * rand() * 5), 1), rand() < .15 ? "\\N" : brand[1 + int(rand() * b)],
				rand() < .1 ? "\\N" : rand() < .5 ? p : sprintf("%.2f", p)
		}
	}'
}

# shuffled FILE - its records in another order, the header on top.
shuffled()
{
	head -n 1 "$1"
	tail -n +2 "$1" | awk 'BEGIN { srand(99) } { print rand() "\t" $0 }' | sort | cut -f 2-
}

ALL="tag dear = price > 2; metric n = count(); metric favourite = mode(brand); metric usual = mode(number(price));
	metric day = mode(day(ts)) where dear = true; metric at = mode(time(ts)); metric asText = mode(price);
	metric mid = median(price); metric high = quantile(price, 0.9) where brand is not null; metric low = quantile(price, 0);
	metric top = quantile(price, 1); metric third = quantile(price, 0.333333); metric dearer = share(price > 1) where dear = false;
	metric brands = list(brand); metric prices = list(number(price)) where shop = 'A'; metric days = list(day(ts));
	metric people = distinct(person); metric lead = high - mid; metric first = item(brands, 1)"

@test "aggregates: the commonest value; of several the least of its type" {
	printf 't,n,d\nb,10,2026-02-01\na,9,2026-01-31\na,10.0,2026-01-31\nb,9.00,2026-02-01\n,,\nc,100,2025-12-31\n' >x.csv
	expect 0 summarize -e 'metric t = mode(t); metric n = mode(number(n)); metric raw = mode(n); metric d = mode(day(d));
		metric w = mode(t) where n is null; metric big = mode(t) where number(n) > 9; metric len = length(mode(t))' x.csv
	quiet
	out_is cut,t,n,raw,d,w,big,len total,a,9,10,2026-01-31,,a,1
	printf 't\tn\n\t1\n\\N\t2\n' >x.tsv
	expect 0 summarize -e "metric t = mode(t); metric e = case when mode(t) = '' then 'empty' end" x.tsv
	out_is $'cut\tt\te' $'total\t\tempty'
}

@test "aggregates: quantiles lie on the line between neighbours, rounded once, half to even" {
	printf 'x\n4\n1\n3\n2\n' >x.csv
	expect 0 summarize -e 'metric m = median(x); metric a = quantile(x, 0); metric b = quantile(x, 0.25);
		metric c = quantile(x, 0.9); metric d = quantile(x, 1); metric third = quantile(x, 0.333333)' x.csv
	out_is cut,m,a,b,c,d,third total,2.5,1,1.75,3.7,4,1.999999
	printf 'x\n7\n' >x.csv
	expect 0 summarize -e 'metric m = median(x); metric q = quantile(x, 0.99)' x.csv
	out_is cut,m,q total,7,7
	q() { { echo x; printf '%s\n' "$@"; } >x.csv && expect 0 summarize -e 'metric m = median(x)' x.csv && tail -n 1 "$OUT"; }
	q 0 0.000001 | is total,0
	q 0.000001 0.000002 | is total,0.000002
	q -0.000001 -0.000002 | is total,-0.000002
	q 0.00000001 5 0.00000001 | is total,0.00000001 # a value that is hit is given whole
	q 0.000000000000000001 0.000000000000000003 | is total,0
	q 10 9 | is total,9.5
	q -10 10 -2 | is total,-2
	q 12345678901234567890.12 12345678901234567890.13 | is total,12345678901234567890.125
	{ echo x; echo 170141183460469231731687303715884105727; echo 1; } >x.csv
	expect 1 summarize -e 'metric m = median(x)' x.csv
	err_has "summarize: -e:1:12: a quantile does not fit"
	printf 'x\nten\n' >x.csv
	expect 1 summarize -e 'metric m = median(x)' x.csv
	err_has "summarize: x.csv:2: column 'x': not a number: 'ten'"
}

@test "aggregates: p may be a param, a constant of 6 digits" {
	printf 'x\n1\n2\n3\n' >x.csv
	expect 0 summarize -e 'param p = 0.5; metric q = quantile(x, p); metric r = quantile(x, p / 2)' --set p=1 x.csv
	out_is cut,q,r total,3,2
	for p in 1.01 -0.1 0.0000001 '1 / 0'; do
		expect 2 summarize -e "metric q = quantile(x, $p)" x.csv
		err_has "-e:1:24: a quantile goes from 0 to 1, with at most 6 digits behind the point" \
			"quantile(x, 0.9): what nine in ten do not exceed"
	done
	expect 2 summarize -e 'metric q = quantile(x, y)' x.csv
	err_has "-e:1:24: unknown param 'y'" "a param is made of constants and other params"
	expect 2 summarize -e "metric q = quantile(x, 'a')" x.csv
	err_has "-e:1:24: a number is needed here, this is a text"
	expect 2 summarize -e "metric q = quantile(x)" x.csv
	err_has "-e:1:12: too few arguments" "write: quantile(x, 0.9)"
}

@test "aggregates: a share is the part of the records, where tells the whole" {
	printf 'c,x\nUS,1\nUS,5\nDE,\n,9\n' >x.csv
	expect 0 summarize -e "tag us = c = 'US'; segment dear = x > 4; metric a = share(c = 'US'); metric b = share(x > 2) where x is not null;
		metric d = share(segment dear) where us = true; metric none = share(c = 'FR'); metric of0 = share(x > 1) where c = 'FR';
		metric pct = 100 * share(c is null)" --by '' --by us x.csv
	out_is cut,us,a,b,d,none,of0,pct total,,0.5,0.666667,0.5,0,,25 us,false,0,1,,0,,50 us,true,1,0.5,0.5,0,,0
	expect 2 summarize -e 'metric s = share(x)' x.csv
	err_has "-e:1:18: a condition is needed here, this is a column"
	expect 2 summarize -e 'metric s = share()' x.csv
	err_has "write: share(CONDITION)"
}

@test "aggregates: a list has every value once, by its bytes, and reads as JSON" {
	printf 'g\tx\tn\na\tb\t10\na\ta,"\\\\\t9\na\tb\t10.0\na\t\\N\t\\N\na\tä\t9\nb\t\\N\t\\N\nb\t\t1\nc\t\\N\t\n' | sed '$d' >x.tsv
	expect 0 summarize -e 'metric l = list(x); metric n = list(number(n)); metric k = size(list(x)); metric w = list(x) where number(n) > 9' \
		--by g x.tsv
	out_is $'cut\tg\tl\tn\tk\tw' $'g\ta\t["a,\\\\"\\\\\\\\","b","ä"]\t["10","9"]\t3\t["b"]' $'g\tb\t[""]\t["1"]\t1\t\\N'
	need_program jq
	expect 0 summarize -e 'metric l = list(x)' --to ndjson x.tsv
	jq -r '.l | fromjson | .[]' "$OUT" | is '' "a,\"\\" b ä
	expect 2 summarize -e 'metric l = list(x = 1)' x.tsv
	err_has "a condition is not counted as a value"
	expect 2 summarize -e 'metric l = mode(x = 1)' x.tsv
	err_has "a condition has no least, greatest, first, last or commonest value"
}

@test "aggregates: of nothing they are missing" {
	printf 'x\tts\n\\N\t\\N\n' >x.tsv
	rules='metric a = mode(x); metric b = median(x); metric c = quantile(x, 0.1); metric d = list(x); metric e = share(x = 1);
		metric f = mode(day(ts)); metric g = share(x = 1) where x is not null'
	expect 0 summarize -e "$rules" x.tsv
	out_is $'cut\ta\tb\tc\td\te\tf\tg' $'total\t\\N\t\\N\t\\N\t\\N\t0\t\\N\t\\N'
	head -n 1 x.tsv >none.tsv
	expect 0 summarize -e "$rules" --by '' --by x none.tsv
	out_is $'cut\tx\ta\tb\tc\td\te\tf\tg' $'total\t\\N\t\\N\t\\N\t\\N\t\\N\t\\N\t\\N\t\\N'
}

@test "aggregates: as SQLite computes them, for every person" {
	need_program sqlite3
	random_sales 12000 3 >s.tsv
	tail -n +2 s.tsv >s.txt
	# prices are whole cents here, so that every quantile is a whole number of thousandths of a cent
	sqlite3 :memory: >want <<-'END'
		create table s (id, ts, person, shop, brand, price);
		.mode ascii
		.separator "\t" "\n"
		.import s.txt s
		update s set brand = nullif(brand, '\N'), price = nullif(price, '\N');
		create table t as select person, brand, shop, cast(round(price * 100) as integer) c, price is null as m from s;
		update t set c = null where m;
		create table brands as select person, brand, row_number() over (partition by person order by n desc, brand) r, v from
			(select person, brand, count(*) n, count(*) over (partition by person) v from t where brand is not null group by person, brand);
		create table prices as select person, c, row_number() over (partition by person order by n desc, c) r from
			(select person, c, count(*) n from t where c is not null group by person, c);
		create table q as select person, c, row_number() over (partition by person order by c) - 1 i, count(*) over (partition by person) n
			from t where c is not null;
		create table at as select person, p,
			sum(case when i = (n - 1) * p / 1000 then c * (1000 - (n - 1) * p % 1000) when i = (n - 1) * p / 1000 + 1 then c * ((n - 1) * p % 1000) end) x
			from q, (select 0 p union select 250 union select 500 union select 900 union select 1000) group by person, p;
		.nullvalue '\N'
		select p.person, b.brand, x.c, b.v, (select group_concat(brand, '|') from
				(select distinct brand from t where t.person = p.person and brand is not null order by brand)),
			(select x from at where at.person = p.person and p = 0), (select x from at where at.person = p.person and p = 250),
			(select x from at where at.person = p.person and p = 500), (select x from at where at.person = p.person and p = 900),
			(select x from at where at.person = p.person and p = 1000)
		from (select distinct person from t) p left join brands b on b.person = p.person and b.r = 1
			left join prices x on x.person = p.person and x.r = 1 order by p.person;
	END
	expect 0 summarize -e "metric brand = mode(brand); metric price = mode(number(price)) * 100; metric k = size(list(brand));
		metric l = replace(replace(replace(replace(list(brand), '\",\"', '|'), '[\"', ''), '\"]', ''), '\\\\\"', '\"');
		metric q0 = quantile(price, 0) * 100000; metric q1 = quantile(price, 0.25) * 100000; metric q2 = median(price) * 100000;
		metric q9 = quantile(price, 0.9) * 100000; metric q10 = quantile(price, 1) * 100000" --by person s.tsv
	tail -n +2 "$OUT" | cut -f 2- >got
	[[ $(wc -l <want) -gt 1000 ]]
	same got want
}

@test "aggregates: order, encoding and block size do not show" {
	random_sales 3000 4 >s.tsv
	by=(--by '' --by shop --by 'shop,brand' --by person --by dear)
	expect 0 summarize -e "$ALL" "${by[@]}" s.tsv
	cp "$OUT" want
	shuffled s.tsv >t.tsv
	expect 0 summarize -e "$ALL" "${by[@]}" t.tsv
	same "$OUT" want
	expect 0 summarize -e "$ALL" "${by[@]}" --block-size 100 s.tsv
	same "$OUT" want
	dedupe-uv -k id --to ndjson s.tsv >s.ndjson
	expect 0 summarize -e "$ALL" "${by[@]}" --to tsv s.ndjson
	same "$OUT" want
}

@test "aggregates: partials of any parts merge to the bytes of one run, at any --top" {
	random_sales 3000 5 >s.tsv
	by=(--by '' --by shop --by 'brand,shop' --by person --by dear)
	for top in '' '--top 1' '--top 3' '--top 100000'; do
		read -ra opt <<<"$top"
		expect 0 summarize -e "$ALL" -m n,favourite,usual,day,at,asText,mid,high,low,top,third,dearer,brands,prices,days,people,lead,first \
			"${by[@]}" "${opt[@]}" s.tsv
		cp "$OUT" want
		for n in 1 2 5; do
			for ((k = 0; k < n; k++)); do
				awk -v k="$k" -v n="$n" 'NR == 1 || NR % n == k' s.tsv |
					summarize -e "$ALL" "${by[@]}" "${opt[@]}" --partial >"p$k"
			done
			head -n 1 s.tsv | summarize -e "$ALL" "${by[@]}" "${opt[@]}" --partial >"p$n"
			mapfile -t parts < <(seq -f 'p%g' "$n" -1 0)
			expect 0 summarize -e "$ALL" "${by[@]}" "${opt[@]}" --merge "${parts[@]}"
			same "$OUT" want
		done
	done
}

@test "aggregates: the rest of --top is what one group of its records would be" {
	random_sales 2000 6 >s.tsv
	expect 0 summarize -e "$ALL" --by shop --top 2 s.tsv
	tail -n +2 "$OUT" | cut -f 2 | is A B Other
	tail -n 1 "$OUT" | cut -f 3- >rest
	expect 0 summarize -e "$ALL" --where "shop not in ('A', 'B')" s.tsv
	tail -n 1 "$OUT" | cut -f 2- | same rest -
}

@test "aggregates: --top by a median" {
	random_sales 2000 8 >s.tsv
	rules='metric mid = median(price); metric n = count()'
	expect 0 summarize -e "$rules" --by person s.tsv
	tail -n +2 "$OUT" | sort -t$'\t' -k3,3gr -k2,2 | sed -n 1,5p | cut -f 2- | sort >want
	expect 0 summarize -e "$rules" --by person --top 5 s.tsv
	sed '1d;$d' "$OUT" | cut -f 2- >got
	same got want
}

@test "aggregates: a partial has each value once, with the number of its records" {
	printf 'g,x,c\na,10,u\na,9,v\na,10.0,u\nb,,\n' >x.csv
	rules='metric m = median(x); metric q = quantile(x, 0.9); metric c = mode(c); metric l = list(c); metric k = mode(number(x))'
	expect 0 summarize -e "$rules" --by g --partial x.csv
	sed -E '1s/state_[0-9a-f]{16}/state/' "$OUT" >got
	same got - <<-'END'
		cut	g	state	value	by
		g	a	-	\N	\N
		g	b	-	\N	\N
		g	a	0:key	9	1
		g	a	0:key	10	2
		g	a	2:key	u	2
		g	a	2:key	v	1
	END
	summarize -e "$rules" --by g --partial x.csv >p.tsv
	for bad in '9\t1/nine\t1' '9\t1/9\t0' '9\t1/9\tx' '9\t1/9\t\\N' '9\t1/\\N\t1'; do
		sed "s/${bad%%/*}\$/${bad#*/}/" p.tsv | sed 's/\\\\N/\\N/' >y.tsv
		expect 1 summarize -e "$rules" --by g --merge y.tsv
		err_has "y.tsv:4: column 'value': not a state of this aggregate"
	done
	sed 's/0:key/1:key/' p.tsv >y.tsv
	expect 1 summarize -e "$rules" --by g --merge y.tsv
	err_has "y.tsv:4: column 'value': not a state of this aggregate: '9'"
	expect 2 summarize -e "${rules/0.9/0.8}" --by g --merge p.tsv
	err_has "these partials were made with other metrics"
}

@test "aggregates: clustered input and --shard-key go with them" {
	random_sales 2000 7 >s.tsv
	{ head -n 1 s.tsv; tail -n +2 s.tsv | sort -t$'\t' -k3,3; } >t.tsv
	expect 0 summarize -e "$ALL" --by '' --by shop s.tsv
	cp "$OUT" want
	expect 0 summarize -e "$ALL" --by '' --by shop --clustered person t.tsv
	same "$OUT" want
	shard -k person -n 3 -o 'part{}.tsv' s.tsv
	for f in part?.tsv; do summarize -e "$ALL" --by '' --by shop --partial --shard-key person "$f" >"$f.states"; done
	expect 0 summarize -e "$ALL" --by '' --by shop --merge part?.tsv.states
	same "$OUT" want
}
