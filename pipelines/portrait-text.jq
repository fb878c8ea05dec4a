# portrait-text.jq - a portrait (schema 2) as text for a terminal of 80 columns, or as Markdown.
#
# $form: text or markdown; $lang: en or zh; $period: that of the bars; $top: rows of bars; $brief: without bars; $colour: whether the terminal
# shows some. A part that the portrait does not have is said to be missing; it is never 0.
include "text";

def words: {
  title: ["Customer portrait", "客户画像"], zone: ["days of", "按此时区计日："], currency: ["amounts in", "金额单位"],
  provisional: ["provisional", "暂定"],
  "period.day": ["1 day", "当日"], "period.7d": ["7 days", "近 7 天"], "period.30d": ["30 days", "近 30 天"], change: ["change", "变动"],
  "period.mtd": ["month to date", "本月至今"], "period.ytd": ["year to date", "本年至今"], on_year: ["on year", "同比"],
  to_date: ["Change: the same days of the month or year before; on year: 364 days earlier.", "变动：与上月、上年同样的日子相比；同比：与 364 天前相比。"],
  regions: ["Regions where visitors buy more often", "转化率高的省州"], of_store: ["× store", "与全店之比"],
  against: ["Change: against the period of the same length before; pt: percentage points.", "变动：与之前等长时段相比；点：百分点。"],
  point: ["pt", "点"], trend: ["Last 30 days", "近 30 天"], to: ["to", "至"], more: ["more", "项未列出"], unknown: ["unknown", "未知"],
  "(other)": ["other", "其他"], unattributed: ["no visit found", "未归因"],
  people: ["People", "人数"], of_all: ["share", "占比"], segments: ["Segments", "客户群"], visitors_too: ["and visitors", "另有访客"],
  quality: ["To mind about the data", "数据提示"], fine: ["Nothing.", "无。"],
  no_events: ["No events: visitors, visits and conversion are unknown.", "没有事件数据：访客、访问与转化未知。"],
  no_orders: ["No orders: buyers, amounts and repurchase are unknown.", "没有订单数据：成交客户、金额与复购未知。"],
  no_people: ["Neither orders nor customers: who the people are is unknown.", "没有订单与客户数据：客户构成未知。"],
  no_cuts: ["No cuts: they need events, or orders and customers.", "没有细分：需要事件，或订单与客户数据。"],
  absent: ["not there:", "缺少的数据流："],
  is_provisional: ["Visits that began late in the evening may still grow until the next day's events are in.", "次日的事件到齐之前，深夜开始的访问可能仍会增加。"],
  history_events: ["Events are known from here on:", "事件数据始于："], history_orders: ["Paid orders are known from here on:", "已付订单始于："],
  incomplete: ["Began before that, and are not complete:", "早于该日开始、并不完整的时段："],
  rejected: ["rejected", "不合格"], too_late: ["too late and left out", "迟到未计"], of_records: ["of", "／"],
  ignored: ["files that are no stream's:", "不属于任何数据流的文件："], answers: ["survey answers nobody knows:", "无法识别的问卷答案："],
  bots_unknown: ["Which visits are of robots is not known; all are counted.", "无法识别爬虫访问，全部计入。"],
  "visitor.new": ["new", "新访客"], "visitor.returning": ["returning", "老访客"],
  "platform.pc": ["computer", "电脑"], "platform.mobile": ["mobile", "手机"], "platform.tablet": ["tablet", "平板"], "platform.app": ["app", "应用"],
  "gender.f": ["women", "女"], "gender.m": ["men", "男"], "gender.other": ["other", "其他"], "gender.unknown": ["unknown", "未知"],
  "lifecycle.prospect": ["prospects", "潜在客户"], "lifecycle.new": ["new", "新客户"], "lifecycle.diehard": ["die-hard", "铁杆客户"],
  "lifecycle.ordinary": ["ordinary", "普通客户"], "lifecycle.dormant": ["dormant", "休眠客户"], "lifecycle.lost": ["lost", "流失客户"],
  "customer_type.prospect": ["prospects", "潜在客户"], "customer_type.new": ["new", "新客户"],
  "customer_type.one_time": ["one-time", "单次购买客户"], "customer_type.repeat": ["repeat", "复购客户"],
  "rfm_name.CHAMPIONS": ["champions", "冠军客户"], "rfm_name.LOYAL": ["loyal", "忠诚客户"], "rfm_name.ACTIVE": ["active", "活跃客户"], "rfm_name.NEW": ["new, few orders", "新客户"],
  "rfm_name.PROMISING": ["promising", "潜力客户"], "rfm_name.NEEDS_ATTENTION": ["needs attention", "需要关注"], "rfm_name.PREVIOUSLY_LOYAL": ["previously loyal", "曾经忠诚"],
  "rfm_name.AT_RISK": ["at risk", "有流失风险"], "rfm_name.ALMOST_LOST": ["almost lost", "即将流失"], "rfm_name.DORMANT": ["dormant", "休眠客户"],
  "rfm_name.LAPSED": ["no order for a year", "窗口外客户"], "rfm_name.PROSPECTS": ["no order yet", "尚未下单"]};

def word($name): words[$name] | if $lang == "zh" then .[1] else .[0] end;
def esc($code): if $colour then "\u001b[\($code)m\(.)\u001b[0m" else . end;

# What stands for itself in Markdown, also in a cell of a table.
def plain: printable | if $form == "markdown" then gsub("(?<c>[\\\\`*_{}\\[\\]<>|#~&])"; "\\" + .c) else . end;

# ---- values --------------------------------------------------------------------------------------

def is_rate: IN("conversion", "bounce_rate", "repurchase_rate", "cart_conv");
def value($name):
  if . == null then "-"
  elif $name | is_rate then percent
  elif $name == "depth" then fixed(2)
  elif $name == "stay_seconds" then fixed(0) | grouped
  elif type == "string" and (split(".")[0] | length) > 6 then split(".")[0] | grouped
  else grouped end;

# How a value changed: in percent of what it was, a rate in points; nothing where one of them is unknown or it was 0.
def change($name; $was):
  if . == null or $was == null then ""
  else tonumber as $now | ($was | tonumber) as $old
    | if $name | is_rate then ($now - $old) * 100 | (if . >= 0.05 then "+" else "" end) + fixed(1) + " " + word("point")
      elif $old <= 0 then ""
      else ($now / $old - 1) * 100 | if . >= 999.95 then ">+999%" else (if . >= 0.05 then "+" else "" end) + fixed(1) + "%" end end end;

# Green is good, red is not: more visits of one page are none.
def coloured($name):
  if ($colour | not) or . == "" or test("^[-+]?0\\.0[% ]") then .
  elif startswith("-") == ($name == "bounce_rate") then esc("32") else esc("31") end;

# A bar of $part of $whole, $n cells long at most, to an eighth of a cell.
def bar($part; $whole; $n):
  if $part == null or $whole == null or $whole <= 0 or $part <= 0 then ""
  else ([1, ($part / $whole * $n * 8 | round)] | max) as $eighths
    | ([range($eighths / 8 | floor)] | map("█") | join("")) + ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"][$eighths % 8] end;

def sparkline:
  (map(select(. != null)) | max) as $most
  | map(if . == null then " " elif ($most // 0) <= 0 then "▁" else ["▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"][[. / $most * 8 | floor, 7] | min] end) | join("");

# ---- layout --------------------------------------------------------------------------------------

def heading: if $form == "markdown" then "", "## \(.)", "" else "", esc("1") end;
def note: if $form == "markdown" then "", . else . end;

# A sentence as lines of at most $n cells, cut at blanks.
def wrapped($n):
  reduce (split(" ")[]) as $w ([""]; if .[-1] == "" then .[-1] = $w elif (.[-1] | width) + 1 + ($w | width) <= $n then .[-1] += " " + $w else . + [$w] end);
def items: if $form == "markdown" then "* \(.)" else wrapped(78) | map(esc("33")) | "  " + join("\n  ") end;

# Rows of texts, the first being the heads: as a Markdown table, or in columns of these widths (negative: to the right).
def sheet($widths):
  if $form == "markdown" then
    (.[0] | "| \(join(" | ")) |"), ($widths | map(if . < 0 then "--:" else "---" end) | "| \(join(" | ")) |"), (.[1:][] | "| \(join(" | ")) |")
  else .[] | . as $row | [range(length)]
    | map(. as $i | $widths[$i] as $w | $row[$i] | if $w < 0 then pad_left(-$w) else fit($w) | pad($w) end) | join(" ") | sub(" +$"; "") end;

. as $p
| ($p.periods[$period]) as $chosen
| (if $lang == "zh" then "zh" else "en" end) as $l
| def named($name): $p.labels[$name][$l] // $name;
  def key_name($cut): if . == null then word("unknown") elif words["\($cut).\(.)"] then word("\($cut)" + "." + .)
    elif . == "(other)" or . == "unattributed" then word(.) else ($p.labels["\($cut)." + .][$l] // .) | plain end;
  def stream_there($name): $p.streams[$name].present == true;

  # These metrics of these periods, with their change and, where it is asked for, with that on the year.
  def headline($names; $periods; $on_year):
    [$periods[] as $name | $p.periods | to_entries[] | select(.key == $name)] as $all
    | ($names | map({key: (named(.) | plain), value: .}) | from_entries) as $by_name
    | (if $on_year then 3 else 2 end) as $wide
    | [["", ($all[] | (word("period." + .key), word("change"), (if $on_year then word("on_year") else empty end)))],
       ($names[] as $name | select(any($all[]; .value.metrics[$name] != null))
        | [(named($name) | plain)] + [$all[] | .value.metrics[$name] as $v | (.value.before[$name]?) as $was
            | ($v | value($name)), ($v | change($name; $was)), (if $on_year then .value.year_ago[$name]? as $ago | $v | change($name; $ago) else empty end)])]
    | select(($all | length) > 0)
    | if $form == "markdown" then sheet([1] + [$all[] | range($wide) | -1])
      else . as $rows
        | ([range(1; $rows[0] | length) | . as $i | [7, ($rows[] | .[$i] | width)] | max]) as $w
        | $rows | to_entries[] | (if .key == 0 then "" else ($rows[.key] | $by_name[.[0]]) end) as $name | .value as $row
        | [$row[0] | fit(19) | pad(19)] + [range(1; $row | length) | . as $i | $row[$i]
            | spaces($w[$i - 1] - width) + if ($i - 1) % $wide > 0 and $name != "" then coloured($name) else . end]
        | join(" ") | sub(" +$"; "") end;

  # Why the amount of buyers changed, in percent of what it was: the parts add up.
  def why:
    ($chosen.before.amount_identified? // "0" | tonumber) as $was
    | def part: tonumber / $was * 100 | (if . >= 0.05 then "+" else "" end) + fixed(1) + "%";
    $chosen.changes.total? // empty | select($was > 0 and .uv != null)
    | "\(named("amount_identified")) \(.amount | part) (\(word("period." + $period) // $period))" as $whole
    | [("uv", "conversion", "amount_per_buyer") as $name | "\(named($name)) \(.[$name] | part)"]
    | ($whole + ": " + join(", ")) | if $form == "markdown" then "", plain else wrapped(80)[] end;

  def regions:
    ($p.regions_above // [])[:$top] as $rows | select($rows != [])
    | ("\(word("regions")) · \(word("period.30d"))" | heading),
      ([["", "", named("uv"), named("conversion"), word("of_store")]]
        + [$rows[] | [(.region | plain), bar(.ratio; $rows[0].ratio; 20), (.uv | value("uv")), (.conversion | value("conversion")), (.ratio | fixed(1))]]
       | sheet([20, 20, -9, -10, -11]));

  def trends:
    [("uv", "orders", "amount") as $name | select(any($p.trend[]?; .[$name] != null))
     | [$p.trend[][$name] | if . == null then null else tonumber end] as $v
     | [(named($name) | plain), ($v | sparkline), ($p.trend[-1][$name] | value($name))]];

  # Bars of a cut of the period: visitors where there are any, else buyers.
  def cut_rows($name):
    $chosen.cuts[$name] as $rows
    | (if any($rows[]; .uv != null) then "uv" else "buyers" end) as $by
    | ($rows | sort_by([-(.[$by] // 0), (.key // "")])) as $rows
    | ($rows | map(.[$by] // 0) | max) as $most
    | {by: $by, head: (["", "", named($by)] + (if $by == "uv" and any($rows[]; .conversion != null) then [named("conversion")] else [] end)
        + if any($rows[]; .amount != null) then [named("amount")] else [] end),
       rows: [$rows[:$top][] | [(.key | key_name($name)), bar(.[$by]; $most; 20), (.[$by] | value($by))]
         + (if $by == "uv" and any($rows[]; .conversion != null) then [.conversion | value("conversion")] else [] end)
         + if any($rows[]; .amount != null) then [.amount | value("amount")] else [] end],
       more: ([($rows | length) - $top, 0] | max)};
  def cuts:
    ["visitor", "channel", "source", "campaign", "country", "platform", "gender", "age_band"][]
    | select(($chosen.cuts[.] // []) != []) as $name | $name
    | cut_rows(.) as $c
    | ("\(named($name)) · \(word("period." + $period) // $period)" | heading),
      ([$c.head] + $c.rows | sheet([20, 20, -9, -10, -13])),
      (if $c.more > 0 then "\($c.more) \(word("more"))" | note else empty end);

  # Bars of what is known of people: the values that are shown, the others, and those of whom nobody knows.
  def people:
    ["lifecycle", "rfm_name", "customer_type", "gender", "age_band"][] | . as $name
    | ($p.portraits.store.tags[$name] // {n: 0}) as $tag | select($tag.n > 0)
    | ([$tag.rows[] | {key: .[0], people: .[1]}] + [{key: "(other)", people: $tag.other}, {key: null, people: $tag.missing} | select((.people // 0) > 0)]) as $rows
    | ($rows | map(.people) | add) as $all | ($rows | map(.people) | max) as $most
    | ("\(word("people")) · \(named($name)) (N = \($all | grouped))" | heading),
      ([["", "", word("people"), word("of_all")]]
        + [$rows | (if $name == "age_band" then sort_by([.key == null, .key]) else . end)[] | [(.key | key_name($name)), bar(.people; $most; 20), (.people | grouped),
            (if $all > 0 then .people / $all | percent else "-" end)]]
       | sheet([20, 20, -9, -9]));

  def segments:
    [$p.segments[]? | select((.customers // 0) + (.visitors // 0) > 0)] | sort_by([-.customers, -.visitors, .name]) as $rows
    | if $rows == [] then empty
      else ($rows | map(.customers) | max) as $most
        | (word("segments") | heading),
          ([["", "", named("customers"), word("visitors_too")]]
            + [$rows[:$top * 2][] | [(.[$l] // .name | plain), bar(.customers; $most; 20), (.customers | value("customers")), (.visitors | value("visitors"))]]
           | sheet([32, 20, -9, -12])),
          (if ($rows | length) > $top * 2 then "\(($rows | length) - $top * 2) \(word("more"))" | note else empty end) end;

  def colon: sub("[:：]?$"; if $lang == "zh" then "：" else ": " end);
  def list: join(", ");
  def warnings:
    (if $p.provisional then word("is_provisional") else empty end),
    (if ($p.absent // []) != [] then (word("absent") | colon) + ($p.absent | list) else empty end),
    ([$p.periods | to_entries[] | select(.value.complete == false) | word("period." + .key) // .key] as $short
     | if $short == [] then empty
       else (if $p.history_begins.events then (word("history_events") | colon) + $p.history_begins.events else empty end),
         (if $p.history_begins.orders then (word("history_orders") | colon) + $p.history_begins.orders else empty end),
         (word("incomplete") | colon) + ($short | list) end),
    ($p.quality[]? | ("rejected", "too_late") as $what | select(.[$what] > 0)
     | "\(.stream): \(.[$what] | grouped) \(word($what))" + (if .records then " \(word("of_records")) \(.records | grouped)" else "" end)),
    (if ($p.ignored // []) != [] then (word("ignored") | colon) + ($p.ignored | map(plain) | list) else empty end),
    ([$p.surveys.unknown[]?.answers] | add // 0 | if . > 0 then (word("answers") | colon) + grouped else empty end),
    (if $chosen.bots? and $chosen.bots.uv == null then word("bots_unknown") else empty end);

  ([word("title") + (if $p.store then " · " + ($p.store | plain) else "" end), $p.day] | join(" · ")) as $title
  | (if $form == "markdown" then "# \($title)", "" else ($title | esc("1")) end),
    ([word("zone") + (if $lang == "zh" then "" else " " end) + $p.zone, (if $p.currency then word("currency") + " " + $p.currency else empty end),
      (if $p.provisional then word("provisional") else empty end)] | join(" · ")),
    "",
    headline(["uv", "visits", "depth", "bounce_rate", "stay_seconds", "buyers", "orders", "amount", "amount_net", "amount_per_buyer",
      "amount_per_order", "conversion", "repurchase_rate"]; ["day", "7d", "30d"]; false),
    (if $form == "markdown" then "" else empty end),
    word("against"),
    why,
    ([headline(["uv", "visits", "buyers", "orders", "amount", "amount_per_buyer", "conversion"]; ["mtd", "ytd"]; true)]
      | if . == [] then empty else "", .[], (if $form == "markdown" then "" else empty end), (word("to_date") | if $form == "markdown" then . else wrapped(80)[] end) end),
    (if stream_there("events") then empty else word("no_events") | note end),
    (if stream_there("orders") then empty else word("no_orders") | note end),
    (trends | if . == [] then empty else
      (("\(word("trend")) (\($p.trend[0].day) \(word("to")) \($p.trend[-1].day))" | heading),
       (if $form == "markdown" then [["", "", ""]] + . else . end | sheet([19, 30, -12]))) end),
    (if $brief then empty elif [$chosen.cuts[]?[]] == [] then "", word("no_cuts") else cuts end),
    (if $brief then empty else regions end),
    (if $brief then empty else ([people] | if . == [] then "", word("no_people") else .[] end), segments end),
    (word("quality") | heading),
    ([warnings] | if . == [] then word("fine") | if $form == "markdown" then . else "  " + . end else .[] | items end)
