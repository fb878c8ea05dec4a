# traits.jq - what sets a part of people apart from all of them: shares, indices, and how telling they are. Included by
# try-segment.jq and personas.jq.

def ratio($a; $b): if $a == null or $b == null or $b == 0 then null else $a / $b end;
def rounded: if . == null then null else . * 1000000 | round / 1000000 end;
def index_of($a; $b): ratio($a; $b) | if . == null then null else . * 100 | round end;

# How far beyond chance the number of a part of people with a value is, as standard deviations of a draw without
# replacement (hypergeometric); 0 where it cannot be otherwise. $n of $selected have it, $people of $known.
def z($n; $selected; $people; $known):
  ($people / $known) as $p
  | (if $known < 2 then 0 else $selected * $p * (1 - $p) * ($known - $selected) / ($known - 1) end) as $variance
  | if $variance <= 0 then 0 else ($n - $selected * $p) / ($variance | sqrt) end;

# A tag that $known people and $selected of the part have, with the values [{value, people, selected}] of it; the commonest
# first.
def compared($tag; $known; $selected):
  {tag: $tag, known: $known, selected_known: $selected,
   values: (map({value, selected, people, share: (ratio(.selected; $selected) | rounded), store_share: (.people / $known | rounded),
     index: index_of(ratio(.selected; $selected); .people / $known),
     z: (z(.selected; $selected; .people; $known) * 100 | round / 100)})
     | sort_by([-.people, .value]))};

# Of tags so compared the values that are there more ($sign 1) or less (-1) often than chance has it, the most telling
# first: at most $top, at most $each of a tag. Fewer than five people, there or expected, tell nothing.
def telling($sign; $each; $top):
  [.[] | . as $tag
   | [.values[] | select(.z * $sign > 2 and (if $sign > 0 then .selected else .people / $tag.known * $tag.selected_known end) >= 5)]
   | sort_by([-.z * $sign, .value])[:$each][] | {tag: $tag.tag} + .]
  | sort_by([-.z * $sign, .tag, .value])[:$top];
