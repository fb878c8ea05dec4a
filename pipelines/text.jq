# text.jq - laying out text for a terminal, which has cells: of an East Asian wide character two, of one that combines
# with the character before it none.

# Ranges of wide characters: W and F of Unicode's EastAsianWidth.txt, neighbours of them taken together where nothing
# but unassigned characters lies between.
def is_wide:
  . >= 4352 and (. <= 4447 or . == 9001 or . == 9002 or (. >= 11904 and . <= 42191 and . != 12351)
    or (. >= 43360 and . <= 43391) or (. >= 44032 and . <= 55203) or (. >= 63744 and . <= 64255)
    or (. >= 65040 and . <= 65049) or (. >= 65072 and . <= 65135) or (. >= 65280 and . <= 65376) or (. >= 65504 and . <= 65510)
    or (. >= 127744 and . <= 128591) or (. >= 128640 and . <= 128767) or (. >= 129280 and . <= 129791)
    or (. >= 131072 and . <= 262141));

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
