# min-cell.jq - the portrait without counts of fewer than $k people, and without what would give them away (--min-cell).
#
# A count between 0 and $k is left out (null), with all that is computed of it. Where it stands in a table of which the
# total is known, further cells are left out with it, the smallest first, until nobody can tell what any of them is: at
# least two, of twice $k together, and not all alike. Rows that are left out stand behind the others, by their names, since the
# place of a row would tell how large it is. What else is done, against which attack, and what is not: docs/portrait.md.

def small: . != null and . > 0 and . < $k;
# A part of a whole is as telling as the rest of it.
def telling_of($whole): small or (. != null and $whole != null and ($whole - . | small));
def without($names): reduce $names[] as $name (.; if has($name) then .[$name] = null else . end);
def number: if . == null then null else tonumber end;
def times($a; $b): if $a == null or $b == null then null else $a * $b | round end;

# ---- tables --------------------------------------------------------------------------------------

# Whether nobody can tell the cells that are left out, of these sizes, from their sum.
def unclear: length == 0 or (length >= 2 and add >= 2 * $k and (unique | length) >= 2);

# Input: the sizes of a table's cells. Which are left out when those of $must are, as a list of booleans; null: whatever
# is left out, the total gives it away.
def mask($must):
  . as $n
  | [range(length) as $i | ($n[$i] // 0) > 0 and (($must[$i] // false) or ($n[$i] | small))] as $m
  | if any($m[]; .) | not then $m
    else [range(length) | select($m[.]) | $n[.]] as $out
      | ([range(length) | select(($m[.] | not) and ($n[.] // 0) > 0)] | sort_by($n[.])) as $next
      | def enough($i): if $out + [$n[$next[:$i][]]] | unclear then $i elif $i < ($next | length) then enough($i + 1) else null end;
        enough(0)
      | if . == null then null else reduce $next[:.][] as $i ($m; .[$i] = true) end end;

# The same for cells that are in several tables: $groups has the places of the cells of each.
def mask_groups($must; $groups):
  . as $n
  | def step: reduce $groups[] as $g (.; if . == null then . else . as $m
      | ([$n[$g[]]] | mask([$m[$g[]]])) as $new
      | if $new == null then null else reduce range($g | length) as $i (.; .[$g[$i]] = $new[$i]) end end);
    def settled: . as $m | step | if . == null or . == $m then . else settled end;
  [range(length) | $must[.] // false] | settled;

# The places of the rows by what f says of them: groups for mask_groups.
def places(f): . as $rows | [range(length) | {at: ., of: (. as $i | $rows[$i] | f)}] | group_by(.of) | map(map(.at));

# ---- metrics of a period or of a row of a cut ----------------------------------------------------

def of_traffic: ["pv", "uv", "new_uv", "returning_uv", "return_uv_7d", "pv_per_uv", "visits", "depth", "depth_mean_of_days", "bounce_rate",
  "stay_seconds", "engaged_visits", "engaged_rate", "product_uv", "cart_uv", "checkout_uv"];
def of_both: ["conversion", "conversion_per_visit", "conversion_seen", "buyers_seen", "cart_buyers", "cart_conv"];
def of_year: ["buyers_365", "repurchase_rate"];
def of_new: ["new_uv", "returning_uv"];
def of_old: ["new_buyers", "old_buyers", "return_buyers", "reactivated", "amount_per_new_buyer", "amount_per_old_buyer"];
# What tells the orders of unknown customers, or is told by taking them away.
def of_unknown: ["unidentified_orders", "unidentified_amount", "amount_identified", "amount_per_buyer", "amount_per_buyer_mean_of_days", "amount_per_new_buyer",
  "amount_per_old_buyer", "orders_per_buyer", "items_per_buyer"];

def visitors: if (.uv // 0) > 0 then .uv else .visits // 0 end;
def purchasers: if (.buyers // 0) > 0 then .buyers else .orders // 0 end;
def least(names): [.[names] // 0 | select(. > 0)] | min // 0;
def no_traffic: without(of_traffic + of_both);
def no_orders: without((keys_unsorted - ["key", "day"] - of_traffic - of_year) + of_both);

# One object of metrics by itself.
def careful:
  . as $m
  | ($m.uv // null) as $uv | ($m.buyers // null) as $buyers
  | if visitors | small then no_traffic else . end
  | if purchasers | small then no_orders else . end
  | if any($m.new_uv, $m.returning_uv; small) then without(of_new) else . end
  | reduce ("return_uv_7d", "product_uv", "cart_uv", "checkout_uv", "buyers_seen") as $x (.; if $m[$x] | telling_of($uv) then without([$x]) else . end)
  | (if has("cart_uv") and .cart_uv == null or (times($m.cart_conv; $m.cart_uv) | telling_of($m.cart_uv)) then without(["cart_conv", "cart_buyers"]) else . end)
  | (times($m.conversion_seen; $uv) as $seen
     | if $seen | telling_of($uv) or telling_of($buyers) then without(["conversion_seen", "buyers_seen"]) else . end)
  | if any($m.new_buyers, $m.old_buyers; small) then without(of_old) else . end
  | if any($m.return_buyers, $m.reactivated; telling_of($buyers)) or ($m.return_buyers | telling_of($m.old_buyers))
    then without(["return_buyers", "reactivated"]) else . end
  | if $m.unidentified_orders | telling_of($m.orders) then without(of_unknown) else . end
  | (if has("refund_rate") and $m.amount_net != $m.amount and (times($m.refund_rate; $m.orders) | . == null or . < $k)
     then without(["refund_rate", "refund_amount_rate", "amount_net"]) else . end)
  | if ($m.buyers_365 | small) or (times($m.repurchase_rate; $m.buyers_365) | telling_of($m.buyers_365)) then
      without(if $m.buyers_365 | small then of_year else ["repurchase_rate"] end) else . end;

# ---- cuts ----------------------------------------------------------------------------------------

# Input: rows of a cut in which what is small by itself is left out already. $rows: as they were. size: how large a row
# is, gone: whether it is left out, hide: to leave it out. null: the total would give it away.
def across($rows; $must; $groups; size; gone; hide):
  if . == null then null else
    ([$rows[] | size] | mask_groups($must; $groups)) as $m
    | if $m == null then null else [range(length) as $i | .[$i] | if $m[$i] then hide else . end] end end;

# $gone: keys (as JSON) of rows that must not be known, {traffic: [], orders: []}.
def cut($groups; $gone):
  . as $rows
  | def must($what; gone): [.[] | gone or (.key | tojson | IN($gone[$what][]))];
  map(careful)
  | if . == [] then . else
      across($rows; must("traffic"; .uv == null and has("uv")); $groups; visitors; false; no_traffic)
      | if . == null then . else across($rows; must("orders"; .buyers == null and has("buyers")); $groups; purchasers; false; no_orders) end
      | if . == null then . else across($rows; [.[] | has("new_uv") and .new_uv == null]; $groups; least("new_uv", "returning_uv"); false; without(of_new)) end
      | if . == null then . else across($rows; [.[] | has("new_buyers") and .new_buyers == null]; $groups; least("new_buyers", "old_buyers"); false; without(of_old)) end
      | if . == null then . else across($rows; [.[] | has("unidentified_orders") and .unidentified_orders == null]; $groups; .unidentified_orders // 0; false; without(of_unknown)) end
    end
  | . // []
  | sort_by([-(.uv // -1), -(.amount // "-1" | tonumber), (.key | tojson)]);

# $m: the metrics of the period as they are shown.
def cuts($m):
  def all: [[range(length)]];
  (if $m.uv == null and ($m | has("uv")) then map_values(map(no_traffic)) else . end)
  | (if $m.buyers == null and ($m | has("buyers")) then map_values(map(no_orders)) else . end)
  | (with_entries(select(.key | contains(",") | not)) | map_values(cut(all; {traffic: [], orders: []}))) as $single
  | . as $was
  | with_entries(
      if .key | contains(",") then
        (.key | split(",")) as $of
        | [$of[] as $name | select($was[$name] != null and $was[$name] != []) | $single[$name] | select(. == [])] as $lost
        | .value |= if $lost != [] then []
          else . as $rows
            | def lost($what): [range(2) as $i | [$single[$of[$i]][]? | select(.[$what] == null) | .key] as $keys
                | $rows[] | select(.key[$i] | IN($keys[])) | .key | tojson];
            cut([places(.key[0])[], places(.key[1])[], all[]]; {traffic: lost("uv"), orders: lost("buyers")}) end
      else .value = $single[.key] end);

# ---- periods and days ----------------------------------------------------------------------------

# $drop: {traffic: [], orders: []}, names of the periods (and, with " before", of those before) that must not be known.
def periods($drop):
  with_entries(.key as $name | .value |= (
    def shown($of): careful | (if $of | IN($drop.traffic[]) then no_traffic else . end) | if $of | IN($drop.orders[]) then no_orders else . end;
    .metrics |= shown($name) | .before |= shown($name + " before")
    | (if .year_ago then .year_ago |= careful else . end)
    | .metrics as $m | .before as $b
    | .cuts |= cuts($m)
    # New and returning visitors are a cut, too.
    | (if any(.cuts.visitor[]?; .uv == null) then .metrics |= without(of_new) else . end)
    | (if .bots == null or $m.uv == null or (.bots.uv | small) then .bots = null else . end)
    # Of how many people the rows of the period before are nobody knows here.
    | (if .changes then .changes |= (.channel = [] | .country = []
        | if any($m, $b | .uv, .buyers, .amount, .amount_per_buyer; . == null) then .total |= without(keys_unsorted) else . end) else . end)));

# Spans of days whose sum is known: {name, from, to, n}, of what $count counts; those are left out that are small.
def spans($what; $count):
  [to_entries[] | .key as $name | .value
   | ({name: $name, from, to} + (.metrics | {n: .[$count], size: (if $what == "traffic" then visitors else purchasers end)})),
     ({name: ($name + " before"), from: .previous.from, to: .previous.to} + (.before | {n: .[$count], size: (if $what == "traffic" then visitors else purchasers end)}))
   | select(.n != null)];

# Periods that end on one day: the more important first, of the others those that are not larger by a small number.
def far_apart:
  ([.[] | select(.name | contains(" ") | not)] | sort_by([.name] | inside(["30d", "7d", "day"]) | not)) as $spans
  | reduce $spans[] as $s ({kept: [], lost: []};
      if any(.kept[]; (.n - $s.n) | fabs | small) then .lost += [$s.name] else .kept += [$s] end) | .lost;

# Days of which the values are left out, and spans, so that neither tells the other. $days: the days, $sizes and $must as
# for mask, $spans those whose sum is known. A span ends where another begins: in each piece between such ends the cells
# are a table whose total is known. Where that gives a cell away, the shortest span at its ends goes.
def days($days; $sizes; $must; $spans):
  def piece: . as $d | [$spans[] | (.from <= $d), (.to < $d)];
  ($days | places(piece)) as $pieces
  | [$pieces[] | . as $p | select([$sizes[.[]]] | mask([$must[$p[]]]) == null)] as $open
  | if $open == [] then {mask: ($sizes | mask_groups($must; $pieces)), spans: $spans}
    elif $spans == [] then {mask: [$sizes[] | . != null and . > 0], spans: []}
    else ($days[$open[0][0]]) as $first | ($days[$open[0][-1]]) as $last
      | def at_end: (.from <= $first and .to >= $last) as $around | $around or .from > $last or .to < $first;
      # The one with the fewest days that bounds the piece; all spans bound something, so that this ends.
      ([range($spans | length)] | sort_by($spans[.] as $s
        | [([$days[] | select($s.from <= . and . <= $s.to)] | length), $s.name])) as $order
      | [$order[] | select(. as $i | [$spans[range($spans | length) | select(. != $i)]] as $rest
          | [$days[] | . as $d | [$rest[] | (.from <= $d), (.to < $d)]] | unique | length < ($pieces | length))][0] as $i
      | ($i // $order[0]) as $i
      | days($days; $sizes; $must; [$spans[range($spans | length) | select(. != $i)]]) end;

# ---- portraits -----------------------------------------------------------------------------------

# Input: an object of counts. Whether one of them, or what it leaves of $store's, is small, or is left out of $shown, the
# store's.
def tells($names; $store; $shown):
  . as $o | any($names[]; . as $x | ($o[$x] | if $store then telling_of($store[$x]) else small end)
    or ($shown != null and $store != null and $shown[$x] == null and $store[$x] != null));

def of_buyers: ["buyers", "orders", "amount", "amount_per_buyer", "amount_per_order", "orders_per_buyer", "repurchase_rate"];

def base($store; $shown):
  . as $b
  | if tells(["customers", "visitors"]; $store; $shown) then without(["customers", "visitors"]) else . end
  | if ($b | tells(["subscribers"]; $store; $shown)) or ($b.subscribers | telling_of($b.customers)) then without(["subscribers"]) else . end
  | if ($b | tells(["buyers"]; $store; $shown)) or ($b.buyers | telling_of($b.customers)) then without(of_buyers) else . end
  | (if $store then times($store.repurchase_rate; $store.buyers) else null end) as $all
  | if times($b.repurchase_rate; $b.buyers) | telling_of($b.buyers) or telling_of($all) then without(["repurchase_rate"]) else . end;

def traffic($store; $shown):
  if . == null then null
  elif tells(["uv"]; $store; $shown) or (.uv == 0 | not) and (visitors | small) then map_values(null)
  elif tells(of_new; $store; $shown) then without(of_new) else . end;

# Who came so far and not farther must not be few.
def funnel($store; $shown):
  if . == null then null
  else . as $f | reduce ("view", "product", "cart", "checkout", "paid") as $x ({};
    .[$x] = (if ($f | tells([$x]; $store; $shown)) or any(.[]; . != null and (. - ($f[$x] // .) | fabs | small)) then null else $f[$x] end)) end;

def deals($store; $shown; $funnel):
  if . == null then null else . as $d
  | if tells(["new_customers", "old_customers"]; $store; $shown) then without(["new_customers", "old_customers"]) else . end
  | if ($d | tells(["new_buyers", "old_buyers"]; $store; $shown)) or ($funnel != null and $funnel.paid == null)
    then without(["new_buyers", "old_buyers", "new_amount", "old_amount"]) else . end end;

# A list of counts whose sum is known, beside the store's and what is shown of it.
def list($store; $shown; $groups):
  . as $n | mask_groups([range(length) as $i | $store != null and ($shown[$i] == null or ($n[$i] | telling_of($store[$i])))]; $groups) as $m
  | if $m == null then null else [range(length) as $i | if $m[$i] then null else $n[$i] end] end;

def grid($store; $shown):
  if . == null then null else (.[0] | length) as $w | length as $h
  | [range($h) as $r | [range($w) | $r * $w + .]] as $rows
  | ([.[][]] | list(if $store then [$store[][]] else null end; if $shown then [$shown[][]] else null end; [[range($w * $h)]]))
  | if . == null then null else . as $n | [$rows[] | [$n[.[]]]] end end;

def time($store; $open; $base; $traffic):
  .visits |= (if $traffic == null or $traffic.visits == null then null else grid($store.visits; $open.visits) end)
  | if .orders == null or $base.orders == null then .orders = null | .months = null | .quarters = null
    else .quarters as $q
      | .orders |= grid($store.orders; $open.orders)
      | .quarters |= list($store.quarters; $open.quarters; [[0, 1, 2, 3]])
      | .quarters as $shown
      | .months as $n
      | [range(4) | select($shown != null and $shown[.] != null) | [. * 3 + (0, 1, 2)]] as $groups
      | ($n | mask_groups([range(12) | ($store != null and ($open.months == null or $open.months[.] == null or ($store.months[.] as $all | $n[.] | telling_of($all)))) or ($shown == null or $shown[. / 3 | floor] == null) and $n[.] > 0 or ($n[.] | small)]; $groups)) as $m
      | .months = (if $m == null then null
          elif [range(12) | select($m[.]) | $n[.]] | unclear | not then null
          else [range(12) | if $m[.] then null else $n[.] end] end) end;

# Of a count that is known day by day, those days that differ from others by few are left out; the last one stays.
def thinned:
  . as $n | reduce range(length - 1; -1; -1) as $i ({kept: [], out: []};
    $n[$i] as $x
    | if $x == null or ($x | small) or any(.kept[]; . - $x | fabs | small) then .out = [null] + .out else .kept += [$x] | .out = [$x] + .out end)
  | .out;

# $gone: whether a day must be left out, by day; null for segments.
def trend($base; $store; $gone):
  def blank($when): if $when == null then map(null) else . end;
  .customers |= (thinned | blank($base.customers)) | .subscribers |= (thinned | blank($base.subscribers))
  | .customers as $c
  | .repurchase_rate |= ([range(length) as $i | if $c[$i] == null then null else .[$i] end] | blank($base.repurchase_rate))
  | if .buyers == null then .
    else . as $t
      | [range(.buyers | length) as $i | {buyers: $t.buyers[$i], orders: $t.orders[$i]} | purchasers] as $n
      | (if $gone then [range($n | length) | $gone[.] and $n[.] > 0]
         else $n | mask([range(length) | . as $i | ($t.buyers[$i] | telling_of($store.buyers[$i])) or ($n[$i] | telling_of($store.orders[$i]))
           or ($store.gone[$i] and $n[$i] > 0)]) end) as $m
      | reduce ("buyers", "orders", "amount") as $x (.; .[$x] |= [range(length) as $i | if $m == null or $m[$i] then null else .[$i] end]) end;

# ---- tags ----------------------------------------------------------------------------------------

# A tag's counts as cells: {name, n}; in a multiple-choice tag the values do not add up, so that they are not a table.
def cells: [.rows[] | {name: ("=" + .[0]), n: .[1]}] + [{name: "other", n: (.other // 0)}, {name: "missing", n: .missing}];

# The cells of one portrait that are left out, by name, {NAME: true}; null: all of them.
def cells_out($cells; $counts; $multiple; $must):
  if $multiple then
    ([$counts.n, $counts.missing] | mask([false, $must.missing])) as $two
    | if $two == null then null
      else reduce $cells[] as $c ({}; if $c.n > 0 and ($must[$c.name] or ($c.n | telling_of($counts.n))) and $c.name != "missing" then .[$c.name] = true else . end)
        | if $two[1] or $two[0] then .missing = true else . end end
  else [$cells[].n] as $n
    | ($n | mask([$cells[] | $must[.name] // false])) as $m
    | if $m == null then null else reduce range($cells | length) as $i ({}; if $m[$i] then .[$cells[$i].name] = true else . end) end end;

# One tag in all portraits: $all {NAME: counts}, store among them; $families: lists of segments that have nobody in common;
# $must: cells of the store that must be left out. Result {NAME: {CELL: true}}, null for a portrait that does not show the
# tag: where the segments of a family add up to the store, a gap in one of them is told by the others, so that none shows it.
def tag_out($all; $multiple; $families; $must):
  ($all | map_values(cells)) as $cells
  | ($cells | map_values(map({key: .name, value: .n}) | from_entries)) as $n
  | cells_out($cells.store; $all.store; $multiple; $must) as $store
  | if $store == null then $all | map_values(null)
    else ($all | with_entries(.key as $name | .value = if $name == "store" then $store
        else cells_out($cells[$name]; $all[$name]; $multiple;
          reduce $cells[$name][] as $c ({}; if $store[$c.name] or ($c.name != "other" and $n.store[$c.name] != null and ($c.n | telling_of($n.store[$c.name])))
            then .[$c.name] = true else . end)) end)) as $out
      | def told($family): [$family[] | ($out[.] // {}) | keys_unsorted[]] | unique
          | any(.[]; . as $c | $c != "other" and all($family[]; $n[.][$c] != null or ($n[.].other // 0) == 0)
            and $n.store[$c] == ([$family[] | $n[.][$c] // 0] | add));
        reduce $families[] as $family ($out; if told($family) then reduce $family[] as $name (.; .[$name] = null) else . end)
    end;

# Counts without those cells. n is the sum of what is known, so it goes with missing.
def counts($out):
  .rows |= ([.[] | select($out["=" + .[0]] | not)] + ([.[] | select($out["=" + .[0]])] | map([.[0], null]) | sort))
  | (if $out.other then .other = null else . end)
  | if $out.missing then .missing = null | .n = null else . end;

# Segments of a family leave of the store what another one of them has. What is left out of one must be unclear beside
# what is left out of others; a list with a gap is shown of none of them.
def fates: [
  {of: "base", size: ["customers", "visitors"], names: ["customers", "visitors"]},
  {of: "base", size: ["subscribers"], names: ["subscribers"]},
  {of: "base", size: ["buyers"], names: of_buyers},
  {of: "traffic", size: ["uv"], names: null},
  {of: "traffic", size: of_new, names: of_new},
  {of: "funnel", size: ["view"], names: ["view"]}, {of: "funnel", size: ["product"], names: ["product"]}, {of: "funnel", size: ["cart"], names: ["cart"]},
  {of: "funnel", size: ["checkout"], names: ["checkout"]}, {of: "funnel", size: ["paid"], names: ["paid"]},
  {of: "deals", size: ["new_customers", "old_customers"], names: ["new_customers", "old_customers"]},
  {of: "deals", size: ["new_buyers", "old_buyers"], names: ["new_buyers", "old_buyers", "new_amount", "old_amount"]},
  {of: "base", size: ["buyers"], names: ["repurchase_rate"]}];
def gaps: any(.[]; if type == "array" then any(.[]; . == null) else . == null end);
def families($raw; $families):
  reduce $families[] as $all (.; ([$all[] | select($raw[.] != null)]) as $family
    | reduce fates[] as $f (.; . as $p
        | ([$family[] | $raw[.][$f.of] | if . == null then 0 else . as $o | [$o[$f.size[]] // 0 | select(. > 0)] | min // 0 end]) as $sizes
        | ([$family[] | . as $s | $p[$s] == null or $p[$s][$f.of] == null or any($f.names[]?; $raw[$s][$f.of][.] != null and $p[$s][$f.of][.] == null)]) as $out
        | ($sizes | mask($out)) as $m
        | reduce range($family | length) as $i (.; if .[$family[$i]] != null and .[$family[$i]][$f.of] != null and ($m == null or $m[$i]) and $sizes[$i] > 0
            then .[$family[$i]][$f.of] |= (if $f.names == null then null else without($f.names) end) else . end))
    # New and old buyers add up to those who paid.
    | reduce $family[] as $s (.; if .[$s].deals != null and .[$s].funnel != null and .[$s].funnel.paid == null and $raw[$s].funnel.paid != null
        then .[$s].deals |= without(["new_buyers", "old_buyers", "new_amount", "old_amount"]) else . end)
    | . as $p | [$family[] | select($p[.] != null)] as $shown
    | (if any($shown[]; $raw[.].rfm != null and ($p[.].rfm == null or ($p[.].rfm.grid | gaps))) then reduce $shown[] as $s (.; .[$s].rfm = null) else . end)
    | reduce ("visits", "orders", "months", "quarters") as $x (.;
        if any($shown[]; $raw[.].time[$x] != null and ($p[.].time[$x] == null or ($p[.].time[$x] | gaps))) then reduce $shown[] as $s (.; .[$s].time[$x] = null) else . end)
    | if any($shown[]; $raw[.].trend.orders != $p[.].trend.orders) then reduce $shown[] as $s (.; .[$s].trend |= (reduce ("buyers", "orders", "amount") as $x (.; if .[$x] then .[$x] |= map(null) else . end))) else . end);

# ---- the portrait --------------------------------------------------------------------------------

# What a segment is when it is just the people with one value: segment NAME … = TAG = 'VALUE';
def just: capture("=\\s*(?<tag>[a-z_0-9]+) = '(?<value>[^'\\\\]*)';?\\s*$") // null;

# Segments that are left out, {NAME: true}: too small, too large, or told by a count of the store that is left out.
def segments_out($links; $families; $tags):
  .segments as $segments | .portraits.store.base.people as $all
  | ($segments | map({key: .name, value: .people}) | from_entries) as $n
  | def grown: . as $out
      | reduce $families[] as $family (.; ([$family[] | $n[.]] | mask([$family[] | $out[.] // false])) as $m
          | reduce range($family | length) as $i (.; if ($m == null and ($n[$family[$i]] // 0) > 0) or ($m != null and $m[$i]) then .[$family[$i]] = true else . end))
      | if . == $out then . else grown end;
  reduce $segments[] as $s ({}; if ($s.people | telling_of($all)) or any($links[$s.name] | select(. != null); $tags[.tag]["=" + .value]) then .[$s.name] = true else . end)
  | if [.[]] == [] then . else grown end;

# Tags of all portraits without what must go, once the segments are known that are shown; more segments may have to go.
def tags_out($links; $families):
  .tags as $tags | .portraits as $portraits | .segments as $segments
  | def settled($was):
      segments_out($links; $families; $was.cells | map_values(.store)) as $out
      | ([$links | to_entries[] | select($out[.key]) | .value]) as $linked
      | [$families[] | map(select($portraits[.] != null))] as $known
      | (reduce ($tags | keys_unsorted[]) as $tag ({}; .[$tag] = reduce ($linked[] | select(.tag == $tag)) as $l ({}; .["=" + $l.value] = true))) as $must
      | (reduce ($tags | keys_unsorted[]) as $tag ({};
          .[$tag] = if $was.must[$tag] == $must[$tag] then $was.cells[$tag]
            else (reduce ($portraits | keys_unsorted[]) as $name ({}; if $portraits[$name].tags[$tag] then .[$name] = $portraits[$name].tags[$tag] else . end)) as $all
              | tag_out($all; $tags[$tag].multiple; $known | map(map(select($all[.] != null))); $must[$tag]) end)) as $cells
      | if $must == $was.must then {segments: $out, cells: $cells} else settled({must: $must, cells: $cells}) end;
  settled({must: null, cells: {}});

def blank_portrait:
  {base: (.base | map_values(null)), traffic: null, funnel: null, deals: null, tags: {}, rfm: null,
   time: {visits: null, orders: null, months: null, quarters: null},
   trend: (.trend | map_values(if . == null then null else map(null) end))};

def moves($segments; $lifecycle; $links):
  if . == null then null else
    .rows as $rows
    | ([$links | to_entries[] | select(.value.tag == "lifecycle") | . as $l | $segments[] | select(.name == $l.key and .before == null) | $l.value.value]) as $before
    | ([$rows[].customers] | mask_groups([$rows[] | (.from | IN($before[])) or (.to != null and ($lifecycle["=" + .to] // false))];
        ($rows | [[range(length)]] + places(.from) + places(.to)
          + ([range(length) | select($rows[.].from != $rows[.].to)] as $moved
             | [($moved | group_by($rows[.].from)[]), ($moved | group_by($rows[.].to)[])])))) as $m
    | if $m == null then null
      else .rows |= ([range(length) as $i | .[$i] | if $m[$i] then .customers = null else . end]
        | [.[] | select(.customers != null)] + ([.[] | select(.customers == null)] | sort_by([.from, .to]))) end end;

# Who came or went since another day must not be few, nor the difference.
def members($store; $shown; $out):
  if $out then without(["people", "customers", "visitors", "before", "joined", "left"])
  else . as $s
    | (if tells(["customers", "visitors"]; $store; $shown) then without(["customers", "visitors"]) else . end)
    | if any(.before, .joined, .left; small) or (.before != null and (.people - .before | fabs | small)) then without(["before", "joined", "left"]) else . end end;

def traits($all; $cells; $name):
  map(select(($cells[.tag][$name] | . != null) and ($cells[.tag].store | . != null) and ($cells[.tag][$name]["=" + .key] or $cells[.tag].store["=" + .key] | not)
    and ($cells[.tag][$name].missing or $cells[.tag].store.missing | not) and (.people | small | not)));

def personas($all; $shown; $cells):
  [.[] | select($shown[.segment]) | .segment as $name
   | (.over, .under, .when, .where) |= traits($all; $cells; $name)
   | if $shown[$name].base.amount == null or $shown.store.base.amount == null then .amount_share = null else . end];

# Rows of products and pages; their sum may be known.
def products: if . == null then null else .rows |= (. as $rows
  | [.[] | (if visitors | small then without(["pv", "uv", "conversion"]) else . end)
      | (if purchasers | small then without(["buyers", "items", "amount", "refunded", "conversion"]) else . end)
      # Of how many people refunds are nobody knows here.
      | if (.refunded | number) == 0 then . else .refunded = null end]
  | across($rows; [.[] | .uv == null]; [[range(length)]]; visitors; false; without(["pv", "uv", "conversion"])) // map(without(["pv", "uv", "conversion"]))
  | across($rows; [.[] | .buyers == null]; [[range(length)]]; .buyers // 0; false; without(["buyers", "items", "amount", "refunded", "conversion"]))
    // map(without(["buyers", "items", "amount", "refunded", "conversion"]))
  | sort_by([-(.amount // "-1" | tonumber), .key])) end;

def pages: if . == null then null else .rows |= (. as $rows
  | (across($rows; []; [[range(length)]]; visitors; false; without(["pv", "uv"])) // map(without(["pv", "uv"])))
  | sort_by([-(.pv // -1), .key])) end;

def survey_checks($cells):
  if . == null then null else [.[] | select((.answers | small | not) and (.measured | small | not))
    | .tag as $tag | .measured as $all | .rows as $rows
    | ([$rows[].said] | mask([])) as $said
    | ([$rows[] | times(.measured_share; $all)] | mask([$rows[] | $cells[$tag].store["=" + .key] // false])) as $known
    | .rows |= [range(length) as $i | .[$i]
        | (if $said == null or $said[$i] then without(["said", "said_share", "z", "flag"]) else . end)
        | if $known == null or $known[$i] then without(["measured_share", "z", "flag"]) else . end]] end;

def identity:
  if . == null then null
  elif (.customers | small) or ([.clusters[].customers] | any(small)) then without(["visitors", "customers", "shared_visitors"]) | .clusters = []
  else (if .visitors as $all | .shared_visitors | telling_of($all) then .shared_visitors = null else . end) end;

def quality: map((.records, .duplicate, .rejected, .late, .too_late) |= (if small then null else . end)
  | if .missing then .missing |= map(if .records as $all | .missing | telling_of($all) then .missing = null else . end | if .records | small then without(["records", "missing"]) else . end) else . end);

. as $was
| .min_cell = $k
| (.portraits // {}) as $raw
# ---- spans and days
| ([.periods | spans("traffic"; "visits") | .[] | select(.size | small | not)]) as $t
| ([.periods | spans("orders"; "orders") | .[] | select(.size | small | not)]) as $o
| ($t | far_apart) as $t_lost | ($o | far_apart) as $o_lost
| [$was.trend[].day] as $dates
| def single($what; $lost): [$was.periods | spans($what; if $what == "traffic" then "visits" else "orders" end)[] | select(.from == .to and ((.size | small) or (.name | IN($lost[])))) | .from];
  single("traffic"; $t_lost) as $t_days | single("orders"; $o_lost) as $o_days
| ([range($dates | length) as $i | (($raw.store.trend.buyers // [])[$i] | small)
    or (($raw.store.trend.orders // [])[$i] | telling_of($was.trend[$i].orders))]) as $few
| days($dates; [$was.trend[] | visitors]; [$was.trend[] | (visitors | small) or (.day | IN($t_days[]))]; [$t[] | select(.name | IN($t_lost[]) | not)]) as $t_out
| days($dates; [$was.trend[] | purchasers]; [range($dates | length) as $i | $was.trend[$i] | (purchasers | small) or $few[$i] or (.day | IN($o_days[]))];
    [$o[] | select(.name | IN($o_lost[]) | not)]) as $o_out
| .periods |= periods({traffic: ([$t[].name] - [$t_out.spans[].name]), orders: ([$o[].name] - [$o_out.spans[].name])})
| .trend |= [range(length) as $i | .[$i] | (if $t_out.mask[$i] then no_traffic else . end) | if $o_out.mask[$i] then no_orders else . end]
| [range($dates | length) | $o_out.mask[.] or false] as $gone
# ---- portraits
| if $raw.store == null then .
  elif $raw.store.base.people | small then
    .portraits = {store: ($raw.store | blank_portrait)} | .segments |= map(members(null; null; true)) | .personas = [] | .moves = null | .survey_checks = null
  else
    (reduce ($was.definitions // {} | to_entries[] | select(.value.kind == "segment")) as $d ({}; ($d.value.rule | just) as $l | if $l then .[$d.key] = $l else . end)) as $links
    | ([$was.segments[].name] as $names | [$links | to_entries[] | select(.key | IN($names[]))] | group_by(.value.tag) | map(map(.key)) | map(select(length > 1))) as $families
    | ($was | tags_out($links; $families)) as $out
    | ($raw.store.base | base(null; null)) as $base
    | ($raw.store.traffic | traffic(null; null)) as $traffic
    | ($raw.store.funnel | funnel(null; null)) as $funnel
    | ($raw.store.deals | deals(null; null; $funnel)) as $deals
    | ($raw.store.time | time(null; null; $base; $traffic)) as $time
    | (if $raw.store.rfm then {grid: ($raw.store.rfm.grid | grid(null; null))} else null end) as $rfm
    | .portraits |= with_entries(select(.key == "store" or ($out.segments[.key] | not)) | .key as $name
        | (if $name == "store" then null else $raw.store end) as $store
        | .value |= (
            .base |= base($store.base; $base) | .traffic |= traffic($store.traffic; $traffic) | .funnel |= funnel($store.funnel; $funnel)
            | .funnel as $f | .deals |= deals($store.deals; $deals; $f)
            | .tags |= with_entries(.key as $tag | select($out.cells[$tag][$name] != null) | .value |= counts($out.cells[$tag][$name]))
            | (if .rfm then (.rfm.grid |= grid($store.rfm.grid; $rfm.grid)) | if .rfm.grid == null then .rfm = null else . end else . end)
            | .base as $b | .traffic as $t | .time |= time($store.time; $time; $b; $t)
            | .trend |= trend($b; ($store.trend // {}) + {gone: $gone}; if $name == "store" then $gone else null end)))
    | .portraits |= families($raw; $families)
    | .portraits as $shown
    | ($out.cells.lifecycle.store // {}) as $lifecycle
    | .segments |= map(.name as $name | members($raw.store.base; $base; $out.segments[$name] // false)
        | if $shown[$name] and $shown[$name].base.customers == null then without(["customers", "visitors"]) else . end)
    | .segments as $segments
    | .moves |= moves($segments; $lifecycle; $links)
    | .personas |= personas($raw; $shown; $out.cells)
    | .survey_checks |= survey_checks($out.cells)
  end
| .products |= products | .pages |= pages
| (.periods["30d"].cuts.region // []) as $regions
| (if .regions_above then .regions_above |= map(. as $r | select((.buyers | telling_of($r.uv) | not) and any($regions[]; .key == $r.region and .uv != null and .buyers != null))) else . end)
| .identity |= identity
| (if .surveys then .surveys |= ((if .answers | small then .answers = null else . end) | .unknown |= map(if .answers | small then .answers = null else . end)) else . end)
| .quality |= quality
