# variants.jq - one portrait changed into what a page must stand: $variant is hostile, one, many or none. Input: a portrait.

def evil: "</script><img src=x onerror=alert(1)>";

# Every list of values as `few` makes it of its rows, n and other kept true.
def tags(few): .portraits |= map_values(.tags |= map_values(if .n == null then . else . + few end));

if $variant == "hostile" then
  .store = evil
  | .periods |= map_values(.cuts |= map_values(if length > 0 then .[0].key |= (if type == "array" then [evil, evil] else evil end) else . end))
  | .portraits |= map_values(.tags |= map_values(if (.rows | length) > 0 then .rows[0][0] = evil else . end))
  | .segments[0] |= . + {en: evil, zh: evil}
  | .personas |= map(.name = {en: evil, zh: evil} | .motto = .name)
  | if .products.rows[0] then .products.rows[0] |= . + {key: evil, title: evil, category: evil} else . end
  | if .pages.rows[0] then .pages.rows[0] |= . + {key: evil} else . end
  | .labels.country = {en: evil, zh: evil}
  | .definitions |= ((. // {}) | map_values(.rule += " -- " + evil))
  | .ignored = [evil]
elif $variant == "one" then
  .periods |= map_values(.cuts |= map_values(.[:1]))
  | tags({rows: (if (.rows | length) > 0 then [[.rows[0][0], .n]] else [] end), other: 0})
  | (.products, .pages) |= (if . == null then . else .rows |= .[:1] end)
elif $variant == "many" then
  # 10,000 values of everything that logs name freely.
  [range(10000) | "value-\(10000 + .) " + ("long " * (. % 7))] as $names
  | .periods.day.cuts |= with_entries(if (.key | IN("campaign", "country")) and (.value | length) > 0
      then .value as [$row] | .value |= ($names | to_entries | map($row + {key: .value} + {uv: (20000 - .key), buyers: (10000 - .key)})) else . end)
  | .portraits.store.tags |= with_entries(if .value.n != null and (.key | IN("country", "city", "customer_tags", "pref_category"))
      then .value |= . + {n: 50015000, rows: ($names | to_entries | map([.value, 10000 - .key])), other: 10000} else . end)
  | (.pages, .products) |= (if . == null or (.rows | length) == 0 then . else .rows[0] as $row | .rows = ($names | map($row + {key: .})) end)
elif $variant == "none" then
  .periods |= map_values(.cuts = {} | .metrics = {} | .before = {} | .year_ago = {} | .changes = null)
  | .trend = [] | tags({n: 0, rows: []} | del(.other)) | .segments = [] | .personas = [] | .moves = null | .products = null | .pages = null
  | .regions_above = null | .survey_checks = null | .identity = null | .surveys = null | .quality = []
  | .portraits |= {store: .store} | .portraits.store |= (.base |= map_values(null) | .traffic = null | .funnel = null | .deals = null | .rfm = null
    | .time |= map_values(null) | .trend |= map_values([]))
else error("no such variant: \($variant)") end
