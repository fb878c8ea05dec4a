# shellcheck shell=bash disable=SC2153,SC2154
# metrics.sh - from visitors, visits, orders and people to the cells of metrics/DAY.tsv and what else the portrait
# says. Sourced by daily-portrait.
#
# A cell is named period|part|cut|key: part is current or previous, an empty key is the total's, or a missing
# value's. traffic, visits, returned, bought_by, extra and bots are tables of cells with their metrics; they are joined into
# one.

# What traffic and orders are cut by: names, and pairs of them. (The dimensions of visits are in visits.sh.)
visit_cuts='visitor country source platform channel campaign region language'
pair_cuts='channel,country source,platform'
# Of these there may be any number of values: the --top of them are shown.
many_valued='source campaign country region language'

# cells SETS <SUMMARY - what summarize --by span --by span,… wrote for these sets, with the column cell, PERIOD|PART|CUT|KEY, instead of the groups.
# The key of a cut by several columns is their values with TABs (written \t) between them, nothing for a missing one.
cells()
{
	awk -F '\t' -v OFS='\t' -v groups="$1" '
		NR == 1 {
			k = split(groups, group, "[ ,]+")
			for (i = 1; i <= k; i++) if (group[i] != "" && !(group[i] in at)) at[group[i]] = ++n + 1
		}
		{
			cut = $1
			sub(/^span,?/, "", cut)
			k = split(cut, part, ",")
			line = NR == 1 ? "cell" : $at["span"] "|" (cut == "" ? "total" : cut) "|"
			for (i = 1; NR > 1 && i <= k; i++) line = line (i > 1 ? "\\t" : "") ($at[part[i]] == "\\N" ? "" : $at[part[i]])
			for (i = n + 2; i <= NF; i++) line = line OFS $i
			print line
		}'
}

# count_spans TABLE RULES KIND CUTS OPTION… <ROWS - appends to that table of cells the totals, the days and the cuts of the spans
# of that kind; rows are those of spread, or rows without a day. A span without rows has a total, too.
count_spans()
{
	local table=$1 rules=$2 kind=$3 cuts=$4 cut header by=(--by span)
	shift 4
	IFS= read -r header
	[[ $TAB$header$TAB != *"${TAB}day$TAB"* ]] || by+=(--by 'span,day')
	for cut in $cuts; do by+=(--by "span,$cut"); done
	[[ $rules != orders ]] || set -- --set "digits=$digits" "$@"
	{
		printf '%s\n' "$header"
		cat
	} | limn summarize -r "$LP_RULES/$rules.rules" "$@" "${by[@]}" | cells "${by[*]#--by}" >"$work/$table.new"
	printf '%s\n' "$header" | limn summarize -r "$LP_RULES/$rules.rules" "$@" | sed 1d >"$work/$table.none"
	KIND=$kind awk -F '\t' -v OFS='\t' '
		FILENAME ~ /spans$/ { if ($5 == ENVIRON["KIND"] || (ENVIRON["KIND"] == "all" && $5 != "kind")) total[$1 "|" $2 "|total|"]; next }
		FILENAME ~ /none$/ { sub(/^[^\t]*\t/, ""); none = $0; next }
		{ print; delete total[$1] }
		END { for (name in total) print name, none }' "$work/spans" "$work/$table.none" "$work/$table.new" |
		if [[ -s $work/$table ]]; then sed 1d; else cat; fi >>"$work/$table"
}

# no_cells TABLE RULES - that table of cells when there is nothing to count: what its metrics are called.
no_cells()
{
	{
		echo cell
		sed -nE 's/^metric +([a-z0-9_]+) .*/\1/p' "$LP_RULES/$2.rules"
	} | paste -s >"$work/$1"
}

# first_seen: visitor_id and the day of the first page view ever. That of the last day for which this was found, as
# far as nothing before it has changed, and the visitors since: kept as seen/DAY.
first_seen()
{
	local target=$warehouse/seen/$day.tsv.zst
	recipe "$LP_PIPELINES"/{lib.sh,steps/metrics.sh}
	kept_until seen visitors
	if [[ $BASE == "$day" ]]; then
		unpack "$target" >"$work/first_seen"
		return
	fi
	{
		nobody visitor_id day
		[[ -z $BASE ]] || unpack "$warehouse/seen/$BASE.tsv.zst" | tail -n +2
		((!${#FILES[@]})) || tables "${FILES[@]}" | limn dedupe-uv -k visitor_id,day --select visitor_id,day | tail -n +2
	} | limn summarize -e 'metric first_day = min(day(day));' --by visitor_id | cut -f 2- >"$work/first_seen"
	pack "$work/seen.zst" <"$work/first_seen"
	put "$work/seen.zst" "$target"
	made "$target" "$MADE_OF"
}

# seen, sessions: page views and visits of the last 100 days with first_day, sorted by visitor. Orders of the 60 days
# are attributed to visits of up to 30 days before.
recent_traffic()
{
	day_add "$day" -59
	recent visitors "$DAY_TEXT" | sorted -k 1,1 >"$work/seen.1"
	joined -a 1 "$work/seen.1" "$work/first_seen" >"$work/seen"
	day_add "$day" -100
	recent sessions "$DAY_TEXT" | sorted -k 2,2 >"$work/sessions.1"
	joined -a 1 -1 2 -2 1 "$work/sessions.1" "$work/first_seen" >"$work/sessions"
}

# Sets countable to the condition that holds for what counts: what robots do not do, unless that is to count.
# cut_seen, cut_sessions: seen and sessions as they are counted, of the dimensions
# with many values the ones that most visitors of the last 30 days had, the others as (other).
countable_traffic()
{
	local name by=() people=''
	for name in $many_valued; do by+=(--by "$name"); done
	countable=true
	[[ $bots == include ]] || people="and bot != 'true'" countable="bot != 'true'"
	day_add "$day" -29
	limn summarize -e 'metric uv = distinct(visitor_id);' "${by[@]}" --top "$top" --where "day between $DAY_TEXT and $day $people" \
		"$work/seen" >"$work/tops"
	for name in seen sessions; do
		awk -F '\t' -v OFS='\t' -v bots="$bots" -v many="$many_valued" '
			FNR == 1 { for (i = 1; i <= NF; i++) at[$i] = i }
			NR == FNR { if (FNR > 1 && $1 in at) top[$1, $at[$1]] = 1; next }
			FNR == 1 { n = split(many, dim, " ") }
			FNR > 1 && bots == "exclude" && $at["bot"] == "true" { next }
			FNR > 1 {
				for (i = 1; i <= n; i++)
					if ($at[dim[i]] != "\\N" && !((dim[i], $at[dim[i]]) in top)) $at[dim[i]] = "(other)"
			}
			{ print }' "$work/tops" "$work/$name" >"$work/cut_$name"
	done
}

# recent PART FROM - that part of the warehouse from that day on; when there is none, its header.
recent()
{
	local header
	of_days "$1" "$2" "$day"
	if ((${#FILES[@]})); then
		tables "${FILES[@]}"
	else
		IFS= read -r header < <(unpack "$warehouse/$1/$first_event_day.tsv.zst")
		printf '%s\n' "$header"
	fi
}

# came_back VISITS: visitor_id and day for those visits that had one within the six days before: sessions of days.
came_back()
{
	limn dedupe-uv -k visitor_id,day --select visitor_id,day "$1" |
		limn sessionize --as ts=day --tz UTC --gap 6d --select visitor_id,ts,session_hit |
		limn dedupe-uv -k visitor_id,ts --where "session_hit > 1" --select visitor_id,ts
}

# repeat: of each span, the customers who bought within the 365 days to its end, and those who did on two days.
count_repeat()
{
	limn dedupe-uv -k person_id,pay_day --select person_id,pay_day "$work/counted" | sorted -k 1,1 >"$work/purchase_days"
	{
		nobody cell buyers_365 repeat_365
		while IFS=$TAB read -r period part _ to _; do
			[[ $period != period ]] || continue
			day_add "$to" -364
			nobody "$period|$part|total|" "$DAY_TEXT" "$to"
		done <"$work/spans" | awk -F '\t' -v OFS='\t' '
			FILENAME == "-" { cell[++n] = $1; from[n] = $2; to[n] = $3; next }
			FNR == 1 { next }
			$1 != who { for (i = 1; i <= n; i++) { buyers[i] += days[i] > 0; repeat[i] += days[i] > 1; days[i] = 0 } who = $1 }
			{ for (i = 1; i <= n; i++) days[i] += from[i] <= $2 && $2 <= to[i] }
			END { for (i = 1; i <= n; i++) print cell[i], buyers[i] + (days[i] > 0), repeat[i] + (days[i] > 1) }' - "$work/purchase_days"
	} >"$work/repeat"
}

# day_means CELLS - of the total of each span, the means of its days' own values.
day_means()
{
	awk -F '\t' -v OFS='\t' '
		NR == 1 { $1 = "span"; print; next }
		$1 ~ /\|day\|/ { sub(/\|day\|.*/, "", $1); print }' "$1" >"$work/days"
	{
		echo "cell${TAB}depth_mean_of_days${TAB}amount_per_buyer_mean_of_days"
		limn summarize -r "$LP_RULES/days.rules" -m depth_mean_of_days,amount_per_buyer_mean_of_days --set "digits=$digits" --by span "$work/days" |
			awk -F '\t' -v OFS='\t' 'NR > 1 { print $2 "|total|", $3, $4 }'
	}
}

# mark_carts VISITS ORDERS - gives VISITS the column cart_paid: of a visit with a cart, whether its visitor or its customer has
# paid one of the orders within 24 hours of it. Without orders nobody knows.
mark_carts()
{
	local visits=$1 orders=$2 who
	for who in visitor_id customer_id; do
		((has_orders)) || continue
		limn dedupe-uv -k session_id --where "first_cart_at is not null and $who is not null" --select "$who,session_id,first_cart_at" \
			"$visits" | sorted -k 1,1 >"$work/carts"
		limn dedupe-uv -k order_id --where "$who is not null" --select "$who,order_id,paid_at" "$orders" | sorted -k 1,1 >"$work/payments"
		joined "$work/carts" "$work/payments" | limn dedupe-uv -k session_id \
			--where 'seconds_between(first_cart_at, paid_at) between 0 and 86400' --select session_id | tail -n +2
	done | sort -u >"$work/carts_paid"
	awk -F '\t' -v OFS='\t' -v known="$has_orders" '
		FILENAME ~ /carts_paid$/ { paid[$1]; next }
		FNR == 1 { for (i = 1; i <= NF; i++) if ($i == "session_id") c = i; print $0, "cart_paid"; next }
		{ print $0, (!known ? "\\N" : $c in paid ? "true" : "false") }' "$work/carts_paid" "$visits" >"$visits.1"
	mv "$visits.1" "$visits"
}

# traffic, visits, returned, bots: cells of what was seen. bots: what robots did, and everybody; missing: nobody knows.
count_traffic()
{
	local pid pids=() cuts="$visit_cuts $pair_cuts" kind
	local seen=bot_pv,bot_uv,all_pv,all_uv visits=bot_visits,all_visits
	mark_carts "$work/cut_sessions" "$work/window"
	mark_carts "$work/far_visits" "$work/all_window"
	{
		spread near day <"$work/cut_seen" | count_spans traffic traffic near "$cuts"
		count_spans traffic traffic far '' --where "$countable" --clustered visitor_id <"$work/far_seen"
	} &
	pids+=($!)
	{
		spread near day <"$work/cut_sessions" | count_spans visits visited near "$cuts"
		spread far day visitor_id pv bot stay_seconds product_views carts checkouts purchases cart_paid <"$work/far_visits" |
			count_spans visits visited far '' --where "$countable"
	} &
	pids+=($!)
	came_back "$work/cut_sessions" | spread near ts | count_spans returned returned near ''
	limn dedupe-uv -k session_id --where "$countable" --select visitor_id,day "$work/far_visits" >"$work/far_days"
	came_back "$work/far_days" | spread far ts | count_spans returned returned far ''
	for kind in near far; do
		if [[ $kind == near ]]; then spread near day visitor_id pv bot <"$work/seen"; else cat "$work/far_seen"; fi |
			count_spans bots_seen bots "$kind" '' -m "$seen"
		if [[ $kind == near ]]; then cat "$work/sessions"; else cat "$work/far_visits"; fi |
			spread "$kind" day session_id bot | count_spans bots_visits bots "$kind" '' -m "$visits"
	done
	for pid in "${pids[@]}"; do wait "$pid" || exit; done
}

# metrics: all cells, a line each.
make_metrics()
{
	local table tables='traffic visits returned bought_by refunds repeat bots_seen bots_visits'
	for table in $tables; do : >"$work/$table"; done
	nobody cell buyers_365 repeat_365 >"$work/repeat"
	if ((has_orders)); then
		spread near pay_day <"$work/bought" | count_spans bought_by orders near "$visit_cuts gender age_band $pair_cuts"
		spread far pay_day <"$work/bought" | count_spans bought_by orders far ''
		count_repeat
	else
		no_cells bought_by orders
	fi
	if ((has_orders && has_refunds)); then
		spread all refund_day <"$work/refunded" | count_spans refunds refunds all ''
	else
		no_cells refunds refunds
	fi
	if ((has_events)); then
		count_traffic
	else
		no_cells traffic traffic
		no_cells visits visited
		no_cells returned returned
		nobody cell bot_pv bot_uv all_pv all_uv >"$work/bots_seen"
		nobody cell bot_visits all_visits >"$work/bots_visits"
	fi
	sorted -k 1,1 <"$work/traffic" >"$work/cells"
	for table in ${tables#traffic}; do
		sorted -k 1,1 <"$work/$table" >"$work/$table.cells"
		joined -a 1 -a 2 "$work/cells" "$work/$table.cells" >"$work/cells.1"
		mv "$work/cells.1" "$work/cells"
	done
	day_means "$work/cells" | sorted -k 1,1 >"$work/means"
	joined -a 1 "$work/cells" "$work/means" >"$work/cells.1"
	# Of the days those of 30 days and of the 30 before are kept, as the trend.
	awk -F '\t' '!/^[^\t]*\|day\|/ || sub(/^30d\|(current|previous)\|/, "trend|current|")' "$work/cells.1" | sorted -k 1,1 >"$work/cells"
	limn segment -k cell -r "$LP_RULES/merged.rules" --set "digits=$digits" "$work/cells" |
		awk -F '\t' -v OFS='\t' '
			NR == 1 { sub(/^cell/, "period\tpart\tcut\tkey"); sub(/\tsegments$/, ""); print; next }
			{
				split($1, part, "|")
				key = substr($1, length(part[1] part[2] part[3]) + 4)
				line = part[1] OFS part[2] OFS part[3] OFS (key == "" ? "\\N" : key)
				for (i = 2; i < NF; i++) line = line OFS $i
				print line
			}' >"$work/metrics"
}

# identity: browsers that are somebody's, and customers who have some; clusters: customers by how many.
count_people()
{
	limn summarize -e 'metric customers = count();' --by visitors --where 'customer_id is not null and visitors > 0' \
		"$work/persons" >"$work/clusters"
	limn summarize -e 'metric visitors = count(); metric shared = count() where customers > 1;' \
		"$work/stitched" >"$work/identity"
}

# filled: stream column records missing: columns that lack values among the records of the last 30 days' arrivals. A column that
# never had any, in whatever arrival, is none of the store's; one that had some, and has none now, is worst.
count_filled()
{
	local stream from=$1 path files
	for stream in "${streams[@]}"; do
		arrived "$stream" "$day"
		((${#FILES[@]})) || continue
		files=()
		for path in "${FILES[@]}"; do files+=("${path%/*}/.$stream.filled"); done
		STREAM=$stream FROM=$from FLAT=$FLAT awk -F '\t' -v OFS='\t' '
			FNR == 1 {
				n = split($0, name, FS)
				k = split(FILENAME, part, "/")
				within = part[k - 1] >= ENVIRON["FROM"] || part[k - 1] == ENVIRON["FLAT"]
				next
			}
			{ for (i = 1; i <= n; i++) { ever[i] += $i; if (within) now[i] += $i } }
			END { for (i = 2; i <= n; i++) if (ever[i] > 0 && now[i] < now[1]) print ENVIRON["STREAM"], name[i], now[1], now[1] - now[i] }' "${files[@]}"
	done >"$work/filled"
}

# quality: a line a stream: rejected, late and too late records of the last 30 days' arrivals; ledgers: the file names
# of their ledgers with what was read, and what was there twice.
count_quality()
{
	local stream arrival from d n lines path rejected late_records too_late seen files=()
	day_add "$day" -29
	from=$DAY_TEXT
	for stream in "${streams[@]}"; do
		arrived "$stream" "$day"
		rejected=0 late_records=0 too_late=0 seen=0
		for path in "${FILES[@]}"; do
			arrival=${path%/*} arrival=${arrival##*/}
			[[ ! $arrival < $from || $arrival == "$FLAT" ]] || continue
			files+=("$warehouse/ledger/$arrival/$stream.jsonl")
			seen=1
			if [[ -e $warehouse/quarantine/$arrival/$stream.tsv ]]; then
				lines=$(wc -l <"$warehouse/quarantine/$arrival/$stream.tsv")
				rejected=$((rejected + lines - 1))
			fi
			[[ $stream == events && $arrival != "$first_arrival" ]] || continue
			while IFS=$'\t' read -r d n; do
				[[ $d < $arrival ]] || continue
				if [[ $'\n'${arrivals_of[$d]-} == *$'\n'"$arrival"$'\n'* ]]; then
					late_records=$((late_records + n))
				else
					too_late=$((too_late + n))
				fi
			done <"$warehouse/arrivals/$arrival/.events.days"
		done
		((!seen)) || printf '%s\t%s\t%s\t%s\n' "$stream" "$rejected" "$late_records" "$too_late"
	done >"$work/quality"
	count_filled "$from"
	for d in "${!arrivals_of[@]}"; do
		if [[ ! $d < $from && ! $d > $day && -e $warehouse/ledger/$d/events-day.jsonl ]]; then
			files+=("$warehouse/ledger/$d/events-day.jsonl")
		fi
	done
	: >"$work/ledgers"
	((${#files[@]} == 0)) || jq -r 'select(.program == "dedupe-uv" and (.args | index("--count") | not))
		| [(input_filename | split("/")[-1] | rtrimstr(".jsonl") | rtrimstr("-day")),
		   (if .args | index("--rejects") then .records_in else 0 end), .duplicate] | @tsv' "${files[@]}" >"$work/ledgers"
}
