# labels.jq - what things are called: {labels: {NAME: {en, zh}}, segments: [{name, en, zh}]}.
#
# Input (raw text, all of it): rules files; $maps: a table NAME en zh for the cuts and their keys; $questions: that of the
# surveys: the values of a tag that is made of an answer are called as the answers are. A statement is
# `metric NAME en '…' zh '…' =`; one without labels is not shown to people.

def quoted: "'(?:[^'\\\\]|\\\\.)*'";
def unquoted: .[1:-1] | gsub("\\\\(?<c>.)"; .c);

# The tags that name the column of a question: [tag, column].
[scan("(?ms)^tag\\s+([a-z_0-9]+)[^;]*?\\b(s_[a-z_]+)\\b")] as $answered
| [scan("(?m)^(metric|tag|segment)\\s+([a-z_0-9]+)\\s+en\\s+(" + quoted + ")(?:\\s+zh\\s+(" + quoted + "))?")
 | {kind: .[0], name: .[1], en: (.[2] | unquoted), zh: (.[3] // .[2] | unquoted)}] as $defined
| {
    labels: (reduce ($defined[] | select(.kind != "segment")) as $d ({}; .[$d.name] = {en: $d.en, zh: $d.zh})
      + reduce ($questions | split("\n")[1:][] | select(. != "") | split("\t")) as $q ({};
          reduce ($answered[] | select(.[1] == $q[5]) | .[0]) as $tag (.; .["\($tag).\($q[1])"] = {en: $q[2], zh: $q[3]}))
      + reduce ($maps | split("\n")[1:][] | select(. != "") | split("\t")) as $m ({}; .[$m[0]] = {en: $m[1], zh: $m[2]})),
    segments: [$defined[] | select(.kind == "segment") | del(.kind)]
  }
