#!/usr/bin/env bats
# A night that is killed, or whose disk refuses something, at any moment: it fails, no file is there in part, and the next run
# ends with what an undisturbed one has made. SOAK=1 tries every place (make soak); otherwise a few of them.

load helpers

PRELOAD=$LIMN_UNIT/fault.so

setup_file()
{
	if sanitized; then return; fi
	cd "$BATS_FILE_TMPDIR" || return
	store
	mkdir whole
	draw whole/warehouse whole/reports >/dev/null
	content whole >whole.content
	[[ $(wc -l <whole.content) -gt 40 ]]
	grep -q '  reports/2026-11-22/portrait.json$' whole.content
}

setup()
{
	need_plain "the library that fails calls, and time"
	cd "$BATS_TEST_TMPDIR" || return
}

# A store of two days in which every stage has something to do.
store()
{
	local day
	for day in 2026-11-21 2026-11-22; do
		mkdir -p "inbox/$day"
		{
			echo event_id,ts,visitor_id,customer_id,event,page,product_id,source,platform,country
			awk -v day="$day" -v OFS=, 'BEGIN {
				for (i = 0; i < 60; i++)
					print "e" day i, day "T" sprintf("%02d:%02d", i / 3, i % 60) ":00Z", "v" i % 17, i % 5 ? "" : "c" i % 17,
						i % 4 ? "page_view" : i % 8 ? "add_to_cart" : "product_view", "/p/" i % 3, "p" i % 3, i % 2 ? "google" : "", "pc", "DE" }'
		} >"inbox/$day/events.csv"
		{
			echo order_id,updated_at,created_at,paid_at,customer_id,visitor_id,status,amount,currency
			awk -v day="$day" -v OFS=, 'BEGIN {
				for (i = 0; i < 9; i++) { t = day "T" sprintf("%02d", i + 8) ":30:00Z"; print "o" day i, t, t, t, "c" i, "v" i, "paid", i * 7 + 1, "USD" } }'
		} >"inbox/$day/orders.csv"
		{
			echo order_id,product_id,category,quantity,price
			awk -v day="$day" -v OFS=, 'BEGIN { for (i = 0; i < 9; i++) print "o" day i, "p" i % 3, "toys", 1, i * 7 + 1 }'
		} >"inbox/$day/order_items.csv"
	done
}

# draw WAREHOUSE REPORTS - the night.
draw()
{
	daily-portrait --day 2026-11-22 --in "$BATS_FILE_TMPDIR/inbox" --warehouse "$1" --out "$2" --jobs 2
}

# content DIR - what is below it, decompressed: a checksum and a name a line. Not compared: timings (run.json, the ledgers' cpu
# and wall, joblogs), when something was made (.NAME.made), what names the place (arguments in ledgers), the order in which
# jobs side by side wrote them, and the ledger of the portrait, which says what that run had to read.
content()
{
	(
		cd "$1" || exit
		find . -type f ! -name .lock ! -name '.*.made' ! -name run.json ! -path '*/log/*' ! -name portrait.jsonl -printf '%P\n' | sort |
			while IFS= read -r file; do
				case $file in
				*.zst) zstd -dcq -- "$file" || echo "broken: $file" ;;
				*ledger/*) jq -c 'del(.args, .wall_us, .cpu_us, .peak_kb)' -- "$file" | sort ;;
				*) cat -- "$file" ;;
				esac | sha256sum | sed "s|-\$|$file|"
			done
	)
}

# whole_files DIR - fails unless every file that a reader would open is whole.
whole_files()
{
	local file
	while IFS= read -r file; do
		case $file in
		*.zst) zstd -tq -- "$file" 2>/dev/null || fail "in part: $file" || return ;;
		*.json) jq -es 'length == 1' -- "$file" >/dev/null 2>&1 || fail "in part: $file" || return ;;
		*.html) [[ $(<"$file") == *'</html>' ]] || fail "in part: $file" || return ;;
		esac
	done < <(find "$1" -type f ! -path '*/.*' -print 2>/dev/null)
}

# recovers WHAT - the next run ends as if nothing had happened.
recovers()
{
	whole_files w || fail "after $1" || return
	draw w/warehouse w/reports >/dev/null 2>"$ERR" || fail "after $1 the next run fails" "$(<"$ERR")" || return
	[[ -z $(find w -name '.work.*' -o -name '.*.new') ]] || fail "after $1 something is left: $(find w -name '.work.*' -o -name '.*.new')" || return
	content w >found
	same found "$BATS_FILE_TMPDIR/whole.content" || fail "after $1"
}

# count KIND - how many calls of that kind an undisturbed run makes.
count()
{
	head -c 24 /dev/zero >counts
	rm -rf w && mkdir w
	LIMN_FAULT=none LIMN_FAULT_COUNTS=$PWD/counts LD_PRELOAD=$PRELOAD draw w/warehouse w/reports >/dev/null
	od -A n -t u8 -w8 -v counts | awk -v kind="$1" 'NR == (kind == "rename" ? 1 : kind == "fsync" ? 2 : 3) { print $1 }'
}

# refused KIND PLACES - each of PLACES calls of that kind, from the first to the last, fails once.
refused()
{
	local kind=$1 total places=$2 n k code
	total=$(count "$kind")
	((total > 0)) || fail "no $kind is made" || return
	[[ -z ${SOAK-} ]] || places=$total
	((places <= total)) || places=$total
	for ((k = 0; k < places; k++)); do
		n=$((places == 1 ? total : 1 + k * (total - 1) / (places - 1)))
		head -c 24 /dev/zero >counts
		rm -rf w && mkdir w
		code=0
		LIMN_FAULT=$kind:$n LIMN_FAULT_COUNTS=$PWD/counts LD_PRELOAD=$PRELOAD draw w/warehouse w/reports >"$OUT" 2>"$ERR" || code=$?
		((code == 0 || code == 3)) || fail "$kind $n of $total: exit $code" "$(<"$ERR")" || return
		if ((code == 0)); then
			content w >found
			same found "$BATS_FILE_TMPDIR/whole.content" || fail "$kind $n of $total failed, exit 0, and something is missing" || return
		else
			[[ -s $ERR ]] || fail "$kind $n of $total: not a word" || return
		fi
		recovers "$kind $n of $total" || return
	done
}

@test "faults: killed at any moment, the next run ends as if nothing had happened" {
	local k times=${SOAK:+100} began ended pid
	rm -rf w && mkdir w
	began=${EPOCHREALTIME/./}
	draw w/warehouse w/reports >/dev/null
	ended=${EPOCHREALTIME/./}
	for ((k = 0; k < ${times:-6}; k++)); do
		rm -rf w && mkdir w
		export -f draw
		setsid bash -c 'draw w/warehouse w/reports' >/dev/null 2>&1 3>&- &
		pid=$!
		# a moment between the beginning and the end, another one each time; which one does not matter
		sleep "$(awk -v all=$((ended - began)) -v part="$(((k * 7 + 3) % ${times:-6}))" -v of="${times:-6}" 'BEGIN { print all / 1e6 * (part + 0.5) / of }')"
		kill -KILL -- "-$pid" 2>/dev/null || :
		wait "$pid" 2>/dev/null || :
		recovers "kill $k" || return
	done
}

@test "faults: a rename that is refused" {
	refused rename 3
}

@test "faults: a disk that refuses to say that it has the data" {
	refused fsync 2
}

@test "faults: a write that is refused" {
	refused write 5
}
