# definitions.jq - what metrics, tags and segments mean: {NAME: {kind, rule, file}} for every statement with labels, rule being
# its text without comments and line ends.
#
# Input (raw lines): rules files, whose names are told below $dir. Of a name that several files define the first one counts.

def quoted: "'(?:[^'\\\\]|\\\\.)*'";

# The statements of a file, comments taken off outside of quotes.
def statements:
  gsub("(?<text>" + quoted + ")|--[^\n]*"; .text // "")
  | scan("(?:" + quoted + "|[^;'])+;") | gsub("\\s+"; " ") | ltrimstr(" ");

reduce inputs as $line ({}; .[input_filename] += $line + "\n")
| reduce (to_entries[] | (.key | ltrimstr($dir + "/")) as $file | .value | statements
    | capture("^(?<kind>metric|tag|segment) (?<name>[a-z_0-9]+) en (?<rule>.*)") as $d
    | {name: $d.name, kind: $d.kind, rule: ., file: $file}) as $d ({};
    .[$d.name] //= ($d | del(.name)))
