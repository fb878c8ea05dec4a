#!/usr/bin/env bats
# segment: tags and segments by person.

load helpers

setup()
{
	cd "$BATS_TEST_TMPDIR" || return
	cat >p.csv <<-'END'
		person_id,orders,last_order,gender,tags,birth_date
		a,3,2026-11-20,f,"vip, x",1990-11-22
		b,0,,m,,
		c,1,2026-01-01,,,2001-02-28
	END
	cat >s.rules <<-'END'
		param cycle = 60;
		tag recency  en 'Days since' zh '距上次' = days_between(last_order, today);
		tag age      = years_between(birth_date, today);
		tag age_band en 'Age' zh '年龄' = case when age <= 25 then '25-' when age <= 35 then '26-35'
		                                       when age <= 45 then '36-45' when age >= 46 then '46+' end;
		tag active   = recency <= 2 * cycle;
		segment loyal = segment buyer and active = true and not segment lost; -- forward references
		segment buyer = orders > 0;
		segment lost  = recency > 4 * cycle;
		segment vip   = tags contains 'VIP';
	END
}

@test "segment: the row, every tag, the segments in order of definition" {
	expect 0 segment -r s.rules --as-of 2026-11-22 p.csv
	quiet
	same "$OUT" - <<-'END'
		person_id,orders,last_order,gender,tags,birth_date,recency,age,age_band,active,segments
		a,3,2026-11-20,f,"vip, x",1990-11-22,2,36,36-45,true,"loyal,buyer,vip"
		b,0,,m,,,,,,false,
		c,1,2026-01-01,,,2001-02-28,325,25,25-,false,"buyer,lost"
	END
	expect 0 segment -r s.rules --as-of 2026-11-22 --wide --to ndjson p.csv
	head -n 2 "$OUT" | tail -n 1 >got
	printf '%s\n' '{"person_id":"b","orders":"0","last_order":null,"gender":"m","tags":null,"birth_date":null,"recency":null,"age":null,"age_band":null,"active":"false","segments":null}' | same got -
}

@test "segment: --members writes a row for each segment of a person" {
	expect 0 segment -r s.rules --as-of 2026-11-22 --members p.csv
	out_is person_id,segment a,loyal a,buyer a,vip c,buyer c,lost
	expect 0 segment -r s.rules --as-of 2026-11-22 --members --to tsv --select segment p.csv
	out_is segment loyal buyer vip buyer lost
}

@test "segment: another day, another param, another result" {
	expect 0 segment -r s.rules --as-of 2026-04-01 --members p.csv
	out_is person_id,segment a,loyal a,buyer a,vip c,loyal c,buyer
	expect 0 segment -r s.rules --as-of 2026-11-22 --set cycle=200 --members p.csv
	out_is person_id,segment a,loyal a,buyer a,vip c,loyal c,buyer
}

@test "segment: the key is person_id, else customer_id, else -k" {
	rule='segment s = orders > 0'
	sed '1s/person_id/customer_id/' p.csv >c.csv
	expect 0 segment -e "$rule" --members c.csv
	out_is customer_id,segment a,s c,s
	sed '1s/person_id/who/' p.csv >w.csv
	expect 0 segment -e "$rule" --members -k who w.csv
	out_is who,segment a,s c,s
	expect 0 segment -e "$rule" --members --as person_id=who w.csv
	out_is person_id,segment a,s c,s
	expect 2 segment -e "$rule" --members w.csv
	err_has "there is no column 'person_id'"
}

@test "segment: persons out of order, twice, or without a key stop the run" {
	printf 'person_id,n\na,1\nc,2\nb,3\n' >x.csv
	expect 1 segment -e 'segment s = n > 0' x.csv
	same "$ERR" - <<-'END'
		segment: x.csv:4: column 'person_id' is out of order: 'b' after 'c' of line 3; sort the records by this column (LC_ALL=C sort, tsv)
	END
	printf 'person_id,n\na,1\na,2\n' >x.csv
	expect 1 segment -e 'segment s = n > 0' x.csv
	err_has "segment: x.csv:3: column 'person_id': there already, on line 2: 'a'"
	printf 'person_id,n\na,1\n,2\nb,3\n' >x.csv
	expect 1 segment -e 'segment s = n > 0' x.csv
	err_has "segment: x.csv:3: column 'person_id': missing"
	expect 0 segment -e 'segment s = n > 0' --members --rejects r.tsv --max-rejects 1 x.csv
	out_is person_id,segment a,s b,s
	# the order is that of tsv's bytes: a TAB in a key is \t there, behind ! and before a
	printf 'person_id\tn\na!\t1\na\\tb\t1\nab\t1\n' >x.tsv
	expect 0 segment -e 'segment s = n > 0' x.tsv
}

@test "segment: --rows tags rows of anything, in any order, also twice and without a key" {
	cd "$BATS_TEST_TMPDIR"
	printf '%s\n' sku,price b,2 a,10 b,2 ,7 >in.csv
	expect 0 segment --rows -e 'tag dear = price > 5; segment cheap = price < 3' in.csv
	out_is sku,price,dear,segments b,2,false,cheap a,10,true, b,2,false,cheap ,7,true,
	quiet
	expect 0 segment --rows -e 'tag dear = price > 5' --where 'sku is not null' --select dear in.csv
	out_is dear false true false
	local option
	for option in '-k sku' --members '--explain a' '--facts orders=in.csv'; do
		# shellcheck disable=SC2086 # options of several words
		expect 2 segment --rows $option -e 'tag dear = price > 5' in.csv
		err_has '--rows have no key'
	done
}

@test "segment: names that the output would hold twice are refused" {
	expect 2 segment -e 'tag orders = 1' p.csv
	same "$ERR" - <<-'END'
		segment: -e:1:5: 'orders' is a column of the input as well
		tag orders = 1
		    ^
		give it another name, or leave the column out
	END
	expect 2 segment -e 'tag segments = 1' p.csv
	err_has "segment: two columns of the output are called 'segments'"
	sed '1s/tags/segments/' p.csv >x.csv
	expect 2 segment -e 'tag t = 1' x.csv
	err_has "the input has a column 'segments' already"
	expect 2 segment -e 'param gender = 1; tag t = gender' p.csv
	err_has "'gender' is a column of the input as well"
}

@test "segment: no records, no rules, only segments, only tags" {
	head -n 1 p.csv >none.csv
	expect 0 segment -r s.rules --as-of 2026-11-22 none.csv
	out_is person_id,orders,last_order,gender,tags,birth_date,recency,age,age_band,active,segments
	expect 0 segment -e '' --select person_id,segments p.csv
	out_is person_id,segments a, b, c,
	expect 0 segment -e 'tag t = 1; segment all = 1 = 1' --select person_id,t,segments p.csv
	out_is person_id,t,segments a,1,all b,1,all c,1,all
	: >empty
	expect 0 segment -r s.rules --as-of 2026-11-22 --members empty
}

@test "segment: --check reads no input, and needs no day" {
	expect 0 segment -r s.rules --check </dev/null
	quiet
	same "$OUT" /dev/null
	expect 0 segment -r s.rules --check /nowhere
	expect 2 segment -r s.rules p.csv
	err_has "s.rules:2:66: a date relative to today, but the day is not given" "say which day is today: --as-of 2026-11-22"
}

@test "segment: --check warns of what is surely not meant, and passes" {
	printf '%s\n' 'param unused = 1;' 'fact lonely = x;' 'segment all = 1 = 1;' "segment no = 'a' in ('b');" 'segment some = a = 1;' >c.rules
	expect 0 segment -r c.rules --check
	same "$OUT" /dev/null
	same "$ERR" - <<-'END'
		segment: c.rules:1:7: nothing uses this param
		param unused = 1;
		      ^
		segment: c.rules:2:6: nothing uses this fact
		fact lonely = x;
		     ^
		segment: c.rules:3:9: this segment holds everybody or nobody
		segment all = 1 = 1;
		        ^
		its condition names nothing of a person
		segment: c.rules:4:9: this segment holds everybody or nobody
		segment no = 'a' in ('b');
		        ^
		its condition names nothing of a person
	END
}

@test "segment: --explain prints tags, and every condition with the values that it saw" {
	cat >>s.rules <<-'END'
		segment mix en 'A mix' zh '混合' = (gender in ('f', 'm') -- a comment
			or gender is null) and not (orders < 2 and years_between(birth_date, today) > 30);
		segment birthday = anniversary(birth_date) between yesterday and +30d;
		segment quoted   = active and tags != 'a  -- b';
		segment never    = not segment buyer;
	END
	expect 0 segment -r s.rules --as-of 2026-11-22 --explain a p.csv
	quiet
	same "$OUT" - <<-'END'
		person_id a, as of 2026-11-22

		tags:
		  recency   2        -- Days since, 距上次
		  age       36
		  age_band  '36-45'  -- Age, 年龄
		  active    true

		segments: loyal, buyer, vip, mix, birthday, quoted
		  true   loyal
		  true     all of
		  true       segment buyer
		  true       active = true     -- active is true
		  true       not segment lost
		  true   buyer
		  true     orders > 0  -- orders is 3
		  false  lost
		  false    recency > 4 * cycle  -- recency is 2, 4 * cycle is 240, cycle is 60
		  true   vip
		  true     tags contains 'VIP'  -- tags is 'vip, x'
		  true   mix  -- A mix, 混合
		  true     all of
		  true       any of
		  true         gender in ('f', 'm')                     -- gender is 'f'
		  false        gender is null                           -- gender is 'f'
		  true       not
		  false        all of
		  false          orders < 2                             -- orders is 3
		  true           years_between(birth_date, today) > 30  -- years_between(birth_date, today) is 36, birth_date is 1990-11-22
		  true   birthday
		  true     anniversary(birth_date) between yesterday and +30d  -- anniversary(birth_date) is 2026-11-22, birth_date is 1990-11-22, yesterday is 2026-11-21, +30d is 2026-12-22
		  true   quoted
		  true     all of
		  true       active
		  true       tags != 'a  -- b'  -- tags is 'vip, x'
		  false  never
		  false    not segment buyer
	END
	expect 0 segment -e 'segment s = orders > 1 or tags is null' --explain b -o why p.csv
	same "$OUT" /dev/null
	same why - <<-'END'
		person_id b

		segments: s
		  true   s
		  true     any of
		  false      orders > 1    -- orders is 0
		  true       tags is null  -- tags is missing
	END
}

@test "segment: --explain of nobody is exit 1; the input is verified to its end" {
	expect 1 segment -r s.rules --as-of 2026-11-22 --explain d p.csv
	same "$OUT" /dev/null
	same "$ERR" - <<<"segment: there is no person_id 'd' in the input"
	expect 1 segment -r s.rules --as-of 2026-11-22 --explain d -o why p.csv
	[[ ! -e why ]]
	printf 'aa,1,,,,\n' >>p.csv
	expect 1 segment -r s.rules --as-of 2026-11-22 --explain a p.csv
	err_has "is out of order: 'aa' after 'c'"
	if [[ -w /dev/full ]]; then expect 3 segment -e 'tag t = 1' --explain a -o /dev/full <(head -n 2 p.csv); fi
}

@test "segment: --explain finds its person in any batch" {
	seq -f 'p%06.0f' 5000 | awk 'BEGIN { print "person_id,n" } { print $0 "," NR }' >many.csv
	for id in 1 2048 2049 5000; do
		expect 0 segment -e 'segment s = n >= 2049' --explain "$(printf 'p%06d' "$id")" many.csv
		grep -c -- "  -- n is $id\$" "$OUT" | is 1
	done
}

@test "segment: lifecycle is a partition: the first match names each person, once" {
	cat >l.rules <<-'END'
		param cycle = 60;
		tag recency = days_between(last, today);
		tag tenure  = days_between(first, today);
		tag lifecycle = case when orders = 0 then 'prospect'
			when tenure <= 30 and days = 1 then 'new'
			when recency <= 2 * cycle and f >= 4 and m >= 4 and days >= 3 then 'diehard'
			when recency <= 2 * cycle then 'ordinary'
			when recency <= 4 * cycle then 'dormant'
			else 'lost' end;
		segment prospect = lifecycle = 'prospect'; segment new = lifecycle = 'new';
		segment diehard = lifecycle = 'diehard'; segment ordinary = lifecycle = 'ordinary';
		segment dormant = lifecycle = 'dormant'; segment lost = lifecycle = 'lost';
	END
	awk 'function date(k, m) { m = 9 + int(k / 28); return sprintf("%d-%02d-%02d", 2025 + int(m / 12), m % 12 + 1, k % 28 + 1) }
		BEGIN { srand(3); OFS = "\t"; print "person_id", "orders", "first", "last", "days", "f", "m"
		for (i = 0; i < 3000; i++) {
			o = int(rand() * 5); a = int(rand() * 388); b = a + int(rand() * (388 - a))
			print sprintf("p%05d", i), o, o ? date(a) : "\\N", o ? date(b) : "\\N", o ? 1 + int(rand() * o) : 0, 1 + int(rand() * 5), 1 + int(rand() * 5) } }' >p.tsv
	expect 0 segment -r l.rules --as-of 2026-11-22 --members p.tsv
	tail -n +2 "$OUT" | awk -F'\t' '{ n[$1]++; s[$2]++ } END { for (p in n) { c++; if (n[p] != 1) exit 1 }
		exit c != 3000 || s["prospect"] < 100 || s["lost"] < 10 || s["ordinary"] < 10 || s["dormant"] < 10 }'
}

@test "segment: encodings and block sizes do not show" {
	expect 0 segment -r s.rules --as-of 2026-11-22 --to tsv p.csv
	cp "$OUT" want
	dedupe-uv -k person_id --to ndjson p.csv >p.ndjson
	dedupe-uv -k person_id --to tsv p.csv >p.tsv
	for file in p.tsv p.ndjson; do
		expect 0 segment -r s.rules --as-of 2026-11-22 --to tsv "$file"
		same "$OUT" want
	done
	for block in 1 7 64; do
		expect 0 segment -r s.rules --as-of 2026-11-22 --to tsv --block-size "$block" p.csv
		same "$OUT" want
	done
}

@test "segment: usage, and a full disk" {
	expect 2 segment --wide --members -r s.rules p.csv
	err_has "segment: --wide, --members and --explain do not go together"
	expect 2 segment --explain a --members -r s.rules p.csv
	expect 2 segment -r s.rules --as-of tomorrow p.csv
	expect 0 segment --help
	grep -q -- '--members' "$OUT"
	if [[ -w /dev/full ]]; then
		code=0
		segment -r s.rules --as-of 2026-11-22 p.csv >/dev/full 2>"$ERR" || code=$?
		[[ $code == 3 ]]
	fi
}
