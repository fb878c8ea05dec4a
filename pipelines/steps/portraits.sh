# shellcheck shell=bash disable=SC2034,SC2153,SC2154
# portraits.sh - the portrait of the store and of each segment, how segments have changed, and how customers have moved
# from one stage of life to another: parts/portraits.json. Sourced by daily-portrait; make_portraits comes after make_people.
#
# All is counted over rows of a segment and one of its people: a table is read once, each row written for the store and
# for every segment of its person, and summed up on the way (schemas/rules/portraits.rules). Robots that are nobody's
# visitors are left out, unless --bots include.

# What the values of all tags of a portrait may take, in bytes: each tag has as much of it as of the values shown.
portrait_bytes=18000

# ---- people and segments -----------------------------------------------------------------------------

# portrayed TABLE COLUMN… - person_id and these columns of everybody in the table.
portrayed()
{
	local table=$1 columns where=()
	shift
	columns="person_id $*" columns=${columns% }
	[[ $bots == include ]] || where=(--where "customer_id is not null or bot != 'true'")
	limn dedupe-uv -k person_id "${where[@]}" --select "${columns// /,}" "$table"
}

# for_segments MEMBERS <TABLE - the rows of a table whose first column is person_id, for the store and for each of that person's
# segments, which is their new first column. Both are sorted by person_id.
for_segments()
{
	MEMBERS=$1 awk '
		function next_member() {
			more = (getline line <members) > 0
			tab = index(line, "\t")
			who = substr(line, 1, tab - 1)
		}
		BEGIN { members = ENVIRON["MEMBERS"]; next_member(); next_member() }
		NR == 1 { print "segment\t" $0; next }
		{
			tail = index($0, "\t")
			id = tail ? substr($0, 1, tail - 1) : $0
		}
		id != last {
			if (id < last) { print "people are out of order: " last ", " id >"/dev/stderr"; exit 3 }
			last = id
			while (more && who < id) next_member()
			for (n = 0; more && who == id; next_member()) segment[++n] = substr(line, tab + 1)
		}
		{
			print "store\t" $0
			for (i = 1; i <= n; i++) print segment[i] "\t" $0
		}'
}

# totals METRICS BY… - of the rows of for_segments on our standard input: those metrics of each group.
totals()
{
	local by=() metrics=$1 set
	shift
	for set; do by+=(--by "$set"); done
	limn summarize -r "$LP_RULES/portraits.rules" --as-of "$day" --set "digits=$digits" --clustered person_id -m "$metrics" "${by[@]}"
}

of_people=base_people,base_customers,base_visitors,base_subscribers,base_repurchase_rate
of_people+=,traffic_pv,traffic_uv,traffic_new_uv,traffic_returning_uv,traffic_visits,traffic_depth,traffic_bounce_rate,traffic_stay_seconds
of_people+=,funnel_view,funnel_product,funnel_cart,funnel_checkout,funnel_paid,deals_new_customers,deals_old_customers
of_orders=base_buyers,base_orders,base_amount,base_amount_per_buyer,base_amount_per_order,base_orders_per_buyer
of_orders+=,deals_new_buyers,deals_old_buyers,deals_new_amount,deals_old_amount,time_orders

# What portraits need of a person besides tags.
person_columns=(customer_id email_subscription_status purchase_days_365d pv_30d visits_30d bounces_30d stay_seconds_30d
	product_views_30d cart_adds_30d checkouts_30d orders_30d first_visit_date buyer_age)

# portraits.everybody: person_id, bot, person_columns, r, f, lifecycle and the tags that are counted, of everybody; the people's own
# table is three times as wide.
read_everybody()
{
	local columns
	mapfile -t columns < <({
		printf '%s\n' "${person_columns[@]}" r f lifecycle
		cut -f 1 "$work/portraits.tags"
	} | awk '!seen[$0]++')
	portrayed "$work/people" bot "${columns[@]}" >"$work/portraits.everybody"
}

# of_everybody COLUMN… - person_id and these columns of everybody.
of_everybody()
{
	portrayed "$work/portraits.everybody" "$@"
}

# portraits.people: a row a segment: what its people are, and did.
portray_people()
{
	of_everybody "${person_columns[@]}" | for_segments "$work/members" |
		totals "$of_people" segment | cut -f 2- >"$work/portraits.people"
}

# ---- tags ------------------------------------------------------------------------------------------

# portraits.tags: tag group shown kind, of the tags that portraits count: schemas/maps/portrait.tsv. kind: single or multiple.
portrait_tags()
{
	local map=$LP_SCHEMAS/maps/portrait.tsv wrong
	awk -F '\t' -v OFS='\t' '
		NR == FNR { kind[$1] = $3; next }
		FNR > 1 && $0 != "" { print $1, $2, $3, (kind[$1] == "multiple" ? "multiple" : "single") }' \
		"$LP_SCHEMAS/maps/tags.tsv" "$map" >"$work/portraits.tags"
	wrong=$(awk -F '\t' '
		NR == FNR { if (FNR == 1) for (i = 1; i <= NF; i++) known[$i]; next }
		!($1 in known) { print "people have no tag \047" $1 "\047" }
		seen[$1]++ { print "\047" $1 "\047 is there twice" }
		$2 !~ /^(features|value|demographics|payment|product|promotion|survey)$/ { print "\047" $1 "\047 is in no group that there is: \047" $2 "\047" }
		$3 !~ /^[1-9][0-9]?[0-9]?$/ { print "\047" $1 "\047 shows no number of values from 1 to 999: \047" $3 "\047" }' \
		"$work/people" "$work/portraits.tags" | sed -n 1p)
	[[ -z $wrong ]] || die 2 "$map: $wrong" 'its columns are tag, group, and how many values are shown'
}

# listed <TABLE - of person_id and columns of lists: a row for each different item that a person has: person_id tag value. A
# list is a JSON array, or texts between commas.
listed()
{
	awk -F '\t' -v OFS='\t' '
		function item(value) {
			if (value == "" || (at, value) in had) return
			had[at, value]
			print $1, name[at], value
		}
		# An array with a backslash or with more than texts in it. In tsv the backslashes of JSON are doubled.
		function array(text, i, c, value, within) {
			for (i = 2; i <= length(text); i++) {
				c = substr(text, i, 1)
				if (within && substr(text, i, 2) == "\\\\") {
					i += 2
					c = substr(text, i, 1)
					if (c == "\\") { value = value "\\\\"; i++ }
					else value = value (c ~ /["\/]/ ? c : c ~ /[ntr]/ ? "\\" c : "\\\\" c)
				} else if (within && c != "\"") value = value c
				else if (c == "\"") {
					if (within) item(value)
					within = !within
					value = ""
				} else if (c ~ /[],]/) {
					if (value != "null") item(value)
					value = ""
				} else if (c != " ") value = value c
			}
		}
		NR == 1 { for (i = 2; i <= NF; i++) name[i] = $i; print $1, "tag", "value"; next }
		{
			split("", had)
			for (at = 2; at <= NF; at++) {
				if ($at == "\\N") continue
				if ($at ~ /^\[/ && $at !~ /^\["[^"\\]*"(,"[^"\\]*")*\]$/) { array($at); continue }
				n = $at ~ /^\[/ ? split(substr($at, 3, length($at) - 4), part, "\",\"") : split($at, part, / *, */)
				for (k = 1; k <= n; k++) { gsub(/^ +| +$/, "", part[k]); item(part[k]) }
			}
		}'
}

# counted_values <TABLE - segment tag value people, of what summarize says of --by segment,TAG, without header.
counted_values()
{
	awk -F '\t' -v OFS='\t' '
		NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i; next }
		{ tag = substr($1, 9); print $2, tag, $at[tag], $NF }'
}

# folded PEOPLE <ROWS - portraits.values: a line a segment and tag: segment tag n missing other, and value people for each that is
# shown: those that most people have, of equal ones by their bytes.
folded()
{
	sort -t "$TAB" -k 1,1 -k 2,2 -k 4,4nr -k 3,3 | awk -F '\t' -v OFS='\t' -v bytes="$portrait_bytes" '
		# What jq writes for a value: bytes that are no UTF-8 become three each.
		function written(value, odd, n) {
			odd = value
			gsub(/[\302-\337][\200-\277]|[\340-\357][\200-\277][\200-\277]|[\360-\364][\200-\277][\200-\277][\200-\277]/, "", odd)
			n = length(value) + 2 * gsub(/[\200-\377]/, "", odd) + gsub(/"/, "", odd)
			return n + 5 * gsub(/[\001-\037\177]/, "", odd)
		}
		function flush() {
			if (tag != "") print segment, tag, n, missing, other line
			n = missing = other = rows = used = full = 0
			line = ""
		}
		FILENAME == "-" && ($1 != segment || $2 != tag) { flush(); segment = $1; tag = $2 }
		FILENAME != "-" { shown[$1] = $3; sum += $3; next }
		$3 == "\\N" || $3 == "unknown" { missing += $4; next }
		{
			n += $4
			used += written($3) + length($4) + 5
			if (full || rows == shown[tag] || used > bytes * shown[tag] / sum) { full = 1; other += $4; next }
			rows++
			line = line OFS $3 OFS $4
		}
		END { flush() }' "$work/portraits.tags" -
}

# portraits.values, portraits.grid: segment r f people.
portray_tags()
{
	local single=() multiple=() by=('segment,r,f') tag kind
	while IFS=$TAB read -r tag _ _ kind; do
		if [[ $kind == multiple ]]; then multiple+=("$tag"); else single+=("$tag") by+=("segment,$tag"); fi
	done <"$work/portraits.tags"
	of_everybody r f "${single[@]}" | for_segments "$work/members" |
		totals base_people "${by[@]}" >"$work/portraits.counts"
	awk -F '\t' -v OFS='\t' 'NR > 1 && $1 == "segment,r,f" && $3 != "\\N" && $4 != "\\N" { print $2, $3, $4, $NF }' "$work/portraits.counts" >"$work/portraits.grid"
	awk -F '\t' 'NR == 1 || $1 != "segment,r,f"' "$work/portraits.counts" | counted_values | folded >"$work/portraits.single"
}

# portraits.multiple: the same as portraits.single, of tags with several values, where n are people and other those who have any value
# that is not shown.
portray_lists()
{
	local multiple=()
	mapfile -t multiple < <(awk -F '\t' '$4 == "multiple" { print $1 }' "$work/portraits.tags")
	of_everybody "${multiple[@]}" | listed >"$work/portraits.lists"
	for_segments "$work/members" <"$work/portraits.lists" | totals tags_people segment,tag segment,tag,value >"$work/portraits.listed"
	awk -F '\t' -v OFS='\t' '$1 == "segment,tag,value" { print $2, $3, $4, $5 }' "$work/portraits.listed" | folded >"$work/portraits.shown"
	for_segments "$work/members" <"$work/portraits.lists" | awk -F '\t' -v OFS='\t' '
		FILENAME != "-" { if ($5 > 0) { some[$1, $2]; for (i = 6; i < NF; i += 2) shown[$1, $2, $i] } next }
		($1, $3) in some && !(($1, $3, $4) in shown) && last[$1, $3] != $2 { last[$1, $3] = $2; n[$1, $3]++ }
		END { for (key in n) { split(key, part, SUBSEP); print part[1], part[2], n[key] } }' "$work/portraits.shown" - >"$work/portraits.others"
	awk -F '\t' -v OFS='\t' '
		FILENAME ~ /people$/ { people[$1] = $2; next }
		FILENAME ~ /listed$/ { if ($1 == "segment,tag") known[$2, $3] = $NF; next }
		FILENAME ~ /others$/ { others[$1, $2] = $3; next }
		{ $3 = known[$1, $2]; $4 = people[$1] - $3; $5 = others[$1, $2] + 0; print }' \
		"$work/portraits.people" "$work/portraits.listed" "$work/portraits.others" "$work/portraits.shown" >"$work/portraits.multiple"
}

# ---- time ------------------------------------------------------------------------------------------

# portraits.orders: a row a segment: what its people bought within 365 days. portraits.times: the same by hour of the week, month,
# quarter and day of the trend.
portray_orders()
{
	day_add "$day" -364
	limn dedupe-uv -k order_id --where "pay_day >= $DAY_TEXT" --select person_id,created_at,pay_day,money "$work/counted" |
		sorted -k 1,1 | sed '1s/created_at/at/' >"$work/portraits.bought"
	joined "$work/portraits.bought" "$work/portraits.who" | for_segments "$work/members" |
		totals "$of_orders" segment segment,at_weekday,at_hour segment,order_month segment,order_quarter segment,trend_day >"$work/portraits.times"
	awk -F '\t' 'NR == 1 || $1 == "segment"' "$work/portraits.times" | cut -f 2- >"$work/portraits.orders"
}

# portraits.visits: visits of 30 days by hour of the week.
portray_visits()
{
	pick "$work/visiting" person_id started_at | sort -t "$TAB" -k 1,1 | headed person_id at >"$work/portraits.came"
	joined "$work/portraits.came" "$work/portraits.who" | for_segments "$work/members" |
		totals time_visits segment,at_weekday,at_hour >"$work/portraits.visits"
}

# places TABLE… - of portraits.times and portraits.visits: segment what, and a number for each of its places: visits and orders for
# each hour of the week, months, quarters, and day_buyers, day_orders, day_amount for each day of the trend.
places()
{
	awk -F '\t' -v OFS='\t' -v days="$(tr -d '"' <"$work/trend_days")" '
		BEGIN {
			split("visits orders months quarters day_buyers day_orders day_amount", what, " ")
			size["visits"] = size["orders"] = 168; size["months"] = 12; size["quarters"] = 4
			size["day_buyers"] = size["day_orders"] = size["day_amount"] = split(days, day, ",")
			for (i in day) place[day[i]] = i
		}
		function put(name, i, n) { number[$2, name, i] = n; there[$2, name]; segments[$2] }
		FNR == 1 { split("", at); for (i = 1; i <= NF; i++) at[$i] = i; next }
		$1 == "segment,at_weekday,at_hour" { put("time_visits" in at ? "visits" : "orders", ($at["at_weekday"] - 1) * 24 + $at["at_hour"] + 1, $NF) }
		$1 == "segment,order_month" { put("months", $at["order_month"], $NF) }
		$1 == "segment,order_quarter" { put("quarters", $at["order_quarter"], $NF) }
		$1 == "segment,trend_day" && $at["trend_day"] in place {
			i = place[$at["trend_day"]]
			put("day_buyers", i, $at["base_buyers"]); put("day_orders", i, $at["base_orders"]); put("day_amount", i, $at["base_amount"])
		}
		END {
			for (segment in segments)
				for (k = 1; k in what; k++) {
					if (!((segment, what[k]) in there)) continue
					line = segment OFS what[k]
					for (i = 1; i <= size[what[k]]; i++) line = line OFS ((segment, what[k], i) in number ? number[segment, what[k], i] : 0)
					print line
				}
		}' "$@"
}

# ---- earlier days ------------------------------------------------------------------------------------

# find_since - sets since to the earlier day whose people and members are kept that is nearest to a week ago, of two the
# later; empty: there is none.
find_since()
{
	local d n best='' today=0 file
	day_number "$day"
	today=$NUMBER since=''
	for file in "$warehouse"/members/*.tsv.zst; do
		d=${file##*/} d=${d%.tsv.zst}
		[[ $d < $day && -e $warehouse/people/$d.tsv.zst ]] || continue
		is_day "$d" || continue
		day_number "$d"
		n=$((NUMBER - today + 7)) n=${n#-}
		if [[ -z $best ]] || ((n <= best)); then best=$n since=$d; fi
	done
}

# earlier_nights - what is kept of earlier days that the portrait looks at, as text.
earlier_nights()
{
	local since d path
	find_since
	day_add "$day" -29
	d=$DAY_TEXT
	for path in "$warehouse"/{people,members}/"$since".tsv.zst "$warehouse"/metrics/*.portraits.tsv; do
		[[ -e $path && ( $path != *.portraits.tsv || ( ! ${path##*/} < $d && ${path##*/} < $day ) ) ]] || continue
		find "$path" -printf '\n%f %s %T@'
	done
}

# kept_nights: the figures of portraits that were kept in the days of the trend before the last: day segment customers subscribers repurchase_rate.
kept_nights()
{
	local d
	nobody day segment customers subscribers repurchase_rate >"$work/portraits.nights"
	for ((d = 29; d > 0; d--)); do
		day_add "$day" "-$d"
		[[ -e $warehouse/metrics/$DAY_TEXT.portraits.tsv ]] || continue
		pick "$warehouse/metrics/$DAY_TEXT.portraits.tsv" "=$DAY_TEXT" segment customers subscribers repurchase_rate >>"$work/portraits.nights"
	done
}

# portraits.changes: segment before joined left; portraits.moves: from to customers.
compare_with()
{
	nobody segment before joined left >"$work/portraits.changes"
	nobody from to customers >"$work/portraits.moves"
	[[ -n $since ]] || return 0
	unpack "$warehouse/people/$since.tsv.zst" >"$work/then.people"
	unpack "$warehouse/members/$since.tsv.zst" >"$work/then.members"
	cut -f 1 "$work/portraits.who" | for_segments "$work/members" | tail -n +2 | sort >"$work/portraits.now"
	portrayed "$work/then.people" | for_segments "$work/then.members" | tail -n +2 | sort >"$work/portraits.then"
	comm "$work/portraits.now" "$work/portraits.then" | awk -F '\t' -v OFS='\t' '
		$1 != "" { joined[$1]++; seen[$1]; next }
		$2 != "" { left[$2]++; before[$2]++; seen[$2]; next }
		{ before[$3]++; seen[$3] }
		END { for (s in seen) print s, before[s] + 0, joined[s] + 0, left[s] + 0 }' | sort >>"$work/portraits.changes"
	joined -a 1 -a 2 <(customers_by_stage "$work/then.people" from) <(customers_by_stage "$work/portraits.everybody" to) |
		limn summarize -e 'metric customers = count();' --by from,to | cut -f 2- >"$work/portraits.moves"
}

# customers_by_stage PEOPLE NAME - person_id and lifecycle, called NAME, of the customers.
customers_by_stage()
{
	limn dedupe-uv -k person_id --where 'customer_id is not null' --select person_id,lifecycle "$1" | sed "1s/lifecycle/$2/"
}

# ---- the part ----------------------------------------------------------------------------------------

# portraits.who: everybody: person_id buyer_age.
# make_portraits - parts/portraits.json, and portraits.tsv, what later nights want to know of this one.
make_portraits()
{
	local pid pids=() table tables=() stream since complete=true
	for stream in events orders order_items products customers surveys; do
		arrived "$stream" "$day"
		((${#FILES[@]})) || complete=false
	done
	portrait_tags
	read_everybody
	of_everybody buyer_age >"$work/portraits.who"
	find_since
	kept_nights
	nobody segment ${of_orders//,/ } >"$work/portraits.orders"
	: >"$work/portraits.times"
	: >"$work/portraits.visits"
	portray_tags &
	pids+=($!)
	compare_with &
	pids+=($!)
	portray_people
	portray_lists
	((!has_orders)) || portray_orders
	((!has_events)) || portray_visits
	for pid in "${pids[@]}"; do wait "$pid" || exit; done
	places "$work/portraits.times" "$work/portraits.visits" >"$work/portraits.places"
	cat "$work/portraits.single" "$work/portraits.multiple" >"$work/portraits.values"
	for table in people orders tags values grid places nights changes moves; do tables+=(--rawfile "$table" "$work/portraits.$table"); done
	jq -n -c -L "$LP_PIPELINES" -f "$LP_PIPELINES/portraits.jq" --argjson digits "$digits" --arg since "$since" \
		--slurpfile words "$work/labels.json" --argjson trend_days "[$(<"$work/trend_days")]" \
		--argjson has "{\"events\":$(truth "$has_events"),\"orders\":$(truth "$has_orders"),\"customers\":$(truth "$has_customers")}" \
		--argjson complete "$complete" --argjson history "{\"orders\":$(as_json "$first_paid")}" \
		"${tables[@]}" >"$work/parts/portraits.json"
	jq -r '["people", "customers", "visitors", "subscribers", "buyers", "orders", "amount", "amount_per_buyer", "amount_per_order",
			"orders_per_buyer", "repurchase_rate"] as $names
		| (["segment"] + $names | join("\t")), (.portraits | to_entries[] | .value.base as $base
			| [.key] + [$names[] | $base[.] | if . == null then "\\N" else tostring end] | join("\t"))' "$work/parts/portraits.json" >"$work/portraits.tsv"
}
