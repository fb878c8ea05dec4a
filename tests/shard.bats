# shard - the same key in the same file, everywhere; all files or none.
load helpers

setup()
{
	mkdir "$BATS_TEST_TMPDIR/w" && cd "$BATS_TEST_TMPDIR/w" || return
}

# files [DIR] - what is in a directory, hidden or not.
files()
{
	find "${1-.}" -mindepth 1 -printf '%P\n' | sort
}

# visits N - tsv of N records of some N / 4 visitors.
visits()
{
	awk -v n="$1" 'BEGIN {
		srand(7)
		print "visitor_id\tts\tpage"
		for (i = 1; i <= n; i++) printf "v%d\t2026-11-22T08:%02d:00Z\t/p%d\n", int(n / 4 * rand()), i % 60, i
	}'
}

@test "shard: where a key goes is XXH3_64bits mod N, for ever" {
	# 2d06800538d394c2 e6c632b61e964e1f 699a96a965cd390d 2225df3932692638 f3575e7c52e0051e 249e2808bea94f68
	printf '%s\n' key '' a v1 v2 v3 客户 >in.tsv
	expect 0 shard -k key -n 8 -o 's{}.tsv' in.tsv
	quiet
	out_is
	for f in s?.tsv; do sed "1d; s/^/$f /" "$f"; done | is \
		's0.tsv v2' 's0.tsv 客户' 's2.tsv ' 's5.tsv v1' 's6.tsv v3' 's7.tsv a'
}

@test "shard: every record once, keys whole, order kept, a header in each file" {
	visits 3000 >in.tsv
	expect 0 shard -k visitor_id -n 7 -o '{}.tsv' in.tsv
	for f in {0..6}.tsv; do
		sed -n 1p "$f" | is $'visitor_id\tts\tpage'
		# the page counts the records of the input
		sed 1d "$f" | cut -f 3 | tr -d /p | sort -nc
		sed 1d "$f" | cut -f 1 | sort -u >>keys
	done
	sort keys | uniq -d | is
	sed -s 1d {0..6}.tsv | sort >got
	sed 1d in.tsv | sort | same got -
	# about as many in each
	(($(sed 1d 3.tsv | grep -c .) > 250))
}

@test "shard: the encoding, the block size and the machine's zone do not matter" {
	printf 'k\tn\n' >in.tsv
	for i in {1..200}; do printf 'k%d, "q"\\t\\\\%d\t%d\n' $((i % 40)) $((i % 3)) "$i"; done >>in.tsv
	mkdir a b c d
	expect 0 shard -k k -n 5 -o 'a/{}.tsv' in.tsv
	expect 0 shard -k k -n 5 -o 'b/{}.csv' in.tsv
	expect 0 shard -k k -n 5 -o 'c/{}.ndjson' in.tsv
	cat b/?.csv | grep -v '^k,n' >in.csv
	expect 0 shard --columns k,n -k k -n 5 -o 'd/{}.tsv' --block-size 16 in.csv
	for i in {0..4}; do
		same "d/$i.tsv" "a/$i.tsv"
		jq -r '[.k, .n] | @tsv' "c/$i.ndjson" >got
		sed 1d "a/$i.tsv" | same got -
	done
	# ndjson to ndjson passes the lines as they are
	cat c/?.ndjson >in.ndjson
	expect 0 shard -k k -n 5 -o 'd/{}.ndjson' in.ndjson
	for i in {0..4}; do same "d/$i.ndjson" "c/$i.ndjson"; done
	expect 0 shard -k k -n 5 -o 'd/part{}' --to csv in.ndjson
	for i in {0..4}; do same "d/part$i" "b/$i.csv"; done
}

@test "shard: a key of several columns is told apart by its parts" {
	printf '%s\t%s\n' a b ab c a bc '' abc abc '' >in.tsv
	expect 0 shard -k a,b -n 4096 -o 's{}.tsv' in.tsv
	[[ $(find . -name 's*.tsv' | grep -c .) == 4096 ]]
	# the lengths, little-endian, and the bytes
	grep -n -s '^.*abc\|^a	bc\|^ab	c' s*.tsv | is $'s0942.tsv:2:ab\tc' $'s2318.tsv:2:abc\t' $'s2765.tsv:2:\tabc' $'s3825.tsv:2:a\tbc'
}

@test "shard: a missing key goes to file 0 and is counted" {
	printf 'a\tb\tn\n\\N\tx\t1\nx\t\\N\t2\n\\N\t\\N\t3\n\tx\t4\n' >in.tsv
	expect 0 shard -k a,b -n 50 -o 's{}.tsv' --ledger l in.tsv
	sed 1d s00.tsv | cut -f 3 | is 1 2 3
	jq -e '.no_key == 3 and .records_in == 4 and .records_out == 4 and .exit == 0' l >jq.out
	expect 0 shard -k a -n 50 -o 's{}.tsv' in.tsv
	sed 1d s00.tsv | cut -f 3 | is 1 3
}

@test "shard: numbers are padded to the width of the last one, {} may come twice" {
	visits 10 >in.tsv
	for n in 1 10 11 101; do
		mkdir $n
		expect 0 shard -k visitor_id -n $n -o "$n/p{}.tsv" in.tsv
	done
	files 1 | is p0.tsv
	files 10 | is p{0..9}.tsv
	files 11 | is p{00..10}.tsv
	files 101 | is p{000..100}.tsv
	mkdir d0 d1
	expect 0 shard -k visitor_id -n 2 -o 'd{}/part-{}.tsv' in.tsv
	files d0 | is part-0.tsv
	files d1 | is part-1.tsv
	sed 1d 1/p0.tsv >got
	sed 1d in.tsv | same got -
}

@test "shard: --select, --no-header, --where and derived parts of the key" {
	printf 'ts,visitor_id,page\n2026-11-21T23:00:00Z,v1,/a\n2026-11-22T01:00:00Z,v2,/b\n2026-11-22T23:30:00Z,v3,/c\n' >in.csv
	expect 0 shard -k day --tz Europe/Paris -n 3 -o '{}.csv' --select page,ts --no-header in.csv
	cat ./?.csv | sort | is /a,2026-11-21T23:00:00Z /b,2026-11-22T01:00:00Z /c,2026-11-22T23:30:00Z
	[[ $(grep -l /a ./?.csv) == $(grep -l /b ./?.csv) ]]
	expect 0 shard -k visitor_id --where "page != '/b'" -n 1 -o '{}.tsv' --ledger l in.csv
	cut -f 2 0.tsv | is visitor_id v1 v3
	jq -e '.filtered == 1 and .records_in == 3 and .records_out == 2' l >jq.out
}

@test "shard: empty input gives N files without records" {
	printf 'visitor_id\n' >in.tsv
	expect 0 shard -k visitor_id -n 3 -o '{}.tsv' in.tsv
	cat ./?.tsv | is visitor_id visitor_id visitor_id
	: >empty
	expect 0 shard -k visitor_id -n 2 -o 'e{}.tsv' empty
	[[ -e e0.tsv && -e e1.tsv && ! -e e2.tsv ]]
}

@test "shard: bad data leaves no file, and what was there before" {
	visits 5000 >in.tsv
	echo 'one field' >>in.tsv
	echo before >1.tsv
	expect 1 shard -k visitor_id -n 3 -o '{}.tsv' --ledger l in.tsv
	err_has 'in.tsv:5002:'
	files | is 1.tsv in.tsv l
	is before <1.tsv
	jq -e '.exit == 1 and .records_out == 0' l >jq.out
	expect 0 shard -k visitor_id -n 3 -o '{}.tsv' --rejects bad in.tsv
	sed -s 1d ./?.tsv | grep -c . | is 5000
}

@test "shard: a full disk leaves no file" {
	visits 5000 >in.tsv
	ln -s /dev/full 1.tsv
	expect 3 shard -k visitor_id -n 3 -o '{}.tsv' in.tsv
	err_has '1.tsv: No space left on device'
	files | is 1.tsv in.tsv
}

@test "shard: a directory in the way of a name leaves no file" {
	visits 100 >in.tsv
	mkdir 2.tsv
	expect 3 shard -k visitor_id -n 3 -o '{}.tsv' in.tsv
	err_has '2.tsv: Is a directory'
	[[ ! -e 0.tsv && ! -e 1.tsv ]]
	expect 3 shard -k visitor_id -n 3 -o 'nowhere/{}.tsv' in.tsv
	err_has 'nowhere/: No such file or directory'
	find . -name '.*' -type f | is
}

@test "shard: a signal leaves no file" {
	visits 5000 >in.tsv
	mkfifo pipe
	shard -k visitor_id -n 3 -o '{}.tsv' pipe &
	local pid=$!
	exec 5>pipe
	cat in.tsv >&5
	kill -TERM "$pid"
	exec 5>&-
	wait "$pid" && fail 'shard went on'
	files | is in.tsv pipe
}

@test "shard: files may be pipes" {
	visits 1000 >in.tsv
	mkfifo 0.tsv 1.tsv
	local readers=()
	cat 0.tsv >got0 &
	readers+=($!)
	cat 1.tsv >got1 &
	readers+=($!)
	expect 0 shard -k visitor_id -n 2 -o '{}.tsv' in.tsv
	wait "${readers[@]}" # and not for the watch that the test is under
	expect 0 shard -k visitor_id -n 2 -o 'w{}.tsv' in.tsv
	same got0 w0.tsv
	same got1 w1.tsv
}

@test "shard: more files than the soft limit allows, but not than the hard one" {
	visits 2000 >in.tsv
	(ulimit -Sn 64 && expect 0 shard -k visitor_id -n 300 -o '{}.tsv' in.tsv)
	sed -s 1d ./???.tsv | grep -c . | is 2000
	(ulimit -n 100 && expect 3 shard -k visitor_id -n 300 -o 'x{}.tsv' in.tsv)
	err_has '-n 300: the limit of open files is 100: raise it (ulimit -Hn)'
	[[ ! -e x000.tsv ]]
}

@test "shard: bad usage is exit 2" {
	visits 10 >in.tsv
	expect 2 shard -k visitor_id -n 3 in.tsv
	err_has "-k COLS, -n N and -o 'DIR/{}.tsv' are all needed"
	expect 2 shard -n 3 -o '{}.tsv' in.tsv
	expect 2 shard -k visitor_id -o '{}.tsv' in.tsv
	expect 2 shard -k visitor_id -n 0 -o '{}.tsv' in.tsv
	err_has "--shards: not a whole number from 1 to 4096: '0'"
	expect 2 shard -k visitor_id -n 4097 -o '{}.tsv' in.tsv
	expect 2 shard -k visitor_id -n 3 -o 'part.tsv' in.tsv
	err_has "--output: no {} where the number of the file goes: 'part.tsv'"
	expect 2 shard -k visitor -n 3 -o '{}.tsv' in.tsv
	err_has "there is no column 'visitor'; did you mean 'visitor_id'?"
	expect 2 shard -k visitor_id -n 3 -o '{}.tsv' --select pages in.tsv
	expect 3 shard -k visitor_id -n 3 -o '{}.tsv' nowhere.tsv
	files | is in.tsv
	expect 0 shard --help
	grep -q -- '-n, --shards N' "$OUT"
}
