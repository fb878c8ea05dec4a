# shellcheck shell=bash disable=SC2034,SC2154
# checks.sh - what stands out: regions in which more visitors buy, and surveys against what is known otherwise. Sourced by
# daily-portrait; tables are written to $work by the name in the comment.

# region_cells: region uv buyers of the last 30 days, of all regions, and the total: buyers are those who have a visit, in the
# region of the visit that their order came from.
count_regions()
{
	nobody cut region uv >"$work/region.seen"
	nobody cut region buyers >"$work/region.bought"
	if ((has_events && has_orders)); then
		day_add "$day" -29
		limn summarize -e 'metric uv = distinct(visitor_id);' --by '' --by region --where "day >= $DAY_TEXT and $countable" "$work/seen" >"$work/region.seen"
		limn dedupe-uv -k order_id --where "pay_day >= $DAY_TEXT and session_id is not null" --select session_id,customer_id "$work/bought" |
			sorted -k 1,1 >"$work/region.orders"
		ORDERS=$work/region.orders awk -F '\t' -v OFS='\t' '
			BEGIN { while ((getline line <ENVIRON["ORDERS"]) > 0) { split(line, part, FS); wanted[part[1]] } }
			NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i }
			$at["session_id"] in wanted { print $at["session_id"], $at["region"] }' "$work/sessions" | sorted -k 1,1 >"$work/region.visits"
		joined "$work/region.orders" "$work/region.visits" |
			limn summarize -e 'metric buyers = distinct(customer_id);' --by '' --by region >"$work/region.bought"
	fi
	{
		nobody region uv buyers
		awk -F '\t' -v OFS='\t' '
			FNR == 1 { next }
			FILENAME ~ /bought$/ { buyers[$1, $2] = $3; next }
			$1 == "total" || $2 != "\\N" { print ($1 == "total" ? "\\N" : $2), $3, buyers[$1, $2] + 0 }' "$work/region.bought" "$work/region.seen"
	} >"$work/region_cells"
}

# told: question tag code said measured: how many people gave that answer, and of how many customers their accounts say it.
# schemas/maps/checks.tsv names both columns of people for each question.
count_told()
{
	local question tag column answer
	: >"$work/told"
	while IFS=$TAB read -r question tag answer column; do
		[[ $question != question ]] || continue
		pick "$work/people" "$answer" "$column" customer_id | QUESTIONS=$LP_SCHEMAS/maps/questions.tsv QUESTION=$question TAG=$tag awk -F '\t' -v OFS='\t' '
			BEGIN {
				while ((getline line <ENVIRON["QUESTIONS"]) > 0) {
					split(line, part, FS)
					if (part[1] != ENVIRON["QUESTION"]) continue
					name[++n] = part[2]
					for (i = 2; i <= 4; i++) code[tolower(part[i])] = part[2]
				}
			}
			$1 != "\\N" { said[$1]++ }
			$3 != "\\N" && tolower($2) in code { measured[code[tolower($2)]]++ }
			END { for (i = 1; i <= n; i++) print ENVIRON["QUESTION"], ENVIRON["TAG"], name[i], said[name[i]] + 0, measured[name[i]] + 0 }' >>"$work/told"
	done <"$LP_SCHEMAS/maps/checks.tsv"
}
