# sessionize - where a session ends, whatever the order, the encoding, the shards and the days.
load helpers

setup()
{
	cd "$BATS_TEST_TMPDIR" || return
}

# at MINUTES… - events of one visitor at these minutes (a fraction is fine) after 10:00, in this order.
at()
{
	local m
	echo event_id,ts,visitor_id
	for m; do
		printf '%s,%s,v\n' "$m" "$(TZ=UTC date -u -d "2026-11-22T10:00:00Z + $(awk -v m="$m" 'BEGIN { printf "%d", m * 60 }') seconds" +%FT%TZ)"
	done
}

# sessions [OPTION]… - runs and prints for each record its event_id, session number and hit.
sessions()
{
	expect 0 sessionize --to csv --select event_id,session_id,session_hit "$@" && quiet || return
	sed 1d "$OUT" | awk -F , '{ if (!($2 in n)) n[$2] = ++last; printf "%s%s:%s.%s", (NR > 1 ? " " : ""), $1, n[$2], $3 } END { print "" }'
}

# generated N [SEED [DAYS]] - csv of about N events of a made-up store, in order of time. The store delivers some
# of them a second time, later.
generated()
{
	"$LIMN_TOOLS/store" --stream events --flat - --events "$1" --seed "${2-1}" --days "${3-20}" --plain | dedupe-uv
}

# shuffled FILE SEED - its header, its records in another order.
shuffled()
{
	sed -n 1p "$1"
	sed 1d "$1" | shuf --random-source=<(yes "$2")
}

# merged FILE… - tsv outputs of sessionize with the columns of the generated events, merged by sort.
merged()
{
	sed -n 1p "$1"
	local f all=()
	for f; do
		sed 1d "$f" >"$f.body"
		all+=("$f.body")
	done
	sort -m -t $'\t' -k 3,3 -k 2,2 -k 1,1 "${all[@]}"
}

# tsv_of OPTION… - our standard input, csv, as tsv.
tsv_of()
{
	dedupe-uv --from csv --to tsv -k event_id "$@"
}

@test "sessionize: a gap of exactly 30 min stays one session" {
	at 0 30 60.02 >in.csv
	[[ $(sessions in.csv) == '0:1.1 30:1.2 60.02:2.1' ]]
	[[ $(sessions --gap-inclusive in.csv) == '0:1.1 30:2.1 60.02:3.1' ]]
	[[ $(sessions --gap 1801 in.csv) == '0:1.1 30:1.2 60.02:1.3' ]]
	[[ $(sessions --gap 1801 --gap-inclusive in.csv) == '0:1.1 30:1.2 60.02:2.1' ]]
	[[ $(sessions --gap 29m in.csv) == '0:1.1 30:2.1 60.02:3.1' ]]
	# to the microsecond
	printf '%s\n' event_id,ts,visitor_id a,2026-11-22T10:00:00.000001Z,v b,2026-11-22T10:30:00.000001Z,v \
		c,2026-11-22T11:00:00.000002Z,v >in.csv
	[[ $(sessions in.csv) == 'a:1.1 b:1.2 c:2.1' ]]
}

@test "sessionize: the same events plus session_id and session_hit, in order" {
	printf '%s\n' ts,visitor_id,event_id,x 2026-11-22T11:00:00Z,b,3,'"q, r"' '2026-11-22 10:00:00.5',b,2, \
		1795343999.25,a,1,'""' 2026-11-22T11:00:00Z,b,20,z >in.csv
	expect 0 sessionize in.csv
	quiet
	out_is ts,visitor_id,event_id,x,session_id,session_hit '1795343999.25,a,1,"",a:1795343999.250000,1' \
		'2026-11-22 10:00:00.5,b,2,,b:1795341600.500000,1' '2026-11-22T11:00:00Z,b,20,z,b:1795345200,1' \
		'2026-11-22T11:00:00Z,b,3,"q, r",b:1795345200,2'
	expect 0 sessionize --select session_id,x,session_hit in.csv
	sed -n 3p "$OUT" | is b:1795341600.500000,,1
	expect 0 sessionize --to ndjson --select visitor_id,session_hit in.csv
	sed -n 4p "$OUT" | is '{"visitor_id":"b","session_hit":2}'
}

@test "sessionize: visitors by the bytes of the key as tsv writes it, as sort does" {
	{
		printf 'event_id\tts\tvisitor_id\n'
		i=0
		for v in b a ab '\\N' '\t' "\\\\" '\n' '\r' '\N' '' Z '~' $'\xc3\xa9' $'\x01' '[' ']' aaaaaaaaa aaaaaaaa 'aaaaaaa\t'; do
			i=$((i + 1))
			printf '%s\t2026-11-22T10:00:00Z\t%s\n' $i "$v"
		done
	} >in.tsv
	expect 0 sessionize in.tsv
	sed 1d "$OUT" >got
	sort -c -t $'\t' -k 3,3 -k 2,2 -k 1,1 got
	(($(grep -c . got) == 19))
}

@test "sessionize: ties go by event_id, then by the whole record, never by the order of input" {
	printf '%s\n' event_id,ts,visitor_id,x b,2026-11-22T10:00:00Z,v,1 a,2026-11-22T10:00:00Z,v,2 ,2026-11-22T10:00:00Z,v,4 \
		,2026-11-22T10:00:00Z,v,3 a,2026-11-22T10:00:00Z,v,1 a,2026-11-22T10:00:00+00:00,v,0 \
		10,2026-11-22T10:00:00Z,v,0 9,2026-11-22T10:00:00Z,v,0 >in.csv
	expect 0 sessionize --no-header --select event_id,x,session_hit in.csv
	cp "$OUT" wanted
	# a missing event_id sorts as \N does in tsv
	out_is 10,0,1 9,0,2 ,3,3 ,4,4 a,0,5 a,1,6 a,2,7 b,1,8
	for seed in 1 2 3 4; do
		shuffled in.csv $seed >mixed.csv
		expect 0 sessionize --no-header --select event_id,x,session_hit mixed.csv
		same "$OUT" wanted
	done
}

@test "sessionize: order of input, encoding and block size do not matter" {
	generated 8000 >in.csv
	expect 0 sessionize --to tsv -o want.tsv in.csv
	sed 1d want.tsv | sort -c -t $'\t' -k 3,3 -k 2,2 -k 1,1
	for seed in 1 2; do
		shuffled in.csv $seed >mixed.csv
		expect 0 sessionize --to tsv --block-size $((seed * 333)) mixed.csv
		same "$OUT" want.tsv
		expect 0 dedupe-uv --stream events --to ndjson -o mixed.ndjson mixed.csv
		expect 0 sessionize --columns "$(sed -n 1p in.csv)" --to tsv mixed.ndjson
		same "$OUT" want.tsv
		expect 0 sessionize --to tsv <mixed.csv
		same "$OUT" want.tsv
	done
	# the mapped file, the one without a last line end, the one in two
	truncate -s -1 mixed.csv
	expect 0 sessionize --to tsv mixed.csv
	same "$OUT" want.tsv
	sed -n 1,2000p in.csv >a.csv
	sed 2,2000d in.csv >b.csv
	expect 0 sessionize --to tsv b.csv a.csv
	same "$OUT" want.tsv
	sed 's/$/\r/' in.csv >crlf.csv
	expect 0 sessionize --to tsv crlf.csv
	same "$OUT" want.tsv
}

@test "sessionize: csv, tsv and ndjson hold the same" {
	generated 2000 >in.csv
	expect 0 sessionize -o a.tsv in.csv
	expect 0 sessionize -o b.ndjson in.csv
	expect 0 sessionize -o c.csv in.csv
	expect 0 dedupe-uv -k event_id -o b.tsv b.ndjson
	expect 0 dedupe-uv -k event_id -o c.tsv c.csv
	expect 0 dedupe-uv -k event_id -o once.tsv a.tsv
	same b.tsv once.tsv
	same c.tsv once.tsv
}

@test "sessionize: shards, merged, are one run" {
	generated 8000 5 >in.csv
	expect 0 sessionize -o want.tsv in.csv
	for n in 1 2 7; do
		rm -rf s && mkdir s
		expect 0 shard -k visitor_id -n $n -o 's/{}.tsv' in.csv
		for f in s/*.tsv; do expect 0 sessionize -o "$f.out" "$f"; done
		merged s/*.out | same want.tsv -
	done
}

@test "sessionize: a customer_id known in a session fills the rest of it" {
	{
		echo event_id,ts,visitor_id,customer_id
		local i=0 c
		for c in '' '' c1 '' c2 '' ''; do
			i=$((i + 1))
			printf '%d,2026-11-22T10:0%d:00Z,v,%s\n' $i $i "$c"
		done
		echo 8,2026-11-22T12:00:00Z,v,
		echo 9,2026-11-22T12:00:00Z,w,'""'
	} >in.csv
	expect 0 sessionize --select event_id,customer_id --no-header in.csv
	# known before its first event: the first one; then the last one before
	out_is 1,c1 2,c1 3,c1 4,c1 5,c2 6,c2 7,c2 8, 9,'""'
	expect 0 sessionize --to ndjson --select event_id,customer_id in.csv
	sed -n '2p;8p' "$OUT" | is '{"event_id":"2","customer_id":"c1"}' '{"event_id":"8","customer_id":null}'
	# not where it is not written, and not in its key's place
	expect 0 sessionize --select event_id --no-header in.csv
	out_is 1 2 3 4 5 6 7 8 9
	# as it is in ndjson, other members untouched
	printf '%s\n' '{"ts":"2026-11-22T10:00:00Z","visitor_id":"v","customer_id":null,"n":1.50,"u":"\u00e9"}' \
		'{"ts":"2026-11-22T10:01:00Z","visitor_id":"v","customer_id":"c","n":2}' \
		'{"ts":"2026-11-22T10:02:00Z","visitor_id":"v","more":[1]}' >in.ndjson
	expect 0 sessionize in.ndjson
	out_is '{"ts":"2026-11-22T10:00:00Z","visitor_id":"v","n":1.50,"u":"\u00e9","customer_id":"c","session_id":"v:1795341600","session_hit":1}' \
		'{"ts":"2026-11-22T10:01:00Z","visitor_id":"v","customer_id":"c","n":2,"session_id":"v:1795341600","session_hit":2}' \
		'{"ts":"2026-11-22T10:02:00Z","visitor_id":"v","more":[1],"customer_id":"c","session_id":"v:1795341600","session_hit":3}'
}

@test "sessionize: records of any width, with their ids anywhere, give the same sessions" {
	# Each record is padded before event_id and customer_id: by nothing, past 255 bytes, past 65535; one in three quoted,
	# one in six with quotes in them.
	generated 2000 5 | tsv_of --select event_id,ts,visitor_id,customer_id |
		awk -F '\t' -v OFS='\t' 'NR % 6 == 0 { $1 = "\"" $1; if ($4 != "\\N") $4 = $4 "\"\"" } 1' >events.tsv
	awk -F '\t' -v OFS=, '
		BEGIN { x = "x"; while (length(x) < 66000) x = x x }
		function fill(n) { return substr(x, 1, n) }
		NR == 1 { print "fill,event_id,more,customer_id,ts,visitor_id"; next }
		{
			n = NR % 50 == 0 ? 65400 + NR % 300 : NR % 7 == 0 ? 300 : NR % 5 == 0 ? 254 : 0
			gsub(/\\N/, "")
			gsub(/"/, "\"\"")
			if (NR % 3 == 0) { $1 = "\"" $1 "\""; $4 = "\"" $4 "\""; if ($4 == "\"\"") $4 = "" }
			print fill(NR % 2 ? n : 0), $1, fill(NR % 2 ? 0 : n), $4, $2, $3
		}' events.tsv >wide.csv
	for to in csv tsv ndjson; do
		expect 0 sessionize --to $to wide.csv
		dedupe-uv --from $to --to tsv -k event_id --select event_id,ts,visitor_id,customer_id,session_id,session_hit \
			"$OUT" >"$to.got"
		expect 0 sessionize --to $to -o /dev/stdout <wide.csv
		dedupe-uv --from $to --to tsv -k event_id --select event_id,ts,visitor_id,customer_id,session_id,session_hit \
			"$OUT" >"$to.piped"
		same "$to.piped" "$to.got"
	done
	sessionize events.tsv >want
	[[ $(grep -c . want) -gt 1000 ]]
	for to in csv tsv ndjson; do same "$to.got" want; done
}

@test "sessionize: events without a visitor are in no session, and are written" {
	printf '%s\n' event_id,ts,visitor_id 1,2026-11-22T10:00:00Z, 2,2026-11-22T10:01:00Z,v 3,2026-11-22T09:00:00Z, >in.csv
	expect 0 sessionize --ledger l in.csv
	out_is event_id,ts,visitor_id,session_id,session_hit 3,2026-11-22T09:00:00Z,,, 1,2026-11-22T10:00:00Z,,, \
		2,2026-11-22T10:01:00Z,v,v:1795341660,1
	jq -e '.no_key == 2 and .records_in == 3 and .records_out == 3' l >jq.out
	# an empty visitor_id is one
	printf '%s\n' event_id,ts,visitor_id '1,2026-11-22T10:00:00Z,""' >in.csv
	expect 0 sessionize in.csv
	sed -n 2p "$OUT" | is '1,2026-11-22T10:00:00Z,"",:1795341600,1'
}

@test "sessionize: an event without a time is bad data" {
	printf '%s\n' event_id,ts,visitor_id 1,,v 2,2026-11-22T10:01:00Z,v >in.csv
	expect 1 sessionize in.csv
	err_has "sessionize: in.csv:2: column 'ts': no time: (missing)"
	expect 0 sessionize --rejects bad --max-rejects 1 in.csv
	sed 1d bad | is $'in.csv\t2\t23\tts\tno time\t1,,v'
	(($(sed 1d "$OUT" | grep -c .) == 1))
	printf '%s\n' event_id,ts,visitor_id '1,"",v' >in.csv
	expect 1 sessionize in.csv
}

@test "sessionize: --split-day starts a session with the local day, also when it has 23 or 25 hours" {
	printf '%s\n' event_id,ts,visitor_id a,2026-11-22T15:50:00Z,v b,2026-11-22T15:59:59Z,v c,2026-11-22T16:00:00Z,v \
		d,2026-11-22T16:10:00Z,v e,2026-11-22T23:55:00Z,w f,2026-11-23T00:05:00Z,w >in.csv
	[[ $(sessions in.csv) == 'a:1.1 b:1.2 c:1.3 d:1.4 e:2.1 f:2.2' ]]
	[[ $(sessions --split-day in.csv) == 'a:1.1 b:1.2 c:1.3 d:1.4 e:2.1 f:3.1' ]]
	[[ $(sessions --split-day --tz Asia/Shanghai in.csv) == 'a:1.1 b:1.2 c:2.1 d:2.2 e:3.1 f:3.2' ]]
	printf '%s\n' event_id,ts,visitor_id a,2026-10-24T21:50:00Z,v b,2026-10-24T22:10:00Z,v c,2026-10-25T22:50:00Z,w \
		d,2026-10-25T23:10:00Z,w e,2026-03-28T22:50:00Z,x f,2026-03-28T23:10:00Z,x g,2026-03-29T21:50:00Z,y h,2026-03-29T22:10:00Z,y >in.csv
	[[ $(sessions --split-day --tz Europe/Paris in.csv) == 'a:1.1 b:2.1 c:3.1 d:4.1 e:5.1 f:6.1 g:7.1 h:8.1' ]]
	[[ $(sessions --split-day --tz UTC in.csv) == 'a:1.1 b:1.2 c:2.1 d:2.2 e:3.1 f:3.2 g:4.1 h:4.2' ]]
}

@test "sessionize: --max-session and --max-events" {
	at 0 20 40 60 61 80 >in.csv
	[[ $(sessions --max-session 1h in.csv) == '0:1.1 20:1.2 40:1.3 60:1.4 61:2.1 80:2.2' ]]
	[[ $(sessions --max-session 59m in.csv) == '0:1.1 20:1.2 40:1.3 60:2.1 61:2.2 80:2.3' ]]
	[[ $(sessions --max-events 4 in.csv) == '0:1.1 20:1.2 40:1.3 60:1.4 61:2.1 80:2.2' ]]
	[[ $(sessions --max-events 1 in.csv) == '0:1.1 20:2.1 40:3.1 60:4.1 61:5.1 80:6.1' ]]
}

@test "sessionize: --new-on starts a session with a new value; a missing one says nothing" {
	printf '%s\n' event_id,ts,visitor_id,source,campaign 1,2026-11-22T10:00:00Z,v,,x 2,2026-11-22T10:01:00Z,v,a, \
		3,2026-11-22T10:02:00Z,v,,x 4,2026-11-22T10:03:00Z,v,a,y 5,2026-11-22T10:04:00Z,v,b,y 6,2026-11-22T10:05:00Z,v,,x >in.csv
	[[ $(sessions --new-on source in.csv) == '1:1.1 2:1.2 3:1.3 4:1.4 5:2.1 6:2.2' ]]
	[[ $(sessions --new-on campaign in.csv) == '1:1.1 2:1.2 3:1.3 4:2.1 5:2.2 6:3.1' ]]
	[[ $(sessions --new-on source,campaign in.csv) == '1:1.1 2:1.2 3:1.3 4:2.1 5:3.1 6:4.1' ]]
	[[ $(sessions in.csv) == '1:1.1 2:1.2 3:1.3 4:1.4 5:1.5 6:1.6' ]]
	expect 2 sessionize --new-on sources in.csv
	err_has "there is no column 'sources'; did you mean 'source'?"
}

@test "sessionize: sessions that start at one instant have ids of their own" {
	printf '%s\n' event_id,ts,visitor_id,source 1,2026-11-22T10:00:00Z,v,a 2,2026-11-22T10:00:00Z,v,b 3,2026-11-22T10:00:00Z,v,c \
		4,2026-11-22T10:01:00Z,v,a >in.csv
	expect 0 sessionize --new-on source --select session_id --no-header in.csv
	out_is v:1795341600 v:1795341600.2 v:1795341600.3 v:1795341660
	shuffled in.csv 1 >mixed.csv
	expect 0 sessionize --new-on source --select session_id --no-header mixed.csv
	out_is v:1795341600 v:1795341600.2 v:1795341600.3 v:1795341660
	# a fraction has six digits, so it is no number of those
	printf '%s\n' event_id,ts,visitor_id 1,2026-11-22T10:00:00.2Z,v 2,1969-12-31T23:59:59.5Z,w >in.csv
	expect 0 sessionize --select session_id --no-header in.csv
	out_is v:1795341600.200000 w:-1.500000
}

@test "sessionize: the presets" {
	at 0 30 >in.csv
	[[ $(sessions --preset ga4 in.csv) == '0:1.1 30:1.2' ]]
	[[ $(sessions --preset ua in.csv) == '0:1.1 30:2.1' ]]
	[[ $(sessions --preset matomo in.csv) == '0:1.1 30:1.2' ]]
	[[ $(sessions --preset ua --gap 31m in.csv) == '0:1.1 30:1.2' ]]
	at 840 >in.csv
	printf '%s\n' b,2026-11-22T23:59:00Z,v c,2026-11-23T00:01:00Z,v >>in.csv
	[[ $(sessions --preset ga4 in.csv) == 'b:1.1 840:1.2 c:1.3' ]]
	[[ $(sessions --preset ua in.csv) == 'b:1.1 840:2.1 c:2.2' ]]
	printf '%s\n' event_id,ts,visitor_id,source,campaign 1,2026-11-22T10:00:00Z,v,a,x 2,2026-11-22T10:01:00Z,v,b,x 3,2026-11-22T10:02:00Z,v,b,y >in.csv
	[[ $(sessions --preset ga4 in.csv) == '1:1.1 2:1.2 3:1.3' ]]
	[[ $(sessions --preset ua in.csv) == '1:1.1 2:2.1 3:3.1' ]]
	[[ $(sessions --preset matomo in.csv) == '1:1.1 2:1.2 3:2.1' ]]
	expect 2 sessionize --preset ga5 in.csv
	err_has "--preset: not one of ga4, ua, matomo: 'ga5'"
}

@test "sessionize: the sessions that SQL finds" {
	need_program sqlite3
	local gap seed
	for seed in 1 2; do
		generated 15000 $seed >in.csv
		for gap in 60 1800 7200; do
			expect 0 sessionize --gap $gap --select event_id,session_id,session_hit --no-header in.csv
			sqlite3 -csv :memory: '.import in.csv e' "
				with o as (select event_id, visitor_id v, cast(strftime('%s', ts) as integer) t from e),
				d as (select *, t - lag(t) over (partition by v order by t, event_id) > $gap as far from o),
				s as (select *, sum(coalesce(far, 1)) over (partition by v order by t, event_id rows unbounded preceding) n from d)
				select event_id, v || ':' || min(t) over (partition by v, n),
					row_number() over (partition by v, n order by t, event_id)
				from s order by v, t, event_id" | tr -d '\r"' | same "$OUT" - || fail "seed $seed gap $gap" || return
		done
	done
}

# days HOUR - splits in.csv, which is in order of time, at that hour of UTC into day.01, day.02 …
days()
{
	rm -f day.*
	awk -F , -v hour="$1" 'NR == 1 { head = $0; next }
		substr($2, 12, 2) + 0 >= hour && substr($2, 1, 10) != last { i++; last = substr($2, 1, 10) }
		{ f = sprintf("day.%02d", i); if (!(f in seen)) { seen[f] = 1; print head >f } print >f }' in.csv
}

# as_tsv FILE OUT - what sessionize wrote, in tsv with all columns.
as_tsv()
{
	local columns=()
	[[ $1 != *.ndjson ]] || columns=(--columns "$(sed -n 1p in.csv),session_id,session_hit")
	expect 0 dedupe-uv "${columns[@]}" -k session_id,session_hit --to tsv -o "$2" "$1"
}

# week ENC OPTION… - fails unless the days of in.csv, one run each with a state, give what one run gives.
week()
{
	local enc=$1 day i=0 n flush stream=() outs=()
	shift
	[[ $enc != ndjson ]] || stream=(--stream events)
	expect 0 sessionize "$@" -o w.csv in.csv && as_tsv w.csv w.tsv || return
	rm -f state ledger
	n=$(printf '%s\n' day.* | grep -c .)
	for day in day.*; do
		i=$((i + 1)) flush=()
		((i < n)) || flush=(--flush)
		shuffled "$day" $i >mixed.csv
		expect 0 dedupe-uv -k event_id,ts,visitor_id --stream events -o "mixed.$enc" mixed.csv || return
		expect 0 sessionize "$@" "${stream[@]}" --state state "${flush[@]}" --ledger ledger \
			-o "out$i.$enc" "mixed.$enc" || return
		as_tsv "out$i.$enc" "out$i.tsv" || return
		outs+=("out$i.tsv")
	done
	merged "${outs[@]}" | same w.tsv - || return
	# what one run leaves the next one takes; the last leaves nothing; none was late
	jq -s -e '[.[:-1][].state_out] == [.[1:][].state_in] and .[-1].state_out == 0 and .[0].state_in == 0
		and all(.[]; .records_in + .state_in == .records_out + .state_out and .late == 0)
		and (map(.state_out) | add) > 0' ledger >jq.out
}

@test "sessionize: seven days with a state are the week at once, for several seeds, gaps and zones" {
	generated 5000 1 7 >in.csv
	days 16
	week csv --tz Asia/Shanghai
	week csv --gap 3h --tz Asia/Shanghai
	week csv --gap 30h
	week csv --gap 1s
	generated 5000 2 7 >in.csv
	days 0
	week csv --gap-inclusive
	week csv --split-day --gap 6h
	week csv --split-day --gap 6h --tz America/New_York
	week csv --preset ua
}

@test "sessionize: day by day with every rule and in every encoding" {
	generated 3000 3 7 >in.csv
	days 11
	week tsv
	week ndjson
	week tsv --gap 5h --max-session 6h
	week ndjson --gap 5h --max-events 7
	week tsv --gap 4h --new-on source,campaign
	week ndjson --gap 4h --new-on source
}

@test "sessionize: a session that goes on over three days is written when it ends" {
	printf '%s\n' event_id,ts,visitor_id 1,2026-11-20T23:00:00Z,v 2,2026-11-20T23:30:00Z,w >d1.csv
	printf '%s\n' event_id,ts,visitor_id 3,2026-11-21T10:00:00Z,v 4,2026-11-21T23:00:00Z,v >d2.csv
	printf '%s\n' event_id,ts,visitor_id 5,2026-11-22T12:00:00Z,v 6,2026-11-22T23:00:00Z,x >d3.csv
	expect 0 sessionize --gap 13h --state s -o o1.csv d1.csv
	same o1.csv - <<<event_id,ts,visitor_id,session_id,session_hit
	expect 0 sessionize --gap 13h --state s -o o2.csv d2.csv
	printf '%s\n' event_id,ts,visitor_id,session_id,session_hit 2,2026-11-20T23:30:00Z,w,w:1795217400,1 | same o2.csv -
	expect 0 sessionize --gap 13h --state s --flush -o o3.csv d3.csv
	cut -d , -f 1,4,5 o3.csv | is event_id,session_id,session_hit 1,v:1795215600,1 3,v:1795215600,2 \
		4,v:1795215600,3 5,v:1795215600,4 6,x:1795388400,1
	printf '%s\n' event_id,ts,visitor_id,limn_watermark | same s -
}

@test "sessionize: sessions that start at one instant keep their ids from day to day" {
	printf '%s\n' event_id,ts,visitor_id,source 1,2026-11-22T23:50:00Z,v,a 2,2026-11-22T23:50:00Z,v,b >d1.csv
	printf '%s\n' event_id,ts,visitor_id,source 3,2026-11-23T00:05:00Z,v,b 4,2026-11-23T00:05:00Z,v,c >d2.csv
	expect 0 sessionize --new-on source --select event_id,session_id,session_hit -o week.csv d1.csv d2.csv
	is event_id,session_id,session_hit 1,v:1795391400,1 2,v:1795391400.2,1 3,v:1795391400.2,2 4,v:1795392300,1 <week.csv
	expect 0 sessionize --new-on source --state s -o o1.csv d1.csv
	expect 0 sessionize --new-on source --state s --flush -o o2.csv d2.csv
	{ cat o1.csv && sed 1d o2.csv; } | cut -d , -f 1,5,6 | same week.csv -
}

@test "sessionize: --flush writes all, also what the state held; a state may be empty or not there" {
	at 0 1 >in.csv
	expect 0 sessionize --state s in.csv
	out_is event_id,ts,visitor_id,session_id,session_hit
	at >none.csv
	expect 0 sessionize --state s --flush none.csv
	(($(sed 1d "$OUT" | grep -c .) == 2))
	expect 0 sessionize --state s --flush none.csv
	out_is event_id,ts,visitor_id,session_id,session_hit
	: >s
	expect 0 sessionize --state s --flush in.csv
	(($(sed 1d "$OUT" | grep -c .) == 2))
}

@test "sessionize: late events are counted, and written" {
	printf '%s\n' event_id,ts,visitor_id 1,2026-11-20T10:00:00Z,v 2,2026-11-20T23:59:00Z,w >d1.csv
	printf '%s\n' event_id,ts,visitor_id 3,2026-11-21T10:00:00Z,v 4,2026-11-20T10:10:00Z,v 5,2026-11-20T23:58:59Z,w >d2.csv
	expect 0 sessionize --state s -o o1.csv --ledger l d1.csv
	expect 0 sessionize --state s --flush --ledger l d2.csv
	jq -s -e '.[0].late == 0 and .[1].late == 2 and .[1].records_out == 4' l >jq.out
	cut -d , -f 1,5 "$OUT" | is event_id,session_hit 4,1 3,1 5,1 2,2
}

@test "sessionize: times in another format, and without a zone, are carried too" {
	printf '%s\n' event_id,ts,visitor_id '1,22/11/2026 23:50,v' >d1.csv
	printf '%s\n' event_id,ts,visitor_id '2,23/11/2026 00:10,v' >d2.csv
	local how=(--time-format '%d/%m/%Y %H:%M' --tz Europe/Paris --state s)
	expect 0 sessionize "${how[@]}" d1.csv
	expect 0 sessionize "${how[@]}" --flush d2.csv
	out_is event_id,ts,visitor_id,session_id,session_hit '1,22/11/2026 23:50,v,v:1795387800,1' '2,23/11/2026 00:10,v,v:1795387800,2'
}

@test "sessionize: what is no state of this input is refused, and left as it was" {
	at 0 40 >in.csv
	cp in.csv s
	expect 1 sessionize --state s in.csv
	err_has 's: not a state of sessionize'
	same s in.csv
	expect 0 sessionize --state t -o o.csv in.csv
	sed 's/,[^,]*$/,yesterday/' t >s
	expect 1 sessionize --state s in.csv
	err_has 's: not a state of sessionize'
	sed '2s/,[^,]*$/,yesterday/' t >s
	expect 1 sessionize --state s in.csv
	err_has 's: not a state of sessionize'
	# the columns in another order would give wrong values
	printf '%s\n' ts,event_id,visitor_id 2026-11-22T11:00:00Z,9,v >other.csv
	cp t s
	expect 1 sessionize --state s other.csv
	err_has 's: its columns are not those of the input'
	same s t
	printf '%s\n' event_id,ts,visitor_id,more 9,2026-11-22T11:00:00Z,v,m >other.csv
	expect 1 sessionize --state s other.csv
	mkdir d
	expect 3 sessionize --state d in.csv
	: >empty
	expect 2 sessionize --state s empty
	err_has '--state: the input has no header line; give at least that'
	expect 2 sessionize --state s --select ts in.csv
	expect 2 sessionize --state s --no-header in.csv
}

@test "sessionize: a run that fails, or is killed, leaves the state as it was" {
	at 0 >d1.csv
	expect 0 sessionize --state s -o o1.csv d1.csv
	cp s before
	at 1 2 >d2.csv
	echo 3,yesterday,v >>d2.csv
	expect 1 sessionize --state s -o o2.csv d2.csv
	same s before
	[[ ! -e o2.csv ]]
	at 1 2 >d2.csv
	expect 3 sessionize --state s -o /dev/full d2.csv
	same s before
	(cd / && expect 3 sessionize --state "$BATS_TEST_TMPDIR/s" -o "$BATS_TEST_TMPDIR/none/o2.csv" "$BATS_TEST_TMPDIR/d2.csv")
	same s before
	mkfifo pipe
	sessionize --state s -o o2.csv pipe &
	local pid=$!
	exec 5>pipe
	cat d2.csv >&5
	kill -KILL $pid
	exec 5>&-
	wait $pid || :
	same s before
	[[ ! -e o2.csv ]]
	find . -name '.*' -type f | same /dev/null -
	# and can be run again
	expect 0 sessionize --state s --flush -o o2.csv d2.csv
	(($(sed 1d o2.csv | grep -c .) == 3))
}

@test "sessionize: no records, or none at all" {
	echo event_id,ts,visitor_id >in.csv
	expect 0 sessionize in.csv
	out_is event_id,ts,visitor_id,session_id,session_hit
	: >empty
	expect 0 sessionize empty
	out_is
	expect 0 sessionize empty in.csv
	out_is event_id,ts,visitor_id,session_id,session_hit
}

@test "sessionize: bad usage is exit 2" {
	at 0 >in.csv
	expect 2 sessionize --gap yesterday in.csv
	err_has "--gap: not a length of time (like 30m, 36h, 365d): 'yesterday'"
	expect 2 sessionize --gap -5m in.csv
	expect 2 sessionize --max-events 0 in.csv
	expect 2 sessionize --max-session x in.csv
	echo event_id,time,visitor_id >other.csv
	expect 2 sessionize other.csv
	err_has "other.csv: there is no column 'ts'"
	echo event_id,ts,visitorid >other.csv
	expect 2 sessionize other.csv
	err_has "there is no column 'visitor_id'; did you mean 'visitorid'? (--as visitor_id='visitorid')"
	echo event_id,ts,visitor_id,session_id >other.csv
	expect 2 sessionize other.csv
	err_has "there is a column 'session_id' already; rename it with --as old_session_id=session_id"
	expect 0 sessionize --as old_session_id=session_id other.csv
	expect 2 sessionize --gab 3m in.csv
	err_has '--gab: no such option; did you mean --gap?'
}
