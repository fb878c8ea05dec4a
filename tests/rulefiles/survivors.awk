# survivors - changed rules that no case tells from the shipped ones: awk -F '\t' -f survivors.awk NAMES LIST then, for each
# file of cases, its wants.tsv and the output of segment. NAMES as in compare.awk, LIST of mutants.awk.
FILENAME == ARGV[1] { kind[$2] = $1; next }
FILENAME == ARGV[2] { mutants[$1] = $2; note[$1, $2] = $3; next }
FILENAME ~ /wants\.tsv$/ { if (FNR == 1) split("", rule); rule[$1] = $3; want[$1] = $4; next }
FNR == 1 { split("", at); for (i = 1; i <= NF; i++) at[$i] = i; next }
{
	r = rule[$1]
	for (k = 1; k <= mutants[r]; k++) {
		if ((r, k) in killed) continue
		if (kind[r] == "segment") got = index("," $at["segments"] ",", "," r "__" k ",") ? "in" : "out"
		else got = $at[r "__" k]
		if (got != want[$1]) killed[r, k] = 1
	}
}
END { for (r in mutants) for (k = 1; k <= mutants[r]; k++) if (!((r, k) in killed)) print r ": " note[r, k] }
