# shellcheck shell=bash
# behaviour.sh DAY - what people did on that local day: behaviour/DAY.tsv.zst, a row a visitor, customer, event, page,
# product and category, with how often; and activity/DAY.tsv.zst, a row a visitor, customer and hour: how
# busy the browser was.
#
# A customer who is known somewhere in a visit is known in all of it, so events are read as visits.sh reads them.
set -euo pipefail
. "$LP_PIPELINES/lib.sh"
day=$1
new=$LP_WORK/behaviour.$day ledger=$LP_WAREHOUSE/ledger/$day/behaviour-day.jsonl
unlink=$LP_WORK/todo/unlink/$day
columns=event_id,ts,visitor_id,customer_id,event,page,product_id,category
around "$day"

mkdir -p "${ledger%/*}"
rm -f "$new.jsonl"
linked_events "$unlink" "${FILES[@]}" |
	sessionize --from tsv --tz "$LP_TZ" --where "event not in $LETTERS" --select "$columns" --ledger "$new.jsonl" |
	dedupe-uv --from tsv --tz "$LP_TZ" -k event_id --where "day = $day" --ledger "$new.jsonl" >"$new.tsv"
linked_events "$unlink" "$LP_WAREHOUSE/events/$day.tsv.zst" |
	dedupe-uv --from tsv --tz "$LP_TZ" -k event_id --where "event in $LETTERS" --select "$columns" --ledger "$new.jsonl" >"$new.letters"
{ cat "$new.tsv" && tail -n +2 "$new.letters"; } |
	summarize --from tsv --tz "$LP_TZ" -r "$LP_RULES/digest.rules" \
		--by visitor_id,customer_id,event,page,product_id,category,moment --ledger "$new.jsonl" |
	awk -F '\t' -v OFS='\t' -v day="$day" '{ $1 = NR == 1 ? "date" : day; print }' | pack "$new.behaviour"
summarize --from tsv --tz "$LP_TZ" -r "$LP_RULES/minutes.rules" --by visitor_id,customer_id,minute --ledger "$new.jsonl" "$new.tsv" |
	cut -f 2- |
	summarize --from tsv --tz "$LP_TZ" --as-of "$day" -r "$LP_RULES/activity.rules" --by visitor_id,customer_id,hour \
		--ledger "$new.jsonl" | cut -f 2- | pack "$new.activity"
mv "$new.jsonl" "$ledger"
for part in behaviour activity; do
	target=$LP_WAREHOUSE/$part/$day.tsv.zst
	put "$new.$part" "$target"
	made "$target" "$(<"$LP_WORK/todo/behaviour/$day.note")"
done
rm -f "$new.tsv" "$new.letters"
