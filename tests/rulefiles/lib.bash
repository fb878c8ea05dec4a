# shellcheck shell=bash
# lib.bash - runs the cases of tests/rulefiles/*.cases through segment. Sourced by tests/rulefiles.bats.
#
# CASES names the folder of this file, RULES the folder of the rules that are tested.

CASES=$ROOT/tests/rulefiles
RULES=$ROOT/schemas/rules/people

# expand FILE.cases DIR - makes DIR with the tables of the cases.
expand()
{
	mkdir -p "$2"
	: >"$2/wants.tsv"
	awk -v out="$2" -f "$CASES/expand.awk" "$CASES/people.columns" "$1"
}

# rule_names DIR - lines: kind, name, of the statements in the rule files there.
rule_names()
{
	sed -nE 's/^(param|tag|fact|segment|metric) +([A-Za-z_][A-Za-z0-9_.]*).*/\1\t\2/p' "$1"/*.rules
}

# tagged DIR RULES OPTION… - segment over the tables in DIR with the rule files of the folder RULES.
tagged()
{
	local dir=$1 rules=$2 file args=()
	shift 2
	for file in "$rules"/*.rules; do args+=(-r "$file"); done
	segment --from tsv "${args[@]}" --facts "orders=$dir/orders.tsv" --facts "items=$dir/items.tsv" \
		--facts "events=$dir/events.tsv" "$@" "$dir/people.tsv"
}

# failures FILE.cases DIR RULES - the cases of the expanded file that fail with those rules, a line each.
failures()
{
	local options=()
	read -r -a options <"$2/options"
	tagged "$2" "$3" "${options[@]}" >"$2/out.tsv" || return
	awk -F '\t' -v file="${1##*/}" -f "$CASES/compare.awk" <(rule_names "$3") "$2/wants.tsv" "$2/out.tsv"
}

# survivors - the changes of the shipped rules (see mutants.awk) that no case notices, a line each.
survivors()
{
	local file name args=() options=()
	mkdir mutants
	cp "$RULES"/*.rules mutants
	awk -f "$CASES/mutants.awk" "$RULES"/*.rules >mutants/mutants.rules
	awk -v list=1 -f "$CASES/mutants.awk" "$RULES"/*.rules >mutants.list
	rule_names "$RULES" >mutants.names
	for file in "$CASES"/*.cases; do
		name=${file##*/} name=${name%.cases}
		expand "$file" "$name.d"
		read -r -a options <"$name.d/options"
		tagged "$name.d" mutants "${options[@]}" >"$name.d/out.tsv" || return
		args+=("$name.d/wants.tsv" "$name.d/out.tsv")
	done
	awk -F '\t' -f "$CASES/survivors.awk" mutants.names mutants.list "${args[@]}" | sort
}

# some_people DIR N [OPTION…] - N random people in DIR (see persons.awk).
some_people()
{
	local dir=$1 n=$2
	shift 2
	mkdir -p "$dir"
	awk -v out="$dir" -v seed=20261122 -v people="$n" "$@" -f "$CASES/persons.awk" "$CASES/people.columns"
}

# of_segment NAME <MEMBERS - the members of a segment, sorted.
of_segment()
{
	awk -F '\t' -v s="$1" '$2 == s { print $1 }' | sort
}

# run_table DIR LINE - a block of metrics.tables (its table is DIR/in.tsv): the values of its rules that are not those
# in DIR/wants.
run_table()
{
	local dir=$1 line=$2 words
	read -r -a words <"$dir/command"
	"${words[0]}" --from tsv -r "$ROOT/schemas/rules/${words[1]}.rules" "${words[@]:2}" "$dir/in.tsv" >"$dir/out.tsv" || return
	awk -F '\t' -v where="metrics.tables:$line: ${words[1]}" '
		FILENAME ~ /wants$/ { want[$1] = $2; next }
		FNR == 1 { for (i = 1; i <= NF; i++) at[$i] = i; next }
		{ rows++; for (name in want) if ($at[name] != want[name]) print where ": " name " is " $at[name] ", not " want[name] }
		END { for (name in want) if (!(name in at)) print where ": no " name; if (rows != 1) print where ": " rows + 0 " rows" }' \
		"$dir/wants" "$dir/out.tsv"
}

# run_tables - all blocks of metrics.tables; prints what is wrong. Leaves tables.tried: rule file, name, value.
run_tables()
{
	local dir
	mkdir tables
	awk '
		function end() { if (dir != "") { close(dir "/in.tsv"); close(dir "/wants"); close(dir "/command") } dir = "" }
		/^#|^$/ { next }
		/^(summarize|segment) / { end(); dir = sprintf("tables/%d", FNR); system("mkdir " dir); print >(dir "/command"); file = $2; next }
		/^= / {
			value = $0
			sub(/^= [^ ]+ /, "", value)
			if (value == "-") value = "\\N"
			print $2 "\t" value >(dir "/wants")
			print file "\t" $2 "\t" value >"tables.tried"
			next
		}
		{ for (i = 1; i <= NF; i++) printf "%s%s", $i == "-" ? "\\N" : $i, i < NF ? "\t" : "\n" >(dir "/in.tsv") }' "$CASES/metrics.tables"
	for dir in tables/*; do run_table "$dir" "${dir##*/}" || return; done
}

# table_survivors - after run_tables: the changes (see mutants.awk) of metrics, and of the tags that segment computes, that
# no block of metrics.tables notices. Tags that summarize groups by are not changed.
table_survivors()
{
	local dir words file
	mkdir changed
	cut -f 1 tables.tried | sort -u | while IFS= read -r file; do
		if grep -q "^segment $file " "$CASES/metrics.tables"; then cat "$ROOT/schemas/rules/$file.rules"; else sed '/^tag /,/;$/d' "$ROOT/schemas/rules/$file.rules"; fi >changed/source
		awk -f "$CASES/mutants.awk" changed/source >"changed/$file.rules"
		awk -v list=1 -f "$CASES/mutants.awk" changed/source | sed "s/^/$file\t/" >>changed/list
	done
	for dir in tables/*; do
		read -r -a words <"$dir/command"
		"${words[0]}" --from tsv -r "$ROOT/schemas/rules/${words[1]}.rules" -r "changed/${words[1]}.rules" "${words[@]:2}" \
			"$dir/in.tsv" >"$dir/changed.tsv" || return
		awk -F '\t' -v OFS='\t' -v file="${words[1]}" '
			FILENAME ~ /wants$/ { want[$1] = $2; next }
			FNR == 1 { for (i = 1; i <= NF; i++) name[i] = $i; next }
			{ for (i = 1; i <= NF; i++) if (split(name[i], part, "__") == 2 && part[1] in want && $i != want[part[1]]) print file, part[1], part[2] }' \
			"$dir/wants" "$dir/changed.tsv"
	done >changed/noticed
	awk -F '\t' 'NR == FNR { noticed[$1, $2, $3]; next } !(($1, $2, $3) in noticed) { print $1 ": " $2 ": " $4 }' changed/noticed changed/list
}
