# shellcheck shell=bash disable=SC2034,SC2154
# facts.sh - what the portrait is made of besides visits: orders in one currency, refunds, which visit an order
# came from. Sourced by daily-portrait; tables are written to $work by the name in the comment.

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

# paid: orders that count, the last version of each, paid_at being the instant from which they count.
paid_columns=(order_id customer_id visitor_id created_at paid_at status amount currency discount shipping coupon
	payment_method country region pay_day rate_key visit_from)
current_orders()
{
	local columns=order_id,customer_id,visitor_id,created_at,paid_at,status,amount,currency,discount,shipping,coupon,payment_method,country,region
	arrived orders "$day"
	has_orders=${#FILES[@]}
	((has_orders)) || return 0
	tables "${FILES[@]}" | limn dedupe-uv -k order_id --keep last --by updated_at --select "$columns" |
		sorted -k 1,1 >"$work/orders"
	columns=${paid_columns[*]}
	columns=${columns// /,}
	limn segment -k order_id -r "$LP_RULES/paid.rules" --as-of "$day" --set "count_by=$count_by" --set "cod=$cod" \
		--select "${columns/paid_at/counted_at}" --where "status not in ('test', 'deleted')" "$work/orders" |
		sed '1s/counted_at/paid_at/' | limn dedupe-uv -k order_id --where "day(paid_at) <= $day" >"$work/paid"
}

no_orders()
{
	nobody "${paid_columns[@]}" rate money >"$work/paid"
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

# convert TABLE KEY - the table, sorted by KEY, with the column money: the amount in the report's currency at the rate
# of rate_key.
convert()
{
	local lacking by header
	column rate_key <"$1"
	by=$COLUMN
	sorted -k "$by,$by" <"$1" >"$1.by_rate"
	{
		nobody rate_key rate
		{
			awk -F '\t' -v c="$currency" 'NR > 1 && substr($1, 12) != c' "$work/rates"
			tail -n +2 "$1.by_rate" | cut -f "$by" | uniq | awk -v c="$currency" -v OFS='\t' '$2 == c { print $0, 1 }'
		} | sort -t "$TAB" -k 1,1
	} >"$1.rates"
	lacking=$(join -t "$TAB" --header -v 1 -1 "$by" -2 1 "$1.by_rate" "$1.rates" | tail -n +2 | cut -f 1 | uniq)
	if [[ -n $lacking ]]; then
		lacking=${lacking%%$'\n'*}
		if ((has_rates)); then
			die 1 "no rate for ${lacking#* } on ${lacking% *}" \
				"add the line ${lacking/ /,},RATE to a rates file of the inbox: units of $currency for one ${lacking#* }"
		fi
		die 1 "no rate for ${lacking#* } on ${lacking% *}: there is no rates stream" \
			"add rates.csv (day,currency,rate) to the inbox, or say --currency ${lacking#* } when nothing else was paid in"
	fi
	joined -1 "$by" -2 1 "$1.by_rate" "$1.rates" >"$1.joined"
	IFS= read -r header <"$1.joined"
	column "$2" <"$1.joined"
	sorted -k "$COLUMN,$COLUMN" <"$1.joined" |
		limn segment -k "$2" -e 'tag money = amount * rate' --select "${header//$TAB/,},money" >"$1.money"
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

# What an order has of the visit that it came from, in this order.
visit_columns=session_id,channel,source,campaign,platform,country,region,language,first_day

# ---- attribution -----------------------------------------------------------------------------------

# candidates COLUMN ORDERS VISITS - the visits of at most 30 days before that the orders could have come from, by the
# visitor's or the customer's id, the last one of each order: order_id and the visit.
candidates()
{
	local who=$1
	limn dedupe-uv -k order_id --where "$who is not null" --select "$who,order_id,created_at,visit_from" "$2" |
		sorted -k 1,1 >"$work/asking"
	limn dedupe-uv -k session_id --where "$who is not null" \
		--select "$who,started_at,day,$visit_columns" "$3" |
		sorted -k 1,1 >"$work/visited"
	joined "$work/asking" "$work/visited" |
		limn dedupe-uv -k order_id --keep last --by started_at \
			--where "time(started_at) <= time(created_at) and time(started_at) >= time(visit_from)" \
			--select "order_id,$visit_columns" |
		sorted -k 1,1
}

# attribute ORDERS VISITS - order_id and visit_columns, of the orders that have a visit.
attribute()
{
	candidates visitor_id "$1" "$2" >"$work/by_visitor"
	joined -v 1 "$1" "$work/by_visitor" >"$work/others"
	candidates customer_id "$work/others" "$2" >"$work/by_customer"
	{ cat "$work/by_visitor" && tail -n +2 "$work/by_customer"; } | sorted -k 1,1
}

# far_asked: the visits of far_visits by visitors and customers of earlier orders. Their dimensions are not needed: far
# spans are not cut.
far_asked()
{
	pick "$1" visitor_id customer_id >"$work/far_who"
	ROBOTS=$bots WHO=$work/far_who awk -F '\t' -v OFS='\t' '
		BEGIN { while ((getline line <ENVIRON["WHO"]) > 0) { split(line, part, FS); visitor[part[1]]; customer[part[2]] } }
		NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i; v = at["visitor_id"]; c = at["customer_id"]; b = at["bot"]; next }
		$b == "true" && ENVIRON["ROBOTS"] == "exclude" { next }
		$v in visitor || ($c != "\\N" && $c in customer) {
			print $at["session_id"], $v, $c, $at["day"], $at["started_at"], "\\N", "\\N", "\\N", "\\N", "\\N", "\\N", "\\N", "\\N"
		}' "$work/far_visits" | headed session_id visitor_id customer_id day started_at ${visit_columns#session_id,} |
		sed '1s/,/\t/g'
}

# bought: the orders paid in any span, with all that they are cut by. window: those of the last 60 days, whose visits can be
# cut; all_window: all of them.
window_orders()
{
	local first
	day_add "$day" -59
	first=$(tail -n +2 "$work/spans" | cut -f 3 | sort | sed -n 1p)
	limn dedupe-uv -k order_id --where "pay_day >= $first" \
		--select order_id,customer_id,visitor_id,created_at,visit_from,paid_at,pay_day,money "$work/paid" >"$work/all_window"
	limn dedupe-uv -k order_id --where "pay_day >= $DAY_TEXT" "$work/all_window" >"$work/window"
	limn dedupe-uv -k order_id --where "pay_day < $DAY_TEXT" "$work/all_window" >"$work/earlier"
	nobody order_id ${visit_columns//,/ } >"$work/attributed"
	if ((has_events)); then
		attribute "$work/window" "$work/cut_sessions" >"$work/attributed"
		far_asked "$work/earlier" >"$work/far_asked"
		attribute "$work/earlier" "$work/far_asked" | tail -n +2 >>"$work/attributed"
	fi
	sed -E '1s/\t/&v_/g; 1s/\tv_session_id/\tsession_id/' "$work/attributed" | sorted -k 1,1 >"$work/came"
	joined -a 1 "$work/all_window" "$work/came" >"$work/bought.1"
	joined -a 1 "$work/bought.1" "$work/returns" | sorted -k 2,2 >"$work/bought.2"
	cut -f "$(columns_of "$work/facts" person_id first_order_date)" "$work/facts" |
		sed '1s/.*/customer_id\tfirst_pay_day/' >"$work/bought.first"
	cut -f "$(columns_of "$work/people" person_id gender age_band)" "$work/people" >"$work/bought.who"
	joined -a 1 -1 2 -2 1 "$work/bought.2" "$work/bought.first" >"$work/bought.3"
	nobody order_id items >"$work/bought.items"
	((!has_items)) || limn summarize -e 'metric items = sum(quantity);' --by order_id "$work/items.1" | cut -f 2- >"$work/bought.items"
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
