# extras.jq - the members products, pages, regions_above and survey_checks of portrait.json, from the tables of steps/products.sh
# and steps/checks.sh. null: what they are made of is not there.
include "tables";

def rounded($n): pow(10; $n) as $scale | . * $scale | round / $scale;
def ratio($part; $whole): if $part == null or ($whole // 0) == 0 then null else $part / $whole | rounded(6) end;
def money: money($digits);

# z of a proportion of $x among $n against the one of $y among $m, with their common variance: (p - q) / sqrt(c (1 - c) (1/n + 1/m)).
# The two-proportion test of NIST/SEMATECH e-Handbook of Statistical Methods, 7.3.3.
def z_of_two($x; $n; $y; $m):
  if $n <= 0 or $m <= 0 then null
  else (($x + $y) / ($n + $m)) as $c
    | if $c <= 0 or $c >= 1 then null else ($x / $n - $y / $m) / ($c * (1 - $c) * (1 / $n + 1 / $m) | sqrt) end end;

# z of a proportion of $x among $n against a known share: (p - q) / sqrt(q (1 - q) / n) (7.2.4 there); null where all or nobody has it.
def z_of_one($x; $n; $share):
  if $n <= 0 or $share <= 0 or $share >= 1 then null else ($x / $n - $share) / ($share * (1 - $share) / $n | sqrt) end;

def product:
  {key: .product_id, title, category,
   pv: (if $has.events then .pv // "0" | number else null end), uv: (if $has.events then .uv // "0" | number else null end),
   buyers: (if $has.items then .buyers // "0" | number else null end), items: (if $has.items then .items // "0" | number else null end),
   amount: (if $has.items then .amount // "0" | money else null end),
   refunded: (if $has.items and $has.refunds then .refunded // "0" | money else null end)}
  | .conversion = ratio(.buyers; .uv);

# Regions whose visitors buy at 1.5 times the store's rate or more. Buyers are those with a visit, of the store, too. z is against
# the rest of the store: more than 2 is no accident.
def above:
  .[0] as $store | ($store.buyers | number) as $b | ($store.uv | number) as $n
  | [.[1:][] | (.uv | number) as $u | (.buyers | number) as $x
     | z_of_two($x; $u; $b - $x; $n - $u) as $z
     | select($u >= 200 and $b > 0 and $x / $u >= 1.5 * $b / $n and $z != null and $z > 2)
     | {region, uv: $u, buyers: $x, conversion: ratio($x; $u), ratio: ($x / $u / ($b / $n) | rounded(4)), z: ($z | rounded(4))}]
  | sort_by([-.ratio, .region]);

# A question whose answers accounts give as well: shares among those who answered and among the customers of whom accounts tell.
def checked:
  . as $all | reduce .[][0] as $q ([]; if index($q) then . else . + [$q] end) | .[] as $q | [$all[] | select(.[0] == $q)]
  | (map(.[3] | tonumber) | add) as $n | (map(.[4] | tonumber) | add) as $m | select($n > 0 and $m > 0)
  | {question: .[0][0], tag: .[0][1], answers: $n, measured: $m, rows: [.[]
      | (.[3] | tonumber) as $said | (.[4] | tonumber) as $there | select($said + $there > 0)
      | z_of_one($said; $n; $there / $m) as $z
      | {key: .[2], said: $said, said_share: ratio($said; $n), measured_share: ratio($there; $m), z: (if $z == null then null else $z | rounded(4) end),
         flag: ($z != null and ($z | fabs) > 2)}]};

{
  products: (if $has.events or $has.items then {from: $from, to: $to, n: $products_there, rows: [$products | table[] | product]} else null end),
  pages: (if $has.events then {from: $from, to: $to, n: $pages_seen,
      rows: ([$pages | table[] | {key: .page, pv: (.pv | number), uv: (.uv | number)}]
        | sort_by([.key == ":other", -.pv, .key]) | map(if .key == ":other" then .key = "(other)" else . end))}
    else null end),
  regions_above: (if $has.events and $has.orders then $regions | table | above else null end),
  survey_checks: (if $has.surveys and $has.customers then [$told | lines | checked] else null end)
}
