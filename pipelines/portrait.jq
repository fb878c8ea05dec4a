# portrait.jq - the store's part of portrait.json (schema 2) from the tables of one day.
#
# $cells: the cells of metrics, a line each. Other tables come as text, canonical tsv with a header. Counts become numbers; rates, too, with at most six decimals;
# money stays a string, padded to the currency's digits (tables.jq).
include "tables";

def money: money($digits);

def is_money: IN("amount", "amount_net", "unidentified_amount", "amount_identified", "amount_per_buyer", "amount_per_order",
  "amount_per_new_buyer", "amount_per_old_buyer", "amount_per_buyer_mean_of_days");

def traffic_names: ["pv", "uv", "new_uv", "returning_uv", "return_uv_7d", "pv_per_uv", "visits", "depth", "depth_mean_of_days",
  "bounce_rate", "stay_seconds", "engaged_visits", "engaged_rate", "product_uv", "cart_uv", "checkout_uv"];
def refund_names: ["amount_net", "refund_rate", "refund_amount_rate"];
def order_names: ["buyers", "orders", "amount"] + refund_names + ["unidentified_orders", "unidentified_amount", "amount_identified",
  "new_buyers", "old_buyers", "return_buyers", "reactivated", "amount_per_buyer", "amount_per_buyer_mean_of_days", "amount_per_order",
  "amount_per_new_buyer", "amount_per_old_buyer", "orders_per_buyer", "items", "items_per_buyer", "items_per_order",
  "repurchase_rate", "buyers_365"];
def both_names: ["conversion", "conversion_per_visit", "conversion_seen", "buyers_seen", "cart_buyers", "cart_conv"];

# A metric of a cell as it is written; counts of orders that a cell of visitors does not have are 0.
def value($cell; $name; $zero):
  $cell[$name] as $v
  | if $name | is_money then ($v // (if $zero and ($name | . == "amount" or . == "unidentified_amount") then "0" else null end)) | money
    elif $v == null and $zero and ($name | IN("buyers", "orders", "unidentified_orders", "new_buyers", "old_buyers", "return_buyers",
      "reactivated", "buyers_seen")) then 0
    else $v | number end;

def names($of): (if $of.events then traffic_names else [] end) + (if $of.orders then order_names - (if $of.refunds then [] else refund_names end) else [] end)
  + (if $of.events and $of.orders then both_names else [] end);

def metrics($cell; $of): reduce names($of)[] as $name ({}; .[$name] = value($cell; $name; true));

def total_only: ["return_uv_7d", "depth_mean_of_days", "amount_per_buyer_mean_of_days", "repurchase_rate", "buyers_365"] + refund_names;

# What is in metrics/DAY.tsv for every cut, but would make the portrait long.
def detail_names: ["amount_identified", "engaged_visits", "product_uv", "checkout_uv", "cart_buyers", "buyers_seen", "amount_per_new_buyer",
  "amount_per_old_buyer", "orders_per_buyer", "items", "items_per_order"];

# The rows of a cut. gender and age_band are known of buyers only.
def row($cell; $of; $who):
  {key: $cell.key}
  + reduce (names(if $who then $of + {events: false} else $of end) - total_only - detail_names | .[]) as $name ({};
      .[$name] = (if $name | IN(traffic_names[], both_names[]) then value($cell; $name; false)
        else value($cell; $name; true) end));

def in_order: sort_by([-(.uv // "-1" | tonumber), -(.amount // "0" | tonumber), .key]);
def rows($cells; $cut; $of; $who): [$cells[] | select(.cut == $cut)] | in_order | map(row(.; $of; $who));

# The rows of a cut by two: the key is a list, missing values null; only the headline numbers.
def pair_rows($cells; $cut; $of):
  (["uv", "visits", "buyers", "orders", "amount", "conversion"] | map(select(. as $name | names($of) | index($name)))) as $shown
  | [$cells[] | select(.cut == $cut) | . as $cell
     | {key: (.key | split("\t") | map(if . == "" then null else . end))}
       | reduce $shown[] as $name (.; .[$name] = value($cell; $name; $name | IN("buyers", "orders", "amount")))]
  | sort_by([-(.uv // -1), -(.amount // "0" | tonumber), (.key | map(. // ""))]);

# What robots did and everybody, robots included; null: nobody knows.
def robots($cell): {pv: ($cell.bot_pv | number), uv: ($cell.bot_uv | number), visits: ($cell.bot_visits | number),
  all: {pv: ($cell.all_pv | number), uv: ($cell.all_uv | number), visits: ($cell.all_visits | number)}};

# ---- why the amount of buyers changed ---------------------------------------------------------------------
# A = uv · conversion · amount_per_buyer, so a change of A is the sum of L(A1, A0) · ln(x1 / x0) over the three factors x, L being the
# logarithmic mean, (a - b) / (ln a - ln b): the additive LMDI I of B. W. Ang, "The LMDI approach to decomposition analysis: a
# practical guide", Energy Policy 33 (2005). Amounts are counted in the currency's smallest unit.

def minor: money | gsub("[.]"; "") | tonumber;
def from_minor:
  (if . < 0 then "-" else "" end) as $sign | fabs | tostring
  | if $digits == 0 then $sign + . else ("000000" + .)[-([length, $digits + 1] | max):] | $sign + .[:-$digits] + "." + .[-$digits:] end;

# Of amounts that hardly differ the arithmetic mean is the logarithmic one to nine digits, and loses none by subtraction.
def log_mean($a; $b): if ($a - $b | fabs) < 0.0001 * $a then ($a + $b) / 2 else ($a - $b) / ($a / $b | log) end;

# What the change is made of; the parts are rounded, and what is left over goes to the largest.
def change($now; $was):
  ($now.amount_identified // "0" | minor) as $a1 | ($was.amount_identified // "0" | minor) as $a0
  | [$now, $was | .uv, .buyers | number // 0] as [$u1, $b1, $u0, $b0]
  | {amount: ($a1 - $a0 | from_minor)}
    + if [$a1, $a0, $u1, $u0, $b1, $b0] | all(. > 0) then
        log_mean($a1; $a0) as $mean
        | [$u1 / $u0, $b1 / $b0 / ($u1 / $u0), $a1 / $a0 / ($b1 / $b0) | $mean * log] as $exact
        | ($exact | map(round)) as $parts
        | ($exact | map(fabs) | index(max)) as $largest
        | ($parts | .[$largest] += $a1 - $a0 - add | map(from_minor)) as [$uv, $conversion, $amount]
        | {uv: $uv, conversion: $conversion, amount_per_buyer: $amount}
      else {uv: null, conversion: null, amount_per_buyer: null} end;

# A change a row of the cut, then of those which were there before only.
def changes_of($now; $was; $cut):
  ([$was[] | select(.cut == $cut)] | in_order) as $earlier
  | ([$now[] | select(.cut == $cut)] | in_order) as $rows
  | [($rows[] | . as $row | [$row, ([$earlier[] | select(.key == $row.key)][0] // {})]),
     ($earlier[] | . as $row | select(all($rows[]; .key != $row.key)) | [{key}, $row])]
  | map({key: .[0].key} + change(.[0]; .[1]));

def begins_by($day): . != null and . <= $day;

($identity | table | .[0] // {}) as $linked
| ($clusters | table) as $sizes
| {events: $has.events, orders: $has.orders, refunds: $has.refunds} as $has_all
| def known($from): {
    events: ($has.events and ($history.events | begins_by($from))),
    orders: ($has.orders and ($history.orders | begins_by($from))),
    refunds: $has.refunds};
  def cell($period; $part): [$cells[] | select(.period == $period and .part == $part and .cut == "total")][0] // {};
  # Metrics of days that the history may not reach back to: those that nobody knows are null.
  def known_metrics($cell; $was): reduce (metrics($cell; $has_all) | to_entries[]) as $m ({};
    .[$m.key] = (if (($m.key | IN(traffic_names[])) and ($was.events | not))
      or (($m.key | IN(order_names[])) and ($was.orders | not))
      or (($m.key | IN(both_names[])) and (($was.events and $was.orders) | not)) then null else $m.value end));
{
  schema: 2,
  limn: $limn,
  store: (if $store == "" then null else $store end),
  day: $day,
  zone: $zone,
  currency: (if $currency == "" then null else $currency end),
  home: (if $home == "" then null else $home end),
  bots: $bots,
  min_cell: null,
  streams: $streams,
  absent: [$streams | to_entries[] | select(.value.present | not) | .key],
  history_begins: {events: $history.events, orders: $history.orders},
  provisional: $provisional,
  labels: $words[0].labels,
  definitions: $definitions[0],
  periods: (reduce ($spans | table)[] as $s ({}; .[$s.period][$s.part] = {from: $s.from, to: $s.to}) | with_entries(.key as $period | .value as $p | .value = (
    known($p.current.from) as $knows | known($p.previous.from) as $knew
    | [$cells[] | select(.period == $period)] as $all
    | [$all[] | select(.part == "current")] as $now | [$all[] | select(.part == "previous")] as $earlier
    | $p.current + {
    complete: ([if $has.events then $knows.events else empty end, if $has.orders then $knows.orders else empty end] | all),
    previous: $p.previous,
    last_year: $p.last_year,
    metrics: (metrics(cell($period; "current"); $has_all)
      # Buyers of days without events would be those of the visitors of the others.
      | if $has.events and $has.orders and ($knows.events | not) and $history.orders != null and $history.orders < $history.events
        then .conversion = null else . end),
    bots: (if $has.events then robots(cell($period; "current")) else null end),
    before: known_metrics(cell($period; "previous"); $knew),
    year_ago: known_metrics(cell($period; "last_year"); known($p.last_year.from)),
    changes: (if $has.orders and $knew.orders then
        ($has.events and $knew.events) as $seen
        | def counted: if $seen then . else del(.uv) end;
        {total: change(cell($period; "current") | counted; cell($period; "previous") | counted),
         channel: (if $seen then changes_of($now; $earlier; "channel") else [] end),
         country: (if $seen then changes_of($now; $earlier; "country") else [] end)}
      else null end),
    cuts: (if any($now[]; .cut != "total") | not then {} else
      (reduce ("visitor", "country", "source", "platform", "channel", "campaign", "region", "language") as $cut ({};
          if $has.events then .[$cut] = rows($now; $cut; $has_all; false) else . end))
      + (reduce ($pairs | split(" ")[]) as $cut ({};
          if $has.events then .[$cut] = pair_rows($now; $cut; $has_all) else . end))
      + (reduce ("gender", "age_band") as $cut ({};
          if $has.orders and $has.customers then .[$cut] = rows($now; $cut; $has_all; true) else . end)) end)
  }))),
  trend: [$trend_days[] as $d
    | ([$cells[] | select(.period == "trend" and .key == $d)][0] // {}) as $c
    | {day: $d}
      + (if $has.events then if $history.events | begins_by($d)
          then {uv: ($c.uv // "0" | number), pv: ($c.pv // "0" | number), visits: ($c.visits // "0" | number)}
          else {uv: null, pv: null, visits: null} end else {} end)
      + (if $has.orders then if $history.orders | begins_by($d)
          then {buyers: ($c.buyers // "0" | number), orders: ($c.orders // "0" | number), amount: ($c.amount // "0" | money)}
          else {buyers: null, orders: null, amount: null} end else {} end)],
  identity: (if $has.events or $has.orders then {
      visitors: ($linked.visitors // "0" | number), customers: ([$sizes[] | select(.cut != "total") | .customers | number] | add // 0),
      shared_visitors: ($linked.shared // "0" | number),
      clusters: [$sizes[] | select(.cut != "total") | {visitors: (.visitors | number), customers: (.customers | number)}]}
    else null end),
  surveys: (if $streams.surveys.present then {
      answers: ($answers | tonumber),
      unknown: [$unknown | split("\n")[] | select(. != "") | split("\t") | {question: (if .[0] == "" then null else .[0] end), answers: (.[1] | tonumber)}]}
    else null end),
  quality: ([$ledgers | split("\n")[] | select(. != "") | split("\t")] as $read
    | [$quality | split("\n")[] | select(. != "") | split("\t")
    | .[0] as $stream
    | {stream: $stream,
       records: ([$read[] | select(.[0] == $stream) | .[1] | tonumber] | add),
       duplicate: ([$read[] | select(.[0] == $stream) | .[2] | tonumber] | add),
       rejected: (.[1] | tonumber), late: (.[2] | tonumber), too_late: (.[3] | tonumber),
       missing: [$filled | lines[] | select(.[0] == $stream) | {column: .[1], records: (.[2] | tonumber), missing: (.[3] | tonumber)}]}]),
  ignored: [$ignored | split("\n")[] | select(. != "")]
}
