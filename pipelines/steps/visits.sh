# shellcheck shell=bash
# visits.sh DAY - sessions/DAY.tsv.zst, the visits that start on the day, a row each, and visitors/DAY.tsv.zst,
# who saw pages on the day: a row a visitor a source, medium, campaign, platform, country and region of the
# visit that the page view belongs to.
#
# Sessions are made of the events of the day, the one before and the one after, so that a visit over midnight is
# one visit; e-mail that was sent or opened is no visit to the store. A visit that lasts from before the
# day before is cut off there.
set -euo pipefail
. "$LP_PIPELINES/lib.sh"
day=$1
new=$LP_WORK/visits.$day ledger=$LP_WAREHOUSE/ledger/$day/visits-day.jsonl
dims=source,medium,campaign,platform,country,region
files=()
for d in -1 0 1; do
	day_add "$day" "$d"
	file=$LP_WAREHOUSE/events/$DAY_TEXT.tsv.zst
	[[ ! -e $file ]] || files+=("$file")
done

mkdir -p "${ledger%/*}"
rm -f "$new.jsonl"
linked_events "$LP_WORK/todo/unlink/$day" "${files[@]}" |
	sessionize --from tsv --tz "$LP_TZ" --where "event not in ('email_sent', 'email_open', 'email_click')" \
		--select "event_id,ts,visitor_id,customer_id,event,page,source,medium,campaign,platform,country,region,language,session_id" \
		--ledger "$new.jsonl" |
	summarize --from tsv --tz "$LP_TZ" --as-of "$day" -r "$LP_RULES/visits.rules" --by session_id |
	cut -f 2- >"$new.tsv"
dedupe-uv --from tsv --tz "$LP_TZ" -k session_id --where "day = $day" --ledger "$new.jsonl" "$new.tsv" | pack "$new.sessions"
summarize --from tsv --tz "$LP_TZ" --as-of "$day" -r "$LP_RULES/visitors.rules" --where "pv_day > 0" \
	--by "visitor_id,$dims" "$new.tsv" | cut -f 2- | pack "$new.visitors"
mv "$new.jsonl" "$ledger"
for part in sessions visitors; do
	target=$LP_WAREHOUSE/$part/$day.tsv.zst
	put "$new.$part" "$target"
	made "$target" "$(<"$LP_WORK/todo/visits/$day.note")"
done
rm -f "$new.tsv"
