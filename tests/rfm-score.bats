# rfm-score - scores and groups of customers, against worked examples and against the same definitions in SQL.
load helpers

COLUMNS=customer_id,recency_days,frequency,monetary,r,f,m,rfm,rfm_group,rfm_group_cn

setup()
{
	mkdir "$BATS_TEST_TMPDIR/w" && cd "$BATS_TEST_TMPDIR/w" || return
}

# orders SEED CUSTOMERS ORDERS - csv of orders from 2025-06-01 on, some not paid, some of nobody; many equal
# amounts and times, so that there are ties.
orders()
{
	awk -v seed="$1" -v nc="$2" -v no="$3" 'BEGIN {
		srand(seed)
		print "order_id,customer_id,paid_at,amount"
		for (i = 1; i <= no; i++) {
			c = int(nc * rand() * rand()) + 1
			d = int(540 * (1 - rand() * rand())); h = int(24 * rand())
			t = strftime("%Y-%m-%d %H", 1748736000 + d * 86400 + h * 3600, 1)
			cents = rand() < 0.5 ? 100 * int(20 * rand()) : int(100000 * rand() * rand())
			printf "o%d,%s,%s,%d.%02d\n", i, rand() < 0.03 ? "" : "c" c, \
				rand() < 0.05 ? "" : t (rand() < 0.5 ? ":00:00" : ":30:00.25"), cents / 100, cents % 100
		}
	}'
}

# oracle CSV AS_OF WINDOW BINS - the same in SQL, days of UTC: ranks, and whole cents.
oracle()
{
	sqlite3 -batch -noheader -separator $'\t' -nullvalue '\N' :memory: <<-SQL
	.mode csv
	.import '$1' raw
	.mode tabs
	.headers on
	CREATE TABLE orders AS SELECT customer_id AS c, paid_at AS p, date(paid_at) AS d,
	  CAST(round(amount * 1000) AS INTEGER) AS m
	  FROM raw WHERE customer_id <> '' AND paid_at <> '' AND date(paid_at) <= '$2';
	CREATE TABLE people AS SELECT c, max(p) AS last, CAST(julianday('$2') - julianday(date(max(p))) AS INTEGER) AS rd
	  FROM orders GROUP BY c;
	CREATE TABLE win AS SELECT c, count(*) AS f, sum(m) AS m, count(DISTINCT d) AS days
	  FROM orders WHERE d > date('$2', '-$3 days') GROUP BY c;
	CREATE TABLE one AS SELECT win.*, last, rd, (SELECT count(*) FROM win) AS n,
	  rank() OVER (ORDER BY last) - 1 AS wr, rank() OVER (ORDER BY f) - 1 AS wf, rank() OVER (ORDER BY m) - 1 AS wm
	  FROM win JOIN people USING (c);
	CREATE TABLE scored AS SELECT *, 1 + min($4 - 1, $4 * wr / n) AS rs, 1 + min($4 - 1, $4 * wf / n) AS fs,
	  1 + min($4 - 1, $4 * wm / n) AS ms, (SELECT sum(rd) FROM one) AS srd, (SELECT sum(f) FROM one) AS sf,
	  (SELECT sum(m) FROM one) AS sm FROM one;
	SELECT people.c AS customer_id, people.rd AS recency_days, coalesce(f, 0) AS frequency,
	  coalesce(rtrim(rtrim(printf('%s%d.%03d', CASE WHEN m < 0 THEN '-' ELSE '' END, abs(m) / 1000, abs(m) % 1000),
	    '0'), '.'), '0') AS monetary,
	  rs AS r, fs AS f, ms AS m, rs || fs || ms AS rfm,
	  CASE WHEN rs IS NULL THEN 'LAPSED' WHEN $4 <> 5 THEN NULL ELSE
	    CASE WHEN rs = 5 AND fs + ms >= 8 THEN 'CHAMPIONS' WHEN rs IN (3, 4) AND fs + ms >= 8 THEN 'LOYAL'
	      WHEN rs IN (4, 5) AND fs + ms >= 5 THEN 'ACTIVE' WHEN rs = 5 THEN 'NEW'
	      WHEN rs = 3 AND fs + ms >= 5 THEN 'NEEDS_ATTENTION' WHEN rs IN (3, 4) THEN 'PROMISING'
	      WHEN fs + ms >= 9 THEN 'PREVIOUSLY_LOYAL' WHEN fs + ms >= 6 THEN 'AT_RISK'
	      WHEN fs + ms >= 4 THEN 'ALMOST_LOST' ELSE 'DORMANT' END END AS rfm_group,
	  CASE WHEN rs IS NULL THEN 'LAPSED' ELSE
	    CASE WHEN m * n >= sm THEN '重要' ELSE '一般' END ||
	    CASE WHEN scored.rd * n <= srd AND f * n >= sf AND days >= 2 THEN '价值' WHEN f * n >= sf AND days >= 2 THEN '保持'
	      WHEN scored.rd * n <= srd THEN '发展' ELSE '挽留' END END AS rfm_group_cn
	FROM people LEFT JOIN scored USING (c) ORDER BY people.c;
	SQL
}

# customers N - orders of N customers, one each, amounts 1 .. N, on the last N minutes of 2026-11-22.
customers()
{
	awk -v n="$1" 'BEGIN {
		print "customer_id,paid_at,amount"
		for (i = 1; i <= n; i++)
			printf "k%03d,2026-11-22 %02d:%02d:00,%d\n", i, i / 60, i % 60, i
	}'
}

@test "rfm-score: window, lapsed, future, unpaid and nobody's orders, by given cuts" {
	cat >in.csv <<-CSV
	order_id,customer_id,paid_at,amount
	1,c2,2026-11-20 10:00:00,10.50
	2,c1,2026-11-21 10:00:00,0.1
	3,c1,2026-11-22 23:59:59,0.2
	4,,2026-11-22 10:00:00,5
	5,c3,,7
	6,c4,2025-11-22 23:59:59,7
	7,c5,2025-11-23 00:00:00,7
	8,c6,2026-11-23 00:00:00,7
	9,"",2026-11-22 10:00:00,5
	10,c5,2024-01-01 00:00:00,500
	CSV
	expect 0 rfm-score --as-of 2026-11-22 --cuts 'R:90d,60d,30d,7d;F:2,3,5,8;M:0.3,7,10.5,20' --ledger l in.csv
	quiet
	out_is $COLUMNS \
		c1,0,2,0.3,5,2,2,522,NEW,一般价值 \
		c2,2,1,10.5,5,1,4,514,ACTIVE,重要发展 \
		c4,365,0,0,,,,,LAPSED,LAPSED \
		c5,364,1,7,1,1,3,113,ALMOST_LOST,重要挽留
	jq -e '.records_in == 10 and .records_out == 4 and .no_key == 2 and .unpaid == 1 and .future == 1 and .used == 6
		and .customers == 3 and .lapsed == 1 and .as_of == "2026-11-22"
		and .cuts.f == "2 3 5 8" and .cuts.r == "7776000s 5184000s 2592000s 604800s"
		and .split.how == "mean" and .split.r == "366/3" and .split.m == "17.8/3"' l >jq.out
}

@test "rfm-score: agrees with SQL: two windows, three numbers of scores, as-of inside and at the end" {
	orders 1 300 2000 >in.csv
	for run in '2026-06-30 365 5' '2026-11-22 365 5' '2026-11-22 90 5' '2026-09-01 30 2' '2026-06-30 365 9'; do
		read -r as_of window bins <<<"$run"
		oracle in.csv "$as_of" "$window" "$bins" >want
		expect 0 rfm-score --as-of "$as_of" --window "${window}d" --bins "$bins" --to tsv in.csv
		same "$OUT" want
	done
	oracle in.csv 2026-11-22 365 5 | cut -f 9,10 | sort -u >groups
	# every group is met: the ten, the eight, and LAPSED and a header in both columns
	[[ $(cut -f 1 groups | sort -u | grep -c .) == 12 && $(cut -f 2 groups | sort -u | grep -c .) == 10 ]]
}

@test "rfm-score: without --as-of it is the last paid day, of whomever" {
	orders 2 200 800 >in.csv
	printf 'x1,,2026-12-01 03:00:00,1\nx2,c1,,1\n' >>in.csv
	oracle in.csv 2026-12-01 365 5 >want
	expect 0 rfm-score --to tsv in.csv
	same "$OUT" want
}

@test "rfm-score: order of input, encoding and block size do not matter" {
	orders 3 200 1500 >in.csv
	expect 0 rfm-score --to tsv in.csv
	cp "$OUT" want
	{ sed 1q in.csv && sed 1d in.csv | shuf --random-source=<(yes); } >shuffled.csv
	expect 0 rfm-score --to tsv shuffled.csv
	same "$OUT" want
	expect 0 rfm-score --to tsv --as-of 2026-11-22 --block-size 64 shuffled.csv
	same "$OUT" want
	awk -F, -v OFS='\t' '{ for (i = 1; i <= NF; i++) if ($i == "") $i = "\\N"; print $1, $2, $3, $4 }' in.csv >in.tsv
	expect 0 rfm-score in.tsv
	same "$OUT" want
	awk -F, 'NR > 1 {
		printf "{\"order_id\":\"%s\"", $1
		if ($2 != "") printf ",\"customer_id\":\"%s\"", $2
		printf ",\"paid_at\":%s,\"amount\":%s}\n", $3 == "" ? "null" : "\"" $3 "\"", $4
	}' in.csv >in.ndjson
	expect 0 rfm-score --columns order_id,customer_id,paid_at,amount --to tsv in.ndjson
	same "$OUT" want
	expect 0 rfm-score --to csv in.tsv
	tr '\t' , <want | sed 's/\\N//g' >want.csv
	same "$OUT" want.csv
	expect 0 rfm-score --to ndjson in.tsv
	jq -r '[.[] | if . == null then "\\N" else tostring end] | join("\t")' "$OUT" >got
	sed 1d want >want.rows
	same got want.rows
}

@test "rfm-score: 1, 2 and 7 shards by the cuts of the whole, merged, are the whole" {
	orders 4 300 2000 >in.csv
	local runs=('' '--split median --bins 3' '--split fixed:100,3,250.5 --tz America/New_York' '--bins 100') run
	for run in "${runs[@]}"; do
		read -ra more <<<"$run"
		[[ $run == *New_York ]] && zone=America/New_York || zone=UTC
		expect 0 rfm-score --as-of 2026-10-01 --window 200d "${more[@]}" --cuts-out cuts --to tsv --no-header in.csv
		cp "$OUT" want
		for n in 1 2 7; do
			mkdir -p "part$n"
			shard -k customer_id -n $n -o "part$n/{}.csv" in.csv
			for f in "part$n"/*.csv; do
				rfm-score --cuts @cuts --tz "$zone" --to tsv --no-header "$f" >"${f%.csv}.rfm"
			done
			sort -m -t $'\t' -k 1,1 "part$n"/*.rfm >got
			same got want
		done
	done
}

@test "rfm-score: cuts of too few customers are none, in shards too" {
	customers 20 >in.csv
	expect 0 rfm-score --cuts-out cuts in.csv
	cp "$OUT" want
	same cuts - <<-'TSV'
	name	value
	as_of	2026-11-22
	window	365
	customers	20
	bins	5
	TSV
	expect 0 rfm-score --cuts @cuts in.csv
	same "$OUT" want
}

@test "rfm-score: 24 customers get no scores, 25 do; a lapsed one is lapsed and does not count" {
	customers 24 >in.csv
	echo 'old,2020-01-01,9' >>in.csv
	expect 0 rfm-score in.csv
	grep -c ',,,,,,$' "$OUT" | is 24
	tail -n 1 "$OUT" | grep -qxF 'old,2517,0,0,,,,,LAPSED,LAPSED'
	echo 'new,2026-11-22 00:00:00,0' >>in.csv
	expect 0 rfm-score in.csv
	# new has the earliest time and the smallest amount; all bought once
	sed -n 27p "$OUT" | is 'old,2517,0,0,,,,,LAPSED,LAPSED'
	sed -n 26p "$OUT" | is 'new,0,1,0,1,1,1,111,DORMANT,一般发展'
	cut -d, -f5 "$OUT" | sed '1d;$d' | sort | uniq -c | awk '{ print $1, $2 }' | is '5 1' '5 2' '5 3' '5 4' '5 5'
}

@test "rfm-score: equal values get equal scores; one-time buyers all have f 1, the others f 5" {
	customers 40 >in.csv
	awk -F, 'NR > 1 && NR <= 9' in.csv >twice
	sed 's/ 00:/ 12:/' twice >>in.csv
	expect 0 rfm-score in.csv
	sed 1d "$OUT" | cut -d, -f3,6 | sort | uniq -c | awk '{ print $1, $2 }' | is '32 1,1' '8 2,5'
	# all bought at one time for one amount
	{ echo customer_id,paid_at,amount && for i in $(seq 30); do echo "k$i,2026-11-22 10:00:00,5.0$((i % 2 ? 0 : 00))"; done; } >same.csv
	expect 0 rfm-score same.csv --cuts-out cuts
	sed 1d "$OUT" | cut -d, -f 4-10 | sort -u | is '5,1,1,1,111,DORMANT,重要发展'
	grep -E '^[rfm]	' cuts | is $'r\t- - - -' $'f\t- - - -' $'m\t- - - -'
	expect 0 rfm-score --cuts @cuts same.csv
	sed 1d "$OUT" | cut -d, -f 4-10 | sort -u | is '5,1,1,1,111,DORMANT,重要发展'
}

@test "rfm-score: R goes by the instant, recency by the local day" {
	customers 25 >in.csv
	expect 0 rfm-score --tz America/New_York --select customer_id,recency_days,r in.csv
	awk 'BEGIN { for (i = 1; i <= 25; i++) printf "k%03d,0,%d\n", i, 1 + int(5 * (i - 1) / 25) }' >want
	sed 1d "$OUT" >got
	same got want
}

@test "rfm-score: days are local; a window of one day is that day" {
	cat >in.csv <<-CSV
	customer_id,paid_at,amount
	a,2026-11-21T15:59:59Z,1
	b,2026-11-21T16:00:00Z,2
	c,2026-11-22T15:59:59.999Z,3
	d,2026-11-22T16:00:00Z,4
	e,2026-11-22 23:59:59,5
	CSV
	expect 0 rfm-score --tz Asia/Shanghai --as-of 2026-11-22 --window 1d --select customer_id,recency_days,monetary,rfm_group in.csv
	out_is customer_id,recency_days,monetary,rfm_group a,1,0,LAPSED b,0,2, c,0,3, e,0,5,
	# 25 hours long
	printf 'customer_id,paid_at,amount\na,2026-11-01T04:00:00Z,1\nb,2026-11-02T04:59:59Z,2\n' >dst.csv
	expect 0 rfm-score --tz America/New_York --as-of 2026-11-01 --cuts 'R:1d;F:1;M:1' --select customer_id,recency_days,r dst.csv
	out_is customer_id,recency_days,r a,0,2 b,0,2
	expect 0 rfm-score --tz America/New_York --as-of 2026-11-01 --cuts 'R:24h;F:1;M:1' --select customer_id,recency_days,r dst.csv
	out_is customer_id,recency_days,r a,0,1 b,0,2
}

@test "rfm-score: cuts are reached by equality, R by age" {
	cat >in.csv <<-CSV
	customer_id,paid_at,amount
	a,2026-11-15 23:59:59,9.99
	b,2026-11-16 00:00:00,10
	c,2026-11-22 23:59:49.5,10.000001
	d,2026-11-22 23:59:49.499999,-3
	CSV
	expect 0 rfm-score --as-of 2026-11-22 --cuts 'm:-2.9,10;r:7d,10.5s;f:1,2' --select customer_id,r,f,m,rfm,rfm_group in.csv
	out_is customer_id,r,f,m,rfm,rfm_group a,1,2,2,122, b,2,2,3,223, c,3,2,3,323, d,2,2,1,221,
}

@test "rfm-score: more than nine scores are joined by a hyphen" {
	customers 60 >in.csv
	expect 0 rfm-score --bins 12 --select customer_id,r,f,m,rfm,rfm_group,rfm_group_cn in.csv
	sed -n '2p;$p' "$OUT" | is k001,1,1,1,1-1-1,,一般发展 k060,12,1,12,12-1-12,,重要发展
	expect 0 rfm-score --bins 100 --select r in.csv
	awk 'BEGIN { print "r"; for (i = 0; i < 60; i++) print 1 + int(100 * i / 60) }' | same "$OUT" -
}

@test "rfm-score: the eleven groups over all 125 cells" {
	# r as the day, f as the number of orders, m as the sum: five orders of a total of 10 m at most
	awk 'BEGIN {
		print "customer_id,paid_at,amount"
		for (r = 1; r <= 5; r++) for (f = 1; f <= 5; f++) for (m = 1; m <= 5; m++)
			for (i = 1; i <= f; i++)
				printf "%d%d%d,2026-11-0%d,%d\n", r, f, m, r, i == f ? 10 * m - f + 1 : 1
	}' >in.csv
	expect 0 rfm-score --as-of 2026-11-05 --cuts 'R:4d,3d,2d,1d;F:2,3,4,5;M:20,30,40,50' --select customer_id,rfm,rfm_group in.csv
	awk 'BEGIN {
		print "customer_id,rfm,rfm_group"
		split("DORMANT ALMOST_LOST ALMOST_LOST AT_RISK AT_RISK PREVIOUSLY_LOYAL", g12)
		split("PROMISING PROMISING NEEDS_ATTENTION NEEDS_ATTENTION LOYAL LOYAL", g3)
		split("PROMISING PROMISING ACTIVE ACTIVE LOYAL LOYAL", g4)
		split("NEW NEW ACTIVE ACTIVE CHAMPIONS CHAMPIONS", g5)
		for (r = 1; r <= 5; r++) for (f = 1; f <= 5; f++) for (m = 1; m <= 5; m++) {
			fm = (f + m) / 2
			c = fm < 2 ? 1 : fm < 2.5 ? 2 : fm < 3 ? 3 : fm < 4 ? 4 : fm < 4.5 ? 5 : 6
			cell = r f m
			print cell "," cell "," (r <= 2 ? g12[c] : r == 3 ? g3[c] : r == 4 ? g4[c] : g5[c])
		}
	}' | same "$OUT" -
}

@test "rfm-score: the eight groups: mean, median, fixed; often needs two days" {
	cat >in.csv <<-CSV
	customer_id,paid_at,amount
	a,2026-11-20,30
	a,2026-11-21,30
	b,2026-11-21 08:00:00,1
	b,2026-11-21 09:00:00,1
	c,2026-11-12,31
	d,2026-11-02,2.5
	d,2026-11-01,2.5
	CSV
	some='R:1d;F:1;M:1'
	# mean: recency 0.8.. (1 + 1 + 10 + 20) / 4 = 8, frequency 7/4, monetary 98/4
	expect 0 rfm-score --as-of 2026-11-22 --cuts $some --select customer_id,rfm_group_cn --cuts-out cuts in.csv
	out_is customer_id,rfm_group_cn a,重要价值 b,一般发展 c,重要挽留 d,一般保持
	grep split cuts | is $'split\tmean' $'split_r\t32/4' $'split_f\t7/4' $'split_m\t98/4'
	# median: recency (1 + 10) / 2, frequency 2, monetary (5 + 31) / 2
	expect 0 rfm-score --as-of 2026-11-22 --cuts $some --split median --select customer_id,rfm_group_cn --cuts-out cuts in.csv
	out_is customer_id,rfm_group_cn a,重要价值 b,一般发展 c,重要挽留 d,一般保持
	grep split cuts | is $'split\tmedian' $'split_r\t11/2' $'split_f\t4/2' $'split_m\t36/2'
	# the boundary is high
	expect 0 rfm-score --as-of 2026-11-22 --cuts $some --split fixed:10,1,31 --select customer_id,rfm_group_cn in.csv
	out_is customer_id,rfm_group_cn a,重要价值 b,一般发展 c,重要发展 d,一般保持
	expect 0 rfm-score --as-of 2026-11-22 --cuts $some --split fixed:9.5,2,31.01 --select customer_id,rfm_group_cn in.csv
	out_is customer_id,rfm_group_cn a,重要价值 b,一般发展 c,一般挽留 d,一般保持
}

@test "rfm-score: customer facts give the rows of the orders that they were made of" {
	orders 5 150 900 >in.csv
	expect 0 rfm-score --as-of 2026-10-10 --to tsv in.csv
	cp "$OUT" want
	sqlite3 -batch :memory: >facts.csv <<-SQL
	.mode csv
	.import in.csv raw
	.headers on
	SELECT customer_id, max(paid_at) AS last_paid_at, sum(d) AS orders, count(DISTINCT CASE WHEN d THEN date(paid_at) END)
	  AS purchase_days, printf('%.2f', sum(CASE WHEN d THEN amount ELSE 0 END)) AS amount
	FROM (SELECT *, date(paid_at) > date('2026-10-10', '-365 days') AS d FROM raw)
	WHERE customer_id <> '' AND paid_at <> '' AND date(paid_at) <= '2026-10-10' GROUP BY customer_id
	UNION ALL SELECT 'never', NULL, 0, 0, 0;
	SQL
	expect 0 rfm-score --as-of 2026-10-10 --to tsv --ledger l facts.csv
	same "$OUT" want
	jq -e '.unpaid == 1 and .records_in == .used + 1' l >jq.out
	# the last payment before the window: lapsed, whatever the counts say
	expect 0 rfm-score --as-of 2026-10-10 --window 1d --select customer_id,frequency,monetary,rfm_group facts.csv
	awk -F, 'NR > 1 && $4 != "LAPSED" && $2 == 0' "$OUT" | is
}

@test "rfm-score: facts: a customer twice, a later payment and no counts are bad data" {
	head=customer_id,last_paid_at,orders,purchase_days,amount
	printf '%s\n' $head a,2026-01-01,1,1,5 a,2026-01-01,1,1,5 >in.csv
	expect 1 rfm-score in.csv
	err_has "in.csv:3: column 'customer_id': a second row of a customer: 'a'"
	printf '%s\n' $head a,2026-01-02,1,1,5 >in.csv
	expect 1 rfm-score --as-of 2026-01-01 in.csv
	err_has "in.csv:2: column 'last_paid_at': after the as-of day"
	printf '%s\n' $head a,2026-01-02,1.5,1,5 >in.csv
	expect 1 rfm-score in.csv
	err_has "in.csv:2: column 'orders': not a count: '1.5'"
	printf '%s\n' $head a,2026-01-02,1,2,5 >in.csv
	expect 1 rfm-score in.csv
	err_has "in.csv:2: column 'purchase_days': not a count up to orders: '2'"
	printf '%s\n' $head a,2026-01-02,1,,5 b,2026-01-02,,1,5 c,2026-01-02,1,1, d,2026-01-02,1,1,5 >in.csv
	expect 0 rfm-score --rejects bad --max-rejects 3 --select customer_id in.csv
	out_is customer_id d
	cut -f 2,4 bad | is $'line\tcolumn' $'2\tpurchase_days' $'3\torders' $'4\tamount'
}

@test "rfm-score: rows are in the order of the ids' tsv bytes" {
	sed 's/.*/{"customer_id":"&","paid_at":"2026-11-22","amount":1}/' >in.ndjson <<-'END'
	b
	a
	aa
	a\tb
	a b
	a\nb
	a\\b
	a\u0001b
	客户
	a\rb
	Z
	\\N
	\\
	a-0000000002
	a-000000001
	a-0000000001
	END
	expect 0 rfm-score --to tsv --no-header --select customer_id in.ndjson
	sort -c "$OUT"
	[[ $(grep -c . "$OUT") == 16 ]]
	# a prefix that all share, ids of different lengths, many
	{ echo customer_id,paid_at,amount && seq 1 7 40000 | sed 's/.*/customer_0000&,2026-11-22,1/'; } >in.csv
	expect 0 rfm-score --to tsv --no-header --select customer_id in.csv
	sort -c "$OUT"
	[[ $(grep -c . "$OUT") == 5715 ]]
}

@test "rfm-score: sums are exact at any scale, and what does not fit is an error" {
	big=99999999999999999999999999999999999999
	cat >in.csv <<-CSV
	customer_id,paid_at,amount
	a,2026-11-22,0.1
	a,2026-11-22,0.2
	a,2026-11-22,1e-18
	b,2026-11-22,9007199254740993
	c,2026-11-22,$big
	d,2026-11-22,-0.3
	d,2026-11-22,0.30
	CSV
	expect 0 rfm-score --select customer_id,monetary in.csv
	out_is customer_id,monetary a,0.300000000000000001 b,9007199254740993 c,$big d,0
	echo "c,2026-11-22,$big" >>in.csv
	expect 1 rfm-score --as-of 2026-11-22 in.csv
	err_has "in.csv:9: column 'amount': the customer's sum does not fit: '$big'"
	expect 1 rfm-score in.csv
	err_has "column 'amount': the sum of a customer does not fit: 'c'"
	# the scores of amounts too far apart for 64 bits
	{ customers 30 | sed "s/,30\$/,$big/; s/,29\$/,-$big/" && echo "x,2026-11-22,1e-18" && echo "y,2026-11-22,0.000000000000000001"; } >far.csv
	expect 0 rfm-score --split fixed:1,1,1 --select customer_id,m far.csv
	grep -E '^(k029|k030|x|y|k028|k001),' "$OUT" | is k001,1 k028,5 k029,1 k030,5 x,1 y,1
	customers 30 | sed 's/,1$/,18446744073709551618/' >far.csv
	expect 0 rfm-score --split fixed:1,1,1 --select customer_id,m far.csv
	sed -n '2p;3p;8p;9p;$p' "$OUT" | is k001,5 k002,1 k007,1 k008,2 k030,5
	# and their mean: the total is too large
	{ customers 30 | sed "s/,30\$/,$big/; s/,29\$/,$big/"; } >far.csv
	expect 1 rfm-score far.csv
	err_has "the sum of all customers' amount does not fit"
}

@test "rfm-score: a bad time or amount is named, or diverted" {
	printf 'customer_id,paid_at,amount\na,2026-11-22,1\nb,yesterday,2\nc,2026-11-22,two\nd,2026-11-22,\n' >in.csv
	expect 1 rfm-score in.csv
	err_has "rfm-score: in.csv:3: column 'paid_at': not a time: 'yesterday'"
	expect 1 rfm-score --rejects bad --max-rejects 1 in.csv
	err_has "--max-rejects"
	expect 0 rfm-score --rejects bad --max-rejects 3 --ledger l --select customer_id in.csv
	out_is customer_id a
	cut -f 2,4,5 bad | is $'line\tcolumn\treason' $'3\tpaid_at\tnot a time' $'4\tamount\tnot a number' \
		$'5\tamount\tmissing where there is a payment'
	jq -e '.rejected == 3 and .used == 1 and .records_in == 4' l >jq.out
}

@test "rfm-score: amounts of two currencies are refused, of unpaid orders not looked at" {
	cat >in.csv <<-CSV
	customer_id,paid_at,amount,currency
	a,2026-11-22,1,USD
	b,,1,EUR
	c,2026-11-22,1,
	d,2026-11-22,1,USD
	CSV
	expect 0 rfm-score --select customer_id in.csv
	out_is customer_id a c d
	echo 'e,2026-11-22,1,EUR' >>in.csv
	expect 1 rfm-score in.csv
	err_has "in.csv:6: column 'currency': a second currency beside 'USD' (convert amounts to one first): 'EUR'"
}

@test "rfm-score: empty input gives a header and no rows" {
	: >empty.csv
	expect 0 rfm-score empty.csv --to csv --cuts-out cuts
	out_is $COLUMNS
	printf '%s\t%s\n' name value window 365 customers 0 bins 5 | same cuts -
	echo customer_id,paid_at,amount >header.csv
	expect 0 rfm-score header.csv
	out_is $COLUMNS
	expect 0 rfm-score --as-of 2026-11-22 --cuts 'R:1d;F:2;M:2' header.csv
	out_is $COLUMNS
	expect 0 rfm-score --cuts @cuts --no-header header.csv
	out_is
}

@test "rfm-score: a column that is not there is named with the nearest" {
	printf 'customer_id,paid_at,amounts\na,2026-11-22,1\n' >in.csv
	expect 2 rfm-score in.csv
	err_has "there is no column 'amount'; did you mean 'amounts'?"
	expect 0 rfm-score --as amount=amounts --select customer_id,monetary in.csv
	out_is customer_id,monetary a,1
	printf 'customer_id,last_paid_at,orders,amount\na,2026-11-22,1,1\n' >in.csv
	expect 2 rfm-score in.csv
	err_has "there is no column 'purchase_days'"
	expect 2 rfm-score --select customer_id,rfm_grop in.csv --as 'purchase_days=orders|amount'
	err_has "did you mean 'rfm_group'?"
}

@test "rfm-score: bad usage is exit 2 and says what was meant" {
	customers 3 >in.csv
	bad() # WORDS OPTION...
	{
		local words=$1
		shift
		expect 2 rfm-score "$@" in.csv
		err_has "$words"
		out_is
	}
	bad "--bins: not a whole number from 2 to 100: '1'" --bins 1
	bad "--bins: not a whole number from 2 to 100: '101'" --bins 101
	bad "--as-of: not a day" --as-of 2026-02-30
	bad "--window: not a number of whole days up to 36500d: '36h'" --window 36h
	bad "--window: not a number of whole days up to 36500d: '40000d'" --window 40000d
	bad "exclude each other" --bins 5 --cuts 'R:1d;F:1;M:1'
	bad "--cuts: R, F and M are all needed: 'R:1d;F:1'" --cuts 'R:1d;F:1'
	bad "--cuts: given twice: 'F:2'" --cuts 'F:1;F:2;R:1d'
	bad "--cuts: not R:, F: or M: with cut values: 'X:1'" --cuts 'X:1'
	bad "--cuts: not an age with its unit (90d, 36h, 10.5s): '90'" --cuts 'R:90;F:1;M:1'
	bad "--cuts: not a number: 'x'" --cuts 'R:9d;F:x;M:1'
	bad "--cuts: cut values go from the worst to the best: '7d,30d'" --cuts 'R:7d,30d;F:1,2;M:1,2'
	bad "--cuts: cut values go from the worst to the best: '2,1'" --cuts 'R:7d,3d;F:2,1;M:1,2'
	bad "--cuts: R, F and M need the same number of cut values: '1'" --cuts 'R:7d,3d;F:1;M:1,2'
	bad "--split: not mean, median or fixed:R,F,M: 'mode'" --split mode
	bad "--split: not three numbers: days, orders, amount: 'fixed:1,2'" --split fixed:1,2
	bad "--split: not three numbers: days, orders, amount: 'fixed:1,2,3,4'" --split fixed:1,2,3,4
	bad "--bans: no such option; did you mean --bins?" --bans
	expect 3 rfm-score nowhere.csv
	err_has 'nowhere.csv: No such file or directory'
}

@test "rfm-score: a file of cuts that does not read is exit 2 with file and line" {
	customers 30 >in.csv
	expect 3 rfm-score --cuts @nowhere in.csv
	bad() # WORDS LINE...
	{
		local words=$1
		shift
		printf 'name\tvalue\n' >cuts
		printf '%b\n' "$@" >>cuts
		expect 2 rfm-score --cuts @cuts in.csv
		err_has "$words"
	}
	bad "cuts:3: not a number: 'x'" 'bins\t5' 'f\t1 x'
	bad "cuts:2: not a member of a file of cuts: 'bin'" 'bin\t5'
	bad "cuts:3: R, F and M need the same number of cut values: '1 2'" 'bins\t5' 'f\t1 2'
	bad "cuts:3: not one more than the cut values: '5'" 'f\t1' 'bins\t5'
	bad "cuts:2: a cut value behind one that is not reached: '1 - 2'" 'f\t1 - 2'
	bad "cuts: not a whole file of cuts" 'bins\t2' 'f\t1'
	bad "cuts: not a whole file of cuts" 'as_of\t2026-11-22'
	bad "cuts:2: not a day: 'x'" 'as_of\tx'
	bad "cuts:4: not a fraction with the others' divisor: '1/3'" 'split\tmean' 'split_r\t1/2' 'split_f\t1/3'
	bad "cuts:2: not a fraction with the others' divisor: '1/0'" 'split_r\t1/0'
	bad "cuts:2: not mean, median or fixed: 'x'" 'split\tx'
	# any order, and told options stand
	printf 'name\tvalue\nm\t30\nf\t1\nr\t1d\nbins\t2\nas_of\t2026-11-23\nwindow\t1\n' >cuts
	expect 0 rfm-score --cuts @cuts --as-of 2026-11-22 --window 1d --select rfm,rfm_group_cn in.csv
	sort "$OUT" | uniq -c | awk '{ print $1, $2 }' | is '15 221,一般发展' '14 221,重要发展' '1 222,重要发展' '1 rfm,rfm_group_cn'
	expect 0 rfm-score --cuts @cuts --select rfm_group in.csv
	sort -u "$OUT" | is LAPSED rfm_group
}

@test "rfm-score: output that cannot be written is exit 3" {
	customers 30 >in.csv
	expect 3 rfm-score in.csv -o /dev/full
	err_has 'No space left on device'
	expect 3 bash -c 'rfm-score in.csv >/dev/full'
	err_has 'No space left on device'
	expect 3 rfm-score in.csv -o nowhere/out.csv
	expect 3 rfm-score in.csv --cuts-out nowhere/cuts
	expect 3 rfm-score in.csv --cuts-out /dev/full
	expect 3 rfm-score in.csv -o out.csv --cuts-out /dev/full
	[[ ! -e out.csv ]]
}

@test "rfm-score: after bad data neither output nor cuts are there" {
	customers 30 >in.csv
	echo 'k,never,1' >>in.csv
	expect 1 rfm-score in.csv -o out.csv --cuts-out cuts
	[[ ! -e out.csv && ! -e cuts ]]
	[[ $(find . -name '*.tmp' -o -name 'out*' -not -name out) == '' ]]
}

@test "rfm-score: help and version" {
	expect 0 rfm-score --help
	quiet
	grep -q -- '--cuts-out FILE' "$OUT"
	expect 0 rfm-score --version
	grep -q '^rfm-score ' "$OUT"
}

@test "rfm-score: Online Retail's 2011 agrees with SQL, in whole and in five shards" {
	need_data online-retail
	zstdcat "$LIMN_DATA/online-retail/Online_Retail.csv.zst" >lines.csv
	sqlite3 -batch :memory: >orders.csv <<-SQL
	.mode csv
	.import lines.csv lines
	.headers on
	SELECT InvoiceNo AS order_id, CustomerID AS customer_id, min(InvoiceDate) AS paid_at,
	  printf('%s%d.%03d', CASE WHEN sum(q) < 0 THEN '-' ELSE '' END, abs(sum(q)) / 1000, abs(sum(q)) % 1000) AS amount
	FROM (SELECT *, CAST(Quantity AS INTEGER) * CAST(round(UnitPrice * 1000) AS INTEGER) AS q FROM lines)
	GROUP BY InvoiceNo, CustomerID;
	SQL
	# credit notes are orders here: they exercise negative amounts
	oracle orders.csv 2011-12-09 365 5 >want
	expect 0 rfm-score --as-of 2011-12-09 --cuts-out cuts --to tsv orders.csv
	same "$OUT" want
	[[ $(sed 1d want | grep -c .) == 4372 ]]
	expect 0 rfm-score --to tsv orders.csv
	same "$OUT" want
	shard -k customer_id -n 5 -o '{}.csv' orders.csv
	for f in ./?.csv; do rfm-score --cuts @cuts --to tsv --no-header "$f" >"$f.rfm"; done
	sed 1d want >rows
	sort -m -t $'\t' -k 1,1 ./?.csv.rfm >got
	same got rows
}
