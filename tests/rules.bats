#!/usr/bin/env bats
# The rule language as programs show it: its messages byte for byte, its answers against SQLite's.

load helpers

# map NAME LINE… - writes the lookup table maps/NAME.tsv.
map()
{
	mkdir -p maps
	printf '%b\n' "${@:2}" >"maps/$1.tsv"
}

@test "rules: the caret stands under wide characters, behind TABs, in long lines" {
	cd "$BATS_TEST_TMPDIR"
	printf -- '-- one\n\tsegment 中文 = 国家 = '"'中国'"' and 年龄 > x；\n' >w.rules
	expect 2 segment -r w.rules --check
	printf '%s\n' "segment: w.rules:2:35: '；' means nothing here" \
		$'\tsegment 中文 = 国家 = \'中国\' and 年龄 > x；' \
		$'\t                                         ^' "write ';'" | same "$ERR" -
	{ printf 'tag a = '; printf 'x + %.0s' {1..100}; printf '$;\n'; } >l.rules
	expect 2 segment -r l.rules --check
	same "$ERR" - <<-'END'
		segment: l.rules:1:409: '$' means nothing here
		+ x + x + x + x + x + x + x + x + x + $;
		                                      ^
	END
	grep -q '^  *^$' "$ERR"
}

@test "rules: 10,000 parentheses and 1 MB of what is no rule are an error, 1 MB of rules is fine" {
	cd "$BATS_TEST_TMPDIR"
	{ printf 'tag a = '; printf '(%.0s' {1..10000}; printf '1;\n'; } >deep.rules
	expect 2 segment -r deep.rules --check
	err_has "deep.rules:1:209: nested too deeply" "give a part of it a name: tag NAME = …;"
	awk 'BEGIN { for (i = 0; i < 20000; i++) printf "segment s%d = age > %d and country in (\"US\", \"DE\");\n", i, i }' |
		tr '"' "'" >long.rules
	[[ $(wc -c <long.rules) -gt 1000000 ]]
	expect 0 segment -r long.rules --check
	quiet
	same "$OUT" /dev/null
	local part
	for part in '(' 'not ' '- ' 'x + ' 'x = 1 and ' 'f(' 'case when ' "'a' " 'x' '9' '一' '"'; do
		awk -v part="$part" 'BEGIN { printf "tag a = "; for (i = 0; i < 1048576; i += length(part)) printf "%s", part }' >x.rules
		expect 2 segment -r x.rules --check
		[[ $(head -n 1 "$ERR") == "segment: x.rules:1:"*": "* && $(wc -c <"$ERR") -lt 1024 ]]
	done
	# each needs the next, all the way down
	awk 'BEGIN { for (i = 0; i < 30000; i++) printf "tag t%d = t%d + 1;\n", i, i + 1; print "tag t30000 = 1;" }' >chain.rules
	expect 0 segment -r chain.rules --check
	quiet
	# and in a circle
	sed '$s/= 1/= t0/' chain.rules | tac >circle.rules
	expect 2 segment -r circle.rules --check
}

@test "rules: files that are not there, empty ones, several, and text with a file" {
	cd "$BATS_TEST_TMPDIR"
	expect 3 segment -r no.rules --check
	err_has "segment: no.rules: No such file or directory"
	expect 2 segment --check
	err_has "segment: no rules are given: -r FILE or -e TEXT"
	: >empty.rules
	expect 0 segment -r empty.rules --check
	printf 'tag a = b + p;\n' >a.rules
	printf '\xef\xbb\xbfparam p = 1; -- a BOM before it\r\n' >b.rules
	expect 0 segment -r a.rules -r b.rules --check
	expect 0 segment -r a.rules --check -e 'param p = 1'
	expect 2 segment -r a.rules --check -e 'param p = "x'
	err_has 'segment: -e:1:11: the name is not closed'
}

@test "rules: installed rules are found by their name" {
	mkdir -p "$BATS_TEST_TMPDIR/share/schemas/rules"
	printf 'metric pv = count();\n' >"$BATS_TEST_TMPDIR/share/schemas/rules/traffic.rules"
	export LIMN_SHARE=$BATS_TEST_TMPDIR/share
	printf 'a\n1\n' >"$BATS_TEST_TMPDIR/in.csv"
	expect 0 summarize -r traffic "$BATS_TEST_TMPDIR/in.csv"
	out_is "cut,pv" "total,1"
}

@test "rules: --set overrides params, as their own type" {
	cd "$BATS_TEST_TMPDIR"
	cat >p.rules <<-'END'
		param n = 60; param twice = 2 * n; param who = 'it'; param since = -1m; param on = true;
		tag a = n; tag b = twice; tag c = who; tag d = since; tag e = on;
	END
	printf 'person_id\nx\n' >in.csv
	expect 0 segment -r p.rules --as-of 2026-03-31 in.csv
	out_is 'person_id,a,b,c,d,e,segments' 'x,60,120,it,2026-02-28,true,'
	expect 0 segment -r p.rules --as-of 2026-03-31 --set n=1.5 --set "who=a='b'" --set since=-1d --set on=false in.csv
	out_is 'person_id,a,b,c,d,e,segments' "x,1.5,3,a='b',2026-03-30,false,"
	expect 0 segment -r p.rules --as-of 2026-03-31 --set since=2026-01-01 in.csv
	out_is 'person_id,a,b,c,d,e,segments' 'x,60,120,it,2026-01-01,true,'
	expect 2 segment -r p.rules --as-of 2026-03-31 --set n=many in.csv
	err_has "segment: --set:1:1: unknown param 'many'"
	expect 2 segment -r p.rules --as-of 2026-03-31 --set "n='5'" in.csv
	err_has "segment: --set:1:1: a number is needed here, this is a text"
	expect 2 segment -r p.rules --set twise=3 in.csv
	err_has "segment: --set: there is no param 'twise'" "did you mean 'twice'?"
	expect 2 segment -r p.rules --set n in.csv
	err_has "segment: --set: NAME=VALUE expected, not 'n'"
}

@test "rules: today without --as-of is an error, in --where another one" {
	cd "$BATS_TEST_TMPDIR"
	printf 'person_id,d\nx,2026-01-01\n' >in.csv
	expect 2 segment -e 'segment s = d >= -30d' in.csv
	same "$ERR" - <<-'END'
		segment: -e:1:18: a date relative to today, but the day is not given
		segment s = d >= -30d
		                 ^
		say which day is today: --as-of 2026-11-22
	END
	expect 0 segment -e 'segment s = d >= -30d' --check
	expect 2 segment -e 'segment s = d = 2026-01-01' --where 'd < today' in.csv
	err_has "segment: --where:1:5: a date relative to today" "write the day itself: 2026-11-22"
}

@test "rules: unknown columns are told before any record is written" {
	cd "$BATS_TEST_TMPDIR"
	printf 'person_id,country\nx,US\n' >in.csv
	expect 2 segment -e "segment s = contry = 'US'" in.csv
	same "$OUT" /dev/null
	same "$ERR" - <<-'END'
		segment: -e:1:13: unknown column 'contry'
		segment s = contry = 'US'
		            ^
		did you mean 'country'?
	END
	expect 2 segment -e "segment s = country = US" in.csv
	err_has "unknown column 'US'" "a text stands in single quotes: 'US'"
	expect 2 summarize -e 'metric m = sum(prize)' in.csv
	err_has "summarize: -e:1:16: unknown column 'prize'" "another column stands for it with --as NAME=COLUMN"
}

@test "rules: days and hours are local ones" {
	cd "$BATS_TEST_TMPDIR"
	printf 'person_id,ts\na,2026-11-22T16:30:00Z\n' >in.csv
	rule='tag d = day(ts); tag h = hour(ts); tag w = week; tag s = time(2026-11-22); segment x = ts >= 2026-11-23'
	expect 0 segment -e "$rule" in.csv
	out_is 'person_id,ts,d,h,w,s,segments' 'a,2026-11-22T16:30:00Z,2026-11-22,16,2026-W47,2026-11-22T00:00:00Z,'
	expect 0 segment -e "$rule" --tz Asia/Shanghai in.csv
	out_is 'person_id,ts,d,h,w,s,segments' 'a,2026-11-22T16:30:00Z,2026-11-23,0,2026-W48,2026-11-21T16:00:00Z,x'
}

@test "rules: a value that is not of the type it is used as is a bad record" {
	cd "$BATS_TEST_TMPDIR"
	printf 'person_id,n\na,1\nb,x\nc,3\n' >in.csv
	expect 1 segment -e 'segment s = n > 1' in.csv
	err_has "segment: in.csv:3: column 'n': not a number: 'x'"
	expect 0 segment -e 'segment s = n > 1' --members --rejects bad --max-rejects 1 in.csv
	out_is 'person_id,segment' 'c,s'
	expect 0 segment -e "segment s = n = 'x'" --members in.csv
	out_is 'person_id,segment' 'b,s'
	printf 'person_id,n\na,170141183460469231731687303715884105727\n' >in.csv
	expect 1 segment -e 'tag t = n * 10' in.csv
	err_has "segment: in.csv:2: -e:1:9: the result does not fit"
}

# random_people N SEED - records with missing values, sorted by key.
random_people()
{
	awk -v n="$1" -v seed="$2" 'BEGIN {
		srand(seed); OFS = "\t"; print "person_id", "n", "m", "c", "d"
		split("US DE CN us D_ %", c, " ")
		for (i = 0; i < n; i++)
			print sprintf("p%06d", i), rand() < .2 ? "\\N" : int(rand() * 12) - 4,
				rand() < .2 ? "\\N" : int(rand() * 400) / 100, rand() < .2 ? "\\N" : c[1 + int(rand() * 6)],
				rand() < .2 ? "\\N" : sprintf("2026-%02d-%02d", 1 + int(rand() * 3), 1 + int(rand() * 28))
	}'
}

# random_conditions N SEED - one a line: ours TAB SQLite's.
random_conditions()
{
	awk -v n="$1" -v seed="$2" '
	function pick(list, a, k) { k = split(list, a, "|"); return a[1 + int(rand() * k)] }
	function num() { return pick("n|m|n + m|n - 2 * m|n / m|-n|m * 3|coalesce(n, m)|case when n > 2 then m end") }
	function yes(s) { return "coalesce(" s ", 0)" }
	function leaf(x, o, k) {
		k = int(rand() * 9)
		if (k == 0) { x = num(); o = pick("=|<|<=|>|>=") " " (int(rand() * 16) - 4) / 2; L = x " " o; S = yes(x " " o) }
		if (k == 1) { x = num(); L = x " != 2"; S = "(not " yes(x " = 2") ")" }
		if (k == 2) { L = "n between -1 and m"; S = yes(L) }
		if (k == 3) { L = "c in (\x27US\x27, \x27%\x27)"; S = yes(L) }
		if (k == 4) { L = "c not in (\x27DE\x27, \x27us\x27)"; S = "(not " yes("c in (\x27DE\x27, \x27us\x27)") ")" }
		if (k == 5) { x = pick("n|m|c|d|n + m"); L = x " is null"; S = "(" L ")" }
		if (k == 6) { o = pick("<|>=|="); L = "d " o " 2026-02-14"; S = yes("d " o " \x272026-02-14\x27") }
		if (k == 7) { L = "c starts with \x27D\x27"; S = yes("substr(c, 1, 1) = \x27D\x27") }
		if (k == 8) { L = "c > \x27D\x27"; S = yes(L) }
	}
	function tree(depth, l, s) {
		if (depth == 0 || rand() < .2) { leaf(); return }
		if (rand() < .25) { tree(depth - 1); L = "not (" L ")"; S = "(not " S ")"; return }
		tree(depth - 1); l = L; s = S; tree(depth - 1)
		if (rand() < .5) { L = "(" l " and " L ")"; S = "(" s " and " S ")" }
		else { L = "((" l ") or (" L "))"; S = "(" s " or " S ")" }
	}
	BEGIN { srand(seed); for (i = 0; i < n; i++) { tree(3); print L "\t" S } }'
}

@test "rules: 200 random conditions hold for the records for which SQLite says so" {
	need_program sqlite3
	cd "$BATS_TEST_TMPDIR"
	random_people 700 11 >people.tsv
	random_conditions 200 12 >conditions
	awk -F'\t' '{ printf "segment s%03d = %s;\n", NR, $1 }' conditions >x.rules
	# 1.0 *: what divides here is no integer division there
	{
		printf '%s\n' 'create table t (person_id text, n numeric, m numeric, c text, d text);' '.mode tabs' \
			'.import people.txt t' 'update t set n = nullif(n, "\N"), m = nullif(m, "\N"), c = nullif(c, "\N"), d = nullif(d, "\N");' \
			'.headers off'
		awk -F'\t' '{ s = $2; gsub(/n \/ m/, "round(1.0 * n / m, 6)", s)
			printf "select person_id, \x27s%03d\x27 from t where %s order by person_id;\n", NR, s }' conditions
	} >x.sql
	tail -n +2 people.tsv >people.txt
	sqlite3 :memory: <x.sql | sort >want
	expect 0 segment -r x.rules --members people.tsv
	quiet
	tail -n +2 "$OUT" | sort >got
	[[ $(wc -l <want) -gt 10000 ]]
	same got want
}

@test "rules: a condition and its negation part the records, whatever is missing" {
	cd "$BATS_TEST_TMPDIR"
	random_people 500 21 >people.tsv
	random_conditions 150 22 | awk -F'\t' '{
		printf "segment a%03d = %s;\nsegment b%03d = not (%s);\n", NR, $1, NR, $1 }' >x.rules
	expect 0 segment -r x.rules --members people.tsv
	tail -n +2 "$OUT" | awk -F'\t' '{ n[$1 " " substr($2, 2)]++ } END { for (k in n) { c++; if (n[k] != 1) exit 1 } exit c != 500 * 150 }'
}

@test "rules: set algebra: or, and, and not of segments" {
	cd "$BATS_TEST_TMPDIR"
	random_people 300 31 >people.tsv
	cat >x.rules <<-'END'
		segment union = segment a or segment b;
		segment both  = segment a and segment b;
		segment less  = segment a and not segment b;
		segment a = n > 0;
		segment b = c = 'US';
	END
	expect 0 segment -r x.rules people.tsv
	tail -n +2 "$OUT" | awk -F'\t' '
		{ $6 = "," $6 ","; a = /,a,/; b = /,b,/; u = /,union,/; i = /,both,/; l = /,less,/ }
		u != (a || b) || i != (a && b) || l != (a && !b) { print; bad = 1 } END { exit bad }'
}

@test "rules: --where takes the same conditions" {
	cd "$BATS_TEST_TMPDIR"
	random_people 300 41 >people.tsv
	random_conditions 25 42 >conditions
	i=0
	while IFS=$'\t' read -r ours _; do
		expect 0 segment -e "segment s = $ours" --members people.tsv
		tail -n +2 "$OUT" | cut -f 1 >want
		expect 0 dedupe-uv -k person_id --where "$ours" --select person_id people.tsv
		tail -n +2 "$OUT" >got
		same got want
		((++i))
	done <conditions
	((i == 25))
}

@test "rules: every example of docs/rules.md is checked, every session in it is run" {
	cd "$BATS_TEST_TMPDIR"
	awk '/^```rules$/ { n++; on = 1; next } /^```/ { on = 0 } on { print >("example" n ".rules") }' "$ROOT/docs/rules.md"
	map city_tier 'city\ttier\tregion' 'Weifang\t3\tShandong'
	for file in example*.rules; do
		expect 0 segment --maps maps -r "$file" --check || fail "$(cat "$file")"
	done
	awk '/^```console$/ { on = 1; next } /^```/ { on = 0 } on' "$ROOT/docs/rules.md" >sessions
	while IFS= read -r line; do
		[[ $line == '$ '* ]] || continue
		printf '%s\n' "$line"
		bash -c "${line#'$ '}" 2>&1 || :
	done <sessions >got
	same got sessions
}

@test "rules: lookup finds values by key, in any column, in tags, metrics and --where" {
	cd "$BATS_TEST_TMPDIR"
	map cities 'city\ttier\tname zh' 'Shanghai\t1\t上海' 'Weifang\t3\t\\N' 'a\\tb\t\tx\\\\y'
	printf 'person_id\tc\n1\tShanghai\n2\tWeifang\n3\tParis\n4\t\\N\n5\ta\\tb\n6\tShanghai\n' >in.tsv
	expect 0 segment --maps maps -e "tag t = lookup(cities, c); tag n = number(lookup(cities.tier, c)) + 1;
		tag z = lookup(\"cities.name zh\", c); tag k = lookup(cities, 'Weifang'); tag none = lookup(cities, 'x');
		segment big = lookup(cities, c) = '1'; segment small = not lookup(cities, c) = '1'" in.tsv
	quiet
	out_is $'person_id\tc\tt\tn\tz\tk\tnone\tsegments' \
		$'1\tShanghai\t1\t2\t上海\t3\t\\N\tbig' \
		$'2\tWeifang\t3\t4\t\\N\t3\t\\N\tsmall' \
		$'3\tParis\t\\N\t\\N\t\\N\t3\t\\N\tsmall' \
		$'4\t\\N\t\\N\t\\N\t\\N\t3\t\\N\tsmall' \
		$'5\ta\\tb\t\t\\N\tx\\\\y\t3\t\\N\tsmall' \
		$'6\tShanghai\t1\t2\t上海\t3\t\\N\tbig'
	expect 0 summarize --maps maps -e "tag tier = lookup(cities, c); metric n = count();
		metric first = count() where lookup(cities, c) = '1'" --where "lookup(cities, c) is not null" --by tier in.tsv
	out_is $'cut\ttier\tn\tfirst' $'tier\t\t1\t0' $'tier\t1\t2\t2' $'tier\t3\t1\t0'
}

@test "rules: maps are looked for in --maps in order, then among the shared ones" {
	cd "$BATS_TEST_TMPDIR"
	mkdir -p one two share/schemas/maps
	printf 'k\tv\nx\tone\n' >one/a.tsv
	for m in a b; do printf 'k\tv\nx\ttwo\n' >"two/$m.tsv"; done
	for m in a b c; do printf 'k\tv\r\nx\tshared' >"share/schemas/maps/$m.tsv"; done
	export LIMN_SHARE=$BATS_TEST_TMPDIR/share
	printf 'person_id\n1\n' >in.csv
	rule="tag a = lookup(a, 'x'); tag b = lookup(b, 'x'); tag c = lookup(c, 'x')"
	expect 0 segment --maps one --maps two -e "$rule" in.csv
	out_is person_id,a,b,c,segments 1,one,two,shared,
	expect 0 segment -e "$rule" in.csv
	out_is person_id,a,b,c,segments 1,shared,shared,shared,
	expect 0 dedupe-uv -k person_id --where "lookup(a, person_id) is null" in.csv
	out_is person_id 1
	printf '\xef\xbb\xbfk\tv\n' >one/empty.tsv
	expect 0 segment --maps one -e "tag k = lookup(empty, person_id); tag v = lookup(empty.k, 'y')" in.csv
	out_is person_id,k,v,segments 1,,,
}

@test "rules: a wrong map is named with its line, an unknown one with the nearest" {
	cd "$BATS_TEST_TMPDIR"
	map colours 'name\thex' 'red\tf00' 'blue\t00f' 'red\tf11'
	expect 2 segment --maps maps -e 'tag a = lookup(colours, b)' --check
	same "$ERR" <(echo "segment: maps/colours.tsv:4: the key 'red' is there already, on line 2")
	bad() { map m "$@" && expect 2 segment --maps maps -e 'tag a = lookup(m, b)' --check; }
	bad 'a\tb' 'x' && err_has "segment: maps/m.tsv:2: fewer fields than the first line has"
	bad 'a\tb' 'x\t1' '' && err_has "segment: maps/m.tsv:3: fewer fields than the first line has"
	bad 'a\tb' 'x\ty\tz' && err_has "segment: maps/m.tsv:2: more fields than the first line has"
	bad 'a\tb' '\\N\ty' && err_has "segment: maps/m.tsv:2: the key is missing"
	bad 'a\tb' "x\ty\\\\" && err_has "segment: maps/m.tsv:2: a lone backslash at the end of a value"
	bad 'a\ta' && err_has "segment: maps/m.tsv:1: two columns of one name"
	bad 'a\t' && err_has "segment: maps/m.tsv:1: a column without a name"
	bad 'a' && err_has "segment: maps/m.tsv:1: a map has a key and at least one more column, with TABs between"
	: >maps/m.tsv
	expect 2 segment --maps maps -e 'tag a = lookup(m, b)' --check
	err_has "segment: maps/m.tsv:1: a map begins with the names of its columns"
	rm maps/m.tsv && mkdir maps/m.tsv
	expect 3 segment --maps maps -e 'tag a = lookup(m, b)' --check
	err_has "segment: maps/m.tsv: Is a directory"
}

@test "rules: partials made with another map are refused" {
	cd "$BATS_TEST_TMPDIR"
	map m 'k\tv' 'x\t1'
	printf 'a\nx\ny\n' >in.csv
	rule="metric n = count() where lookup(m, a) is not null"
	summarize --maps maps -e "$rule" --partial in.csv >p.tsv
	expect 0 summarize --maps maps -e "$rule" --merge p.tsv
	out_is $'cut\tn' $'total\t1'
	map m 'k\tv' 'x\t1' 'y\t1'
	expect 2 summarize --maps maps -e "$rule" --merge p.tsv
	err_has "these partials were made with other metrics"
}
