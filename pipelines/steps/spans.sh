# shellcheck shell=bash disable=SC2034,SC2154
# spans.sh - the ranges of days that are counted, and what of visits lies in those of long ago. Sourced by daily-portrait;
# tables are written to $work by the name in the comment.
#
# A period (the day, 7 and 30 days to it, its month and its year to it) has three parts: current, previous (the days before; of
# a month or a year to date the same days of the one before), and last_year (364 days earlier: the same weekdays). near are
# those that are cut by dimensions and lie within 60 days; far are those of which only totals are counted.

# spans: period part from to kind, a line each.
list_spans()
{
	local n year=$((10#${day:0:4})) month=${day:5:2} first
	{
		nobody period part from to kind
		for n in 1 7 30; do
			day_add "$day" $((1 - n))
			first=$DAY_TEXT
			three_parts "${n}d" near "$first" -"$n"
		done
		day_add "${day:0:7}-01" -1
		three_parts mtd far "${day:0:7}-01" "${DAY_TEXT:0:7}"
		printf -v year '%04d' $((year - 1))
		three_parts ytd far "${day:0:4}-01-01" "$year-$month"
	} >"$work/spans"
}

# three_parts PERIOD KIND FROM BEFORE - the lines of a period from FROM to the day. BEFORE: how many days before them the
# previous part lies, as -7; else the month in which that ends, on the same day or, when it has none, on its last.
three_parts()
{
	local period=$1 kind=$2 from=$3 was_from was_to last
	[[ $period != 1d ]] || period=day
	if [[ $4 == -* ]]; then
		day_add "$from" "$4"
		was_from=$DAY_TEXT
		day_add "$from" -1
		was_to=$DAY_TEXT
	else
		was_from=$4-01 was_to=$4-${day:8:2}
		[[ $period != ytd ]] || was_from=${4:0:4}-01-01
		for last in 30 29 28; do is_day "$was_to" || was_to=$4-$last; done
	fi
	nobody "$period" current "$from" "$day" "$kind"
	nobody "$period" previous "$was_from" "$was_to" "$kind"
	day_add "$from" -364
	was_from=$DAY_TEXT
	day_add "$day" -364
	nobody "$period" last_year "$was_from" "$DAY_TEXT" far
}

# spread KIND COLUMN [NAME…] <TABLE - its rows, or these columns of them, behind the columns span, since and day: a row for each
# span of that kind (all: of any) in which the day in COLUMN lies.
spread()
{
	local kind=$1 column=$2
	shift 2
	SPANS=$work/spans KIND=$kind COLUMN=$column WANT=$* awk -F '\t' -v OFS='\t' '
		BEGIN {
			getline line <ENVIRON["SPANS"]
			while ((getline line <ENVIRON["SPANS"]) > 0) {
				split(line, part, FS)
				if (ENVIRON["KIND"] != "all" && ENVIRON["KIND"] != part[5]) continue
				name[++spans] = part[1] "|" part[2]
				from[spans] = part[3]
				to[spans] = part[4]
			}
			n = split(ENVIRON["WANT"], want, " ")
		}
		NR == 1 {
			for (i = 1; i <= NF; i++) {
				if ($i == ENVIRON["COLUMN"]) at = i
				else if (!ENVIRON["WANT"]) { column[++n] = i; want[n] = $i }
				number[$i] = i
			}
			line = "span" OFS "since" OFS "day"
			for (i = 1; i <= n; i++) { column[i] = number[want[i]]; line = line OFS want[i] }
			print line
			next
		}
		!($at in places) {
			places[$at] = ""
			for (s = 1; s <= spans; s++) if (from[s] <= $at && $at <= to[s]) places[$at] = places[$at] " " s
		}
		places[$at] != "" {
			line = $at
			for (i = 1; i <= n; i++) line = line OFS $column[i]
			k = split(places[$at], place, " ")
			for (i = 1; i <= k; i++) print name[place[i]], from[place[i]], line
		}'
}

# far_days PART BEFORE - sets FILES to the tables of that part of the warehouse for the days of all far spans and so many before
# each.
far_days()
{
	local part=$1 before=$2 period kind from to d
	declare -A wanted=()
	while IFS=$'\t' read -r period _ from to kind; do
		[[ $kind == far ]] || continue
		day_add "$from" -"$before"
		d=$DAY_TEXT
		[[ ! $d < $first_event_day ]] || d=$first_event_day
		while [[ ! $d > $to ]]; do
			wanted[$d]=1
			day_add "$d" 1
			d=$DAY_TEXT
		done
	done <"$work/spans"
	FILES=()
	for d in "${!wanted[@]}"; do
		[[ -z ${made_stamp[$part/$d.tsv.zst]-} || -z ${arrivals_of[$d]-} ]] || FILES+=("$warehouse/$part/$d.tsv.zst")
	done
	((!${#FILES[@]})) || mapfile -t FILES < <(printf '%s\n' "${FILES[@]}" | sort)
}

# far_seen: a row a visitor, span, and whether a robot: pv and first_day, sorted by visitor. far_visits: the visits of the far
# spans and of 30 days before each, which orders may have come from, robots included.
far_traffic()
{
	far_days visitors 0
	{
		nobody visitor_id day pv bot
		((!${#FILES[@]})) || narrow visitor_id day pv bot
	} | spread far day | limn summarize -e 'metric pv = sum(pv);' --by visitor_id,span,since,bot | cut -f 2- >"$work/far_seen.1"
	joined -a 1 "$work/far_seen.1" "$work/first_seen" >"$work/far_seen"
	rm "$work/far_seen.1"
	far_days sessions 30
	{
		nobody session_id visitor_id customer_id day started_at stay_seconds pv bot product_views carts first_cart_at checkouts purchases
		((!${#FILES[@]})) || narrow session_id visitor_id customer_id day started_at stay_seconds pv bot product_views carts first_cart_at \
			checkouts purchases
	} >"$work/far_visits"
}

# narrow COLUMN… - these columns of FILES, without header, one file after the other.
narrow()
{
	tables "${FILES[@]}" | pick /dev/stdin "$@"
}
