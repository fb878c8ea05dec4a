# shellcheck shell=bash
# links.sh DAY - links/DAY.tsv.zst: which customer was seen in which browser on that local day, and when last.
#
# Raw facts of events that carry both ids; what is made of them is stitched anew for every portrait (people.sh).
set -euo pipefail
. "$LP_PIPELINES/lib.sh"
day=$1
target=$LP_WAREHOUSE/links/$day.tsv.zst new=$LP_WORK/links.$day ledger=$LP_WAREHOUSE/ledger/$day/links-day.jsonl

mkdir -p "${ledger%/*}"
rm -f "$new.jsonl"
unpack "$LP_WAREHOUSE/events/$day.tsv.zst" |
	summarize --from tsv --tz "$LP_TZ" -r "$LP_RULES/links.rules" --by visitor_id,customer_id \
		--where "customer_id is not null" --ledger "$new.jsonl" |
	cut -f 2- | pack "$new.zst"
mv "$new.jsonl" "$ledger"
put "$new.zst" "$target"
made "$target" "$(<"$LP_WORK/todo/links/$day.note")"
