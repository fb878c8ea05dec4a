# labels.jq - what things are called: {labels: {NAME: {en, zh}}, segments: [{name, en, zh}]}.
#
# Input (raw text, all of it): rules files, and tables NAME en zh for the cuts and their keys. A statement is
# `metric NAME en '…' zh '…' =`; one without labels is not shown to people.

def quoted: "'(?:[^'\\\\]|\\\\.)*'";
def unquoted: .[1:-1] | gsub("\\\\(?<c>.)"; .c);

[scan("(?m)^(metric|tag|segment)\\s+([a-z_0-9]+)\\s+en\\s+(" + quoted + ")(?:\\s+zh\\s+(" + quoted + "))?")
 | {kind: .[0], name: .[1], en: (.[2] | unquoted), zh: (.[3] // .[2] | unquoted)}] as $defined
| {
    labels: (reduce ($defined[] | select(.kind != "segment")) as $d ({}; .[$d.name] = {en: $d.en, zh: $d.zh})
      + reduce ($maps | split("\n")[1:][] | select(. != "") | split("\t")) as $m ({}; .[$m[0]] = {en: $m[1], zh: $m[2]})),
    segments: [$defined[] | select(.kind == "segment") | del(.kind)]
  }
