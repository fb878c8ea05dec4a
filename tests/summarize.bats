#!/usr/bin/env bats
# summarize: groups, aggregates, partials, --top; results against SQLite's, and the same however cut.

load helpers

setup()
{
	cd "$BATS_TEST_TMPDIR" || return
	cat >ev.csv <<-'END'
		event_id,ts,visitor_id,session_id,event,country,page,price,source
		1,2026-11-22T08:00:00Z,a,a1,page_view,US,/,,google
		2,2026-11-22T08:01:00Z,a,a1,add_to_cart,US,/p,10.50,
		3,2026-11-22T23:30:00Z,b,b1,page_view,DE,/,,bing
		4,2026-11-23T09:00:00Z,b,b2,page_view,US,/q,3,x
		5,2026-11-23T09:00:00Z,c,c1,page_view,,/q,0.25,y
	END
	cat >m.rules <<-'END'
		metric pv en 'Page views' zh '浏览量' = count() where event in ('page_view', 'product_view');
		metric uv = distinct(visitor_id) where event = 'page_view';
		metric visits = distinct(session_id);
		metric depth = pv / visits;
	END
}

# random_events N SEED - tsv, in no order.
random_events()
{
	awk -v n="$1" -v seed="$2" 'BEGIN {
		srand(seed); OFS = "\t"
		print "event_id", "ts", "visitor_id", "session_id", "event", "country", "source", "customer_id", "amount"
		split("US DE CN FR", c, " "); split("google bing direct", s, " "); split("page_view page_view purchase", e, " ")
		for (i = 0; i < n; i++) {
			v = int(rand() * n / 8); x = c[1 + int(rand() * 4)]
			print "e" i, sprintf("2026-11-%02dT%02d:%02d:00Z", 1 + int(rand() * 9), rand() * 24, rand() * 60),
				"v" v, "v" v "-" int(rand() * 3), e[1 + int(rand() * 3)], rand() < .1 ? "\\N" : x,
				rand() < .2 ? "\\N" : s[1 + int(rand() * 3)], rand() < .5 ? "\\N" : "c" int(v / 2),
				rand() < .3 ? "\\N" : int(rand() * 100000) / 100 - 100
		}
	}'
}

# shuffled FILE - its records in another order, the header on top.
shuffled()
{
	head -n 1 "$1"
	tail -n +2 "$1" | awk 'BEGIN { srand(99) } { print rand() "\t" $0 }' | sort | cut -f 2-
}

ALL="metric n = count(); metric pv = count() where event = 'page_view'; metric uv = distinct(visitor_id);
	metric visits = distinct(session_id) where event != 'purchase'; metric buyers = distinct(customer_id) where event = 'purchase';
	metric amount = sum(amount); metric least = min(number(amount)); metric most = max(amount);
	metric mean = avg(amount) where country is not null; metric since = min(day(ts)); metric until = max(time(ts));
	metric entry = first(source) by ts; metric exit = last(number(amount)) by ts where event = 'purchase';
	metric bought = last(ts) by number(amount); metric per = amount / buyers; metric pairs = distinct(visitor_id, country);
	metric rated = case when n > 100 then 'many' when buyers = 0 then 'none' end"

@test "summarize: a row a group for each --by, in order, the total among them" {
	expect 0 summarize -r m.rules --by '' --by country --by day,country --by source ev.csv
	quiet
	out_is 'cut,country,day,source,pv,uv,visits,depth' \
		'total,,,,4,3,4,1' \
		'country,DE,,,1,1,1,1' \
		'country,US,,,2,2,2,1' \
		'country,,,,1,1,1,1' \
		'"day,country",DE,2026-11-22,,1,1,1,1' \
		'"day,country",US,2026-11-22,,1,1,1,1' \
		'"day,country",US,2026-11-23,,1,1,1,1' \
		'"day,country",,2026-11-23,,1,1,1,1' \
		'source,,,,0,0,1,0' \
		'source,,,bing,1,1,1,1' \
		'source,,,google,1,1,1,1' \
		'source,,,x,1,1,1,1' \
		'source,,,y,1,1,1,1'
}

@test "summarize: without --by the total; metrics at the prompt" {
	expect 0 summarize -e 'metric n = count()' -e 'metric m = n * 2' ev.csv
	out_is 'cut,n,m' 'total,5,10'
	expect 0 summarize -e 'metric n = count()' --to ndjson <ev.csv
	out_is '{"cut":"total","n":5}'
}

@test "summarize: no records give the total of nothing and no other group" {
	head -n 1 ev.csv >none.csv
	: >empty.csv
	rules='metric n = count(); metric s = sum(price); metric a = avg(price); metric m = max(price);
		metric f = first(page) by ts; metric d = distinct(page); metric r = s / n; metric k = 7'
	for file in none.csv empty.csv; do
		expect 0 summarize -e "$rules" --by '' --by country --to tsv "$file"
		quiet
		out_is $'cut\tcountry\tn\ts\ta\tm\tf\td\tr\tk' $'total\t\\N\t0\t0\t\\N\t\\N\t\\N\t0\t\\N\t7'
	done
}

@test "summarize: every aggregate, with missing values passed over" {
	rules='metric n = count(price); metric s = sum(price); metric a = avg(price); metric lo = min(price);
		metric hi = max(price); metric hin = max(number(price)); metric d = distinct(price); metric t = max(ts);
		metric day = min(day(ts)); metric f = first(price) by ts; metric l = last(price) by ts'
	expect 0 summarize -e "$rules" ev.csv
	out_is 'cut,n,s,a,lo,hi,hin,d,t,day,f,l' \
		'total,3,13.75,4.583333,0.25,3,10.5,3,2026-11-23T09:00:00Z,2026-11-22,10.50,3'
}

@test "summarize: sums of decimals are exact" {
	{ echo x; for _ in {1..1000}; do echo 0.1; done; echo 99999999999999999999.000000000000000001; echo -99999999999999999999; } >x.csv
	expect 0 summarize -e 'metric s = sum(x)' x.csv
	out_is 'cut,s' 'total,100.000000000000000001'
	printf 'x\n170141183460469231731687303715884105727\n1\n' >x.csv
	expect 1 summarize -e 'metric s = sum(x)' x.csv
	err_has 'summarize: x.csv:3: a sum does not fit'
}

@test "summarize: first takes the least, last the greatest value among those of one time" {
	printf 'ts,k,v\n2026-01-01,1,m\n2026-01-01,2,z\n2026-01-01,3,b\n2026-01-02,1,q\n2026-01-02,0,\n' >x.csv
	for _ in 1 2 3; do
		expect 0 summarize -e 'metric f = first(v) by ts; metric l = last(v) by ts where day(ts) = 2026-01-01; metric k = last(v) by number(k)' x.csv
		out_is 'cut,f,l,k' 'total,b,z,b'
		{ head -n 1 x.csv; tail -n +2 x.csv | tac; } >y.csv
		mv y.csv x.csv
	done
	expect 1 summarize -e 'metric f = first(v) by k' x.csv
	err_has "column 'k': not a time: '0'"
}

@test "summarize: -m selects metrics and their order; others are not bound" {
	expect 0 summarize -r m.rules -e 'metric no = sum(nothing)' -m uv,pv ev.csv
	out_is 'cut,uv,pv' 'total,3,4'
	expect 2 summarize -r m.rules -m pv,uw ev.csv
	err_has "summarize: --metrics: there is no metric 'uw'" "did you mean 'uv'?"
	expect 2 summarize -r m.rules -m pv,pv ev.csv
	err_has "summarize: two columns of the output are called 'pv'"
	expect 2 summarize -e 'tag a = 1' ev.csv
	err_has "summarize: there is no metric to compute: metric pv = count();"
}

@test "summarize: day, week, month and hour are parts of ts, in --tz" {
	expect 0 summarize -e 'metric n = count()' --by day --by week --by month --by hour --tz Asia/Shanghai ev.csv
	out_is cut,day,week,month,hour,n day,2026-11-22,,,,2 day,2026-11-23,,,,3 week,,2026-W47,,,2 week,,2026-W48,,,3 \
		month,,,2026-11,,5 hour,,,,2026-11-22T16,2 hour,,,,2026-11-23T07,1 hour,,,,2026-11-23T17,2
}

@test "summarize: tags group too; one that is used may not have the name of a column" {
	rules="tag size = case when number(price) > 1 then 'big' when price is not null then 'small' end;
		tag h = hour(ts); metric n = count(); metric b = count() where size = 'big'; metric late = max(h)"
	expect 0 summarize -e "$rules" --by size --by h ev.csv
	out_is cut,size,h,n,b,late size,,,2,0,23 size,big,,2,2,9 size,small,,1,0,9 \
		h,,23,1,0,23 h,,8,2,1,8 h,,9,2,1,9
	printf 'size,price,ts\nhuge,7,2026-11-22\n' >x.csv
	expect 2 summarize -e "$rules" --by size x.csv
	err_has "summarize: -e:1:5: 'size' is a column of the input as well" "give it another name, or leave the column out"
	expect 2 summarize -e "$rules" -m b x.csv
	err_has "'size' is a column of the input as well"
	expect 0 summarize -e "$rules" -m late --by h x.csv
	out_is cut,h,late h,0,0
	expect 2 summarize -e 'param country = 1; metric n = count()' ev.csv
	err_has "'country' is a column of the input as well"
}

@test "summarize: grouping columns are checked" {
	expect 2 summarize -r m.rules --by contry ev.csv
	same "$ERR" - <<-'END'
		summarize: --by: there is no column 'contry'
		did you mean 'country'?
	END
	expect 2 summarize -r m.rules --by country,country ev.csv
	err_has "summarize: --by country,country: 'country' is named twice"
	expect 2 summarize -r m.rules --by '' --by '' ev.csv
	err_has "summarize: --by total: given twice"
	expect 2 summarize -e 'metric country = count()' --by country ev.csv
	err_has "summarize: two columns of the output are called 'country'"
	expect 2 summarize -e 'metric n = count()' --by day --as day=ts --as x=day ev.csv || :
	printf 'a\n1\n' >x.csv
	expect 2 summarize -e 'metric n = count()' --by week x.csv
	err_has "there is no column 'week'" "day, week, month and hour are parts of a column ts: --as ts=COLUMN"
}

@test "summarize: keys are told apart, whole: empty and missing, (ab,c) and (a,bc)" {
	printf 'x\ty\nab\tc\na\tbc\n\t\\N\n\\N\t\n\\N\t\\N\n\t\n' >x.tsv
	expect 0 summarize -e 'metric n = count(); metric d = distinct(x, y)' --by x,y --by x x.tsv
	out_is $'cut\tx\ty\tn\td' $'x,y\t\t\t1\t1' $'x,y\t\t\\N\t1\t0' $'x,y\t\\N\t\t1\t0' $'x,y\t\\N\t\\N\t1\t0' \
		$'x,y\ta\tbc\t1\t1' $'x,y\tab\tc\t1\t1' $'x\t\t\\N\t2\t1' $'x\t\\N\t\\N\t2\t0' $'x\ta\t\\N\t1\t1' $'x\tab\t\\N\t1\t1'
}

@test "summarize: columns, aggregates and groups as SQLite counts them" {
	need_program sqlite3
	random_events 20000 5 >e.tsv
	tail -n +2 e.tsv >e.txt
	sqlite3 :memory: >want <<-'END'
		create table e (event_id, ts, v, s, event, country, source, c, amount numeric);
		.mode tabs
		.import e.txt e
		update e set country = nullif(country, '\N'), source = nullif(source, '\N'), c = nullif(c, '\N'), amount = nullif(amount, '\N');
		.nullvalue '\N'
		select country, source, count(*), count(source), count(*) filter (where event = 'page_view'), count(distinct v),
			count(distinct c) filter (where event = 'purchase'), cast(round(coalesce(sum(amount), 0) * 100) as integer),
			min(amount), max(amount), max(ts), min(source)
		from e group by country, source order by coalesce(country, '\N'), coalesce(source, '\N');
	END
	expect 0 summarize -e "metric n = count(); metric m = count(source); metric pv = count() where event = 'page_view';
		metric uv = distinct(visitor_id); metric buyers = distinct(customer_id) where event = 'purchase';
		metric cents = sum(amount) * 100; metric lo = min(number(amount)); metric hi = max(number(amount));
		metric t = max(ts); metric s = min(source)" --by country,source e.tsv
	tail -n +2 "$OUT" | cut -f 2- | sed 's/\t-0\t/\t0\t/' >got
	sed -E 's/(\.[0-9]*[1-9])0+\t/\1\t/g; s/\.0\t/\t/g' want >want.plain
	same got want.plain
}

@test "summarize: 30,000 groups, more values than a batch holds" {
	awk 'BEGIN { print "g\tx"; for (i = 0; i < 90000; i++) print "g" (i * 7919) % 30000 "\t" i % 4 }' >x.tsv
	expect 0 summarize -e 'metric n = count(); metric d = distinct(x); metric s = sum(x)' --by g --by '' x.tsv
	tail -n +2 x.tsv | awk -F'\t' '{ n[$1]++; s[$1] += $2; if (!seen[$0]++) d[$1]++; t += $2 }
		END { for (g in n) print "g\t" g "\t" n[g] "\t" d[g] "\t" s[g] | "LC_ALL=C sort"; close("LC_ALL=C sort"); print "total\t\\N\t90000\t4\t" t }' >want
	tail -n +2 "$OUT" | same - want 2>/dev/null || { tail -n +2 "$OUT" >got; same got want; }
}

@test "summarize: the order of records, their encoding and block size do not show" {
	random_events 4000 6 >e.tsv
	by=(--by '' --by country --by 'day,source' --by 'country,source,event')
	expect 0 summarize -e "$ALL" "${by[@]}" e.tsv
	cp "$OUT" want
	shuffled e.tsv >s.tsv
	expect 0 summarize -e "$ALL" "${by[@]}" s.tsv
	same "$OUT" want
	expect 0 summarize -e "$ALL" "${by[@]}" --block-size 100 e.tsv
	same "$OUT" want
	dedupe-uv -k event_id --to csv e.tsv >e.csv
	dedupe-uv -k event_id --to ndjson e.tsv >e.ndjson
	expect 0 summarize -e "$ALL" "${by[@]}" --to tsv e.csv
	same "$OUT" want
	expect 0 summarize -e "$ALL" "${by[@]}" --to tsv e.ndjson
	same "$OUT" want
}

@test "summarize: partials of 1, 2 and 7 shards merge to the bytes of one run" {
	random_events 4000 7 >e.tsv
	by=(--by '' --by country --by 'day,source' --by 'source,visitor_id')
	expect 0 summarize -e "$ALL" "${by[@]}" e.tsv
	cp "$OUT" want
	for n in 1 2 7; do
		rm -rf parts
		mkdir parts
		shard -k visitor_id -n "$n" -o 'parts/{}.tsv' e.tsv
		for file in parts/*.tsv; do
			summarize -e "$ALL" "${by[@]}" --partial "$file" >"$file.keys"
			summarize -e "$ALL" "${by[@]}" --partial --shard-key visitor_id "$file" >"$file.counts"
		done
		expect 0 summarize -e "$ALL" "${by[@]}" --merge parts/*.keys
		same "$OUT" want
		expect 0 summarize -e "$ALL" "${by[@]}" --merge parts/*.counts
		same "$OUT" want
		# the other way round, and by way of standard input
		printf '%s\n' parts/*.counts | sort -r | xargs awk 'FNR > 1 || NR == 1' >one.tsv
		expect 0 summarize -e "$ALL" "${by[@]}" --merge <one.tsv
		same "$OUT" want
	done
}

@test "summarize: parts cut anywhere merge as well, when their keys are carried" {
	random_events 3000 8 >e.tsv
	by=(--by '' --by 'country,source')
	expect 0 summarize -e "$ALL" "${by[@]}" e.tsv
	cp "$OUT" want
	for k in 0 1 2; do
		awk -v k="$k" 'NR == 1 || NR % 3 == k' e.tsv | summarize -e "$ALL" "${by[@]}" --partial >"p$k"
	done
	expect 0 summarize -e "$ALL" "${by[@]}" --merge p2 p0 p1
	same "$OUT" want
	awk 'NR == 1' e.tsv | summarize -e "$ALL" "${by[@]}" --partial >nothing
	expect 0 summarize -e "$ALL" "${by[@]}" --merge nothing p1 nothing p0 p2
	same "$OUT" want
	expect 0 summarize -e "$ALL" "${by[@]}" nothing --merge
	summarize -e "$ALL" "${by[@]}" <(head -n 1 e.tsv) | same "$OUT" -
}

@test "summarize: a partial is rows of states, keys one a row, sorted" {
	rules="metric n = count(); metric s = avg(price); metric f = first(source) by ts; metric uv = distinct(visitor_id)"
	expect 0 summarize -e "$rules" --by country --partial ev.csv
	sed -E '1s/state_[0-9a-f]{16}/state/' "$OUT" >got
	same got - <<-'END'
		cut	country	state	value	by
		country	DE	0	1	\N
		country	DE	1	0	\N
		country	DE	2	0	\N
		country	DE	3	bing	2026-11-22T23:30:00Z
		country	US	0	3	\N
		country	US	1	13.5	\N
		country	US	2	2	\N
		country	US	3	google	2026-11-22T08:00:00Z
		country	\N	0	1	\N
		country	\N	1	0.25	\N
		country	\N	2	1	\N
		country	\N	3	y	2026-11-23T09:00:00Z
		country	DE	4:key	b	\N
		country	US	4:key	a	\N
		country	US	4:key	b	\N
		country	\N	4:key	c	\N
	END
	expect 0 summarize -e 'metric uv = distinct(visitor_id); metric v = distinct(session_id); metric c = distinct(page)' \
		--partial --shard-key visitor_id ev.csv
	sed -E '1s/state_[0-9a-f]{16}/state/' "$OUT" >got
	same got - <<-'END'
		cut	state	value	by
		total	0	3	\N
		total	1	4	\N
		total	2:key	/	\N
		total	2:key	/p	\N
		total	2:key	/q	\N
	END
}

@test "summarize: --merge refuses states of other rules, --by, zones and days" {
	rules='param p = 1; metric n = count() where day(ts) >= -30d; metric m = sum(price) * p'
	summarize -e "$rules" --as-of 2026-11-23 --by country --partial ev.csv >p.tsv
	expect 0 summarize -e "$rules" --as-of 2026-11-23 --by country --merge p.tsv
	expect 0 summarize -e "$rules" --as-of 2026-11-23 --set p=5 --by country --merge p.tsv
	other="summarize: --merge: these partials were made with other metrics, --by, --as-of, --set or --tz"
	expect 2 summarize -e "$rules" --as-of 2026-11-24 --by country --merge p.tsv
	err_has "$other"
	expect 2 summarize -e "$rules" --as-of 2026-11-23 --by source --merge p.tsv
	err_has "$other"
	expect 2 summarize -e "$rules" --as-of 2026-11-23 --merge p.tsv
	err_has "$other"
	expect 2 summarize -e "$rules" --as-of 2026-11-23 --by country --tz Asia/Shanghai --merge p.tsv
	err_has "$other"
	expect 2 summarize -e "$rules" -m n --as-of 2026-11-23 --by country --merge p.tsv
	err_has "$other"
	tag="metric n = count(); tag t = source = 'x'"
	summarize -e "$tag" --by t --partial ev.csv >t.tsv
	expect 0 summarize -e "$tag" --by t --merge t.tsv
	out_is $'cut\tt\tn' $'t\tfalse\t4' $'t\ttrue\t1'
	expect 2 summarize -e "${tag/x/y}" --by t --merge t.tsv
	err_has "$other"
	expect 2 summarize -e 'metric n = count()' --by country --merge ev.csv
	err_has "summarize: --merge: the input holds no partials; summarize --partial makes them"
	expect 2 summarize -e 'metric n = count()' --partial --merge p.tsv
	expect 2 summarize -e 'metric n = count()' --shard-key visitor_id ev.csv
	printf 'value\n1\n' >x.csv
	expect 2 summarize -e 'metric n = count()' --by value --partial x.csv
	err_has "--by value: partials have a column of that name; --as x=value"
	expect 0 summarize -e 'metric n = count()' --by value x.csv
}

@test "summarize: states that are none, and a mix of keys and counts, are refused" {
	rules='metric n = count(); metric uv = distinct(visitor_id)'
	summarize -e "$rules" --partial ev.csv >p.tsv
	summarize -e "$rules" --partial --shard-key visitor_id ev.csv >q.tsv
	expect 1 summarize -e "$rules" --merge p.tsv q.tsv
	err_has "q.tsv:3: partials with and without --shard-key do not mix"
	sed '2s/total/tital/' p.tsv >x.tsv
	expect 1 summarize -e "$rules" --merge x.tsv
	err_has "x.tsv:2: column 'cut': not one of the --by: 'tital'"
	sed '2s/\t0\t5/\t9\t5/' p.tsv >x.tsv
	expect 1 summarize -e "$rules" --merge x.tsv
	err_has "x.tsv:2: column 'state_" "not an aggregate of these rules: '9'"
	sed '2s/\t0\t5/\t0\tfive/' p.tsv >x.tsv
	expect 1 summarize -e "$rules" --merge x.tsv
	err_has "x.tsv:2: column 'value': not a state of this aggregate: 'five'"
}

@test "summarize: --clustered counts the same, and stops where the order breaks" {
	random_events 3000 9 >e.tsv
	{ head -n 1 e.tsv; tail -n +2 e.tsv | sort -t$'\t' -k3,3 -k4,4 -k2,2; } >s.tsv
	by=(--by '' --by country --by 'day,source')
	expect 0 summarize -e "$ALL" "${by[@]}" e.tsv
	cp "$OUT" want
	expect 0 summarize -e "$ALL" "${by[@]}" --clustered visitor_id s.tsv
	same "$OUT" want
	for n in 1 3; do
		rm -rf parts
		mkdir parts
		shard -k visitor_id -n "$n" -o 'parts/{}.tsv' s.tsv
		for file in parts/*.tsv; do
			summarize -e "$ALL" "${by[@]}" --partial --shard-key visitor_id --clustered visitor_id "$file" >"$file.counts"
			summarize -e "$ALL" "${by[@]}" --partial --clustered visitor_id "$file" >"$file.keys"
		done
		expect 0 summarize -e "$ALL" "${by[@]}" --merge parts/*.counts
		same "$OUT" want
		expect 0 summarize -e "$ALL" "${by[@]}" --merge parts/*.keys
		same "$OUT" want
	done
	printf 'visitor_id\na\nc\nc\nb\n' >x.csv
	expect 1 summarize -e 'metric uv = distinct(visitor_id)' --clustered visitor_id x.csv
	same "$ERR" - <<-'END'
		summarize: x.csv:5: column 'visitor_id' is out of order: 'b' after 'c' of line 4; sort the records by this column (LC_ALL=C sort, tsv), or leave --clustered out
	END
	printf 'visitor_id,session_id\na,1\na,2\na,1\n' >x.csv
	expect 1 summarize -e 'metric v = distinct(session_id)' --clustered visitor_id x.csv
	err_has "x.csv:4: column 'session_id': comes back after another session of its visitor" "'1'"
	expect 0 summarize -e 'metric v = distinct(session_id)' x.csv
	out_is cut,v total,2
	{ echo visitor_id,session_id; for i in {1..40}; do echo "a,s$i"; done; echo a,s7; } >x.csv
	expect 1 summarize -e 'metric v = distinct(session_id)' --clustered visitor_id x.csv
	err_has "x.csv:42: column 'session_id': comes back"
	printf 'visitor_id,g\n\\N,x\na,x\n' | sed 's/,/\t/' >x.tsv
	expect 0 summarize -e 'metric uv = distinct(visitor_id)' --by g --clustered visitor_id x.tsv
	out_is $'cut\tg\tuv' $'g\tx\t1'
	printf 'visitor_id\nb\n' >x1.csv
	printf 'visitor_id\na\n' >x2.csv
	expect 1 summarize -e 'metric uv = distinct(visitor_id)' --clustered visitor_id x1.csv x2.csv
	err_has "x2.csv:2: column 'visitor_id' is out of order: 'a' after 'b' of line 2 in x1.csv"
}

@test "summarize: --top keeps the largest, the rest is one row counted anew, marked in cut" {
	printf 'c,v\nUS,a\nUS,b\nUS,c\nDE,a\nDE,b\nFR,a\nCN,a\nCN,a\n,d\n' >x.csv
	rules='metric n = count(); metric uv = distinct(v); metric r = n / uv; metric last = max(v)'
	expect 0 summarize -e "$rules" --by c --by '' --top 2 x.csv
	out_is cut,c,n,uv,r,last c,CN,2,1,2,a c,US,3,3,1,c c:other,Other,4,3,1.333333,d total,,9,4,2.25,d
	expect 0 summarize -e "$rules" -m uv,n --by c --top 1 x.csv
	out_is cut,c,uv,n c,US,3,3 c:other,Other,3,6
	expect 0 summarize -e "$rules" --by c --top 5 x.csv
	out_is cut,c,n,uv,r,last c,CN,2,1,2,a c,DE,2,2,1,b c,FR,1,1,1,a c,US,3,3,1,c c,,1,1,1,d
	expect 0 summarize -e "$rules" --by c,v --top 1 x.csv
	out_is cut,c,v,n,uv,r,last '"c,v",CN,a,2,1,2,a' '"c,v:other",,Other,7,4,1.75,d'
	printf 'c\nOther\nOther\nx\ny\n' >y.csv
	expect 0 summarize -e 'metric n = count()' --by c --top 1 y.csv
	out_is cut,c,n c,Other,2 c:other,Other,2
	expect 2 summarize -e 'metric m = max(c)' --by c --top 1 y.csv
	err_has "--top goes by the first metric, and 'm' is no number"
	expect 2 summarize -e 'metric n = count()' --by c --top 0 y.csv
}

@test "summarize: --top of merged partials is that of one run, at any N" {
	random_events 2000 10 >e.tsv
	rules='metric n = count(); metric uv = distinct(visitor_id); metric amount = sum(amount); metric f = first(source) by ts'
	shard -k visitor_id -n 3 -o 'part{}.tsv' e.tsv
	by=(--by '' --by customer_id --by 'day,country')
	for file in part*.tsv; do
		summarize -e "$rules" "${by[@]}" --top 5 --partial --shard-key visitor_id "$file" >"$file.top"
		summarize -e "$rules" "${by[@]}" --partial --shard-key visitor_id "$file" >"$file.counts"
	done
	for n in 1 5 1000000; do
		expect 0 summarize -e "$rules" "${by[@]}" --top "$n" e.tsv
		cp "$OUT" want
		expect 0 summarize -e "$rules" "${by[@]}" --top "$n" --merge part*.top
		same "$OUT" want
	done
	expect 2 summarize -e "$rules" "${by[@]}" --top 5 --merge part*.counts
	err_has "--top counts its rest anew: make the partials with --top as well"
}

@test "summarize: --top rows add up to the total" {
	random_events 5000 13 >e.tsv
	expect 0 summarize -e 'metric n = count(); metric a = sum(amount)' --by customer_id --by '' --top 20 e.tsv
	tail -n +2 "$OUT" | awk -F'\t' '$1 == "total" { n -= $3; a -= $4; next } { n += $3; a += $4 }
		END { exit n != 0 || a > .001 || a < -.001 || NR != 22 }'
}

@test "summarize: --where and --rejects before counting" {
	expect 0 summarize -e 'metric n = count()' --where "country = 'US' and price > 5" ev.csv
	out_is cut,n total,1
	sed '3s/10.50/ten/' ev.csv >bad.csv
	expect 1 summarize -e 'metric s = sum(price)' bad.csv
	err_has "summarize: bad.csv:3: column 'price': not a number: 'ten'"
	expect 0 summarize -e 'metric s = sum(price); metric n = count()' --rejects r.tsv --max-rejects 1 bad.csv
	out_is cut,s,n total,3.25,4
}

@test "summarize: output to a file is whole or not there" {
	expect 0 summarize -e 'metric n = count()' -o out.tsv ev.csv
	printf 'cut\tn\ntotal\t5\n' | same out.tsv -
	sed '3s/10.50/ten/' ev.csv >bad.csv
	expect 1 summarize -e 'metric s = sum(price)' -o no.tsv bad.csv
	[[ ! -e no.tsv ]]
	expect 3 summarize -e 'metric n = count()' -o /nowhere/x.tsv ev.csv
	if [[ -w /dev/full ]]; then
		code=0
		summarize -e 'metric n = count()' ev.csv >/dev/full 2>"$ERR" || code=$?
		[[ $code == 3 ]]
	fi
}

@test "summarize: usage" {
	expect 2 summarize ev.csv
	err_has "summarize: no rules are given: -r FILE or -e TEXT"
	expect 2 summarize --top
	expect 2 summarize -e 'metric n = count()' --merge --clustered a ev.csv
	expect 0 summarize --help
	grep -q -- '--by COLS' "$OUT"
	expect 0 summarize --version
}

@test "summarize: the ledger tells records in, filtered ones and rows out" {
	need_program jq
	expect 0 summarize -e 'metric n = count()' --by country --where "country is not null" --ledger l.json ev.csv
	[[ $(jq -r '[.records_in, .filtered, .records_out, .exit] | join(" ")' l.json) == "5 1 2 0" ]]
}

@test "summarize: --check reads no input, needs no day, and says what is wrong" {
	expect 0 summarize -e 'metric n = count() where d < today; metric r = n / 2' --check /nowhere
	quiet
	same "$OUT" /dev/null
	expect 0 summarize -e 'param p = 2; metric n = count()' --check
	err_has "summarize: -e:1:7: nothing uses this param"
	expect 2 summarize -e 'metric n = cuont()' --check
	err_has "unknown function 'cuont'" "did you mean 'count'?"
	expect 2 summarize -e 'metric n = count()' -m m --check
	err_has "--metrics: there is no metric 'm'"
	rules='fact f = x; segment s = f matches (); metric n = count(); metric m = count() where segment s'
	expect 0 summarize -e "$rules" -m n --check
	expect 2 summarize -e "$rules" --check
	err_has "summarize knows no facts: matches is for segment"
}
