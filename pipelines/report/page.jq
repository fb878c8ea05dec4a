# page - one html page of a portrait: the template with style, words, script and data put in, and the
# headline numbers as plain html, so that they can be read without the script.
#
# Input: the portrait. $template, $style, $script: texts; $hash: sha256 of $script; $words: labels.

def none: "–";

# What the page says itself; what the portrait names: by its own labels first.
def said($lang; $key): ($words[0][$key] // {})[$lang] // $key;
def called($lang; $key): .labels[$key][$lang] // said($lang; $key);

# Thousands: decimals are texts and stay so.
def grouped:
  tostring
  | capture("^(?<minus>-?)(?<whole>[0-9]+)(?<rest>.*)$")
  | (.whole | [range((length % 3) - 3; length; 3) as $i | .[([$i, 0] | max):$i + 3] | select(. != "")] | join(",")) as $w
  | (if .minus == "-" then "\u2212" else "" end) + $w + .rest;

def plain: if . == null or . == "" then none elif tostring | test("^-?[0-9]+([.][0-9]+)?$") then grouped else tostring end;

# A number with so many decimals: 0.0213 | decimals(4) is 0.0213.
def decimals($n):
  ([range($n)] | map(10) | reduce .[] as $x (1; . * $x)) as $scale
  | (. * $scale | round) as $r
  | (if $r < 0 then "-" else "" end) as $minus
  | ($r | fabs | tostring | if length > $n then . else ("0" * ($n + 1 - length)) + . end) as $d
  | $minus + $d[:($d | length) - $n] + "." + $d[($d | length) - $n:];

def percent($n): if . == null then none else (tonumber * 100 | decimals($n) | grouped) + "%" end;

def money($currency): if . == null or . == "" then none else ($currency // "" | if . == "" then . else . + "\u00a0" end) + plain end;

# The questions, what answers each, and how it is written.
def questions: [["traffic", "uv", "count"], ["conversion", "conversion", "rate"],
  ["amount", "amount_per_buyer", "money"], ["repurchase", "repurchase_rate", "tenths"]];

def others: [["pv", "count"], ["visits", "count"], ["buyers", "count"], ["orders", "count"], ["amount", "money"],
  ["amount_net", "money"], ["amount_per_order", "money"], ["new_buyers", "count"], ["old_buyers", "count"]];

def written($kind; $currency):
  if $kind == "count" then plain
  elif $kind == "money" then money($currency)
  else percent(if $kind == "tenths" then 1 else 2 end) end;

# A metric of a period; what people are known by is the store's portrait.
def metric($period; $name): .periods[$period].metrics[$name] // (if $name == "repurchase_rate" then .portraits.store.base[$name] else null end);

def absent($streams): . as $p | first($streams[] | select([.] | inside($p.absent // []))) // null;

def needs: {traffic: ["events"], conversion: ["events", "orders"], amount: ["orders"], repurchase: ["orders"]};

def card($period; $question):
  $question as [$name, $main, $kind]
  | metric($period; $main) as $value
  | absent(needs[$name]) as $gone
  | "<article class=\"sheet card \($name)\"><h2>\(said("en"; "question." + $name) | @html)</h2>"
    + "<p class=\"how\">\(said("en"; "question.\($name).how") | @html)</p>"
    + "<p class=\"big\">\(.currency as $c | $value | written($kind; $c) | @html)</p>"
    + "<p class=\"was\"><span>\(called("en"; $main) | @html)</span></p>"
    + (if $value == null and $gone != null then "<p class=\"absent\">\(said("en"; "absent." + $gone) | @html)</p>" else "" end)
    + "</article>";

def table:
  . as $p
  | ((.periods // {}) | keys_unsorted) as $periods
  | "<table><thead><tr><th></th>"
    + ($periods | map("<th scope=\"col\">\(. as $k | $p | said("en"; "period." + $k) | @html)</th>") | join(""))
    + "</tr></thead><tbody>"
    + ((questions | map(.[1:])) + others
       | map(. as [$name, $kind]
         | [$periods[] as $k | $p | metric($k; $name)] as $values
         | select($values | any(. != null))
         | "<tr><th scope=\"row\">\($p | called("en"; $name) | @html) <span lang=\"zh\">\($p | called("zh"; $name) | @html)</span></th>"
           + ($values | map("<td>\(written($kind; $p.currency) | @html)</td>") | join("")) + "</tr>")
       | join("\n"))
    + "</tbody></table>";

def headlines:
  . as $p
  | ((.periods // {}) | if has("day") then "day" else (keys_unsorted[0] // "day") end) as $period
  | "<header class=\"head\"><div><p class=\"kicker\">"
    + (if .store then "<b><bdi>\(.store | @html)</bdi></b> · " else "" end)
    + "\(said("en"; "title") | @html)</p><h1>\(.day | @html)</h1></div></header>\n<main><div class=\"cards\">\n"
    + (questions | map(. as $q | $p | card($period; $q)) | join("\n"))
    + "\n</div>\n<noscript><div class=\"sheet\">\(table)<p class=\"note\">\(said("en"; "noscript") | @html)"
    + " <span lang=\"zh\">\(said("zh"; "noscript") | @html)</span></p></div></noscript></main>";

# JSON that may stand in a script element: no "<", so nothing there ends it or starts a comment.
def embedded: tojson | split("<") | join("\\u003c");

. as $p
| {
    style: $style, script: $script, script_hash: $hash,
    limn: (.limn // "" | @html), title: ([.store, said("en"; "title"), .day] | map(select(.)) | join(" · ") | @html),
    headlines: headlines, portrait: embedded, words: ($words[0] | embedded)
  } as $parts
# Cut at the marks once: what is put in is not searched for more.
| $template | [splits("[{][{]|[}][}]")]
| . as $cut
| [range(length) | if . % 2 == 0 then $cut[.] else $parts[$cut[.]] // error("no such part: \($cut[.])") end]
| join("")
