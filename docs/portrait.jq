# portrait.jq - the schema of portrait.json as tables for people: docs/portrait.md (make docs).

def cell: gsub("\\|"; "\\|");

# What a value is, in a few words; $defs by their names.
def kind:
  if ."$ref" then (."$ref" | ltrimstr("#/$defs/")) as $name | "[\($name)](#\($name))"
  elif has("const") then "`\(.const)`"
  elif .enum then (.enum | map("`\(.)`") | join(", "))
  elif .anyOf then (.anyOf | map(kind) | join(" or "))
  elif .type == "array" or (.type | type == "array" and index("array")) then
    (if .items.prefixItems then "list of [value, count]" elif .items then "list of " + (.items | kind) else "list" end) + (if .type == "array" then "" else ", null" end)
  elif .type | type == "array" then (.type | map(if . == "null" then "null" else . end) | join(", "))
  else .type // "any" end;

def row($name): "| `\($name)` | \(kind | cell) | \(.description // "" | cell) |";

# The members of an object, those of objects in it behind their names.
def members($path):
  def inner($path):
    if ."$ref" then empty
    elif .properties or (.additionalProperties | type) == "object" then members($path + ".")
    elif .items then (.items | inner($path + "[]"))
    elif .anyOf then (.anyOf[] | inner($path))
    else empty end;
  (.properties // {} | to_entries[] | .key as $key | .value | row($path + $key), inner($path + $key)),
  (.additionalProperties | select(type == "object") | inner($path + "NAME"));

def members_of: "", "| member | is | what |", "|---|---|---|", members("");

"", "## The members", members_of,
(."$defs" | to_entries[] | "", "### \(.key)", "", .value.description // error("no description: " + .key),
  (.value | if .properties then members_of else empty end))
