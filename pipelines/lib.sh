# shellcheck shell=bash
# lib.sh - what daily-portrait and its steps share: messages, days, tsv with its header kept on top,
# compressed files, and targets that are made whole or not at all. Sourced, never run.
#
# A table here is canonical tsv (limn-records(7)) with a header line; "sorted" is by the bytes of its key
# under LC_ALL=C. Functions that can fail return the code of what failed; nobody relies on set -e inside them.

export LC_ALL=C
TAB=$'\t'

# die CODE TEXT… - says what is wrong (first line) and what to do (further lines), and ends.
die()
{
	local code=$1
	shift
	printf '%s: %s\n' "${PROGRAM:-daily-portrait}" "$1" >&2
	shift
	if (($#)); then printf '  %s\n' "$@" >&2; fi
	exit "$code"
}

# step_code N - an exit code as limn says it: 0 1 2 3; whatever else a program ended with is 3.
step_code()
{
	if (($1 >= 0 && $1 <= 3)); then echo "$1"; else echo 3; fi
}

# Other people's programs: with whatever one of these ends but 0, it is an I/O error or one of the system. (Theirs are 1 and
# 2, which here would mean bad data and bad usage.)
for name in awk cat cp cut find gzip jq join mkdir mv paste rm sed sha256sum sort tail tr uniq wc xargs zstd; do
	eval "$name() { command $name \"\$@\" || return 3; }"
done

# ---- days: proleptic Gregorian, no process started -------------------------------------------------

# day_number DAY - sets NUMBER to the days since 1970-01-01.
day_number()
{
	local y=$((10#${1:0:4})) m=$((10#${1:5:2})) d=$((10#${1:8:2})) era yoe
	((m > 2)) || y=$((y - 1))
	era=$((y / 400)) yoe=$((y % 400))
	NUMBER=$((era * 146097 + yoe * 365 + yoe / 4 - yoe / 100 + (153 * ((m + 9) % 12) + 2) / 5 + d - 1 - 719468))
}

# day_text NUMBER - sets DAY_TEXT to the day so many days after 1970-01-01.
day_text()
{
	local z=$(($1 + 719468)) era doe yoe doy mp y m
	era=$((z / 146097)) doe=$((z % 146097))
	yoe=$(((doe - doe / 1460 + doe / 36524 - doe / 146096) / 365))
	doy=$((doe - (365 * yoe + yoe / 4 - yoe / 100)))
	mp=$(((5 * doy + 2) / 153))
	m=$((mp < 10 ? mp + 3 : mp - 9))
	y=$((yoe + era * 400 + (m <= 2)))
	printf -v DAY_TEXT '%04d-%02d-%02d' "$y" "$m" $((doy - (153 * mp + 2) / 5 + 1))
}

# day_add DAY N - sets DAY_TEXT to N days later.
day_add()
{
	day_number "$1"
	day_text $((NUMBER + $2))
}

# is_day TEXT - whether it is a day of the calendar, written 2026-11-22.
is_day()
{
	[[ $1 =~ ^[0-9]{4}-[0-9]{2}-[0-9]{2}$ && $1 != 0000* ]] || return 1
	day_add "$1" 0
	[[ $DAY_TEXT == "$1" ]]
}

# ---- tables ----------------------------------------------------------------------------------------

# unpack FILE - its bytes, whatever it is packed with, by its name.
unpack()
{
	case $1 in
	*.zst) zstd -dcq -- "$1" ;;
	*.gz) gzip -dc -- "$1" ;;
	*) cat -- "$1" ;;
	esac
}

# pack FILE - our standard input, packed, into FILE.
pack()
{
	zstd -q -f -o "$1" || return 3
}

# tables FILE… - packed tables of the same columns, one after the other, under the first one's header.
tables()
{
	local file first=1
	for file; do
		if ((first)); then
			unpack "$file" || return
		else
			unpack "$file" | tail -n +2 || return
		fi
		first=0
	done
}

# sorted SORT_OPTION… - sorts the table on our standard input; its header stays on top.
sorted()
{
	local header
	IFS= read -r header || return 0
	printf '%s\n' "$header"
	sort -t "$TAB" "$@" || return 3
}

# joined JOIN_OPTION… LEFT RIGHT - joins two tables that are sorted by their keys; what one of them lacks is \N.
joined()
{
	join -t "$TAB" --header -e '\N' -o auto "$@" || return 3
}

# column NAME <TABLE - sets COLUMN to the number of the column (from 1) in the first line of our standard input.
column()
{
	local header name
	IFS= read -r header || header=
	COLUMN=1
	while [[ -n $header ]]; do
		name=${header%%"$TAB"*}
		[[ $name != "$1" ]] || return 0
		[[ $header == *"$TAB"* ]] || break
		header=${header#*"$TAB"} COLUMN=$((COLUMN + 1))
	done
	die 3 "no column '$1' in a table of the pipeline"
}

# linked_events PAIRS FILE… - the events of those tables. PAIRS lists links that are taken back, visitor_id and customer_id
# a line: such a visitor's event is not that customer's.
linked_events()
{
	local pairs=$1
	shift
	if [[ ! -s $pairs ]]; then
		tables "$@"
		return
	fi
	tables "$@" | PAIRS=$pairs awk -F '\t' -v OFS='\t' '
		BEGIN { while ((getline pair <ENVIRON["PAIRS"]) > 0) back[pair] }
		NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i; v = at["visitor_id"]; c = at["customer_id"] }
		($v FS $c) in back { $c = "\\N" }
		{ print }'
}

# A list, for conditions, of the events that name a recipient of a letter, and not who sits at the browser.
# shellcheck disable=SC2034 # it is for those that source this
LETTERS="('email_sent', 'email_open', 'email_click')"

# around DAY - sets FILES to the events of the day, the one before and the one after, as far as there are: visits last over
# midnight.
around()
{
	local d file
	FILES=()
	for d in -1 0 1; do
		day_add "$1" "$d"
		file=$LP_WAREHOUSE/events/$DAY_TEXT.tsv.zst
		[[ ! -e $file ]] || FILES+=("$file")
	done
}

# ---- targets ---------------------------------------------------------------------------------------

# put NEW TARGET - renames NEW to TARGET; when TARGET holds the same bytes it stays as it is, with its time,
# so that what is made of it is not made again. NEW is on the disk before it gets its name: after a power cut a name has
# all of its bytes or none.
put()
{
	if [[ -e $2 ]] && cmp -s -- "$1" "$2"; then
		rm -f -- "$1"
	else
		sync -d -- "$1" || return 3
		mv -f -- "$1" "$2"
	fi
}

# A target has a note beside it, .NAME.made, of what it was made: recipe and inputs with their sizes and
# times. It is up to date while the note would be the same.

# note_of TARGET - sets NOTE to the name of its note.
note_of()
{
	NOTE=${1%/*}/.${1##*/}.made
}

# is_made TARGET TEXT - whether the target is there and its note says TEXT.
is_made()
{
	local text=
	note_of "$1"
	[[ -e $1 && -r $NOTE ]] || return 1
	IFS= read -r -d '' text <"$NOTE" || :
	[[ $text == "$2" ]]
}

# made TARGET TEXT - writes the note. Half a note is another one, so that its target is made again.
made()
{
	note_of "$1"
	printf '%s' "$2" >"$NOTE"
}
