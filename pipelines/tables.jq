# tables.jq - canonical tsv in jq, and numbers as a portrait has them: counts and rates are numbers, money is a text, padded to
# the currency's digits: jq's numbers are doubles. `include "tables";`

def untsv:
  if . == "\\N" then null
  elif index("\\") == null then .
  else gsub("\\\\(?<c>.)"; {"t": "\t", "n": "\n", "r": "\r"}[.c] // .c) end;

# The rows of a table, a text with a header, as objects.
def table:
  [split("\n")[] | select(. != "") | split("\t")]
  | if length == 0 then [] else .[0] as $names | .[1:] | map([$names, map(untsv)] | transpose
      | map({key: .[0], value: .[1]}) | from_entries) end;

# The rows of a table without a header as lists of texts as they are written.
def lines: [split("\n")[] | select(. != "") | split("\t")];

def money($digits):
  if . == null then null
  else (ltrimstr("-") | split(".")) as $p | (if startswith("-") then "-" else "" end) + $p[0]
    + (if $digits == 0 then "" else "." + (($p[1] // "") + "000000")[0:$digits] end) end;

def number: if . == null then null else tonumber end;
