# portraits.jq - the members portraits, tags, segments and moves of portrait.json, from the tables of steps/portraits.sh.
#
# What nobody knows is null: traffic without events, what was bought without orders. What is known and did not happen is 0.
include "tables";

# $when: whether that is known.
def count($when): if $when then . // "0" | number else null end;
def rate($when): if $when then number else null end;
def amount($when): if $when then . // "0" | money($digits) else null end;
def mean($when): if $when then money($digits) else null end;

# A list of numbers as it is written, all zeros where there is none.
def numbers($n): if . == null then [range($n) | 0] else map(tonumber) end;
def week: numbers(168) | [range(0; 168; 24) as $i | .[$i:$i + 24]];

# Lines whose first columns are keys, as objects of objects.
def by_two: reduce .[] as $l ({}; .[$l[0]][$l[1]] = $l[2:]);
def by_name: reduce .[] as $row ({}; .[$row.segment] = $row);

# The figures of a night before, by segment and day.
def nights: reduce .[] as $n ({}; .[$n.segment][$n.day] = $n);

def counts($people):
  if . == null then {n: 0, missing: $people, rows: [], other: 0}
  else {n: (.[0] | tonumber), missing: (.[1] | tonumber), rows: [range(3; length; 2) as $i | [(.[$i] | untsv), (.[$i + 1] | tonumber)]],
    other: (.[2] | tonumber)} end;

($people | table | by_name) as $people
| ($orders | table | by_name) as $orders
| ($values | lines | by_two) as $values
| ($places | lines | by_two) as $places
| (reduce ($grid | lines[]) as $l ({}; .[$l[0]][$l[1] + $l[2]] = ($l[3] | tonumber))) as $grid
| ($nights | table | nights) as $nights
| ($changes | table | by_name) as $changes
# With a handful of buyers rfm-score gives nobody a score. A tag of which nothing is known of anybody is none.
| [$tags | lines[] | select(($values.store[.[0]][0] // "0") != "0")] as $shown
| ($has.orders or $has.customers) as $accounts
# Whether customers are told from visitors: with events alone, when some log in.
| ($accounts or ($people.store.base_customers // "0") != "0") as $told
| def portrait($name):
    $people[$name] as $p | ($orders[$name] // {}) as $o | ($values[$name] // {}) as $v | ($places[$name] // {}) as $t
    | ($p.base_people | tonumber) as $n
    | ($p.base_customers | count($told)) as $customers | ($p.base_subscribers | count($has.customers)) as $subscribers
    | ($p.base_repurchase_rate | rate($has.orders)) as $repurchase_rate
    | def as_kept($what; $now): [$trend_days[:-1][] as $d | $nights[$name][$d][$what] | number] + [$now];
      def by_day($what; f): if $has.orders then [$t[$what] as $all | range($trend_days | length) as $i
          | if $history.orders != null and $history.orders <= $trend_days[$i] then $all[$i] // "0" | f else null end] else null end;
    {
      base: {people: $n, customers: $customers, visitors: ($p.base_visitors | count($has.events)), subscribers: $subscribers,
        buyers: ($o.base_buyers | count($has.orders)), orders: ($o.base_orders | count($has.orders)), amount: ($o.base_amount | amount($has.orders)),
        amount_per_buyer: ($o.base_amount_per_buyer | mean($has.orders)), amount_per_order: ($o.base_amount_per_order | mean($has.orders)),
        orders_per_buyer: ($o.base_orders_per_buyer | rate($has.orders)), repurchase_rate: $repurchase_rate},
      traffic: (if $has.events then {pv: ($p.traffic_pv | count(true)), uv: ($p.traffic_uv | count(true)), new_uv: ($p.traffic_new_uv | count(true)),
        returning_uv: ($p.traffic_returning_uv | count(true)), visits: ($p.traffic_visits | count(true)), depth: ($p.traffic_depth | number),
        bounce_rate: ($p.traffic_bounce_rate | number), stay_seconds: ($p.traffic_stay_seconds | number)} else null end),
      funnel: (if $has.events then {view: ($p.funnel_view | count(true)), product: ($p.funnel_product | count(true)), cart: ($p.funnel_cart | count(true)),
        checkout: ($p.funnel_checkout | count(true)), paid: ($p.funnel_paid | count($has.orders))} else null end),
      deals: (if $has.orders then {new_customers: ($p.deals_new_customers | count(true)), old_customers: ($p.deals_old_customers | count(true)),
        new_buyers: ($o.deals_new_buyers | count(true)), old_buyers: ($o.deals_old_buyers | count(true)),
        new_amount: ($o.deals_new_amount | amount(true)), old_amount: ($o.deals_old_amount | amount(true))} else null end),
      tags: (reduce $shown[] as $tag ({}; .[$tag[0]] = ($v[$tag[0]] | counts($n)))),
      rfm: (if $has.orders and $grid.store then {grid: [range(1; 6) as $r | [range(1; 6) as $f | $grid[$name]["\($r)\($f)"] // 0]]} else null end),
      time: {visits: (if $has.events then $t.visits | week else null end), orders: (if $has.orders then $t.orders | week else null end),
        months: (if $has.orders then $t.months | numbers(12) else null end), quarters: (if $has.orders then $t.quarters | numbers(4) else null end)},
      trend: {customers: as_kept("customers"; $customers), subscribers: as_kept("subscribers"; $subscribers), repurchase_rate: as_kept("repurchase_rate"; $repurchase_rate),
        buyers: by_day("day_buyers"; tonumber), orders: by_day("day_orders"; tonumber), amount: by_day("day_amount"; money($digits))}
    };
{
  tags: (reduce $shown[] as $tag ({}; .[$tag[0]] = {group: $tag[1], multiple: ($tag[3] == "multiple")})),
  portraits: (reduce ("store", $words[0].segments[].name) as $name ({}; if $people[$name] then .[$name] = portrait($name) else . end)),
  segments: [$words[0].segments[] | . + ($people[.name] as $p | $changes[.name] as $c
    # Nobody is in it: with a stream missing that people are made of, perhaps nobody can be.
    | (if $p then $p.base_people | tonumber elif $complete then 0 else null end) as $n
    | {people: $n, customers: (if $n == null then null else $p.base_customers | count($told) end),
       visitors: (if $n == null then null else $p.base_visitors | count($has.events) end),
       since: (if $since == "" then null else $since end)}
    + (if $since == "" or $n == null then {before: null, joined: null, left: null}
       else {before: ($c.before | count(true)), joined: ($c.joined | count(true)), left: ($c.left | count(true))} end)
    + {action: null})],
  moves: (if $since == "" or ($has.orders | not) then null
    else {since: $since, rows: [$moves | table[] | .customers |= tonumber]} end)
}
