# shellcheck shell=bash
# events.sh DAY - events/DAY.tsv.zst: the events of that local day, one an event_id, the earliest.
#
# Reads $LP_WORK/todo/events/DAY: the arrivals that brought some, a line each.
set -euo pipefail
. "$LP_PIPELINES/lib.sh"
day=$1
target=$LP_WAREHOUSE/events/$day.tsv.zst new=$LP_WORK/events.$day ledger=$LP_WAREHOUSE/ledger/$day/events-day.jsonl
files=() expected=0
while IFS= read -r arrival; do
	files+=("$LP_WAREHOUSE/arrivals/$arrival/events.tsv.zst")
	while IFS=$'\t' read -r d n; do
		[[ $d != "$day" ]] || expected=$((expected + n))
	done <"$LP_WAREHOUSE/arrivals/$arrival/.events.days"
done <"$LP_WORK/todo/events/$day"

mkdir -p "${ledger%/*}"
rm -f "$new.jsonl"
tables "${files[@]}" |
	dedupe-uv --from tsv -k event_id --keep first --by ts --where "day = $day" --tz "$LP_TZ" --ledger "$new.jsonl" |
	sorted -k 3,3 -k 2,2 -k 1,1 | pack "$new.zst"
IFS= read -r line <"$new.jsonl"
[[ $line =~ \"records_in\":([0-9]+).*\"filtered\":([0-9]+) && $((BASH_REMATCH[1] - BASH_REMATCH[2])) == "$expected" ]] ||
	die 3 "the books of $day do not balance: $expected events arrived" "$line"
mv "$new.jsonl" "$ledger"
put "$new.zst" "$target"
made "$target" "$(<"$LP_WORK/todo/events/$day.note")"
