#!/usr/bin/env bats
# facts: rows of side streams, merged with the persons by key; FACT [not] matches (…).

load helpers

setup()
{
	cd "$BATS_TEST_TMPDIR" || return
	printf '%s\n' person_id,country a,US b,DE c,US d,FR >p.csv
	cat >o.csv <<-'END'
		person_id,order_id,date,amount,status
		a,1,2026-11-20,10.5,paid
		a,2,2026-10-01,99,paid
		b,3,2026-11-01,5,test
		bb,4,2026-11-01,5,paid
		d,5,2026-01-01,2000,paid
		d,6,2026-02-01,,paid
	END
}

# members CONDITION PERSONS… - `segment s = CONDITION` over o.csv holds just these persons.
members()
{
	local rule=$1
	shift
	printf 'fact paid = orders where status = '"'paid'"'; fact every = orders; segment s = %s;\n' "$rule" >r.rules
	expect 0 segment -r r.rules --as-of 2026-11-22 --facts orders=o.csv --members --no-header --select person_id p.csv || return
	out_is "$@" || fail "of: $rule"
}

@test "facts: filters apply to rows, aggregates to what they let through" {
	members 'paid matches (date >= -30d)' a
	members 'every matches (date >= -30d)' a b
	members 'every matches ()' a b d
	members 'every matches (count >= 2)' a d
	members 'every matches (count >= 2, date >= -30d)'
	members 'paid matches (sum_amount > 100)' a d
	members 'paid matches (sum_amount > 100, date >= -90d)' a
	members 'paid matches (date >= -90d, sum_amount > 100)' a
	members 'paid matches (sum_amount = 109.5)' a
	members 'every matches (max_amount between 5 and 99, min_amount in (5, 10.5))' a b
	members 'every matches (min_date < 2026-02-01)' d
	members "every matches (max_status = 'test')" b
	members "every matches (amount > 50 or status = 'test')" a b d
	members "every matches ((amount > 50 or status = 'test') and date > 2026-10-15)" b
	members "every matches (order_id in ('1', '5'), not amount < 100)" d
	members 'every matches (upper(status) = upper('"'Test'"'), year(date) = 2026)' b
	members 'every matches (amount is null)' d
}

@test "facts: count, sum and no rows; a missing least or greatest value compares false" {
	members 'paid matches (count = 0)' b c
	members 'paid matches (sum_amount = 0)' b c
	members 'every matches (amount is null, max_amount > 0)'
	members 'every matches (max_amount <= 5)' b
	members 'every matches (max_amount is null)' c
	members 'every matches (sum_amount / count > 50)' a d
	members 'every matches (count >= 3 or sum_amount > 1000)' d
}

@test "facts: not matches is the exact opposite" {
	for items in '' 'date >= -30d' 'count = 0' 'max_amount <= 5' 'amount > 50, count >= 1' 'max_amount != 5'; do
		printf 'fact every = orders; segment %s = every %s (%s); segment %s = every %s (%s);\n' yes matches "$items" no 'not matches' "$items" >r.rules
		expect 0 segment -r r.rules --as-of 2026-11-22 --facts orders=o.csv --members p.csv
		tail -n +2 "$OUT" | cut -d, -f1 | is a b c d
	done
}

@test "facts: anniversary is the next such day, also over new year and on leap days" {
	printf '%s\n' person_id,birth_date a,1990-02-28 b,1992-02-29 c,1990-03-01 d,1990-12-31 e, >birth.csv
	next()
	{
		expect 0 segment -e 'tag next = anniversary(birth_date)' --as-of "$1" --select next --no-header birth.csv
		shift
		is "$@" '' <"$OUT"
	}
	next 2027-02-28 2027-02-28 2027-02-28 2027-03-01 2027-12-31
	next 2027-03-01 2028-02-28 2028-02-29 2027-03-01 2027-12-31
	next 2028-02-28 2028-02-28 2028-02-29 2028-03-01 2028-12-31
	next 2028-03-01 2029-02-28 2029-02-28 2028-03-01 2028-12-31
	next 2028-12-31 2029-02-28 2029-02-28 2029-03-01 2028-12-31
	expect 2 segment -e 'tag next = anniversary(birth_date)' birth.csv
	err_has "-e:1:12: a date relative to today, but the day is not given"
}

@test "facts: weight: a row counts for several, for count alone" {
	printf '%s\n' person_id,page,n a,x,3 a,y,1 b,x,2 b,y, c,z,0.5 >e.csv
	weighed()
	{
		expect 0 segment -e "fact seen = events weight n where page != 'z'; segment s = seen matches ($1)" \
			--facts events=e.csv --members --no-header --select person_id p.csv
		shift
		out_is "$@" || fail "of: $*"
	}
	weighed 'count = 4' a
	weighed 'count = 2' b
	weighed "count >= 2, page = 'x'" a b
	weighed "count = 0, page = 'y'" b c d
	weighed "page = 'y'" a b
	weighed 'sum_n = 4' a
	weighed 'n is null' b
}

@test "facts: labels, params, quoted columns, names with dots, any case of the words" {
	printf '%s\n' 'person_id,order date,count' a,2026-11-21,7 b,2026-01-01,1 >x.csv
	printf '%s\n' "param days = 30; param sum_least = 5;" \
		"FACT shop.bought en 'Bought' zh '购买' = X WHERE \"order date\" >= today - days;" \
		'segment recent = shop.bought MATCHES ();' \
		'segment many = shop.bought Matches ("count" > sum_least, COUNT = 1, SUM_count > sum_least);' \
		'tag bought = shop.bought not matches ();' >x.rules
	expect 0 segment -r x.rules --as-of 2026-11-22 --facts X=x.csv --to csv p.csv
	out_is person_id,country,bought,segments 'a,US,false,"recent,many"' b,DE,true, c,US,true, d,FR,true,
	expect 0 segment -r x.rules --as-of 2026-11-22 --set days=400 --facts X=x.csv --members p.csv
	out_is person_id,segment a,recent a,many b,recent
}

@test "facts: a stream is needed where matches uses it, and only there" {
	expect 2 segment -e 'fact f = orders; segment s = f matches ()' p.csv
	same "$ERR" - <<-'END'
		segment: -e:1:30: the stream 'orders' is not given
		fact f = orders; segment s = f matches ()
		                             ^
		say where it is: --facts orders=FILE
	END
	expect 0 segment -e 'fact f = orders; segment s = country is null' --members p.csv
	expect 0 segment -e 'segment s = country is null' --facts orders=/nowhere --members p.csv
	expect 2 segment -e 'fact f = orders; segment s = f matches ()' --facts orders p.csv
	err_has "--facts: NAME=FILE expected, not 'orders'"
	expect 2 segment -e 'fact f = orders; segment s = f matches ()' --facts orders=o.csv --facts orders=p.csv p.csv
	err_has "--facts orders: given twice"
	expect 3 segment -e 'fact f = orders; segment s = f matches ()' --facts orders=/nowhere p.csv
	err_has "/nowhere"
	expect 2 segment -e 'fact f = orders; segment s = f matches ()' -k country --facts orders=o.csv p.csv
	err_has "segment: --facts orders: there is no column 'country', the key of the persons"
}

@test "facts: rows out of order stop the run with both lines, also behind the last person" {
	{ sed -n '1p;4p' o.csv; sed -n 2p o.csv; } >x.csv
	expect 1 segment -e 'fact f = orders; segment s = f matches ()' --facts orders=x.csv p.csv
	err_has "segment: x.csv:3: column 'person_id' is out of order: 'a' after 'b' of line 2;"
	printf '%s\n' z,9,2026-01-01,1,x y,9,2026-01-01,1,x >>o.csv
	expect 1 segment -e 'fact f = orders; segment s = f matches ()' --facts orders=o.csv p.csv
	err_has "segment: o.csv:9: column 'person_id' is out of order: 'y' after 'z' of line 8;"
	sed -i '$d' o.csv
	printf 'z,9,2026-01-01,1 000,x\n' >>o.csv
	expect 1 segment -e 'fact f = orders; segment s = f matches (amount > 1)' --facts orders=o.csv p.csv
	err_has "segment: o.csv:9: column 'amount': not a number: '1 000'"
}

@test "facts: rows without a person or a key are passed over, and counted in the ledger" {
	printf '%s\n' person_id,n 0,1 a,1 bb,1 c,1 ,1 ,2 e,1 >x.csv # a missing key is \N, behind Z and before a
	{ sed -n 1,2p x.csv; sed -n 6,7p x.csv; sed -n '3,5p;8p' x.csv; } >y.csv
	expect 0 segment -e 'fact f = x; segment s = f matches ()' --facts x=y.csv --members --ledger l p.csv
	out_is person_id,segment a,s c,s
	jq -c '.facts, .records_in' l | is '{"x":{"records":7,"passed":5}}' 4
	: >empty
	expect 0 segment -e 'fact f = x; segment s = f matches (count = 0, amount > 5)' --facts x=empty --members p.csv
	out_is person_id,segment a,s b,s c,s d,s
	expect 0 segment -e 'fact f = x; segment s = f matches ()' --facts x=y.csv --members --where "country = 'FR'" p.csv
	out_is person_id,segment
}

@test "facts: encodings, block sizes and --as of the persons do not show" {
	rule='fact f = orders; segment s = f matches (sum_amount > 100); segment t = f matches (date >= -30d)'
	expect 0 segment -e "$rule" --as-of 2026-11-22 --facts orders=o.csv --members --to csv p.csv
	cp "$OUT" want
	dedupe-uv -k order_id --to tsv o.csv >o.tsv
	dedupe-uv -k order_id --to ndjson o.csv >o.ndjson
	sed '1s/person_id/who/' p.csv >w.csv
	for file in o.tsv o.ndjson; do
		for block in 1 7 64; do
			expect 0 segment -e "$rule" --as-of 2026-11-22 --facts "orders=$file" --members --block-size "$block" p.csv
			same "$OUT" want
		done
	done
	expect 0 segment -e "$rule" --as-of 2026-11-22 --facts orders=<(cat o.csv) --members --as person_id=who w.csv
	same "$OUT" want
}

@test "facts: what may not stand in matches, and where matches may not stand" {
	refused() # RULES MESSAGE…
	{
		local rules=$1
		shift
		expect 2 segment -e "$rules" --check --as-of 2026-11-22 || return
		err_has "$@" || return
		expect 2 segment -e "fact f = x; $rules" --check --as-of 2026-11-22
	}
	refused 'segment s = g matches ()' "-e:1:13: unknown fact 'g'" "a fact is defined so: fact orders_placed = orders;"
	refused 'fact gift = x; segment s = gifd matches ()' "did you mean 'gift'?"
	refused 'fact g = x; segment s = g' "-e:1:25: the name of a fact, not of a value" "write: FACT matches (…)"
	refused 'fact g = x; segment s = g matches count > 1' "-e:1:34: '(' is expected before 'count'"
	refused 'fact g = x; segment s = (a + 1) matches ()' "only a fact matches"
	refused 'fact g = x; segment s = g matches (count > 1 and amount > 1)' "-e:1:50: 'amount' is no aggregate" \
		"a condition is of rows, or of their count, sum_COL, min_COL, max_COL: put a comma between the two"
	refused 'fact g = x; segment s = g matches (count)' "a condition is needed here, this is a number"
	refused 'fact g = x; segment s = g matches (amount)' "a condition is needed here, this is a column"
	refused 'fact g = x; segment s = g matches (sum(amount) > 1)' "an aggregate may not stand here" \
		"in matches they are called count, sum_COL, min_COL, max_COL"
	refused "fact g = x; segment s = g matches (sum_amount > '1')" "a text does not go with a number"
	refused 'fact g = x; segment s = g matches (segment t); segment t = a = 1' "a segment is not known here" \
		"a segment is of persons: FACT matches (…) and segment NAME"
	refused 'fact g = x; segment s = g matches (g matches ())' "matches may not stand here" "matches do not nest"
	refused 'fact g = x; param p = g matches ()' "matches may not stand here" "facts are of persons"
	refused 'fact g = x; fact h = x where g matches ()' "matches may not stand here"
	refused 'fact g = ;' "the name of a stream is expected before ';'"
	refused 'fact g = x weight 5' "a column is expected before '5'"
	refused 'fact g = x where count = ;' "a value is expected before ';'"
	refused 'fact g = x where a' "a condition is needed here, this is a column"
	refused 'fact g = x; tag g = 1' "'g' is defined already"
}

@test "facts: a column that the stream has not, a param that it has" {
	expect 2 segment -e 'fact f = orders; segment s = f matches (sum_amout > 1)' --facts orders=o.csv p.csv
	same "$ERR" - <<-'END'
		segment: -e:1:41: unknown column 'amout' of --facts orders
		fact f = orders; segment s = f matches (sum_amout > 1)
		                                        ^
		did you mean 'amount'?
	END
	expect 2 segment -e "fact f = orders weight n; segment s = f matches (count > 1)" --facts orders=o.csv p.csv
	err_has "unknown column 'n' of --facts orders"
	expect 2 segment -e "fact f = orders; param status = 'x'; segment s = f matches (amount > 1)" --facts orders=o.csv p.csv
	err_has "'status' is a column of --facts orders as well"
	# a tag of the persons may have the name of a column of the stream
	expect 0 segment -e "fact f = orders; tag status = 1; segment s = f matches (status = 'test')" --facts orders=o.csv --members p.csv
	out_is person_id,segment b,s
}

@test "facts: summarize and --where know none; what does not need them is computed" {
	rules='fact f = orders; segment s = f matches (); tag big = f matches (count > 1); metric n = count(); metric m = count() where segment s'
	expect 0 summarize -e "$rules" -m n p.csv
	out_is cut,n total,4
	expect 2 summarize -e "$rules" p.csv
	err_has "summarize knows no facts: matches is for segment"
	expect 2 summarize -e "$rules" -m n --by big p.csv
	err_has "-e:1:30: summarize knows no facts: matches is for segment"
	expect 2 dedupe-uv -k person_id --where 'f matches ()' p.csv
	err_has "--where:1:1: matches is not known here" "facts are for the rules of segment"
}

@test "facts: random rows, filters and aggregates: the same as SQLite's" {
	need_program sqlite3
	awk 'BEGIN { srand(7); OFS = "\t"; print "person_id", "date", "kind", "n", "amount" >"f.tsv"; print "person_id", "x" >"q.tsv"
		for (i = 0; i < 3000; i++) { id = sprintf("p%05d", i); if (rand() < .9) print id, int(rand() * 10) >"q.tsv"
			if (rand() < .7) for (k = int(rand() * rand() * 12); k >= 0; k--)
				print id, sprintf("2026-%02d-%02d", 1 + int(rand() * 11), 1 + int(rand() * 28)), substr("abc", 1 + int(rand() * 3), 1), \
					rand() < .1 ? "\\N" : 1 + int(rand() * 4), rand() < .1 ? "\\N" : int(rand() * 20000) / 100 >"f.tsv" } }'
	# A filter and an aggregate, each in both languages; money is in cents there, a sum of nothing 0.
	filters=(''			1
		"date >= -60d"	"date >= '2026-09-23'"
		"kind = 'a'"	"kind = 'a'"
		"kind in ('a', 'b'), amount > 50"	"kind in ('a', 'b') and amount > 5000"
		"kind != 'c' or n is null"	"(kind <> 'c' or n is null)"
		"not amount between 10 and 150.5"	"not coalesce(amount between 1000 and 15050, 0)"
		"month(date) = 3, n >= 2"	"substr(date, 6, 2) = '03' and n >= 2")
	aggs=(''	"count(*) >= 1"
		"count >= 3"	"total(n) >= 3"
		"count = 0"	"total(n) = 0"
		"sum_amount > 100"	"total(amount) > 10000"
		"sum_amount <= 99.99"	"total(amount) <= 9999"
		"min_amount < 20, count < 9"	"coalesce(min(amount) < 2000, 0) and total(n) < 9"
		"max_date between -90d and -10d"	"coalesce(max(date) between '2026-08-24' and '2026-11-12', 0)"
		"max_kind in ('a', 'c') or sum_n = 5"	"(coalesce(max(kind) in ('a', 'c'), 0) or total(n) = 5)"
		"max_amount != 7"	"not coalesce(max(amount) = 700, 0)")
	printf 'fact f = facts weight n;\n' >d.rules
	{
		echo "create table q(person_id text primary key, x); create table raw(person_id, date, kind, n, amount);"
		printf '.mode ascii\n.separator "\\t" "\\n"\n.import --skip 1 q.tsv q\n.import --skip 1 f.tsv raw\n'
		echo "create table f as select person_id, date, kind, cast(nullif(n, '\\N') as integer) n,
			cast(round(100 * nullif(amount, '\\N')) as integer) amount from raw; create index i on f(person_id);"
	} >d.sql
	k=0
	for ((i = 0; i < ${#filters[@]}; i += 2)); do
		for ((j = 0; j < ${#aggs[@]}; j += 2)); do
			k=$((k + 1))
			items=${filters[i]}${filters[i]:+${aggs[j]:+, }}${aggs[j]}
			printf 'segment s%02d = f matches (%s);\n' "$k" "$items" >>d.rules
			printf "select person_id, 's%02d' from q where (select %s from f where f.person_id = q.person_id and %s);\n" \
				"$k" "${aggs[j + 1]}" "${filters[i + 1]}" >>d.sql
		done
	done
	expect 0 segment -r d.rules --as-of 2026-11-22 --facts facts=f.tsv --members --no-header q.tsv
	sort "$OUT" >got
	sqlite3 -batch :memory: <d.sql | sort >want
	[[ $(wc -l <want) -gt 30000 ]]
	same got want
	# another order of the rules, and of what stands in them: the same members
	tac d.rules | sed -E 's/\((date >= -60d), (count >= 3)\)/(\2, \1)/' >e.rules
	expect 0 segment -r e.rules --as-of 2026-11-22 --facts facts=f.tsv --members --no-header --block-size 100 q.tsv
	sort "$OUT" | same - got
	# a segment and its complement part the persons
	sed 's/ matches / not matches /' d.rules >c.rules
	expect 0 segment -r c.rules --as-of 2026-11-22 --facts facts=f.tsv --members --no-header q.tsv
	sort "$OUT" got | uniq -d | is
	[[ $(cat "$OUT" got | wc -l) == $((k * $(tail -n +2 q.tsv | wc -l))) ]]
}
