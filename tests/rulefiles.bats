#!/usr/bin/env bats
# The rule files that are shipped: every rule with a hand-made record on each side of every boundary.

load helpers
load rulefiles/lib

setup()
{
	cd "$BATS_TEST_TMPDIR" || return
}

@test "rule files: every case of tests/rulefiles gives what it says" {
	local file n=0
	for file in "$CASES"/*.cases; do
		expand "$file" cases.d
		failures "$file" cases.d "$RULES" >got
		same got /dev/null
		n=$((n + $(wc -l <cases.d/wants.tsv)))
		rm -r cases.d
	done
	((n > 600))
}
