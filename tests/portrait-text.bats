#!/usr/bin/env bats
# portrait-text: a portrait in a terminal and as Markdown.

load helpers

# A small portrait, made by hand; FILTER of jq changes it.
portrait()
{
	jq "${1-.}" <<-'JSON'
	{"schema": 2, "limn": "0.1.0", "store": "Tee & Söhne", "day": "2026-11-22", "zone": "Europe/Berlin", "currency": "EUR", "home": "DE",
	 "bots": "exclude", "streams": {"events": {"present": true, "first_day": "2026-11-01"}, "orders": {"present": true, "first_day": "2026-01-01"}},
	 "absent": ["refunds", "surveys"], "history_begins": {"events": "2026-11-01", "orders": "2026-01-01"}, "provisional": true,
	 "labels": {"uv": {"en": "Visitors", "zh": "访客数"}, "bounce_rate": {"en": "Bounce rate", "zh": "跳失率"},
	  "buyers": {"en": "Buyers", "zh": "成交客户数"}, "amount": {"en": "Amount", "zh": "成交金额"}, "conversion": {"en": "Conversion", "zh": "转化率"},
	  "channel": {"en": "Channel", "zh": "渠道"}, "channel.Direct": {"en": "Direct", "zh": "直接访问"},
	  "lifecycle": {"en": "Lifecycle", "zh": "生命周期"}, "customers": {"en": "Customers", "zh": "客户数"}},
	 "periods": {
	  "day": {"from": "2026-11-22", "to": "2026-11-22", "complete": true,
	   "metrics": {"uv": 900, "bounce_rate": 0.45, "buyers": 9, "amount": "1234567.80", "conversion": 0.01},
	   "before": {"uv": 1000, "bounce_rate": 0.4, "buyers": 0, "amount": "1000000.00", "conversion": null}, "bots": {"uv": 3}, "cuts": {}},
	  "7d": {"from": "2026-11-16", "to": "2026-11-22", "complete": false,
	   "metrics": {"uv": 4000, "bounce_rate": 0.5, "buyers": 40, "amount": "99999.50", "conversion": 0.01},
	   "before": {"uv": null, "bounce_rate": null, "buyers": 20, "amount": "5000.00", "conversion": null}, "bots": {"uv": 3},
	   "cuts": {"channel": [
	    {"key": "Direct", "uv": 2000, "conversion": 0.02, "buyers": 40, "amount": "90000.00"},
	    {"key": "a|b *c*", "uv": 250, "conversion": 0, "buyers": 0, "amount": "0.00"},
	    {"key": "合作伙伴频道合作伙伴频道", "uv": 1000, "conversion": 0, "buyers": 0, "amount": "0.00"},
	    {"key": null, "uv": 1, "conversion": null, "buyers": 0, "amount": "9999.50"}]}}},
	 "trend": [{"day": "2026-11-20", "uv": null, "amount": "0.00"}, {"day": "2026-11-21", "uv": 1000, "amount": "0.00"}, {"day": "2026-11-22", "uv": 500, "amount": "10.00"}],
	 "portraits": {"store": {"tags": {"lifecycle": {"n": 4, "missing": 1, "rows": [["diehard", 3], ["prospect", 1]], "other": 0}, "gender": {"n": 0, "missing": 5, "rows": [], "other": 0}}}},
	 "segments": [{"name": "loyal", "en": "Loyal", "zh": "忠诚客户", "customers": 3, "visitors": 0}, {"name": "seen", "en": "Seen", "zh": "访客", "customers": 0, "visitors": 7},
	  {"name": "none", "en": "Nobody", "zh": "无人", "customers": 0, "visitors": 0}],
	 "surveys": null, "quality": [{"stream": "events", "records": 10000, "duplicate": 5, "rejected": 12, "late": 3, "too_late": 0}], "ignored": ["x.txt"]}
	JSON
}

# The widths of the lines of $OUT, as another program knows them.
widths()
{
	python3 -c '
import sys, unicodedata as u
for line in open(sys.argv[1], encoding="utf-8"):
    print(sum(2 if u.east_asian_width(c) in "WF" else 1 for c in line.rstrip("\n")))' "$OUT"
}

@test "portrait-text: numbers and their change, bars, segments, and what to mind" {
	portrait >"$BATS_TEST_TMPDIR/p.json"
	expect 0 portrait-text --top 3 "$BATS_TEST_TMPDIR/p.json"
	quiet
	same "$OUT" - <<'TEXT'
Customer portrait · Tee & Söhne · 2026-11-22
days of Europe/Berlin · amounts in EUR · provisional

                        1 day  change    7 days  change
Visitors                  900  -10.0%     4,000
Bounce rate             45.0% +5.0 pt     50.0%
Buyers                      9                40 +100.0%
Amount              1,234,567  +23.5% 99,999.50  >+999%
Conversion               1.0%              1.0%
Change: against the period of the same length before; pt: percentage points.

Last 30 days (2026-11-20 to 2026-11-22)
Visitors             █▅                                     500
Amount              ▁▁█                                   10.00

Channel · 7 days
                                           Visitors Conversion        Amount
Direct               ████████████████████     2,000       2.0%     90,000.00
合作伙伴频道合作伙…  ██████████               1,000       0.0%          0.00
a|b *c*              ██▌                        250       0.0%          0.00
1 more

People · Lifecycle (N = 5)
                                             People     share
die-hard             ████████████████████         3     60.0%
prospects            ██████▋                      1     20.0%
unknown              ██████▋                      1     20.0%

Segments
                                                      Customers and visitors
Loyal                            ████████████████████         3            0
Seen                                                          0            7

To mind about the data
  Visits that began late in the evening may still grow until the next day's
  events are in.
  not there: refunds, surveys
  Events are known from here on: 2026-11-01
  Paid orders are known from here on: 2026-01-01
  Began before that, and are not complete: 7 days
  events: 12 rejected of 10,000
  files that are no stream's: x.txt
TEXT
}

@test "portrait-text: Chinese labels stand in columns, a wide character being two cells" {
	portrait >"$BATS_TEST_TMPDIR/p.json"
	expect 0 portrait-text --lang zh --top 3 "$BATS_TEST_TMPDIR/p.json"
	cp "$OUT" "$BATS_TEST_TMPDIR/zh"
	sed -n '4,9p' "$BATS_TEST_TMPDIR/zh" | is \
		'                         当日    变动   近 7 天    变动' \
		'访客数                    900  -10.0%     4,000' \
		'跳失率                  45.0% +5.0 点     50.0%' \
		'成交客户数                  9                40 +100.0%' \
		'成交金额            1,234,567  +23.5% 99,999.50  >+999%' \
		'转化率                   1.0%              1.0%'
	# Where English has its columns, Chinese has them.
	widths >"$BATS_TEST_TMPDIR/zh.widths"
	expect 0 portrait-text --top 3 "$BATS_TEST_TMPDIR/p.json"
	widths | sed -n '5,9p;17,20p;24,25p' >"$BATS_TEST_TMPDIR/en.widths"
	sed -n '5,9p;17,20p;24,25p' "$BATS_TEST_TMPDIR/zh.widths" | same "$BATS_TEST_TMPDIR/en.widths" -
}

@test "portrait-text: no line is wider than 80 cells, whatever the numbers" {
	portrait '.periods |= with_entries(.value.metrics |= (.amount = "987654321.99" | .uv = 123456789))
		| .periods["30d"] = .periods["7d"] | .absent = ["calendar", "customers", "order_items", "products", "rates", "refunds", "spend", "surveys"]
		| .segments[0].en = "成" * 60' >"$BATS_TEST_TMPDIR/p.json"
	expect 0 portrait-text "$BATS_TEST_TMPDIR/p.json"
	widths | awk '$1 > 80 { print NR ": " $1; bad = 1 } END { exit bad }'
}

@test "portrait-text: wide characters are those of Unicode" {
	python3 -c '
import unicodedata as u
for c in range(0x300, 0x30000):
    ch = chr(c)
    if u.category(ch) not in ("Cn", "Cs", "Co", "Mn", "Me", "Cf"):
        print(c, 2 if u.east_asian_width(ch) in "WF" else 1)' >"$BATS_TEST_TMPDIR/want"
	cut -d ' ' -f 1 "$BATS_TEST_TMPDIR/want" | jq -r -L "$ROOT/pipelines" 'include "text"; "\(.) \([.] | implode | width)"' >"$BATS_TEST_TMPDIR/got"
	same "$BATS_TEST_TMPDIR/got" "$BATS_TEST_TMPDIR/want"
}

@test "portrait-text: the month and the year to date, why the amount changed, and regions that stand out" {
	portrait '.labels += {amount_identified: {en: "Amount of buyers", zh: "成交客户的金额"}, amount_per_buyer: {en: "Amount per buyer", zh: "客单价"}}
		| .periods.mtd = (.periods["7d"] | .cuts = {} | .year_ago = {uv: 2000, buyers: 50, amount: "50000.00", conversion: 0.025}
			| .before.amount_identified = "20000.00" | .changes = {total: {amount: "5000.00", uv: "-1000.00", conversion: "6009.00", amount_per_buyer: "-9.00"}, channel: [], country: []})
		| .periods.ytd = (.periods.mtd | .before |= map_values(null) | .year_ago |= map_values(null) | .changes = null)
		| .regions_above = [{region: "US-CA", uv: 2500, buyers: 120, conversion: 0.048, ratio: 4.24, z: 5.7}, {region: "a|b", uv: 200, buyers: 6, conversion: 0.03, ratio: 2.12, z: 2.1}]' \
		>"$BATS_TEST_TMPDIR/p.json"
	expect 0 portrait-text "$BATS_TEST_TMPDIR/p.json"
	sed -n '/^Change:/,/^Last/p' "$OUT" | is \
		'Change: against the period of the same length before; pt: percentage points.' '' \
		'                    month to date  change on year year to date  change on year' \
		'Visitors                    4,000         +100.0%        4,000' \
		'Buyers                         40 +100.0%  -20.0%           40' \
		'Amount                  99,999.50  >+999% +100.0%    99,999.50' \
		'Conversion                   1.0%         -1.5 pt         1.0%' \
		'Change: the same days of the month or year before; on year: 364 days earlier.' '' \
		'Last 30 days (2026-11-20 to 2026-11-22)'
	sed -n '/^Regions/,/^$/p' "$OUT" | is 'Regions where visitors buy more often · 30 days' \
		'                                           Visitors Conversion     × store' \
		'US-CA                ████████████████████     2,500       4.8%         4.2' \
		'a|b                  ██████████                 200       3.0%         2.1' ''
	# The parts add up; 9 of 20,000 is no more than 0.0 %.
	expect 0 portrait-text --period mtd --brief "$BATS_TEST_TMPDIR/p.json"
	grep -F -A 1 'Amount of buyers' "$OUT" | is 'Amount of buyers +25.0% (month to date): Visitors -5.0%, Conversion +30.0%,' 'Amount per buyer 0.0%'
	widths | awk '$1 > 80 { print NR ": " $1; bad = 1 } END { exit bad }'
	expect 0 portrait-text --period mtd --lang zh --markdown "$BATS_TEST_TMPDIR/p.json"
	grep -F '成交客户的金额' "$OUT" | is '成交客户的金额 +25.0% (本月至今): 访客数 -5.0%, 转化率 +30.0%, 客单价 0.0%'
	grep -F 'a\|b' "$OUT" | is '| a\|b | ██████████ | 200 | 3.0% | 2.1 |'
	grep -F '| 访客数 | 4,000 |  | +100.0% | 4,000 |  |  |' "$OUT"
	# A year to date has no reasons here, nor have periods that nobody could compare.
	expect 0 portrait-text --period ytd --brief "$BATS_TEST_TMPDIR/p.json"
	if grep -F 'Amount of buyers' "$OUT"; then fail 'reasons for a change that is not known'; fi
}

@test "portrait-text: --markdown is tables in which nothing of the data is markup" {
	portrait >"$BATS_TEST_TMPDIR/p.json"
	expect 0 portrait-text --markdown --top 3 "$BATS_TEST_TMPDIR/p.json"
	sed -n '1,12p' "$OUT" | is '# Customer portrait · Tee \& Söhne · 2026-11-22' '' \
		'days of Europe/Berlin · amounts in EUR · provisional' '' \
		'|  | 1 day | change | 7 days | change |' '| --- | --: | --: | --: | --: |' \
		'| Visitors | 900 | -10.0% | 4,000 |  |' '| Bounce rate | 45.0% | +5.0 pt | 50.0% |  |' '| Buyers | 9 |  | 40 | +100.0% |' \
		'| Amount | 1,234,567 | +23.5% | 99,999.50 | >+999% |' '| Conversion | 1.0% |  | 1.0% |  |' ''
	grep -F 'a\|b \*c\*' "$OUT" | is '| a\|b \*c\* | ██▌ | 250 | 0.0% | 0.00 |'
	grep '^\* ' "$OUT" | sed -n '2p;$p' | is '* not there: refunds, surveys' "* files that are no stream's: x.txt"
	# Every row of a table has as many cells as its head.
	awk '/^\|/ { line = $0; gsub(/\\\|/, "", line); n = gsub(/\|/, "", line); if (m && n != m) { print; bad = 1 } m = n; next } { m = 0 } END { exit bad }' "$OUT"
}

@test "portrait-text: what a store does not have is said, never 0" {
	portrait '.streams.events.present = false | .bots = null | .trend |= map(del(.uv))
		| .periods |= map_values(.cuts = {} | .bots = null | del(.metrics["uv", "bounce_rate", "conversion"]))' >"$BATS_TEST_TMPDIR/orders.json"
	expect 0 portrait-text "$BATS_TEST_TMPDIR/orders.json"
	sed -n '4,15p' "$OUT" | is '                        1 day  change    7 days  change' \
		'Buyers                      9                40 +100.0%' \
		'Amount              1,234,567  +23.5% 99,999.50  >+999%' \
		'Change: against the period of the same length before; pt: percentage points.' \
		'No events: visitors, visits and conversion are unknown.' '' \
		'Last 30 days (2026-11-20 to 2026-11-22)' 'Amount              ▁▁█                                   10.00' '' \
		'No cuts: they need events, or orders and customers.' '' 'People · Lifecycle (N = 5)'
	portrait '.streams.orders.present = false | .portraits = {} | .segments = [] | .currency = null | .trend |= map(del(.amount))
		| .periods |= map_values(del(.metrics["buyers", "amount", "conversion"]) | .cuts |= map_values(map(del(.buyers, .amount, .conversion))))' \
		>"$BATS_TEST_TMPDIR/events.json"
	expect 0 portrait-text --lang=zh "$BATS_TEST_TMPDIR/events.json"
	sed -n '2p;4,8p;13,15p' "$OUT" | is '按此时区计日：Europe/Berlin · 暂定' '                       当日    变动 近 7 天    变动' \
		'访客数                  900  -10.0%   4,000' '跳失率                45.0% +5.0 点   50.0%' \
		'变动：与之前等长时段相比；点：百分点。' '没有订单数据：成交客户、金额与复购未知。' \
		'渠道 · 近 7 天' '                                             访客数' '直接访问             ████████████████████     2,000'
	grep -F '没有订单与客户数据：客户构成未知。' "$OUT"
	if grep -E '成交金额|客户群' "$OUT"; then fail 'orders that are not there'; fi
}

@test "portrait-text: colours only on a terminal that wants them" {
	need_program script
	portrait >"$BATS_TEST_TMPDIR/p.json"
	expect 0 portrait-text "$BATS_TEST_TMPDIR/p.json"
	if grep -q $'\x1b' "$OUT"; then fail 'colours in a file'; fi
	cp "$OUT" "$BATS_TEST_TMPDIR/plain"
	TERM=xterm script -qec "portrait-text '$BATS_TEST_TMPDIR/p.json'" /dev/null </dev/null | tr -d '\r' >"$BATS_TEST_TMPDIR/tty"
	grep -qF $'\x1b[31m-10.0%\x1b[0m' "$BATS_TEST_TMPDIR/tty"
	grep -qF $'\x1b[31m+5.0 pt\x1b[0m' "$BATS_TEST_TMPDIR/tty" # more visits of one page are no good news
	grep -qF $'\x1b[32m+23.5%\x1b[0m' "$BATS_TEST_TMPDIR/tty"
	# Colours take no room.
	sed $'s/\x1b\\[[0-9]*m//g' "$BATS_TEST_TMPDIR/tty" | same "$BATS_TEST_TMPDIR/plain" -
	NO_COLOR=1 TERM=xterm script -qec "portrait-text '$BATS_TEST_TMPDIR/p.json'" /dev/null </dev/null | tr -d '\r' | same "$BATS_TEST_TMPDIR/plain" -
}

@test "portrait-text: text from data does not steer the terminal" {
	portrait '.periods["7d"].cuts.channel[0].key = "\u001b]0;x\u0007\u202e" | .store = "a\nb"' >"$BATS_TEST_TMPDIR/p.json"
	expect 0 portrait-text "$BATS_TEST_TMPDIR/p.json"
	if LC_ALL=C.UTF-8 grep -P '[\x00-\x08\x0b-\x1f\x{202e}]' "$OUT"; then fail 'a control character came through'; fi
	sed -n 1p "$OUT" | is 'Customer portrait · a b · 2026-11-22'
}

@test "portrait-text: --brief is without bars and segments" {
	portrait >"$BATS_TEST_TMPDIR/p.json"
	expect 0 portrait-text "$BATS_TEST_TMPDIR/p.json"
	sed '/^Channel/,/^To mind/{/^To mind/!d}' "$OUT" >"$BATS_TEST_TMPDIR/want"
	expect 0 portrait-text --brief "$BATS_TEST_TMPDIR/p.json"
	same "$OUT" "$BATS_TEST_TMPDIR/want"
}

@test "portrait-text: the period of the bars is chosen; what is no portrait is refused" {
	portrait >"$BATS_TEST_TMPDIR/p.json"
	expect 0 portrait-text --period day - <"$BATS_TEST_TMPDIR/p.json"
	grep -F 'No cuts' "$OUT"
	expect 2 portrait-text --period 90d "$BATS_TEST_TMPDIR/p.json"
	err_has "no period '90d'; it has: day 7d"
	expect 2 portrait-text --lang de "$BATS_TEST_TMPDIR/p.json"
	err_has "neither en nor zh: 'de'"
	expect 2 portrait-text --top 0 "$BATS_TEST_TMPDIR/p.json"
	expect 2 portrait-text --no "$BATS_TEST_TMPDIR/p.json"
	expect 2 portrait-text "$BATS_TEST_TMPDIR/p.json" "$BATS_TEST_TMPDIR/p.json"
	expect 3 portrait-text "$BATS_TEST_TMPDIR/none.json"
	echo '{"schema": 99}' >"$BATS_TEST_TMPDIR/other.json"
	expect 1 portrait-text "$BATS_TEST_TMPDIR/other.json"
	err_has 'not one portrait of schema 2'
	echo '{"schema": 2' >"$BATS_TEST_TMPDIR/half.json"
	expect 1 portrait-text "$BATS_TEST_TMPDIR/half.json"
	out_is
}

@test "portrait-text: output that cannot be written is an error" {
	portrait >"$BATS_TEST_TMPDIR/p.json"
	run -3 --separate-stderr bash -c 'portrait-text "$1" >/dev/full' - "$BATS_TEST_TMPDIR/p.json"
}
