# shellcheck shell=bash
# sql.bash - a store's inbox in SQLite, and what a portrait says in the words of SQL: an oracle for portraits. Sourced by bats
# files behind helpers.

# load_sql DB - the sample store's events, orders with their lines, refunds and rates, with local days.
load_sql()
{
	local stream
	for stream in events orders order_items refunds rates; do
		awk 'FNR > 1 || NR == 1' inbox/*/"$stream.csv" >"$stream.all"
		sqlite3 "$1" '.mode csv' ".import $stream.all raw_$stream"
	done
	sqlite3 "$1" <<-'SQL'
	create table events as select *, date(datetime(ts, '+8 hours')) day, strftime('%s', ts) + 0 t from raw_events
	  where user_agent not like '%bot%' and user_agent not like '%spider%' and user_agent not like 'curl/%' group by event_id; -- robots do not count
	create table site as select * from events where event not in ('email_sent', 'email_open', 'email_click');
	create table marked as select *, sum(new) over (partition by visitor_id order by t, event_id) nth from
	  (select *, coalesce(t - lag(t) over (partition by visitor_id order by t, event_id), 9999) > 1800 new from site);
	create table visits as select visitor_id, nth, min(day) day, min(t) started, max(t) ended,
	  sum(event in ('page_view', 'product_view')) pv from marked group by visitor_id, nth;
	create table views as select * from events where event in ('page_view', 'product_view');
	create table seen as select visitor_id, min(day) first_day from views group by visitor_id;
	create table versions as select *, row_number() over (partition by order_id order by strftime('%s', updated_at) + 0 desc) last from raw_orders;
	create table paid as select v.*, date(datetime(paid_at, '+8 hours')) day, rate, amount * rate money from versions v
	  join (select distinct day rate_day, currency, rate from raw_rates) r
	  on r.rate_day = date(datetime(paid_at, '+8 hours')) and r.currency = v.currency
	  where last = 1 and paid_at <> '' and status not in ('test', 'deleted');
	create table back as select order_id, sum(f.amount * rate) back from (select distinct * from raw_refunds) f
	  join (select distinct day rate_day, currency, rate from raw_rates) r
	  on r.rate_day = date(datetime(refunded_at, '+8 hours')) and r.currency = f.currency group by order_id;
	create table firsts as select customer_id, min(day) first_day from paid where customer_id <> '' group by customer_id;
	SQL
}

# by_sql DB FROM TO - the headline numbers of the period, as the portrait would say them.
by_sql()
{
	sqlite3 -separator ' ' "$1" <<-SQL
	select (select count(*) from views where day between '$2' and '$3'),
	  (select count(distinct visitor_id) from views where day between '$2' and '$3'),
	  (select count(distinct visitor_id) from views join seen using (visitor_id) where day between '$2' and '$3' and first_day >= '$2'),
	  (select count(*) from visits where day between '$2' and '$3'),
	  (select printf('%.6f', 1.0 * sum(pv) / count(*)) from visits where day between '$2' and '$3'),
	  (select printf('%.6f', 1.0 * sum(pv = 1) / count(*)) from visits where day between '$2' and '$3'),
	  (select printf('%.6f', 1.0 * sum(ended - started) / count(*)) from visits where day between '$2' and '$3'),
	  (select count(distinct visitor_id) from visits a where day between '$2' and '$3'
	     and exists (select 1 from visits b where b.visitor_id = a.visitor_id and b.day between date(a.day, '-6 days') and date(a.day, '-1 day'))),
	  (select count(distinct customer_id) from paid where day between '$2' and '$3' and customer_id <> ''),
	  (select count(*) from paid where day between '$2' and '$3'),
	  (select printf('%.2f', sum(money)) from paid where day between '$2' and '$3'),
	  (select count(distinct customer_id) from paid join firsts using (customer_id) where day between '$2' and '$3' and first_day >= '$2'),
	  (select printf('%.6f', 1.0 * (select count(distinct customer_id) from paid where day between '$2' and '$3' and customer_id <> '')
	     / (select count(distinct visitor_id) from views where day between '$2' and '$3')));
	SQL
}

# by_us DAY PERIOD PART - the same from the portrait.
by_us()
{
	local pv uv new_uv visits depth bounce stay back rest
	jq -r ".periods[\"$2\"].$3 | [.pv, .uv, .new_uv, .visits, .depth, .bounce_rate, .stay_seconds, .return_uv_7d, .buyers, .orders, .amount, .new_buyers, .conversion] | map(tostring) | join(\" \")" \
		"reports/$1/portrait.json" | {
		read -r pv uv new_uv visits depth bounce stay back rest
		printf '%s %s %s %s %.6f %.6f %.6f %s %s %.6f\n' "$pv" "$uv" "$new_uv" "$visits" "$depth" "$bounce" "$stay" "$back" \
			"${rest% *}" "${rest##* }"
	}
}
