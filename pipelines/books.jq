# books.jq - what does not add up in ledgers, a line each. Run with -n over the ledger files.
#
# A program that passes records on: records_in + state_in = records_out + duplicate + rejected + filtered + state_out
# (segment --members and summarize write rows of another kind). Intake: what the reading program wrote is what the
# next one read.

def passes_on: (.program == "dedupe-uv" or .program == "sessionize" or .program == "segment")
  and (.args | index("--members") | not);

def reads_raw: .program == "dedupe-uv" and (.args | index("--rejects"));

reduce (inputs | select(.exit == 0) | . + {file: input_filename}) as $l ({wrong: [], read: {}};
  if ($l | passes_on) and $l.records_in + $l.state_in
      != $l.records_out + $l.duplicate + $l.rejected + $l.filtered + $l.state_out
  then .wrong += ["\($l.program): \($l.records_in) + \($l.state_in) in, \($l.records_out) out, \($l.duplicate) duplicate, "
    + "\($l.rejected) rejected, \($l.filtered) filtered, \($l.state_out) carried: \($l.args | join(" "))"] else . end
  | if ($l | reads_raw) then .read[$l.file].out += $l.records_out
    elif $l.program == "segment" and ($l.file | test("/(?!portrait)[a-z_]+[.]jsonl$")) then .read[$l.file].in += $l.records_in
    else . end)
| .wrong[], (.read | to_entries[] | select(.value.out != null and .value.out != .value.in)
  | "\(.key): \(.value.out) records written by the first program, \(.value.in) read by the second")
