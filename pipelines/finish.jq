# finish.jq - puts the parts of the portrait together, and adds what is drawn from all of them: personas, and what to do
# for each segment.
#
# Input (slurped): the parts. $actions, $kinds: schemas/maps/actions.tsv and personas.tsv; $shared: lines segment, segment, people
# of both.
include "personas";

def table: [split("\n")[] | select(. != "") | split("\t")]
  | .[0] as $names | .[1:] | map([$names, .] | transpose | map({key: .[0], value: .[1]}) | from_entries);

add
| ($actions | table | map({key: .segment, value: {action: {en: .action_en, zh: .action_zh}, offer: {en: .offer_en, zh: .offer_zh}}})
  | from_entries) as $to_do
| ($shared | split("\n") | map(select(. != "") | split("\t") | {key: "\(.[0]) \(.[1])", value: (.[2] | tonumber)}) | from_entries) as $both
| .segments |= map(.action = $to_do[.name])
| .personas = personas($kinds | table; $both)
