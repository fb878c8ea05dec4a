# records - values in and out of csv, tsv and ndjson; columns by name; bad records; the ledger.
load helpers

setup()
{
	cd "$BATS_TEST_TMPDIR" || return
}

# written ENC - the same records in each encoding, as we write them: missing and empty, quotes, line ends, tabs,
# backslashes, blanks, UTF-8, control characters; a column whose name needs care.
written()
{
	case $1 in
	tsv)
		printf 'id\tv "w", x\tz\n1\t\\N\tend\n2\t\tend\n3\t"a,b"\t\\N\n4\ta\\nb\\r\\nc\t\n5\t\\t\\\\\\\\N\tx\n'
		printf '6\t \xc3\xa9\xe5\xae\xa2\xf0\x9f\x98\x80 \tx\n7\t\x01\x7f\tx\n8\t\\r\tx\n9\t\\\\N\t1.10\n'
		;;
	csv)
		printf 'id,"v ""w"", x",z\n1,,end\n2,"",end\n3,"""a,b""",\n4,"a\nb\r\nc",""\n5,\t\\\\N,x\n'
		printf '6, \xc3\xa9\xe5\xae\xa2\xf0\x9f\x98\x80 ,x\n7,\x01\x7f,x\n8,"\r",x\n9,\\N,1.10\n'
		;;
	ndjson)
		printf '{"id":"%d","v \\"w\\", x":%s,"z":%s}\n' 1 null '"end"' 2 '""' '"end"' 3 '"\"a,b\""' null \
			4 '"a\nb\r\nc"' '""' 5 '"\t\\\\N"' '"x"' 6 $'" \xc3\xa9\xe5\xae\xa2\xf0\x9f\x98\x80 "' '"x"' \
			7 $'"\\u0001\x7f"' '"x"' 8 '"\r"' '"x"' 9 '"\\N"' '"1.10"'
		;;
	esac
}

@test "records: nine ways from encoding to encoding, byte for byte, for every block size" {
	local from to block
	for from in csv tsv ndjson; do written $from >in.$from; done
	for from in csv tsv ndjson; do
		for to in csv tsv ndjson; do
			for block in 1 2 3 5 8 13 21 64 262144; do
				expect 0 dedupe-uv -k id --to $to --block-size $block in.$from
				quiet
				same "$OUT" in.$to || fail "$from $to $block" || return
			done
			# the same where each record is taken apart and put together
			expect 0 dedupe-uv -k id --select 'id,v "w"\, x,z' --to $to in.$from
			same "$OUT" in.$to || fail "$from $to --select" || return
			expect 0 dedupe-uv -k id --keep last --to $to in.$from
			same "$OUT" in.$to
		done
	done
}

@test "records: the encoding by --from and --to, by name, by content" {
	local enc
	for enc in csv tsv ndjson; do
		written $enc >in
		written tsv >wanted
		expect 0 dedupe-uv -k id --to tsv in
		same "$OUT" wanted
		expect 0 dedupe-uv -k id --to tsv --block-size 1 in
		same "$OUT" wanted
		expect 0 dedupe-uv -k id --to tsv <in
		same "$OUT" wanted
		cp in "in.$enc"
		expect 0 dedupe-uv -k id -o out.tsv "in.$enc"
		same out.tsv wanted
		expect 0 dedupe-uv -k id in
		same "$OUT" in
		expect 0 dedupe-uv -k id -o "out.of.$enc" wanted
		same "out.of.$enc" in
		expect 0 dedupe-uv -k id -o out.txt in
		same out.txt in
	done
	written ndjson >in.jsonl
	expect 0 dedupe-uv -k id --to jsonl in.jsonl
	same "$OUT" in.jsonl
	# the name is wrong; --from has the last word
	written csv >in.tsv
	expect 0 dedupe-uv -k id --from csv in.tsv
	same "$OUT" in.tsv
	# blank lines before an object; a TAB that comes late, and in small pieces
	{ printf '\n \n' && written ndjson; } >in
	expect 0 dedupe-uv -k id --block-size 1 --to csv in
	written csv | same "$OUT" -
	{ printf '%070d\tb\n' 0 && printf '1\t2\n'; } >in
	{ cat <(printf 'x\t') && sleep 0.1 && printf 'k\n1\t2\n'; } | { expect 0 dedupe-uv -k k --to csv && out_is x,k 1,2; }
	expect 0 dedupe-uv -k b --block-size 7 --to csv in
	sed -n 2p "$OUT" | is 1,2
}

@test "records: byte order mark, CRLF, no last line end" {
	local enc
	for enc in csv tsv ndjson; do
		written $enc | grep -v '^[48]\|^b\|^c\|id":"[48]"' >wanted
		{ printf '\xef\xbb\xbf' && cat wanted; } >bom
		sed 's/$/\r/' wanted >crlf
		head -c -1 wanted >open
		{ printf '\xef\xbb\xbf' && sed 's/$/\r/' wanted | head -c -2; } >all
		for file in bom crlf open all; do
			for block in 1 3 64 262144; do
				expect 0 dedupe-uv -k id --from $enc --block-size $block $file
				same "$OUT" wanted || fail "$enc $file $block" || return
			done
		done
		# a column's name has no mark in it
		cp all "all.$enc"
		expect 0 dedupe-uv -k id --to csv "all.$enc"
		sed -n 1p "$OUT" | is 'id,"v ""w"", x",z'
	done
}

@test "records: header only, empty file, empty lines" {
	echo a,b >in.csv
	expect 0 dedupe-uv -k a in.csv
	out_is a,b
	expect 0 dedupe-uv -k a --to tsv in.csv
	out_is $'a\tb'
	expect 0 dedupe-uv -k a --to ndjson in.csv
	out_is
	printf 'a,b' >in.csv
	expect 0 dedupe-uv -k a in.csv
	out_is a,b
	: >empty
	expect 0 dedupe-uv -k a --ledger l empty
	out_is
	jq -e '.records_in == 0 and .bytes_in == 0 and .exit == 0' l >jq.out
	expect 0 dedupe-uv -k a </dev/null
	out_is
	printf '\xef\xbb\xbf' >empty
	expect 0 dedupe-uv -k a empty
	printf 'a,b\n\n1,2\n\r\n3,4\n\n' >in.csv
	expect 0 dedupe-uv -k a --ledger l2 in.csv
	out_is a,b 1,2 3,4
	jq -e '.records_in == 2' l2 >jq.out
	printf '\n{"a":1}\n\n \t\r\n{"a":2}\n' >in.ndjson
	expect 0 dedupe-uv -k a in.ndjson
	out_is '{"a":1}' '{"a":2}'
	printf '\n\n' >in.ndjson
	expect 0 dedupe-uv -k a in.ndjson
	out_is
}

@test "records: one column, with missing and empty values" {
	printf 'a\nx\n\n""\ny\n' >in.csv
	printf 'a\nx\n\\N\n\ny\n' >in.tsv
	printf '{"a":"x"}\n{"a":null}\n{"a":""}\n{"a":"y"}\n' >in.ndjson
	local from to
	for from in csv tsv ndjson; do
		for to in csv tsv ndjson; do
			expect 0 dedupe-uv -k a --from $from --to $to --block-size 1 in.$from
			same "$OUT" in.$to || fail "$from $to" || return
		done
	done
	# behind an extra column it is no longer the last
	expect 0 dedupe-uv -k a --count n in.csv
	out_is a,n x,1 ,1 '"",1' y,1
	printf 'a\n\n\r\n' >in.csv
	expect 0 dedupe-uv -k a --to tsv in.csv
	out_is a '\N' '\N'
}

@test "records: NUL bytes are data in csv and tsv, and no JSON" {
	printf 'a,b\nx\0y,1\nx,2\n"\0",3\nx\0y,4\n' >in.csv
	expect 0 dedupe-uv -k a in.csv
	printf 'a,b\nx\0y,1\nx,2\n"\0",3\n' | same "$OUT" -
	expect 0 dedupe-uv -k a --to tsv in.csv
	printf 'a\tb\nx\0y\t1\nx\t2\n\0\t3\n' | same "$OUT" -
	expect 0 dedupe-uv -k a --to ndjson in.csv
	out_is '{"a":"x\u0000y","b":"1"}' '{"a":"x","b":"2"}' '{"a":"\u0000","b":"3"}'
	cp "$OUT" in.ndjson
	expect 0 dedupe-uv -k a --to csv in.ndjson
	printf 'a,b\nx\0y,1\nx,2\n\0,3\n' | same "$OUT" -
	printf '{"a":"x\0y"}\n' >in.ndjson
	expect 1 dedupe-uv --columns a -k a in.ndjson
	printf '{"a":1}\n\0{"a":2}\n' >in.ndjson
	expect 1 dedupe-uv -k a in.ndjson
	printf 'a\0b,c\n' >in.csv
	expect 1 dedupe-uv -k c in.csv
	err_has "in.csv:1: header: a NUL byte in a column's name"
	# such a member is no column, and stays in the record
	printf '{"a\\u0000b":1,"a":2}\n' >in.ndjson
	expect 0 dedupe-uv -k a --ledger l in.ndjson
	same "$OUT" in.ndjson
	jq -e '.unknown_members == 1' l >jq.out
}

# shellcheck disable=SC1003 # a backslash at the end of a name
@test "records: --columns and --no-header" {
	printf '1,2\n3,4\n' >in.csv
	expect 0 dedupe-uv --columns 'a,b' -k a in.csv
	out_is a,b 1,2 3,4
	expect 0 dedupe-uv --columns 'a,b' -k a --no-header in.csv
	same "$OUT" in.csv
	expect 0 dedupe-uv --columns 'a\,b,c\\' -k 'c\\' --to tsv in.csv
	sed -n 1p "$OUT" | is $'a,b\tc\\\\'
	expect 1 dedupe-uv --columns a,b,c -k a in.csv
	err_has 'in.csv:1: 2 fields where the header has 3'
	expect 0 dedupe-uv --columns a,b -k a --no-header in.csv in.csv
	same "$OUT" in.csv
	expect 1 dedupe-uv --columns a,a -k a in.csv
	printf '{"x":1,"a":2,"b":"q"}\n{"a":3}\n' >in.ndjson
	expect 0 dedupe-uv --columns b,a -k a --to csv in.ndjson
	out_is b,a q,2 ,3
}

# shellcheck disable=SC1003 # a backslash at the end of a name
@test "records: --as renames, takes the first of several, joins two" {
	printf 'x,y,d,t\n1,,2026-11-22,10:00\n2,B,2026-11-22,\n,C,,\n,,2026-11-23,00:00\n' >in.csv
	expect 0 dedupe-uv --as event_id=x in.csv
	sed -n 1,2p "$OUT" | is event_id,y,d,t 1,,2026-11-22,10:00
	expect 0 dedupe-uv --as 'v=x|y' -k v --select v,d in.csv
	out_is v,d 1,2026-11-22 2,2026-11-22 C, ,2026-11-23
	expect 0 dedupe-uv --as 'v=y|x' -k v --select v in.csv
	out_is v 1 B C ''
	expect 0 dedupe-uv --as 'ts=d+t' -k ts --select ts,day in.csv
	out_is ts,day '2026-11-22 10:00,2026-11-22' , , '2026-11-23 00:00,2026-11-23'
	expect 0 dedupe-uv --as 'v=x|y,ts=d+t' --as k=y -k v --to tsv in.csv
	sed -n 1,2p "$OUT" | is $'x\tk\td\tt\tv\tts' $'1\t\\N\t2026-11-22\t10:00\t1\t2026-11-22 10:00'
	# a column used twice is renamed the first time and copied the second
	expect 0 dedupe-uv --as a=x,b=x -k a in.csv
	sed -n 1,2p "$OUT" | is a,y,d,t,b 1,,2026-11-22,10:00,1
	# two that change places
	expect 0 dedupe-uv --as x=y,y=x -k y in.csv
	sed -n 1,2p "$OUT" | is y,x,d,t 1,,2026-11-22,10:00
	# names with all that needs a backslash
	printf 'a=b,"c,d",e|f+g,h\\\n1,2,3,4\n' >in.csv
	expect 0 dedupe-uv --as 'p=a\=b,q=c\,d,r=e\|f\+g,s=h\\' -k p in.csv
	out_is p,q,r,s 1,2,3,4
	expect 0 dedupe-uv --as 'p\,p=h\\' -k 'p\,p' in.csv
	sed -n 1p "$OUT" | is 'a=b,"c,d",e|f+g,"p,p"'
}

@test "records: --as says what is wrong" {
	printf 'price,name\n1,2\n' >in.csv
	expect 2 dedupe-uv --as event_id=prise in.csv
	err_has "--as: there is no column 'prise'; did you mean 'price'?"
	expect 2 dedupe-uv --as event_id in.csv
	err_has "--as: not NEW=OLD: 'event_id'"
	expect 2 dedupe-uv --as =price in.csv
	expect 2 dedupe-uv --as 'event_id=price|name+price' in.csv
	err_has "'|' and '+' do not mix"
	expect 2 dedupe-uv --as event_id=price,x= in.csv
	expect 2 dedupe-uv --as name=price -k name in.csv
	err_has "two columns are named 'name'; rename the other one with --as too"
	printf 'a,a\n1,2\n' >twice.csv
	expect 1 dedupe-uv -k a twice.csv
	err_has "two columns are named 'a'"
}

@test "records: --select puts columns in order, also those a filter adds" {
	printf 'a,b,c\n1,"x\n""y""",3\n2,,\n' >in.csv
	expect 0 dedupe-uv -k a --select c,a in.csv
	out_is c,a 3,1 ,2
	expect 0 dedupe-uv -k a --count n --select b,n,a in.csv
	printf 'b,n,a\n"x\n""y""",1,1\n,1,2\n' | same "$OUT" -
	expect 0 dedupe-uv -k a --count n --select n,c,b in.csv
	printf 'n,c,b\n1,3,"x\n""y"""\n1,,\n' | same "$OUT" -
	expect 0 dedupe-uv -k a --count n --select n,b,c --to tsv in.csv
	out_is $'n\tb\tc' $'1\tx\\n"y"\t3' $'1\t\\N\t\\N'
	expect 0 dedupe-uv -k a --count n --select b,n --to ndjson in.csv
	jq -c '[.b, .n]' "$OUT" | is '["x\n\"y\"",1]' '[null,1]'
	expect 0 dedupe-uv -k a --count n --select n in.csv
	out_is n 1 1
	expect 2 dedupe-uv -k a --select a,d in.csv
	err_has "there is no column 'd'"
	printf 'one,two,three\n' >in.csv
	expect 2 dedupe-uv -k one --select tow in.csv
	err_has "there is no column 'tow'; did you mean 'two'?"
}

@test "records: derived day, week, month and hour, of days with 23 and 25 hours" {
	printf '%s\n' event_id,ts 1,2026-03-28T22:59:59Z 2,2026-03-28T23:00:00Z 3,2026-03-29T00:59:59Z 4,2026-03-29T01:00:00Z \
		5,2026-03-29T21:59:59Z 6,2026-03-29T22:00:00Z 7,2026-10-25T00:30:00Z 8,2026-10-25T01:30:00Z \
		9,2027-01-01T00:00:00Z 10, >in.csv
	expect 0 dedupe-uv --tz Europe/Paris --select event_id,day,week,month,hour --no-header in.csv
	out_is 1,2026-03-28,2026-W13,2026-03,2026-03-28T23 2,2026-03-29,2026-W13,2026-03,2026-03-29T00 \
		3,2026-03-29,2026-W13,2026-03,2026-03-29T01 4,2026-03-29,2026-W13,2026-03,2026-03-29T03 \
		5,2026-03-29,2026-W13,2026-03,2026-03-29T23 6,2026-03-30,2026-W14,2026-03,2026-03-30T00 \
		7,2026-10-25,2026-W43,2026-10,2026-10-25T02 8,2026-10-25,2026-W43,2026-10,2026-10-25T02 \
		9,2027-01-01,2026-W53,2027-01,2027-01-01T01 10,,,,
	expect 0 dedupe-uv --select event_id,day --no-header in.csv
	sed -n '1p;6p;9p' "$OUT" | is 1,2026-03-28 6,2026-03-29 9,2027-01-01
	# a column of that name is itself
	printf 'event_id,ts,day\n1,2026-03-28T22:59:59Z,mine\n' >in.csv
	expect 0 dedupe-uv --select day in.csv
	out_is day mine
	expect 2 dedupe-uv --tz Mars/Phobos in.csv
	err_has Mars/Phobos
}

@test "records: nested members by a.b, in keys, --as and --select" {
	printf '%s\n' '{"id":{"n":1,"x":{"y":"deep"}},"ts":"2026-11-22T10:00:00Z","l":[1,{"a":2}]}' '{"id":{"n":2}}' \
		'{"id":{"n":1}}' '{"id":7}' '{"id.n":2}' >in.ndjson
	expect 0 dedupe-uv -k id.n in.ndjson
	sed -n '1,2p;4p' in.ndjson | same "$OUT" -
	expect 0 dedupe-uv --as event_id=id.n,deep=id.x.y --select event_id,deep,id,l --to csv in.ndjson
	printf 'event_id,deep,id,l\n1,deep,"{""n"":1,""x"":{""y"":""deep""}}","[1,{""a"":2}]"\n2,,"{""n"":2}",\n,,7,\n' | same "$OUT" -
	expect 0 dedupe-uv -k id.n --select id.x.y --to tsv in.ndjson
	out_is id.x.y deep '\N' '\N'
	# in csv a dot is a byte of the name
	printf 'id.n,x\n1,2\n1,3\n' >in.csv
	expect 0 dedupe-uv -k id.n in.csv
	out_is id.n,x 1,2
	expect 2 dedupe-uv -k id.m in.csv
}

@test "records: numbers keep their digits" {
	printf '%s\n' '{"id":123456789012345678901234567890,"m":1.10,"e":1e400,"s":"1.10","z":-0.0}' \
		'{"id":123456789012345678901234567891,"m":1.1}' >in.ndjson
	expect 0 dedupe-uv -k id in.ndjson
	same "$OUT" in.ndjson
	expect 0 dedupe-uv -k id --to csv in.ndjson
	out_is id,m,e,s,z 123456789012345678901234567890,1.10,1e400,1.10,-0.0 123456789012345678901234567891,1.1,,,
	# bare stays bare, a string a string
	expect 0 dedupe-uv -k id --select z,s,e,m,id in.ndjson
	sed -n 1p "$OUT" | is '{"z":-0.0,"s":"1.10","e":1e400,"m":1.10,"id":123456789012345678901234567890}'
	printf 'id,m\n007,1.10\n9007199254740993,1e2\n' >in.csv
	expect 0 dedupe-uv -k id --to ndjson in.csv
	out_is '{"id":"007","m":"1.10"}' '{"id":"9007199254740993","m":"1e2"}'
}

@test "records: members that are no columns are kept, and counted" {
	printf '%s\n' '{"a":1}' '{"a":2, "more" : {"x":[]}, "b":null}' '{"a":3}' >in.ndjson
	expect 0 dedupe-uv -k a --ledger l in.ndjson
	same "$OUT" in.ndjson
	expect 0 dedupe-uv -k a --to csv --ledger l in.ndjson
	out_is a 1 2 3
	expect 0 dedupe-uv -k a --count n in.ndjson
	sed -n 2p "$OUT" | is '{"a":2, "more" : {"x":[]}, "b":null,"n":1}'
	expect 0 dedupe-uv --columns a,b,more -k a --ledger l in.ndjson
	jq -s -c 'map(.unknown_members)' l | is '[2,2,0]'
}

@test "records: an empty object is a record" {
	printf '{}\n{"a":1}\n{ }\n' >in.ndjson
	expect 0 dedupe-uv --columns a -k a in.ndjson
	same "$OUT" in.ndjson
	expect 0 dedupe-uv --columns a -k a --count n in.ndjson
	out_is '{"n":1}' '{"a":1,"n":1}' '{"n":1}'
	# it names no column, so that one has to be told
	expect 2 dedupe-uv -k a in.ndjson
	err_has "there is no column 'a'"
}

@test "records: several files; empty ones have no say; the header of each is checked" {
	printf 'a,b\n1,x\n' >1.csv
	printf 'a,b\n2,y' >2.csv
	printf 'a,b\r\n"3","z\n"\r\n' >3.csv
	: >0.csv
	expect 0 dedupe-uv -k a 0.csv 1.csv 0.csv 2.csv 3.csv 0.csv
	printf 'a,b\n1,x\n2,y\n"3","z\n"\n' | same "$OUT" -
	expect 0 dedupe-uv -k a --block-size 2 1.csv - 2.csv <3.csv
	printf 'a,b\n1,x\n"3","z\n"\n2,y\n' | same "$OUT" -
	printf 'b,a\n1,2\n' >other.csv
	expect 1 dedupe-uv -k a 1.csv other.csv
	err_has 'other.csv: its columns are not those of 1.csv'
	printf 'a,b,c\n1,2,3\n' >other.csv
	expect 1 dedupe-uv -k a 1.csv other.csv
	# the place of a bad record is that in its own file
	printf 'a,b\n1,x\n2\n' >other.csv
	expect 1 dedupe-uv -k a 1.csv 2.csv other.csv
	err_has 'dedupe-uv: other.csv:3: 1 field where the header has 2'
	printf '{"a":1}\n' >1.ndjson
	printf '{"a":2,"b":1}' >2.ndjson
	expect 0 dedupe-uv -k a 1.ndjson 2.ndjson
	out_is '{"a":1}' '{"a":2,"b":1}'
	expect 0 dedupe-uv -k a -- 1.csv
}

@test "records: compressed input is refused with what to do" {
	printf 'a\n1\n' | gzip >in.csv.gz
	expect 1 dedupe-uv -k a in.csv.gz
	err_has 'in.csv.gz: is compressed; pipe it in: zcat in.csv.gz | dedupe-uv'
	need_program zstd
	printf 'a\n1\n' | zstd -q >in.csv.zst
	expect 1 sessionize in.csv.zst
	err_has 'in.csv.zst: is compressed; pipe it in: zstdcat in.csv.zst | sessionize'
}

@test "records: --stream names ndjson's members and types columns on the way to ndjson" {
	printf '%s\n' '{"visitor_id":"v","event_id":"e","extra":1,"ts":"t"}' >in.ndjson
	expect 0 dedupe-uv --stream events --select event_id,quantity,visitor_id --to csv --ledger l in.ndjson
	out_is event_id,quantity,visitor_id e,,v
	jq -e '.unknown_members == 1' l >jq.out
	printf '%s\n' event_id,quantity,price,visitor_id,other e,2,1.10,7,3 f,02,abc,1e5,4 g,,1e3,,5 h,-0,.5,,6 >in.csv
	expect 0 dedupe-uv --stream events --to ndjson in.csv
	out_is '{"event_id":"e","quantity":2,"price":1.10,"visitor_id":"7","other":"3"}' \
		'{"event_id":"f","quantity":"02","price":"abc","visitor_id":"1e5","other":"4"}' \
		'{"event_id":"g","quantity":null,"price":1e3,"visitor_id":null,"other":"5"}' \
		'{"event_id":"h","quantity":-0,"price":".5","visitor_id":null,"other":"6"}'
	jq -c . "$OUT" >jq.out
	# a schema file of one's own
	echo '{"fields":[{"name":"other","type":"integer"}]}' >mine.json
	expect 0 dedupe-uv --stream ./mine.json --to ndjson in.csv
	sed -n 1p "$OUT" | is '{"event_id":"e","quantity":"2","price":"1.10","visitor_id":"7","other":3}'
	echo '{"fields":1}' >mine.json
	expect 2 dedupe-uv --stream ./mine.json in.csv
	err_has './mine.json: not a Table Schema'
	expect 3 dedupe-uv --stream nosuch in.csv
	err_has nosuch
}

# Good and bad records of every kind. What is wrong with line 8 is found by the filter, with the others by the reader.
spoiled()
{
	printf 'event_id,ts,visitor_id,x\n1,2026-11-22T10:00:00Z,v,"a\nb"\n2,yesterday,v,\n3,2026-11-22T10:00:00Z,v\n'
	printf '4,2026-11-22T10:00:00Z,v,",\n5,2026-11-22T10:00:01Z,v,é\r\n6,,v,\n7,2026-11-22T10:00:02Z,v,x,y\n'
	printf '8,2026-11-22T10:00:03Z,v,a"b\n9,2026-11-22T10:00:04Z,v,a\rb\n10,,v,"\n"\n11,tomorrow,v,"\n"\n12,2026-11-22T10:00:05Z,v,'
}

@test "records: --rejects says file, line, offset, column, reason and the raw record" {
	spoiled >in.csv
	expect 0 sessionize --rejects bad.tsv --max-rejects 100% --select event_id,session_hit --ledger l in.csv
	quiet
	out_is event_id,session_hit 1,1 5,2 12,3
	cut -f 1-5 bad.tsv | is $'file\tline\toffset\tcolumn\treason' $'in.csv\t4\t56\tts\tnot a time' \
		$'in.csv\t5\t71\t\\N\t3 fields where the header has 4' $'in.csv\t6\t96\t\\N\ta quote in the wrong place' \
		$'in.csv\t8\t153\tts\tno time' $'in.csv\t9\t159\t\\N\t5 fields where the header has 4' \
		$'in.csv\t10\t188\t\\N\ta quote in the wrong place' $'in.csv\t11\t217\t\\N\ta carriage return without a line feed' \
		$'in.csv\t12\t246\tts\tno time' $'in.csv\t14\t256\tts\tnot a time'
	jq -e '.records_in == 12 and .rejected == 9 and .records_out == 3' l >jq.out
	# the bytes at the offset are the raw record
	local offset raw
	while IFS=$'\t' read -r _ _ offset _ _ raw; do
		printf '%b' "$raw" >raw
		tail -c +$((offset + 1)) in.csv >rest
		cmp -n "$(stat -c %s raw)" raw rest
	done < <(sed 1d bad.tsv)
}

@test "records: rejects and results are the same for every block size, and however the bytes come" {
	spoiled >in.csv
	expect 0 sessionize --rejects wanted --max-rejects 100% in.csv
	cp "$OUT" first
	for block in {1..64} 100 200; do
		expect 0 sessionize --rejects bad --max-rejects 100% --block-size "$block" in.csv
		same bad wanted
		same "$OUT" first
	done
	sed -i 's/^in.csv/-/' wanted
	expect 0 sessionize --rejects bad --max-rejects 100% <in.csv
	same bad wanted
	expect 0 sessionize --rejects bad --max-rejects 100% < <(head -c 100 in.csv && sleep 0.1 && tail -c +101 in.csv)
	same bad wanted
	same "$OUT" first
}

@test "records: the first bad record is the one named, and what stands before it is written, for every block size" {
	spoiled >all.csv
	sed 4,6d all.csv >in.csv
	for block in 1 7 50 262144; do
		expect 1 dedupe-uv --as at=ts --by at --block-size $block in.csv
		err_has "dedupe-uv: in.csv:6: 5 fields where the header has 4"
		expect 1 sessionize --block-size $block in.csv
		err_has "sessionize: in.csv:5: column 'ts': no time: (missing)"
		expect 1 dedupe-uv --select event_id,day --block-size $block all.csv
		err_has "dedupe-uv: all.csv:4: column 'ts': not a time: 'yesterday'"
		out_is event_id,day 1,2026-11-22
	done
}

@test "records: --max-rejects N and P%" {
	{ echo a,b && for i in {1..1000}; do echo "$i,$((i % 100 ? 1 : 0))$( ((i % 100)) || echo ,)"; done; } >in.csv
	expect 1 dedupe-uv -k a --rejects bad in.csv
	err_has '10 of 1000 records are bad, more than --max-rejects allows; see bad'
	(($(sed 1d bad | grep -c .) == 10))
	expect 0 dedupe-uv -k a --rejects bad --max-rejects 1% in.csv
	(($(sed 1d "$OUT" | grep -c .) == 990))
	expect 1 dedupe-uv -k a --rejects bad --max-rejects 0.99% in.csv
	expect 0 dedupe-uv -k a --rejects bad --max-rejects 10 in.csv
	for block in 1 10 1000 262144; do
		expect 1 dedupe-uv -k a --rejects bad --max-rejects 9 --block-size $block in.csv
		err_has '10 of 1000 records are bad'
		expect 1 dedupe-uv -k a --rejects bad --max-rejects 3 -o out.csv --ledger l --block-size $block in.csv
		err_has '4 of 400 records are bad'
		(($(sed 1d bad | grep -c .) == 4))
		[[ ! -e out.csv ]]
	done
	expect 1 dedupe-uv -k a --rejects bad --max-rejects 0 in.csv
	expect 0 dedupe-uv -k a --rejects none --max-rejects 0 <(sed /,.*,/d in.csv)
	same none - <<<$'file\tline\toffset\tcolumn\treason\traw'
	expect 2 dedupe-uv -k a --max-rejects many in.csv
	expect 2 dedupe-uv -k a --max-rejects 101% in.csv
	expect 2 dedupe-uv -k a --max-rejects -1 in.csv
}

@test "records: a share of bad records is found on the way, at the same record for every block size" {
	{ echo a,b && awk 'BEGIN { for (i = 1; i <= 60000; i++) print (i % 20 ? i ",1" : i) }'; } >in.csv
	expect 1 dedupe-uv -k a --rejects bad --max-rejects 4.9% in.csv
	err_has '1000 of 20000 records are bad'
	for block in 100 5000; do
		expect 1 dedupe-uv -k a --rejects bad$block --max-rejects 4.9% --block-size $block in.csv
		err_has '1000 of 20000 records are bad'
		same bad$block bad
	done
	expect 0 dedupe-uv -k a --rejects bad --max-rejects 5% in.csv
}

@test "records: the books balance, whatever is read" {
	spoiled >bad.csv
	"$LIMN_TOOLS/store" --stream events --flat - --events 3000 --days 3 >in.csv
	"$LIMN_TOOLS/store" --stream events --flat - --events 3000 --days 3 --format ndjson >in.ndjson
	sed '2,$s/,[^,]*$/,"x/;3q' in.csv >worse.csv
	expect 0 dedupe-uv --ledger l in.csv
	expect 0 dedupe-uv --count n -k visitor_id,day --ledger l --where "country = 'US'" in.csv
	expect 0 dedupe-uv --keep last --by ts --ledger l in.ndjson
	expect 0 sessionize --state s --ledger l -o o1.csv in.csv
	expect 0 sessionize --state s --ledger l --where "event != 'search'" --flush -o o2.csv in.csv
	expect 0 sessionize --rejects r --max-rejects 100% --ledger l bad.csv
	expect 0 dedupe-uv --rejects r --max-rejects 100% --ledger l worse.csv
	expect 0 shard -k visitor_id -n 3 -o 's{}.csv' --where "country = 'US'" --ledger l in.csv
	: >empty
	expect 0 dedupe-uv --ledger l empty
	jq -s -e 'length == 9 and all(.[]; .records_in + .state_in ==
		.records_out + .duplicate + .rejected + .filtered + .state_out and .exit == 0)' l >jq.out
	jq -s -e '.[3].state_out == .[4].state_in and .[3].state_out > 0 and .[1].filtered > 0 and .[5].rejected == 9' l >jq.out
	# bytes as they are on disk
	jq -s -e --argjson in "$(stat -c %s in.csv)" --argjson out "$(stat -c %s o1.csv)" \
		'.[0].bytes_in == $in and .[3].bytes_in == $in and .[3].bytes_out == $out' l >jq.out
	jq -s -e 'all(.[]; .version and (.args | type) == "array" and .program and .wall_us >= 0 and .peak_kb > 0)' l >jq.out
	[[ $(stat -c %a l) == 600 ]]
	# a run that fails says so
	rm l
	expect 1 dedupe-uv --ledger l bad.csv
	jq -e '.exit == 1 and .program == "dedupe-uv" and .args == ["--ledger","l","bad.csv"]' l >jq.out
	expect 3 dedupe-uv --ledger none/l in.csv
}

@test "records: --progress writes to standard error alone" {
	printf 'a\n1\n' >in.csv
	expect 0 dedupe-uv -k a --progress in.csv
	out_is a 1
	err_has 'dedupe-uv: 1 records'
	expect 0 dedupe-uv -k a in.csv
	quiet
}

@test "records: --help, --version, and names of options that are not there" {
	local name
	for name in dedupe-uv sessionize; do
		expect 0 "$name" --help
		quiet
		grep -q "^usage: $name " "$OUT"
		grep -q -- ' --max-rejects N|P%' "$OUT"
		grep -q -- --block-size "$OUT" && fail 'a hidden option shows'
		expect 0 "$name" --version
		grep -qx "$name (limn) [0-9.]*" "$OUT"
		expect 2 "$name" --max-reject
		out_is
		expect 2 "$name" --colums a
		err_has '--colums: no such option; did you mean --columns?'
		expect 2 "$name" --tz
		err_has '--tz: needs an argument'
		expect 2 "$name" -q
		err_has '-q: no such option'
		expect 2 "$name" --no-header=1
		expect 2 "$name" --from xml
		err_has "--from: not one of tsv, csv, ndjson: 'xml'"
		expect 2 "$name" --max-record 0
		expect 2 "$name" --memory lots
		if "$name" --help >/dev/full; then fail "help to a full device succeeds" || return; fi
	done
}

@test "records: neither the machine's zone nor its locale has a say" {
	printf 'event_id,ts\n1,2026-11-22 23:30:00\n2,2026-11-23T00:30:00Z\n' >in.csv
	expect 0 dedupe-uv --select event_id,day in.csv
	cp "$OUT" wanted
	for zone in Asia/Shanghai America/New_York :/etc/localtime nonsense ''; do
		TZ=$zone expect 0 dedupe-uv --select event_id,day in.csv
		same "$OUT" wanted
	done
	LC_ALL=de_DE.UTF-8 LANG=de_DE.UTF-8 expect 0 dedupe-uv --select event_id,day in.csv
	same "$OUT" wanted
}
