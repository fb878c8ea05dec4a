# gaps.awk - how many days lie between one day of a key and the next.
#
# Reads a table whose first columns (-v keys=N of them) are a key and whose next one is a day, sorted by both and each once;
# writes key, from, to, gap for every two days in a row of a key.

# The days from 1970-01-01, of a proleptic Gregorian day.
function number(day, y, m, d, era, yoe)
{
	y = substr(day, 1, 4) + 0
	m = substr(day, 6, 2) + 0
	d = substr(day, 9, 2) + 0
	if (m <= 2) y--
	era = int(y / 400)
	yoe = y - era * 400
	return era * 146097 + yoe * 365 + int(yoe / 4) - int(yoe / 100) + int((153 * ((m + 9) % 12) + 2) / 5) + d - 719469
}

BEGIN { FS = OFS = "\t" }

{
	key = $1
	for (i = 2; i <= keys; i++) key = key OFS $i
	day = $(keys + 1)
}

NR == 1 { print key, "from", "to", "gap"; next }

{
	n = number(day)
	if (NR > 2 && key == was) print key, from, day, n - last
	was = key
	from = day
	last = n
}
