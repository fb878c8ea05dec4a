# try-segment.jq - people whom a rule selects beside the whole store, as a table or as JSON.
#
# $totals: one object, store_NAME and selected_NAME; $cells: lines tag, value, people, selected. An index is the value of
# those selected for 100 of the store's. A share is of those of whom the tag is known.
include "text";
include "traits";

def untsv: if index("\\") == null then . else gsub("\\\\(?<c>.)"; {"t": "\t", "n": "\n", "r": "\r"}[.c] // .c) end;
def number: if . == null then null else tonumber end;
# Who they are and what they buy; null: no orders are known at all.
def side($t; $name):
  ($t[$name + "_people"] | number) as $people
  | ($t.store_known | number > 0) as $orders
  | def of($what): if $orders then $t["\($name)_\($what)"] | number else null end;
  def money($what): if $orders then $t["\($name)_\($what)"] // null else null end;
  {people: $people, customers: ($t[$name + "_customers"] | number),
    buyers: of("buyers"), buyers_share: (ratio(of("buyers"); $people) | rounded),
    orders_365d: of("orders"),
    amount_365d: (money("amount") | if . == null then null else tostring end),
    amount_per_buyer: (money("amount_per_buyer") | if . == null then null else tostring end),
    orders_per_buyer: (ratio(of("orders"); of("buyers")) | rounded),
    repurchase_rate: (ratio(of("repeat"); of("buyers")) | rounded)};

def tags:
  [$cells | split("\n")[] | select(. != "") | split("\t")
   | {tag: .[0], value: (.[1] | untsv), selected: (.[2:][1] | tonumber), people: (.[2] | tonumber)}]
  | group_by(.tag)
  | map((map(.people) | add) as $known | (map(.selected) | add) as $selected | .[0].tag as $tag | compared($tag; $known; $selected));

# ---- the table -----------------------------------------------------------------------------------

def shown($f): if . == null then "-" else $f end;

# With two decimals, unless no amount has any.
def amount($digits):
  if . == null then "-" else (split(".") as $p | ($p[0] | grouped) + if $digits == 0 then "" else "." + (($p[1] // "") + "00")[:2] end) end;

def head_lines($s; $t):
  (if any(($s, $t) | .amount_365d, .amount_per_buyer; (. // "0") | contains(".")) then 2 else 0 end) as $digits
  | def counts($name; $title): [$title, ($s[$name] | if . == null then "-" else grouped end),
      ($t[$name] | if . == null then "-" else grouped end), (ratio($s[$name]; $t[$name]) | if . == null then "-" else percent end), ""];
  def rates($name; $title; f): [$title, ($s[$name] | if . == null then "-" else f end), ($t[$name] | if . == null then "-" else f end), "",
      (index_of($s[$name] | number; $t[$name] | number) | if . == null then "-" else tostring end)];
  [["", "selected", "store", "share", "index"],
   counts("people"; "people"), counts("customers"; "customers"), counts("buyers"; "buyers, 365 days"),
   ["amount, 365 days", ($s.amount_365d | amount($digits)), ($t.amount_365d | amount($digits)),
    (ratio($s.amount_365d | number; $t.amount_365d | number) | if . == null then "-" else percent end), ""],
   rates("buyers_share"; "buyers ÷ people"; percent),
   rates("amount_per_buyer"; "amount per buyer"; amount($digits)),
   rates("orders_per_buyer"; "orders per buyer"; fixed(2)),
   rates("repurchase_rate"; "repurchase rate"; percent)] | aligned(1);

def value_rows:
  map([.tag, (.value | printable | fit(32)), (.selected | grouped), (.share | percent), (.people | grouped), (.store_share | percent), (.index | tostring)]);

def value_lines($over; $under):
  def head($text): [$text, "", "selected", "", "store", "", "index"];
  if $over + $under == [] then "No value of a tag is there more or less often than chance has it."
  else [(if $over == [] then empty else head("over-represented"), ($over | value_rows[]) end),
        (if $under == [] then empty else head("under-represented"), ($under | value_rows[]) end)]
    | [aligned(2)] | (.[:($over | if . == [] then 0 else length + 1 end)] | .[]),
      (if $over == [] or $under == [] then empty else "" end),
      (.[($over | if . == [] then 0 else length + 1 end):] | .[]) end;

($totals[0]) as $t
| side($t; "selected") as $selected | side($t; "store") as $store | tags as $tags
| (if $selected.people == 0 then [] else $tags | telling(1; 3; $top) end) as $over
| (if $selected.people == 0 then [] else $tags | telling(-1; 3; $top) end) as $under
| if $output == "json" then
    {schema: 1, rule: $rule, day: $day, selected: $selected, store: $store, over_represented: $over, under_represented: $under, tags: $tags}
  elif $selected.people == 0 then
    "\($day): 0 of \($store.people | grouped) people: nobody is selected"
  else
    "\($day): \($selected.people | grouped) of \($store.people | grouped) people (\(ratio($selected.people; $store.people) | percent))", "",
    head_lines($selected; $store), "",
    value_lines($over; $under), "",
    "index: 100 is as the store. Shares are of those of whom the tag is known.",
    (if $store.buyers == null then "No orders are known: what they would tell is -." else empty end)
  end
