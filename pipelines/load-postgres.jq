# load-postgres.jq - SQL that makes the tables of a database schema ($schema), or adds to them what is new.
#
# Input: Table Schemas, one after the other. $tags: schemas/maps/tags.tsv; $metrics: the columns of metrics/DAY.tsv, TABs
# between them. Every statement may be run again.

def name: "\"" + gsub("\""; "\"\"") + "\"";
def text: "'" + gsub("'"; "''") + "'";
def of($table): "\($schema | name).\($table | name)";

def type: {string: "text", integer: "bigint", number: "numeric", date: "date", datetime: "timestamptz", boolean: "boolean",
  array: "jsonb"}[.] // error("no such type: \(.)");

# The type of a tag, by its kind in tags.tsv; a table that rules add to may have others: texts.
def tag_types: [$tags | split("\n")[1:][] | select(. != "") | split("\t")
  | {name: .[0], type: ({date: "date", number: "number", multiple: "array"}[.[2]] // "string")}];

def created($table; $title; $fields):
  "create table if not exists \(of($table)) (file_day date not null);",
  "comment on table \(of($table)) is \($title | text);",
  "comment on column \(of($table)).file_day is \("The day in the name of the file: of arrival, of the events or of the portrait." | text);",
  "create index if not exists \("\($table)_file_day" | name) on \(of($table)) (file_day);",
  ($fields[]
   | "alter table \(of($table)) add column if not exists \(.name | name) \(.type | type);",
     (select(.description) | "comment on column \(of($table)).\(.name | name) is \(.description | text);"));

# Of a stream of versions, the current ones: the last by updated_at, and of equal ones the last to arrive.
def current:
  . as $stream
  | (.primaryKey - ["updated_at"] | map(name) | join(", ")) as $key
  | "drop view if exists \(of(.name + "_current"));",
    "create view \(of(.name + "_current")) as select distinct on (\($key)) * from \(of(.name)) order by \($key), updated_at desc, file_day desc;",
    "comment on view \(of(.name + "_current")) is \("\(.name): the last version of each" | text);";

"create schema if not exists \($schema | name);",
"create table if not exists \(of("loaded")) (table_name text, file_day date, stamp text not null, records bigint not null, loaded_at timestamptz not null default now(), primary key (table_name, file_day));",
"comment on table \(of("loaded")) is \("Files that are loaded: size and time of each, and how many records it has." | text);",
(inputs
 | created(.name; .title; .fields + (if .name == "people" then tag_types else [] end)),
   (select(.primaryKey | index("updated_at") and length > 1) | current)),
created("metrics"; "Every cell of the portrait: period, part, cut and key, and its metrics";
  [$metrics | split("\t")[] | select(. != "") | {name: ., type: (if IN("period", "part", "cut", "key") then "string" else "number" end)}])
