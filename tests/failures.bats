# failures - what goes wrong is told, with its place; half a result is never there.
load helpers

setup()
{
	cd "$BATS_TEST_TMPDIR" || return
}

# refused MESSAGE TEXT [OPTION]… - dedupe-uv -k k ends with exit 1 and just this message on such an input (printf's
# %b), whatever the block size; `in` stands for the file.
refused()
{
	local message=$1 block
	printf '%b' "$2" >in
	shift 2
	for block in 1 5 262144; do
		expect 1 dedupe-uv -k k "$@" --block-size "$block" in || return
		same "$ERR" - <<<"dedupe-uv: $message" || return
	done
}

# same_input FILE - fails unless our standard input is what the file holds.
same_input()
{
	local want=$1
	cat "$want" >"$BATS_TEST_TMPDIR/../want.$BATS_TEST_NUMBER"
	cat >"$BATS_TEST_TMPDIR/../got.$BATS_TEST_NUMBER"
	same "$BATS_TEST_TMPDIR/../got.$BATS_TEST_NUMBER" "$BATS_TEST_TMPDIR/../want.$BATS_TEST_NUMBER"
}

# nothing_left [FILE]… - fails unless these are all files in the directory, hidden or not.
nothing_left()
{
	find . -mindepth 1 ! -name out ! -name err ! -name want -printf '%P\n' | sort >"$ERR"
	printf '%s\n' "$@" | sort | same "$ERR" -
}

@test "failures: a value that is not what its column is for, with its place" {
	refused "in:3: column 'k': not a number: 'x1'" 'k,n\n1,1\nx1,2\n' --sum k --from csv
	refused "in:2: column 'ts': not a time: 'yesterday'" 'k,ts\na,yesterday\n' --by ts
	refused "in:2: column 'ts': not a time: '19970101'" 'k,ts\na,19970101\n' --by ts
	refused "in:3: column 'at': not a time: '2026-02-30'" 'k,ts\na,\n"b\n",2026-02-30\n' --as at=ts --by at
	refused "in:2: column 'n': not a number: '1,5'" 'k\tn\na\t1,5\n' --sum n
	refused "in:1: column 'n': not a number: 'true'" '{"k":1,"n":true}\n' --sum n
	refused "in:2: column 'n.m': not a number: '[1]'" '{"k":1}\n{"k":1,"n":{"m":[1]}}\n' --by n.m:number
	# a long value is cut, an odd one escaped
	refused "in:2: column 'n': not a number: '$(printf '%064d' 0 | tr 0 x)...'" "k,n\na,$(printf '%0100d' 0 | tr 0 x)\n" --sum n
	refused "in:2: column 'n': not a number: '\\x01\\'\\\\\\x0a'" "k,n\na,\"\\0001'\\\\\n\"\n" --sum n
}

@test "failures: too few and too many fields" {
	refused 'in:3: 1 field where the header has 2' 'k,n\na,1\nb\n'
	refused 'in:2: 3 fields where the header has 2' 'k,n\na,1,2\n'
	refused 'in:2: 3 fields where the header has 2' 'k,n\na,"1",2\nb,1\n'
	refused 'in:5: 1 field where the header has 2' 'k\tn\na\t1\n\\t\t\\n\n\t\n\n'
	refused 'in:2: 2 fields where the header has 1' 'k\na,1'
	refused 'in:2: 1 field where the header has 2' 'k\tn\na\r\n'
}

@test "failures: quotes and carriage returns" {
	refused 'in:2: unterminated quote' 'k,n\na,"1\nb,2\n'
	refused 'in:3: unterminated quote' 'k,n\na,1\n"b,1'
	refused 'in:2: a quote in the wrong place' 'k,n\na,1"2\n'
	refused 'in:2: a quote in the wrong place' 'k,n\na,"1"2\n'
	refused 'in:2: a quote in the wrong place' 'k,n\na, "1"\n'
	refused 'in:2: a carriage return without a line feed' 'k,n\na,1\rb,2\n'
	refused 'in:2: a carriage return without a line feed' 'k,n\na,1\r\r\n'
	refused 'in:2: a carriage return without a line feed' 'k,n\na,1\r'
	refused 'in:2: a carriage return without a line feed' 'k,n\na,"1"\r"b",2\r\n'
	refused 'in:1: header: a carriage return without a line feed' 'k,n\ra,1\r'
	refused 'in:1: header: a carriage return without a line feed' '\rk,n\na,1\n'
	refused 'in:1: header: a quote in the wrong place' 'k,n"\na,1\n'
	refused 'in:1: header: unterminated quote' 'k,"n\na,1\n'
}

@test "failures: a lone backslash in tsv" {
	refused "in:2: column 'n': a lone backslash at the end" 'k\tn\na\t1\\\n' --select k,n
	refused "in:3: column 'k': a lone backslash at the end" 'k\tn\na\t1\nb\\\\\\\tx\n'
	refused 'in:1: header: a lone backslash at the end' 'k\tn\\\na\t1\n'
	# a column that nobody needs is passed as it stands
	printf 'k\tn\na\t1\\\n' >in
	expect 0 dedupe-uv -k k in
	same "$OUT" in
}

@test "failures: JSON that is none" {
	refused 'in:2: JSON that is cut off' '{"k":1}\n{"k":2,"x":[1\n' || refused 'in:2: not JSON' '{"k":1}\n{"k":2,"x":[1\n'
	refused 'in:1: not JSON: a string does not end; name the columns with --columns' '{"k":"1\n' ||
		refused 'in:1: not JSON: a string does not end' '{"k":"1\n' --columns k
	refused 'in:3: not UTF-8' '{"k":1}\n{"k":2}\n{"k":"\xff"}\n'
	refused 'in:2: something follows the JSON object' '{"k":1}\n{"k":2}{"k":3}\n'
	refused 'in:2: not a JSON object' '{"k":1}\n[1]\n'
	refused 'in:2: not JSON: a wrong number' '{"k":1}\n{"k":01}\n'
	refused 'in:2: JSON nested too deeply' "{\"k\":1}\n{\"x\":$(printf '%0600d' 0 | tr 0 '[')$(printf '%0600d' 0 | tr 0 ']')}\n"
	# text that ends in the middle of a record, at each byte of it
	local whole='{"k":"\u00e9\\n","x":[1,{"y":null}],"z":-1.5e3}' i
	for ((i = 1; i < ${#whole}; i++)); do
		printf '{"k":1}\n%s' "${whole:0:i}" >in
		expect 1 dedupe-uv -k k in
		err_has 'dedupe-uv: in:2: '
	done
}

@test "failures: a broken quote costs its line, not the file" {
	{
		echo k,n
		for i in {1..500}; do echo "$i,plain"; done
		echo 'bad,"x'
		for i in {501..1000}; do echo "$i,\"quo,ted\""; done
		echo 'worse,x"'
		for i in {1001..1500}; do echo "$i,\"a"; echo 'b"'; done
	} >in.csv
	for block in 100 262144; do
		expect 0 dedupe-uv -k k --rejects bad --max-rejects 2 --block-size "$block" in.csv
		cut -f 2,6 bad | sed 1d | same_input <(printf '502\tbad,"x\n1003\tworse,x"\n')
		(($(grep -c '^[0-9]' "$OUT") == 1500))
	done
	# an open quote at the end of the file, too
	printf 'k,n\n1,"a\n2,b\n3,c\n' >in.csv
	expect 0 dedupe-uv -k k --rejects bad --max-rejects 1 in.csv
	out_is k,n 2,b 3,c
}

@test "failures: a column that is not there is exit 2, with the nearest name" {
	printf 'visitorId,time,a\n' >in.csv
	expect 2 sessionize in.csv
	err_has "sessionize: in.csv: there is no column 'ts'"
	expect 2 sessionize --as ts=time in.csv
	err_has "sessionize: in.csv: there is no column 'visitor_id'; did you mean 'visitorId'? (--as visitor_id='visitorId')"
	expect 2 dedupe-uv in.csv
	err_has "dedupe-uv: in.csv: there is no column 'event_id'"
	expect 2 dedupe-uv -k TIME in.csv
	err_has "did you mean 'time'?"
	out_is
}

@test "failures: files that cannot be read are exit 3" {
	expect 3 dedupe-uv nowhere.csv
	err_has 'dedupe-uv: nowhere.csv: No such file or directory'
	mkdir d
	expect 3 dedupe-uv d
	err_has 'dedupe-uv: d: is a directory'
	expect 3 sessionize <d
	err_has 'sessionize: -: is a directory'
	printf 'k\n1\n' >in.csv
	expect 3 dedupe-uv -k k in.csv nowhere.csv
	expect 3 dedupe-uv -k k -o out.csv in.csv nowhere.csv
	[[ ! -e out.csv ]]
	expect 3 dedupe-uv -k k <&-
	if (($(id -u))); then
		chmod 000 in.csv
		expect 3 dedupe-uv -k k in.csv
		err_has 'in.csv: Permission denied'
	fi
}

@test "failures: a full disk is exit 3" {
	printf 'k,ts,visitor_id\n1,2026-11-22T10:00:00Z,v\n' >in.csv
	local run
	for run in 'dedupe-uv -k k' 'dedupe-uv -k k --count n' sessionize 'sessionize --state s'; do
		# shellcheck disable=SC2086 # words
		expect 3 $run -o /dev/full in.csv
		err_has '/dev/full: No space left on device'
		expect 3 bash -c "$run in.csv >/dev/full"
		err_has 'standard output: No space left on device'
	done
	[[ ! -e s ]]
	expect 3 dedupe-uv -k k --rejects /dev/full --max-rejects 100% in.csv
	expect 3 dedupe-uv -k k --ledger /dev/full in.csv
	awk 'BEGIN { print "k"; for (i = 0; i < 200000; i++) print i }' >in.csv
	expect 3 dedupe-uv -k k -o /dev/full in.csv
	expect 3 dedupe-uv -k k -o none/out.csv in.csv
	err_has 'none/out.csv: No such file or directory'
}

@test "failures: a file system that fills up leaves no file, and the one that was there" {
	mkdir small
	awk 'BEGIN { print "k"; for (i = 0; i < 200000; i++) print i }' >in.csv
	echo before >small/old.csv
	# a limit on the size of files does what a full disk does (SIGXFSZ is off, as for write(2) on a full disk)
	expect 3 bash -c "trap '' XFSZ; ulimit -f 64; dedupe-uv -k k -o small/old.csv in.csv"
	err_has 'small/old.csv: File too large'
	same small/old.csv - <<<before
	find small -mindepth 1 -printf '%P\n' | same_input <(echo old.csv)
}

@test "failures: a closed pipe ends the run by SIGPIPE" {
	awk 'BEGIN { print "k"; for (i = 0; i < 3000000; i++) print i }' >in.csv
	local status=()
	{ dedupe-uv -k k in.csv || status=($?); echo "${status[*]}" >code; } | head -n 1 >first
	same code - <<<141
	same first - <<<k
}

@test "failures: bad input leaves no output file, and what was there before" {
	awk 'BEGIN { print "k,n"; for (i = 0; i < 100000; i++) print i ",1"; print "x" }' >in.csv
	expect 1 dedupe-uv -k k -o new.csv in.csv
	[[ ! -e new.csv ]]
	echo before >old.csv
	expect 1 dedupe-uv -k k -o old.csv in.csv
	same old.csv - <<<before
	expect 2 dedupe-uv -k m -o old.csv in.csv
	same old.csv - <<<before
	nothing_left in.csv old.csv
	# over itself
	sed '$d' in.csv >good.csv
	cp good.csv same.csv
	expect 0 dedupe-uv -k k -o same.csv same.csv
	same same.csv good.csv
}

@test "failures: a run that is killed leaves no output file, and what was there before" {
	printf 'k\n1\n2\n' >in.csv
	mkfifo pipe
	echo before >old.csv
	local signal pid
	for signal in KILL TERM; do
		dedupe-uv -k k -o old.csv pipe &
		pid=$!
		exec 5>pipe
		cat in.csv >&5
		# it has opened its output when it waits for more
		kill -$signal $pid
		exec 5>&-
		wait $pid && fail "SIG$signal did not end it"
		same old.csv - <<<before
		nothing_left in.csv old.csv pipe
	done
}

@test "failures: a device or a pipe is written, not replaced" {
	printf 'k\n1\n' >in.csv
	mkfifo pipe
	cat pipe >got &
	local pid=$!
	expect 0 dedupe-uv -k k -o pipe in.csv
	wait $pid
	same got in.csv
	[[ -p pipe ]]
	expect 0 dedupe-uv -k k -o /dev/null in.csv
	[[ -c /dev/null ]]
}

@test "failures: a record longer than --max-record ends the run, wherever blocks end" {
	local block long
	long=$(printf '%0200d' 0)
	for block in 1 64 199 200 201 300 262144; do
		printf 'k,n\na,1\n%s,2\n' "$long" >in.csv
		expect 1 dedupe-uv -k k --max-record 200 --block-size "$block" in.csv
		err_has 'dedupe-uv: in.csv:3: a line longer than --max-record'
		expect 0 dedupe-uv -k k --max-record 203 --block-size "$block" in.csv
		# no rejects file helps: where it ends is not known
		expect 1 dedupe-uv -k k --max-record 200 --rejects bad --max-rejects 100% --block-size "$block" in.csv
		printf 'k\tn\na\t1\n%s\t2\n' "$long" >in.tsv
		expect 1 dedupe-uv -k k --max-record 200 --block-size "$block" in.tsv
		err_has 'in.tsv:3: a line longer than --max-record'
		printf '{"k":1}\n{"k":"%s"}\n' "$long" >in.ndjson
		expect 1 dedupe-uv -k k --max-record 200 --block-size "$block" in.ndjson
		err_has 'in.ndjson:2: a line longer than --max-record'
		expect 1 dedupe-uv -k k --max-record 3 --block-size "$block" in.csv
		err_has 'in.csv:1: the first line is longer than --max-record'
		# how far a quote may run
		printf 'k,n\na,"%s\n%s"\nb,2\n' "${long:100}" "${long:100}" >in.csv
		expect 1 dedupe-uv -k k --max-record 150 --block-size "$block" in.csv
		err_has 'in.csv:2: a quote that does not end within --max-record'
		expect 0 dedupe-uv -k k --max-record 150 --rejects bad --max-rejects 2 --block-size "$block" in.csv
		out_is k,n b,2
		cut -f 2,5 bad | sed 1d | same_input <(printf '2\ta quote that does not end within --max-record\n3\ta quote in the wrong place\n')
		expect 0 dedupe-uv -k k --max-record 206 --block-size "$block" in.csv
	done
}

@test "failures: a quote that is never closed in a large file reads little more than once" {
	awk 'BEGIN { print "k,n"; print "x,\"open"; for (i = 0; i < 400000; i++) print i ",abcdefghijklmnopqrstuvwxyz" }' >in.csv
	expect 0 dedupe-uv -k k --rejects bad --max-rejects 1 --max-record 1M --ledger l in.csv
	(($(grep -c . "$OUT") == 400001))
	jq -e --argjson n "$(stat -c %s in.csv)" '.bytes_in == $n' l >jq.out
	expect 1 dedupe-uv -k k in.csv
	err_has 'in.csv:2: unterminated quote'
}

@test "failures: many broken quotes, each of which could run far" {
	awk 'BEGIN { print "k,n"; for (i = 0; i < 100000; i++) print i ",\"open" }' >in.csv
	expect 0 dedupe-uv -k k --rejects bad --max-rejects 100% --ledger l in.csv
	jq -e '.records_in == .records_out + .rejected and .records_in >= 99999' l >jq.out
}

@test "failures: fields of a megabyte, a hundred thousand columns" {
	awk 'BEGIN { s = "x"; while (length(s) < 1048576) s = s s; q = s; gsub(/x/, "\"\"", q)
		printf "k,v\n1,%s\n2,\"%s\n%s\"\n3,\n", s, substr(q, 1, 1048576), s }' >in.csv
	expect 0 dedupe-uv -k k in.csv
	same "$OUT" in.csv
	for to in tsv ndjson; do
		expect 0 dedupe-uv -k k --to $to -o big.$to in.csv
		expect 0 dedupe-uv -k k --to csv --block-size 1000 big.$to
		same "$OUT" in.csv
	done
	expect 0 dedupe-uv -k v --keep last --select v in.csv
	(($(tail -c +3 "$OUT" | tr -cd x | wc -c) == 2 * 1048576))
	awk 'BEGIN { for (i = 1; i <= 100000; i++) printf "c%d%s", i, (i < 100000 ? "," : "\n")
		for (r = 1; r <= 3; r++) for (i = 1; i <= 100000; i++) printf "%d%s", i % (r + 7), (i < 100000 ? "," : "\n") }' >wide.csv
	expect 0 dedupe-uv -k c99999,c1 wide.csv
	same "$OUT" wide.csv
	expect 0 dedupe-uv -k c99999 --select c100000,c1 wide.csv
	out_is c100000,c1 0,1 1,1 0,1
	sed -n 1p wide.csv >short.csv && echo 1,2 >>short.csv
	expect 1 dedupe-uv -k c1 short.csv
	err_has 'short.csv:2: 2 fields where the header has 100000'
	awk 'BEGIN { printf "{"; for (i = 1; i <= 100000; i++) printf "%s\"c%d\":%d", (i > 1 ? "," : ""), i, i; print "}" }' >wide.ndjson
	expect 0 dedupe-uv -k c99999 wide.ndjson
	same "$OUT" wide.ndjson
}

@test "failures: keys made to collide, and all alike" {
	awk 'BEGIN { print "k,n"; for (i = 0; i < 100000; i++) printf "%s,%d\n", sprintf("%064d", i * 16384 % 2147483647), i
		for (i = 0; i < 100000; i++) print ",\"\"" }' >in.csv
	expect 0 dedupe-uv -k k --ledger l in.csv
	jq -e '.records_out == 200000 and .no_key == 100000' l >jq.out
	expect 0 dedupe-uv -k n in.csv
	(($(grep -c . "$OUT") == 100002))
}
