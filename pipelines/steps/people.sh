# shellcheck shell=bash disable=SC2034,SC2153,SC2154
# people.sh - who is who, and one row a person: what is known, bought, done and answered. Sourced by daily-portrait;
# tables are written to $work by the name in the comment.
#
# A person is a customer, or a visitor of the last 30 days who is nobody's; person_id is the customer_id, or the visitor_id.
# Each family of columns is one summarize --by person_id over what it is made of and a row a person, so that who has
# none of it counts 0; a family whose streams are not there has no rows at all, and its columns are missing.

# ---- tables ----------------------------------------------------------------------------------------

# pick TABLE COLUMN… - the rows of the table, without header: these columns, =TEXT being that text in every row.
pick()
{
	local table=$1
	shift
	WANT=$* awk -F '\t' -v OFS='\t' '
		NR == 1 {
			n = split(ENVIRON["WANT"], want, " ")
			for (i = 1; i <= NF; i++) at[$i] = i
			for (i = 1; i <= n; i++)
				if (want[i] ~ /^=/) text[i] = substr(want[i], 2)
				else if (want[i] in at) column[i] = at[want[i]]
				else { print "no column " want[i] " in " FILENAME >"/dev/stderr"; exit 3 }
			next
		}
		{
			line = 1 in column ? $column[1] : text[1]
			for (i = 2; i <= n; i++) line = line OFS (i in column ? $column[i] : text[i])
			print line
		}' "$table"
}

# headed COLUMN… - our standard input, rows, below a header.
headed()
{
	nobody "$@"
	cat
}

# with_person TABLE - the table behind a first column person_id: the row's own customer, else whose browser it is, else
# the visitor, else missing.
with_person()
{
	column visitor_id <"$1"
	sorted -k "$COLUMN,$COLUMN" <"$1" >"$work/asked"
	joined -a 1 -1 "$COLUMN" -2 1 "$work/asked" "$work/who" |
		awk -F '\t' -v OFS='\t' '
			NR == 1 {
				for (i = 1; i < NF; i++) if ($i == "customer_id") c = i
				line = "person_id"
			}
			NR > 1 {
				line = $c != "\\N" ? $c : $NF != "\\N" ? $NF : $1
			}
			{
				for (i = 1; i < NF; i++) line = line OFS $i
				print line
			}'
}

# best KEYS <TABLE - of a table with the first column person_id, the row of each person that sort KEYS put first.
best()
{
	local keys=()
	read -r -a keys <<<"$1"
	sorted -k 1,1 "${keys[@]}" | limn dedupe-uv -k person_id
}

# rank SHARE… <NUMBERS - for each share P/Q the number of that rank: that many of the numbers, rounded up, are at most it.
rank()
{
	sort -g | SHARES=$* awk '
		{ number[NR] = $1 }
		END {
			n = split(ENVIRON["SHARES"], share, " ")
			for (i = 1; NR && i <= n; i++) {
				split(share[i], part, "/")
				at = int((NR * part[1] + part[2] - 1) / part[2])
				print number[at < 1 ? 1 : at]
			}
		}'
}

# family NAME THERE RULES OPTION… - NAME: the columns of that family, a row a person; our standard input has its rows. THERE:
# whether its streams are.
family()
{
	local name=$1 there=$2 rules=$3
	shift 3
	if ((there)); then cat; else sed -n 1p; fi |
		limn summarize -r "$LP_RULES/$rules.rules" --as-of "$day" --by person_id "$@" | cut -f 2- >"$work/$name"
}

# ---- identity --------------------------------------------------------------------------------------

# linked: visitor_id customer_id last_at, all that is known up to the day but for what is taken back; stitched:
# visitor_id customer_id customers last_at, whose browser it is.
link_visitors()
{
	nobody visitor_id customer_id last_at >"$work/links"
	FILES=()
	[[ -z $first_event_day ]] || of_days links "$first_event_day" "$day"
	((!${#FILES[@]})) || tables "${FILES[@]}" >"$work/links"
	((!has_orders)) || limn dedupe-uv -k order_id --select visitor_id,customer_id,created_at \
		--where "visitor_id is not null and customer_id is not null and status not in ('test', 'deleted')
			and day(created_at) <= $day" "$work/orders" | tail -n +2 >>"$work/links"
	PAIRS=$work/unlink awk -F '\t' '
		BEGIN { while ((getline pair <ENVIRON["PAIRS"]) > 0) back[pair] }
		!(($1 FS $2) in back)' "$work/links" |
		limn summarize -e 'metric last_at = max(time(last_at));' --where 'last_at is not null' \
			--by visitor_id,customer_id | cut -f 2- >"$work/linked"
	limn summarize -r "$LP_RULES/stitch.rules" --by visitor_id "$work/linked" | cut -f 2- >"$work/stitched"
}

# persons: person_id customer_id visitors, sorted; who: visitor_id person, where that is not the visitor_id itself.
make_persons()
{
	local d
	cut -f 1,2 "$work/stitched" | sed '1s/.*/visitor_id\tperson/' >"$work/who"
	{
		tail -n +2 "$work/customers" | cut -f 1
		((!has_orders)) || pick "$work/orders" customer_id status | awk -F '\t' '$2 != "test" && $2 != "deleted" { print $1 }'
		tail -n +2 "$work/linked" | cut -f 2
		pick "$work/activity" customer_id
	} | sed '/^\\N$/d' | sort -u >"$work/customer_ids"
	pick "$work/activity" visitor_id customer_id | awk -F '\t' '$2 == "\\N" { print $1 }' | sort -u |
		join -t "$TAB" -v 1 - <(tail -n +2 "$work/who") >"$work/anonymous"
	set_apart
	{
		nobody person_id customer_id
		{
			awk -v OFS='\t' '{ print $0, $0 }' "$work/customer_ids"
			join -t "$TAB" -a 1 "$work/anonymous" <(tail -n +2 "$work/who") | awk -F '\t' -v OFS='\t' '{ print $NF, "\\N" }'
		} | sort -t "$TAB" -k 1,1
	} >"$work/persons.1"
	limn summarize -e 'metric visitors = count();' --by customer_id "$work/linked" | cut -f 2- >"$work/persons.2"
	joined -a 1 "$work/persons.1" "$work/persons.2" |
		awk -F '\t' -v OFS='\t' 'NR > 1 && $3 == "\\N" { $3 = $2 == "\\N" ? 1 : 0 } { print }' >"$work/persons"
}

# A visitor whose id is also that of a customer, and whose browser is nobody's, is another person: visitor:ID, with as
# many visitor: as it takes to be nobody else's id.
set_apart()
{
	join -t "$TAB" "$work/anonymous" "$work/customer_ids" >"$work/apart"
	[[ -s $work/apart ]] || return 0
	sort -u "$work/anonymous" "$work/customer_ids" >"$work/ids"
	IDS=$work/ids awk -v OFS='\t' '
		BEGIN { while ((getline id <ENVIRON["IDS"]) > 0) taken[id] }
		{
			for (name = "visitor:" $0; name in taken; name = "visitor:" name);
			taken[name]
			print $0, name
		}' "$work/apart" >"$work/apart.names"
	sorted -k 1,1 < <(cat "$work/who" "$work/apart.names") >"$work/who.all"
	mv "$work/who.all" "$work/who"
}

# ---- orders ----------------------------------------------------------------------------------------

# counted: paid orders with person_id, campaign (whether the day is in one of the calendar's) and responded (whether there
# was a click in a letter within 72 hours before).
mark_orders()
{
	limn dedupe-uv -k order_id --where 'customer_id is not null' "$work/paid" | sed '1s/\<customer_id\>/person_id/' >"$work/counted.1"
	arrived calendar "$day"
	has_calendar=${#FILES[@]}
	nobody first_day last_day >"$work/calendar"
	((!has_calendar)) || tables "${FILES[@]}" | limn dedupe-uv -k first_day,campaign --keep last --select first_day,last_day >"$work/calendar"
	CALENDAR=$work/calendar awk -F '\t' -v OFS='\t' '
		BEGIN {
			while ((getline line <ENVIRON["CALENDAR"]) > 0) {
				split(line, part, FS)
				if (n++) { from[n] = part[1]; to[n] = part[2] }
			}
		}
		NR == 1 {
			for (i = 1; i <= NF; i++) if ($i == "pay_day") at = i
			print $0, "campaign"
			next
		}
		!($at in within) {
			within[$at] = 0
			for (i = 2; i <= n; i++) if (from[i] <= $at && $at <= to[i]) within[$at] = 1
		}
		{ print $0, within[$at] }' "$work/counted.1" >"$work/counted.2"
	column person_id <"$work/counted.2"
	sorted -k "$COLUMN,$COLUMN" <"$work/counted.2" >"$work/counted.3"
	pick "$work/behaviour" person_id last_at event | awk -F '\t' -v OFS='\t' '$3 == "email_click" { print $1, $2 }' |
		sort -t "$TAB" -k 1,1 | headed person_id clicked_at >"$work/clicks"
	joined -1 "$COLUMN" -2 1 "$work/counted.3" "$work/clicks" |
		limn dedupe-uv -k order_id --where 'seconds_between(clicked_at, paid_at) between 0 and 259200' --select order_id |
		sorted -k 1,1 | sed '1s/$/\tresponded/; 2,$s/$/\t1/' >"$work/responded"
	column order_id <"$work/counted.2"
	sorted -k "$COLUMN,$COLUMN" <"$work/counted.2" >"$work/counted.3"
	joined -a 1 -1 "$COLUMN" -2 1 "$work/counted.3" "$work/responded" >"$work/counted"
}

# order_rows: what facts.rules counts.
order_rows()
{
	local none='=\N'
	nobody person_id kind order_id at placed_at day money amount discount rate coupon payment_method shipping country \
		region currency campaign responded
	((has_orders)) || return 0
	pick "$work/counted" person_id =order order_id paid_at created_at pay_day money amount discount rate coupon payment_method \
		shipping country region currency campaign responded
	((!has_refunds)) || pick "$work/given_back" person_id =refund order_id refunded_at $none refund_day money \
		$none $none $none $none $none $none $none $none $none $none $none
	pick "$work/orders" customer_id status order_id |
		awk -F '\t' '$1 != "\\N" && $2 == "cancelled" { printf "%s\tcancelled\t%s", $1, $3; for (i = 4; i <= 18; i++) printf "\t\\N"; print "" }'
	pick "$work/persons" person_id =person $none $none $none $none $none $none $none $none $none $none $none $none $none $none $none $none
}

# facts, rfm, gaps.
order_facts()
{
	nobody person_id refund_id order_id refunded_at refund_day money >"$work/given_back"
	nobody order_id back >"$work/back_of"
	if ((has_refunds)); then
		column order_id <"$work/refunded"
		sorted -k "$COLUMN,$COLUMN" <"$work/refunded" | sed '1s/\<\(amount\|currency\|rate_key\|rate\)\>/r_\1/g' >"$work/given.1"
		pick "$work/counted" order_id person_id | sort -t "$TAB" -k 1,1 | headed order_id person_id >"$work/given.2"
		joined -1 "$COLUMN" -2 1 "$work/given.1" "$work/given.2" >"$work/given_back"
		limn summarize -e 'metric back = sum(money);' --by order_id "$work/given_back" | cut -f 2- >"$work/back_of"
	fi
	order_rows | family facts "$has_orders" facts --set "refunds=$(truth "$has_refunds")" \
		--set "calendar=$(truth "$has_calendar")" --set "events=$(truth "$has_events")"
	joined -a 1 "$work/counted" "$work/back_of" | limn segment -k order_id -e 'tag net = money - coalesce(back, 0);' \
		--select person_id,paid_at,net | limn rfm-score --as customer_id=person_id,amount=net --as-of "$day" |
		sed '1s/^customer_id/person_id/' >"$work/rfm"
	limn summarize -e 'metric n = count(); metric at = max(time(paid_at));' --by person_id,payment_method \
		--where 'payment_method is not null' "$work/counted" | cut -f 2- | best '-k 3,3nr -k 4,4r -k 2,2' |
		cut -f 1,2 | sed '1s/payment_method/preferred_payment_method/' >"$work/payments"
}

# Days between purchase days: gaps: person_id from to gap. Sets cycle to the median over two years of those who bought on
# two days or more, between 15 and 120; 60 with fewer than 50 of them (DESIGN.md §6, cycle).
find_cycle()
{
	limn dedupe-uv -k person_id,pay_day --select person_id,pay_day "$work/counted" | sorted -k 1,1 -k 2,2 |
		awk -v keys=1 -f "$LP_PIPELINES/gaps.awk" >"$work/gaps"
	limn summarize -e 'metric median_gap_days = median(gap);' --by person_id "$work/gaps" | cut -f 2- >"$work/gap"
	day_add "$day" -730
	cycle=$(awk -F '\t' -v since="$DAY_TEXT" 'NR > 1 && $2 > since { print $4, $1 }' "$work/gaps" | sort -n | awk '
			{ gap[NR] = $1; if (!($2 in seen)) { seen[$2]; people++ } }
			END {
				if (people < 50) { print 60; exit }
				cycle = NR % 2 ? gap[(NR + 1) / 2] : int((gap[NR / 2] + gap[NR / 2 + 1]) / 2)
				print (cycle < 15 ? 15 : cycle > 120 ? 120 : cycle)
			}')
}

# ---- items -----------------------------------------------------------------------------------------

# items: person_id order_id date product_id category brand quantity price amount launched_at units, of orders that count;
# sets store: the --set options of item prices.
make_items()
{
	local low high top
	arrived order_items "$day"
	has_items=$((${#FILES[@]} > 0 && has_orders))
	nobody product_id p_category p_brand launched_at >"$work/products"
	nobody person_id order_id date product_id category brand quantity price amount launched_at units >"$work/items"
	((has_items)) || return 0
	tables "${FILES[@]}" | limn dedupe-uv -k order_id,product_id --keep last --by order_id:text \
		--select order_id,product_id,category,brand,quantity,price | sorted -k 1,1 >"$work/items.1"
	pick "$work/counted" order_id person_id pay_day rate | sort -t "$TAB" -k 1,1 |
		headed order_id person_id date rate >"$work/items.2"
	joined "$work/items.1" "$work/items.2" | sorted -k 2,2 >"$work/items.3"
	arrived products "$day"
	has_products=${#FILES[@]}
	((!has_products)) || tables "${FILES[@]}" | limn dedupe-uv -k product_id --keep last --by product_id:text \
		--select product_id,category,brand,launched_at | sed '1s/category\tbrand/p_category\tp_brand/' |
		sorted -k 1,1 >"$work/products"
	joined -a 1 -1 2 -2 1 "$work/items.3" "$work/products" >"$work/items.4"
	limn summarize -e 'metric units = sum(quantity);' --by product_id "$work/items.4" | cut -f 2- >"$work/units"
	joined -a 1 "$work/items.4" "$work/units" | sed '1s/\tcategory\tbrand\tquantity\tprice\t/\ti_category\ti_brand\tquantity\tunit_price\t/' |
		limn segment --rows -e 'tag category = coalesce(i_category, p_category); tag brand = coalesce(i_brand, p_brand);
			tag price = unit_price * rate; tag amount = unit_price * rate * quantity;' \
			--select person_id,order_id,date,product_id,category,brand,quantity,price,amount,launched_at,units >"$work/items"
}

# sold: the families of items; preferences by most units, of equal ones by amount, then by day.
item_facts()
{
	local name column store=() value=()
	if ((has_items)); then
		mapfile -t value < <(tail -n +2 "$work/units" | cut -f 2 | rank 4/5 1/2)
		store=(--set "top_units=${value[0]-0}" --set "low_units=${value[1]-0}")
		mapfile -t value < <(pick "$work/items" price | rank 1/3 2/3 9/10)
		if ((${#value[@]})); then
			store+=(--set "top_price=${value[2]}")
			params+=(--set "price_low=${value[0]}" --set "price_high=${value[1]}")
		fi
		store+=(--set "products=$(truth "$has_products")")
	fi
	{
		cat "$work/items"
		pick "$work/persons" person_id '=\N' '=\N' '=\N' '=\N' '=\N' '=\N' '=\N' '=\N' '=\N' '=\N'
	} | family item_facts "$has_items" items "${store[@]}"
	for name in category brand sku; do
		column=$name
		[[ $name != sku ]] || column=product_id
		limn summarize -e 'metric units = sum(quantity); metric amount = sum(amount); metric date = max(day(date));' \
			--by "person_id,$column" --where "$column is not null" "$work/items" | cut -f 2- |
			best '-k 3,3nr -k 4,4gr -k 5,5r -k 2,2' | cut -f 1-3 | sed "1s/.*/person_id\tpref_$name\tpref_units/" >"$work/best_$name"
		cut -f 1,2 "$work/best_$name" >"$work/pref_$name"
	done
	joined "$work/best_category" "$work/item_facts" | limn segment -k person_id -e 'tag pref_category_share = pref_units / items_bought;' \
		--select person_id,pref_category,pref_category_share >"$work/pref_category"
	skus
}

# sku: which products are bought again, and due to be. A product's cycle is the median of the days between two purchases of
# it by one person; with fewer than ten of them the one of its category.
skus()
{
	limn dedupe-uv -k person_id,product_id,date --select person_id,product_id,date "$work/items" |
		sorted -k 1,1 -k 2,2 -k 3,3 >"$work/bought_on"
	awk -v keys=2 -f "$LP_PIPELINES/gaps.awk" "$work/bought_on" | cut -f 2,5 | sorted -k 1,1 >"$work/sku_gaps"
	[[ -s $work/sku_gaps ]] || nobody product_id gap >"$work/sku_gaps"
	limn summarize -e 'metric category = last(category) by date;' --by product_id "$work/items" | cut -f 2- >"$work/sku_category"
	limn summarize -e 'metric pairs = count(); metric own = median(gap);' --by product_id "$work/sku_gaps" | cut -f 2- >"$work/sku_own"
	joined "$work/sku_gaps" "$work/sku_category" |
		limn summarize -e 'metric of_category = median(gap);' --by category --where 'category is not null' |
		cut -f 2- >"$work/sku_of_category"
	joined -a 1 "$work/sku_category" "$work/sku_own" | sorted -k 2,2 >"$work/sku.1"
	joined -a 1 -1 2 -2 1 "$work/sku.1" "$work/sku_of_category" | sorted -k 2,2 |
		limn segment -k product_id -e 'tag cycle = case when pairs >= 10 then number(own) else number(of_category) end;' \
			--select product_id,cycle >"$work/sku_cycle"
	limn summarize -e 'metric days = count(); metric last = max(day(date));' --by person_id,product_id "$work/bought_on" |
		cut -f 2- | sorted -k 2,2 >"$work/sku.2"
	joined -1 2 -2 1 "$work/sku.2" "$work/sku_cycle" |
		limn summarize -r "$LP_RULES/skus.rules" --as-of "$day" --by person_id | cut -f 2- >"$work/sku"
}

# ---- behaviour -------------------------------------------------------------------------------------

# behaviour, activity, visiting: the digests and the visits of the last 30 days, with person_id from assign_behaviour on.
read_behaviour()
{
	local from
	nobody date visitor_id customer_id event page product_id category moment n last_at >"$work/behaviour"
	nobody visitor_id customer_id hour date pv_minute >"$work/activity"
	((has_events)) || return 0
	day_add "$day" -29
	from=$DAY_TEXT
	of_days behaviour "$from" "$day"
	((!${#FILES[@]})) || tables "${FILES[@]}" >"$work/behaviour"
	of_days activity "$from" "$day"
	((!${#FILES[@]})) || tables "${FILES[@]}" >"$work/activity"
}

assign_behaviour()
{
	local table
	nobody person_id visitor_id session_id customer_id day started_at stay_seconds pv source campaign channel platform os browser bot purchases >"$work/visiting"
	if ((has_events)); then
		day_add "$day" -29
		limn dedupe-uv -k session_id --where "day >= $DAY_TEXT" \
			--select visitor_id,session_id,customer_id,day,started_at,stay_seconds,pv,source,campaign,channel,platform,os,browser,bot,purchases \
			"$work/sessions" >"$work/visiting"
		with_person "$work/visiting" >"$work/visiting.all" && mv "$work/visiting.all" "$work/visiting"
	fi
	for table in behaviour activity; do
		with_person "$work/$table" >"$work/$table.all"
		mv "$work/$table.all" "$work/$table"
	done
}

# checkouts that nothing was paid after, 24 hours or more before the end of the day.
abandoned()
{
	day_add "$day" 1
	pick "$work/behaviour" person_id date n last_at event |
		awk -F '\t' -v OFS='\t' '$5 == "checkout" { print $1, $2, $3, $4 }' | sort -t "$TAB" -k 1,1 |
		headed person_id date n last_at >"$work/checkouts"
	joined -a 1 "$work/checkouts" "$work/last_paid" |
		limn segment --rows -e "tag event = 'abandoned_checkout';" --select person_id,date,event,n,last_at \
			--where "seconds_between(last_at, time($DAY_TEXT)) >= 86400 and not time(last_paid_at) >= time(last_at)"
}

behaviour_facts()
{
	abandoned >"$work/abandoned"
	{
		nobody person_id date event n last_at
		pick "$work/behaviour" person_id date event n last_at
		pick "$work/abandoned" person_id date event n last_at
		pick "$work/persons" person_id '=\N' '=\N' '=\N' '=\N'
	} | family behaved "$has_events" actions
	{
		cat "$work/visiting"
		pick "$work/persons" person_id '=\N' '=\N' '=\N' '=\N' '=\N' '=\N' '=\N' '=\N' '=\N' '=\N' '=\N' '=\N' '=\N' '=\N' '=\N'
	} | family visited "$has_events" visiting
	limn summarize -e 'metric pv_minute = max(number(pv_minute)); metric hours = distinct(hour);' --by person_id,visitor_id,date \
		"$work/activity" | cut -f 2- |
		limn summarize -e 'metric max_pv_per_minute = max(number(pv_minute)); metric active_hours_max = max(number(hours));' \
			--by person_id | cut -f 2- >"$work/busy"
	limn summarize -e 'metric main_platform_visits = count();' --by person_id,platform --where 'platform is not null' "$work/visiting" |
		cut -f 2- | best '-k 3,3nr -k 2,2' | sed '1s/platform/top_platform/' >"$work/platforms"
	viewed_categories
	first_visits
}

# viewed: the category that a person saw most; tempted: the one that was seen three times or more in 30 days, and of
# which nothing was bought in 90.
viewed_categories()
{
	limn summarize -e 'metric views = sum(n);' --by person_id,category \
		--where "category is not null and event in ('product_view', 'category_view')" "$work/behaviour" | cut -f 2- >"$work/views"
	best '-k 3,3nr -k 2,2' <"$work/views" | sed '1s/.*/person_id\tviewed_category\tcategory_views_30d/' >"$work/viewed"
	day_add "$day" -89
	limn dedupe-uv -k person_id,category --where "date >= $DAY_TEXT and category is not null" --select person_id,category "$work/items" |
		tail -n +2 | sort >"$work/had"
	HAD=$work/had awk -F '\t' '
		BEGIN { while ((getline pair <ENVIRON["HAD"]) > 0) had[pair] }
		NR == 1 || ($3 >= 3 && !(($1 FS $2) in had))' "$work/views" | best '-k 3,3nr -k 2,2' | cut -f 1,2 |
		sed '1s/.*/person_id\tviewed_not_bought_category/' >"$work/tempted"
}

# journey: first and last visit of each person. By visitor and customer they are kept as journeys/DAY, as seen/DAY is.
first_visits()
{
	local target=$warehouse/journeys/$day.tsv.zst
	nobody visitor_id customer_id first_at first_visit_date last_visit_date first_source first_channel first_campaign >"$work/journeys"
	if ((has_events)); then
		recipe "$LP_PIPELINES"/{lib.sh,steps/people.sh} "$LP_RULES/journeys.rules"
		kept_until journeys sessions
		: >"$work/journeys.new"
		((!${#FILES[@]})) || tables "${FILES[@]}" >"$work/journeys.new"
		{
			cat "$work/journeys"
			[[ -z $BASE ]] || unpack "$warehouse/journeys/$BASE.tsv.zst" | tail -n +2
			[[ ! -s $work/journeys.new ]] || pick "$work/journeys.new" visitor_id customer_id started_at day day source channel campaign
		} | limn summarize -r "$LP_RULES/journeys.rules" --by visitor_id,customer_id | cut -f 2- >"$work/journeys.all"
		mv "$work/journeys.all" "$work/journeys"
		if [[ $BASE != "$day" ]]; then
			pack "$work/journeys.zst" <"$work/journeys"
			put "$work/journeys.zst" "$target"
			made "$target" "$MADE_OF"
		fi
	fi
	with_person "$work/journeys" | limn summarize -r "$LP_RULES/journeys.rules" --by person_id | cut -f 2- |
		sed '1s/\tfirst_at\t/\tfirst_visit_at\t/' >"$work/journey"
	visits_before_orders
}

# to_first: visits in the 30 days before the first order, for first orders of the last 70 days: visits of 100 are at hand.
visits_before_orders()
{
	day_add "$day" -69
	pick "$work/facts" person_id first_order_at first_order_date | awk -F '\t' -v OFS='\t' -v since="$DAY_TEXT" \
		'$3 != "\\N" && $3 >= since { print $1, $2 }' | sort -t "$TAB" -k 1,1 |
		headed person_id first_order_at >"$work/to.1"
	nobody person_id started_at >"$work/to.2"
	if ((has_events)); then
		limn dedupe-uv -k session_id --select visitor_id,customer_id,started_at "$work/sessions" >"$work/to.3"
		with_person "$work/to.3" >"$work/to.4"
		pick "$work/to.4" person_id started_at | sort -t "$TAB" -k 1,1 | headed person_id started_at >"$work/to.2"
	fi
	joined -a 1 "$work/to.1" "$work/to.2" | if ((has_events)); then cat; else sed -n 1p; fi |
		limn summarize -e 'metric visits_to_first_order = count() where seconds_between(started_at, first_order_at) between 0 and 2592000;' \
			--by person_id | cut -f 2- >"$work/to_first"
}

# ---- surveys ---------------------------------------------------------------------------------------

# answers: person_id column kind code answered_at respondent_id, coded by schemas/maps/questions.tsv; an answer may be
# written as the code or as the text in either language. unknown: question answers, those that are in none of them,
# and without a name those to questions that are not.
code_answers()
{
	nobody respondent_id customer_id visitor_id answered_at question answer >"$work/surveys"
	arrived surveys "$day"
	((!${#FILES[@]})) || tables "${FILES[@]}" | limn dedupe-uv -k respondent_id,question,answer --where "not day(answered_at) > $day" \
		--select respondent_id,customer_id,visitor_id,answered_at,question,answer >"$work/surveys"
	with_person "$work/surveys" >"$work/answered"
	: >"$work/unknown"
	nobody person_id column kind code answered_at respondent_id >"$work/answers"
	QUESTIONS=$LP_SCHEMAS/maps/questions.tsv UNKNOWN=$work/unknown awk -F '\t' -v OFS='\t' '
		BEGIN {
			while ((getline line <ENVIRON["QUESTIONS"]) > 0) {
				split(line, part, FS)
				kind[part[1]] = part[5]
				for (i = 2; i <= 4; i++) code[part[1], tolower(part[i])] = part[2]
				column[part[1]] = part[6]
			}
		}
		NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i; next }
		{
			q = $at["question"]
			a = tolower($at["answer"])
			if (!(q in kind)) unknown[""]++
			else if (kind[q] == "text") next
			else if (!((q, a) in code)) unknown[q]++
			else print $1, column[q], kind[q], code[q, a], ($at["answered_at"] == "\\N" ? "0001-01-01T00:00:00Z" : $at["answered_at"]), $at["respondent_id"]
		}
		END { for (q in unknown) print q, unknown[q] >ENVIRON["UNKNOWN"] }' "$work/answered" >>"$work/answers"
	sort -o "$work/unknown" "$work/unknown"
}

# answer: the s_ columns.
survey_facts()
{
	code_answers
	limn summarize -e 'metric newest = last(respondent_id) by answered_at;' --by person_id,column --where "kind = 'multiple'" \
		"$work/answers" | cut -f 2- >"$work/newest"
	NEWEST=$work/newest awk -F '\t' '
		BEGIN { while ((getline line <ENVIRON["NEWEST"]) > 0) { split(line, part, FS); newest[part[1], part[2]] = part[3] } }
		NR == 1 || $3 != "multiple" || $6 == newest[$1, $2]' "$work/answers" |
		limn summarize -r "$LP_RULES/answers.rules" --by person_id | cut -f 2- >"$work/answer"
}

# ---- the row ---------------------------------------------------------------------------------------

# customers: the accounts, the last version of each.
read_customers()
{
	local -a names
	arrived customers "$day"
	has_customers=${#FILES[@]}
	mapfile -t names < <(awk -F '\t' '$1 == "customers" { print $2 }' "$work/schema.tsv")
	nobody "${names[@]}" >"$work/customers"
	((!has_customers)) || tables "${FILES[@]}" | limn dedupe-uv -k customer_id --keep last --by updated_at | sorted -k 1,1 >"$work/customers"
	{
		nobody person_id c_gender c_birth_date c_country c_region c_city c_language c_occupation c_income c_education c_signup_at \
			c_email c_phone c_email_status c_sms_status c_account_status c_member_tier c_joined_at c_source c_tags
		pick "$work/customers" customer_id gender birth_date country region city language occupation income education signup_at \
			email phone email_status sms_status account_status member_tier joined_at source tags
	} >"$work/accounts"
}

# last_paid: person_id last_paid_at: the last order that counts, those without a customer being whose browser it was.
last_payments()
{
	limn dedupe-uv -k order_id --select visitor_id,customer_id,paid_at "$work/paid" >"$work/last_paid.1"
	with_person "$work/last_paid.1" | limn summarize -e 'metric last_paid_at = max(time(paid_at));' --by person_id | cut -f 2- >"$work/last_paid"
}

# Sets params to the --set options of what people are measured by.
store_params()
{
	local value=()
	params+=(--set "cycle=$cycle" --set "home=$home" --set "digits=$digits")
	pick "$work/facts" orders_365d amount_365d | awk -F '\t' '$1 > 0 { print $2 }' >"$work/spent"
	[[ -s $work/spent ]] || return 0
	mapfile -t value < <(rank 3/10 7/10 9/10 <"$work/spent")
	params+=(--set "spend_p30=${value[0]}" --set "spend_p70=${value[1]}" --set "spend_p90=${value[2]}")
	# By what was spent, whoever brings the store its first 80 % is in class A, the next 15 % in B.
	mapfile -t value < <(sort -gr "$work/spent" | awk '
		{ amount[NR] = $1; if ($1 > 0) total += $1 }
		END {
			for (i = 1; i <= NR; i++) {
				if (before < 0.8 * total) a = i
				if (before < 0.95 * total) b = i
				before += amount[i]
			}
			print amount[a ? a : 1]; print amount[b ? b : 1]
		}')
	params+=(--set "value_a=${value[0]}" --set "value_b=${value[1]}")
}

# facts.orders, facts.items, facts.events: what `matches` looks into, sorted by person.
fact_streams()
{
	{
		nobody person_id order_id date amount discount coupon payment_method status
		pick "$work/counted" person_id order_id pay_day money discount coupon payment_method status
	} | sorted -k 1,1 -k 2,2 >"$work/facts.orders"
	limn dedupe-uv -k person_id,order_id,product_id --select person_id,order_id,date,product_id,category,brand,quantity,price,amount \
		"$work/items" | sorted -k 1,1 -k 2,2 -k 4,4 >"$work/facts.items"
	{
		nobody person_id date event page product_id category n
		pick "$work/behaviour" person_id date event page product_id category n
	} | sorted -k 1,1 -k 2,2 -k 3,3 >"$work/facts.events.all"
	joined "$work/facts.events.all" <(cut -f 1 "$work/persons") >"$work/facts.events"
}

# people: a row a person, everything that is known and every tag; members: person_id segment.
make_people()
{
	local table rules=()
	params=()
	read_customers
	read_behaviour
	link_visitors
	make_persons
	assign_behaviour
	mark_orders
	last_payments
	order_facts
	find_cycle
	make_items
	item_facts
	behaviour_facts
	survey_facts
	store_params
	cp "$work/persons" "$work/row"
	for table in accounts facts gap rfm payments item_facts pref_category pref_brand pref_sku sku behaved visited busy platforms \
		viewed tempted journey to_first last_paid answer; do
		joined -a 1 "$work/row" "$work/$table" >"$work/row.next"
		mv "$work/row.next" "$work/row"
	done
	fact_streams
	for table in "$LP_RULES"/people/*.rules; do rules+=(-r "$table"); done
	rules+=(--as-of "$day" "${params[@]}")
	for table in orders items events; do rules+=(--facts "$table=$work/facts.$table"); done
	limn segment "${rules[@]}" "$work/row" >"$work/people"
	limn segment "${rules[@]}" --members "$work/row" >"$work/members"
}
