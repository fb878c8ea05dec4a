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
