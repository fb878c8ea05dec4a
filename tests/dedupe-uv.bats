# dedupe-uv - one record a key: which one, what it stands for, and in which order.
load helpers

setup()
{
	cd "$BATS_TEST_TMPDIR" || return
}

# generated N [SEED] - csv of about N events of a made-up store, some of them delivered twice.
generated()
{
	"$LIMN_TOOLS/store" --stream events --flat - --events "$1" --seed "${2-1}" --plain |
		awk '1; NR % 17 == 0 { again = $0 } NR % 23 == 0 && again { print again }'
}

# unordered FILE - the header, then the records sorted.
unordered()
{
	sed -n 1p "$1"
	sed 1d "$1" | sort
}

@test "dedupe-uv: the first record of each key, in input order; the key is event_id unless told" {
	printf '%s\n' event_id,n b,1 a,2 b,3 c,4 a,5 >in.csv
	expect 0 dedupe-uv in.csv
	quiet
	out_is event_id,n b,1 a,2 c,4
	expect 0 dedupe-uv -k n in.csv
	same "$OUT" in.csv
	expect 0 dedupe-uv -k event_id --keep first in.csv
	out_is event_id,n b,1 a,2 c,4
	expect 0 dedupe-uv --keep last in.csv
	out_is event_id,n b,3 c,4 a,5
}

@test "dedupe-uv: records pass byte for byte, whatever is in their other columns" {
	printf 'event_id,x\r\n1,"a ""q"", \n b"\r\n2,\r\n1,z\r\n3,""\r\n' >in.csv
	expect 0 dedupe-uv in.csv
	printf 'event_id,x\n1,"a ""q"", \n b"\n2,\n3,""\n' | same "$OUT" -
	printf '{"event_id":1, "x" : [ 1,2 ]}\n{"event_id":1}\n{ "event_id" : "1"}\n{"x":1.50,"event_id":2}\n' >in.ndjson
	expect 0 dedupe-uv in.ndjson
	out_is '{"event_id":1, "x" : [ 1,2 ]}' '{"x":1.50,"event_id":2}'
}

@test "dedupe-uv: keys are compared whole" {
	printf '%s\t%s\t%s\n' a b n ab c 1 a bc 2 abc '' 3 '' abc 4 ab c 5 a bc 6 >in.tsv
	expect 0 dedupe-uv -k a,b in.tsv
	cut -f 3 "$OUT" | is n 1 2 3 4
	expect 0 dedupe-uv -k b,a in.tsv
	cut -f 3 "$OUT" | is n 1 2 3 4
	# nothing is taken for a number, nothing is trimmed, nothing folded
	printf '%s\n' k 1 01 1.0 ' 1' 'K' k >in.csv
	expect 0 dedupe-uv -k k in.csv
	same "$OUT" in.csv
	# also where keys are long and differ in their last byte
	{ echo k && for i in 1 2 3 2; do printf '%5000d%s\n' 0 "$i"; done; } >in.csv
	expect 0 dedupe-uv -k k in.csv
	cut -b 5001 "$OUT" | sed 1d | is 1 2 3
}

@test "dedupe-uv: a record without its key passes and is counted; an empty key is a key" {
	printf '%s\n' a,b,n ,x,1 y,,2 ,x,3 y,x,4 '"",x,5' '"",x,6' y,x,7 >in.csv
	expect 0 dedupe-uv -k a,b --ledger l in.csv
	cut -d , -f 3 "$OUT" | is n 1 2 3 4 5
	jq -e '.no_key == 3 and .records_in == 7 and .records_out == 5 and .duplicate == 2' l >jq.out
	expect 0 dedupe-uv -k a,b --count c in.csv
	out_is a,b,n,c ,x,1,1 y,,2,1 ,x,3,1 y,x,4,2 '"",x,5,2'
	printf '{"a":null,"n":1}\n{"n":2}\n{"a":"","n":3}\n{"a":"","n":4}\n' >in.ndjson
	expect 0 dedupe-uv -k a in.ndjson
	jq -r .n "$OUT" | is 1 2 3
}

@test "dedupe-uv: --count adds a column that a later run can sum" {
	printf '%s\n' day,visitor_id 1,a 1,b 1,a 2,a 2,a 2,b 2,c >in.csv
	expect 0 dedupe-uv -k day,visitor_id --count pv in.csv
	quiet
	out_is day,visitor_id,pv 1,a,2 1,b,1 2,a,2 2,b,1 2,c,1
	cp "$OUT" days.csv
	expect 0 dedupe-uv -k visitor_id --sum pv days.csv
	out_is day,visitor_id,pv 1,a,4 1,b,2 2,c,1
	expect 0 dedupe-uv -k visitor_id --count pv in.csv
	out_is day,visitor_id,pv 1,a,4 1,b,2 2,c,1
	expect 0 dedupe-uv -k visitor_id --sum pv --count days --select days,pv,visitor_id days.csv
	out_is days,pv,visitor_id 2,4,a 2,2,b 1,1,c
	expect 0 dedupe-uv -k visitor_id --count pv --to ndjson in.csv
	sed -n 1p "$OUT" | is '{"day":"1","visitor_id":"a","pv":4}'
}

@test "dedupe-uv: rows a day, summed, are rows a week: PV and UV of any period are exact" {
	generated 12000 >in.csv
	expect 0 dedupe-uv in.csv -o once.csv
	for tz in UTC Asia/Shanghai; do
		expect 0 dedupe-uv -k day,visitor_id --count pv --tz "$tz" --select ts,visitor_id,pv -o days.csv once.csv
		expect 0 dedupe-uv -k week,visitor_id --sum pv --tz "$tz" -o a.csv days.csv
		expect 0 dedupe-uv -k week,visitor_id --count pv --tz "$tz" --select ts,visitor_id,pv -o b.csv once.csv
		same a.csv b.csv
		(($(sed 1d b.csv | awk -F , '{ n += $3 } END { print n }') == $(sed 1d once.csv | grep -c .)))
	done
}

@test "dedupe-uv: sums are exact decimals, missing values no zeros" {
	printf '%s\n' k,a,b x,0.1,1 x,0.2,-1.50 y,,5 y,,0.00 z,,2 z,1.10, w,"\"\"", >in.csv
	expect 0 dedupe-uv -k k --sum a,b in.csv
	quiet
	out_is k,a,b x,0.3,-0.5 y,,5 z,1.1,2 w,,
	# 128 bits, and an error behind them
	printf '%s\n' k,a x,9007199254740993 x,1 x,12345678901234567890 x,0.000000000000000001 >in.csv
	expect 0 dedupe-uv -k k --sum a in.csv
	out_is k,a x,12354686100489308884.000000000000000001
	{ echo k,a && printf "x,%s\n" 99999999999999999999999999999999999999 99999999999999999999999999999999999999; } >in.csv
	expect 1 dedupe-uv -k k --sum a in.csv
	err_has "in.csv:3: column 'a': the sum overflows: '99999999999999999999999999999999999999'"
}

@test "dedupe-uv: --by keeps the first or the last by a time, a number or a text" {
	printf '%s\n' k,ts,v,n x,2026-11-22T10:00:00Z,b,9 x,2026-11-22T09:59:00Z,a,10 x,2026-11-22T13:00:00+02:00,c,-1 >in.csv
	expect 0 dedupe-uv -k k --by ts --keep last in.csv
	cut -d , -f 3 "$OUT" | sed 1d | is c
	expect 0 dedupe-uv -k k --by ts in.csv
	cut -d , -f 3 "$OUT" | sed 1d | is a
	expect 0 dedupe-uv -k k --by n:number --keep last in.csv
	cut -d , -f 3 "$OUT" | sed 1d | is a
	expect 0 dedupe-uv -k k --by n:text --keep last in.csv
	cut -d , -f 3 "$OUT" | sed 1d | is b
	expect 0 dedupe-uv -k k --by n:number in.csv
	cut -d , -f 3 "$OUT" | sed 1d | is c
	# a missing (or empty) value is least
	printf '%s\n' k,n x,-5 x, x,3 y,3 y,'""' y,-5 >in.csv
	expect 0 dedupe-uv -k k --by n:number --keep last in.csv
	out_is k,n x,3 y,3
	expect 0 dedupe-uv -k k --by n:number in.csv
	out_is k,n x, y,'""'
}

@test "dedupe-uv: ties of --by go by the whole record, so order of input and encoding do not matter" {
	{
		echo k,ts,v
		awk 'BEGIN { srand(3); for (i = 0; i < 3000; i++) printf "k%d,2026-11-22T0%d:00:00Z,%s%d\n",
			int(200 * rand()), int(3 * rand()), substr("aB\\~ e", 1 + int(6 * rand()), 1), int(50 * rand()) }'
	} | sed 's/e/é/' >in.csv
	for keep in first last; do
		expect 0 dedupe-uv -k k --by ts --keep $keep --to tsv -o want.tsv in.csv
		unordered want.tsv >wanted
		for seed in 1 2 3; do
			{ sed -n 1p in.csv && sed 1d in.csv | shuf --random-source=<(yes $seed); } >mixed.csv
			expect 0 dedupe-uv -k k --by ts --keep $keep --to tsv -o got.tsv --block-size $((seed * 50)) mixed.csv
			unordered got.tsv | same wanted -
			expect 0 dedupe-uv -k k,ts,v --to ndjson -o mixed.ndjson mixed.csv
			expect 0 dedupe-uv -k k --by ts --keep $keep --to tsv -o got.tsv mixed.ndjson
			unordered got.tsv | same wanted -
		done
	done
}

@test "dedupe-uv: output is in the order in which the chosen records came" {
	printf '%s\n' k,n a,1 b,2 c,3 a,4 c,5 a,6 >in.csv
	expect 0 dedupe-uv -k k --keep last in.csv
	out_is k,n b,2 c,5 a,6
	expect 0 dedupe-uv -k k --keep last --count c --sum n in.csv
	out_is k,n,c b,2,1 c,8,2 a,11,3
	expect 0 dedupe-uv -k k --count c in.csv
	out_is k,n,c a,1,3 b,2,1 c,3,2
}

@test "dedupe-uv: derived parts of ts as keys, by the local day" {
	printf '%s\n' ts,n 2026-10-24T21:59:59Z,1 2026-10-24T22:00:00Z,2 2026-10-25T22:59:59Z,3 \
		2026-10-25T23:00:00Z,4 2026-12-31T22:59:59Z,5 2026-12-31T23:00:00Z,6 >in.csv
	# the day on which clocks go back has 25 hours
	expect 0 dedupe-uv -k day --tz Europe/Paris in.csv
	cut -d , -f 2 "$OUT" | sed 1d | is 1 2 4 5 6
	expect 0 dedupe-uv -k day in.csv
	cut -d , -f 2 "$OUT" | sed 1d | is 1 3 5
	expect 0 dedupe-uv -k month --tz Europe/Paris in.csv
	cut -d , -f 2 "$OUT" | sed 1d | is 1 5 6
	expect 0 dedupe-uv -k week --tz Europe/Paris in.csv
	cut -d , -f 2 "$OUT" | sed 1d | is 1 4 5
	expect 0 dedupe-uv -k hour --tz Europe/Paris in.csv
	cut -d , -f 2 "$OUT" | sed 1d | is 1 2 3 4 5 6
}

@test "dedupe-uv: the same as SQL on generated events" {
	need_program sqlite3
	generated 20000 3 >in.csv
	for key in event_id visitor_id visitor_id,page country,source; do
		expect 0 dedupe-uv -k "$key" --count n --select "$key,event_id,n" --where 'visitor_id is not null' in.csv
		sed 1d "$OUT" >got
		sqlite3 -csv :memory: '.import in.csv e' "with r as (select *, rowid as i from e),
			m as (select *, min(i) over (partition by $key) as f, count(*) over (partition by $key) as c from r)
			select ${key}, event_id, iif($(sed "s/,/ = '' or /g; s/\$/ = ''/" <<<"$key"), 1, c) from m
			where i = f or $(sed "s/,/ = '' or /g; s/\$/ = ''/" <<<"$key") order by i" |
			tr -d '\r"' >wanted
		tr -d '"' <got | same wanted - || fail "$key" || return
	done
}

@test "dedupe-uv: neither encoding, block size nor shards change what is kept" {
	generated 6000 4 >in.csv
	expect 0 dedupe-uv -k visitor_id,day --count n --sum quantity -o want.csv in.csv
	for block in 64 1000 65537; do
		expect 0 dedupe-uv -k visitor_id,day --count n --sum quantity -o got.csv --block-size $block in.csv
		same got.csv want.csv
	done
	for enc in tsv ndjson; do
		expect 0 dedupe-uv -k event_id,ts --to $enc -o "in.$enc" in.csv
		expect 0 dedupe-uv -k event_id,ts -o once.csv in.csv
		expect 0 dedupe-uv -k visitor_id,day --count n --sum quantity -o want1.csv once.csv
		expect 0 dedupe-uv -k visitor_id,day --count n --sum quantity --to csv -o got.csv "in.$enc"
		same got.csv want1.csv
	done
	unordered want.csv >wanted
	for n in 1 2 7; do
		rm -rf s && mkdir s
		expect 0 shard -k visitor_id -n $n -o 's/{}.csv' in.csv
		for f in s/*.csv; do expect 0 dedupe-uv -k visitor_id,day --count n --sum quantity -o "$f.out.csv" "$f"; done
		{ sed -n 1p s/0.csv.out.csv && sed -s 1d s/*.out.csv | sort; } | same wanted -
	done
}

@test "dedupe-uv: --where decides what is read, --select what is written" {
	printf '%s\n' event_id,event,n 1,page_view,1 1,search,2 2,search,3 2,search,4 >in.csv
	expect 0 dedupe-uv --where "event = 'search'" --select n,event_id --ledger l in.csv
	out_is n,event_id 2,1 3,2
	jq -e '.filtered == 1 and .duplicate == 1 and .records_out == 2 and .records_in == 4' l >jq.out
	# the key need not be written
	expect 0 dedupe-uv --select n in.csv
	out_is n 1 3
	expect 0 dedupe-uv --keep last --by n:number --select event in.csv
	out_is event search search
}

@test "dedupe-uv: no records, or none at all" {
	echo event_id,n >in.csv
	expect 0 dedupe-uv in.csv
	out_is event_id,n
	expect 0 dedupe-uv --count c --sum n --by n:number in.csv
	out_is event_id,n,c
	: >empty
	expect 0 dedupe-uv --count c --sum n empty
	out_is
}

@test "dedupe-uv: many keys, many records a key" {
	awk 'BEGIN { print "k,n"; for (i = 0; i < 400000; i++) print "k" (i * 7919) % 100003 "," i }' >in.csv
	expect 0 dedupe-uv -k k --ledger l in.csv
	sed -n '1,100004p' in.csv | same "$OUT" -
	jq -e '.duplicate == 299997' l >jq.out
	expect 0 dedupe-uv -k k --count c --keep last in.csv
	(($(sed 1d "$OUT" | awk -F , '{ n += $3 } END { print n }') == 400000))
}

@test "dedupe-uv: bad usage is exit 2" {
	printf '%s\n' event_id,n 1,2 >in.csv
	expect 2 dedupe-uv -k evnt_id in.csv
	err_has "there is no column 'evnt_id'; did you mean 'event_id'?"
	expect 2 dedupe-uv --keep middle in.csv
	err_has "--keep: neither first nor last: 'middle'"
	expect 2 dedupe-uv --sum n --select event_id in.csv
	err_has "--sum: --select does not write the column 'n'"
	expect 2 dedupe-uv --sum m in.csv
	expect 2 dedupe-uv --by ts in.csv
	expect 2 dedupe-uv --count n in.csv
	err_has "there is a column 'n' already; rename it with --as old_n=n"
	expect 2 dedupe-uv -k '' in.csv
	expect 2 dedupe-uv -k day in.csv
	expect 2 dedupe-uv --counts n in.csv
	err_has '--counts: no such option; did you mean --count?'
}
