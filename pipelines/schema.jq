# schema.jq - the streams as lines of tsv: stream, column, type, required (1 or 0), part of the key (1 or 0).
# Input: the Table Schemas of schemas/records.
.name as $stream
| ([.primaryKey] | flatten) as $key
| .fields[]
| [$stream, .name, .type, (if .constraints.required then 1 else 0 end),
   (.name as $name | if $key | index($name) then 1 else 0 end)]
| @tsv
