# conformance - inputs that others wrote, and what they must be read as.
load helpers

setup()
{
	cd "$BATS_TEST_TMPDIR" || return
}

# spectrum NAME - the records that csv-spectrum wants.
spectrum()
{
	jq -c . "$LIMN_DATA/conformance/csv-spectrum/json/$1.json"
}

# spectrum_names - its cases but location_coordinates, whose JSON has another number than its csv.
spectrum_names()
{
	find "$LIMN_DATA/conformance/csv-spectrum/csvs" -name '*.csv' -printf '%f\n' | sed 's/\.csv$//' | sort |
		grep -v location_coordinates >cases
	(($(grep -c . cases) == 11))
}

# spectrum_file NAME - its csv; the copy at hand lost the CRs of those that are about them.
spectrum_file()
{
	if [[ $1 == *_crlf ]]; then
		sed -z 's/\n/\r\n/g' "$LIMN_DATA/conformance/csv-spectrum/csvs/$1.csv" >"$1.csv"
	else
		cp "$LIMN_DATA/conformance/csv-spectrum/csvs/$1.csv" .
	fi
	echo "$1.csv"
}

# spectrum_key NAME - all its columns, so that no two different records are taken for one.
spectrum_key()
{
	spectrum "$1" | jq -r '.[0] | keys_unsorted | map(gsub("(?<c>[\\\\,])"; "\\\(.c)")) | join(",")'
}

@test "conformance: csv-spectrum reads as its JSON says" {
	need_data conformance/csv-spectrum
	local name key file
	spectrum_names
	while IFS= read -r name; do
		file=$(spectrum_file "$name")
		key=$(spectrum_key "$name")
		for block in 1 7 262144; do
			expect 0 dedupe-uv -k "$key" --to ndjson --block-size "$block" "$file"
			quiet
			jq -cs . "$OUT" >got
			spectrum "$name" | same got - || fail "$name" || return
		done
	done <cases
}

@test "conformance: csv-spectrum's quote in a field without quotes is refused, as RFC 4180 has it" {
	need_data conformance/csv-spectrum
	cp "$LIMN_DATA/conformance/csv-spectrum/csvs/location_coordinates.csv" in.csv
	expect 1 dedupe-uv -k Cities in.csv
	err_has 'dedupe-uv: in.csv:2: a quote in the wrong place'
	expect 0 dedupe-uv -k Cities --rejects bad --max-rejects 100% in.csv
	sed 1d bad | cut -f 6 >got
	{ sed 1d in.csv && echo; } | same got -
}

@test "conformance: csv-spectrum survives csv, tsv and ndjson" {
	need_data conformance/csv-spectrum
	local name key file
	spectrum_names
	while IFS= read -r name; do
		file=$(spectrum_file "$name")
		key=$(spectrum_key "$name")
		expect 0 dedupe-uv -k "$key" --to tsv -o a.tsv "$file"
		expect 0 dedupe-uv -k "$key" -o b.ndjson a.tsv
		expect 0 dedupe-uv -k "$key" -o c.csv b.ndjson
		expect 0 dedupe-uv -k "$key" --to ndjson c.csv
		jq -cs . "$OUT" >got
		spectrum "$name" | same got - || fail "$name" || return
	done <cases
}

# json_lines GLOB - each JSON text on a line of its own, and its name in the same line of `names`; as it is, or
# as the member v of an object with -w. Left out: the text that is wrong only for the line end in a string,
# which is no line.
json_lines()
{
	local wrap='' file
	if [[ $1 == -w ]]; then wrap=1 && shift; fi
	for file in "$LIMN_DATA"/conformance/json-parsing/$1; do
		[[ ${file##*/} != n_string_unescaped_newline.json ]] || continue
		echo "${file##*/}" >>names
		if [[ $wrap ]]; then printf '{"v":'; fi
		tr '\n' ' ' <"$file"
		echo "${wrap:+\}}"
	done
}

@test "conformance: JSON that must be accepted is, and means the same when we write it" {
	need_data conformance/json-parsing
	json_lines -w 'y_*.json' >in.ndjson
	(($(grep -c . names) == 95))
	expect 0 dedupe-uv --columns v,w -k w --select v --to ndjson in.ndjson
	quiet
	(($(grep -c . "$OUT") == 95))
	# jq reads both alike: strings as they are, numbers by value, lists by their members
	jq -c .v in.ndjson >wanted
	jq -c .v "$OUT" >got
	same got wanted
}

@test "conformance: objects of JSON are accepted as records" {
	need_data conformance/json-parsing
	json_lines 'y_*object*.json' >in.ndjson
	grep -v '^ *{' in.ndjson && fail 'not all of them are objects'
	expect 0 dedupe-uv --columns k -k k in.ndjson
	(($(grep -c . "$OUT") == $(grep -c . in.ndjson)))
	# each of them can be the first, which names the columns
	while IFS= read -r line; do
		[[ $line == '{}'* ]] && continue
		printf '%s\n' "$line" >one.ndjson
		expect 0 dedupe-uv --columns k -k k --to ndjson one.ndjson
	done <in.ndjson
}

@test "conformance: JSON that must be refused is, each text on a line" {
	need_data conformance/json-parsing
	local i=0 line
	: >names
	json_lines 'n_*.json' >in.ndjson
	while IFS= read -r name; do
		i=$((i + 1))
		sed -n "${i}p" in.ndjson >one.ndjson
		case $name in
		n_structure_no_data.json | n_structure_UTF8_BOM_no_data.json | n_single_space.json) # nothing but blanks: no record
			expect 0 dedupe-uv --columns v -k v one.ndjson || fail "$name" || return
			;;
		*)
			expect 1 dedupe-uv --columns v -k v one.ndjson || fail "$name" || return
			err_has 'dedupe-uv: one.ndjson:1: '
			;;
		esac
		out_is
	done <names
	((i == 187))
	: >empty.ndjson
	expect 0 dedupe-uv -k v empty.ndjson
	out_is
}

@test "conformance: JSON that must be refused is, inside of an object" {
	need_data conformance/json-parsing
	: >names
	json_lines -w 'n_*.json' >in.ndjson
	expect 0 dedupe-uv --columns v -k v --rejects bad --max-rejects 100% in.ndjson
	if [[ -s $OUT ]]; then fail "accepted:" "$(cat "$OUT")" || return; fi
	sed 1d bad | cut -f 2 >got
	seq "$(grep -c . names)" | same got -
}

@test "conformance: JSON that may be either is read or refused, and costs nothing but its line" {
	need_data conformance/json-parsing
	json_lines -w 'i_*.json' >texts
	while IFS= read -r line; do
		printf '%s\n{"v":"next"}\n' "$line"
	done <texts >in.ndjson
	expect 0 dedupe-uv --columns v,w -k w --rejects bad --max-rejects 100% --ledger l in.ndjson
	(($(grep -c '^{"v":"next"}$' "$OUT") == $(grep -c . names)))
	jq -e '.records_in == .records_out + .rejected' l >jq.out
}
