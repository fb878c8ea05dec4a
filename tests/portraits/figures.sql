-- figures.sql - the figures of every portrait of the sample store by SQL, for the day 2026-11-21 in Shanghai: table want
-- (segment, path, value). The tables people and members (of the day), people_before and members_before (of a week before) and
-- raw_sessions are the warehouse's; raw_orders and raw_rates are the store's files.

-- ---- who -------------------------------------------------------------------------------------------
create index people_key on people(person_id);
create table who as select 'store' segment, person_id person from people where not (bot = 'true' and customer_id = '\N')
  union all select segment, person_id from members join people using (person_id) where not (bot = 'true' and customer_id = '\N');
create index who_person on who(person);
create index people_before_key on people_before(person_id);
create table was as select 'store' segment, person_id person from people_before where not (bot = 'true' and customer_id = '\N')
  union all select segment, person_id from members_before join people_before using (person_id) where not (bot = 'true' and customer_id = '\N');
create unique index who_key on who(segment, person);
create unique index was_key on was(segment, person);
create table segments as select distinct segment from who;
create table rows as select segment, p.* from who join people p on p.person_id = who.person;
create table want(segment, path, value);

-- ---- base, traffic, funnel, deals ------------------------------------------------------------------
insert into want select segment, 'base.people', count(*) from rows group by 1;
insert into want select segment, 'base.customers', sum(customer_id <> '\N') from rows group by 1;
insert into want select segment, 'base.visitors', sum(customer_id = '\N') from rows group by 1;
insert into want select segment, 'base.subscribers', sum(email_subscription_status = 'SUBSCRIBED') from rows group by 1;
insert into want select segment, 'base.repurchase_rate', 1.0 * sum(purchase_days_365d + 0 >= 2) / nullif(sum(purchase_days_365d + 0 >= 1), 0) from rows group by 1;
insert into want select segment, 'traffic.pv', sum(pv_30d + 0) from rows group by 1;
insert into want select segment, 'traffic.uv', sum(pv_30d + 0 > 0) from rows group by 1;
insert into want select segment, 'traffic.new_uv', sum(pv_30d + 0 > 0 and first_visit_date between '2026-10-23' and '2026-11-21') from rows group by 1;
insert into want select segment, 'traffic.returning_uv', sum(pv_30d + 0 > 0 and first_visit_date < '2026-10-23') from rows group by 1;
insert into want select segment, 'traffic.visits', sum(visits_30d + 0) from rows group by 1;
insert into want select segment, 'traffic.depth', 1.0 * sum(pv_30d + 0) / nullif(sum(visits_30d + 0), 0) from rows group by 1;
insert into want select segment, 'traffic.bounce_rate', 1.0 * sum(bounces_30d + 0) / nullif(sum(visits_30d + 0), 0) from rows group by 1;
insert into want select segment, 'traffic.stay_seconds', 1.0 * sum(stay_seconds_30d + 0) / nullif(sum(visits_30d + 0), 0) from rows group by 1;
create table steps as select segment, pv_30d + 0 > 0 seen, product_views_30d + 0 > 0 product, cart_adds_30d + 0 > 0 cart,
  checkouts_30d + 0 > 0 checkout, orders_30d + 0 > 0 paid from rows;
insert into want select segment, 'funnel.view', sum(seen) from steps group by 1;
insert into want select segment, 'funnel.product', sum(seen and (product or cart or checkout or paid)) from steps group by 1;
insert into want select segment, 'funnel.cart', sum(seen and (cart or checkout or paid)) from steps group by 1;
insert into want select segment, 'funnel.checkout', sum(seen and (checkout or paid)) from steps group by 1;
insert into want select segment, 'funnel.paid', sum(seen and paid) from steps group by 1;

create table orders as select * from (select *, row_number() over (partition by order_id order by strftime('%s', updated_at) + 0 desc) last from raw_orders) where last = 1;
create table rates as select distinct day, currency, rate + 0.0 rate from raw_rates;
create index rate_key on rates(day, currency);
create table paid as select order_id, customer_id person, date(paid_at, '+8 hours') day, amount * r.rate money,
    (strftime('%w', created_at, '+8 hours') + 6) % 7 weekday, strftime('%H', created_at, '+8 hours') + 0 hour
  from orders o join rates r on r.day = date(paid_at, '+8 hours') and r.currency = o.currency
  where paid_at <> '' and status not in ('test', 'deleted') and customer_id <> '' and date(paid_at, '+8 hours') <= '2026-11-21';
create index paid_person on paid(person);
create table firsts as select person, min(day) first from paid group by 1;
create table bought as select segment, paid.*, first from paid join firsts using (person) join who using (person) where day >= '2025-11-22';
create table sums as select segment, count(distinct b.person) buyers, count(b.order_id) orders, total(money) amount,
    count(distinct case when first >= '2026-10-22' and day >= '2026-10-23' then b.person end) new_buyers,
    count(distinct case when first < '2026-10-22' and day >= '2026-10-23' then b.person end) old_buyers,
    total(case when first >= '2026-10-22' and day >= '2026-10-23' then money end) new_amount,
    total(case when first < '2026-10-22' and day >= '2026-10-23' then money end) old_amount
  from segments left join bought b using (segment) group by 1;
insert into want select segment, 'base.buyers', buyers from sums;
insert into want select segment, 'base.orders', orders from sums;
insert into want select segment, 'base.amount', amount from sums;
insert into want select segment, 'base.amount_per_buyer', amount / nullif(buyers, 0) from sums;
insert into want select segment, 'base.amount_per_order', amount / nullif(orders, 0) from sums;
insert into want select segment, 'base.orders_per_buyer', 1.0 * orders / nullif(buyers, 0) from sums;
insert into want select segment, 'deals.new_buyers', new_buyers from sums;
insert into want select segment, 'deals.old_buyers', old_buyers from sums;
insert into want select segment, 'deals.new_amount', new_amount from sums;
insert into want select segment, 'deals.old_amount', old_amount from sums;
insert into want select segment, 'deals.new_customers', count(first) from segments left join
  (select segment, first from who join firsts using (person) where first >= '2026-10-22') using (segment) group by 1;
insert into want select segment, 'deals.old_customers', count(first) from segments left join
  (select segment, first from who join firsts using (person) where first < '2026-10-22') using (segment) group by 1;

-- ---- RFM, time, trend ------------------------------------------------------------------------------
insert into want select segment, 'rfm.grid.' || (r - 1) || '.' || (f - 1), count(*) from rows where r <> '\N' group by 1, 2;
create table owner as select visitor_id, customer_id from
  (select *, row_number() over (partition by visitor_id order by last_at desc, customer_id desc) last from identity) where last = 1;
create table seen as select segment, (strftime('%w', started_at, '+8 hours') + 6) % 7 weekday, strftime('%H', started_at, '+8 hours') + 0 hour
  from (select s.started_at, coalesce(nullif(s.customer_id, '\N'), o.customer_id, s.visitor_id) person from raw_sessions s left join owner o using (visitor_id)
    where s.day >= '2026-10-23') join who using (person);
insert into want select segment, 'time.visits.' || weekday || '.' || hour, count(*) from seen group by 1, 2;
insert into want select segment, 'time.orders.' || weekday || '.' || hour, count(*) from bought group by 1, 2;
insert into want select segment, 'time.months.' || (substr(day, 6, 2) - 1), count(*) from bought group by 1, 2;
insert into want select segment, 'time.quarters.' || ((substr(day, 6, 2) - 1) / 3), count(*) from bought group by 1, 2;
create table trend as select segment, day, cast(julianday(day) - julianday('2026-10-23') as integer) i, count(distinct person) buyers, count(*) orders, sum(money) amount
  from bought where day >= '2026-10-23' group by 1, 2;
insert into want select segment, 'trend.buyers.' || i, buyers from trend;
insert into want select segment, 'trend.orders.' || i, orders from trend;
insert into want select segment, 'trend.amount.' || i, amount from trend;

-- ---- changes ---------------------------------------------------------------------------------------
create table changes as select segment, sum(past) before, sum(now and not past) joined, sum(past and not now) left_it from
    (select segment, max(now) now, max(past) past from (select segment, person, 1 now, 0 past from who union all select segment, person, 0, 1 from was) group by segment, person)
  where segment <> 'store' group by segment;
create table moves as select coalesce(nullif(b.lifecycle, '\N'), '') was_in, coalesce(nullif(n.lifecycle, '\N'), '') is_in, count(*) customers
  from (select person_id from people where customer_id <> '\N' union select person_id from people_before where customer_id <> '\N') all_of
  left join people_before b on b.person_id = all_of.person_id and b.customer_id <> '\N'
  left join people n on n.person_id = all_of.person_id and n.customer_id <> '\N' group by 1, 2;
