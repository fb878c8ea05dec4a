# books.jq - the lines of ledgers that do not add up. Input: ledgers of programs that pass records on.
#
# records_in + state_in = records_out + duplicate + rejected + filtered + state_out; segment --members and
# summarize write rows of another kind, and a program that failed has not written everything.
select(.exit == 0 and (.program == "dedupe-uv" or .program == "sessionize" or .program == "segment"))
| select(.args | index("--members") | not)
| select(.records_in + .state_in != .records_out + .duplicate + .rejected + .filtered + .state_out)
| "\(.program): \(.records_in) + \(.state_in) in, \(.records_out) out, \(.duplicate) duplicate, \(.rejected) rejected, "
  + "\(.filtered) filtered, \(.state_out) carried: \(.args | join(" "))"
