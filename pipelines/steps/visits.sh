# shellcheck shell=bash
# visits.sh DAY - sessions/DAY.tsv.zst, the visits that start on the day, a row each, and visitors/DAY.tsv.zst,
# who saw pages on the day: a row a visitor an origin, device, place, language and landing page of the visit that the
# page view belongs to.
#
# Sessions are made of the events of the day, the one before and the one after, so that a visit over midnight is
# one visit; e-mail that was sent or opened is no visit to the store. A visit that lasts from before the
# day before is cut off there. Where a visit came from and on what is found out a visit, not an event, and what a user
# agent is, once for each that the day has.
set -euo pipefail
. "$LP_PIPELINES/lib.sh"
day=$1
new=$LP_WORK/visits.$day ledger=$LP_WAREHOUSE/ledger/$day/visits-day.jsonl
dims=channel,source,medium,campaign,platform,os,browser,bot,country,region,city,language,landing_page
around "$day"

mkdir -p "${ledger%/*}" "$new.maps"
rm -f "$new.jsonl"
linked_events "$LP_WORK/todo/unlink/$day" "${FILES[@]}" |
	sessionize --from tsv --tz "$LP_TZ" --where "event not in $LETTERS" \
		--select "event_id,ts,visitor_id,customer_id,event,page,source,medium,campaign,referrer,platform,os,browser,user_agent,country,region,city,language,session_id,session_hit" \
		--ledger "$new.jsonl" |
	summarize --from tsv --tz "$LP_TZ" --as-of "$day" -r "$LP_RULES/visits.rules" --by session_id |
	cut -f 2- >"$new.tsv"

# agents: user_agent bot. Without the list of crawlers nobody knows which are bots.
dedupe-uv --from tsv -k user_agent --where "user_agent is not null" --select user_agent "$new.tsv" | sorted -k 1,1 |
	if [[ -n $LP_CRAWLERS ]]; then
		perl "$LP_PIPELINES/steps/crawlers.pl" "$LP_CRAWLERS" || exit 3
	else
		awk -v OFS='\t' '{ print $0, NR == 1 ? "bot" : "\\N" }'
	fi |
	segment --from tsv -k user_agent -r "$LP_RULES/devices.rules" --select user_agent,device,os,browser,bot \
		>"$new.maps/agents.tsv"
segment --from tsv --tz "$LP_TZ" -k session_id -r "$LP_RULES/entries.rules" -r "$LP_RULES/channels.rules" \
	--maps "$new.maps" --set "own=$LP_SITES" --ledger "$new.jsonl" \
	--select "session_id,visitor_id,customer_id,day,started_at,ended_at,stay_seconds,pv,pv_day,$dims,product_views,carts,first_cart_at,checkouts,purchases" \
	"$new.tsv" >"$new.entered"
dedupe-uv --from tsv --tz "$LP_TZ" -k session_id --where "day = $day" --ledger "$new.jsonl" "$new.entered" | pack "$new.sessions"
summarize --from tsv --tz "$LP_TZ" --as-of "$day" -r "$LP_RULES/visitors.rules" --where "pv_day > 0" \
	--by "visitor_id,$dims" "$new.entered" | cut -f 2- | pack "$new.visitors"
mv "$new.jsonl" "$ledger"
for part in sessions visitors; do
	target=$LP_WAREHOUSE/$part/$day.tsv.zst
	put "$new.$part" "$target"
	made "$target" "$(<"$LP_WORK/todo/visits/$day.note")"
done
rm -rf "$new.tsv" "$new.entered" "$new.maps"
