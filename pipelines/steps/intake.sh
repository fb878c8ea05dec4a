# shellcheck shell=bash disable=SC2119
# intake.sh ARRIVAL - turns the files that arrived on one day into canonical tables, a stream each.
#
# Reads $LP_WORK/todo/intake/ARRIVAL (lines: stream, file) and $LP_WORK/schema.tsv. A stream becomes
# arrivals/ARRIVAL/STREAM.tsv.zst: the schema's columns in its order, \N for what is missing or empty, times as
# UTC instants, one record a key. Records that do not read go to quarantine/ARRIVAL/STREAM.tsv.
set -euo pipefail
. "$LP_PIPELINES/lib.sh"
arrival=$1
work=$LP_WORK/intake.$arrival
mkdir -p "$work" "$LP_WAREHOUSE/arrivals/$arrival" "$LP_WAREHOUSE/ledger/$arrival"

declare -A is_present=()

# load_schema STREAM - sets columns, types, required, keys, and the last as key, the first as header.
load_schema()
{
	local stream name type need part
	columns=() types=() required=() keys=() key=
	while IFS=$'\t' read -r stream name type need part; do
		[[ $stream == "$1" ]] || continue
		columns+=("$name") types+=("$type") required+=("$need")
		if ((part)); then keys+=("$name"); fi
	done <"$LP_WORK/schema.tsv"
	printf -v key ',%s' "${keys[@]}"
	key=${key#,}
	printf -v header '\t%s' "${columns[@]}"
	header=${header#"$TAB"}
}

# encoding FILE - sets enc by its name.
encoding()
{
	local name=${1%.gz}
	case ${name%.zst} in
	*.csv) enc=csv ;;
	*.tsv) enc=tsv ;;
	*) enc=ndjson ;;
	esac
}

# find_columns STREAM FILE ENC AS… - sets is_present[NAME] for the columns that the file has.
find_columns()
{
	local stream=$1 file=$2 enc=$3 line='' name names
	shift 3
	is_present=()
	if [[ $enc == ndjson ]]; then
		for name in "${columns[@]}"; do is_present[$name]=1; done
		return
	fi
	case $file in
	*.gz | *.zst) IFS= read -r line < <(unpack "$file" 2>/dev/null) || : ;;
	*) IFS= read -r line <"$file" || : ;;
	esac
	line=${line#$'\xef\xbb\xbf'} line=${line%$'\r'}
	[[ -n $line ]] || return 1
	if (($#)) || [[ $line == *[\"\\]* ]]; then
		printf '%s\n' "$line" >"$work/first"
		line=$(dedupe-uv --from "$enc" --to tsv "$@" -k "${keys[0]}" "$work/first" 2>"$work/why") || {
			sed "s|$work/first|$file|" "$work/why" >&2
			die 2 "stream $stream: $file: its columns could not be made out" \
				"rename columns with --as $stream:OURS=THEIRS, or in the adapter.conf of the inbox"
		}
		enc=tsv
	fi
	[[ $enc == tsv ]] || line=${line//,/$TAB}
	IFS=$'\t' read -r -a names <<<"$line"
	for name in "${names[@]}"; do
		[[ -z $name ]] || is_present[$name]=1
	done
}

# make_rules FILE - sets where, raw, out and writes the rules that make columns canonical; a tag's name is
# that of its column behind c_, as a tag may not be called like a column.
make_rules()
{
	local i name
	where='' raw='' out=''
	for i in "${!columns[@]}"; do
		name=${columns[i]}
		out+=,c_$name
		if [[ -z ${is_present[$name]-} ]]; then
			echo "tag c_$name = case when '' = '-' then '' end;"
			continue
		fi
		raw+=,$name
		case ${types[i]} in
		datetime)
			echo "tag c_$name = coalesce($name, time(''));"
			where+=" and not $name < 0001-01-01T00:00:00Z"
			;;
		date)
			echo "tag c_$name = coalesce($name, day(''));"
			where+=" and not $name < 0001-01-01"
			;;
		number | integer)
			echo "tag c_$name = coalesce($name, number(''));"
			where+=" and not $name < -1000000000000000000"
			;;
		*) echo "tag c_$name = case when $name != '' then $name end;" ;;
		esac
	done >"$1"
	where=${where# and } raw=${raw#,} out=${out#,}
	where=${where:-true} # a file may have texts alone
}

# too_many REJECTED READ - whether more are bad than --max-rejects allows.
too_many()
{
	local limit=$LP_MAX_REJECTS whole part
	if [[ $limit != *% ]]; then
		(($1 > limit))
		return
	fi
	limit=${limit%\%}
	whole=${limit%%.*} part=
	[[ $limit != *.* ]] || part=${limit#*.}
	part=${part}000000
	(($1 * 100000000 > $2 * (10#${whole:-0} * 1000000 + 10#${part:0:6})))
}

# read_raw STREAM FILE - the file's records as tsv, one a key. Every typed column is read as its type, so that
# what is bad is named by file and line.
read_raw()
{
	local options=("${from[@]}" --to tsv "${as[@]}" --tz "$LP_TZ" -k "$key" "${keep[@]}" --where "$where"
		--select "$raw" --rejects "$work/rejects" --max-rejects "$LP_MAX_REJECTS" --ledger "$work/$1.jsonl")
	case $2 in
	*.gz | *.zst) unpack "$2" | dedupe-uv "${options[@]}" ;;
	*) dedupe-uv "${options[@]}" -- "$2" ;;
	esac
}

# first_reject FILE STREAM - sets REJECT to what is wrong with the first bad record of a file that could not be taken in, and
# leaves all that were found in quarantine.
first_reject()
{
	local line column reason raw rest
	REJECT=
	[[ -s $work/rejects ]] || return 0
	IFS=$'\t' read -r rest line rest column reason raw < <(sed -n 2p "$work/rejects") || return 0
	REJECT="$line: column '$column': $reason: ${raw:0:200}"
	[[ $column != '\N' ]] || REJECT="$line: $reason: ${raw:0:200}"
	mkdir -p "$LP_WAREHOUSE/quarantine/$arrival"
	FILE=$1 awk -F '\t' -v OFS='\t' 'NR > 1 && $1 == "-" { $1 = ENVIRON["FILE"] } { print }' "$work/rejects" \
		>"$LP_WAREHOUSE/quarantine/$arrival/$2.tsv"
}

# canonical STREAM FILE - appends the file's records to $work/STREAM.tsv.
canonical()
{
	local stream=$1 file=$2 enc from=() as=() rename keep=() where raw out i code=0 name head=() bytes
	encoding "$file"
	while IFS=$'\t' read -r name rename; do
		[[ $name != "$stream" ]] || as+=(--as "$rename")
	done <"$LP_WORK/as.tsv"
	if ! find_columns "$stream" "$file" "$enc" "${as[@]}"; then
		bytes=$(unpack "$file" | wc -c) || die 1 "arrival $arrival, stream $stream: $file could not be taken in" "it is not whole"
		((!bytes)) || die 1 "stream $stream: $file: the first line names no columns"
		return 0
	fi
	for i in "${!columns[@]}"; do
		if ((required[i])) && [[ -z ${is_present[${columns[i]}]-} ]]; then
			die 2 "stream $stream: $file: there is no column '${columns[i]}'" \
				"name the column that holds it: --as $stream:${columns[i]}=THEIRS, or in the adapter.conf of the inbox" \
				"the file has: ${!is_present[*]}"
		fi
	done
	make_rules "$work/rules"
	from=(--from "$enc")
	[[ $enc != ndjson ]] || from+=(--stream "$stream")
	[[ $stream != events ]] || keep=(--keep first --by ts)
	rm -f "$work/rejects"
	read_raw "$stream" "$file" |
		segment --rows --from tsv --tz "$LP_TZ" -r "$work/rules" --no-header --select "$out" \
			--ledger "$work/$stream.jsonl" >>"$work/$stream.tsv" || code=$?
	if ((code)); then
		first_reject "$file" "$stream"
		die "$(step_code "$code")" "arrival $arrival, stream $stream: $file could not be taken in${REJECT:+: line $REJECT}" \
			"mend or remove the file, or allow more bad records: --max-rejects 1%"
	fi
	[[ ! -e $work/rejects ]] || mapfile -n 2 -t head <"$work/rejects"
	if ((${#head[@]} > 1)); then # more than the header
		# Of a packed file the filter saw only a pipe.
		[[ -s $work/$stream.rejects ]] || printf '%s\n' "${head[0]}" >"$work/$stream.rejects"
		FILE=$file awk -F '\t' -v OFS='\t' '
			NR == 1 { next }
			$1 == "-" { $1 = ENVIRON["FILE"] }
			{ print }' "$work/rejects" >>"$work/$stream.rejects"
	fi
}

# without_missing STREAM FILES - puts records that lack a required value into quarantine, and checks the limit.
without_missing()
{
	local stream=$1 i pattern='' need='' bad read rejected
	for i in "${!columns[@]}"; do
		((required[i])) || continue
		pattern+="|^([^$TAB]*$TAB){$i}\\\\N($TAB|\$)" need+=" $((i + 1))"
	done
	if grep -qE -- "${pattern#|}" "$work/$stream.tsv"; then
		[[ -s $work/$stream.rejects ]] || printf 'file\tline\toffset\tcolumn\treason\traw\n' >"$work/$stream.rejects"
		FILE=$2 REJECTS=$work/$stream.rejects awk -F '\t' -v need="$need" -v names="${columns[*]}" '
			BEGIN { n = split(need, column, " "); split(names, name, " ") }
			{
				for (i = 1; i <= n; i++)
					if ($column[i] == "\\N") {
						raw = $0
						gsub(/\\/, "\\\\", raw)
						gsub(/\t/, "\\t", raw)
						printf "%s\t\\N\t\\N\t%s\tmissing\t%s\n", ENVIRON["FILE"], name[column[i]], raw >>ENVIRON["REJECTS"]
						next
					}
				print
			}' "$work/$stream.tsv" >"$work/$stream.good"
		mv "$work/$stream.good" "$work/$stream.tsv"
	fi
	[[ -s $work/$stream.rejects ]] || return 0
	bad=$(wc -l <"$work/$stream.rejects")
	rejected=$((bad - 1))
	read=$(awk -F 'records_in":' '/"program":"dedupe-uv"/ { sum += $2 + 0 } END { print sum + 0 }' "$work/$stream.jsonl")
	if too_many "$rejected" "$read"; then
		mkdir -p "$LP_WAREHOUSE/quarantine/$arrival"
		cp "$work/$stream.rejects" "$LP_WAREHOUSE/quarantine/$arrival/$stream.tsv"
		die 1 "arrival $arrival, stream $stream: $rejected of $read records are bad, more than $LP_MAX_REJECTS" \
			"see $LP_WAREHOUSE/quarantine/$arrival/$stream.tsv; mend the files, or allow more: --max-rejects 1%"
	fi
}

# filled: how many records the table has, and how many values in each of its columns.
filled()
{
	local name rules='metric records = count();'
	for name in "${columns[@]}"; do rules+=" metric $name = count($name);"; done
	summarize --from tsv -e "$rules" "$work/$1.table" | cut -f 2-
}

# take STREAM FILE… - makes the stream's table of this arrival.
take()
{
	local stream=$1 file sum name target=$LP_WAREHOUSE/arrivals/$arrival/$1.tsv.zst
	shift
	load_schema "$stream"
	: >"$work/$stream.tsv"
	: >"$work/$stream.jsonl"
	for file; do canonical "$stream" "$file"; done
	without_missing "$stream" "$*"
	{ printf '%s\n' "$header" && cat "$work/$stream.tsv"; } >"$work/$stream.table"
	if (($# > 1)) && [[ $stream != events ]]; then # of one file they are one a key already
		dedupe-uv -k "$key" --ledger "$work/$stream.jsonl" --from tsv \
			"$work/$stream.table" -o "$work/$stream.once.tsv"
		mv "$work/$stream.once.tsv" "$work/$stream.table"
	fi
	if [[ $stream == events ]]; then
		dedupe-uv -k day --count records --select day,records --from tsv --tz "$LP_TZ" "$work/$stream.table" |
			sorted >"$work/days"
		mv "$work/days" "$LP_WAREHOUSE/arrivals/$arrival/.events.days"
	fi
	filled "$stream" >"$LP_WAREHOUSE/arrivals/$arrival/.$stream.filled"
	sha256sum -- "$@" >"$work/$stream.sums"
	while read -r sum name; do
		printf '%s\t%s\n' "$sum" "${name#"$LP_INBOX/"}"
	done <"$work/$stream.sums" >"$LP_WAREHOUSE/arrivals/$arrival/.$stream.sums"
	pack "$work/$stream.zst" <"$work/$stream.table"
	if [[ -s $work/$stream.rejects ]]; then
		mkdir -p "$LP_WAREHOUSE/quarantine/$arrival"
		mv "$work/$stream.rejects" "$LP_WAREHOUSE/quarantine/$arrival/$stream.tsv"
	elif [[ -e $LP_WAREHOUSE/quarantine/$arrival/$stream.tsv ]]; then
		rm -f "$LP_WAREHOUSE/quarantine/$arrival/$stream.tsv"
	fi
	mv "$work/$stream.jsonl" "$LP_WAREHOUSE/ledger/$arrival/$stream.jsonl"
	put "$work/$stream.zst" "$target"
	made "$target" "$(<"$LP_WORK/todo/intake/$arrival.$stream.note")"
}

while IFS=$'\t' read -r stream files; do
	IFS=$'\t' read -r -a files <<<"$files"
	take "$stream" "${files[@]}"
done <"$LP_WORK/todo/intake/$arrival"
rm -rf "$work"
