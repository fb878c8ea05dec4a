# shellcheck shell=bash disable=SC2153,SC2154
# metrics.sh - from visitors, visits, orders and people to the cells of metrics/DAY.tsv and what else the portrait
# says. Sourced by daily-portrait.
#
# A cell is named period|part|cut|key: part is current or previous, an empty key is the total's, or a missing
# value's. traffic, visits, returned, bought_by, extra and bots are tables of cells with their metrics; they are joined into
# one.

# set_period NAME - sets from, to, and of the previous period was_from, was_to.
set_period()
{
	local length
	case $1 in
	day) length=1 ;;
	*) length=${1%d} ;;
	esac
	to=$day
	day_add "$day" $((1 - length))
	from=$DAY_TEXT
	day_add "$from" -1
	was_to=$DAY_TEXT
	day_add "$from" -"$length"
	was_from=$DAY_TEXT
}

# What traffic and orders are cut by: names, and pairs of them. (The dimensions of visits are in visits.sh.)
visit_cuts='visitor country source platform channel campaign region language'
pair_cuts='channel,country source,platform'
# Of these there may be any number of values: the --top of them are shown.
many_valued='source campaign country region language'

# cells TABLE PERIOD PART CUTS - appends the rows of summarize on our standard input to the TABLE of cells. The key of
# a cut by several columns is their values with TABs (written \t) between them, nothing for a missing one.
cells()
{
	awk -F '\t' -v OFS='\t' -v name="$2|$3|" -v header="$([[ -s $work/$1 ]] || echo 1)" -v cuts="$4" '
		function key(cut, i, k, part, text) {
			k = cut == "total" ? 0 : split(cut, part, ",")
			for (i = 1; i <= k; i++) text = text (i > 1 ? "\\t" : "") ($at[part[i]] == "\\N" ? "" : $at[part[i]])
			return text
		}
		NR == 1 {
			k = split(cuts, c, "[ ,]")
			for (i = 1; i <= k; i++) if (!(c[i] in at)) at[c[i]] = ++n + 1
			if (!header) next
		}
		{
			line = NR == 1 ? "cell" : name $1 "|" key($1)
			for (i = n + 2; i <= NF; i++) line = line OFS $i
			print line
		}' >>"$work/$1"
}

# by CUTS - --by options: the total and each cut; with days, only by day.
by()
{
	local cut
	BY=(--by '')
	for cut in $1; do BY+=(--by "$cut"); done
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

# cut_seen, cut_sessions: the same as they are counted: without robots, unless those are to count, and of the dimensions
# with many values the ones that most visitors of the last 30 days had, the others as (other).
countable_traffic()
{
	local name by=() people=''
	for name in $many_valued; do by+=(--by "$name"); done
	[[ $bots == include ]] || people="and bot != 'true'"
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

# bots: what robots did, and everybody, of the periods and the ones before them. Missing: nobody knows.
count_bots()
{
	local period from to was_from was_to
	nobody cell bot_pv bot_uv bot_visits all_pv all_uv all_visits >"$work/bots"
	((has_events)) || return 0
	for period in day 7d 30d; do
		set_period "$period"
		bots_of "$period|current" "$from" "$to"
		bots_of "$period|previous" "$was_from" "$was_to"
	done >>"$work/bots"
}

# bots_of CELL FROM TO - that line of bots.
bots_of()
{
	local views visits
	views=$(limn summarize -r "$LP_RULES/bots.rules" -m bot_pv,bot_uv,all_pv,all_uv \
		--where "day between $2 and $3" "$work/seen" | tail -n 1)
	visits=$(limn summarize -r "$LP_RULES/bots.rules" -m bot_visits,all_visits \
		--where "day between $2 and $3" "$work/sessions" | tail -n 1)
	awk -v OFS='\t' -v cell="$1|total|" '{ print cell, $2, $3, $7, $4, $5, $8 }' <<<"$views $visits"
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

# back: visitor_id and day for those visits that had one within the six days before: sessions of days.
came_back()
{
	limn dedupe-uv -k visitor_id,day --select visitor_id,day "$work/cut_sessions" |
		limn sessionize --as ts=day --tz UTC --gap 6d --select visitor_id,ts,session_hit |
		limn dedupe-uv -k visitor_id,ts --where "session_hit > 1" --select visitor_id,ts >"$work/back"
}

# cut_all TABLE RULES CUTS DAY_COLUMN INPUT - the cells of the three periods and the ones before them, and of each of
# the last 60 days.
cut_all()
{
	local table=$1 rules=$2 cuts=$3 column=$4 input=$5 period from to was_from was_to set=()
	[[ $rules != orders ]] || set=(--set "digits=$digits")
	: >"$work/$table"
	by "$cuts"
	for period in day 7d 30d; do
		set_period "$period"
		limn summarize -r "$LP_RULES/$rules.rules" "${set[@]}" ${cuts:+--set "since=$from"} "${BY[@]}" \
			--where "$column between $from and $to" "$input" | cells "$table" "$period" current "$cuts"
		limn summarize -r "$LP_RULES/$rules.rules" "${set[@]}" ${cuts:+--set "since=$was_from"} "${BY[@]}" \
			--where "$column between $was_from and $was_to" "$input" | cells "$table" "$period" previous "$cuts"
	done
	[[ -n $cuts ]] || return 0
	limn summarize -r "$LP_RULES/$rules.rules" "${set[@]}" --set "since=$from" --by "$column" \
		--where "$column between $was_from and $to" "$input" | cells "$table" trend current "$column"
	sed -i "s/^trend|current|$column|/trend|current|day|/" "$work/$table"
}

# extra cells: what only totals have. refunded by period; repurchase over the 365 days before the end of each.
total_extras()
{
	local period from to was_from was_to part last amount
	nobody cell refunded refunded_orders buyers_365 repeat_365 >"$work/extra"
	((has_orders)) || return 0
	limn summarize -e "
		metric b0 = count() where purchase_days_365d >= 1; metric r0 = count() where purchase_days_365d >= 2;
		metric b1 = count() where days_before_1 >= 1; metric r1 = count() where days_before_1 >= 2;
		metric b7 = count() where days_before_7 >= 1; metric r7 = count() where days_before_7 >= 2;
		metric b30 = count() where days_before_30 >= 1; metric r30 = count() where days_before_30 >= 2;" \
		"$work/facts" >"$work/repeat"
	for period in day 7d 30d; do
		set_period "$period"
		for part in current previous; do
			[[ $part == current ]] || from=$was_from to=$was_to
			amount="\\N$TAB\\N"
			((!has_refunds)) || amount=$(limn summarize -r "$LP_RULES/refunds.rules" \
				--where "refund_day between $from and $to" "$work/refunded" | tail -n 1 | cut -f 2,3)
			last=0
			if [[ $part == previous ]]; then
				last=${period%d}
				[[ $period != day ]] || last=1
			fi
			column "b$last" <"$work/repeat"
			printf '%s|%s|total|\t%s\t%s\n' "$period" "$part" "$amount" \
				"$(tail -n 1 "$work/repeat" | cut -f "$COLUMN,$((COLUMN + 1))")"
		done
	done >>"$work/extra"
}

# day_means CELLS - of the totals of each period, and of the one before it, the means of their days' own values.
day_means()
{
	local period from to was_from was_to
	sed -n -e '1s/^cell/day/p' -e 's/^trend|current|day|//p' "$1" >"$work/days"
	{
		no_cells means days
		cat "$work/means"
		for period in day 7d 30d; do
			set_period "$period"
			means_of "$period|current" "$from" "$to"
			means_of "$period|previous" "$was_from" "$was_to"
		done
	}
}

# means_of CELL FROM TO - that line of day_means.
means_of()
{
	printf '%s|total|\t' "$1"
	limn summarize -r "$LP_RULES/days.rules" --set "digits=$digits" --where "day between $2 and $3" "$work/days" | tail -n 1 | cut -f 2-
}

# Gives cut_sessions the column cart_paid: of a visit with a cart, whether its visitor or its customer has paid an order
# within 24 hours of it. Without orders nobody knows.
mark_carts()
{
	local who
	for who in visitor_id customer_id; do
		((has_orders)) || continue
		limn dedupe-uv -k session_id --where "first_cart_at is not null and $who is not null" --select "$who,session_id,first_cart_at" \
			"$work/cut_sessions" | sorted -k 1,1 >"$work/carts"
		limn dedupe-uv -k order_id --where "$who is not null" --select "$who,order_id,paid_at" "$work/window" | sorted -k 1,1 >"$work/payments"
		joined "$work/carts" "$work/payments" | limn dedupe-uv -k session_id \
			--where 'seconds_between(first_cart_at, paid_at) between 0 and 86400' --select session_id | tail -n +2
	done | sort -u >"$work/carts_paid"
	awk -F '\t' -v OFS='\t' -v known="$has_orders" '
		FILENAME ~ /carts_paid$/ { paid[$1]; next }
		FNR == 1 { for (i = 1; i <= NF; i++) if ($i == "session_id") c = i; print $0, "cart_paid"; next }
		{ print $0, (!known ? "\\N" : $c in paid ? "true" : "false") }' "$work/carts_paid" "$work/cut_sessions" >"$work/cut_sessions.1"
	mv "$work/cut_sessions.1" "$work/cut_sessions"
}

# metrics: all cells, a line each.
make_metrics()
{
	local table pid pids=()
	if ((has_events)); then
		mark_carts
		cut_all traffic traffic "$visit_cuts $pair_cuts" day "$work/cut_seen" &
		pids+=($!)
		cut_all visits visited "$visit_cuts $pair_cuts" day "$work/cut_sessions" &
		pids+=($!)
		cut_all returned returned '' ts "$work/back"
	else
		no_cells traffic traffic
		no_cells visits visited
		no_cells returned returned
	fi
	if ((has_orders)); then
		cut_all bought_by orders "$visit_cuts gender age_band $pair_cuts" pay_day "$work/bought"
	else
		no_cells bought_by orders
	fi
	total_extras
	count_bots
	for pid in "${pids[@]}"; do wait "$pid" || exit; done
	for table in traffic visits returned bought_by extra bots; do sorted -k 1,1 <"$work/$table" >"$work/$table.cells"; done
	joined -a 1 -a 2 "$work/traffic.cells" "$work/visits.cells" >"$work/cells.1"
	joined -a 1 -a 2 "$work/cells.1" "$work/returned.cells" >"$work/cells.2"
	joined -a 1 -a 2 "$work/cells.2" "$work/bought_by.cells" >"$work/cells.3"
	joined -a 1 -a 2 "$work/cells.3" "$work/extra.cells" >"$work/cells.4"
	joined -a 1 -a 2 "$work/cells.4" "$work/bots.cells" >"$work/cells.5"
	day_means "$work/cells.5" | sorted -k 1,1 >"$work/means"
	joined -a 1 "$work/cells.5" "$work/means" >"$work/cells"
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
