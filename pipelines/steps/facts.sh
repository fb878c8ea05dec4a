# shellcheck shell=bash disable=SC2034,SC2154
# facts.sh - what the portrait is made of besides visits: orders in one currency, refunds, which visit an order
# came from, and the people. Sourced by daily-portrait; tables are written to $work by the name in the comment.

# limn PROGRAM ARG… - a filter on canonical tables, its line in this day's ledger.
limn()
{
	local program=$1
	shift
	"$program" --from tsv --tz "$tz" --ledger "$work/portrait.jsonl" "$@"
}

# nobody COLUMN… - the header of a table without rows.
nobody()
{
	(IFS=$TAB; printf '%s\n' "$*")
}

# ---- orders --------------------------------------------------------------------------------------

# paid: orders that count, the last version of each: order_id customer_id visitor_id created_at paid_at status
# amount currency pay_day rate_key visit_from.
current_orders()
{
	arrived orders "$day"
	has_orders=${#FILES[@]}
	((has_orders)) || return 0
	tables "${FILES[@]}" | limn dedupe-uv -k order_id --keep last --by updated_at \
		--select order_id,customer_id,visitor_id,created_at,paid_at,status,amount,currency |
		sorted -k 1,1 >"$work/orders"
	limn segment -k order_id -r "$LP_RULES/paid.rules" "$work/orders" \
		--select order_id,customer_id,visitor_id,created_at,paid_at,status,amount,currency,pay_day,rate_key,visit_from \
		--where "paid_at is not null and status not in ('test', 'deleted') and day(paid_at) <= $day" >"$work/paid"
}

# refunded: order_id refund_id refunded_at amount currency refund_day rate_key; not those of orders that
# do not count.
current_refunds()
{
	arrived refunds "$day"
	has_refunds=${#FILES[@]}
	((has_refunds)) || return 0
	nobody order_id status >"$work/void"
	((!has_orders)) || limn dedupe-uv -k order_id --select order_id,status \
		--where "status in ('test', 'deleted')" "$work/orders" >"$work/void"
	tables "${FILES[@]}" | limn dedupe-uv -k refund_id --keep last --by refunded_at \
		--select order_id,refund_id,refunded_at,amount,currency | sorted -k 1,1 >"$work/refunds"
	joined -v 1 "$work/refunds" "$work/void" | sorted -k 2,2 >"$work/refunds.good"
	limn segment -k refund_id -r "$LP_RULES/refunded.rules" --where "day(refunded_at) <= $day" \
		--select order_id,refund_id,refunded_at,amount,currency,refund_day,rate_key "$work/refunds.good" >"$work/refunded"
}

# Sets currency, when it was not given, to the only one there is: of the rates that with rate 1, else that of the
# orders. rates: rate_key rate, a line a day and currency.
find_currency()
{
	local found bases
	arrived rates "$day"
	has_rates=${#FILES[@]}
	nobody rate_key rate >"$work/rates"
	if ((has_rates)); then
		tables "${FILES[@]}" | limn dedupe-uv -k day,currency --keep last --select day,currency,rate |
			awk -F '\t' -v OFS='\t' 'NR == 1 { print "rate_key", "rate"; next } { print $1 " " $2, $3 }' |
			sorted -k 1,1 >"$work/rates"
	fi
	found=$({
		[[ ! -e $work/paid ]] || tail -n +2 "$work/paid" | cut -f 8
		[[ ! -e $work/refunded ]] || tail -n +2 "$work/refunded" | cut -f 5
	} | sort -u | paste -sd ' ')
	bases=$(awk 'NR > 1 { n[$2]++; one[$2] += $3 == "1" } END { for (c in n) if (n[c] == one[c]) print c }' "$work/rates" |
		sort | paste -sd ' ')
	if [[ -z $currency ]]; then
		if [[ -n $bases && $bases != *' '* ]]; then
			currency=$bases
		elif [[ $found == *' '* ]]; then
			die 2 "orders are in several currencies: $found" \
				"say which one the report is in with --currency, and have a rates stream (day,currency,rate)"
		else
			currency=$found
		fi
	elif [[ -n $bases && " $bases " != *" $currency "* ]]; then
		die 2 "--currency $currency: the rates are to $bases" "rates are units of the report's currency for one unit"
	fi
	digits=2
	[[ " BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF " != *" $currency "* ]] || digits=0
	[[ " BHD IQD JOD KWD LYD OMR TND " != *" $currency "* ]] || digits=3
}

# convert TABLE COLUMN KEY - the table, sorted by KEY, with the column money: the amount in the report's currency.
# COLUMN is the number of rate_key.
convert()
{
	local lacking
	sorted -k "$2,$2" <"$1" >"$1.by_rate"
	{
		nobody rate_key rate
		{
			awk -F '\t' -v c="$currency" 'NR > 1 && substr($1, 12) != c' "$work/rates"
			tail -n +2 "$1.by_rate" | cut -f "$2" | uniq | awk -v c="$currency" -v OFS='\t' '$2 == c { print $0, 1 }'
		} | sort -t "$TAB" -k 1,1
	} >"$1.rates"
	lacking=$(join -t "$TAB" --header -v 1 -1 "$2" -2 1 "$1.by_rate" "$1.rates" | tail -n +2 | cut -f 1 | uniq)
	if [[ -n $lacking ]]; then
		lacking=${lacking%%$'\n'*}
		if ((has_rates)); then
			die 1 "no rate for ${lacking#* } on ${lacking% *}" \
				"add the line ${lacking/ /,},RATE to a rates file of the inbox: units of $currency for one ${lacking#* }"
		fi
		die 1 "no rate for ${lacking#* } on ${lacking% *}: there is no rates stream" \
			"add rates.csv (day,currency,rate) to the inbox, or say --currency ${lacking#* } when nothing else was paid in"
	fi
	joined -1 "$2" -2 1 "$1.by_rate" "$1.rates" >"$1.joined"
	column "$3" <"$1.joined"
	sorted -k "$COLUMN,$COLUMN" <"$1.joined" |
		limn segment -k "$3" -e 'tag money = amount * rate' >"$1.money"
	mv "$1.money" "$1"
	rm "$1".*
}

# returns: order_id earlier; earlier > 1 when the same customer has paid within the 365 days before.
mark_returns()
{
	limn dedupe-uv -k order_id --where "customer_id is not null" --select order_id,customer_id,paid_at "$work/paid" |
		limn sessionize --as event_id=order_id,visitor_id=customer_id,ts=paid_at --gap 365d \
			--select event_id,session_hit |
		sed '1s/.*/order_id\tearlier/' | sorted -k 1,1 >"$work/returns"
}

# facts: a row a customer who has paid.
customer_facts()
{
	limn summarize -r "$LP_RULES/facts.rules" --as-of "$day" --by customer_id \
		--where "customer_id is not null" "$work/paid" | cut -f 2- >"$work/facts"
}

# What an order has of the visit that it came from, in this order.
visit_columns=session_id,channel,source,campaign,platform,country,region,language,first_day

# ---- attribution -----------------------------------------------------------------------------------

# candidates COLUMN - the visits of at most 30 days before that the orders of $work/window could have come from, by the
# visitor's or the customer's id, the last one of each order: order_id and the visit.
candidates()
{
	local who=$1
	limn dedupe-uv -k order_id --where "$who is not null" --select "$who,order_id,created_at,visit_from" "$2" |
		sorted -k 1,1 >"$work/asking"
	limn dedupe-uv -k session_id --where "$who is not null" \
		--select "$who,started_at,day,$visit_columns" "$work/cut_sessions" |
		sorted -k 1,1 >"$work/visited"
	joined "$work/asking" "$work/visited" |
		limn dedupe-uv -k order_id --keep last --by started_at \
			--where "time(started_at) <= time(created_at) and time(started_at) >= time(visit_from)" \
			--select "order_id,$visit_columns" |
		sorted -k 1,1
}

# attributed: order_id and visit_columns, of the orders that have a visit.
attribute()
{
	nobody order_id ${visit_columns//,/ } >"$work/attributed"
	((has_events)) || return 0
	candidates visitor_id "$work/window" >"$work/by_visitor"
	joined -v 1 "$work/window" "$work/by_visitor" >"$work/others"
	candidates customer_id "$work/others" >"$work/by_customer"
	{ cat "$work/by_visitor" && tail -n +2 "$work/by_customer"; } | sorted -k 1,1 >"$work/attributed"
}

# bought: the orders paid in the 60 days, with all that they are cut by.
window_orders()
{
	day_add "$day" -59
	limn dedupe-uv -k order_id --where "pay_day >= $DAY_TEXT" \
		--select order_id,customer_id,visitor_id,created_at,visit_from,paid_at,pay_day,money "$work/paid" >"$work/window"
	attribute
	sed -E '1s/\t/&v_/g; 1s/\tv_session_id/\tsession_id/' "$work/attributed" >"$work/came"
	joined -a 1 "$work/window" "$work/came" >"$work/bought.1"
	joined -a 1 "$work/bought.1" "$work/returns" | sorted -k 2,2 >"$work/bought.2"
	cut -f "$(columns_of "$work/facts" customer_id first_pay_day)" "$work/facts" >"$work/bought.first"
	cut -f "$(columns_of "$work/people" customer_id gender age_band)" "$work/people" >"$work/bought.who"
	joined -a 1 -1 2 -2 1 "$work/bought.2" "$work/bought.first" >"$work/bought.3"
	limn summarize -e 'metric items = sum(quantity);' --by order_id "$work/items" | cut -f 2- >"$work/bought.items"
	joined -a 1 "$work/bought.3" "$work/bought.who" | sorted -k 2,2 >"$work/bought.4"
	joined -a 1 -1 2 -2 1 "$work/bought.4" "$work/bought.items" | sorted -k 2,2 >"$work/bought"
}

# columns_of TABLE NAME… - the numbers of the columns, for cut. The first one has to be the first column.
columns_of()
{
	local name list='' table=$1
	shift
	for name; do
		column "$name" <"$table"
		list+=,$COLUMN
	done
	echo "${list#,}"
}

# ---- people ----------------------------------------------------------------------------------------

# Days between purchase days: sets cycle to the median over two years of those who bought on two days or more,
# between 15 and 120; 60 with fewer than 50 of them (DESIGN.md §6, cycle).
find_cycle()
{
	day_add "$day" -730
	cycle=$(limn dedupe-uv -k customer_id,pay_day --select customer_id,pay_day \
		--where "customer_id is not null and pay_day > $DAY_TEXT" "$work/paid" | tail -n +2 |
		sort -t "$TAB" -k 1,1 -k 2,2 | awk -F '\t' '
			function number(day, y, m, d) {
				y = substr(day, 1, 4) + 0; m = substr(day, 6, 2) + 0; d = substr(day, 9, 2) + 0
				if (m < 3) { y--; m += 12 }
				return 365 * y + int(y / 4) - int(y / 100) + int(y / 400) + int((153 * (m - 3) + 2) / 5) + d
			}
			{
				n = number($2)
				if ($1 == who) print n - last, $1
				who = $1; last = n
			}' | sort -n | awk '
			{ gap[NR] = $1; if (!($2 in repeat)) { repeat[$2] = 1; people++ } }
			END {
				if (people < 50) { print 60; exit }
				cycle = NR % 2 ? gap[(NR + 1) / 2] : int((gap[NR / 2] + gap[NR / 2 + 1]) / 2)
				print (cycle < 15 ? 15 : cycle > 120 ? 120 : cycle)
			}')
}

# people: a row a customer, everything that is known and every tag; members: customer_id segment.
make_people()
{
	local -a names
	arrived customers "$day"
	has_customers=${#FILES[@]}
	if ((has_customers)); then
		tables "${FILES[@]}" | limn dedupe-uv -k customer_id --keep last --by updated_at | sorted -k 1,1 >"$work/customers"
	else
		mapfile -t names < <(awk -F '\t' '$1 == "customers" { print $2 }' "$work/schema.tsv")
		nobody "${names[@]}" >"$work/customers"
	fi
	limn dedupe-uv -k order_id --select customer_id,paid_at,money "$work/paid" |
		limn rfm-score --as amount=money --as-of "$day" >"$work/rfm"
	joined -a 1 -a 2 "$work/customers" "$work/facts" >"$work/people.1"
	joined -a 1 "$work/people.1" "$work/rfm" >"$work/people.2"
	find_cycle
	limn segment -r "$LP_RULES/people.rules" -r "$LP_RULES/segments.rules" --as-of "$day" --set "cycle=$cycle" \
		--set "home=$home" "$work/people.2" >"$work/people"
	limn segment -r "$LP_RULES/segments.rules" --as-of "$day" --members "$work/people" >"$work/members"
}
