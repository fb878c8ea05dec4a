# compare - the cases whose values are not those of segment --wide: awk -F '\t' -v file=NAME -f compare.awk NAMES wants.tsv
# OUTPUT. NAMES: a line a rule, its kind and name.
FILENAME == ARGV[1] { kind[$2] = $1; next }
FILENAME == ARGV[2] { line[$1] = $2; rule[$1] = $3; want[$1] = $4; next }
FNR == 1 { for (i = 1; i <= NF; i++) at[$i] = i; next }
{
	r = rule[$1]
	if (!(r in kind)) got = "(no such rule)"
	else if (kind[r] == "segment") got = index("," $at["segments"] ",", "," r ",") ? "in" : "out"
	else got = $at[r]
	if (got != want[$1]) printf "%s:%d: %s is %s, not %s\n", file, line[$1], r, got, want[$1]
	seen[$1] = 1
}
END { for (id in want) if (!(id in seen)) printf "%s:%d: no row\n", file, line[id] }
