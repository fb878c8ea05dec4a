# text.jq - laying out text for a terminal, which has cells: of an East Asian wide character two, of one that combines
# with the character before it none.

# First and last of each range of wide characters: W and F of EastAsianWidth.txt (Unicode 14), unassigned ones between two
# of them taken along.
def wide_ranges: [
  [4352, 4447], [8986, 8987], [9001, 9002], [9193, 9196], [9200, 9200], [9203, 9203], [9725, 9726], [9748, 9749], [9800,
  9811], [9855, 9855], [9875, 9875], [9889, 9889], [9898, 9899], [9917, 9918], [9924, 9925], [9934, 9934], [9940, 9940],
  [9962, 9962], [9970, 9971], [9973, 9973], [9978, 9978], [9981, 9981], [9989, 9989], [9994, 9995], [10024, 10024],
  [10060, 10060], [10062, 10062], [10067, 10069], [10071, 10071], [10133, 10135], [10160, 10160], [10175, 10175],
  [11035, 11036], [11088, 11088], [11093, 11093], [11904, 12329], [12334, 12350], [12353, 12438], [12443, 12871],
  [12880, 19903], [19968, 42182], [43360, 43388], [44032, 55203], [63744, 64217], [65040, 65049], [65072, 65131],
  [65281, 65376], [65504, 65510], [94176, 94179], [94192, 111355], [126980, 126980], [127183, 127183], [127374, 127374],
  [127377, 127386], [127488, 127776], [127789, 127797], [127799, 127868], [127870, 127891], [127904, 127946], [127951,
  127955], [127968, 127984], [127988, 127988], [127992, 128062], [128064, 128064], [128066, 128252], [128255, 128317],
  [128331, 128334], [128336, 128359], [128378, 128378], [128405, 128406], [128420, 128420], [128507, 128591], [128640,
  128709], [128716, 128716], [128720, 128722], [128725, 128735], [128747, 128748], [128756, 128764], [128992, 129008],
  [129292, 129338], [129340, 129349], [129351, 129535], [129648, 129782], [131072, 201546]];
def is_wide: . >= 4352 and (. as $c | any(wide_ranges[]; .[0] <= $c and $c <= .[1]));

def is_combining:
  . >= 768 and (. <= 879 or (. >= 6832 and . <= 6911) or (. >= 7616 and . <= 7679) or (. >= 8203 and . <= 8207)
    or (. >= 8400 and . <= 8447) or (. >= 65024 and . <= 65039) or (. >= 65056 and . <= 65071));

def cell_width: if is_combining then 0 elif is_wide then 2 else 1 end;

def width: reduce explode[] as $c (0; . + ($c | cell_width));

# What came from data must not steer the terminal, nor turn the line around.
def printable: gsub("[\u0000-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]"; " ");

# The text in at most $n cells; what is cut is an ellipsis.
def fit($n):
  if width <= $n then .
  else (reduce explode[] as $c ({kept: [], left: ($n - 1)};
      ($c | cell_width) as $w | if .left < $w then .left = -1 else .kept += [$c] | .left -= $w end) | .kept | implode) + "…" end;

def spaces($n): if $n > 0 then " " * $n else "" end;
def pad($n): . + spaces($n - width);
def pad_left($n): spaces($n - width) + .;

# 1234567.5 and "1234567.50" with a thin mark between thousands.
def grouped:
  tostring | capture("^(?<sign>-?)(?<whole>[0-9]+)(?<rest>.*)$")
  | .sign + (.whole | [while(. != ""; .[:-3]) | .[-3:]] | reverse | join(",")) + .rest;

# A number with $n decimals, as text.
def fixed($n):
  (if . < 0 then "-" else "" end) as $sign
  | (fabs * pow(10; $n) + 0.5 | floor) as $all
  | (if $all == 0 then "" else $sign end) as $sign
  | ($all | tostring) as $digits
  | if $n == 0 then $sign + $digits
    else (spaces($n + 1 - ($digits | length)) | gsub(" "; "0")) + $digits | $sign + .[:-$n] + "." + .[-$n:] end;

# 0.4153 as 41.5%, a share that would read 0.0% or 100.0% and is not as <0.1% and >99.9%.
def percent:
  if . > 0 and . < 0.0005 then "<0.1%" elif . < 1 and . >= 0.9995 then ">99.9%" else . * 100 | fixed(1) + "%" end;

# Rows of texts as lines: the first $left columns to the left, the others to the right.
def aligned($left):
  (reduce .[] as $row ([]; . as $w | [range($row | length)] | map([$w[.] // 0, ($row[.] | width)] | max))) as $w
  | .[] | . as $row | [range(length)] | map(. as $i | $row[$i] | if $i < $left then pad($w[$i]) else pad_left($w[$i]) end)
  | join("  ") | sub(" +$"; "");
