-- rows.sql - the row of each person by SQL, from the raw files of the sample store, for the day 2026-11-21 in Shanghai:
-- The tables raw_* hold the files as they are.

-- ---- events, visits, links -------------------------------------------------------------------------
create table asof as select '2026-11-21' a, '2026-10-23' month, strftime('%s', '2026-11-21 16:00:00') + 0 ends;
create table events as select *, date(ts, '+8 hours') day, strftime('%s', ts) + 0 t, strftime('%H', ts, '+8 hours') + 0 hour from raw_events group by event_id;
create table marked as
  select *, sum(new) over (partition by visitor_id order by t, event_id) nth from
    (select *, coalesce(t - lag(t) over (partition by visitor_id order by t, event_id), 9999) > 1800 new from events
     where event not in ('email_sent', 'email_open', 'email_click'));
create index marked_session on marked(visitor_id, nth);
create table sessions as select visitor_id, nth, min(day) day, min(t) started, max(t) - min(t) stay, max(nullif(customer_id, '')) customer_id,
    sum(event in ('page_view', 'product_view')) pv, sum(event = 'purchase') purchases from marked group by visitor_id, nth;
create index session_key on sessions(visitor_id, nth);
create table orders as select * from (select *, row_number() over (partition by order_id order by strftime('%s', updated_at) + 0 desc) last from raw_orders) where last = 1;
create table links as select visitor_id, customer_id from events where customer_id <> '' and event not in ('email_sent', 'email_open', 'email_click')
  union select visitor_id, customer_id from orders where customer_id <> '' and visitor_id <> '';
create table owner as select visitor_id, max(customer_id) person from links group by visitor_id;
create index owner_key on owner(visitor_id);
create table visits as select s.*, coalesce(s.customer_id, o.person, s.visitor_id) person from sessions s left join owner o using (visitor_id);
create index visit_person on visits(person, day);
create table done as
  select m.*, coalesce(s.customer_id, o.person, m.visitor_id) person from marked m join sessions s using (visitor_id, nth) left join owner o using (visitor_id)
    where m.day >= (select month from asof)
  union all
  select e.*, null, null, coalesce(nullif(e.customer_id, ''), o.person, e.visitor_id) from events e left join owner o using (visitor_id)
    where event in ('email_sent', 'email_open', 'email_click') and e.day >= (select month from asof);
create index done_person on done(person, event);
create table persons as
  select person, 1 customer from (select distinct customer_id person from raw_customers union select customer_id from orders where customer_id <> ''
    union select customer_id from links)
  union select person, 0 from done where event not in ('email_sent', 'email_open', 'email_click') and person not in (select customer_id from links);

-- ---- orders ----------------------------------------------------------------------------------------
create table rates as select distinct day, currency, rate + 0.0 rate from raw_rates;
create index rate_key on rates(day, currency);
create table paid as select o.*, date(paid_at, '+8 hours') day, strftime('%s', paid_at) + 0 t, o.amount * r.rate money, o.discount * r.rate off, r.rate rate
  from orders o join rates r on r.day = date(paid_at, '+8 hours') and r.currency = o.currency
  where paid_at <> '' and status not in ('test', 'deleted');
create index paid_person on paid(customer_id, day);
create table back as select p.customer_id, f.order_id, date(refunded_at, '+8 hours') day, f.amount * r.rate money
  from raw_refunds f join rates r on r.day = date(refunded_at, '+8 hours') and r.currency = f.currency join paid p using (order_id);
create index back_person on back(customer_id);
create table paying as select coalesce(nullif(p.customer_id, ''), o.person, p.visitor_id) person, max(t) t from paid p left join owner o using (visitor_id) group by 1;
create index paying_key on paying(person);
create table days as select distinct customer_id, day from paid where customer_id <> '';
create table gaps as select customer_id, gap, row_number() over (partition by customer_id order by gap) i, count(*) over (partition by customer_id) n from
  (select customer_id, julianday(day) - julianday(lag(day) over (partition by customer_id order by day)) gap from days) where gap is not null;

-- ---- items -----------------------------------------------------------------------------------------
create table items as select p.customer_id, p.day, i.product_id, i.category, i.brand, i.quantity + 0 quantity, i.price * p.rate price,
    i.price * p.rate * i.quantity amount, date(l.launched_at, '+8 hours') launched
  from raw_order_items i join paid p using (order_id) left join raw_products l using (product_id) where p.customer_id <> '';
create index items_person on items(customer_id);
create table units as select product_id, sum(quantity) units, row_number() over (order by sum(quantity)) i, count(*) over () n from items group by product_id;
create table priced as select price, row_number() over (order by price) i, count(*) over () n from items;
create table cut as select (select units from units where i = (n * 4 + 4) / 5) top, (select units from units where i = (n + 1) / 2) low,
  (select price from priced where i = (n * 9 + 9) / 10) dear;
create table own_prices as select customer_id, price, row_number() over (partition by customer_id order by price) i, count(*) over (partition by customer_id) n from items;
create table sku_days as select distinct customer_id, product_id, day from items;
create table sku_gaps as select product_id, gap from
  (select product_id, julianday(day) - julianday(lag(day) over (partition by customer_id, product_id order by day)) gap from sku_days) where gap is not null;
create table of_sku as select product_id, avg(gap) cycle, max(n) n from
  (select product_id, gap, row_number() over (partition by product_id order by gap) i, count(*) over (partition by product_id) n from sku_gaps)
  where i in ((n + 1) / 2, n / 2 + 1) group by product_id;
create table sku_category as select distinct product_id, category from items;
create table of_category as select category, avg(gap) cycle from
  (select category, gap, row_number() over (partition by category order by gap) i, count(*) over (partition by category) n from sku_gaps join sku_category using (product_id))
  where i in ((n + 1) / 2, n / 2 + 1) group by category;
create table due as select customer_id, product_id, count(*) days, julianday('2026-11-21') - julianday(max(day)) since,
    case when s.n >= 10 then s.cycle else c.cycle end cycle
  from sku_days join sku_category using (product_id) left join of_sku s using (product_id) left join of_category c using (category) group by customer_id, product_id;
create index due_key on due(customer_id);

-- ---- surveys ---------------------------------------------------------------------------------------
create table answers as select coalesce(nullif(s.customer_id, ''), o.person, nullif(s.visitor_id, '')) person, respondent_id, question, answer, answered_at
  from (select distinct * from raw_surveys) s left join owner o using (visitor_id);
create index answer_key on answers(person, question);

-- What of a visit another test asks (sources.bats) is taken as sessions/DAY says it, here raw_sessions.
create table all_visits as select nullif(s.channel, '\N') channel, replace(s.source, '\N', '') source, replace(s.campaign, '\N', '') campaign,
    replace(s.platform, '\N', '') platform, replace(s.os, '\N', '') os, replace(s.browser, '\N', '') browser, nullif(s.bot, '\N') bot, day,
    s.started_at started, coalesce(nullif(s.customer_id, '\N'), o.person, s.visitor_id) person from raw_sessions s left join owner o using (visitor_id);
create index all_visit_person on all_visits(person);
create table seen_visits as select * from all_visits where day >= '2026-10-23';
create index seen_visit_person on seen_visits(person);
create table accounts as select * from (select *, row_number() over (partition by customer_id order by strftime('%s', updated_at) + 0 desc) last from raw_customers) where last = 1;
create unique index account_key on accounts(customer_id);
-- RFM of the last 365 days: amounts less what was given back of each order.
create table bought as select customer_id, julianday('2026-11-21') - julianday(max(day)) recency, max(t) last, count(*) orders,
    sum(money - coalesce((select total(b.money) from back b where b.order_id = p.order_id), 0)) amount, count(distinct day) days
  from paid p where customer_id <> '' and day >= '2025-11-22' group by customer_id;
create table scored as select *, 1 + min(4, 5 * (rank() over (order by last) - 1) / count(*) over ()) r,
    1 + min(4, 5 * (rank() over (order by orders) - 1) / count(*) over ()) f,
    1 + min(4, 5 * (rank() over (order by round(amount, 6)) - 1) / count(*) over ()) m,
    recency <= avg(recency) over () r_high, orders >= avg(orders) over () and days >= 2 f_high, amount >= avg(amount) over () m_high from bought;
create unique index scored_key on scored(customer_id);
create table lapsed as select distinct customer_id, (select julianday('2026-11-21') - julianday(max(day)) from paid q where q.customer_id = p.customer_id) recency
  from paid p where customer_id <> '' and customer_id not in (select customer_id from bought);
create unique index lapsed_key on lapsed(customer_id);
