#!/usr/bin/env bats
# What is drawn from the whole portrait: the ideal customers, and what to do for each segment.

load helpers

setup()
{
	cd "$BATS_TEST_TMPDIR" || return
	MAPS=$ROOT/schemas/maps
}

# segments_known - the names of the segments of the rule files, sorted.
segments_known()
{
	sed -nE 's/^segment +([A-Za-z0-9_.]+).*/\1/p' "$ROOT"/schemas/rules/people/*.rules | sort
}

# finish DIR KINDS - the portrait of DIR/parts.json and DIR/shared.
finish()
{
	jq -s -L "$ROOT/pipelines" -f "$ROOT/pipelines/finish.jq" "$1/parts.json" --rawfile shared "$1/shared" \
		--rawfile actions "$MAPS/actions.tsv" --rawfile kinds "$2"
}

@test "actions: every segment has a row, every row a segment, in both languages, as canonical tsv" {
	sed -n 1p "$MAPS/actions.tsv" | is $'segment\taction_en\taction_zh\toffer_en\toffer_zh'
	tail -n +2 "$MAPS/actions.tsv" | cut -f 1 | sort | same - <(segments_known)
	# Five texts a row, none empty, no blank at either end, no escape; the Chinese ones are Chinese.
	awk -F '\t' '
		NF != 5 { print NR ": " NF " columns" }
		{ for (i = 1; i <= NF; i++) if ($i == "" || $i ~ /^ | $|\\|\r/) print NR ": " $i }' "$MAPS"/actions.tsv "$MAPS"/personas.tsv | is
	for column in 3 5; do
		tail -qn +2 "$MAPS"/actions.tsv "$MAPS"/personas.tsv | cut -f "$column"
	done | perl -CSD -ne 'print unless /\p{Han}/' | is
	for column in 2 4; do
		tail -qn +2 "$MAPS"/actions.tsv "$MAPS"/personas.tsv | cut -f "$column"
	done | perl -CSD -ne 'print if /\p{Han}/' | is
}

@test "personas: each persona segment has a name and a motto, and each name a segment" {
	sed -n 1p "$MAPS/personas.tsv" | is $'segment\tname_en\tname_zh\tmotto_en\tmotto_zh'
	tail -n +2 "$MAPS/personas.tsv" | cut -f 1 | sort | same - <(segments_known | grep '^persona_')
	for column in 2 3 4 5; do tail -n +2 "$MAPS/personas.tsv" | cut -f "$column" | sort | uniq -d; done | is
	(($(segments_known | grep -c '^persona_') >= 8))
}

@test "actions: a segment of the portrait has its row's action and offer; one without a row has none" {
	mkdir in && : >in/shared
	echo '{"segments": [{"name": "vip"}, {"name": "diehard", "people": 3}]}' >in/parts.json
	finish in "$MAPS/personas.tsv" >got
	jq -c .personas got | is '[]'
	jq -c .segments got | is "$(awk -F '\t' '$1 == "diehard" {
		printf "[{\"name\":\"vip\",\"action\":null},{\"name\":\"diehard\",\"people\":3,\"action\":{\"action\":{\"en\":\"%s\",\"zh\":\"%s\"},\"offer\":{\"en\":\"%s\",\"zh\":\"%s\"}}}]", $2, $3, $4, $5
	}' "$MAPS/actions.tsv")"
}

@test "personas: of random stores, those and that which follow from counting people one by one" {
	need_program python3
	local seed
	for seed in {1..30}; do
		mkdir "$seed"
		python3 "$ROOT/tests/portrait/personas.py" make "$seed" "$seed"
		finish "$seed" "$seed/kinds.tsv" | jq -S .personas >"$seed/got"
		jq -S . "$seed/want.json" | same "$seed/got" - || fail "seed $seed"
	done
	# The stores have something to tell: none, some and four personas, with traits of both sides.
	cat {1..30}/got | jq -s -e '(map(length) | unique | length >= 3 and max == 4)
		and (map(.[].over | length) | max >= 5) and (map(.[].under | length) | max >= 3)' >/dev/null
}
