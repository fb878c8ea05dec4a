# personas.jq - three or four ideal customers out of the portraits of the persona_… segments (rules/people/personas.rules).
# Included by finish.jq.
include "traits";

# Of which tags it is told when and where to reach somebody: the first of a line that the portrait has.
def when_tags: [["preferred_order_hour_band", "local_visit_hour_band"], ["preferred_dow"], ["peak_season"]];
def where_tags: [["last_channel", "first_source_l1"], ["last_source", "first_source_l2"], ["main_platform"], ["country"], ["customer_language"]];

# A tag's counts among $part's people and among the $store's, compared. A value is left out that the portrait of either
# side may have put into other.
def tag_compared($tag; $part; $store):
  ($part.rows | map({key: .[0], value: .[1]}) | from_entries) as $there
  | [$store.rows[] | .[0] as $value
     | {value: $value, people: .[1], selected: ($there[$value] // if ($part.other // 0) == 0 then 0 else null end)}
     | select(.selected != null)]
  | compared($tag; $store.n; $part.n);

def tags_compared($part; $store):
  [$store.tags | to_entries[] | select(.value.n > 0) | .key as $tag | $part.tags[$tag] | select(. != null and .n > 0)
   | tag_compared($tag; .; $store.tags[$tag])];

# Personas are buyers, most people of a store are not: what only tells one from the other sets none of them apart.
def buyers_only($all): IN("lifecycle", "customer_type") or $all[.].group == "value";

def trait: {tag, key: .value, people: .selected, share, store_share, index};

# The commonest value of the first of each list of tags that there is; peak_season none is no season.
def commonest($tags):
  . as $compared
  | [$tags[] | [.[] | . as $tag | $compared[] | select(.tag == $tag and any(.values[]; .selected > 0))][0] | select(. != null)
     | .tag as $tag | [.values[] | select(.selected > 0 and (.value == "none" | not))] | sort_by([-.selected, .value])[0] | select(. != null)
     | {tag: $tag} + . | trait];

# The segments that are drawn, at most four, those with the largest amount first: of at least 30 people and 1 % of the
# customers, and none of which more than half are of one that is drawn already. $shared: {"A B": people of both}.
def chosen($kinds; $shared):
  . as $portraits
  | ([30, ($portraits.store.base.customers // 0) / 100] | max) as $least
  | [$kinds[] | select(($portraits[.segment].base.people // 0) >= $least)]
  | sort_by([-($portraits[.segment].base.amount // "0" | tonumber), .segment])
  | reduce .[] as $kind ([];
      if length < 4 and all(.[]; ($shared[.segment + " " + $kind.segment] // 0) * 2 <= $portraits[$kind.segment].base.people)
      then . + [$kind] else . end);

# Input: the portrait. $kinds: [{segment, name_en, name_zh, motto_en, motto_zh}].
def personas($kinds; $shared):
  (.definitions // {}) as $definitions
  | (.tags // {}) as $all
  | .portraits as $portraits
  | if $portraits == null then []
    else $portraits | [chosen($kinds; $shared)[] | . as $kind
      | $portraits[.segment] as $part
      | ($definitions[.segment].rule // "") as $rule
      | tags_compared($part; $portraits.store) as $tags
      | ([$rule | scan("[a-z_][a-z0-9_]*")]) as $named # what the rule itself says of them is no news
      | ($tags | map(select(.tag | (IN($named[]) or buyers_only($all)) | not)
          | .values |= map(select(.value != "none")))) as $others # what somebody lacks sets nobody before the eye
      | {segment, name: {en: .name_en, zh: .name_zh}, motto: {en: .motto_en, zh: .motto_zh},
         people: $part.base.people,
         amount_share: (ratio($part.base.amount // "0" | tonumber; $portraits.store.base.amount // "0" | tonumber) | rounded),
         over: ($others | telling(1; 2; 8) | map(trait)), under: ($others | telling(-1; 2; 4) | map(trait)),
         when: ($tags | commonest(when_tags)), where: ($tags | commonest(where_tags)), rule: $rule}]
    end;
